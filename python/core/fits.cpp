// Refinement of experiments against measured images, and the search for an orientation.
#include <algorithm>
#include <cmath>

#include "bindings.h"
#include "femtobragg/base/units.h"
#include "interruptible.h"

namespace femtobragg::python {
namespace {

using refine::Refinement;
using refine::RefinementOptions;
using refine::RefinementResult;

refine::Target target_of(const DenseArray<float>& image, const py::object& usable, const Experiment& experiment,
                         const std::string& name, double offset) {
  const ImageShape shape = experiment.detector.image_shape();
  const std::vector<float> values = pixels_of(image, shape, "target");
  std::vector<PixelState> states;
  if (!usable.is_none()) {
    const std::vector<std::uint8_t> mask = pixels_of(DenseArray<std::uint8_t>(usable), shape, "mask");
    states.resize(mask.size());
    std::ranges::transform(mask, states.begin(), [](auto m) { return m ? PixelState::Counts : PixelState::Masked; });
  }
  return refine::make_target(name, values, experiment, states, offset);
}

bool names_pedestal(const Experiment& experiment, const std::vector<std::string>& parameters) {
  const std::vector<std::string> names = gradients::ParameterSpace(experiment, parameters).names();
  return std::ranges::find(names, "pedestal") != names.end();
}

RefinementOptions options_of(const py::dict& d) {
  RefinementOptions o;
  o.parameters = d["parameters"].cast<std::vector<std::string>>();
  o.per_image = d["per_image"].cast<std::vector<std::string>>();
  o.shared = d["shared"].cast<std::vector<std::string>>();
  o.loss.kind = refine::loss_kind_named(d["loss"].cast<std::string>());
  if (!d["background"].is_none()) o.background = refine::parse_background_form(d["background"].cast<std::string>());
  if (!d["pixels"].is_none()) o.pixels = refine::parse_pixel_selection(d["pixels"].cast<std::string>());
  o.pixels.seed = d["seed"].cast<std::uint64_t>();
  for (const auto& [name, value, sigma] :
       d["restraints"].cast<std::vector<std::tuple<std::string, double, double>>>()) {
    if (!(std::isfinite(value) && std::isfinite(sigma) && sigma > 0))
      throw Error::usage({.what = "a restraint needs a value and a standard deviation above zero",
                          .where = "restraints",
                          .value = name});
    o.restraints.push_back({name, value, sigma});
  }
  for (const auto& [name, low, high] : d["bounds"].cast<std::vector<std::tuple<std::string, double, double>>>())
    o.bounds.push_back({name, low, high});
  o.ties = d["ties"].cast<std::vector<std::vector<std::string>>>();
  o.default_restraints = d["default_restraints"].cast<bool>();
  for (const auto& [name, value] : d["start"].cast<std::vector<std::pair<std::string, double>>>())
    o.start.push_back({name, {}, value});
  if (!d["levels"].is_none()) o.levels = d["levels"].cast<int>();
  o.most_iterations = d["most_iterations"].cast<int>();
  o.least_correlation = d["least_correlation"].cast<double>();
  o.request = d["request"].cast<RenderRequest>();
  return o;
}

/// Form, photons, the curve with rows of sin(theta) / lambda, resolution and photons, and that of the scatterer.
py::tuple tuple_of(const refine::SmoothBackground& background, const ImageShape& shape) {
  std::vector<double> curve, photons = background.photons;
  for (const refine::BackgroundPoint& p : background.curve)
    curve.insert(curve.end(), {p.stol_per_A, p.resolution_A, p.photons});
  const auto points = static_cast<py::ssize_t>(background.curve.size());
  py::object scatterer = py::none();
  if (background.scatterer) {
    const Background& found = *background.scatterer;
    std::vector<double> rows;
    for (std::size_t i = 0; i < found.stol_per_m.size(); ++i)
      rows.insert(rows.end(), {found.stol_per_m[i] * metres_from_angstrom(1), found.intensity_e2[i]});
    scatterer = array_of(std::move(rows), {static_cast<py::ssize_t>(found.stol_per_m.size()), 2});
  }
  return py::make_tuple(refine::name_of(background.form), array_of(std::move(photons), shape_of(shape)),
                        array_of(std::move(curve), {points, 3}), scatterer);
}

py::dict dict_of(const RefinementResult& r) {
  py::dict d;
  py::list parameters;
  for (const refine::RefinedParameter& p : r.parameters) {
    py::dict one;
    one["name"] = p.name;
    one["unit"] = p.unit;
    one["image"] = p.image ? py::object(py::int_(*p.image)) : py::none();
    one["start"] = p.start;
    one["value"] = p.value;
    one["standard_error"] = p.standard_error;
    one["tied"] = p.tied;
    one["at_bound"] = p.at_bound;
    parameters.append(one);
  }
  d["parameters"] = parameters;
  std::vector<double> correlation = r.correlation;
  const auto n = static_cast<py::ssize_t>(std::sqrt(static_cast<double>(correlation.size())) + 0.5);
  d["correlation"] = array_of(std::move(correlation), {n, n});
  d["image_correlation"] = r.image_correlation;
  std::vector<double> costs;
  for (const refine::Iteration& i : r.iterations) costs.push_back(i.cost);
  d["costs"] = costs;
  d["notes"] = r.notes;
  d["cost_before"] = r.cost_before;
  d["cost"] = r.cost;
  d["reduced_chi_squared"] = r.reduced_chi_squared();
  d["converged"] = r.converged;
  d["stopped"] = r.stopped;
  d["termination"] = r.termination;
  d["seconds"] = r.seconds;
  return d;
}

/// Values of the parameters of one image, by name; those that are tied too.
std::vector<std::pair<std::string, double>> values_of(const RefinementResult& result, std::size_t image) {
  std::vector<std::pair<std::string, double>> values;
  for (const refine::RefinedParameter& p : result.parameters) {
    if (p.image && *p.image != image) continue;
    values.emplace_back(p.name, p.value);
    for (const std::string& other : p.tied) values.emplace_back(other, p.value);
  }
  return values;
}

}  // namespace

void bind_fits(py::module_& m) {
  m.def(
      "refine",
      [](const std::vector<std::shared_ptr<Model>>& models, const std::vector<DenseArray<float>>& targets,
         const std::vector<py::object>& masks, std::optional<double> offset, const py::dict& options,
         const py::object& tell) {
        const RefinementOptions chosen = options_of(options);
        Refinement refinement(chosen);
        std::vector<double> subtracted;
        for (std::size_t i = 0; i < models.size(); ++i) {
          Experiment experiment = models[i]->experiment;
          const bool pedestal_is_refined = names_pedestal(experiment, chosen.parameters);
          subtracted.push_back(refine::settle_offset(experiment, offset, pedestal_is_refined));
          refine::Target target =
              target_of(targets[i], masks[i], experiment, "image " + std::to_string(i), subtracted.back());
          refinement.add(std::move(experiment), std::move(target));
        }
        std::vector<std::tuple<int, int, double, double>> steps;
        std::mutex mutex;
        const auto forward = [&](const py::object&) {
          std::vector<std::tuple<int, int, double, double>> news;
          {
            const std::lock_guard lock(mutex);
            news.swap(steps);
          }
          for (const auto& [level, number, cost, left] : news) tell(level, number, cost, left);
        };
        const py::object follow = tell.is_none() ? py::object(py::none()) : py::object(py::cpp_function(forward));
        const RefinementResult result = interruptible(
            [&](const backends::Watch& watch) {
              refine::RefinementWatch w{.stop = watch.stop, .abandon = watch.stop};
              w.iteration = [&](const refine::Iteration& i) {
                const std::lock_guard lock(mutex);
                steps.emplace_back(i.level, i.number, i.cost, i.seconds_left);
              };
              return refinement.run(w);
            },
            follow);
        if (!tell.is_none()) forward(py::none());  // what came since it was last looked at
        py::list refined;
        for (std::size_t i = 0; i < models.size(); ++i) {
          Model model = *models[i];
          model.experiment = refinement.refined(i, result);
          // All pixels again.
          for (std::size_t p = 0; p < model.experiment.detector.panels.size(); ++p)
            model.experiment.detector.panels[p].mask = models[i]->experiment.detector.panels[p].mask;
          if (!names_pedestal(models[i]->experiment, chosen.parameters))
            model.experiment.recording.pedestal = models[i]->experiment.recording.pedestal;
          refined.append(py::make_tuple(model, values_of(result, i)));
        }
        py::list backgrounds;
        for (std::size_t i = 0; i < result.backgrounds.size(); ++i)
          backgrounds.append(tuple_of(result.backgrounds[i], models[i]->experiment.detector.image_shape()));
        return py::make_tuple(dict_of(result), refined, backgrounds, subtracted);
      },
      py::arg("models"), py::arg("targets"), py::arg("masks"), py::arg("offset"), py::arg("options"),
      py::arg("tell") = py::none());

  m.def(
      "smooth_background",
      [](const Model& model, const DenseArray<float>& target, const py::object& mask, double offset,
         const std::string& form, const py::object& spots) {
        const ImageShape shape = model.experiment.detector.image_shape();
        const refine::Target image = target_of(target, mask, model.experiment, "image", offset);
        std::vector<double> photons;
        if (!spots.is_none()) photons = pixels_of(DenseArray<double>(spots), shape, "spots");
        const auto found = interruptible([&](const backends::Watch& watch) {
          return refine::smooth_background(image, model.experiment, refine::parse_background_form(form), photons, {},
                                           watch.stop);
        });
        return tuple_of(found, shape);
      },
      py::arg("model"), py::arg("target"), py::arg("mask"), py::arg("offset"), py::arg("form"), py::arg("spots"));

  m.def(
      "orient",
      [](const Model& model, const DenseArray<float>& target, const py::object& mask, double offset,
         const RenderRequest& request) {
        const refine::Target image = target_of(target, mask, model.experiment, "image", offset);
        const auto found = interruptible([&](const backends::Watch& watch) {
          return refine::search_orientation(model.experiment, image, {.request = request, .stop = watch.stop});
        });
        py::list candidates;
        for (const refine::OrientationCandidate& c : found)
          candidates.append(py::make_tuple(array_of(c.rotation), c.score, c.correlation));
        return candidates;
      },
      py::arg("model"), py::arg("target"), py::arg("mask"), py::arg("offset"), py::arg("request"));
}

}  // namespace femtobragg::python
