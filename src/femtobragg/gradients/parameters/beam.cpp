// Wavelength, bandwidth, and two turns.
#include "femtobragg/gradients/parameters/beam.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/units.h"
#include "femtobragg/gradients/crystal_frame.h"
#include "femtobragg/gradients/panel_pose.h"
#include "femtobragg/physics/polarization.h"
#include "femtobragg/physics/rotation_vector.h"

namespace femtobragg::gradients {
namespace {

enum BeamMember : std::size_t { Wavelength, Spread, Horizontal, Vertical };

constexpr double per_percent = 0.01;

/// Axes that the beam turns about: one turns it towards the polarization axis, the other is that axis' part across the
/// beam. Any two across the beam where the polarization axis lies along it.
struct Across {
  Vec3d towards, about;
};
Across across(const Beam& beam) {
  const Vec3d direction = unit(beam.direction);
  const Vec3d any = std::abs(direction.x) < 0.5 ? Vec3d{1, 0, 0} : Vec3d{0, 1, 0};
  const bool along = norm(cross(direction, beam.polarization_axis)) == 0;
  const auto frame = physics::polarization_frame(direction, along ? any : beam.polarization_axis);
  return {-frame.b, frame.e};
}

Vec3d turn_of(const Beam& base, std::span<const double> values) {
  const Across axes = across(base);
  return radians_from_degrees(values[Horizontal]) * axes.towards + radians_from_degrees(values[Vertical]) * axes.about;
}

/// Difference of the longest and the shortest wavelength, relative to the central one.
double spread_of(const Beam& beam) {
  const auto [shortest, longest] = std::ranges::minmax(beam.sources, {}, &Source::wavelength_m);
  return (longest.wavelength_m - shortest.wavelength_m) / beam.wavelength_m;
}

}  // namespace

std::vector<ParameterInfo> BeamFamily::members(const Experiment& base) const {
  const std::vector<double> start = values(base);
  return {{.name = "wavelength",
           .unit = "A",
           .help = "central wavelength; those of all sources scale with it",
           .scale = 1e-3 * start[Wavelength],
           .lowest = 0,
           .transform = Transform::Log,
           .same_as = "cell edges",
           .moves_spots = true,
           .alike = {"scale"}},
          {.name = "wavelength_spread",
           .unit = "%",
           .help = "difference between the longest and the shortest wavelength, relative to the central one; sources "
                   "keep their order",
           .scale = start[Spread] > 0 ? 0.1 * start[Spread] : 0.1,
           .lowest = 0,
           .transform = Transform::Log},
          {.name = "beam_horizontal",
           .unit = "deg",
           .help = "rotation of the beam towards the polarization axis, from its current direction",
           .scale = 0.02,
           .same_as = "misset with the detector position",
           .moves_spots = true,
           .alike = {"turn"}},
          {.name = "beam_vertical",
           .unit = "deg",
           .help = "rotation of the beam about the polarization axis (its component across the beam), from its current "
                   "direction",
           .scale = 0.02,
           .same_as = "misset with the detector position",
           .moves_spots = true,
           .alike = {"turn"}}};
}

std::vector<double> BeamFamily::values(const Experiment& base) const {
  return {angstrom_from_metres(base.beam.wavelength_m), spread_of(base.beam) / per_percent, 0, 0};
}

void BeamFamily::set(Experiment& experiment, std::span<const double> values) const {
  Beam& beam = experiment.beam;
  const std::vector<double> old = this->values(experiment);
  const double centre = beam.wavelength_m, growth = old[Spread] > 0 ? values[Spread] / old[Spread] : 1;
  const Mat3d turn = physics::rotation_by(turn_of(beam, values));
  beam.wavelength_m = metres_from_angstrom(values[Wavelength]);
  for (Source& source : beam.sources) {
    const double deviation = growth * (source.wavelength_m / centre - 1);
    source.wavelength_m = beam.wavelength_m * (1 + deviation);
    source.direction = turn * source.direction;
  }
  beam.direction = turn * beam.direction;
}

std::optional<std::string> BeamFamily::why_not(const Experiment& base, std::size_t member) const {
  if (member == Spread && !(spread_of(base.beam) > 0)) return "the beam has only one wavelength";
  if (member >= Horizontal)
    for (const Panel& panel : base.detector.panels)
      if (panel.curvature == Curvature::LabAxes) return "the detector is bent as in an older program";
  return sharp_edges(base);
}

void BeamFamily::prepare(const Experiment& experiment, const kernel::Plan& plan, std::size_t member,
                         kernel::PlanMotion& motion) const {
  const double centre = experiment.beam.wavelength_m, spread = spread_of(experiment.beam);
  if (member != Spread) return;
  for (const kernel::Ray& ray : plan.rays) {
    const double deviation = ray.wavelength_m / centre - 1;
    motion.stretch.push_back(deviation / spread / (1 + deviation));
  }
}

kernel::PlanTangent BeamFamily::tangent(const ParameterPoint& point, std::size_t member) const {
  namespace slot = kernel::slot;
  kernel::PlanTangent tangent{};
  const Experiment& experiment = point.experiment;
  if (member == Wavelength) {
    // Indices depend on the quotient of axes and wavelength only.
    const double rate = -1 / point.values[Wavelength];
    put(tangent, slot::a, rate * experiment.crystal.axes.a_m);
    put(tangent, slot::b, rate * experiment.crystal.axes.b_m);
    put(tangent, slot::c, rate * experiment.crystal.axes.c_m);
    tangent[slot::background_wavelength] = -rate;
    return tangent;
  }
  if (member == Spread) {
    tangent[slot::stretch] = per_percent;
    return tangent;
  }
  const Across axes = across(point.base.beam);
  const Vec3d turn = radians_from_degrees(1) * (physics::left_jacobian(turn_of(point.base.beam, point.values)) *
                                                (member == Horizontal ? axes.towards : axes.about));
  const Panel& panel = experiment.detector.panels[point.panel];
  if (panel.curvature != Curvature::Flat) {
    const Vec3d moves = cross(turn, experiment.beam.direction);
    Vec3<Rate> beam = vec3_of<Rate>(experiment.beam.direction);
    beam.x.rates[0] = moves.x, beam.y.rates[0] = moves.y, beam.z.rates[0] = moves.z;
    tangent = tangent_of_panel(panel.curvature, pose_of<Rate>(panel), beam);
  }
  put(tangent, slot::beam, turn);
  return tangent;
}

}  // namespace femtobragg::gradients
