// -detector NAME of several panels: where they stand, what files of them say, and what does not go with them.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/units.h"
#include "femtobragg/formats/detectors/detector_list.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

/// A run of a million pixels in a second; more words are appended.
Words lpd_run(const Words& more) {
  Words words = {"simulate",  "-default_F", "100",       "-cell",  "50",          "60",      "70",
                 "80",        "95",         "105",       "-N",     "3",           "-lambda", "1",
                 "-distance", "400",        "-detector", "LPD 1M", "-oversample", "1",       "-detector_thicksteps",
                 "1"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(DetectorNames, PanelsStandTheSameInEveryConvention) {
  using namespace formats;
  // The frame of geometry files: x along the beam, y up, z to the right.
  const DetectorPlane plane{.centre_m = {0.4, 0, 0}, .right = {0, 0, 1}, .down = {0, -1, 0}, .normal = {1, 0, 0}};
  const std::vector<Panel> expected = panels_of(detector_named("lpd-1m"), plane);
  for (const char* convention : {"-mosflm", "-adxv", "-denzo", "-xds", "-dials"}) {
    SCOPED_TRACE(convention);
    const TemporaryFolder folder;
    const ProgramResult run =
        run_program("femtobragg", lpd_run({convention, "-o", "a.npy", "-expt", "a.expt"}), folder.path());
    ASSERT_EQ(run.status, 0) << run.err;
    const Geometry g = read_geometry((folder / "a.expt").string());
    ASSERT_EQ(g.detector.panels.size(), expected.size());
    EXPECT_EQ(g.detector.image_shape(), (ImageShape{256, 4096}));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const Panel &p = g.detector.panels[i], &e = expected[i];
      EXPECT_EQ(p.name, e.name);
      EXPECT_LT(norm(p.origin_m - e.origin_m), 1e-8) << p.name;
      EXPECT_LT(norm(p.fast_axis - e.fast_axis) + norm(p.slow_axis - e.slow_axis), 1e-8) << p.name;
      EXPECT_EQ(p.sensor.material, "Si");
    }
  }
}

TEST(DetectorNames, FlagsMoveAllPanelsTogether) {
  const TemporaryFolder folder;
  const auto panels = [&](const Words& more) {
    Words words = lpd_run({"-o", "a.npy", "-expt", "a.expt"});
    words.insert(words.end(), more.begin(), more.end());
    const ProgramResult run = run_program("femtobragg", words, folder.path());
    EXPECT_EQ(run.status, 0) << run.err;
    return formats::read_geometry((folder / "a.expt").string()).detector.panels;
  };
  const auto still = panels({"-xds"}), lifted = panels({"-xds", "-twotheta", "20", "-pivot", "sample"}),
             aside = panels({"-xds", "-ORGX", "100.5", "-ORGY", "200.5"});
  ASSERT_EQ(still.size(), 256u);
  const ImageShape plane = formats::plane_shape(formats::detector_named("lpd-1m"));
  const Vec3d moved =
      5e-4 * Vec3d{0, -(0.5 * static_cast<double>(plane.n_slow) - 200), 0.5 * static_cast<double>(plane.n_fast) - 100};
  for (std::size_t i = 0; i < still.size(); ++i) {
    EXPECT_NEAR(norm(lifted[i].origin_m), norm(still[i].origin_m), 1e-8);
    EXPECT_NEAR(dot(lifted[i].normal, still[i].normal), std::cos(radians_from_degrees(20.0)), 1e-8);
    EXPECT_LT(norm(aside[i].origin_m - still[i].origin_m - moved), 1e-8);
  }
}

TEST(DetectorNames, ExplanationsTellOfTheImage) {
  using namespace formats;
  const KnownDetector& lpd = detector_named("lpd-1m");
  const ImageShape plane = plane_shape(lpd);
  const Panel panel =
      panels_of(lpd, {.centre_m = {}, .right = {1, 0, 0}, .down = {0, 1, 0}, .normal = {0, 0, 1}}).back();
  const Vec3d spot_px = panel.point_m(10.5, 20.5) / panel.pixel_size_m;
  const Words flags =
      lpd_run({"-xds", "-ORGX", std::to_string(0.5 * static_cast<double>(plane.n_fast) + spot_px.x + 0.5), "-ORGY",
               std::to_string(0.5 * static_cast<double>(plane.n_slow) + spot_px.y + 0.5), "-o", "a.npy"});
  Words words = {"explain", "--"};
  words.insert(words.end(), flags.begin() + 1, flags.end());
  const TemporaryFolder folder;
  const ProgramResult run = run_program("femtobragg", words, folder.path());
  EXPECT_EQ(run.status, 0) << run.err;
  expect_texts(
      run.out,
      {"fast " + std::to_string(panel.data_fast + 10) + ", slow " + std::to_string(panel.data_slow + 20), "4.19 MB"});
}

TEST(DetectorNames, FlagsForSinglePanelsAreRefused) {
  for (const Words& flags : {Words{"-roi", "0", "9", "0", "9"}, Words{"-pixel", "0.1"}, Words{"-curved_det"}}) {
    const TemporaryFolder folder;
    const ProgramResult run = run_program("femtobragg", lpd_run(flags), folder.path());
    EXPECT_EQ(run.status, 2);
    expect_texts(run.err, {"the flag is for a single panel", flags.front(), "-detector lpd-1m"});
    EXPECT_TRUE(files_in(folder).empty());
  }
}

}  // namespace
}  // namespace femtobragg::tests
