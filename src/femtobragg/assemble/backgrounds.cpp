// A material or a table gives the scattering of a molecule, the beam and its path the number of molecules.
#include "femtobragg/assemble/backgrounds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <vector>

#include "femtobragg/assemble/factors.h"
#include "femtobragg/assemble/materials.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/near_words.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/io/input_file.h"

namespace femtobragg::assemble {
namespace {

constexpr const char* material_field = "background.material";

[[noreturn]] void refuse(const BackgroundScene& scene, const std::string& what, const std::string& rule,
                         const std::string& remedy) {
  throw Error::usage(
      {.what = what, .where = material_field, .value = in_quotes(name_of(scene)), .rule = rule, .remedy = remedy});
}

std::vector<std::string> words_of(std::string_view line) {
  constexpr std::string_view blanks = " \t\r,;";
  std::vector<std::string> words;
  for (std::size_t begin = 0; (begin = line.find_first_not_of(blanks, begin)) != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(blanks, begin), line.size());
    words.emplace_back(line.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

struct Row {
  double stol_per_A, value;
  std::size_t line;
};

[[noreturn]] void refuse_line(const std::string& name, std::size_t line, const std::string& what,
                              const std::string& value, const std::string& rule) {
  throw Error::usage({.what = what,
                      .where = name + ":" + std::to_string(line),
                      .value = value,
                      .rule = rule,
                      .remedy = "correct the table; # begins a comment"});
}

double number_of_row(const std::string& name, std::size_t line, const std::string& word) {
  const std::optional<double> number = parse_number(word);
  if (!number || !std::isfinite(*number) || *number < 0)
    refuse_line(name, line, "a table of scattering has a wrong value", in_quotes(word),
                "it must be a finite number that is not negative");
  return *number;
}

std::vector<Row> rows_of(std::string_view text, const std::string& name) {
  std::vector<Row> rows;
  std::size_t line = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view whole = text.substr(0, end);
    const std::vector<std::string> words = words_of(whole.substr(0, whole.find('#')));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
    if (words.empty()) continue;
    if (words.size() < 2)
      refuse_line(name, line, "a row of a table of scattering is incomplete", in_quotes(words[0]),
                  "it must have two numbers: sin(theta)/lambda in 1/A, and electrons");
    rows.push_back({number_of_row(name, line, words[0]), number_of_row(name, line, words[1]), line});
  }
  std::ranges::stable_sort(rows, {}, &Row::stol_per_A);
  const auto twice = std::ranges::adjacent_find(rows, std::ranges::equal_to(), &Row::stol_per_A);
  if (twice != rows.end())
    refuse_line(name, std::next(twice)->line, "a table of scattering has a point twice",
                format_number(twice->stol_per_A) + " 1/A", "line " + std::to_string(twice->line) + " has it already");
  if (rows.size() < 2)
    throw Error::usage({.what = "a table of scattering is too short",
                        .where = name,
                        .value = std::to_string(rows.size()) + (rows.size() == 1 ? " row" : " rows"),
                        .rule = "it must have at least two rows",
                        .remedy = "give the same value at two angles for one that does not depend on the angle"});
  return rows;
}

/// A value and its derivative.
struct Slope {
  double value, slope;
};

/// The polynomial through some rows (Lagrange).
Slope polynomial(const std::vector<Row>& rows, std::size_t first, std::size_t last, double x) {
  Slope sum{0, 0};
  for (std::size_t i = first; i <= last; ++i) {
    Slope term{rows[i].value, 0};
    for (std::size_t j = first; j <= last; ++j) {
      if (j == i) continue;
      const double per_gap = 1 / (rows[i].stol_per_A - rows[j].stol_per_A), factor = (x - rows[j].stol_per_A) * per_gap;
      term = {term.value * factor, term.slope * factor + term.value * per_gap};
    }
    sum = {sum.value + term.value, sum.slope + term.slope};
  }
  return sum;
}

/// Between two rows, the cubic through them and the next one on each side; a parabola at the ends. Parts that are short
/// enough make its square a cubic too; rows that are many are so close that few are.
void add_cubics(const std::vector<Row>& rows, const BackgroundScene& scene, Background& background) {
  constexpr std::size_t most_parts = 64, most_in_all = 200'000;
  const auto parts = static_cast<int>(std::clamp<std::size_t>(most_in_all / rows.size(), 1, most_parts));
  const bool squared = scene.column == TableColumn::Amplitude;
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    const std::size_t first = i == 0 ? 0 : i - 1, last = std::min(i + 2, rows.size() - 1);
    const double from = rows[i].stol_per_A, width = (rows[i + 1].stol_per_A - from) / parts;
    const auto intensity = [&](int part) {
      const double x = part == parts ? rows[i + 1].stol_per_A : from + width * part;
      const Slope f = polynomial(rows, first, last, x);
      return squared ? Slope{f.value * f.value, 2 * f.value * f.slope} : f;
    };
    for (int part = 0; part < parts; ++part) {
      const Slope here = intensity(part), next = intensity(part + 1);
      if (here.value < 0)
        refuse(scene, "the cubics of a table go below zero",
               "near " + format_number(from + width * part, 4) + " 1/A: intensities must not be negative",
               "interpolate by straight lines, or give more rows");
      background.stol_per_m.push_back((from + width * part) * 1e10);
      background.intensity_e2.push_back(here.value);
      background.slope_e2_m.push_back(here.slope * 1e-10);
      background.slope_e2_m.push_back(next.slope * 1e-10);
    }
  }
  const double end = rows.back().value;
  background.stol_per_m.push_back(rows.back().stol_per_A * 1e10);
  background.intensity_e2.push_back(squared ? end * end : end);
}

/// Across the beam. A Gaussian beam has the fluence of its centre on an area that gets all of its photons.
double beam_area_m2(const BeamScene& beam) {
  return beam.size_m > 0 ? beam.size_m * beam.size_m / central_fluence(beam.profile) : 0;
}

[[noreturn]] void refuse_name(const BackgroundScene& scene) {
  std::vector<std::string> names;
  for (const Material& m : materials()) names.emplace_back(m.name);
  const std::string near = nearest_word(name_of(scene), names);
  refuse(scene, scene.file.empty() ? "there is no such material" : "there is no such material or file",
         near.empty() ? "there are " + material_names() : "did you mean " + near + "?", "correct it, or name a file");
}

/// The tables of atoms go no further.
void require_known_energy(const BackgroundScene& scene, double wavelength_m) {
  constexpr double least_keV = 0.1, most_keV = 800;
  const double keV = hc_eV_angstrom / angstrom_from_metres(wavelength_m) / 1000;
  if (keV >= least_keV && keV <= most_keV) return;
  refuse(scene, "no scattering is known for photons of " + format_number(keV, 4) + " keV",
         "materials have tables from 0.1 to 800 keV", "give a table of your own");
}

const Material* material_of(const BackgroundScene& scene) {
  if (scene.material.empty()) return nullptr;
  const Material* const found = find_material(scene.material);
  if (!found) refuse_name(scene);
  return found;
}

void check(const BackgroundScene& scene, const Material* material) {
  if (scene.material.empty() == scene.file.empty())
    refuse(scene, "a background is not one material",
           scene.file.empty() ? "it needs a material or a file" : "it has a material and a file", "give one of them");
  if (material && (scene.column != TableColumn::Amplitude || scene.curve != TableCurve::Lines))
    refuse(scene, "a material is no table", "only tables in files are interpolated", "remove what describes a table");
  if (scene.crystallite_m && (!material || material->state != State::Ice))
    refuse(scene, "a size of crystallites without crystals", "only ice has them", "remove the size");
  if (scene.crystallites && (!material || material->state != State::Ice))
    refuse(scene, "crystallites without crystals", "only ice has them", "remove their number");
  if (scene.crystallites && !(*scene.crystallites >= 1 && *scene.crystallites <= 1000000))
    refuse(scene, "an impossible number of crystallites", "it must be 1 to 1000000",
           "correct it, or leave it out: then rings are smooth");
  // Rings of larger crystals are narrower than pixels.
  constexpr double smallest_m = 1e-9, largest_m = 2e-6;
  if (scene.crystallite_m && !(*scene.crystallite_m >= smallest_m && *scene.crystallite_m <= largest_m))
    refuse(scene, "an impossible size of crystallites", "it must be 1 to 2000 nm", "correct the size");
  if (scene.from_m.has_value() != scene.to_m.has_value())
    refuse(scene, "a path has one end", "it needs both: where it begins and where it ends along the beam",
           "give both, or a thickness");
  if (scene.from_m && !(*scene.from_m < *scene.to_m))
    refuse(scene, "a path ends before it begins",
           "it must end downstream of where it begins; upstream of the sample is negative", "exchange its ends");
}

Background background_of(const BackgroundScene& scene, const Experiment& e, double area_m2) {
  const Material* const material = material_of(scene);
  check(scene, material);
  Background background;
  background.name = scene.material.empty() ? std::filesystem::path(scene.file).filename().string() : scene.material;
  background.scale = scene.scale;
  if (material) {
    require_known_energy(scene, e.beam.wavelength_m);
    double shortest_m = e.beam.wavelength_m;
    for (const Source& source : e.beam.sources) shortest_m = std::min(shortest_m, source.wavelength_m);
    // Other shots of a pulsed beam may be a little bluer.
    const double most_stol_per_A = 1.1 / angstrom_from_metres(shortest_m);
    const auto fill = scene.crystallites ? tabulate_crystallites : tabulate;
    fill(*material, {most_stol_per_A, angstrom_from_metres(e.beam.wavelength_m)},
         scene.crystallite_m.value_or(material->crystallite_m), background);
  } else {
    if (!std::filesystem::exists(scene.file)) refuse_name(scene);
    const std::string text = formats::read_text(scene.file, "the table of scattering");
    read_table(text, scene.file, scene, background);
  }
  background.crystallites.count = scene.crystallites.value_or(0);
  background.crystallites.seed = static_cast<std::uint64_t>(scene.crystallite_seed);
  background.molecules = molecules_of(scene, area_m2);
  if (scene.from_m) background.from_m = *scene.from_m, background.to_m = *scene.to_m;
  return background;
}

}  // namespace

const std::string& name_of(const BackgroundScene& scene) {
  return scene.material.empty() ? scene.file : scene.material;
}

void read_table(std::string_view text, const std::string& name, const BackgroundScene& scene, Background& background) {
  const std::vector<Row> rows = rows_of(text, name);
  background.stol_per_m.clear(), background.intensity_e2.clear(), background.slope_e2_m.clear();
  if (scene.curve == TableCurve::Cubic) return add_cubics(rows, scene, background);
  for (const Row& row : rows) {
    background.stol_per_m.push_back(row.stol_per_A * 1e10);
    background.intensity_e2.push_back(scene.column == TableColumn::Amplitude ? row.value * row.value : row.value);
  }
}

double molecules_of(const BackgroundScene& scene, double beam_area_m2) {
  if (scene.molecules) {
    if (scene.thickness_m || scene.density_g_per_cm3 || scene.molar_mass_g_per_mol)
      refuse(scene, "the amount of a background is given twice",
             "the number of molecules stands for thickness, density and molar mass", "remove one or the other");
    return *scene.molecules;
  }
  if (scene.thickness_m && scene.from_m)
    refuse(scene, "the thickness of a background is given twice", "it follows from the ends of its path",
           "remove the thickness");
  if (!scene.thickness_m && !scene.from_m)
    refuse(scene, "a background has no amount", "it needs a thickness, a path or a number of molecules",
           "give one of them");
  const Material* const material = scene.material.empty() ? nullptr : find_material(scene.material);
  const double density = scene.density_g_per_cm3.value_or(material ? material->density_g_per_cm3 : 0);
  const double mass = scene.molar_mass_g_per_mol.value_or(material ? material->molar_mass_g_per_mol : 0);
  if (!(density > 0 && mass > 0))
    refuse(scene, "a background has no amount",
           material ? "density and molar mass must be above zero"
                    : "a table needs a density and a molar mass, or a number of molecules",
           "give them");
  if (!(beam_area_m2 > 0))
    refuse(scene, "a background in a beam without a size", "molecules in the beam are counted by its cross section",
           "give the beam a size, or the number of molecules");
  const double thickness_m = scene.thickness_m ? *scene.thickness_m : *scene.to_m - *scene.from_m;
  return thickness_m * beam_area_m2 * 1e6 * density * avogadro_per_mol / mass;
}

void set_backgrounds(Assembled& result) {
  const std::vector<BackgroundScene>& scenes = result.scene.backgrounds;
  Experiment& e = result.experiment;
  e.backgrounds.clear();
  for (const BackgroundScene& scene : scenes) {
    e.backgrounds.push_back(background_of(scene, e, beam_area_m2(result.scene.beam)));
    if (scene.file.empty()) continue;
    const double ends_at_A = 0.5 / (e.backgrounds.back().stol_per_m.back() * 1e-10), seen_A = finest_resolution_A(e);
    result.file_notes.push_back("scattering of a background from " + scene.file);
    if (seen_A < ends_at_A * (1 - 1e-9))
      result.warnings.push_back(scene.file + " ends at " + format_number(ends_at_A, 4) +
                                " A, and the detector sees up to " + format_number(seen_A, 4) +
                                " A: beyond its end the last value holds");
  }
}

}  // namespace femtobragg::assemble
