// One formula moves panels: in doubles it sets them, in dual numbers it gives the tangents.
#include "femtobragg/gradients/parameters/detector.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/base/plane.h"
#include "femtobragg/base/units.h"
#include "femtobragg/gradients/crystal_frame.h"
#include "femtobragg/gradients/panel_pose.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::gradients {
namespace {

std::string words_of(const std::string& axis) { return axis == "normal" ? axis : axis + " axis"; }

/// Members: these, then six for each panel.
enum DetectorMember : std::size_t { Distance, BeamFast, BeamSlow, RotX, RotY, RotZ, Twotheta, Own };
constexpr std::size_t own_count = 6;  ///< shifts along fast, slow, normal, and turns about them

constexpr Vec3d lab_x{1, 0, 0}, lab_y{0, 1, 0}, lab_z{0, 0, 1};

/// The direct-beam point of the first panel, and its place there.
struct BeamPoint {
  bool exists = false;
  double distance_m = 0, fast_m = 0, slow_m = 0;
};
BeamPoint beam_point(const Experiment& experiment) {
  const Panel& panel = experiment.detector.panels.front();
  const Vec3d& beam = experiment.beam.direction;
  if (!(std::abs(dot(beam, panel.normal)) > 1e-9)) return {};
  const double distance = distance_to_plane(panel.origin_m, panel.normal, beam);
  const Vec3d from_corner = distance * beam - panel.origin_m;
  return {true, distance, dot(panel.fast_axis, from_corner), dot(panel.slow_axis, from_corner)};
}

/// What the whole detector turns about.
Vec3d pivot_of(const Experiment& base) {
  const BeamPoint point = beam_point(base);
  return point.exists ? point.distance_m * base.beam.direction : base.detector.panels.front().centre_m();
}

/// How far a panel moves from the base: lengths in metres, angles in radians.
template <class T>
struct Move {
  T distance, beam_fast, beam_slow, rot_x, rot_y, rot_z, twotheta;
  std::array<T, own_count> own;

  T& member(std::size_t i) {
    T* const common[] = {&distance, &beam_fast, &beam_slow, &rot_x, &rot_y, &rot_z, &twotheta};
    return i < Own ? *common[i] : own[i - Own];
  }
};

bool is_angle(std::size_t member) {
  return (member >= RotX && member < Own) || (member >= Own && (member - Own) % own_count >= 3);
}
double si_unit(std::size_t member) { return is_angle(member) ? radians_from_degrees(1) : metres_from_mm(1); }

Move<double> move_from(const std::vector<double>& start, std::span<const double> values, std::size_t panel) {
  Move<double> move{};
  for (std::size_t i = 0; i < Own; ++i) move.member(i) = si_unit(i) * (values[i] - start[i]);
  for (std::size_t i = 0; i < own_count; ++i) move.own[i] = si_unit(Own + i) * values[Own + panel * own_count + i];
  return move;
}

template <class T>
Mat3<T> about(const Vec3d& axis, const T& angle) {
  return rotation_matrix(vec3_of<T>(axis), angle);
}

template <class T>
PanelPose<T> turned_about(const Mat3<T>& rotation, const Vec3<T>& pivot, const PanelPose<T>& pose) {
  return {rotation * (pose.origin_m - pivot) + pivot, rotation * pose.fast, rotation * pose.slow,
          rotation * pose.normal, pose.radius_m};
}

template <class T>
PanelPose<T> moved(const Experiment& base, std::size_t index, const Move<T>& move) {
  const Panel& panel = base.detector.panels[index];
  const Panel& first = base.detector.panels.front();
  const auto& [shift_fast, shift_slow, shift_normal, rot_fast, rot_slow, rot_normal] = move.own;

  // In its own axes.
  const Mat3<T> own =
      about(panel.normal, rot_normal) * about(panel.slow_axis, rot_slow) * about(panel.fast_axis, rot_fast);
  PanelPose<T> pose = turned_about(own, vec3_of<T>(panel.centre_m()), pose_of<T>(panel));
  pose.origin_m = pose.origin_m + shift_fast * vec3_of<T>(panel.fast_axis) + shift_slow * vec3_of<T>(panel.slow_axis) +
                  shift_normal * vec3_of<T>(panel.normal);
  pose.radius_m = pose.radius_m + shift_normal;

  // All panels about the direct-beam point.
  const Mat3<T> turn = about(lab_z, move.rot_z) * about(lab_y, move.rot_y) * about(lab_x, move.rot_x);
  pose = turned_about(turn, vec3_of<T>(pivot_of(base)), pose);

  // Along the beam, and across it in the plane of the turned first panel.
  pose.origin_m = pose.origin_m + move.distance * vec3_of<T>(base.beam.direction) -
                  move.beam_fast * (turn * vec3_of<T>(first.fast_axis)) -
                  move.beam_slow * (turn * vec3_of<T>(first.slow_axis));
  pose.radius_m = pose.radius_m + move.distance;

  // About the sample.
  return turned_about(about(base.spindle.axis, move.twotheta), Vec3<T>{}, pose);
}

constexpr Vec3d lab_axes[] = {lab_x, lab_y, lab_z};

/// Without polarization, to turn the detector about a single beam is to turn the crystal the other way. Nothing: the
/// detector's turns are its own; otherwise the lab axis next to the beam.
std::optional<std::size_t> axis_shared_with_crystal(const Experiment& base) {
  const Beam& beam = base.beam;
  if (beam.apply_polarization && beam.polarization_fraction != 0) return {};
  for (const Source& source : beam.sources)
    if (norm(cross(source.direction, beam.direction)) > 1e-9) return {};
  const auto along = [&](const Vec3d& axis) { return std::abs(dot(axis, beam.direction)); };
  return static_cast<std::size_t>(std::ranges::max_element(lab_axes, {}, along) - std::begin(lab_axes));
}

/// Panels that are bent about the sample and face the beam look the same after a turn about an axis across the beam.
bool turns_in_itself(const Experiment& base, const Vec3d& axis) {
  const Vec3d& beam = base.beam.direction;
  for (const Panel& panel : base.detector.panels)
    if (panel.curvature != Curvature::Spherical || norm(cross(panel.normal, beam)) > 1e-9) return false;
  return std::abs(dot(axis, beam)) < 1e-9;
}

bool has(const Experiment& base, Curvature curvature) {
  for (const Panel& panel : base.detector.panels)
    if (panel.curvature == curvature) return true;
  return false;
}

std::vector<ParameterInfo> own_members(const Panel& panel, std::size_t index, bool is_reference) {
  std::vector<ParameterInfo> infos;
  const std::string name = "panel" + std::to_string(index);
  const std::string same_as = is_reference ? "distance, beam_fast, beam_slow and detector_rot" : "";
  for (const char* axis : {"fast", "slow", "normal"})
    infos.push_back({.name = name + "_shift_" + axis,
                     .unit = "mm",
                     .help = "shift of panel " + std::to_string(index) + " along its " + words_of(axis) +
                             ", from its current position",
                     .scale = 0.05 * mm_from_metres(panel.pixel_size_m),
                     .same_as = same_as,
                     .moves_spots = true,
                     .alike = {axis == std::string_view("normal") ? "scale" : "place"}});
  for (const char* axis : {"fast", "slow", "normal"})
    infos.push_back({.name = name + "_rot_" + axis,
                     .unit = "deg",
                     .help = "rotation of panel " + std::to_string(index) + " about its " + words_of(axis) +
                             " through its centre (fast first, then slow, then normal), from its current orientation",
                     .scale = 0.1,
                     .same_as = same_as,
                     .moves_spots = true,
                     .alike = {"turn"}});
  return infos;
}

}  // namespace

std::vector<ParameterInfo> DetectorFamily::members(const Experiment& base) const {
  const Panel& first = base.detector.panels.front();
  const double pixel = mm_from_metres(first.pixel_size_m);
  const BeamPoint point = beam_point(base);
  std::vector<ParameterInfo> infos = {
      {.name = "distance",
       .unit = "mm",
       .help = "distance from the sample along the beam to the (first) panel; the beam centre stays, and a bent panel "
               "keeps the sample in its centre",
       .scale = std::max(1e-3 * std::abs(mm_from_metres(point.distance_m)), 1e-3 * pixel),
       .lowest = 0,
       .transform = Transform::Log,
       .moves_spots = true,
       .alike = {"scale"}}};
  for (const char* axis : {"fast", "slow"})
    infos.push_back({.name = std::string("beam_") + axis,
                     .unit = "mm",
                     .help = std::string("position where the direct beam meets the (first) panel, along its ") + axis +
                             " axis from the outer corner of the first pixel",
                     .scale = 0.05 * pixel,
                     .moves_spots = true,
                     .alike = {"place"}});
  const char* lab_names[] = {"x", "y", "z"};
  for (std::size_t i = 0; i < 3; ++i)
    infos.push_back({.name = std::string("detector_rot_") + lab_names[i],
                     .unit = "deg",
                     .help = std::string("rotation of the detector about an axis along lab ") + lab_names[i] +
                             " through its direct-beam point (x first, then y, then z), from its current orientation",
                     .scale = 0.1,
                     .same_as = axis_shared_with_crystal(base) == i ? "misset" : "",
                     .moves_spots = true,
                     .alike = {"turn"}});
  infos.push_back(
      {.name = "twotheta",
       .unit = "deg",
       .help = "rotation of the detector about the spindle axis through the sample, from its current position",
       .scale = 0.1,
       .same_as = "distance, beam_fast, beam_slow and detector_rot",
       .moves_spots = true,
       .alike = {"turn", "place"}});
  for (std::size_t i = 0; i < base.detector.panels.size(); ++i)
    for (ParameterInfo& info : own_members(base.detector.panels[i], i, i == 0)) infos.push_back(std::move(info));
  return infos;
}

std::vector<double> DetectorFamily::values(const Experiment& base) const {
  std::vector<double> values(Own + own_count * base.detector.panels.size(), 0.0);
  const BeamPoint point = beam_point(base);
  values[Distance] = mm_from_metres(point.distance_m);
  values[BeamFast] = mm_from_metres(point.fast_m);
  values[BeamSlow] = mm_from_metres(point.slow_m);
  return values;
}

void DetectorFamily::set(Experiment& experiment, std::span<const double> values) const {
  const Experiment base = experiment;
  const std::vector<double> start = this->values(base);
  for (std::size_t i = 0; i < base.detector.panels.size(); ++i) {
    const PanelPose<double> pose = moved(base, i, move_from(start, values, i));
    Panel& panel = experiment.detector.panels[i];
    panel.origin_m = pose.origin_m;
    panel.fast_axis = pose.fast;
    panel.slow_axis = pose.slow;
    panel.normal = pose.normal;
    panel.curvature_radius_m = pose.radius_m;
  }
}

std::optional<std::string> DetectorFamily::why_not(const Experiment& base, std::size_t member) const {
  if (has(base, Curvature::LabAxes)) return "the detector is bent as in an older program";
  if (auto reason = sharp_edges(base)) return reason;
  const BeamPoint point = beam_point(base);
  if (member <= BeamSlow && !point.exists) return "the direct beam does not meet the plane of the first panel";
  if (member >= RotX && member <= RotZ && turns_in_itself(base, lab_axes[member - RotX]))
    return "the detector is bent about the sample, so this rotation maps it onto itself";
  if (member == Distance && !(point.distance_m > 0)) return "the direct beam travels away from the first panel";
  return {};
}

kernel::PlanTangent DetectorFamily::tangent(const ParameterPoint& point, std::size_t member) const {
  const std::size_t own_begin = Own + point.panel * own_count;
  if (member >= Own && (member < own_begin || member >= own_begin + own_count)) return {};
  const Move<double> at = move_from(values(point.base), point.values, point.panel);
  Move<Rate> move{at.distance, at.beam_fast, at.beam_slow, at.rot_x, at.rot_y, at.rot_z, at.twotheta, {}};
  for (std::size_t i = 0; i < own_count; ++i) move.own[i] = at.own[i];
  move.member(member < Own ? member : member - own_begin + Own).rates[0] = si_unit(member);

  return tangent_of_panel(point.base.detector.panels[point.panel].curvature, moved(point.base, point.panel, move),
                          vec3_of<Rate>(point.experiment.beam.direction));
}

}  // namespace femtobragg::gradients
