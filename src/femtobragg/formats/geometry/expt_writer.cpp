// Writes DIALS experiment lists.
#include <algorithm>
#include <cmath>
#include <gemmi/symmetry.hpp>
#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/expt_file.h"
#include "femtobragg/formats/geometry/expt_writer.h"
#include "femtobragg/formats/geometry/geometry_parts.h"

namespace femtobragg::formats {
namespace {

using json = nlohmann::ordered_json;

/// dxtbx refuses axes whose dot product is 1e-7 or more.
constexpr double most_skew = 5e-8;

json list(const Vec3d& v) { return {v.x, v.y, v.z}; }
Vec3d in_dials(const Vec3d& ours) { return transpose(ours_from_dials) * ours; }

/// A panel with axes at right angles: about the same centre, turned as little, edges as long as they are.
struct Rectangle {
  Vec3d fast, slow, origin_m;
  double fast_edge_m = 0, slow_edge_m = 0;
  double off_m = 0;  ///< how far its corners are from the panel's, at most
};

Rectangle rectangle_of(const Panel& panel) {
  Rectangle r{unit(panel.fast_axis), unit(panel.slow_axis), panel.origin_m, panel.pixel_size_m * norm(panel.fast_axis),
              panel.pixel_size_m * norm(panel.slow_axis)};
  if (std::abs(dot(r.fast, r.slow)) < most_skew) return r;
  const Vec3d along = unit(r.fast + r.slow), across = unit(r.fast - r.slow);
  r.fast = unit(along + across);
  r.slow = unit(along - across);
  const auto w = static_cast<double>(panel.n_fast), h = static_cast<double>(panel.n_slow);
  const auto corner = [&](double f, double s) {
    return r.origin_m + f * r.fast_edge_m * r.fast + s * r.slow_edge_m * r.slow;
  };
  r.origin_m = r.origin_m + panel.centre_m() - corner(w / 2, h / 2);
  for (const double f : {0.0, w})
    for (const double s : {0.0, h}) r.off_m = std::max(r.off_m, norm(corner(f, s) - panel.point_m(f, s)));
  return r;
}

/// DIALS takes pixels between the two, themselves excluded: of counts, zero is the least that counts.
json trusted_range(const Panel& panel, const ExptImages& images) {
  const double most = std::min(panel.saturation, images.saturation);
  return {-0.5, std::isfinite(most) ? most : expt_no_limit_counts};
}

json panel_json(const Panel& panel, const Rectangle& r, const ExptImages& images) {
  const Sensor& sensor = panel.sensor;
  const bool thick = sensor.thickness_m > 0 && sensor.attenuation_per_m > 0;
  json mask = json::array();
  for (const PixelRectangle& m : masked_rectangles(panel))
    mask.push_back({m.fast_begin, m.slow_begin, m.fast_end, m.slow_end});
  json j = {{"name", panel.name},
            {"type", "SENSOR_PAD"},
            {"fast_axis", list(in_dials(r.fast))},
            {"slow_axis", list(in_dials(r.slow))},
            {"origin", list(1000.0 * in_dials(r.origin_m))},
            {"raw_image_offset", {panel.data_fast, panel.data_slow}},
            {"image_size", {panel.n_fast, panel.n_slow}},
            {"pixel_size", {mm_from_metres(r.fast_edge_m), mm_from_metres(r.slow_edge_m)}},
            {"trusted_range", trusted_range(panel, images)},
            {"thickness", mm_from_metres(sensor.thickness_m)},
            {"material", sensor.material},
            {"mu", thick ? sensor.attenuation_per_m / 1000 : 0.0},
            {"identifier", ""},
            {"mask", mask},
            {"gain", 1.0},
            {"pedestal", images.pedestal},
            {"px_mm_strategy", {{"type", thick ? "ParallaxCorrectedPxMmStrategy" : "SimplePxMmStrategy"}}}};
  if (r.off_m > 0)
    j["femtobragg"] = {{"fast_axis", list(in_dials(panel.fast_axis))},
                       {"slow_axis", list(in_dials(panel.slow_axis))},
                       {"origin_m", list(in_dials(panel.origin_m))},
                       {"pixel_size_m", panel.pixel_size_m}};
  return j;
}

json detector_json(const Detector& detector, const ExptImages& images, std::vector<std::string>& notes) {
  json panels = json::array(), children = json::array();
  double off_m = 0;
  for (const Panel& panel : detector.panels) {
    const Rectangle r = rectangle_of(panel);
    off_m = std::max(off_m, r.off_m);
    children.push_back({{"panel", panels.size()}});
    panels.push_back(panel_json(panel, r, images));
  }
  if (off_m > 0)
    notes.push_back("DIALS can only represent axes at right angles: corners of panels are up to " +
                    format_number(um_from_metres(off_m), 3) +
                    " um off; the true axes are also written, for femtobragg");
  const json hierarchy = {{"name", detector.name},
                          {"type", ""},
                          {"fast_axis", {1.0, 0.0, 0.0}},
                          {"slow_axis", {0.0, 1.0, 0.0}},
                          {"origin", {0.0, 0.0, 0.0}},
                          {"raw_image_offset", {0, 0}},
                          {"image_size", {0, 0}},
                          {"pixel_size", {0.0, 0.0}},
                          {"trusted_range", {0.0, 0.0}},
                          {"thickness", 0.0},
                          {"material", ""},
                          {"mu", 0.0},
                          {"identifier", ""},
                          {"mask", json::array()},
                          {"gain", 1.0},
                          {"pedestal", 0.0},
                          {"px_mm_strategy", {{"type", "SimplePxMmStrategy"}}},
                          {"children", children}};
  return {{"panels", panels}, {"hierarchy", hierarchy}};
}

json beam_json(const Geometry& g, const ExptImages& images) {
  const Vec3d beam = unit(g.beam_direction);
  const double fraction = g.polarization_fraction.value_or(0);
  // Any direction across the beam will do where none is given: the light is then unpolarized, or DIALS's own
  // horizontal.
  const Vec3d field = g.polarization_axis.value_or(g.spindle_axis.value_or(Vec3d{0, 0, 1}));
  Vec3d normal = unit(cross(field, beam));
  if (!(norm(normal) > 0.5)) normal = unit(cross(cross(beam, Vec3d{0, 1, 0}), beam));
  return {{"__id__", "monochromatic"},
          {"direction", list(-in_dials(beam))},
          {"wavelength", angstrom_from_metres(*g.wavelength_m)},
          {"divergence", 0.0},
          {"sigma_divergence", 0.0},
          {"polarization_normal", list(in_dials(normal))},
          {"polarization_fraction", (1 + fraction) / 2},
          {"flux", images.flux_per_s},
          {"transmission", 1.0}};
}

json scan_json(const Oscillation& o, const ExptImages& images) {
  std::vector<double> epochs;
  for (std::size_t i = 0; i < o.frames; ++i) epochs.push_back(static_cast<double>(i) * images.exposure_s);
  return {{"image_range", {1, o.frames}},
          {"batch_offset", 0},
          {"oscillation", {degrees_from_radians(o.start_rad), degrees_from_radians(o.width_rad)}},
          {"exposure_time", std::vector<double>(o.frames, images.exposure_s)},
          {"epochs", epochs},
          {"valid_image_ranges", json::object()}};
}

/// The files of a sweep by their template, those of stills one by one.
json imageset_json(bool sweep, const ExptImages& images) {
  json set = {{"__id__", sweep ? "ImageSequence" : "ImageSet"}};
  if (sweep)
    set["template"] = images.name;
  else
    set["images"] = images.files;
  if (images.holds_all) {
    set["single_file_indices"] = json::array();
    for (std::size_t i = 0; i < images.files.size(); ++i) set["single_file_indices"].push_back(i);
  }
  for (const char* table : {"mask", "gain", "pedestal", "dx", "dy"}) set[table] = "";
  set["mask"] = images.mask;
  set["params"] = json::object();
  return set;
}

json crystal_json(const StatedCrystal& crystal, std::vector<std::string>& notes) {
  const auto axis = [](const Vec3d& v_m) { return list(angstrom_from_metres(in_dials(v_m))); };
  const gemmi::SpaceGroup* group =
      crystal.space_group.empty() ? nullptr : gemmi::find_spacegroup_by_name(crystal.space_group);
  if (!group)
    notes.push_back(crystal.space_group.empty()
                        ? "no space group is known: P 1 is written"
                        : "the space group " + in_quotes(crystal.space_group) + " is not known: P 1 is written");
  return {{"__id__", "crystal"},
          {"real_space_a", axis(crystal.axes.a_m)},
          {"real_space_b", axis(crystal.axes.b_m)},
          {"real_space_c", axis(crystal.axes.c_m)},
          {"space_group_hall_symbol", group ? group->hall : "P 1"}};
}

}  // namespace

bool is_expt_name(const std::string& path) {
  const std::string suffix = suffix_of(path);
  return suffix == ".expt" || suffix == ".json";
}

std::string expt_text(const Geometry& geometry, std::vector<std::string>& notes) {
  return expt_text(geometry, ExptImages{}, notes);
}

std::string expt_text(const Geometry& geometry, const ExptImages& images, std::vector<std::string>& notes) {
  if (geometry.detector.panels.empty())
    throw Error::usage({.what = "the geometry has no panels", .rule = "at least one is needed"});
  const Geometry g = turned(geometry, rotation_to_nearly_usual_frame(geometry));
  json experiment = {{"__id__", "Experiment"}, {"identifier", ""}};
  json all = {{"__id__", "ExperimentList"}, {"experiment", json::array()}};
  const auto add = [&](const char* kind, bool known, const auto& make) {
    all[kind] = json::array();
    if (!known) return;
    experiment[kind] = 0;
    all[kind].push_back(make());
  };
  if (!g.wavelength_m) notes.push_back("there is no wavelength, so the beam is not written");
  if (g.oscillation && !g.spindle_axis) notes.push_back("there is no spindle, so the oscillation is not written");
  add("beam", g.wavelength_m.has_value(), [&] { return beam_json(g, images); });
  add("detector", true, [&] { return detector_json(g.detector, images, notes); });
  add("goniometer", g.spindle_axis.has_value(), [&] {
    const json identity = {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
    return json{{"rotation_axis", list(in_dials(unit(*g.spindle_axis)))},
                {"fixed_rotation", identity},
                {"setting_rotation", identity}};
  });
  const bool scan = g.oscillation && g.spindle_axis;
  add("scan", scan, [&] { return scan_json(*g.oscillation, images); });
  add("imageset", !images.files.empty(), [&] { return imageset_json(scan && g.oscillation->width_rad != 0, images); });
  add("crystal", g.crystal.has_value(), [&] { return crystal_json(*g.crystal, notes); });
  all["experiment"].push_back(experiment);
  std::vector<std::string> ignored;
  for (const StatedCrystal& crystal : g.other_crystals) {
    experiment["crystal"] = all["crystal"].size();
    all["crystal"].push_back(crystal_json(crystal, ignored));
    all["experiment"].push_back(experiment);
  }
  all["profile"] = json::array();
  all["scaling_model"] = json::array();
  if (!images.scene.empty()) all[expt_scene_key] = images.scene;
  return all.dump(1) + "\n";
}

}  // namespace femtobragg::formats
