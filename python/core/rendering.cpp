// Images, counts and truth.
#include "bindings.h"
#include "interruptible.h"

namespace femtobragg::python {

py::dict dict_of(const backends::RunSummary& summary) {
  py::dict d;
  if (summary.solid_angle_sr > 0) d["solid_angle_sr"] = summary.solid_angle_sr;  // unknown where derivatives are taken
  d["bound_photons"] = summary.bound_photons;
  d["ran_on"] = summary.ran_on;
  return d;
}

DoubleRendering render_in_doubles(const Experiment& experiment, RenderRequest request, const backends::Watch& watch) {
  request.control.number_type = backends::NumberType::Float64;
  Experiment of_photons = experiment;
  of_photons.recording = {};
  const gradients::ParameterSpace none(std::move(of_photons), {});
  const gradients::Gradient gradient(none, {}, request);
  const ImageShape shape = gradient.shape();
  std::vector<double> photons(shape.n_fast * shape.n_slow);
  backends::RunSummary summary = gradient.visit(
      [&](const gradients::JacobianTile& tile) {
        std::copy_n(tile.photons, tile.count, &photons[tile.slow * shape.n_fast + tile.fast]);
      },
      watch);
  return {std::move(photons), std::move(summary)};
}

namespace {

RenderRequest request_of(const std::string& device, const std::string& number_type, double tolerance, int threads) {
  RenderRequest request;
  request.device = device;
  request.control.tolerance = tolerance;
  request.control.threads = threads;
  if (number_type.empty())
    request.control.number_type = backends::find_backend(device).number_types().front();
  else
    request.control.number_type = backends::number_type_named(number_type);
  return request;
}

/// The truth, and the sum of the image's photons. The image is rendered if there is none.
std::pair<Truth, double> truth_and_photons(const Model& model, const py::object& image, double fraction,
                                           const RenderRequest& request, const py::object& progress) {
  require_truth(model.experiment);
  Image photons;
  if (!image.is_none()) {
    const ImageShape shape = model.experiment.detector.image_shape();
    photons = {shape.n_fast, shape.n_slow, pixels_of(DenseArray<float>(image), shape, "image")};
  }
  return interruptible(
      [&](const backends::Watch& watch) {
        const Simulation simulation(model.experiment, request);
        if (photons.pixels.empty()) photons = simulation.render(watch).image;
        Truth truth = truth_of(simulation, photons, fraction, watch);
        double sum = 0;
        for (const float pixel : photons.pixels) sum += static_cast<double>(pixel);
        return std::pair(std::move(truth), sum);
      },
      progress);
}

py::dict columns_of(const Truth& truth, const Experiment& e) {
  const auto column = [&](auto of) {
    std::vector<decltype(of(truth.reflections.front()))> values;
    values.reserve(truth.reflections.size());
    for (const TruthReflection& r : truth.reflections) values.push_back(of(r));
    const auto count = static_cast<py::ssize_t>(values.size());
    return array_of(std::move(values), {count});
  };
  using R = const TruthReflection&;
  py::dict d;
  for (const auto& [name, i] : {std::pair("h", 0), std::pair("k", 1), std::pair("l", 2)})
    d[name] = column([i = static_cast<std::size_t>(i)](R r) { return r.hkl[i]; });
  d["panel"] = column([](R r) { return static_cast<std::int64_t>(r.panel); });
  d["lattice"] = column([](R r) { return static_cast<std::int64_t>(r.lattice); });
  d["fast_px"] = column([](R r) { return r.fast_px; });
  d["slow_px"] = column([](R r) { return r.slow_px; });
  d["d_A"] = column(
      [&](R r) { return resolution_A(e.lattices.empty() ? e.crystal.axes : e.lattices[r.lattice].axes, r.hkl); });
  d["wavelength_A"] = column([](R r) { return angstrom_from_metres(r.wavelength_m); });
  d["phi_deg"] = column([](R r) { return degrees_from_radians(r.phi_rad); });
  d["excitation_per_A"] = column([](R r) { return r.excitation_per_A; });
  d["amplitude_e"] = column([](R r) { return r.amplitude; });
  d["photons"] = column([](R r) { return r.photons; });
  d["sigma"] = column([](R r) { return r.sigma; });
  d["pixels"] = column([](R r) { return r.pixels; });
  d["background"] = column([](R r) { return r.background; });
  d["diffracted_x"] = column([](R r) { return r.diffracted.x; });
  d["diffracted_y"] = column([](R r) { return r.diffracted.y; });
  d["diffracted_z"] = column([](R r) { return r.diffracted.z; });
  return d;
}

}  // namespace

void bind_rendering(py::module_& m) {
  py::class_<RenderRequest>(m, "RenderRequest")
      .def(py::init(&request_of), py::arg("device") = "auto", py::arg("number_type") = "", py::arg("tolerance") = 0.0,
           py::arg("threads") = 0);

  py::class_<Simulation>(m, "Simulation")
      .def(py::init([](const Model& model, const RenderRequest& request) {
        Experiment experiment = model.experiment;
        const py::gil_scoped_release unlock;
        return Simulation(std::move(experiment), request);
      }))
      .def("update",
           [](Simulation& simulation, const Model& model) {
             Experiment experiment = model.experiment;
             const py::gil_scoped_release unlock;
             simulation.update(std::move(experiment));
           })
      .def(
          "render",
          [](const Simulation& simulation, const py::object& progress) {
            Rendering r =
                interruptible([&](const backends::Watch& watch) { return simulation.render(watch); }, progress);
            const ImageShape shape = r.image.shape();
            return py::make_tuple(array_of(std::move(r.image.pixels), shape_of(shape)), dict_of(r.summary));
          },
          py::arg("progress") = py::none())
      .def(
          "render_float64",
          [](const Simulation& simulation, const py::object& progress) {
            DoubleRendering r = interruptible(
                [&](const backends::Watch& watch) {
                  return render_in_doubles(simulation.experiment(), simulation.request(), watch);
                },
                progress);
            return py::make_tuple(array_of(std::move(r.photons), shape_of(simulation.shape())), dict_of(r.summary));
          },
          py::arg("progress") = py::none())
      .def_property_readonly("pixels", [](const Simulation& s) {
        return pixels_of_all(s.plan()) * std::max<std::size_t>(1, s.experiment().lattices.size());
      });

  m.def(
      "truth",
      [](const Model& model, const py::object& image, double fraction, const RenderRequest& request,
         const py::object& progress, const std::string& path) {
        if (!path.empty()) require_truth_suffix(path);
        const auto [truth, photons] = truth_and_photons(model, image, fraction, request, progress);
        if (!path.empty()) {
          const py::gil_scoped_release unlock;
          write_truth(path, truth, model.experiment, {.image_photons = photons});
        }
        return columns_of(truth, model.experiment);
      },
      py::arg("model"), py::arg("image"), py::arg("fraction"), py::arg("request"), py::arg("progress") = py::none(),
      py::arg("path") = "");

  m.def("recorded", [](const Model& model, const DenseArray<double>& photons, bool with_pedestal) {
    const ImageShape shape = model.experiment.detector.image_shape();
    Recording recording = model.experiment.recording;
    if (!with_pedestal) recording.pedestal = 0;
    std::vector<double> numbers = recorded(pixels_of(photons, shape, "photons"), model.experiment.detector, recording);
    return py::make_tuple(array_of(std::move(numbers), shape_of(shape)), recording.gain, recording.pedestal);
  });

  m.def(
      "counts",
      [](const Model& model, const DenseArray<float>& image, std::optional<bool> noise, std::optional<double> gain,
         std::optional<double> pedestal, std::uint64_t seed, std::uint32_t frame) {
        const ImageShape shape = model.experiment.detector.image_shape();
        const Image photons{shape.n_fast, shape.n_slow, pixels_of(image, shape, "image")};
        Response response = response_of(model, {.counting_noise = true});
        if (noise) response.counting_noise = *noise;
        if (gain) response.gain = *gain;
        if (pedestal) response.offset = *pedestal;
        Counts counts = interruptible([&](const backends::Watch&) {
          return detect(photons, model.experiment.detector, response, {seed, frame});
        });
        py::dict lost;
        lost["overloaded"] = counts.counts.overloads;
        lost["below_zero"] = counts.counts.below_zero;
        return py::make_tuple(array_of(std::move(counts.pixels), shape_of(shape)), lost);
      },
      py::arg("model"), py::arg("image"), py::kw_only(), py::arg("noise"), py::arg("gain"), py::arg("pedestal"),
      py::arg("seed"), py::arg("frame"));

  m.def("detectors", &detector_names);
  m.def("devices", [] {
    std::vector<std::pair<std::string, std::string>> devices;
    for (const auto& backend : backends::registered_backends())
      devices.emplace_back(backend->name(), backend->description());
    return devices;
  });
}

}  // namespace femtobragg::python
