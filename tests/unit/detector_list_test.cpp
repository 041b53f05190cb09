// Detectors known by name: whole modules between their gaps, and names as people write them.
#include "femtobragg/formats/detector_list.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "femtobragg/base/error.h"

namespace femtobragg::formats {
namespace {

TEST(DetectorList, GapsLeaveWholeModules) {
  for (const KnownDetector& d : known_detectors()) {
    SCOPED_TRACE(d.name);
    EXPECT_FALSE(d.source.empty());
    EXPECT_EQ(find_detector(d.name), &d);
    if (d.module_fast == 0) continue;
    EXPECT_EQ((d.n_fast + d.gap_fast) % (d.module_fast + d.gap_fast), 0u);
    EXPECT_EQ((d.n_slow + d.gap_slow) % (d.module_slow + d.gap_slow), 0u);
    const std::vector<std::uint8_t> mask = gap_mask(d);
    const std::size_t modules = (d.n_fast + d.gap_fast) / (d.module_fast + d.gap_fast) *
                                ((d.n_slow + d.gap_slow) / (d.module_slow + d.gap_slow));
    if (modules == 1) {
      EXPECT_TRUE(mask.empty());
    } else {
      EXPECT_EQ(static_cast<std::size_t>(std::count(mask.begin(), mask.end(), 1)),
                modules * d.module_fast * d.module_slow);
    }
  }
  EXPECT_EQ(find_detector("Eiger2 16M")->n_fast, 4148u);
  try {
    detector_named("eiger3");
    FAIL() << "there is none of that name";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("eiger-16m"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace femtobragg::formats
