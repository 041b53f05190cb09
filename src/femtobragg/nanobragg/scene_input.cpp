// Its detector goes the way of a geometry file; the rest are options as they are.
#include "femtobragg/nanobragg/scene_input.h"

#include "femtobragg/assemble/detector.h"
#include "femtobragg/base/words.h"
#include "femtobragg/nanobragg/field_flags.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::nanobragg {

std::optional<std::string> scene_argument(std::span<const std::string> words) {
  if (words.empty() || words[0].starts_with('-')) return {};
  const std::string suffix = suffix_of(words[0]);
  return suffix == ".toml" || suffix == ".json" ? std::optional(words[0]) : std::nullopt;
}

SceneFile read_scene_file(const std::string& path, const GapWords& words) {
  assemble::Assembled assembled;
  assembled.scene = scene::read_scene(path);
  const formats::GeometryGaps flags = gaps_of(words);
  DetectorScene& d = assembled.scene.detector;
  if (flags.distance_m) d.distance_m = flags.distance_m;
  if (flags.n_fast) d.n_fast = flags.n_fast;
  if (flags.n_slow) d.n_slow = flags.n_slow;
  if (!flags.detector.empty()) d.name = flags.detector;
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
  return {path, assembled.scene, {path, std::move(geometry)}};
}

void apply_scene(const SceneFile& file, Options& options, Origins& origins) {
  const femtobragg::Scene& s = file.scene;
  options.beam = s.beam;
  options.crystal = s.crystal;
  options.factors = s.structure_factors;
  options.rotation = s.rotation;
  options.sampling = s.sampling;
  options.water_edge_m = s.water_edge_m;
  options.scene_sensor = s.detector.sensor;
  options.compatibility = s.compatibility;
  for (const auto& [field, flag] : flags_of_fields(s)) origins.by_header(flag, field + " of " + file.path);
  apply_geometry(file.geometry, options, origins);
}

}  // namespace femtobragg::nanobragg
