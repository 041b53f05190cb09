// Derivatives of images with respect to parameters.
#include <algorithm>

#include "bindings.h"
#include "interruptible.h"

namespace femtobragg::python {
namespace {

/// A gradient together with the space that it refers to.
class Derivatives {
 public:
  Derivatives(const Model& model, const std::vector<std::string>& names, const RenderRequest& request)
      : space_(std::make_unique<gradients::ParameterSpace>(model.experiment, names)),
        values_(space_->start()),
        gradient_(*space_, values_, request) {}

  const gradients::ParameterSpace& space() const { return *space_; }
  const gradients::Gradient& gradient() const { return gradient_; }
  ImageShape shape() const { return gradient_.shape(); }

  void require_count(std::span<const double> numbers, const char* name) const {
    if (numbers.size() == space_->size()) return;
    throw Error::usage({.what = "the number of values differs from the number of parameters",
                        .where = name,
                        .value = std::to_string(numbers.size()),
                        .rule = "there are " + std::to_string(space_->size()) + " parameters"});
  }

  void move_to(const std::vector<double>& values) {
    require_count(values, "values");
    if (values == values_) return;
    gradient_.move_to(values);
    values_ = values;
  }

 private:
  std::unique_ptr<gradients::ParameterSpace> space_;
  std::vector<double> values_;
  gradients::Gradient gradient_;
};

/// The image in doubles; `keep` is called with the tiles that have derivatives, and their places in the image.
template <class Keep>
std::vector<double> photons_while(const Derivatives& d, const py::object& progress, const Keep& keep) {
  const ImageShape shape = d.shape();
  std::vector<double> photons(shape.n_fast * shape.n_slow);
  interruptible(
      [&](const backends::Watch& watch) {
        return d.gradient().visit(
            [&](const gradients::JacobianTile& tile) {
              const std::size_t place = tile.slow * shape.n_fast + tile.fast;
              std::copy_n(tile.photons, tile.count, &photons[place]);
              if (tile.derivatives) keep(tile, place);
            },
            watch);
      },
      progress);
  return photons;
}

/// The image, and the derivatives: parameters x slow x fast.
py::tuple jacobian(const Derivatives& d, const py::object& progress) {
  const ImageShape shape = d.shape();
  const std::size_t pixels = shape.n_fast * shape.n_slow, parameters = d.space().size();
  std::vector<double> derivatives(pixels * parameters);
  std::vector<double> photons = photons_while(d, progress, [&](const gradients::JacobianTile& tile, std::size_t place) {
    for (std::size_t p = 0; p < parameters; ++p)
      std::copy_n(tile.derivatives + p * tile.stride, tile.count, &derivatives[p * pixels + place]);
  });
  std::vector<py::ssize_t> all{static_cast<py::ssize_t>(parameters), static_cast<py::ssize_t>(shape.n_slow),
                               static_cast<py::ssize_t>(shape.n_fast)};
  return py::make_tuple(array_of(std::move(photons), shape_of(shape)),
                        array_of(std::move(derivatives), std::move(all)));
}

/// The image, and its derivative along a direction of the parameters.
py::tuple jvp(const Derivatives& d, const std::vector<double>& direction, const py::object& progress) {
  d.require_count(direction, "direction");
  const ImageShape shape = d.shape();
  std::vector<double> along(shape.n_fast * shape.n_slow);
  std::vector<double> photons = photons_while(d, progress, [&](const gradients::JacobianTile& tile, std::size_t place) {
    for (std::size_t p = 0; p < direction.size(); ++p)
      for (std::size_t i = 0; i < tile.count; ++i)
        along[place + i] += direction[p] * tile.derivatives[p * tile.stride + i];
  });
  return py::make_tuple(array_of(std::move(photons), shape_of(shape)), array_of(std::move(along), shape_of(shape)));
}

py::dict dict_of(const gradients::ParameterInfo& info) {
  py::dict d;
  d["name"] = info.name;
  d["unit"] = info.unit;
  d["help"] = info.help;
  d["scale"] = info.scale;
  d["lowest"] = info.lowest;
  d["highest"] = info.highest;
  return d;
}

}  // namespace

void bind_derivatives(py::module_& m) {
  m.def("parameters", [](const Model& model) {
    py::list listed;
    for (const gradients::ListedParameter& p : gradients::list_parameters(model.experiment)) {
      py::dict d = dict_of(p.info);
      d["value"] = p.value;
      d["why_not"] = p.why_not ? py::object(py::str(*p.why_not)) : py::none();
      listed.append(d);
    }
    return listed;
  });

  py::class_<Derivatives>(m, "Derivatives")
      .def(py::init([](const Model& model, const std::vector<std::string>& names, const RenderRequest& request) {
             const py::gil_scoped_release unlock;
             return std::make_unique<Derivatives>(model, names, request);
           }),
           py::arg("model"), py::arg("names"), py::arg("request"))
      .def_property_readonly("shape",
                             [](const Derivatives& d) { return std::pair(d.shape().n_slow, d.shape().n_fast); })
      .def_property_readonly("names", [](const Derivatives& d) { return d.space().names(); })
      .def_property_readonly("start", [](const Derivatives& d) { return d.space().start(); })
      .def_property_readonly("infos",
                             [](const Derivatives& d) {
                               py::list infos;
                               for (const gradients::ParameterInfo& info : d.space().infos())
                                 infos.append(dict_of(info));
                               return infos;
                             })
      .def("move_to",
           [](Derivatives& d, const std::vector<double>& values) {
             const py::gil_scoped_release unlock;
             d.move_to(values);
           })
      .def("jacobian", &jacobian, py::arg("progress") = py::none())
      .def("jvp", &jvp, py::arg("direction"), py::arg("progress") = py::none())
      .def(
          "vjp",
          [](const Derivatives& d, const DenseArray<double>& weights, const py::object& progress) {
            const std::vector<double> w = pixels_of(weights, d.shape(), "weights");
            return array_of(
                interruptible(
                    [&](const backends::Watch& watch) { return d.gradient().adjoint(w, false, watch).parameters; },
                    progress),
                {static_cast<py::ssize_t>(d.space().size())});
          },
          py::arg("weights"), py::arg("progress") = py::none());
}

}  // namespace femtobragg::python
