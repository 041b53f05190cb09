// The spot of the direct beam: left out, or rendered and no measure for what a tolerance leaves out.
#include <gtest/gtest.h>

#include <algorithm>

#include "femtobragg/physics/lattice_factor/shapes.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

class DirectBeam : public EachBackend {
 protected:
  static Rendering with_tolerance(const Experiment& experiment, double tolerance) {
    RenderRequest request;
    request.device = GetParam();
    request.control.threads = 1;
    request.control.tolerance = tolerance;
    request.control.always_leave_out = true;
    return render(compile_plan(experiment), 0, request);
  }

  /// Gaussian spots whose F(0,0,0) is a thousand times the other amplitudes, as in the table of a model.
  static Experiment bright_experiment() {
    Experiment e = simple_experiment();
    e.crystal.shape = CrystalShape::Gaussian;
    e.crystal.cells = {20, 20, 20};
    StructureFactors factors = StructureFactors::table({{-15, -20, -25}, {15, 20, 25}}, 0, "test");
    std::ranges::fill(factors.values, 100.0);
    factors.values[factors.index(0, 0, 0)] = 1e5;
    e.structure_factors = std::make_shared<const StructureFactors>(std::move(factors));
    return e;
  }

  static Experiment dark(Experiment e) {
    StructureFactors factors = *e.structure_factors;
    factors.leave_out_direct_beam();
    e.structure_factors = std::make_shared<const StructureFactors>(std::move(factors));
    return e;
  }
};

/// Within half a reciprocal cell of the beam, on the panel of simple_experiment().
bool near_beam(std::size_t pixel) {
  const double fast = static_cast<double>(pixel % 101) - 50, slow = static_cast<double>(pixel / 101) - 50;
  return std::hypot(fast, slow) < 8;
}

TEST_P(DirectBeam, LeavesTheRestOfTheImageAsItIs) {
  Experiment without_table = simple_experiment();
  Experiment beside_table = simple_experiment();
  beside_table.structure_factors = std::make_shared<const StructureFactors>(
      StructureFactors::from_reflections({{2, 0, 0, 300}, {3, 4, 5, 200}}, 100, "test"));
  for (const Experiment& lit : {bright_experiment(), without_table, beside_table}) {
    const Image with = rendered(lit).image, without = rendered(dark(lit)).image;
    const std::size_t beam = brightest_pixel(with);
    EXPECT_TRUE(near_beam(beam));
    EXPECT_EQ(without.pixels[beam], 0.0f);
    const float brightest = without.pixels[brightest_pixel(without)];
    ASSERT_GT(brightest, 0.0f);
    for (std::size_t i = 0; i < with.pixels.size(); ++i) {
      if (near_beam(i)) continue;
      // Float lanes are exact to 2e-6 of the brightest pixel.
      ASSERT_NEAR(with.pixels[i], without.pixels[i], 2e-6f * brightest) << i;
    }
  }
}

TEST_P(DirectBeam, IsNoMeasureForATolerance) {
  const Experiment lit = bright_experiment();
  const Image spots = with_tolerance(dark(lit), 0).image, whole = with_tolerance(lit, 0).image;
  const double brightest = static_cast<double>(spots.pixels[brightest_pixel(spots)]);
  ASSERT_LT(1e4 * brightest, static_cast<double>(whole.pixels[brightest_pixel(whole)]));
  constexpr double tolerance = 1e-4;
  const Rendering less = with_tolerance(lit, tolerance);
  EXPECT_LE(less.summary.bound_photons, tolerance * brightest * (1 + float_rounding));
  if (GetParam() != "reference") {
    EXPECT_GT(less.summary.bound_photons, 0);
  }
  for (std::size_t i = 0; i < whole.pixels.size(); ++i) {
    const double lacks = static_cast<double>(whole.pixels[i]) - static_cast<double>(less.image.pixels[i]);
    ASSERT_LE(lacks, less.summary.bound_photons + 2 * float_rounding * static_cast<double>(whole.pixels[i])) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(backends, DirectBeam, testing::ValuesIn(backend_names()), word_of_backend);

}  // namespace
}  // namespace femtobragg::tests
