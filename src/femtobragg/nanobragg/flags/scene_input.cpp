// Its detector goes the way of a geometry file; the rest are options as they are.
#include "femtobragg/nanobragg/flags/scene_input.h"

#include <algorithm>
#include <functional>

#include "femtobragg/assemble/detector.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/words.h"
#include "femtobragg/nanobragg/flags/field_flags.h"
#include "femtobragg/nanobragg/flags/parse_arguments.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::nanobragg {
namespace {

using S = femtobragg::Scene;

[[noreturn]] void refuse_flag(const std::string& flag, const std::string& path, const std::string& rule) {
  throw Error::usage({.what = "a flag contradicts the scene",
                      .where = flag,
                      .value = path,
                      .rule = rule,
                      .remedy = "remove the flag, or set the value in the scene"});
}

void clear_spectrum(S& s) {
  BeamScene& b = s.beam;
  b.spectrum_file.clear();
  b.spectrum_unit.reset();
  b.bandwidth.reset();
  b.pink.reset();
  b.two_colour.reset();
  b.sase.reset();
  b.source_file.clear();
}

void clear_factors(S& s) {
  FactorScene kept;
  kept.default_amplitude = s.structure_factors.default_amplitude;
  kept.direct_beam = s.structure_factors.direct_beam;
  s.structure_factors = kept;
}

// What -shadow and -window say; the rest is that of -beamstop and -gas.
bool is_polygon(const Obstacle& obstacle) { return obstacle.shape == ObstacleShape::Polygon; }
bool is_window(const Medium& medium) { return medium.thickness_m.has_value(); }

/// What a flag replaces beyond the field of its own.
struct FieldReplacement {
  Alternatives flags;
  void (*clear)(S& scene);
};

const FieldReplacement field_replacements[] = {
    {{"hkl", "model"}, clear_factors},
    {{"spectrum", "bandwidth", "pink", "two_colour", "sase", "sourcefile"},
     [](S& s) {
       clear_spectrum(s);
       s.beam.dispersion = {};
     }},
    {{"dispersion"}, clear_spectrum},
    {{"mat"},
     [](S& s) {
       s.crystal.axes.reset();
       s.crystal.cell_given = false;
       s.crystal.cell = {};
       s.crystal.cell_file.clear();
     }},
    {{"mosaic", "mosaic_domains"}, [](S& s) { s.crystal.mosaic_rotations_file.clear(); }},
    {{"mosaic_rotations"},
     [](S& s) {
       s.crystal.mosaic_rad.reset();
       s.crystal.mosaic_domains.reset();
     }},
    {{"misset"},
     [](S& s) {
       s.crystal.lattices.clear();
       s.crystal.crystals_file.clear();
     }},
    {{"background"}, [](S& s) { s.backgrounds.clear(); }},
    {{"N"}, [](S& s) { s.crystal.size_m = {}; }},
    {{"Na"}, [](S& s) { s.crystal.size_m[0] = 0; }},
    {{"Nb"}, [](S& s) { s.crystal.size_m[1] = 0; }},
    {{"Nc"}, [](S& s) { s.crystal.size_m[2] = 0; }},
    {{"fluence"}, [](S& s) { s.beam.flux_per_s = 0; }},
    {{"sensor"}, [](S& s) { s.detector.sensor = {}; }},
    {{"beamstop"}, [](S& s) { std::erase_if(s.attenuation.obstacles, std::not_fn(is_polygon)); }},
    {{"shadow"}, [](S& s) { std::erase_if(s.attenuation.obstacles, is_polygon); }},
    {{"gas"}, [](S& s) { std::erase_if(s.attenuation.media, std::not_fn(is_window)); }},
    {{"window"}, [](S& s) { std::erase_if(s.attenuation.media, is_window); }},
    {{"absorber"}, [](S& s) { s.attenuation.sample = {}; }},
    {{"detector_thick", "detector_abs"}, [](S& s) { s.detector.sensor.surface = false; }},
    {{"phistep"}, [](S& s) { s.rotation.steps_rad.count.reset(); }},
    {{"phisteps"}, [](S& s) { s.rotation.steps_rad.step.reset(); }},
};

/// Flags that say nothing of a beam whose sources are listed.
const Alternatives beam_flags = {"lambda",     "energy",     "divergence", "hdivrange", "vdivrange", "hdivstep",
                                 "vdivstep",   "divsteps",   "hdivsteps",  "vdivsteps", "round_div", "square_div",
                                 "dispersion", "dispsteps",  "spectrum",   "bandwidth", "pink",      "two_colour",
                                 "sase",       "sourcefile", "wavelengths"};

void make_way(S& scene, std::span<const std::string> words) {
  for (const std::string& word : words) {
    const Flag* flag = flag_in(word);
    if (!flag) continue;
    const std::string_view name = flag->names.front();
    if (!scene.beam.sources.empty() && std::ranges::find(beam_flags, name) != beam_flags.end())
      refuse_flag(word, "beam.source", "the scene lists its sources, which have directions and wavelengths");
    for (const FieldReplacement& row : field_replacements)
      if (std::ranges::find(row.flags, name) != row.flags.end()) row.clear(scene);
  }
}

}  // namespace

std::optional<std::string> scene_argument(std::span<const std::string> words) {
  if (words.empty() || words[0].starts_with('-')) return {};
  return scene::names_scene(words[0]) ? std::optional(words[0]) : std::nullopt;
}

SceneFile read_scene_file(std::span<const std::string> words, const GapWords& gaps) {
  const std::string& path = words[0];
  assemble::Assembled assembled;
  assembled.scene = scene::read_scene(path);
  make_way(assembled.scene, words.subspan(1));
  const formats::GeometryGaps flags = gaps_of(gaps);
  DetectorScene& d = assembled.scene.detector;
  if (flags.distance_m) d.distance_m = flags.distance_m;
  if (flags.experiment) d.experiment = static_cast<std::int64_t>(*flags.experiment);
  if (flags.n_fast) d.n_fast = flags.n_fast;
  if (flags.n_slow) d.n_slow = flags.n_slow;
  if (!flags.detector.empty()) {
    if (!d.panels.empty()) refuse_flag("-detector " + flags.detector, path, "the scene lists its panels");
    d.name = flags.detector;
  }
  assemble::read_geometry_file(assembled);
  assemble::set_detector(assembled);
  const femtobragg::Scene& s = assembled.scene;
  Geometry geometry;
  geometry.detector = std::move(assembled.experiment.detector);
  geometry.beam_direction = s.beam.direction.value_or(Vec3d{1, 0, 0});
  geometry.polarization_axis = s.beam.polarization_axis;
  geometry.spindle_axis = s.rotation.axis;
  geometry.wavelength_m = s.beam.wavelength_m;
  geometry.notes = std::move(assembled.warnings);
  if (assembled.geometry_crystal) geometry.crystal = std::move(assembled.geometry_crystal->crystal);
  return {path, s, {s.detector.file.empty() ? path : s.detector.file, std::move(geometry)}};
}

void apply_scene(const SceneFile& file, Options& options, Origins& origins) {
  const femtobragg::Scene& s = file.scene;
  options.beam = s.beam;
  options.crystal = s.crystal;
  options.factors = s.structure_factors;
  options.rotation = s.rotation;
  options.sampling = s.sampling;
  options.water_edge_m = s.water_edge_m;
  options.backgrounds = s.backgrounds;
  options.attenuation = s.attenuation;
  options.response = s.response;
  options.output.frames = s.frames;
  if (s.noise_seed) options.output.seed = s.noise_seed;
  options.scene_sensor = s.detector.sensor;
  options.compatibility = s.compatibility;
  for (const auto& [field, flag] : flags_of_fields(s)) origins.by_header(flag, field + " of " + file.path);
  apply_geometry(file.geometry, options, origins);
}

}  // namespace femtobragg::nanobragg
