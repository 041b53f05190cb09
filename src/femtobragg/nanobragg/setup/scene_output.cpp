// What quirks changed becomes plain numbers.
#include "femtobragg/nanobragg/setup/scene_output.h"

#include <filesystem>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::nanobragg {
namespace {

[[noreturn]] void refuse_scene(const std::string& where, const std::string& rule) {
  throw Error::usage({.what = "no scene can describe this run",
                      .where = where,
                      .rule = rule,
                      .remedy = "remove -save_scene, or switch that off"});
}

struct Unheld {
  Quirk quirk;
  const char* rule;
};

constexpr Unheld unheld[] = {
    {Quirk::TriclinicCell, "no cell has its axes"},
    {Quirk::HklParse, "it reads a list of reflections that differs from the file"},
    {Quirk::FdumpBytes, "it reads a dump that differs from the file"},
};

void refuse_what_no_scene_holds(const Setup& run, const QuirkLog& quirks) {
  for (const Unheld& row : unheld)
    if (quirks.active(row.quirk)) refuse_scene("-quirks " + std::string(info(row.quirk).id), row.rule);
  const FactorScene& f = run.scene.structure_factors;
  if (f.file.empty() && f.model.empty() && run.experiment.structure_factors->has_table())
    refuse_scene("-dump " + run.options.files.dump, "a scene names reflections or a model, not a copy of amplitudes");
}

/// Sources on a grid by older rules are listed one by one.
void list_sources(femtobragg::Scene& s, const Setup& run) {
  if (!run.spectrum.empty()) refuse_scene("-quirks", "older grids of sources and a spectrum cannot be listed");
  s.beam.sources = run.experiment.beam.sources;
  s.beam.source_file.clear();
  s.beam.horizontal_rad = s.beam.vertical_rad = s.beam.dispersion = {};
  s.beam.round_divergence = true;
}

void settle_sensor(SensorScene& sensor, const Detector& detector) {
  if (sensor.surface) {
    sensor.thickness_m.reset();
    sensor.attenuation_per_m.reset();
    sensor.layers.reset();
    return;
  }
  if (sensor.thickness_m && !sensor.attenuation_per_m) sensor.attenuation_per_m = 1.0 / *sensor.thickness_m;
  // Otherwise the scene is completed as the run was.
  if (sensor.thickness_m && !detector.panels.empty()) sensor.layers = detector.panels.front().sensor.layers;
}

}  // namespace

femtobragg::Scene description_of(const Setup& run, const QuirkLog& quirks) {
  using enum Quirk;
  refuse_what_no_scene_holds(run, quirks);
  const Experiment& e = run.experiment;
  femtobragg::Scene s = run.scene;
  for (const Quirk quirk : {SourceParse, SourceWeights, SpreadEnds, DivergenceGrid})
    if (quirks.active(quirk)) list_sources(s, run);
  if (quirks.active(StepRules) && run.scene.beam.source_file.empty()) list_sources(s, run);
  if (quirks.active(StepRules)) s.rotation.steps_rad = {e.spindle.phi_range_rad, {}, e.spindle.phi_steps};
  if (quirks.active(MatMissing)) s.crystal.matrix_file.clear();
  if (quirks.active(MissetRandom)) {
    s.crystal.misset_rad = *run.random_misset_rad;
    s.crystal.misset_random = false;
  }
  if (!s.crystal.misset_random && s.crystal.crystals.value_or(1) < 2) s.crystal.misset_seed.reset();
  if (run.cell_of_file) {
    s.crystal.cell_given = false;
    s.crystal.cell = {};
  }
  if (quirks.active(DirectBeam)) s.structure_factors.direct_beam = true;
  if (quirks.active(XtalsizeInterp)) s.sampling.interpolate = e.sampling.interpolate;
  if (quirks.active(TwothetaReport)) s.sampling.oversample = e.sampling.oversample;
  if (run.wavelength_of_spectrum) s.beam.wavelength_m.reset();
  s.structure_factors.cache_folder.clear();
  if (run.options.output.seed || run.clock_seed) s.noise_seed = -run.noise_seed;
  s.compatibility = e.sampling.compatibility;
  settle_sensor(s.detector.sensor, e.detector);
  return s;
}

void save_scene(Setup& run, const QuirkLog& quirks) {
  const std::string& path = run.options.output.scene_file;
  if (path.empty()) return;
  const scene::Notation notation = scene::notation_of(path);
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  run.saved_scene = description_of(run, quirks);
  const std::string text = scene::scene_text(*run.saved_scene, notation, folder);
  femtobragg::Scene again = scene::parse_scene(text, path, notation, folder);
  again.structure_factors.cache_folder = run.scene.structure_factors.cache_folder;
  if (!(assemble::assembled(std::move(again)).experiment == run.experiment)) {
    std::string active;
    for (const QuirkInfo& quirk : quirk_table())
      if (quirks.active(quirk.quirk)) active += (active.empty() ? "" : ",") + std::string(quirk.id);
    refuse_scene(active.empty() ? path : "-quirks " + active, "the scene would give a different experiment");
  }
  formats::write_text(path, text);
}

std::string carried_scene(const Setup& run, const std::string& path) {
  if (!run.saved_scene) return {};
  return scene::scene_text(*run.saved_scene, scene::Notation::Toml, std::filesystem::absolute(path).parent_path());
}

}  // namespace femtobragg::nanobragg
