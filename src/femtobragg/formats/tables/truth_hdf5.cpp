// Truth in HDF5: a data set for each quantity of the reflections, units as attributes, the run's record as JSON.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/io/hdf5_file.h"
#include "femtobragg/formats/tables/truth_file.h"

namespace femtobragg::formats {
namespace {

using Spot = const TruthReflection&;

void write_reflections(const hdf5::Object& group, const TruthRecord& record) {
  const std::vector<TruthReflection>& rows = record.truth.reflections;
  std::vector<std::int32_t> indices, panels;
  std::vector<double> directions;
  for (Spot r : rows) {
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
    for (Spot r : rows) values.push_back(value(r));
    group.write(name, values, {values.size()}, unit);
  };
  column("fast", "pixel", [](Spot r) { return r.fast_px; });
  column("slow", "pixel", [](Spot r) { return r.slow_px; });
  column("wavelength", "angstrom", [](Spot r) { return angstrom_from_metres(r.wavelength_m); });
  column("phi", "deg", [](Spot r) { return degrees_from_radians(r.phi_rad); });
  column("excitation_error", "1/angstrom", [](Spot r) { return r.excitation_per_A; });
  column("amplitude", "electron", [](Spot r) { return r.amplitude; });
  column("photons", "photon", [](Spot r) { return r.photons; });
  column("sigma", "photon", [](Spot r) { return r.sigma; });
  column("background", "photon", [](Spot r) { return r.background; });
  column("pixels", "pixel", [](Spot r) { return r.pixels; });
  const std::vector<CrystalAxes> crystals = crystals_of(record);
  column("resolution", "angstrom", [&](Spot r) { return resolution_A(crystals.at(r.lattice), r.hkl); });
  if (crystals.size() > 1) {
    std::vector<std::int64_t> lattices;
    for (Spot r : rows) lattices.push_back(static_cast<std::int64_t>(r.lattice));
    group.write_integers("lattice", lattices, {lattices.size()});
  }
  if (record.places.empty()) return;
  std::vector<double> frames;
  std::vector<std::int64_t> first, last;
  for (const ScanPlace& place : record.places) {
    frames.push_back(place.frame);
    first.push_back(static_cast<std::int64_t>(place.first_frame));
    last.push_back(static_cast<std::int64_t>(place.last_frame));
  }
  group.write("frame", frames, {frames.size()});
  group.write_integers("first_frame", first, {first.size()});
  group.write_integers("last_frame", last, {last.size()});
}

/// Empty: the record is not as femtobragg writes it.
std::string image_of_record(const std::string& text) {
  const nlohmann::json record = nlohmann::json::parse(text, nullptr, false);
  const bool named = record.is_object() && record.contains("image") && record["image"].is_string();
  return named ? record["image"].get<std::string>() : std::string();
}

/// Rows that a list may have: far more than there are reflections.
constexpr std::size_t most_rows = std::size_t{1} << 30;

}  // namespace

void write_truth_hdf5(const std::string& path, const TruthRecord& record) {
  const hdf5::Session session;
  hdf5::write_file(path, [&](const hdf5::Object& file) {
    write_reflections(file.make_group("reflections", ""), record);
    const std::vector<Mat3d> matrices = ub_per_A(record);
    std::vector<double> entries;
    for (const Mat3d& ub : matrices)
      for (const Vec3d& row : {ub.row_x, ub.row_y, ub.row_z}) entries.insert(entries.end(), {row.x, row.y, row.z});
    if (matrices.size() == 1)
      file.write("UB", entries, {3, 3}, "1/angstrom");
    else
      file.write("UB", entries, {matrices.size(), 3, 3}, "1/angstrom");
    file.write("photons_in_image", record.image_photons);
    file.write("photons_in_reflections", record.truth.photons);
    file.write_text("record", record_json(record));
  });
}

TruthOfFile read_truth_hdf5(const std::string& path) {
  const hdf5::Session session;
  const hdf5::Object file = hdf5::open_file(path), group = file.open("reflections");
  const auto numbers = [&](const char* name) { return group.open(name).numbers(most_rows); };
  const std::vector<double> hkl = numbers("miller_index"), panel = numbers("panel"), ray = numbers("direction"),
                            fast = numbers("fast"), slow = numbers("slow"), wavelength = numbers("wavelength"),
                            phi = numbers("phi"), excitation = numbers("excitation_error"),
                            amplitude = numbers("amplitude"), photons = numbers("photons"), sigma = numbers("sigma"),
                            background = numbers("background"), pixels = numbers("pixels");
  const std::size_t rows = photons.size();
  for (const std::vector<double>* list :
       {&panel, &fast, &slow, &wavelength, &phi, &excitation, &amplitude, &sigma, &background, &pixels})
    if (list->size() != rows || hkl.size() != 3 * rows || ray.size() != 3 * rows)
      throw Error::runtime({.what = "the columns of the reflection list differ in length",
                            .where = in_quotes(path),
                            .rule = "each reflection must have all quantities",
                            .remedy = "remove the file"});
  TruthOfFile result;
  result.image_photons = file.open("photons_in_image").numbers(1).front();
  if (file.has("record")) result.image = image_of_record(file.open("record").text());
  result.truth.photons = file.open("photons_in_reflections").numbers(1).front();
  const std::vector<double> ub = file.open("UB").numbers(most_rows);
  for (std::size_t i = 0; i + 9 <= ub.size(); i += 9) {
    const auto column = [&](std::size_t k) { return Vec3d{ub[i + k], ub[i + 3 + k], ub[i + 6 + k]}; };
    result.crystals.push_back(CrystalAxes::from_reciprocal({column(0), column(1), column(2)}));
  }
  const std::vector<double> lattice = group.has("lattice") ? numbers("lattice") : std::vector<double>(rows, 0.0);
  if (lattice.size() != rows || std::ranges::any_of(lattice, [&](double number) {
        return !(number >= 0 && number < static_cast<double>(result.crystals.size()));
      }))
    throw Error::runtime({.what = "the list does not say which crystal its reflections are of",
                          .where = in_quotes(path),
                          .rule = "UB must have a matrix for each lattice",
                          .remedy = "remove the file"});
  for (std::size_t i = 0; i < rows; ++i) {
    TruthReflection& r = result.truth.reflections.emplace_back();
    for (std::size_t axis = 0; axis < 3; ++axis) r.hkl[axis] = static_cast<std::int64_t>(hkl[3 * i + axis]);
    r.panel = static_cast<std::size_t>(panel[i]);
    r.lattice = static_cast<std::size_t>(lattice[i]);
    r.fast_px = fast[i];
    r.slow_px = slow[i];
    r.wavelength_m = metres_from_angstrom(wavelength[i]);
    r.phi_rad = radians_from_degrees(phi[i]);
    r.excitation_per_A = excitation[i];
    r.amplitude = amplitude[i];
    r.photons = photons[i];
    r.sigma = sigma[i];
    r.background = background[i];
    r.pixels = pixels[i];
    r.diffracted = {ray[3 * i], ray[3 * i + 1], ray[3 * i + 2]};
  }
  return result;
}

}  // namespace femtobragg::formats
