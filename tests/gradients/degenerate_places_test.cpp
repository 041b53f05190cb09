// Where formulas divide by zero, or angles vanish: derivatives are finite there, and right.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "femtobragg/gradients/finite_difference.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "tests/gradients/derivative_cases.h"

namespace femtobragg::tests {
namespace {

using gradients::Gradient;
using gradients::ParameterSpace;

struct Pixel {
  std::size_t fast, slow;
};

struct Place {
  std::string name;
  Experiment experiment;
  std::optional<Pixel> peak{};  ///< that is on a Bragg peak

  friend void PrintTo(const Place& place, std::ostream* out) { *out << place.name; }
};

constexpr std::size_t middle = 5;  ///< of 11 pixels

/// Nothing is turned: the beam meets the middle of the central pixel at right angles, q = 0 there.
Experiment straight_experiment() {
  Experiment e = plain_experiment();
  e.detector.panels = {facing_panel(0.1, 0.7e-3, 11)};
  e.crystal = crystal_of(cell_of(30, 40, 50, 90, 90, 90), 5);
  e.water_edge_m = 0;
  return e;
}

void give_axes(Experiment& e, const Vec3d& a, const Vec3d& b, const Vec3d& c) {
  const double volume = dot(a, cross(b, c));
  CrystalAxes& axes = e.crystal.axes;
  axes = {a,
          b,
          c,
          1e-10 / volume * cross(b, c),
          1e-10 / volume * cross(c, a),
          1e-10 / volume * cross(a, b),
          {norm(a), norm(b), norm(c)}};
}

/// The pixel sees the reflection 1 0 0, on its peak but for rounding.
Experiment on_a_peak(CrystalShape shape, double cells, std::size_t fast, std::size_t slow) {
  Experiment e = straight_experiment();
  const Vec3d d = unit(pixel_centre(e.detector.panels[0], fast, slow));
  const Vec3d q = (d - e.beam.direction) / e.beam.wavelength_m;
  const Vec3d across = unit(cross(q, Vec3d{0.3, 1, 0.2}));
  give_axes(e, q / dot(q, q), 40e-10 * across, 50e-10 * cross(unit(q), across));
  e.crystal.shape = shape;
  e.crystal.cells = {cells, cells + 1, cells};
  return e;
}

std::vector<Place> places() {
  const std::pair<const char*, CrystalShape> shapes[] = {{"Parallelepiped", CrystalShape::Parallelepiped},
                                                         {"Ellipsoid", CrystalShape::Ellipsoid},
                                                         {"Gaussian", CrystalShape::Gaussian}};
  std::vector<Place> places = {{"RightAnglesNoMissetPhiZero", straight_experiment()}};
  {
    Experiment e = straight_experiment();
    e.spindle = {{0, 0, 1}, 0, in_radians(1), in_radians(0.5), 2};
    places.push_back({"SweepFromZero", e});
  }
  for (const auto& [name, shape] : shapes)
    for (const double cells : {4.0, 5.0, 20.0, 12.4}) {
      // A gaussian spot of many cells leaves nothing for the other pixels.
      if (shape == CrystalShape::Gaussian && cells == 20) continue;
      const std::string suffix = std::string(name) + std::to_string(static_cast<int>(cells));
      places.push_back({"Peak" + suffix, on_a_peak(shape, cells, 8, 3), Pixel{8, 3}});
      Experiment beam = straight_experiment();
      beam.crystal.shape = shape;
      beam.crystal.cells = {cells, cells, cells + 1};
      places.push_back({"BeamPixel" + suffix, beam, Pixel{middle, middle}});
    }
  for (const auto& [name, shape] : shapes) {
    Experiment e = plain_experiment();
    e.water_edge_m = 0;
    e.crystal.shape = shape;
    e.crystal.cells = {1, 5, 4};
    places.push_back({std::string("OneCellAlongA") + name, e});
    e.crystal.cells = {1, 1, 1};
    places.push_back({std::string("OneCell") + name, e});
  }
  {
    Experiment e = plain_experiment();
    e.structure_factors = only_reflection({0, 0, 1, 100});
    places.push_back({"OneReflection", e});
    e.water_edge_m = 0;
    places.push_back({"OneReflectionAndNoWater", e});
  }
  return places;
}

/// The tables have none of those that are meant.
std::vector<std::string> without_reflections(std::vector<std::string> names) {
  std::erase_if(names, [](const std::string& name) { return name.starts_with("F_0_"); });
  return names;
}

RenderRequest request_of(const std::string& device) {
  RenderRequest request;
  request.device = device;
  request.control.threads = 1;
  return request;
}

gradients::Jacobian jacobian_of(const ParameterSpace& space, const std::string& device) {
  return Gradient(space, space.start(), request_of(device)).jacobian();
}

class DegeneratePlaces : public testing::TestWithParam<Place> {};

/// The pixels on peaks have a test of their own: their photons would drown the others' differences in rounding.
TEST_P(DegeneratePlaces, HaveDerivatives) {
  Experiment experiment = GetParam().experiment;
  gradients::CheckLimits limits;
  if (const auto peak = GetParam().peak) {
    // On the planes through the peak an index vanishes: there the reference's image divides sines that nearly do.
    limits = {.error = 1e-5, .correlation = 0.99};
    Panel& panel = experiment.detector.panels[0];
    panel.mask.assign(panel.n_fast * panel.n_slow, 1);
    panel.mask[peak->slow * panel.n_fast + peak->fast] = 0;
    panel.mask[middle * panel.n_fast + middle] = 0;
  }
  for (const auto& names : all_parameters(experiment)) {
    const ParameterSpace space(experiment, without_reflections(names));
    gradients::Judge judge(space, space.start());
    for (const std::string& device : backend_names()) {
      const auto jacobian = jacobian_of(space, device);
      for (const auto& image : jacobian.derivatives)
        for (const double x : image) ASSERT_TRUE(std::isfinite(x)) << device;
      for (const auto& c : judge.check(jacobian, limits))
        EXPECT_TRUE(c.passes) << device << ", " << c.info.name << ": " << c.verdict << ", error " << c.best_error
                              << ", correlation " << c.correlation << ", derivative " << c.derivative_norm;
    }
  }
}

/// Central, or to one side of a bound. Of the photons that come with derivatives: the reference's image divides sines
/// that vanish on a peak.
double quotient_of(const ParameterSpace& space, std::size_t parameter, std::size_t pixel,
                   const RenderRequest& request) {
  const auto& info = space.infos()[parameter];
  const double start = space.start()[parameter], step = 1e-3 * info.scale;
  const auto photons_at = [&](double place) {
    std::vector<double> values = space.start();
    values[parameter] += place;
    const ParameterSpace moved(space.at(values), {"fluence"});
    return Gradient(moved, moved.start(), request).jacobian().photons[pixel];
  };
  if (start - step >= info.lowest && start + step <= info.highest)
    return (photons_at(step) - photons_at(-step)) / (2 * step);
  const double inside = start + 2 * step <= info.highest ? step : -step;
  return (-3 * photons_at(0) + 4 * photons_at(inside) - photons_at(2 * inside)) / (2 * inside);
}

/// On a peak nothing that moves spots changes photons at first: differences are compared with what flanks have.
TEST_P(DegeneratePlaces, HaveDerivativesOnPeaks) {
  if (!GetParam().peak) GTEST_SKIP() << "no pixel is on a peak";
  Experiment experiment = GetParam().experiment;
  const auto [fast, slow] = *GetParam().peak;
  experiment.detector.panels[0].region = RegionOfInterest{fast, fast + 1, slow, slow + 1};
  const std::size_t pixel = slow * experiment.detector.panels[0].n_fast + fast;
  for (const auto& names : all_parameters(experiment)) {
    const ParameterSpace space(experiment, names);
    for (const std::string& device : backend_names()) {
      const auto jacobian = jacobian_of(space, device);
      for (std::size_t i = 0; i < space.size(); ++i) {
        const double quotient = quotient_of(space, i, pixel, request_of("reference"));
        EXPECT_NEAR(jacobian.derivatives[i][pixel], quotient, 1e-5 * jacobian.photons[pixel] / space.infos()[i].scale)
            << device << ", " << space.infos()[i].name;
        EXPECT_GT(jacobian.photons[pixel], 0) << device;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Places, DegeneratePlaces, testing::ValuesIn(places()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace femtobragg::tests
