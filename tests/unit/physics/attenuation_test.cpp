// Paths through matter, and means over slabs, against integrals that follow from their definitions.
#include "femtobragg/physics/attenuation.h"

#include <gtest/gtest.h>

#include "femtobragg/base/units.h"
#include "femtobragg/physics/transmission.h"

namespace femtobragg::physics {
namespace {

/// The mean over depths of exp(-mu (way in + way out)), by the midpoint rule: its error is below (mu t / cosines)^2 /
/// (24 n^2).
double slab_by_sum(double optical_thickness, double in, double out) {
  constexpr int n = 20000;
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    const double depth = (i + 0.5) / n, rest = out > 0 ? 1 - depth : depth;
    sum += std::exp(-optical_thickness * (depth / in + rest / std::abs(out)));
  }
  return sum / n;
}

TEST(Slab, IsTheMeanOverItsDepths) {
  for (const double optical_thickness : {0.0, 1e-13, 1e-4, 0.3, 1.0, 5.0})
    for (const double in : {1.0, 0.7})
      for (const double out : {1.0, 0.7, 0.7000001, 0.2, -0.2, -0.7, -1.0})
        EXPECT_NEAR(slab_transmission(optical_thickness, in, out), slab_by_sum(optical_thickness, in, out), 1e-6)
            << optical_thickness << " " << in << " " << out;
}

TEST(Slab, StraightOnIsBeerAndLambertsLaw) {
  for (const double optical_thickness : {0.01, 1.0, 40.0})
    EXPECT_NEAR(slab_transmission(optical_thickness, 1, 1) / std::exp(-optical_thickness), 1, 1e-12);
  EXPECT_EQ(slab_transmission(1, 1, 0), 0);
  EXPECT_EQ(slab_transmission(1e5, 1, 0.5), 0);
}

TEST(Layer, LengthensAsTheWayLeans) {
  const Vec3d along{1, 0, 0};
  const MatterLayer layer{0.02, 0.05, 1};
  const double angle = 0.6;
  const Vec3d to{0.1, 0.1 * std::tan(angle), 0};
  EXPECT_NEAR(path_in_layer_m(layer, along, {}, to), 0.03 / std::cos(angle), 1e-15);
  EXPECT_NEAR(path_in_layer_m(layer, along, to, {}), 0.03 / std::cos(angle), 1e-15);
  EXPECT_NEAR(path_in_layer_m(layer, along, {0.03, 0, 0}, {0.04, 0, 0}), 0.01, 1e-15);
  EXPECT_EQ(path_in_layer_m(layer, along, {}, {0.01, 0.3, 0}), 0);
  EXPECT_EQ(path_in_layer_m(layer, along, {}, {-1, 0.3, 0}), 0);
  EXPECT_EQ(path_in_layer_m(layer, along, {0.03, 0, 0}, {0.03, 0.2, 0}), 0.2);
}

TEST(Layer, WithoutABeginningSurroundsTheSample) {
  const Vec3d along{1, 0, 0}, back{-0.3, 0.4, 0}, aside{0, 0.2, 0}, ahead{3, 4, 0};
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const MatterLayer all{-infinity, infinity, 1}, near{-infinity, 1, 1}, from_sample{0, 1, 1};
  for (const Vec3d& to : {back, aside, ahead}) EXPECT_NEAR(path_in_layer_m(all, along, {}, to), norm(to), 1e-15);
  EXPECT_NEAR(path_in_layer_m(near, along, {}, back), 0.5, 1e-15);
  EXPECT_NEAR(path_in_layer_m(near, along, {}, ahead), 5.0 / 3, 1e-15);
  EXPECT_NEAR(path_in_layer_m(from_sample, along, {}, ahead), 5.0 / 3, 1e-15);
  EXPECT_EQ(path_in_layer_m(from_sample, along, {}, back), 0);
}

TEST(Cylinder, EndsWhereTheWayMeetsItsSurface) {
  const Vec3d axis = unit(Vec3d{0.2, 1, -0.3});
  const Vec3d across = unit(cross(axis, Vec3d{1, 0, 0}));
  const double radius = 0.4;
  for (const Vec3d& direction : {unit(Vec3d{1, 0.5, 2}), unit(Vec3d{-1, 3, 0.1}), across}) {
    const Vec3d from = 0.3 * across;
    const Vec3d end = from + path_to_cylinder_m(radius, axis, from, direction) * direction;
    EXPECT_NEAR(norm(cross(end, axis)), radius, 1e-14);
  }
  EXPECT_GT(path_to_cylinder_m(radius, axis, 0.3 * across, axis), 1e12);
  EXPECT_EQ(path_to_cylinder_m(radius, {0, 1, 0}, {0.1, 0, 0}, {0, 1, 0}), std::numeric_limits<double>::infinity());
}

TEST(Obstacle, ShadesWhatItsConeReaches) {
  FlatObstacle disc;
  disc.origin_m = {0.03, 0, 0};
  disc.across_u = {0, 0, 1};
  disc.across_v = {0, -1, 0};
  disc.normal = {1, 0, 0};
  disc.radius_m = 0.001;
  disc.transmission = 0.25;
  const InTheWay way{{1, 0, 0}, {&disc, 1}, {}};
  EXPECT_EQ(transmission(way, {}, {0.3, 0.0099, 0}), 0.25);
  EXPECT_EQ(transmission(way, {}, {0.3, 0.0101, 0}), 1);
  EXPECT_EQ(transmission(way, {}, {0.02, 0, 0}), 1) << "a pixel before it";
  EXPECT_EQ(transmission(way, {}, {-0.3, 0, 0}), 1) << "a pixel behind the sample";
  EXPECT_EQ(transmission(way, {0.05, 0, 0}, {0.3, 0, 0}), 1) << "light from beyond it";
  disc.optical_thickness = 2;
  const Vec3d leaning{0.3, 0.006, 0.007};
  EXPECT_NEAR(transmission(way, {}, leaning), std::exp(-2 * norm(leaning) / 0.3), 1e-15);
}

TEST(Obstacle, HasTheInsideOfItsPolygon) {
  const PlanePoint corners[] = {{0, 0}, {4, 0}, {4, 4}, {2, 1}, {0, 4}};  // not convex
  FlatObstacle polygon;
  polygon.outline = corners;
  EXPECT_TRUE(covers(polygon, {0.5, 2}));
  EXPECT_TRUE(covers(polygon, {3.5, 2}));
  EXPECT_FALSE(covers(polygon, {2, 2}));
  EXPECT_FALSE(covers(polygon, {-0.1, 0.5}));
  EXPECT_FALSE(covers(polygon, {5, 0.5}));
}

}  // namespace
}  // namespace femtobragg::physics
