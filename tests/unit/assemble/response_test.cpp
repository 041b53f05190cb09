// Known responses, and what is said instead of their parts.
#include "femtobragg/assemble/response.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/simulate/detect.h"

namespace femtobragg::assemble {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Response known(std::string_view name, double keV = 12.4) {
  ResponseScene scene;
  scene.name = name;
  return response_of(scene, keV, 0.1);
}

/// Of a refusal.
template <class F>
ErrorText refused(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.parts();
  }
  ADD_FAILURE() << "nothing is refused";
  return {};
}

TEST(KnownResponses, CountersGiveEachPhotonToOnePixel) {
  for (const char* name : {"pilatus", "eiger"}) {
    EXPECT_EQ(known(name).charge_sharing_fwhm_m, 0) << name;
    EXPECT_EQ(known(name).point_spread.fwhm_m, 0) << name;
  }
}

/// Thermal diffusion, sqrt(2 k T / q V) of the thickness, at 293 K and 150 V.
TEST(KnownResponses, ChargeOfIntegratingDetectorsDiffuses) {
  const double volts_of_heat = 1.380649e-23 * 293 / 1.602176634e-19;
  const auto expected = [&](double thickness_um) {
    return 2 * std::sqrt(2 * std::log(2.0)) * metres_from_um(thickness_um) * std::sqrt(2 * volts_of_heat / 150);
  };
  for (const auto& [name, thickness_um] : {std::pair("jungfrau", 320.0), {"agipd", 500.0}, {"epix10k", 500.0}}) {
    const PointSpread spread = known(name).point_spread;
    EXPECT_EQ(spread.shape, SpreadShape::Gaussian);
    EXPECT_NEAR(spread.fwhm_m, expected(thickness_um), metres_from_um(0.5)) << name;
  }
}

TEST(KnownResponses, EndWhereTheirConverterDoes) {
  // JUNGFRAU: the last range goes down from 14500 to 0 with 0.11 ADU/keV.
  EXPECT_NEAR(largest_number(known("jungfrau")), 14500 / (0.11 * 12.4), 2);
  // AGIPD: from 4000 up to 16383 with 7.5 / 180 ADU/keV.
  EXPECT_NEAR(largest_number(known("agipd")), 12383 * 180 / 7.5 / 12.4, 3);
  EXPECT_NEAR(largest_number(known("epix10k", 9.5)), (16383 - 3100) / 1.62, 2);
  Detector detector;
  detector.panels.resize(1);
  for (const char* name : {"jungfrau", "agipd", "epix10k"})
    EXPECT_EQ(as_read_out(detector, known(name)).panels[0].saturation, largest_number(known(name))) << name;
}

TEST(KnownResponses, CountersOf32BitsLeaveANumberForOverloads) {
  EXPECT_EQ(known("eiger").saturation, 4294967295);
  EXPECT_EQ(stated_saturation(known("eiger")), 2147483646);
  Detector detector;
  detector.panels.resize(1);
  EXPECT_EQ(as_read_out(detector, known("eiger")).panels[0].saturation, 2147483646);
  EXPECT_EQ(as_read_out(detector, known("ideal")).panels[0].saturation, infinity);
}

TEST(GainRanges, KeepTheCodesOfTheDetector) {
  ResponseScene scene;
  scene.name = "jungfrau";
  scene.gain_ranges =
      gain_ranges_of(std::vector<double>{500, 2500, 12, 20, -17, 14500, 3, 700, -1.4, 14500, 3, infinity});
  const auto codes = [&] {
    std::vector<unsigned> found;
    for (const GainRange& range : response_of(scene, 12.4, 1).adaptive.ranges) found.push_back(range.code);
    return found;
  };
  EXPECT_EQ(codes(), (std::vector<unsigned>{0, 1, 3}));
  scene.gain_ranges.pop_back();
  EXPECT_EQ(codes(), (std::vector<unsigned>{0, 1}));
}

TEST(GainRanges, AreNamedWhereTheyAreWrong) {
  const auto wrong = [](const std::vector<double>& numbers) {
    return refused([&] {
      ResponseScene scene;
      scene.gain_ranges = gain_ranges_of(numbers);
      response_of(scene, 12.4, 1);
    });
  };
  for (const ErrorText& parts : {wrong({1, 2, 3}), wrong({0, 2500, 1, 9}), wrong({500, 2500, 1, 9, -17, 14500, 1, 4}),
                                 wrong({500, 16383, 1, 9}), wrong({-1, 0, 1, 9})})
    EXPECT_EQ(parts.where, "response.gain_ranges");
  EXPECT_NE(wrong({500, 2500, 1, 9, -17, 14500, 1, 4}).what.find("most photons of range 2"), std::string::npos);
}

TEST(DeadTimes, NeedAnExposureOfMany) {
  ResponseScene scene;
  scene.name = "eiger";
  EXPECT_EQ(refused([&] { response_of(scene, 12.4, 1e-6); }).where, "response.dead_time");
  EXPECT_NO_THROW(response_of(scene, 12.4, 1e-4));
}

TEST(Exposures, MatterWhereTimeDoes) {
  EXPECT_TRUE(depends_on_exposure(known("eiger")));
  EXPECT_TRUE(depends_on_exposure({.shutter_jitter_s = 1e-4}));
  EXPECT_TRUE(depends_on_exposure({.dark_electrons_per_s = 1}));
  EXPECT_FALSE(depends_on_exposure(known("fibre-ccd")));
}

}  // namespace
}  // namespace femtobragg::assemble
