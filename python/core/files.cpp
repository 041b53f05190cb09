// Image, geometry and truth files.
#include <algorithm>

#include "bindings.h"
#include "interruptible.h"

namespace femtobragg::python {
namespace {

py::array_t<bool> pixels_in_state(const formats::Frame& frame, PixelState state,
                                  const std::vector<py::ssize_t>& shape) {
  py::array_t<bool> pixels(shape);
  std::ranges::transform(frame.states, pixels.mutable_data(), [&](PixelState s) { return s == state; });
  return pixels;
}

py::dict dict_of(const formats::Frame& frame) {
  py::dict d;
  const std::vector<py::ssize_t> shape = frame.shape
                                             ? shape_of({frame.shape->n_fast, frame.shape->n_slow})
                                             : std::vector<py::ssize_t>{static_cast<py::ssize_t>(frame.pixels.size())};
  if (frame.counts.empty()) {
    std::vector<float> pixels = frame.pixels;
    d["pixels"] = array_of(std::move(pixels), shape);
  } else {
    std::vector<std::int64_t> counts = frame.counts;
    d["pixels"] = array_of(std::move(counts), shape);
  }
  d["valid"] = pixels_in_state(frame, PixelState::Counts, shape);
  d["overloaded"] = pixels_in_state(frame, PixelState::Overloaded, shape);
  d["format"] = frame.format ? std::string(frame.format->name) : std::string();
  d["most"] = frame.most;
  d["pedestal"] = frame.pedestal ? py::object(py::float_(*frame.pedestal)) : py::none();
  d["notes"] = frame.notes;
  return d;
}

formats::PreviewOptions preview_of(const py::dict& d) {
  formats::PreviewOptions o;
  if (d.contains("rings")) o.rings = d["rings"].cast<bool>();
  if (d.contains("colours")) o.colours = d["colours"].cast<std::string>();
  if (d.contains("longest_edge")) o.longest_edge = d["longest_edge"].cast<std::size_t>();
  if (d.contains("bar")) o.bar = d["bar"].cast<bool>();
  return o;
}

/// Empty: not chosen.
formats::Compression packing(const std::string& path, const std::string& name) {
  if (name.empty()) return {};
  if (!formats::image_format_of(path).packs)
    throw Error::usage({.what = "only .nxs has a compression",
                        .where = "write(compression)",
                        .value = name,
                        .remedy = "leave it out, or write .nxs"});
  return formats::compression_named(name, "write(compression)");
}

}  // namespace

void bind_files(py::module_& m) {
  m.def(
      "write_image",
      [](const std::string& path, const DenseArray<float>& image, const Model& model, const py::dict& preview,
         const std::string& compression) {
        const ImageShape shape = model.experiment.detector.image_shape();
        const Image photons{shape.n_fast, shape.n_slow, pixels_of(image, shape, "image")};
        const ImageFileOptions options{.preview = preview_of(preview), .compression = packing(path, compression)};
        const py::gil_scoped_release unlock;
        return write_image(path, photons, model.experiment, options);
      },
      py::arg("path"), py::arg("image"), py::arg("model"), py::arg("preview") = py::dict(), py::arg("compression") = "");
  m.def("write_counts", [](const std::string& path, const DenseArray<std::int32_t>& counts, const Model& model,
                           const std::string& compression) {
    const std::vector<std::int32_t> pixels = pixels_of(counts, model.experiment.detector.image_shape(), "image");
    const ImageFileOptions options{.response = response_of(model, {}), .compression = packing(path, compression)};
    const py::gil_scoped_release unlock;
    return write_counts(path, pixels, model.experiment, options);
  });
  m.def("write_geometry", [](const std::string& path, const Model& model) {
    formats::require_geometry_suffix(path);
    const auto frames = static_cast<std::size_t>(model.assembled->scene.frames);
    return formats::write_geometry(path, geometry_of(model.experiment, Mat3d::identity(), frames));
  });
  m.def("geometry_suffixes", [] {
    std::vector<std::string> all;
    for (const formats::GeometryFormatInfo& format : formats::geometry_formats())
      if (format.write) all.insert(all.end(), format.suffixes.begin(), format.suffixes.end());
    return all;
  });
  // Of formats that store counts of 32 bits as they are.
  m.def("count_suffixes", [] {
    std::vector<std::string> all;
    for (const formats::ImageFormatInfo& format : formats::image_formats())
      if (format.numbers_written(true) == formats::Numbers::Counts)
        all.insert(all.end(), format.suffixes.begin(), format.suffixes.end());
    return all;
  });
  m.def("image_suffixes", [] {
    std::vector<std::string> all;
    for (const formats::ImageFormatInfo& format : formats::image_formats())
      all.insert(all.end(), format.suffixes.begin(), format.suffixes.end());
    return all;
  });
  m.def(
      "read_image",
      [](const std::string& path, std::optional<std::size_t> frame) {
        const formats::Frame read = [&] {
          const py::gil_scoped_release unlock;
          return formats::read_pixels(path, frame);
        }();
        return dict_of(read);
      },
      py::arg("path"), py::arg("frame") = py::none());
}

}  // namespace femtobragg::python
