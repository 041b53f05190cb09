// The test that leaves terms out is a bound: it never leaves out a term that reaches the level.
#include "femtobragg/backends/simd/kernels/bounds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/agreement/random.h"
#include "tests/unit/lanes.h"

namespace femtobragg::tests {
namespace {

using kernel::Reach;
using physics::Gaussian;
using physics::Parallelepiped;

/// What a group of pixels sees.
struct Group {
  Vec3d middle, extent;
  double spread = 0;
};

bool may_matter(const Reach& reach, const Group& group) {
  using D = Lanes<double>;
  const auto matters = kernel::may_matter(reach, vec3_of<D>(group.middle), vec3_of<D>(group.extent), D(group.spread));
  return only_value(select(matters, D(1.0), D(0.0))) != 0;
}

double squared_length(const Mat3d& metric, const Vec3d& d) { return dot(d, metric * d); }

Mat3d inverse(const Mat3d& m) {
  const Vec3d x = cross(m.row_y, m.row_z), y = cross(m.row_z, m.row_x), z = cross(m.row_x, m.row_y);
  const double determinant = dot(m.row_x, x);
  return transpose(Mat3d{x / determinant, y / determinant, z / determinant});
}

template <class Shape>
Reach reach_of(const physics::Domain<double>& domain, double level);

template <>
Reach reach_of<Parallelepiped>(const physics::Domain<double>& domain, double level) {
  Reach reach;
  reach.everywhere = false;
  reach.by_axes = true;
  reach.cells = domain.cells;
  reach.least_product = 1 / level;
  return reach;
}

template <>
Reach reach_of<Gaussian>(const physics::Domain<double>& domain, double level) {
  Reach reach;
  reach.everywhere = false;
  reach.metric = domain.width;
  reach.radius = std::sqrt(0.63 * std::log(1 / level) / (2 * domain.fudge));
  const Mat3d back = inverse(domain.width);
  reach.axis_reach = reach.radius * Vec3d{std::sqrt(back.row_x.x), std::sqrt(back.row_y.y), std::sqrt(back.row_z.z)};
  return reach;
}

/// A width in Miller indices, or in reciprocal space of an oblique cell.
physics::Domain<double> random_domain(Random& random) {
  const auto cells = [&] { return std::floor(random.log_between(1, 61)); };
  const double a = cells(), b = cells(), c = cells();
  Mat3d width{{a * a, 0, 0}, {0, b * b, 0}, {0, 0, c * c}};
  if (random.chance(0.5)) {
    const Mat3d axes = random.rotation(), other = random.rotation();
    const Mat3d slant{a * axes.row_x + other.row_x, b * axes.row_y + other.row_y, c * axes.row_z + other.row_z};
    width = slant * transpose(slant);
  }
  return {{a, b, c}, a * b * c, random.log_between(0.2, 5), width};
}

/// Indices relative to the integers nearest to the middle; the spread covers the whole box.
Group random_group(const Mat3d& metric, Random& random) {
  const auto middle = [&] { return random.chance(0.5) ? random.between(-0.5, 0.5) : random.between(-0.05, 0.05); };
  const auto extent = [&] { return random.chance(0.1) ? random.between(0, 1) : random.log_between(1e-5, 0.1); };
  Group group;
  group.middle = {middle(), middle(), middle()};
  group.extent = {extent(), extent(), extent()};
  for (const double x : {-1., 1.})
    for (const double y : {-1., 1.}) {
      const Vec3d corner{x * group.extent.x, y * group.extent.y, group.extent.z};
      group.spread = std::max(group.spread, std::sqrt(squared_length(metric, corner)));
    }
  return group;
}

/// The brightest of many points of the group: its corners and middle, and points between them.
template <class Shape>
double brightest(const physics::Domain<double>& domain, const Group& group, Random& random) {
  double largest = 0;
  const auto along = [&](double at, double middle, double extent) {
    // The point of the interval that is closest to a lattice plane is where most is to be expected.
    const double low = middle - extent, high = middle + extent, whole = std::round(middle + at * extent);
    return random.chance(0.5) ? std::clamp(whole, low, high) : middle + at * extent;
  };
  for (int i = 0; i < 60; ++i) {
    const double x = random.between(-1, 1), y = random.between(-1, 1), z = random.between(-1, 1);
    const Vec3d h{along(x, group.middle.x, group.extent.x), along(y, group.middle.y, group.extent.y),
                  along(z, group.middle.z, group.extent.z)};
    const Vec3d h0{std::round(h.x), std::round(h.y), std::round(h.z)};
    const Vec3d d = h - h0;
    const double amplitude = Shape::lattice_factor(domain, d, Vec3d{}) / domain.total_cells;
    largest = std::max(largest, amplitude * amplitude);
  }
  return largest;
}

template <class Shape>
class Bounds : public testing::Test {};
using Shapes = testing::Types<Parallelepiped, Gaussian>;
TYPED_TEST_SUITE(Bounds, Shapes);

TYPED_TEST(Bounds, NeverLeaveOutWhatReachesTheLevel) {
  Random random(1);
  int left_out = 0, bright = 0;
  constexpr int groups = 20000;
  for (int i = 0; i < groups; ++i) {
    const physics::Domain<double> domain = random_domain(random);
    const double level = random.log_between(1e-12, 0.1);
    const Reach reach = reach_of<TypeParam>(domain, level);
    const Group group = random_group(domain.width, random);
    const bool matters = may_matter(reach, group);
    const double largest = brightest<TypeParam>(domain, group, random);
    ASSERT_TRUE(matters || largest <= level)
        << "group " << i << " has a point of " << largest << ", above the level " << level;
    left_out += matters ? 0 : 1;
    bright += largest > level ? 1 : 0;
  }
  // Neither side of the comparison is always the same.
  EXPECT_GT(left_out, groups / 20);
  EXPECT_GT(bright, groups / 20);
}

TYPED_TEST(Bounds, LeaveOutNarrowGroupsFarFromLatticePoints) {
  Random random(2);
  for (int i = 0; i < 1000; ++i) {
    const auto cells = [&] { return static_cast<double>(random.whole(20, 60)); };
    const double a = cells(), b = cells(), c = cells();
    const physics::Domain<double> domain{{a, b, c}, a * b * c, 1, {{a * a, 0, 0}, {0, b * b, 0}, {0, 0, c * c}}};
    const auto between = [&] { return random.between(0.2, 0.45) * (random.chance(0.5) ? 1 : -1); };
    const Group group{{between(), between(), between()}, {1e-4, 1e-4, 1e-4}, 1e-4 * std::sqrt(a * a + b * b + c * c)};
    EXPECT_FALSE(may_matter(reach_of<TypeParam>(domain, 1e-5), group));
  }
}

/// Just outside and just inside the place where the shape falls to the level.
TYPED_TEST(Bounds, AreTightForPoints) {
  const physics::Domain<double> domain{{40, 40, 40}, 64000, 1, {{1600, 0, 0}, {0, 1600, 0}, {0, 0, 1600}}};
  const double level = 1e-3;
  const bool by_axes = std::is_same_v<TypeParam, Parallelepiped>;
  // Envelope of the fringes, 1 / (N sin(pi x))^2, or the Gaussian itself.
  const double edge =
      by_axes ? std::asin(1 / (40 * std::sqrt(level))) / pi : reach_of<Gaussian>(domain, level).radius / 40;
  const Reach reach = reach_of<TypeParam>(domain, level);
  EXPECT_TRUE(may_matter(reach, {.middle = {edge * 0.999, 0, 0}, .extent = {}}));
  // Off the axes the region is rounded.
  EXPECT_FALSE(may_matter(reach, {.middle = {edge * 0.8, edge * 0.8, 0}, .extent = {}}));
  // 3 x - 4 x^3 may be as little as 3 / pi of the sine.
  EXPECT_FALSE(may_matter(reach, {.middle = {edge * (by_axes ? 1.06 : 1.001), 0, 0}, .extent = {}}));
}

}  // namespace
}  // namespace femtobragg::tests
