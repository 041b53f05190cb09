// Files are read before the crystal is set up; a model's factors are calculated when beam and detector are known.
#include "femtobragg/assemble/factors.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/assemble/factor_cache.h"
#include "femtobragg/atoms/calculated_factors.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/atoms/reflection_file.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/hkl_list.h"
#include "femtobragg/simulate/reach.h"

namespace femtobragg::assemble {
namespace {

std::string number(double value) { return format_number(value, 17); }

/// How far from a pixel's own place in reciprocal space a lookup goes: to the nearest index, or to those that
/// interpolation takes in.
double reach(const Experiment& e) {
  const CrystalAxes& axes = e.crystal.axes;
  return (e.sampling.interpolate ? 2 : 0.5) * (norm(axes.a_star_A) + norm(axes.b_star_A) + norm(axes.c_star_A));
}

atoms::FactorMethod method_named(const std::string& name) {
  return name == "fft"      ? atoms::FactorMethod::Fft
         : name == "direct" ? atoms::FactorMethod::Direct
                            : atoms::FactorMethod::Automatic;
}

std::string text_of(const atoms::FactorSettings& s) {
  // The first number changes whenever the formulas do.
  return "factors 4 d_min " + number(s.d_min_A) + " wavelength " + number(s.wavelength_A.value_or(0)) + " solvent " +
         number(s.k_sol_e_A3) + " " + number(s.b_sol_A2) + " method " + std::to_string(static_cast<int>(s.method)) +
         " enlarge " + std::to_string(s.enlarge) + " default " + number(s.default_amplitude);
}

atoms::FactorSettings settings_of(const FactorScene& scene, const Experiment& e) {
  const double finest = finest_resolution_A(e);
  atoms::FactorSettings settings;
  settings.d_min_A = 1 / ((finest > 0 ? 1 / finest : 0) + reach(e));
  if (scene.anomalous.value_or(true)) settings.wavelength_A = angstrom_from_metres(e.beam.wavelength_m);
  settings.k_sol_e_A3 = scene.k_sol_e_A3;
  settings.b_sol_A2 = scene.b_sol_A2.value_or(settings.b_sol_A2);
  settings.method = method_named(scene.method);
  settings.enlarge = static_cast<int>(scene.enlarge);
  settings.default_amplitude = scene.default_amplitude.value_or(0);
  return settings;
}

CrystalFile read_model(const FactorScene& scene) {
  CrystalFile file;
  file.path = scene.model;
  const std::string bytes = formats::inflated(formats::read_file(file.path, "the atomic model"), file.path);
  auto model = std::make_shared<atoms::AtomicModel>(atoms::parse_model(bytes, file.path));
  file.content = cache_key(bytes, "model");
  file.cell = model->cell;
  file.space_group = model->space_group.symbol;
  file.notes = std::move(model->notes);
  file.warnings = std::move(model->warnings);
  file.notes.insert(file.notes.begin(),
                    "crystal from " + file.path + ": " +
                        (file.space_group.empty() ? "a space group without a symbol" : file.space_group) + ", " +
                        std::to_string(model->atoms.size()) + " atoms");
  file.model = std::move(model);
  return file;
}

FactorSource from_reflections(const std::string& bytes, const FactorScene& scene) {
  const std::string& path = scene.file;
  atoms::ReflectionFile file =
      atoms::parse_reflection_file(bytes, path, scene.labels, scene.default_amplitude.value_or(0));
  FactorSource source;
  source.reflections = file.reflections;
  source.factors = std::make_shared<StructureFactors>(std::move(file.factors));
  if (!file.cell) {
    source.notes = {"structure factors from " + path + ": " + source.factors->box.describe() + ", " +
                    std::to_string(file.reflections) + " reflections"};
    for (const std::string& note : file.notes) source.notes.push_back(path + ": " + note);
    for (const std::string& text : file.warnings) source.warnings.push_back(path + ": " + text);
    return source;
  }
  source.crystal = CrystalFile{path, *file.cell, file.space_group.symbol, nullptr, {}, std::move(file.notes), {}};
  const std::string& group = source.crystal->space_group;
  source.crystal->notes.insert(
      source.crystal->notes.begin(),
      "structure factors from " + path + ": " + (group.empty() ? "a space group without a symbol" : group) + ", " +
          std::to_string(file.reflections) + " reflections to " + format_number(file.d_min_A, 4) + " A");
  for (const std::string& text : file.warnings) source.crystal->warnings.push_back(path + ": " + text);
  return source;
}

}  // namespace

FactorSource uniform_factors(double amplitude) {
  StructureFactors factors;
  factors.default_amplitude = amplitude;
  return {std::make_shared<StructureFactors>(std::move(factors)), 0, {}, {}, {}};
}

FactorSource factors_of_list(formats::HklList list, const std::string& path) {
  FactorSource source;
  source.reflections = list.reflections;
  std::vector<std::string> notes{"structure factors from " + path + ": " + list.factors.box.describe() + ", " +
                                 std::to_string(list.reflections) + " reflections"};
  for (const std::string& note : list.notes) notes.push_back(path + ": " + note);
  if (list.cell)
    source.crystal = CrystalFile{path, *list.cell, "", nullptr, {}, std::move(notes), std::move(list.warnings)};
  else
    source.notes = std::move(notes), source.warnings = std::move(list.warnings);
  source.factors = std::make_shared<StructureFactors>(std::move(list.factors));
  return source;
}

FactorSource read_factors(const FactorScene& scene) {
  if (scene.values) return {scene.values, scene.values->values.size(), {}, {}, {}};
  if (!scene.model.empty() && !scene.file.empty())
    throw Error::usage({.what = "there are two sources of structure factors",
                        .where = "structure_factors.model and structure_factors.file",
                        .rule = "a model provides all of them",
                        .remedy = "remove one of them"});
  if (!scene.model.empty()) {
    FactorSource source = uniform_factors(scene.default_amplitude.value_or(0));
    source.crystal = read_model(scene);
    return source;
  }
  if (!scene.file.empty()) {
    std::string text = formats::inflated(formats::read_file(scene.file, "the reflection list"), scene.file);
    if (!text.starts_with("MTZ ")) text = plain_text(std::move(text), scene.file);
    if (atoms::looks_like_reflection_file(text)) return from_reflections(text, scene);
    return factors_of_list(
        formats::parse_hkl_lines(text, scene.file, scene.default_amplitude.value_or(0), scene.labels), scene.file);
  }
  if (scene.default_amplitude.value_or(0) == 0) return {};
  return uniform_factors(*scene.default_amplitude);
}

std::optional<std::array<double, 6>> cell_for(const CrystalFile& file, const FactorScene& factors,
                                              const CrystalScene& crystal) {
  const bool given = crystal.cell_given || !crystal.matrix_file.empty();
  const auto n = static_cast<double>(file.model ? factors.enlarge : 1);
  if (n > 1) {
    const bool several = std::ranges::any_of(crystal.cells, [](auto cells) { return cells > 1; }) ||
                         std::ranges::any_of(crystal.size_m, [](double size) { return size > 0; });
    if (given || several)
      throw Error::usage({.what = "a single cell cannot be in a crystal",
                          .where = "structure_factors.oversample_cell",
                          .rule = given ? "it has the cell of the model" : "there is one cell, without neighbours",
                          .remedy = given ? "remove crystal.cell_edges and crystal.matrix_file"
                                          : "remove crystal.cells and crystal.size"});
  }
  if (given || (crystal.axes && n == 1)) return {};
  const UnitCell& c = file.cell;
  return std::array{n * c.a_A,
                    n * c.b_A,
                    n * c.c_A,
                    degrees_from_radians(c.alpha_rad),
                    degrees_from_radians(c.beta_rad),
                    degrees_from_radians(c.gamma_rad)};
}

double finest_resolution_A(const Experiment& e) {
  const double furthest = farthest_scattering_per_m(e) / angstrom_from_metres(1);
  return furthest > 0 ? 1 / furthest : 0;
}

std::string model_factors_key(const CrystalFile& file, const FactorScene& scene, const Experiment& e) {
  return cache_key(file.content, text_of(settings_of(scene, e)));
}

std::shared_ptr<const StructureFactors> model_factors(CrystalFile& file, const FactorScene& scene,
                                                      const Experiment& e) {
  const atoms::FactorSettings settings = settings_of(scene, e);
  const std::filesystem::path folder = scene.cache_folder;
  const std::string key = cache_key(file.content, text_of(settings));
  const std::string what = "structure factors to " + format_number(settings.d_min_A, 4) + " A ";
  if (!folder.empty())
    if (auto known = cached(folder, key)) {
      file.notes.push_back(what + "from the cache in " + folder.string());
      return std::make_shared<StructureFactors>(std::move(*known));
    }
  atoms::CalculatedFactors found = atoms::calculate_factors(*file.model, settings);
  file.notes.push_back(what + "calculated " +
                       (found.method == atoms::FactorMethod::Direct ? "atom by atom" : "by Fourier transform"));
  try {
    if (!folder.empty()) keep(folder, key, found.factors);
  } catch (const Error& error) {
    file.notes.push_back("they are not cached: " + std::string(error.what()));
  }
  return std::make_shared<StructureFactors>(std::move(found.factors));
}

}  // namespace femtobragg::assemble
