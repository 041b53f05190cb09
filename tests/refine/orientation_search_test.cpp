// Orientations found from nothing but an image and a cell.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/refine/orientation_search.h"
#include "tests/refine/stills.h"

namespace femtobragg::tests {
namespace {

using namespace refine;

/// Degrees between two crystals, of the four orientations that 2 2 2 makes of one.
double difference_deg(const CrystalAxes& a, const CrystalAxes& b) {
  const auto cosine = [](const Vec3d& v, const Vec3d& w) { return std::abs(dot(unit(v), unit(w))); };
  const double least = std::min({cosine(a.a_m, b.a_m), cosine(a.b_m, b.b_m), cosine(a.c_m, b.c_m), 1.0});
  return degrees_from_radians(std::acos(least));
}

/// The cell is known to 0.3 %, the start is of another orientation altogether.
TEST(OrientationSearch, FindsRandomOrientations) {
  const Vec3d missets[] = {{100, 40, -60}, {-30, -75, 10}, {170, 5, 95}};
  const Experiment start = experiment_of({.misset_deg = {0, 0, 0}, .cell_A = {34.87, 39.05, 48.45}});
  for (const Vec3d& misset : missets) {
    const Still truth{.misset_deg = misset};
    const auto found = search_orientation(start, target_of(truth, 3));
    ASSERT_FALSE(found.empty());
    EXPECT_LT(difference_deg(turned(start, found.front().rotation).crystal.axes, experiment_of(truth).crystal.axes),
              0.3);
    EXPECT_GT(found.front().correlation, 0.5);
  }
}

TEST(OrientationSearch, CanBeStopped) {
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(search_orientation(experiment_of({}), target_of({}, 3), {.stop = source.get_token()}),
               backends::Stopped);
}

TEST(OrientationSearch, RefusesImagesWithoutPeaks) {
  const Experiment e = experiment_of({});
  EXPECT_THROW(search_orientation(e, make_target("flat", std::vector<float>(256 * 256, 3.0f), e)), Error);
}

}  // namespace
}  // namespace femtobragg::tests
