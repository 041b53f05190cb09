// Slopes of lattice factors against differences of their values in long double.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/physics/lattice_factor/few_cells.h"
#include "femtobragg/physics/lattice_factor/shapes.h"

namespace femtobragg::physics {
namespace {

Domain<double> domain_of_cells(double a, double b, double c) {
  return {{a, b, c}, a * b * c, 1.3, {{a * a, 0, 0}, {0, b * b, 0}, {0, 0, c * c}}};
}

/// (L / N)^2 by the formula of the reference, in long double.
template <class Shape>
long double value_at(const Domain<double>& d, const long double (&at)[3], const long double (&cells)[3]) {
  const long double n = cells[0] * cells[1] * cells[2], whole = static_cast<long double>(d.total_cells);
  Domain<long double> domain{{cells[0], cells[1], cells[2]}, n, static_cast<long double>(d.fudge), {}};
  domain.width = {{cells[0] * cells[0], 0, 0}, {0, cells[1] * cells[1], 0}, {0, 0, cells[2] * cells[2]}};
  const long double l = Shape::lattice_factor(domain, Vec3<long double>{at[0], at[1], at[2]}, Vec3<long double>{});
  return l * l / (whole * whole);
}

template <class Shape>
long double difference(const Domain<double>& d, const Vec3d& at, std::size_t axis, bool of_cells) {
  const long double step = of_cells ? 1e-4L * static_cast<long double>(d.cells.x) : 1e-5L;
  const auto moved = [&](long double by) {
    long double place[3] = {at.x, at.y, at.z}, cells[3] = {d.cells.x, d.cells.y, d.cells.z};
    (of_cells ? cells : place)[axis] += by;
    return value_at<Shape>(d, place, cells);
  };
  // Fourth order.
  return (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
}

template <class Shape, class Evaluated = Shape>
void expect_slopes(const Domain<double>& d, double largest_distance, double least_distance = 1e-7) {
  const typename Evaluated::template Relative<double> relative(d);
  const Vec3d directions[] = {{1, 0.3, -0.5}, {-0.2, 1, 0.1}, {0.4, -0.7, 1}};
  double steepest = 0, steepest_cells = 0;
  for (const int pass : {0, 1})
    for (const Vec3d& direction : directions)
      for (double length = least_distance; length < largest_distance; length *= 1.37) {
        const Vec3d at = length * direction;
        const auto slope = relative.template slope<true>(at);
        const double found[] = {slope.by_distance.x, slope.by_distance.y, slope.by_distance.z};
        for (std::size_t axis = 0; axis < 3; ++axis) {
          const auto expected = static_cast<double>(difference<Shape>(d, at, axis, false));
          if (pass == 0)
            steepest = std::max(steepest, std::abs(expected));
          else
            EXPECT_NEAR(found[axis], expected, 1e-9 * steepest + 1e-8 * std::abs(expected)) << length << " " << axis;
        }
        EXPECT_NEAR(slope.value, relative_at(relative, at), 1e-14);
        const auto by_log = relative.by_log_cells(slope, at);
        const double found_cells[] = {by_log.x / d.cells.x, by_log.y / d.cells.y, by_log.z / d.cells.z};
        const double cells[] = {d.cells.x, d.cells.y, d.cells.z};
        for (std::size_t axis = 0; axis < 3; ++axis) {
          if (cells[axis] == 1) continue;  // there is nothing below
          const auto expected = static_cast<double>(difference<Shape>(d, at, axis, true));
          if (pass == 0)
            steepest_cells = std::max(steepest_cells, std::abs(expected));
          else
            EXPECT_NEAR(found_cells[axis], expected, 1e-8 * steepest_cells) << length << " " << axis;
        }
      }
}

TEST(LatticeSlope, Gaussian) { expect_slopes<Gaussian>(domain_of_cells(20, 13, 30), 0.2); }
// Closer to the lattice point the formula of the reference loses its digits, even in long double.
TEST(LatticeSlope, Ellipsoid) { expect_slopes<Ellipsoid>(domain_of_cells(20, 13, 30), 0.4, 1e-4); }
TEST(LatticeSlope, Parallelepiped) { expect_slopes<Parallelepiped>(domain_of_cells(20, 13, 30), 0.48); }
TEST(LatticeSlope, ParallelepipedOfBrokenCells) {
  expect_slopes<Parallelepiped>(domain_of_cells(20.3, 13.5, 30.7), 0.48);
}
TEST(LatticeSlope, FewCells) {
  expect_slopes<Parallelepiped, FewCells<true>>(domain_of_cells(4, 7, 2), 0.48);
  expect_slopes<Parallelepiped, FewCells<false>>(domain_of_cells(5, 3, 5), 0.48);
  expect_slopes<Parallelepiped, FewCells<true>>(domain_of_cells(8, 1, 6), 0.48);
}

/// On the lattice point itself every shape is flat, and grows with the number of cells as N^2 does.
template <class Shape>
void expect_flat_on_peak(double height) {
  const Domain<double> d = domain_of_cells(20, 13, 30);
  const typename Shape::template Relative<double> relative(d);
  const auto slope = relative.template slope<true>({0, 0, 0});
  EXPECT_NEAR(slope.value, height, 1e-14);
  EXPECT_NEAR(norm(slope.by_distance), 0, 1e-6);
  const Vec3d by_log = relative.by_log_cells(slope, {0, 0, 0});
  EXPECT_NEAR(by_log.x, 2 * height, 1e-12);
  EXPECT_NEAR(by_log.y, 2 * height, 1e-12);
  EXPECT_NEAR(by_log.z, 2 * height, 1e-12);
}
TEST(LatticeSlope, IsFlatOnThePeak) {
  expect_flat_on_peak<Gaussian>(1);
  expect_flat_on_peak<Ellipsoid>(0.523598775598299);
  expect_flat_on_peak<Parallelepiped>(1);
}

}  // namespace
}  // namespace femtobragg::physics
