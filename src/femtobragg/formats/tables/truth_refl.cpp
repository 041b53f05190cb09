// Reflection tables of DIALS in their MessagePack form: ["dials::af::reflection_table", 1, {identifiers, nrows, data}],
// each column a type name, a length and the bytes of its values (dials/array_family,
// reflection_table_msgpack_adapter.h).
#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/tables/truth_file.h"

namespace femtobragg::formats {
namespace {

using Json = nlohmann::ordered_json;

/// dials/array_family/flex.py: reflection_table.flags.predicted.
constexpr std::uint64_t predicted = 1;

/// A column whose values are made of `width` numbers of type T each.
template <class T, class Values>
Json column(const char* type, const std::vector<TruthReflection>& reflections, Values&& values) {
  Json::binary_t::container_type bytes;
  for (const TruthReflection& r : reflections)
    for (const T x : values(r)) {
      const auto* begin = reinterpret_cast<const std::uint8_t*>(&x);
      bytes.insert(bytes.end(), begin, begin + sizeof x);
    }
  return Json::array({type, Json::array({reflections.size(), Json::binary(std::move(bytes))})});
}

class ReflColumns {
 public:
  explicit ReflColumns(const TruthRecord& record) : record_(record), rows_(record.truth.reflections) {}

  Json data() const {
    using R = const TruthReflection&;
    Json data;
    data["miller_index"] = column<std::int32_t>("cctbx::miller::index<>", rows_, [](R r) {
      const auto index = [&](std::size_t i) { return static_cast<std::int32_t>(r.hkl[i]); };
      return std::array{index(0), index(1), index(2)};
    });
    data["panel"] = column<std::uint64_t>("std::size_t", rows_, [](R r) { return std::array{std::uint64_t{r.panel}}; });
    data["id"] =
        column<std::int32_t>("int", rows_, [](R r) { return std::array{static_cast<std::int32_t>(r.lattice)}; });
    data["imageset_id"] = column<std::int32_t>("int", rows_, [](R) { return std::array{0}; });
    data["flags"] = column<std::uint64_t>("std::size_t", rows_, [](R) { return std::array{predicted}; });
    data["entering"] = column<bool>("bool", rows_, [&](R r) { return std::array{entering(r)}; });
    data["xyzcal.px"] = vectors([&](R r) { return Vec3d{r.fast_px, r.slow_px, frame(r)}; });
    data["xyzcal.mm"] = vectors([&](R r) {
      const Panel& panel = record_.experiment.detector.panels[r.panel];
      const double pixel = mm_from_metres(panel.pixel_size_m);
      return Vec3d{r.fast_px * pixel * norm(panel.fast_axis), r.slow_px * pixel * norm(panel.slow_axis),
                   sweep() ? r.phi_rad : 0.0};
    });
    const Mat3d dials_frame = transpose(ours_from_dials) * record_.expt_frame;
    data["s1"] =
        vectors([&](R r) { return (1 / angstrom_from_metres(r.wavelength_m)) * (dials_frame * r.diffracted); });
    data["wavelength_cal"] = numbers([](R r) { return angstrom_from_metres(r.wavelength_m); });
    data["excitation_error"] = numbers([](R r) { return r.excitation_per_A; });
    data["amplitude"] = numbers([](R r) { return r.amplitude; });
    data["intensity.sum.value"] = numbers([](R r) { return r.photons; });
    data["intensity.sum.variance"] = numbers([](R r) { return r.sigma * r.sigma; });
    data["background.sum.value"] = numbers([](R r) { return r.background; });
    data["background.mean"] = numbers(background_of_pixel);
    const std::vector<CrystalAxes> crystals = crystals_of(record_);
    data["d"] = numbers([&](R r) { return resolution_A(crystals.at(r.lattice), r.hkl); });
    // Not ub_matrix: with it DIALS takes the crystal for one that changes from frame to frame.
    std::vector<CrystalAxes> turned;
    for (const CrystalAxes& axes : crystals) turned.push_back(axes.turned(dials_frame));
    data["a_star"] = vectors([&](R r) { return turned[r.lattice].a_star_A; });
    data["b_star"] = vectors([&](R r) { return turned[r.lattice].b_star_A; });
    data["c_star"] = vectors([&](R r) { return turned[r.lattice].c_star_A; });
    return data;
  }

 private:
  template <class F>
  Json vectors(F&& f) const {
    return column<double>("vec3<double>", rows_, [&](const TruthReflection& r) {
      const Vec3d v = f(r);
      return std::array{v.x, v.y, v.z};
    });
  }
  template <class F>
  Json numbers(F&& f) const {
    return column<double>("double", rows_, [&](const TruthReflection& r) { return std::array{f(r)}; });
  }

  bool sweep() const { return record_.experiment.spindle.phi_range_rad != 0; }
  /// Place in the series: frame i lasts from i to i + 1; stills have the number of theirs.
  double frame(const TruthReflection& r) const {
    if (!record_.places.empty()) return record_.places[static_cast<std::size_t>(&r - rows_.data())].frame;
    const Spindle& spindle = record_.experiment.spindle;
    // Rounding must not make it a pixel of the frame before.
    const double within =
        sweep() ? std::clamp((r.phi_rad - spindle.phi_start_rad) / spindle.phi_range_rad, 0.0, 1.0) : 0.0;
    return static_cast<double>(record_.number) + within;
  }
  /// Whether turning brings it into the Ewald sphere: |s0 + g| falls where s0 . (axis x g) is below zero.
  bool entering(const TruthReflection& r) const {
    const Experiment& e = record_.experiment;
    return sweep() && dot(e.beam.direction, cross(e.spindle.axis, r.diffracted)) * e.spindle.phi_range_rad < 0;
  }

  const TruthRecord& record_;
  const std::vector<TruthReflection>& rows_;
};

}  // namespace

std::string truth_refl(const TruthRecord& record) {
  Json table;
  table["identifiers"] = Json::object();
  table["nrows"] = record.truth.reflections.size();
  table["data"] = ReflColumns(record).data();
  std::string bytes;
  Json::to_msgpack(Json::array({"dials::af::reflection_table", 1, std::move(table)}), bytes);
  return bytes;
}

}  // namespace femtobragg::formats
