// What files of values after a stage state of their numbers.
#include "femtobragg/simulate/response_until.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "femtobragg/simulate/detect.h"

namespace femtobragg {
namespace {

const Response analogue{.gain = 1.8, .offset = 40, .saturation = 60000, .bad_pixels = {.dead = 0.01}};

TEST(ResponseUntil, HasWhatItsStagesBring) {
  const std::set<std::string_view> scaled = {"gain", "readout_noise", "pedestal", "saturation", "bad_pixels"},
                                   raised = {"pedestal", "saturation", "bad_pixels"},
                                   limited = {"saturation", "bad_pixels"}, masked = {"bad_pixels"};
  std::vector<std::string_view> stages(stage_names().begin(), stage_names().end());
  ASSERT_TRUE(std::ranges::includes(std::set<std::string_view>(stages.begin(), stages.end()), scaled));
  stages.emplace_back("photons");
  for (const std::string_view stage : stages) {
    const Response found = response_until(analogue, stage);
    EXPECT_EQ(found.gain, scaled.contains(stage) ? 1.8 : 1) << stage;
    EXPECT_EQ(found.offset, raised.contains(stage) ? 40 : 0) << stage;
    EXPECT_EQ(std::isfinite(found.saturation), limited.contains(stage)) << stage;
    EXPECT_EQ(found.bad_pixels.dead, masked.contains(stage) ? 0.01 : 0) << stage;
  }
  EXPECT_EQ(response_until(analogue, "bad_pixels"), analogue);
}

TEST(ResponseUntil, LeavesTheDetectorAsItIsForPhotons) {
  Detector detector;
  detector.panels.resize(1);
  detector.panels[0].n_fast = detector.panels[0].n_slow = 100;
  const Panel photons = as_read_out(detector, response_until(analogue, "photons")).panels[0],
              last = as_read_out(detector, response_until(analogue, "bad_pixels")).panels[0];
  EXPECT_TRUE(photons.mask.empty());
  EXPECT_FALSE(std::isfinite(photons.saturation));
  EXPECT_FALSE(last.mask.empty());
  EXPECT_EQ(last.saturation, 60000);
}

}  // namespace
}  // namespace femtobragg
