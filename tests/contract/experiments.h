// Simple experiments for tests of physics: a beam along x, a detector that faces it, one small crystal.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "femtobragg/base/units.h"
#include "femtobragg/model/experiment.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/render.h"

namespace femtobragg::tests {

/// Pixels are stored as float32: their relative rounding error is at most 2^-24.
inline constexpr double float_rounding = 6e-8;

inline double in_radians(double degrees) { return degrees * pi / 180.0; }

inline UnitCell cell_of(double a, double b, double c, double alpha, double beta, double gamma) {
  return {a, b, c, in_radians(alpha), in_radians(beta), in_radians(gamma)};
}

inline std::shared_ptr<const StructureFactors> uniform_factors(double amplitude) {
  StructureFactors factors;
  factors.default_amplitude = amplitude;
  return std::make_shared<const StructureFactors>(factors);
}

inline std::shared_ptr<const StructureFactors> only_reflection(const Reflection& reflection) {
  return std::make_shared<const StructureFactors>(StructureFactors::from_reflections({reflection}, 0.0, "test"));
}

/// A parallel, unpolarized beam along x.
inline Beam beam_along_x(double wavelength_m) { return Beam::monochromatic(wavelength_m, {1, 0, 0}); }

/// n x n pixels at right angles to the beam, fast along z and slow along -y. For odd n the beam meets the middle of
/// the central pixel.
inline Panel facing_panel(double distance_m, double pixel_m, std::size_t n) {
  const double half = 0.5 * pixel_m * static_cast<double>(n);
  return Panel::flat({.origin_m = {distance_m, half, -half},
                      .fast = {0, 0, 1},
                      .slow = {0, -1, 0},
                      .pixel_m = pixel_m,
                      .n_fast = n,
                      .n_slow = n});
}

/// The centre of a (sub-)pixel of a flat panel: pixel `fast`, `slow` counted from its corner.
inline Vec3d point_on(const Panel& panel, double fast, double slow) {
  return panel.origin_m + panel.pixel_size_m * fast * panel.fast_axis + panel.pixel_size_m * slow * panel.slow_axis;
}
inline Vec3d pixel_centre(const Panel& panel, std::size_t fast, std::size_t slow) {
  return point_on(panel, static_cast<double>(fast) + 0.5, static_cast<double>(slow) + 0.5);
}

/// Solid angle of a small patch, from its definition: area seen under an angle, over the distance squared.
inline double solid_angle_of(const Panel& panel, const Vec3d& at) {
  const double r = norm(at);
  return panel.pixel_size_m * panel.pixel_size_m * (dot(at, panel.normal) / r) / (r * r);
}

/// Thomson scattering of unpolarized light: (1 + cos^2 2theta) / 2.
inline double unpolarized_factor(const Vec3d& beam, const Vec3d& at) {
  const double c = dot(beam, at) / norm(at);
  return 0.5 * (1.0 + c * c);
}

inline Crystal crystal_of(const ReciprocalAxes& reciprocal, double cells) {
  Crystal crystal;
  crystal.axes = CrystalAxes::from_reciprocal(reciprocal);
  crystal.cells = {cells, cells, cells};
  return crystal;
}
inline Crystal crystal_of(const UnitCell& cell, double cells) {
  return crystal_of(reciprocal_axes_of_cell(cell), cells);
}

/// A crystal of amplitude 100 before a panel of 101 x 101 pixels.
inline Experiment simple_experiment() {
  Experiment e;
  e.beam = beam_along_x(1e-10);
  e.crystal = crystal_of(cell_of(30, 40, 50, 75, 95, 105), 5);
  e.detector.panels = {facing_panel(0.1, 0.5e-3, 101)};
  e.structure_factors = uniform_factors(100);
  return e;
}

/// A drop of water that scatters the same in all directions: no crystal, no polarization factor.
inline Experiment isotropic_experiment() {
  Experiment e = simple_experiment();
  e.structure_factors = uniform_factors(0);
  e.water_edge_m = 1e-6;
  e.beam.apply_polarization = false;
  return e;
}

/// Photons that the isotropic drop sends into one steradian: fluence r_e^2 F^2 times the number of molecules.
/// 2.57 electrons a molecule, 18 g/mol, 1e6 g/m^3.
inline double drop_photons_per_sr(double edge_m, double fluence_per_m2) {
  const double molecules = edge_m * edge_m * edge_m * 1e6 / 18.0 * 6.02214179e23;
  const double thomson_m2 = 7.94079248018965e-30;
  return thomson_m2 * fluence_per_m2 * 2.57 * 2.57 * molecules;
}

inline double sum_of(const Image& image) {
  double sum = 0;
  for (const float value : image.pixels) sum += static_cast<double>(value);
  return sum;
}

inline std::size_t brightest_pixel(const Image& image) {
  return static_cast<std::size_t>(std::ranges::max_element(image.pixels) - image.pixels.begin());
}

inline std::vector<std::string> backend_names() {
  std::vector<std::string> names;
  for (const auto& backend : backends::registered_backends()) names.push_back(backend->name());
  return names;
}

/// A backend and one of its number types.
struct Way {
  std::string device;
  backends::NumberType type{};

  bool in_floats() const { return type == backends::NumberType::Float32; }
  friend std::ostream& operator<<(std::ostream& out, const Way& way) {
    return out << way.device << ", " << name_of(way.type);
  }
};

/// Of all backends, all number types.
inline std::vector<Way> ways() {
  std::vector<Way> ways;
  for (const auto& backend : backends::registered_backends())
    for (const backends::NumberType type : backend->number_types()) ways.push_back({backend->name(), type});
  return ways;
}

/// For names of tests: "simd_avx2_float32".
inline std::string word_for(const testing::TestParamInfo<Way>& tested) {
  std::string word = tested.param.device + "_" + name_of(tested.param.type);
  std::ranges::replace(word, '-', '_');
  return word;
}

inline std::string word_of_backend(const testing::TestParamInfo<std::string>& tested) {
  std::string word = tested.param;
  std::ranges::replace(word, '-', '_');
  return word;
}

/// That the backend under test computed the image, or the reference for a reason that the backend states. Floats may be
/// too narrow for a plan; doubles are never replaced.
inline void expect_it_ran(const Way& way, const kernel::Plan& plan, std::size_t panel, const std::string& ran_on) {
  testing::Test::RecordProperty("ran_on", ran_on);
  if (const auto reason = backends::find_backend(way.device).why_not(plan, panel)) {
    EXPECT_EQ(ran_on, "reference, float64 because " + *reason);
  } else if (way.in_floats()) {
    EXPECT_TRUE(ran_on.starts_with(way.device + ", float")) << ran_on;
  } else {
    EXPECT_EQ(ran_on, way.device + ", float64");
  }
}

/// Runs each test once for each backend and number type.
class EachWay : public testing::TestWithParam<Way> {
 protected:
  static RenderRequest request(int threads = 1) {
    return {.device = GetParam().device, .control = {.number_type = GetParam().type, .threads = threads}};
  }
  static Rendering rendered(const Experiment& experiment, std::size_t panel = 0, int threads = 1) {
    const kernel::Plan plan = compile_plan(experiment);
    Rendering rendering = render(plan, panel, request(threads));
    expect_it_ran(GetParam(), plan, panel, rendering.summary.ran_on);
    return rendering;
  }
  static double first_pixel(const Experiment& experiment) {
    return static_cast<double>(rendered(experiment).image.pixels.front());
  }
  /// What lanes of floats may add to the error of a pixel: 2e-6 of the brightest one (docs/performance.md). Nothing in
  /// doubles.
  static double error_of_floats(const Image& image) {
    return GetParam().in_floats() ? 2e-6 * static_cast<double>(image.pixels[brightest_pixel(image)]) : 0;
  }
};

/// Runs each test once for each backend. Such tests choose number types themselves; here it is doubles.
class EachBackend : public testing::TestWithParam<std::string> {
 protected:
  static Rendering rendered(const Experiment& experiment) {
    const kernel::Plan plan = compile_plan(experiment);
    Rendering rendering = render(plan, 0, {.device = GetParam(), .control = {.threads = 1}});
    expect_it_ran({GetParam(), backends::NumberType::Float64}, plan, 0, rendering.summary.ran_on);
    return rendering;
  }
};

}  // namespace femtobragg::tests
