// Refusal of obstacles and matter that cannot be in the light's way.
#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/rotation.h"
#include "femtobragg/base/units.h"
#include "femtobragg/model/validation.h"

namespace femtobragg::validation {
namespace {

std::string mm_text(double m) { return format_number(mm_from_metres(m)) + " mm"; }

bool not_negative(double x) { return std::isfinite(x) && x >= 0; }
bool above_zero(double x) { return std::isfinite(x) && x > 0; }

/// How far along the beam the farthest corner of a panel is.
double farthest_m(const Detector& detector, const Vec3d& beam) {
  double most = -std::numeric_limits<double>::infinity();
  for (const Panel& panel : detector.panels)
    for (const Vec3d& corner : panel.corners_m()) most = std::max(most, dot(corner, beam));
  return most;
}

double turn(const double* a, const double* b, const double* c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/// Whether two edges of a polygon that share no corner meet.
bool crosses_itself(const std::vector<double>& corners) {
  const std::size_t n = corners.size() / 2;
  const auto at = [&](std::size_t i) { return corners.data() + 2 * (i % n); };
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 2; j < n; ++j) {
      if ((j + 1) % n == i) continue;
      const bool other_sides = (turn(at(i), at(i + 1), at(j)) > 0) != (turn(at(i), at(i + 1), at(j + 1)) > 0);
      if (other_sides && (turn(at(j), at(j + 1), at(i)) > 0) != (turn(at(j), at(j + 1), at(i + 1)) > 0)) return true;
    }
  return false;
}

double area_of(const std::vector<double>& corners) {
  double twice = 0;
  for (std::size_t i = 0, j = corners.size() - 2; i < corners.size(); j = i, i += 2)
    twice += corners[j] * corners[i + 1] - corners[i] * corners[j + 1];
  return std::abs(twice) / 2;
}

void validate_corners(const std::vector<double>& corners, const std::string& field) {
  const std::string count = std::to_string(corners.size()) + (corners.size() == 1 ? " number" : " numbers");
  if (corners.size() % 2 != 0)
    refuse(field, count, {"a corner is incomplete", "each has two numbers: along fast and slow", "complete the list"});
  if (corners.size() < 6)
    refuse(field, count, {"too few corners", "a polygon has three or more, of two numbers each", "add corners"});
  constexpr std::size_t most_corners = 512;
  if (corners.size() > 2 * most_corners)
    refuse(field, count, {"too many corners", "512 are the limit", "leave some out"});
  constexpr double largest = 1e6;
  if (!std::ranges::all_of(corners, [](double x) { return std::abs(x) <= largest; }))
    refuse(field, "a number that is not finite, or too large",
           {"impossible corners", "they must be finite, and at most a million metres or pixels", "check the list"});
  if (!(area_of(corners) > 0))
    refuse(field, count, {"a polygon without area", "its corners must not be on one line", "check the list"});
  if (crosses_itself(corners))
    refuse(field, count,
           {"a polygon crosses itself", "edges must meet at corners only", "put the corners in their order around it"});
}

void validate_matter(const Matter& matter, const std::string& field) {
  if (!matter.attenuation_per_m)
    refuse(field, matter.material.empty() ? "none" : matter.material,
           {"matter without an attenuation", "it needs a material or a coefficient", "give one of them"});
  if (!not_negative(*matter.attenuation_per_m))
    refuse(field, format_number(*matter.attenuation_per_m) + " 1/m",
           {"impossible attenuation", "it must be finite and not negative", "check it"});
}

void validate_form(const Obstacle& o, const std::string& field) {
  const bool polygon = o.shape == ObstacleShape::Polygon;
  if (!polygon && !above_zero(o.size_m))
    refuse(field + ".size", mm_text(o.size_m),
           {"impossible size of an obstacle", "it must be finite and above zero", "give the size"});
  if (polygon && o.size_m != 0)
    refuse(field + ".size", mm_text(o.size_m),
           {"a polygon with a size", "its corners say how large it is", "remove the size, or choose another shape"});
  if (!polygon && !(o.corners_m.empty() && o.corners_px.empty()))
    refuse(field + ".corners", std::to_string(o.corners_m.size() + o.corners_px.size()) + " numbers",
           {"corners of an obstacle that is no polygon", "only polygons have corners", "choose the shape polygon"});
  if (!o.corners_m.empty() && !o.corners_px.empty())
    refuse(field + ".outline", std::to_string(o.corners_px.size()) + " numbers",
           {"two outlines of one obstacle", "corners are in a plane, an outline is on a panel", "remove one of them"});
  if (polygon && !o.is_on_panel()) validate_corners(o.corners_m, field + ".corners");
  if (!not_negative(o.arm_width_m))
    refuse(field + ".arm", mm_text(o.arm_width_m),
           {"impossible width of an arm", "it must be finite and not negative", "check it; 0: no arm"});
  if (o.direction_rad != 0 && o.arm_width_m == 0 && o.shape != ObstacleShape::Rod)
    refuse(field + ".direction", format_number(degrees_from_radians(o.direction_rad)) + " deg",
           {"a direction without an arm", "direction needs arm: only rods and arms have one",
            "add the arm, or remove it"});
  if (!std::isfinite(o.direction_rad) || !std::isfinite(o.offset_m[0]) || !std::isfinite(o.offset_m[1]))
    refuse(field + ".offset", mm_text(o.offset_m[0]) + ", " + mm_text(o.offset_m[1]),
           {"impossible place of an obstacle", "offset and direction must be finite", "check them"});
}

void validate_on_panel(const Obstacle& o, const Detector& detector, const std::string& field) {
  validate_corners(o.corners_px, field + ".outline");
  if (o.panel < 0 || static_cast<std::size_t>(o.panel) >= detector.panels.size())
    refuse(field + ".panel", std::to_string(o.panel),
           {"there is no such panel", "panels are counted from 0 in the order of the detector", "check the number"});
  if (o.distance_m != 0 || o.arm_width_m != 0 || o.offset_m != std::array<double, 2>{})
    refuse(field + ".distance", mm_text(o.distance_m),
           {"a shadow on a panel with a place in space", "its outline in pixels says where it is",
            "remove distance, offset and arm, or give corners in the plane instead of the outline"});
}

void validate_obstacle(const Obstacle& o, const Experiment& experiment, const std::string& field) {
  validate_form(o, field);
  if (o.is_on_panel()) validate_on_panel(o, experiment.detector, field);
  if (!o.is_on_panel() && !above_zero(o.distance_m))
    refuse(field + ".distance", mm_text(o.distance_m),
           {"impossible distance of an obstacle", "it must be finite and above zero", "give it, from the sample"});
  if (const double most = farthest_m(experiment.detector, experiment.beam.direction);
      !o.is_on_panel() && !(o.distance_m < most))
    refuse(field + ".distance", mm_text(o.distance_m) + "; the detector ends at " + mm_text(most),
           {"an obstacle behind the detector", "it must be between sample and detector", "check both distances"});
  const Vec3d& beam = experiment.beam.direction;
  if (!(norm(cross(experiment.detector.panels.front().fast_axis, beam)) > rounding))
    refuse(field, text_of(experiment.detector.panels.front().fast_axis),
           {"obstacles have no directions", "the fast axis of the first panel is along the beam",
            "use a mask for this detector"});
  if (!(o.transmission >= 0 && o.transmission <= 1))
    refuse(field + ".transmission", format_number(o.transmission),
           {"impossible transmission", "it must be 0 to 1", "give a fraction, not a percentage"});
  if (!not_negative(o.thickness_m))
    refuse(field + ".thickness", mm_text(o.thickness_m),
           {"impossible thickness of an obstacle", "it must be finite and not negative", "check it"});
  if (o.thickness_m > 0) validate_matter(o.matter, field + ".material");
  if (o.thickness_m == 0 && o.matter.is_stated())
    refuse(field + ".thickness", "none",
           {"matter without a thickness", "the thickness says how much light passes", "give the thickness"});
  if (o.thickness_m > 0 && o.transmission != 0)
    refuse(field + ".transmission", format_number(o.transmission),
           {"an obstacle has both a transmission and a thickness", "its matter and thickness say how much passes",
            "remove the transmission or the thickness"});
}

void validate_medium(const Medium& m, double most_m, const std::string& field) {
  validate_matter(m.matter, field + ".material");
  if (!not_negative(m.from_m))
    refuse(field + ".from", mm_text(m.from_m),
           {"impossible beginning of matter", "it must be finite and not negative", "check it"});
  if (m.to_m && m.thickness_m)
    refuse(field + ".thickness", mm_text(*m.thickness_m),
           {"matter with two ends", "both the end and the thickness are given", "remove one of them"});
  if (m.thickness_m && !above_zero(*m.thickness_m))
    refuse(field + ".thickness", mm_text(*m.thickness_m),
           {"impossible thickness of matter", "it must be finite and above zero", "check it"});
  if (!(m.end_m() > m.from_m))
    refuse(field + ".to", mm_text(m.end_m()),
           {"matter ends before it begins", "its end must be beyond its beginning", "exchange them"});
  if (!(m.from_m < most_m))
    refuse(field + ".from", mm_text(m.from_m) + "; the detector ends at " + mm_text(most_m),
           {"matter behind the detector", "it must begin between sample and detector", "check both distances"});
  if (m.end_m() > most_m && (m.to_m || m.thickness_m))
    refuse(field + (m.to_m ? ".to" : ".thickness"), mm_text(m.end_m()) + "; the detector ends at " + mm_text(most_m),
           {"matter reaches beyond the detector", "it must end between sample and detector",
            "check both distances; without an end, gas goes as far as the pixels"});
}

/// A window may be in a gas, which it displaces a little of.
void refuse_overlap(const std::vector<Medium>& media, const std::string& field) {
  for (std::size_t i = 0; i < media.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const Medium &a = media[j], &b = media[i];
      if (a.thickness_m.has_value() != b.thickness_m.has_value()) continue;
      if (std::max(a.from_m, b.from_m) < std::min(a.end_m(), b.end_m()))
        refuse(item(field.c_str(), i) + ".from", mm_text(b.from_m),
               {"two media are in one place", "each part of the way has one gas, and one window at most",
                "end one where the other begins"});
    }
}

void validate_sample(const SampleMatter& s, const Experiment& experiment) {
  const Vec3d& beam = experiment.beam.direction;
  validate_matter(s.matter, "attenuation.sample_material");
  if (!above_zero(s.thickness_m))
    refuse("attenuation.sample_size", mm_text(s.thickness_m),
           {"impossible thickness of the sample", "it must be finite and above zero", "give it"});
  if (s.direction && !is_direction(*s.direction))
    refuse("attenuation.sample_direction", text_of(*s.direction),
           {"the sample has no direction", "it must be a finite vector that is not zero", "check it"});
  const Vec3d direction = s.direction.value_or(s.form == SampleForm::Slab ? beam : experiment.spindle.axis);
  if (s.form == SampleForm::Cylinder && !(norm(cross(direction, beam)) > 1e-3 * norm(direction)))
    refuse("attenuation.sample_direction", text_of(direction),
           {"the axis of the sample is along the beam", "the beam would never leave it", "give another axis"});
  // A slab turns: it must not stand along the beam in the middle of the frame.
  if (s.form != SampleForm::Slab || !s.direction) return;
  const Spindle& spindle = experiment.spindle;
  const Vec3d normal = rotation_matrix(spindle.axis, spindle.phi_start_rad + 0.5 * spindle.phi_range_rad) * direction;
  if (!(std::abs(dot(normal, beam)) > 1e-3 * norm(normal)))
    refuse("attenuation.sample_direction", text_of(direction),
           {"the beam is along the slab", "it would never leave it", "give another normal, or another spindle angle"});
}

}  // namespace

void validate_attenuation(const Experiment& experiment) {
  const Attenuation& attenuation = experiment.attenuation;
  for (std::size_t i = 0; i < attenuation.obstacles.size(); ++i)
    validate_obstacle(attenuation.obstacles[i], experiment, item("attenuation.obstacle", i));
  const double most_m = farthest_m(experiment.detector, experiment.beam.direction);
  for (std::size_t i = 0; i < attenuation.media.size(); ++i)
    validate_medium(attenuation.media[i], most_m, item("attenuation.medium", i));
  refuse_overlap(attenuation.media, "attenuation.medium");
  if (attenuation.sample.form != SampleForm::Thin) validate_sample(attenuation.sample, experiment);
  if (!(attenuation.mask_below >= 0 && attenuation.mask_below <= 1))
    refuse("attenuation.mask_below", format_number(attenuation.mask_below),
           {"impossible limit of shadows", "it must be 0 to 1", "give a fraction of the light; 0: no mask"});
  if (attenuation.sample.form == SampleForm::Thin && attenuation.sample != SampleMatter{})
    refuse("attenuation.sample", "none",
           {"matter of a sample that has none", "material, size and direction are those of a slab or cylinder",
            "choose one of these, or remove them"});
  if (!not_negative(attenuation.lit.width_m))
    refuse("attenuation.lit.width_m", mm_text(attenuation.lit.width_m),
           {"impossible size of the lit sample", "it must be finite and not negative", "check it; 0: a point"});
}

}  // namespace femtobragg::validation
