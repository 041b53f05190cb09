// What the files of the module share: arrays, and the types that several of them bind.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "femtobragg/femtobragg.h"

namespace femtobragg::python {

namespace py = pybind11;

/// A scene that has become an experiment, and the values that its parameters have been given since.
struct Model {
  std::shared_ptr<const assemble::Assembled> assembled;
  std::shared_ptr<assemble::RememberedFiles> files;
  Experiment experiment;
};

/// What its scene says, with the values that parameters have been given since; by default the other.
inline Response response_of(const Model& model, const Response& otherwise) {
  return with_recording(model.assembled->response.value_or(otherwise), model.experiment.recording);
}

/// An array that owns what a vector holds; nothing is copied.
template <class T>
py::array_t<T> array_of(std::vector<T>&& numbers, std::vector<py::ssize_t> shape) {
  auto* const kept = new std::vector<T>(std::move(numbers));
  const py::capsule owner(kept, [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return py::array_t<T>(std::move(shape), kept->data(), owner);
}

inline std::vector<py::ssize_t> shape_of(const ImageShape& shape) {
  return {static_cast<py::ssize_t>(shape.n_slow), static_cast<py::ssize_t>(shape.n_fast)};
}

template <class T>
using DenseArray = py::array_t<T, py::array::c_style | py::array::forcecast>;

/// The numbers of an array of the image's shape, photons or weights. Throws Error(Usage) for other shapes.
template <class T>
std::vector<T> pixels_of(const DenseArray<T>& array, const ImageShape& shape, const char* name) {
  if (array.ndim() != 2 || array.shape(0) != static_cast<py::ssize_t>(shape.n_slow) ||
      array.shape(1) != static_cast<py::ssize_t>(shape.n_fast)) {
    std::string given;
    for (py::ssize_t i = 0; i < array.ndim(); ++i) given += (i ? ", " : "") + std::to_string(array.shape(i));
    throw Error::usage({.what = "an array does not have the shape of the image",
                        .where = name,
                        .value = "(" + given + ")",
                        .rule = "its shape (slow, fast) must be (" + std::to_string(shape.n_slow) + ", " +
                                std::to_string(shape.n_fast) + ")"});
  }
  return {array.data(), array.data() + array.size()};
}

inline py::array_t<double> array_of(const Vec3d& v) { return array_of<double>({v.x, v.y, v.z}, {3}); }
inline py::array_t<double> array_of(const Mat3d& m) {
  return array_of<double>(
      {m.row_x.x, m.row_x.y, m.row_x.z, m.row_y.x, m.row_y.y, m.row_y.z, m.row_z.x, m.row_z.y, m.row_z.z}, {3, 3});
}

py::dict dict_of(const backends::RunSummary& summary);

/// Photons in double precision, without the rounding to floats.
struct DoubleRendering {
  std::vector<double> photons;
  backends::RunSummary summary;
};
/// By the code that differentiates.
DoubleRendering render_in_doubles(const Experiment& experiment, RenderRequest request, const backends::Watch& watch);

void bind_errors(py::module_& m);
void bind_models(py::module_& m);
void bind_rendering(py::module_& m);
void bind_batch(py::module_& m);
void bind_derivatives(py::module_& m);
void bind_fits(py::module_& m);
void bind_files(py::module_& m);

}  // namespace femtobragg::python
