// Scenes and experiments.
#include "bindings.h"

namespace femtobragg::python {
namespace {

py::array_t<double> rows(const Vec3d& a, const Vec3d& b, const Vec3d& c, double unit) {
  return array_of(Mat3d{a * unit, b * unit, c * unit});
}

py::slice slice_of(std::size_t begin, std::size_t count) {
  return {static_cast<py::ssize_t>(begin), static_cast<py::ssize_t>(begin + count), 1};
}

py::dict dict_of(const Panel& p) {
  py::dict d;
  d["name"] = p.name;
  d["origin_m"] = array_of(p.origin_m);
  d["fast_axis"] = array_of(p.fast_axis);
  d["slow_axis"] = array_of(p.slow_axis);
  d["normal"] = array_of(p.normal);
  d["pixel_size_m"] = std::pair(p.edge_fast_m(), p.edge_slow_m());
  d["shape"] = std::pair(p.n_slow, p.n_fast);
  d["slices"] = std::pair(slice_of(p.data_slow, p.n_slow), slice_of(p.data_fast, p.n_fast));
  d["saturation"] = p.saturation;
  d["sensor_thickness_m"] = p.sensor.thickness_m;
  d["sensor_material"] = p.sensor.material;
  return d;
}

/// True where a panel renders a pixel that no mask excludes.
py::array_t<bool> rendered_mask(const Detector& detector) {
  const ImageShape shape = detector.image_shape();
  py::array_t<bool> mask(shape_of(shape));
  bool* const begin = mask.mutable_data();
  std::fill_n(begin, mask.size(), false);
  for (const Panel& panel : detector.panels) {
    const RegionOfInterest r = panel.rendered_region();
    for (std::size_t slow = r.slow_begin; slow < r.slow_end; ++slow)
      for (std::size_t fast = r.fast_begin; fast < r.fast_end; ++fast)
        begin[(panel.data_slow + slow) * shape.n_fast + panel.data_fast + fast] = !panel.masked(fast, slow);
  }
  return mask;
}

/// Resolution of each pixel's centre at the panel's surface; infinite in the direct beam, NaN between panels.
py::array_t<float> resolution_map(const Experiment& e) {
  const ImageShape shape = e.detector.image_shape();
  const Simulation simulation(e);
  const kernel::Plan& plan = simulation.plan();
  std::vector<float> d(shape.n_fast * shape.n_slow, std::numeric_limits<float>::quiet_NaN());
  for (std::size_t p = 0; p < plan.panels.size(); ++p) {
    const Panel& panel = e.detector.panels[p];
    for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
      for (std::size_t fast = 0; fast < panel.n_fast; ++fast) {
        const Vec3d place =
            point_of(plan.panels[p], static_cast<double>(fast) + 0.5, static_cast<double>(slow) + 0.5, 0);
        const double change = norm(place * (1 / norm(place)) - e.beam.direction);
        d[(panel.data_slow + slow) * shape.n_fast + panel.data_fast + fast] =
            static_cast<float>(angstrom_from_metres(e.beam.wavelength_m) / change);
      }
  }
  return array_of(std::move(d), shape_of(shape));
}

/// Where the beam meets the first panel in its way: pixels along fast and slow in the image that the panels share, from
/// the outer corner of the first.
std::optional<std::pair<double, double>> beam_centre_px(const Experiment& e) {
  for (const Panel& panel : e.detector.panels) {
    const auto spot = formats::beam_spot(panel, e.beam.direction);
    if (!spot) continue;
    const bool inside = spot->fast_px >= 0 && spot->fast_px <= static_cast<double>(panel.n_fast) &&
                        spot->slow_px >= 0 && spot->slow_px <= static_cast<double>(panel.n_slow);
    if (inside || e.detector.panels.size() == 1)
      return std::pair(static_cast<double>(panel.data_fast) + spot->fast_px,
                       static_cast<double>(panel.data_slow) + spot->slow_px);
  }
  return std::nullopt;
}

Mat3d matrix_of(const DenseArray<double>& a) {
  const double* const m = a.data();
  return {{m[0], m[1], m[2]}, {m[3], m[4], m[5]}, {m[6], m[7], m[8]}};
}

py::dict sampling_of(const assemble::SamplingReport& report) {
  py::list spreads;
  for (const assemble::SampledSpread& s : report.spreads) {
    py::dict d;
    d["field"] = s.field;
    d["part"] = s.part;
    d["count"] = s.count;
    d["given"] = s.given;
    d["change"] = s.change;
    d["error"] = s.error;
    spreads.append(d);
  }
  py::dict d;
  d["error"] = report.error;
  d["accuracy"] = report.accuracy;
  d["spreads"] = spreads;
  return d;
}

Model assembled_model(Scene scene, const Model* like) {
  auto files = like ? like->files : std::make_shared<assemble::RememberedFiles>();
  auto result = std::make_shared<const assemble::Assembled>(assemble::assembled(std::move(scene), *files));
  Experiment experiment = result->experiment;
  return {std::move(result), std::move(files), std::move(experiment)};
}

}  // namespace

void bind_models(py::module_& m) {
  m.def("scene_schema", &scene::scene_schema);
  // Of an array of shape (3, 3), and back; radians.
  m.def("lab_axis_angles",
        [](const DenseArray<double>& rotation) { return array_of(physics::lab_axis_angles(matrix_of(rotation))); });
  m.def("rotation_about_lab_axes", [](double x, double y, double z) {
    const auto turned = [&](const Vec3d& axis) { return physics::rotate_about_lab_axes(axis, {x, y, z}); };
    return array_of(transpose(Mat3d{turned({1, 0, 0}), turned({0, 1, 0}), turned({0, 0, 1})}));
  });

  py::class_<Scene>(m, "Scene")
      .def_static("read", [](const std::string& path) { return scene::read_scene(path); })
      .def_static("parse",
                  [](const std::string& json, const std::string& name, const std::string& folder) {
                    return scene::parse_scene(json, name, scene::Notation::Json, folder);
                  })
      .def("json", [](const Scene& s,
                      const std::string& folder) { return scene::scene_text(s, scene::Notation::Json, folder); })
      .def("toml", [](const Scene& s, const std::string& folder) {
        return scene::scene_text(s, scene::Notation::Toml, folder);
      });

  py::class_<Model, std::shared_ptr<Model>>(m, "Model")
      .def(py::init([](const Scene& scene, const Model* like) {
             const py::gil_scoped_release unlock;
             return assembled_model(scene, like);
           }),
           py::arg("scene"), py::arg("like") = nullptr)
      .def("at",
           [](const Model& model, const std::vector<std::string>& names, const std::vector<double>& values) {
             Model other = model;
             other.experiment = gradients::ParameterSpace(model.experiment, names).at(values);
             return other;
           })
      .def("frame",
           [](const Model& model, std::size_t frame) {
             auto other = std::make_shared<assemble::Assembled>(*model.assembled);
             assemble::take_frame(*other, frame);
             Experiment experiment = other->experiment;
             return Model{std::move(other), model.files, std::move(experiment)};
           })
      .def("__eq__", [](const Model& a, const Model& b) { return a.experiment == b.experiment; })
      .def_property_readonly("shape",
                             [](const Model& model) {
                               const ImageShape s = model.experiment.detector.image_shape();
                               return std::pair(s.n_slow, s.n_fast);
                             })
      .def_property_readonly("panels",
                             [](const Model& model) {
                               py::list panels;
                               for (const Panel& panel : model.experiment.detector.panels)
                                 panels.append(dict_of(panel));
                               return panels;
                             })
      .def_property_readonly("beam_centre_px", [](const Model& model) { return beam_centre_px(model.experiment); })
      .def_property_readonly("mask", [](const Model& model) { return rendered_mask(model.experiment.detector); })
      .def_property_readonly("resolution_A", [](const Model& model) { return resolution_map(model.experiment); })
      .def_property_readonly("cell",
                             [](const Model& model) {
                               const UnitCell c = cell_of(model.experiment.crystal.axes);
                               return std::array{c.a_A,
                                                 c.b_A,
                                                 c.c_A,
                                                 degrees_from_radians(c.alpha_rad),
                                                 degrees_from_radians(c.beta_rad),
                                                 degrees_from_radians(c.gamma_rad)};
                             })
      .def_property_readonly("space_group", [](const Model& model) { return model.experiment.crystal.space_group; })
      .def_property_readonly("axes_A",
                             [](const Model& model) {
                               const CrystalAxes& a = model.experiment.crystal.axes;
                               return rows(a.a_m, a.b_m, a.c_m, angstrom_from_metres(1));
                             })
      .def_property_readonly("ub_per_A",
                             [](const Model& model) {
                               const CrystalAxes& a = model.experiment.crystal.axes;
                               return array_of(transpose(Mat3d{a.a_star_A, a.b_star_A, a.c_star_A}));
                             })
      .def_property_readonly("misset_deg",
                             [](const Model& model) {
                               const assemble::Assembled& a = *model.assembled;
                               const Vec3d& misset =
                                   a.random_misset_rad ? *a.random_misset_rad : a.scene.crystal.misset_rad;
                               return array_of(misset * degrees_per_radian);
                             })
      .def_property_readonly(
          "wavelength_A", [](const Model& model) { return angstrom_from_metres(model.experiment.beam.wavelength_m); })
      .def_property_readonly("spectrum",
                             [](const Model& model) {
                               std::vector<double> numbers;
                               for (const auto& [wavelength, weight] : wavelengths_and_weights(model.experiment.beam)) {
                                 numbers.push_back(angstrom_from_metres(wavelength));
                                 numbers.push_back(weight);
                               }
                               const auto count = static_cast<py::ssize_t>(numbers.size() / 2);
                               return array_of(std::move(numbers), {count, 2});
                             })
      .def_property_readonly("fluence_per_m2", [](const Model& model) { return model.experiment.beam.fluence_per_m2; })
      .def_property_readonly("phi_steps", [](const Model& model) { return model.experiment.spindle.phi_steps; })
      .def_property_readonly("sources", [](const Model& model) { return model.experiment.beam.sources.size(); })
      .def_property_readonly(
          "mosaic_domains",
          [](const Model& model) { return std::max<std::size_t>(1, model.experiment.crystal.mosaic_rotations.size()); })
      .def_property_readonly("oversample", [](const Model& model) { return model.experiment.sampling.oversample; })
      .def_property_readonly("frames", [](const Model& model) { return model.assembled->scene.frames; })
      .def_property_readonly("finest_resolution_A",
                             [](const Model& model) { return assemble::finest_resolution_A(model.experiment); })
      .def_property_readonly("structure_factors",
                             [](const Model& model) -> py::object {
                               const StructureFactors& f = *model.experiment.structure_factors;
                               if (!f.has_table()) return py::none();
                               std::vector<double> values = f.values;
                               std::vector<py::ssize_t> shape;
                               for (int axis = 0; axis < 3; ++axis)
                                 shape.push_back(static_cast<py::ssize_t>(f.box.extent(axis)));
                               return py::make_tuple(array_of(std::move(values), shape), f.box.min);
                             })
      .def_property_readonly("sampling", [](const Model& model) { return sampling_of(model.assembled->sampling); })
      .def_property_readonly("no_crystal", [](const Model& model) { return model.assembled->no_crystal; })
      .def_property_readonly("warnings", [](const Model& model) { return model.assembled->warnings; })
      .def_property_readonly("notes",
                             [](const Model& model) {
                               std::vector<std::string> notes = model.assembled->file_notes;
                               const auto& more = model.assembled->crystal_notes;
                               notes.insert(notes.end(), more.begin(), more.end());
                               return notes;
                             })
      .def_property_readonly("scene", [](const Model& model) { return model.assembled->scene; });
}

}  // namespace femtobragg::python
