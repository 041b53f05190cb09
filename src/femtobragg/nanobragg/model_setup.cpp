// The file is read before the crystal is set up, its factors are calculated when beam and detector are known.
#include "femtobragg/nanobragg/model_setup.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/atoms/calculated_factors.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/nanobragg/factor_cache.h"
#include "femtobragg/nanobragg/run.h"
#include "femtobragg/simulate/reach.h"

namespace femtobragg::nanobragg {
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
  return std::string(version) + " factors 3 d_min " + number(s.d_min_A) + " wavelength " +
         number(s.wavelength_A.value_or(0)) + " solvent " + number(s.k_sol_e_A3) + " " + number(s.b_sol_A2) +
         " method " + std::to_string(static_cast<int>(s.method)) + " enlarge " + std::to_string(s.enlarge) +
         " default " + number(s.default_amplitude);
}

void refuse_rival(const Options& o) {
  const char* rival = !o.files.hkl.empty() ? "-hkl" : o.files.dump_named ? "-dump" : nullptr;
  if (!rival) return;
  throw Error::usage({.what = "two sources of structure factors",
                      .where = std::string("-model and ") + rival,
                      .rule = "a model gives all of them",
                      .remedy = "leave one out"});
}

std::shared_ptr<const StructureFactors> model_factors(CrystalFile& file, const Options& o, const Experiment& e) {
  const double finest = finest_resolution_A(e);
  atoms::FactorSettings settings;
  settings.d_min_A = 1 / ((finest > 0 ? 1 / finest : 0) + reach(e));
  if (o.model.anomalous.value_or(true)) settings.wavelength_A = angstrom_from_metres(e.beam.wavelength_m);
  settings.k_sol_e_A3 = o.model.k_sol_e_A3;
  settings.b_sol_A2 = o.model.b_sol_A2.value_or(settings.b_sol_A2);
  settings.method = method_named(o.model.method);
  settings.enlarge = static_cast<int>(o.model.enlarge);
  settings.default_amplitude = o.crystal.default_amplitude.value_or(0);

  const auto folder = o.model.cache ? cache_folder() : std::filesystem::path();
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
    file.notes.push_back("they are not kept: " + std::string(error.what()));
  }
  return std::make_shared<StructureFactors>(std::move(found.factors));
}

}  // namespace

CrystalFile read_model(const Options& options) {
  refuse_rival(options);
  CrystalFile file;
  file.path = options.model.file;
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

void take_cell(const CrystalFile& file, bool stated, Options& options, Origins& origins) {
  CrystalOptions& crystal = options.crystal;
  const bool given = crystal.cell_given || !options.files.matrix.empty();
  const auto n = static_cast<double>(file.model ? options.model.enlarge : 1);
  if (n > 1) {
    const bool several = std::ranges::any_of(crystal.cells, [](auto cells) { return cells > 1; }) ||
                         std::ranges::any_of(crystal.size_m, [](double size) { return size > 0; });
    if (given || several)
      throw Error::usage({.what = "a single cell in a crystal",
                          .where = "-oversample_cell",
                          .rule = given ? "it takes the cell of the model" : "there is one cell, without neighbours",
                          .remedy = given ? "leave -cell and -mat out" : "leave -N and the sample size out"});
  }
  if (given || (stated && n == 1)) return;
  crystal.cell_given = true;
  const UnitCell& c = file.cell;
  crystal.cell = {n * c.a_A,
                  n * c.b_A,
                  n * c.c_A,
                  degrees_from_radians(c.alpha_rad),
                  degrees_from_radians(c.beta_rad),
                  degrees_from_radians(c.gamma_rad)};
  origins.by_header("cell", (n > 1 ? "enlarged cell of " : "cell of ") + file.path);
}

double finest_resolution_A(const Experiment& e) {
  const double furthest = farthest_scattering_per_m(e) / angstrom_from_metres(1);
  return furthest > 0 ? 1 / furthest : 0;
}

void complete_crystal(CrystalFile& file, Scene& scene) {
  Experiment& e = scene.experiment;
  e.crystal.space_group = file.space_group;
  if (file.model) {
    e.structure_factors = model_factors(file, scene.options, e);
    scene.reflections = e.structure_factors->values.size();
  }
  scene.crystal_notes = std::move(file.notes);
  for (std::string& text : file.warnings) scene.warnings.push_back(std::move(text));
}

}  // namespace femtobragg::nanobragg
