// Leaving terms out: no pixel lacks more than the printed bound, on random experiments and for every shape.
#include <gtest/gtest.h>

#include <algorithm>

#include "femtobragg/physics/lattice_factor/shapes.h"
#include "tests/agreement/random_experiments.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

class Tolerance : public EachBackend {
 protected:
  static Rendering with_tolerance(const Experiment& experiment, double tolerance, int threads = 1) {
    RenderRequest request;
    request.device = GetParam();
    request.control.threads = threads;
    request.control.tolerance = tolerance;
    request.control.always_leave_out = true;
    return render(compile_plan(experiment), 0, request);
  }

  /// A mosaic crystal of n cells a side in a beam of three wavelengths.
  static Experiment mosaic_experiment(CrystalShape shape, double n) {
    Experiment e = simple_experiment();
    e.detector.panels = {facing_panel(0.1, 0.3e-3, 201)};
    e.crystal.cells = {n, n, n};
    e.crystal.shape = shape;
    for (const double angle : {-0.004, -0.001, 0.0, 0.002, 0.005})
      e.crystal.mosaic_rotations.push_back(rotation_matrix(unit(Vec3d{1, 2, 2}), angle));
    for (const double factor : {0.997, 1.004}) e.beam.sources.push_back({-e.beam.direction, factor * 1e-10, 1.0});
    return e;
  }

  static void expect_bounded(const Experiment& e, double tolerance) {
    const Rendering whole = with_tolerance(e, 0), less = with_tolerance(e, tolerance);
    const double brightest = static_cast<double>(whole.image.pixels[brightest_pixel(whole.image)]);
    // Both images are rounded to float32.
    EXPECT_LE(less.summary.bound_photons, tolerance * brightest * (1 + float_rounding));
    EXPECT_DOUBLE_EQ(less.summary.solid_angle_sr, whole.summary.solid_angle_sr);
    for (std::size_t i = 0; i < whole.image.pixels.size(); ++i) {
      const double lacks = static_cast<double>(whole.image.pixels[i]) - static_cast<double>(less.image.pixels[i]);
      const double rounding = 2 * float_rounding * static_cast<double>(whole.image.pixels[i]);
      ASSERT_LE(lacks, less.summary.bound_photons + rounding) << "pixel " << i;
      ASSERT_GE(lacks, -rounding) << "pixel " << i;
    }
  }
};

TEST_P(Tolerance, BoundIsKept) {
  for (const CrystalShape shape :
       {CrystalShape::Parallelepiped, CrystalShape::Ellipsoid, CrystalShape::Gaussian, CrystalShape::Tophat})
    for (const double cells : {5.0, 20.0, 60.0})
      for (const double tolerance : {1e-6, 1e-3, 0.1}) {
        SCOPED_TRACE(testing::Message() << static_cast<int>(shape) << " " << cells << " cells, " << tolerance);
        expect_bounded(mosaic_experiment(shape, cells), tolerance);
      }
}

TEST_P(Tolerance, BoundIsKeptOnRandomExperiments) {
  for (std::uint64_t seed = 5000; seed < 5060; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    expect_bounded(random_experiment(seed), seed % 2 ? 1e-6 : 1e-2);
  }
}

/// A spot, or the sum of what a spot does over a wide band or a wide rotation, may be a cone that holds the panel's
/// normal.
TEST_P(Tolerance, BoundIsKeptWhereConesHoldTheNormal) {
  Experiment still = simple_experiment();
  still.detector.panels = {facing_panel(0.1, 0.04e-3, 65)};
  still.crystal = crystal_of(cell_of(20, 20, 20, 90, 90, 90), 6);
  expect_bounded(still, 0.2);

  Experiment band = simple_experiment();
  band.detector.panels = {facing_panel(0.1, 0.33e-3, 65)};
  band.crystal.shape = CrystalShape::Gaussian;
  band.beam.sources.clear();
  for (int i = -10; i <= 10; ++i) band.beam.sources.push_back({-band.beam.direction, (1 + 0.01 * i) * 1e-10, 1.0});
  expect_bounded(band, 1e-3);

  Experiment scan = band;
  scan.beam.sources = {{-scan.beam.direction, 1e-10, 1.0}};
  scan.spindle = {{0, 0, 1}, 0, 0, in_radians(40.0 / 120), 120};
  expect_bounded(scan, 1e-3);
}

/// More spots than the lists may hold: blocks are tested instead.
TEST_P(Tolerance, BoundIsKeptWithoutLists) {
  Experiment e = simple_experiment();
  e.crystal = crystal_of(cell_of(60, 60, 60, 90, 90, 90), 30);
  e.crystal.shape = CrystalShape::Gaussian;
  e.spindle = {{0, 0, 1}, 0, 0, in_radians(30), 6};
  expect_bounded(e, 1e-3);
}

TEST_P(Tolerance, EmptyAndMaskedPanelsStayBlack) {
  Experiment e = mosaic_experiment(CrystalShape::Gaussian, 20);
  e.detector.panels[0].region = RegionOfInterest::nothing();
  EXPECT_EQ(sum_of(with_tolerance(e, 1e-2).image), 0);
  e = mosaic_experiment(CrystalShape::Gaussian, 20);
  e.detector.panels[0].mask.assign(e.detector.panels[0].n_fast * e.detector.panels[0].n_slow, 0);
  EXPECT_EQ(sum_of(with_tolerance(e, 1e-2).image), 0);
}

TEST_P(Tolerance, LeavesSomethingOut) {
  if (GetParam() == "reference") GTEST_SKIP() << "the reference backend does not skip work";
  const Experiment e = mosaic_experiment(CrystalShape::Gaussian, 60);
  const Rendering less = with_tolerance(e, 1e-6);
  EXPECT_GT(less.summary.bound_photons, 0);
  EXPECT_GT(std::ranges::count(less.image.pixels, 0.0f), 1000);
  EXPECT_GT(std::ranges::count(less.image.pixels, 0.0f), std::ranges::count(with_tolerance(e, 0).image.pixels, 0.0f));
}

TEST_P(Tolerance, ThreadsDoNotMatter) {
  const Experiment e = mosaic_experiment(CrystalShape::Gaussian, 20);
  const Rendering one = with_tolerance(e, 1e-6, 1);
  for (const int threads : {2, 3, 8}) {
    const Rendering more = with_tolerance(e, 1e-6, threads);
    EXPECT_EQ(more.image.pixels, one.image.pixels);
    EXPECT_EQ(more.summary.bound_photons, one.summary.bound_photons);
  }
}

INSTANTIATE_TEST_SUITE_P(backends, Tolerance, testing::ValuesIn(backend_names()), word_of_backend);

}  // namespace
}  // namespace femtobragg::tests
