// Quirks of the pixel loop, and what pixels are without them.
#include <gtest/gtest.h>

#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using PixelQuirks = QuirkRun;

/// Photons of one pixel of a single cell far away: smooth across pixels and depths.
std::string smooth() {
  return "-default_F 100 -cell 30 -N 1 -lambda 1 -distance 10000 -pixel 0.5 -detpixels 9 -oversample 1 " +
         std::string("-nonoise -nopgm -noprogress ");
}

TEST_F(PixelQuirks, PhiZeroIsTheCrystalAsMounted) {
  // Steps in whose middles phi is 0, 0.5, 1 and 1.5.
  const std::string sweep = "-phi -0.25 -osc 2 -phisteps 4";
  const Pixels off = right(sweep), on = with_quirk("Q-phi0-carry", sweep);
  const Pixels at0 = right(""), at1 = right("-phi 0.5"), at2 = right("-phi 1"), at3 = right("-phi 1.5");
  Pixels mean(off.size()), carried(off.size());
  for (std::size_t i = 0; i < off.size(); ++i) {
    mean[i] = (at0[i] + at1[i] + at2[i] + at3[i]) / 4;
    carried[i] = (at1[i] + at2[i] + 2 * at3[i]) / 4;
  }
  expect_same(off, mean);
  // With the quirk only the first sweep of the image begins with the mounted crystal.
  carried[0] = mean[0];
  expect_same(on, carried);
  expect_different(on, off);
}

TEST_F(PixelQuirks, FirstSweepIsThatOfTheFirstPixelWithinTheResolutionLimit) {
  const std::string sweep = "-phi -0.25 -osc 2 -phisteps 4 -dmin 6 -dtype float64";
  const Pixels off = right(sweep), on = with_quirk("Q-phi0-carry", sweep);
  const Pixels at1 = right("-phi 0.5 -dmin 6"), at2 = right("-phi 1 -dmin 6"), at3 = right("-phi 1.5 -dmin 6");
  Pixels carried(off.size());
  for (std::size_t i = 0; i < off.size(); ++i) carried[i] = (at1[i] + at2[i] + 2 * at3[i]) / 4;
  // Pixels beyond the limit are exactly zero: no sweep is rendered there.
  const auto first = static_cast<std::size_t>(std::ranges::find_if(off, [](float v) { return v != 0; }) - off.begin());
  ASSERT_GT(first, 0u);
  EXPECT_GT(std::abs(carried[first] - off[first]), 1e-3f * off[first]);
  carried[first] = off[first];
  expect_same(on, carried);
  // That pixel alone tells the two.
  EXPECT_NEAR(on[first], off[first], 1e-6f * off[first]);
}

TEST_F(PixelQuirks, PhiZeroWithinTheSweepFollowsTheStepBefore) {
  const Pixels on = image_of(simulate("-quirks Q-phi-edges,Q-phi0-carry " + base() + "-phi -1 -osc 2 -phisteps 4"));
  const Pixels at0 = right("-phi -1"), at1 = right("-phi -0.5"), at3 = right("-phi 0.5");
  Pixels carried(on.size());
  for (std::size_t i = 0; i < on.size(); ++i) carried[i] = (at0[i] + 2 * at1[i] + at3[i]) / 4;
  expect_same(on, carried);
}

TEST_F(PixelQuirks, InterpolationGoesOnAfterTheEdge) {
  const std::string flags = "-hkl small.hkl -N 2 -default_F 30";
  const Pixels off = right(flags), on = with_quirk("Q-interp-off", flags),
               nearest = right(flags + " -nointerpolate -direct_beam");
  expect_different(off, on);
  // The first row is beyond the table already: with the quirk the image is that of the nearest structure factors.
  expect_same(on, nearest);
  // Near the beam indices lie within the table.
  const std::size_t near_beam = 31 * 72 + 40;
  EXPECT_GT(std::abs(off[near_beam] - nearest[near_beam]), 1e-3f * nearest[near_beam]);
}

TEST_F(PixelQuirks, EachTermCarriesItsFactorOnce) {
  for (const std::string flags : {"-oversample 2 -oversample_polar -oversample_omega -distance 30",
                                  "-oversample 2 -oversample_polar -distance 30 -sourcefile src.txt"})
    expect_right("Q-running-sum", flags, flags + " -quiet");
  // Without quirks the flags change nothing.
  expect_same(right("-oversample 2 -distance 30 -oversample_polar -oversample_omega -oversample_thick"),
              right("-oversample 2 -distance 30"));
}

TEST_F(PixelQuirks, EachSampleHasItsOwnFactors) {
  // Two by two sub-pixels make one pixel: four small pixels add up to it.
  const std::string flags = "-xds -distance 15 -polar 0.9 ";
  const Pixels off = right(flags + "-oversample 2");
  const Pixels small = right(flags + "-pixel 0.25 -detpixels_x 144 -detpixels_y 112");
  Pixels sum(off.size());
  for (std::size_t slow = 0; slow < 56; ++slow)
    for (std::size_t fast = 0; fast < 72; ++fast) {
      const std::size_t corner = 2 * slow * 144 + 2 * fast;
      sum[slow * 72 + fast] = small[corner] + small[corner + 1] + small[corner + 144] + small[corner + 145];
    }
  expect_same(off, sum);
  expect_different(off, with_quirk("Q-first-subpixel", flags + "-oversample 2"));
}

TEST_F(PixelQuirks, LayersOfTheSensorAddUpToBeersLaw) {
  const float surface = image_of(simulate(smooth())).at(40);
  const auto captured = [&](const std::string& flags) {
    return image_of(simulate(flags + smooth() + "-detector_abs 234 -detector_thick 450 ")).at(40) / surface;
  };
  // The layers are farther away by up to 4.5e-5 of the distance, and solid angles fall with its square.
  for (const std::string steps : {"", "-detector_thicksteps 1 ", "-detector_thicksteps 4 ", "-oversample_thick "})
    EXPECT_NEAR(captured(steps), 0.853843f, 1e-4f) << steps;
  // Right layers keep their own share whatever the other quirks say.
  EXPECT_NEAR(captured("-quirks Q-first-subpixel -detector_thicksteps 4 "), 0.853843f, 1e-4f);
  const std::string on = "-quirks Q-thickness-layers,Q-first-subpixel ";
  EXPECT_NEAR(captured(on + "-detector_thicksteps 4 "), 4 * 0.069168f, 1e-4f);
  EXPECT_NEAR(captured(on + "-detector_thicksteps 1 "), 2 * 0.124754f, 1e-4f);
  EXPECT_NEAR(captured("-quirks Q-running-sum,Q-thickness-layers -oversample_thick "), 0.382015f, 1e-4f);
  EXPECT_EQ(announced(simulate("-quirks Q-thickness-layers " + smooth() + "-detector_thick 450").err),
            std::set<std::string>{"Q-thickness-layers"});
  EXPECT_EQ(announced(simulate("-quirks Q-thickness-layers " + smooth()).err), std::set<std::string>{});
}

TEST_F(PixelQuirks, InfiniteAttenuationDepthSwitchesTheSensorOff) {
  const Pixels plain = right("");
  for (const std::string flags : {"-detector_abs inf -detector_thick 450", "-detector_thick 450 -detector_abs inf",
                                  "-detector_abs 0 -detector_thick 450 -detector_thicksteps 3", "-oversample_thick"})
    expect_same(right(flags), plain);
  for (const std::string flags : {"-detector_abs inf -detector_thick 450", "-oversample_thick"}) {
    const ProgramResult on = simulate("-quirks Q-absorb-zero,Q-running-sum,Q-thickness-layers " + base() + flags);
    EXPECT_TRUE(announced(on.err).contains("Q-absorb-zero")) << flags;
    for (const float pixel : image_of(on)) ASSERT_EQ(pixel, 0.0f) << flags;
  }
}

TEST_F(PixelQuirks, NopolarWins) {
  const Pixels plain = right("-nopolar -distance 40");
  expect_same(right("-nopolar -oversample_polar -distance 40"), plain);
  // In a run of one term for each pixel, the lost flag is the only difference.
  const ProgramResult on =
      simulate("-quirks Q-nopolar-lost,Q-running-sum " + base() + "-nopolar -oversample_polar -distance 40");
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-nopolar-lost"});
  expect_same(image_of(on), right("-distance 40"));
}

TEST_F(PixelQuirks, WaterScattersOnceInProportionToTheFluence) {
  const Pixels dry = right("-fluence 1e28"), wet = right("-fluence 1e28 -water 2");
  // Pixel (10, 20): 5.25 and 10.25 mm from the corner; the beam meets the detector at 18.5 and 14.5 mm.
  const double fast = 5.25e-3 - 18.5e-3, slow = 10.25e-3 - 14.5e-3, distance = 0.1;
  const double r2 = fast * fast + slow * slow + distance * distance, cosine = distance / std::sqrt(r2);
  const double molecules = 267650746222.222, thomson = 7.94079248018965e-30;
  const double expected =
      thomson * 1e28 * 2.57 * 2.57 * molecules * (0.5e-3 * 0.5e-3 / r2 * cosine) * 0.5 * (1 + cosine * cosine);
  const std::size_t pixel = 20 * 72 + 10;
  // float32 of a pixel in which the crystal may be as bright as the water.
  EXPECT_NEAR(static_cast<double>(wet[pixel] - dry[pixel]), expected, 1e-6 * expected);
  expect_right("Q-water", "-fluence 1e28 -water 2", "-fluence 1e28 -water 2 -quiet");
  // The quirk's own numbers, with factors kept for the pixel: fluence and r_e^2 count twice. Here that is less, because
  // r_e^2 times the fluence is 0.079.
  const ProgramResult on = simulate("-quirks Q-water,Q-first-subpixel " + base() + "-fluence 1e28 -water 2");
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-water"});
  const double twice = expected * thomson * 1e28;
  const double older = static_cast<double>(image_of(on)[pixel]);
  EXPECT_NEAR(older, static_cast<double>(dry[pixel]) + twice, 1e-6 * older);
}

TEST_F(PixelQuirks, CurvedDetectorBendsAlongItsOwnAxes) {
  // Pixel 64, 26 lies at 13.75 mm along fast and -1.25 mm along slow from the beam.
  const std::string flags = base() + "-curved_det -trace_pixel 26 64 -roi 64 64 26 26";
  const auto off = traced(simulate(flags).out, "pixel_pos_meters");
  const ProgramResult result = simulate("-quirks Q-curved " + flags);
  EXPECT_EQ(announced(result.err), std::set<std::string>{"Q-curved"});
  const auto on = traced(result.out, "pixel_pos_meters");
  const double right_place[] = {0.09904844, 0.00123817, 0.01370671};
  const double older_place[] = {0.09904844, 0.01370564, 0.00124997};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(off[i], right_place[i], 5e-9);  // eight decimals are known
    EXPECT_NEAR(on[i], older_place[i], 5e-9);
  }
}

TEST_F(PixelQuirks, PointPixelsHaveTheirArea) {
  const Pixels flat = right("-distance 20"), off = right("-distance 20 -point_pixel");
  const Pixels on = with_quirk("Q-point-pixel", "-distance 20 -point_pixel");
  for (std::size_t slow = 0; slow < 56; slow += 5)
    for (std::size_t fast = 0; fast < 72; fast += 5) {
      const double f = (static_cast<double>(fast) + 0.5) * 0.5 - 18.5,
                   s = (static_cast<double>(slow) + 0.5) * 0.5 - 14.5;
      const double obliquity = 20 / std::sqrt(f * f + s * s + 400);
      const std::size_t i = slow * 72 + fast;
      const double plain = static_cast<double>(flat[i]);
      EXPECT_NEAR(static_cast<double>(off[i]), plain / obliquity, 2e-7 * plain / obliquity);  // float32 twice
      EXPECT_NEAR(static_cast<double>(on[i]), plain / obliquity / 0.25e-6, 2e-7 * plain / obliquity / 0.25e-6);
    }
}

}  // namespace
}  // namespace femtobragg::tests
