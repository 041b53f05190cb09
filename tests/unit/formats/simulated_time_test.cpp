// Times of simulated images as text.
#include "femtobragg/formats/image/simulated_time.h"

#include <gtest/gtest.h>

#include "femtobragg/formats/image/cbf.h"
#include "tests/unit/formats/stated_geometry.h"

namespace femtobragg::formats {
namespace {

TEST(SimulatedTime, CountsFrom1970) {
  EXPECT_EQ(simulated_time(0), "1970-01-01T00:00:00");
  EXPECT_EQ(simulated_time(86400 + 3661), "1970-01-02T01:01:01");
  EXPECT_EQ(simulated_time(0.05, 6), "1970-01-01T00:00:00.050000");
  EXPECT_EQ(simulated_time(3 * 0.1, 3), "1970-01-01T00:00:00.300");
  EXPECT_EQ(simulated_time(59.9999999, 3), "1970-01-01T00:00:59.999");
  EXPECT_EQ(simulated_time(-1, 1), "1970-01-01T00:00:00.0");
}

TEST(SimulatedTime, FramesOfCbfHaveTheirOwn) {
  const Geometry g = tests::stated_geometry(1);
  EXPECT_NE(cbf_header_text(g, {0.1, 0, 3, 2}).find("# 1970-01-01T00:00:02.300000"), std::string::npos);
}

}  // namespace
}  // namespace femtobragg::formats
