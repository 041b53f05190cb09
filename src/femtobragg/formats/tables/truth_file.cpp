// The record of a run as JSON, the list as CSV, and the choice of the format.
#include "femtobragg/formats/tables/truth_file.h"

#include <nlohmann/json.hpp>

#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::formats {

std::vector<CrystalAxes> crystals_of(const TruthRecord& record) {
  if (!record.crystals.empty()) return record.crystals;
  std::vector<CrystalAxes> crystals;
  for (const Lattice& lattice : record.experiment.lattices) crystals.push_back(lattice.axes);
  if (crystals.empty()) crystals.push_back(record.experiment.crystal.axes);
  return crystals;
}

double background_of_pixel(const TruthReflection& reflection) {
  return reflection.pixels > 0 ? reflection.background / reflection.pixels : 0;
}

std::vector<Mat3d> ub_per_A(const TruthRecord& record) {
  std::vector<Mat3d> all;
  for (const CrystalAxes& crystal : crystals_of(record)) {
    const CrystalAxes axes = crystal.turned(record.frame);
    all.push_back(transpose(Mat3d{axes.a_star_A, axes.b_star_A, axes.c_star_A}));
  }
  return all;
}

std::string record_json(const TruthRecord& record) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["program"] = record.program;
  json["command"] = record.command;
  json["image"] = record.image;
  if (record.frame_in_image) json["frame_in_image"] = *record.frame_in_image;
  if (record.places.empty()) json["frame"] = record.number;
  json["photons"] = {{"image", record.image_photons},
                     {"reflections", record.truth.photons},
                     {"fraction_listed", record.truth.fraction},
                     {"reflections_listed", record.truth.reflections.size()}};
  Json matrices = Json::array();
  for (const Mat3d& ub : ub_per_A(record)) {
    Json& matrix = matrices.emplace_back(Json::array());
    for (const Vec3d& row : {ub.row_x, ub.row_y, ub.row_z}) matrix.push_back({row.x, row.y, row.z});
  }
  json["UB_per_angstrom"] = matrices.size() == 1 ? matrices.front() : matrices;
  for (const auto& [name, seed] : record.seeds) json["seeds"][name] = seed;
  for (const TruthParameter& p : record.parameters) {
    Json& entry = json["parameters"][p.section][p.name];
    entry["value"] = p.value;
    if (!p.unit.empty()) entry["unit"] = p.unit;
    entry["origin"] = p.origin;
  }
  // Names of files need not be UTF-8.
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

std::string truth_csv(const TruthRecord& record) {
  const std::vector<CrystalAxes> crystals = crystals_of(record);
  const bool series = !record.places.empty(), several = crystals.size() > 1;
  std::string text = "# reflections of a simulated " + std::string(series ? "series" : "image") +
                     "; the centre of the first pixel is 0.5, 0.5\n";
  const std::string json = record_json(record);
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t end = std::min(json.find('\n', at), json.size());
    text += "# " + json.substr(at, end - at) + "\n";
    at = end + 1;
  }
  text +=
      "h,k,l,panel,fast_px,slow_px,wavelength_A,phi_deg,excitation_per_A,amplitude,photons,sigma,background,pixels,d_A";
  if (several) text += ",lattice";
  text += series ? ",frame,first_frame,last_frame\n" : "\n";
  constexpr int digits = 12;
  for (std::size_t i = 0; i < record.truth.reflections.size(); ++i) {
    const TruthReflection& r = record.truth.reflections[i];
    for (const std::int64_t index : r.hkl) text += std::to_string(index) + ",";
    text += std::to_string(r.panel);
    for (const double x : {r.fast_px, r.slow_px, angstrom_from_metres(r.wavelength_m), degrees_from_radians(r.phi_rad),
                           r.excitation_per_A, r.amplitude, r.photons, r.sigma, r.background, r.pixels,
                           resolution_A(crystals.at(r.lattice), r.hkl)})
      text += "," + format_number(x, digits);
    if (several) text += "," + std::to_string(r.lattice);
    if (series) {
      const ScanPlace& place = record.places[i];
      text += "," + format_number(place.frame, digits) + "," + std::to_string(place.first_frame) + "," +
              std::to_string(place.last_frame);
    }
    text += "\n";
  }
  return text;
}

void write_truth(const std::string& path, const TruthRecord& record) {
  switch (truth_format_of(path)) {
    case TruthFormat::Hdf5: return write_truth_hdf5(path, record);
    case TruthFormat::Csv: return write_text(path, truth_csv(record));
    case TruthFormat::Refl: return write_text(path, truth_refl(record));
    case TruthFormat::Stream: return write_text(path, truth_stream(record));
  }
}

}  // namespace femtobragg::formats
