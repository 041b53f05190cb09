// One data set for each quantity.
#include "femtobragg/dataset/label_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/dataset/pixel_classes.h"
#include "femtobragg/formats/io/hdf5_file.h"

namespace femtobragg::dataset {
namespace {

namespace hdf5 = formats::hdf5;

std::string names_of_classes() {
  nlohmann::ordered_json names;
  for (const PixelClassInfo& one : pixel_classes)
    names[std::to_string(static_cast<int>(one.value))] = {{"name", one.name}, {"meaning", one.meaning}};
  return names.dump();
}

class LabelWriter {
 public:
  LabelWriter(const hdf5::Object& file, const LabelHeader& header, std::uint64_t first,
              std::span<const MadeImage> images)
      : file_(file), header_(header), first_(first), images_(images) {}

  void write() const {
    std::vector<std::int64_t> numbers, hits;
    for (const MadeImage& one : images_) {
      numbers.push_back(static_cast<std::int64_t>(first_ + numbers.size()));
      hits.push_back(one.hit ? 1 : 0);
    }
    file_.write_integers("image", numbers, {numbers.size()});
    file_.write_integers("hit", hits, {hits.size()});
    write_each("photons_of_spots", [](const MadeImage& one) { return one.photons_of_spots; });
    write_each("photons_of_backgrounds", [](const MadeImage& one) { return one.photons_of_backgrounds; });
    write_values(file_.make_group("values", ""));
    write_lattices(file_.make_group("lattices", ""));
    std::vector<std::int64_t> origins;
    for (const Panel& panel : header_.detector.panels)
      origins.insert(origins.end(),
                     {static_cast<std::int64_t>(panel.data_fast), static_cast<std::int64_t>(panel.data_slow)});
    file_.write_integers("panel_origin", origins, {header_.detector.panels.size(), 2});
    if (header_.settings.classes)
      write_planes(file_, "classes", hdf5::Number::UInt8, &MadeImage::classes).set("classes", names_of_classes());
    if (header_.settings.spots) write_spots(file_.make_group("spots", ""));
    if (!header_.settings.photons) return;
    const hdf5::Object expected = file_.make_group("expected", "");
    write_planes(expected, "spots", hdf5::Number::Float32, &MadeImage::spot_photons).set("units", "photon");
    write_planes(expected, "backgrounds", hdf5::Number::Float32, &MadeImage::background_photons).set("units", "photon");
  }

 private:
  template <class F>
  void write_each(const char* name, F&& value) const {
    std::vector<double> values;
    for (const MadeImage& one : images_) values.push_back(value(one));
    file_.write(name, values, {values.size()});
  }

  void write_values(const hdf5::Object& group) const {
    for (std::size_t i = 0; i < header_.columns.size(); ++i) {
      const recipe::Column& column = header_.columns[i];
      std::vector<double> numbers;
      nlohmann::json texts = nlohmann::json::array();
      for (const MadeImage& one : images_)
        column.is_text ? texts.push_back(std::get<std::string>(one.values[i]))
                       : numbers.push_back(std::get<double>(one.values[i]));
      if (column.is_text)
        group.write_text(column.name, texts.dump());
      else
        group.write(column.name, numbers, {numbers.size()});
    }
  }

  hdf5::Object write_planes(const hdf5::Object& group, const char* name, hdf5::Number number,
                            std::string MadeImage::*packed) const {
    const ImageShape shape = header_.detector.image_shape();
    hdf5::Object planes = group.make_slices(name, number, {images_.size(), shape.n_slow, shape.n_fast}, label_packing);
    for (std::size_t i = 0; i < images_.size(); ++i) planes.write_packed_slice(i, images_[i].*packed);
    return planes;
  }

  void write_lattices(const hdf5::Object& group) const {
    std::vector<std::int64_t> first{0};
    std::vector<double> ub;
    for (const MadeImage& one : images_) {
      for (const Mat3d& m : one.ub_per_A)
        for (const Vec3d& row : {m.row_x, m.row_y, m.row_z}) ub.insert(ub.end(), {row.x, row.y, row.z});
      first.push_back(static_cast<std::int64_t>(ub.size() / 9));
    }
    group.write_integers("first", first, {first.size()});
    group.write("ub", ub, {ub.size() / 9, 3, 3}, "1/angstrom");
  }

  void write_spots(const hdf5::Object& group) const {
    std::vector<std::int64_t> first{0};
    std::vector<const TruthReflection*> rows;
    std::vector<double> resolutions;
    for (const MadeImage& one : images_) {
      for (const TruthReflection& r : one.reflections) rows.push_back(&r);
      resolutions.insert(resolutions.end(), one.resolutions_A.begin(), one.resolutions_A.end());
      first.push_back(static_cast<std::int64_t>(rows.size()));
    }
    group.write_integers("first", first, {first.size()});
    std::vector<std::int32_t> indices, panels, lattices;
    for (const TruthReflection* r : rows) {
      for (const std::int64_t index : r->hkl) indices.push_back(static_cast<std::int32_t>(index));
      panels.push_back(static_cast<std::int32_t>(r->panel));
      lattices.push_back(static_cast<std::int32_t>(r->lattice));
    }
    group.write_integers("miller_index", indices, {rows.size(), 3});
    group.write_integers("panel", panels, {rows.size()});
    group.write_integers("lattice", lattices, {rows.size()});
    const auto column = [&](const char* name, const char* unit, auto&& value) {
      std::vector<double> values;
      for (const TruthReflection* r : rows) values.push_back(value(*r));
      group.write(name, values, {values.size()}, unit);
    };
    column("fast", "pixel", [](const TruthReflection& r) { return r.fast_px; });
    column("slow", "pixel", [](const TruthReflection& r) { return r.slow_px; });
    column("photons", "photon", [](const TruthReflection& r) { return r.photons; });
    column("sigma", "photon", [](const TruthReflection& r) { return r.sigma; });
    column("background", "photon", [](const TruthReflection& r) { return r.background; });
    column("pixels", "pixel", [](const TruthReflection& r) { return r.pixels; });
    column("wavelength", "angstrom", [](const TruthReflection& r) { return angstrom_from_metres(r.wavelength_m); });
    group.write("resolution", resolutions, {resolutions.size()}, "angstrom");
  }

  const hdf5::Object& file_;
  const LabelHeader& header_;
  std::uint64_t first_;
  std::span<const MadeImage> images_;
};

/// RFC 4180.
std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

void write_labels(const std::string& path, const LabelHeader& header, std::uint64_t first,
                  std::span<const MadeImage> images) {
  const hdf5::Session session;
  hdf5::write_file(path, [&](const hdf5::Object& file) { LabelWriter(file, header, first, images).write(); });
}

std::string csv_heading(std::span<const recipe::Column> columns) {
  std::string line = "image,hit,photons_of_spots,photons_of_backgrounds";
  for (const recipe::Column& column : columns) line += "," + csv_text(column.name);
  return line + "\n";
}

std::string csv_row(std::uint64_t image, const MadeImage& made) {
  std::string line = std::to_string(image) + (made.hit ? ",1," : ",0,") + format_number(made.photons_of_spots, 9) +
                     "," + format_number(made.photons_of_backgrounds, 9);
  for (const recipe::Cell& cell : made.values) {
    const auto* const number = std::get_if<double>(&cell);
    line += "," + (number ? format_number(*number, 17) : csv_text(std::get<std::string>(cell)));
  }
  return line + "\n";
}

}  // namespace femtobragg::dataset
