// Acceptance: sums over steps, sub-pixels and sensor layers, and what is left out of them.
#include "tests/acceptance/acceptance_run.h"

namespace femtobragg::tests {
namespace {

constexpr double f_squared = 1e4;  // of one_cell()

using at_sam_001 = AcceptanceRun;
TEST_F(at_sam_001, IntensityIsDividedByTheSteps) {
  const Pixels one = image(five_cells() + "-phi 10");
  expect_same(image(five_cells() + "-phi 10 -osc 0 -phisteps 2"), one, 1e-7f);
  expect_same(image(five_cells() + "-phi 10 -mosaic 1e-9 -mosaic_domains 3"), one, 1e-7f);
  folder_.write("same.txt", "-1 0 0\n-1 0 0\n-1 0 0\n");
  expect_same(image(five_cells() + "-phi 10 -sourcefile same.txt"), one, 1e-7f);
}

TEST_F(at_sam_001, StepsAreAveraged) {
  const Pixels first = image(five_cells() + "-phi 10"), second = image(five_cells() + "-phi 11");
  Pixels mean(first.size());
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = (first[i] + second[i]) / 2;
  expect_different(first, second);
  expect_same(image(five_cells() + "-phi 10 -osc 2 -phisteps 2"), mean, 2e-7f);
}

/// Polarization and solid angle at the sub-pixels of a pixel, first to last.
struct SubPixels {
  std::vector<double> polar, omega;

  SubPixels(const FlatMosflm& panel, std::size_t fast, std::size_t slow, int n) {
    for (int s = 0; s < n; ++s)
      for (int f = 0; f < n; ++f) {
        const Vec3d x =
            panel.position(static_cast<double>(fast) + (f + 0.5) / n, static_cast<double>(slow) + (s + 0.5) / n);
        polar.push_back(polarization(x, 0));
        omega.push_back(panel.solid_angle(x));
      }
  }
};

// A detector that is near: factors differ by per cents within a pixel.
const FlatMosflm near_panel{.distance = 0.01};
const std::string near = " -distance 10 -oversample 2 ";

using at_sam_002 = AcceptanceRun;
TEST_F(at_sam_002, FirstSubPixelGivesTheFactorsInTheDropIn) {
  expect_pixels(image(one_cell() + near), near_panel, [](std::size_t fast, std::size_t slow) {
    const SubPixels sub(near_panel, fast, slow, 2);
    return f_squared * sub.polar.front() * sub.omega.front();
  });
}

TEST_F(at_sam_002, OversamplingFlagsMultiplyTheRunningSum) {
  expect_pixels(image(one_cell() + near + "-oversample_omega"), near_panel, [](std::size_t fast, std::size_t slow) {
    const SubPixels sub(near_panel, fast, slow, 2);
    double sum = 0;
    for (const double omega : sub.omega) sum = (sum + f_squared) * omega;
    return sum / 4 * sub.polar.front();
  });
  expect_pixels(image(one_cell() + near + "-oversample_polar"), near_panel, [](std::size_t fast, std::size_t slow) {
    const SubPixels sub(near_panel, fast, slow, 2);
    double sum = 0;
    for (const double polar : sub.polar) sum = (sum + f_squared) * polar;
    return sum / 4 * sub.omega.front();
  });
}

TEST_F(at_sam_002, EachSubPixelHasItsOwnFactorsInSimulate) {
  for (const std::string flags : {"", "-oversample_omega -oversample_polar"}) {
    const ProgramResult run = simulate(one_cell() + near + "-dtype float64 " + flags);
    expect_pixels(image_of(run), near_panel, [](std::size_t fast, std::size_t slow) {
      const SubPixels sub(near_panel, fast, slow, 2);
      double sum = 0;
      for (std::size_t i = 0; i < 4; ++i) sum += sub.polar[i] * sub.omega[i];
      return f_squared * sum / 4;
    });
  }
}

using at_sam_003 = AcceptanceRun;
TEST_F(at_sam_003, SpacingsBelowTheLimitAreLeftOut) {
  const FlatMosflm panel;
  std::size_t kept = 0;
  expect_pixels(image(one_cell() + "-dmin 6"), panel, [&](std::size_t fast, std::size_t slow) {
    const Vec3d x = panel.centre(fast, slow);
    const double theta = 0.5 * std::acos(x.x / norm(x)), spacing = 1 / (2 * std::sin(theta));
    kept += spacing >= 6;
    return spacing < 6 ? 0 : f_squared * panel.solid_angle(x) * polarization(x, 0);
  });
  EXPECT_GT(kept, 500u);
  EXPECT_LT(kept, 3500u);
}

// Four layers of a sensor of 450 um with an attenuation depth of 234 um: nanoBragg takes steps of a third of it.
const std::string sensor = " -detector_abs 234 -detector_thick 450 -thicksteps 4 ";

struct Layers {
  double step = 150, slant;

  explicit Layers(const Vec3d& x) : slant(x.x / norm(x)) {}
  double front(int layer) const { return std::exp(-layer * step / 234 / slant); }
  double capture(int layer) const { return front(layer) - front(layer + 1); }
};

using at_abs_001 = AcceptanceRun;
TEST_F(at_abs_001, LastLayerCountsForAllInTheDropIn) {
  const FlatMosflm panel;
  expect_pixels(image(one_cell() + sensor), panel, [&](std::size_t fast, std::size_t slow) {
    const Vec3d x = panel.centre(fast, slow), last = x + Vec3d{450e-6, 0, 0};
    return 4 * Layers(last).capture(3) * f_squared * panel.solid_angle(x) * polarization(x, 0);
  });
}

TEST_F(at_abs_001, OversamplingMultipliesTheRunningSumByEachLayer) {
  const FlatMosflm panel;
  expect_pixels(image(one_cell() + sensor + "-oversample_thick"), panel, [&](std::size_t fast, std::size_t slow) {
    const Vec3d x = panel.centre(fast, slow);
    double sum = 0;
    for (int layer = 0; layer < 4; ++layer)
      sum = (sum + f_squared) * Layers(x + Vec3d{layer * 150e-6, 0, 0}).capture(layer);
    return sum * panel.solid_angle(x) * polarization(x, 0);
  });
}

TEST_F(at_abs_001, LayersShareTheAbsorptionInSimulate) {
  // A sensor far away: its depth changes neither angle nor distance, and what is absorbed is all that does not pass.
  const FlatMosflm panel{.distance = 1e4};
  const std::string far = one_cell() + "-direct_beam -distance 1e7 -dtype float64 ";
  expect_pixels(image_of(simulate(far + sensor)), panel, [&](std::size_t fast, std::size_t slow) {
    const Vec3d x = panel.centre(fast, slow);
    return -std::expm1(-450.0 / 234) * f_squared * panel.solid_angle(x);
  });
  // Near by, each layer at the mean depth of what its quarter absorbs has its own solid angle and slant.
  const FlatMosflm here;
  const double lengths = 112.5 / 234, centroid = 1 / lengths - 1 / std::expm1(lengths);
  expect_pixels(image_of(simulate(one_cell() + "-direct_beam -dtype float64 " + sensor)), here,
                [&](std::size_t fast, std::size_t slow) {
                  double sum = 0;
                  for (int layer = 0; layer < 4; ++layer) {
                    const Vec3d x = here.centre(fast, slow) + Vec3d{(layer + centroid) * 112.5e-6, 0, 0};
                    Layers quarter(x);
                    quarter.step = 112.5;
                    const double omega = here.pixel * here.pixel * x.x / std::pow(norm(x), 3);
                    sum += omega * quarter.capture(layer) * polarization(x, 0);
                  }
                  return f_squared * sum;
                });
}

}  // namespace
}  // namespace femtobragg::tests
