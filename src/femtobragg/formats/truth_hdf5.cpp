// Truth in HDF5: a data set for each quantity of the reflections, units as attributes, the run's record as JSON.
#include "femtobragg/base/units.h"
#include "femtobragg/formats/hdf5_file.h"
#include "femtobragg/formats/truth_file.h"

namespace femtobragg::formats {
namespace {

using R = const TruthReflection&;

void write_reflections(const hdf5::Object& group, const TruthRecord& record) {
  const std::vector<TruthReflection>& rows = record.truth.reflections;
  std::vector<std::int32_t> indices, panels;
  std::vector<double> directions;
  for (R r : rows) {
    for (const std::int64_t index : r.hkl) indices.push_back(static_cast<std::int32_t>(index));
    panels.push_back(static_cast<std::int32_t>(r.panel));
    const Vec3d d = record.frame * r.diffracted;
    directions.insert(directions.end(), {d.x, d.y, d.z});
  }
  group.write_integers("miller_index", indices, {rows.size(), 3});
  group.write_integers("panel", panels, {rows.size()});
  group.write("direction", directions, {rows.size(), 3});
  const auto column = [&](const char* name, const char* unit, auto&& value) {
    std::vector<double> values;
    for (R r : rows) values.push_back(value(r));
    group.write(name, values, {values.size()}, unit);
  };
  column("fast", "pixel", [](R r) { return r.fast_px; });
  column("slow", "pixel", [](R r) { return r.slow_px; });
  column("wavelength", "angstrom", [](R r) { return angstrom_from_metres(r.wavelength_m); });
  column("phi", "deg", [](R r) { return degrees_from_radians(r.phi_rad); });
  column("excitation_error", "1/angstrom", [](R r) { return r.excitation_per_A; });
  column("amplitude", "electron", [](R r) { return r.amplitude; });
  column("photons", "photon", [](R r) { return r.photons; });
}

}  // namespace

void write_truth_hdf5(const std::string& path, const TruthRecord& record) {
  const hdf5::Session session;
  hdf5::write_file(path, [&](const hdf5::Object& file) {
    write_reflections(file.make_group("reflections", ""), record);
    file.write("photons_in_image", record.image_photons);
    file.write("photons_in_reflections", record.truth.photons);
    file.write_text("record", record_json(record));
  });
}

}  // namespace femtobragg::formats
