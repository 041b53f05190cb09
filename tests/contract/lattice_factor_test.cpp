// Lattice factors: their height, their integral over the reciprocal cell, and their width.
#include <gtest/gtest.h>

#include "femtobragg/physics/lattice_factor/shapes.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

using physics::Domain;

/// The domain of a crystal, as renderings use it.
Domain<double> domain_of(double na, double nb, double nc, double fudge = 1) {
  Experiment e = simple_experiment();
  e.crystal.cells = {na, nb, nc};
  e.crystal.fudge = fudge;
  return compile_plan(e).domain;
}

template <class Shape>
double squared(const Domain<double>& domain, const Vec3d& offset) {
  const Vec3d node{2, -3, 1};
  const double f = Shape::lattice_factor(domain, node + offset, node);
  return f * f;
}

/// Integral over one reciprocal cell by the midpoint rule, divided by the number of cells.
template <class Shape>
double integral_per_cell(const Domain<double>& domain, int points) {
  double sum = 0;
  const auto at = [&](int i) { return (i + 0.5) / points - 0.5; };
  for (int i = 0; i < points; ++i)
    for (int j = 0; j < points; ++j)
      for (int k = 0; k < points; ++k) sum += squared<Shape>(domain, {at(i), at(j), at(k)});
  return sum / (static_cast<double>(points) * points * points) / domain.total_cells;
}

TEST(LatticeFactor, HasTheNumberOfCellsAtTheNode) {
  const Domain<double> domain = domain_of(5, 3, 7);
  const Vec3d node{0, 0, 0};
  EXPECT_DOUBLE_EQ(physics::Parallelepiped::lattice_factor(domain, node, node), 105);
  EXPECT_DOUBLE_EQ(physics::Gaussian::lattice_factor(domain, node, node), 105);
  EXPECT_DOUBLE_EQ(physics::Tophat::lattice_factor(domain, node, node), 105);
  EXPECT_DOUBLE_EQ(physics::Ellipsoid::lattice_factor(domain, node, node), 105 * std::sqrt(pi / 6));
}

TEST(LatticeFactor, ApproachesTheNumberOfCells) {
  const Domain<double> domain = domain_of(5, 3, 7);
  // At 1e-6 from the node the square loses (pi N 1e-6)^2 / 3 along each axis, 3e-10 together, and a rounding error of
  // pi N h (1e-15) over its distance from the node (1e-5), again 3e-10.
  const Vec3d offset{1e-6, -1e-6, 1e-6};
  EXPECT_NEAR(squared<physics::Parallelepiped>(domain, offset), 105.0 * 105, 1e-9 * 105 * 105);
  EXPECT_NEAR(squared<physics::Gaussian>(domain, offset), 105.0 * 105, 1e-9 * 105 * 105);
}

/// Distances from a node down to the last bits of the indices.
constexpr double next_to_nodes[] = {0, 1e-15, -3e-13, 1e-11, -1e-9, 2e-8, 9e-7, -1.1e-6, 1e-5};

/// Relative to what it is at the node, to second order: 1 - (n^2 - 1) (pi d)^2 / 6.
TEST(LatticeFactor, OfABlockKeepsItsDigitsNextToNodes) {
  for (const double n : {2.0, 3.0, 5.0, 7.0, 10.0})
    for (double h = -60; h <= 60; ++h)
      for (const double d : next_to_nodes) {
        Domain<double> domain = domain_of(n, 1, 1);
        const Vec3d node{h, 0, 0}, hkl{h + d, 0, 0};
        const double sign = std::fmod((n - 1) * h, 2.0) == 0 ? 1 : -1, near = pi * (hkl.x - h);
        const double expected = sign * n * (1 - (n * n - 1) * near * near / 6);
        // The next term is below (pi n d)^4, 1e-14; where whole indices go into the sines, pi h n has errors of 2e-13
        // beside 3e-6.
        ASSERT_NEAR(physics::Parallelepiped::lattice_factor(domain, hkl, node), expected, 1e-7 * n)
            << n << " " << h << " + " << d;
      }
}

/// The transform of a sphere is smooth at its centre: 1 - x^2 / 10 + x^4 / 280 ...
TEST(LatticeFactor, OfAnEllipsoidKeepsItsDigitsNextToNodes) {
  const Domain<double> domain = domain_of(5, 3, 7);
  const double height = 105 * std::sqrt(pi / 6);
  const auto expect_series = [&](double h) {
    const double x = pi * 5 * h, expected = height * (1 - x * x / 10 + x * x * x * x / 280);
    // The next term is x^6 / 15120, below 1e-15; beyond x = 0.01 the closed form has errors of 1e-16 x 3 / x^2.
    ASSERT_NEAR(physics::Ellipsoid::lattice_factor(domain, Vec3d{h, 0, 0}, Vec3d{}), expected, 2e-11 * expected) << h;
  };
  for (const double d : next_to_nodes) expect_series(std::abs(d));
  for (double h = 1e-3; h > 1e-7; h /= 1.7) expect_series(h);
}

/// As an older program has it, on request.
TEST(LatticeFactor, LosesItsDigitsWhereThatIsAskedFor) {
  Domain<double> domain = domain_of(5, 3, 7);
  domain.bare_at_nodes = true;
  EXPECT_LT(physics::Ellipsoid::lattice_factor(domain, Vec3d{1e-10, 0, 0}, Vec3d{}), 1);
  // Next to a whole index the sine of its pi-fold is nothing but a rounding error.
  const Vec3d node{60, 0, 0};
  EXPECT_GT(std::abs(physics::Parallelepiped::lattice_factor(domain, node, node) - 105), 1);
}

/// A direct beam that meets the centre of a pixel shines with all cells.
using AtNodes = EachWay;

TEST_P(AtNodes, PixelsHaveTheirFullHeight) {
  for (const CrystalShape shape : {CrystalShape::Parallelepiped, CrystalShape::Ellipsoid, CrystalShape::Gaussian})
    for (const double turn : {0.0, 0.3, 1.1}) {
      Experiment e = simple_experiment();
      e.crystal.shape = shape;
      e.crystal.cells = {50, 50, 50};
      e.crystal.mosaic_rotations = {
          {{1, 0, 0}, {0, std::cos(turn), -std::sin(turn)}, {0, std::sin(turn), std::cos(turn)}}};
      e.beam.apply_polarization = false;
      const double cells = 50.0 * 50 * 50, height = shape == CrystalShape::Ellipsoid ? pi / 6 : 1;
      const double expected = 7.94079248018965e-30 * e.beam.fluence_per_m2 * height * cells * cells * 1e4 *
                              solid_angle_of(e.detector.panels[0], {0.1, 0, 0});
      const Image image = rendered(e).image;
      EXPECT_NEAR(image.row(50)[50], expected, 1e-5 * expected) << static_cast<int>(shape) << " " << turn;
    }
}

INSTANTIATE_TEST_SUITE_P(backends, AtNodes, testing::ValuesIn(ways()), word_for);

TEST(LatticeFactor, OfASingleCellIsOneEverywhere) {
  const Domain<double> one = domain_of(1, 1, 1);
  for (const double h : {-7.3, 0.0, 0.25, 0.5, 3.0})
    EXPECT_EQ(physics::Parallelepiped::lattice_factor(one, Vec3d{h, 0.1, -h}, Vec3d{}), 1.0);
}

TEST(LatticeFactor, OfABlockIntegratesToOne) {
  // A trigonometric polynomial of degree N - 1: the midpoint rule is exact beyond N points.
  EXPECT_NEAR(integral_per_cell<physics::Parallelepiped>(domain_of(5, 3, 7), 16), 1, 1e-12);
  EXPECT_NEAR(integral_per_cell<physics::Parallelepiped>(domain_of(1, 2, 4), 16), 1, 1e-12);
}

TEST(LatticeFactor, OfAGaussianIntegratesToItsConstant) {
  const double expected = std::pow(0.63 * pi / 2, 1.5);
  EXPECT_NEAR(expected, 0.984443, 5e-7);
  // Six cells: the spot has fallen to exp(-2 9 / 0.63) at the edge; the rule converges exponentially.
  EXPECT_NEAR(integral_per_cell<physics::Gaussian>(domain_of(6, 6, 6), 48), expected, 1e-8);
  EXPECT_NEAR(integral_per_cell<physics::Gaussian>(domain_of(6, 8, 10), 64), expected, 1e-8);
}

/// Integral over the whole of reciprocal space, of a shape that depends on H only: shells 4 pi r^2 dr of r = sqrt(H).
TEST(LatticeFactor, OfAnEllipsoidIntegratesToOne) {
  const Domain<double> domain = domain_of(4, 6, 9);
  constexpr double end = 200, step = 0.005;
  double sum = 0;
  for (double r = step / 2; r < end; r += step) {
    const double f = physics::Ellipsoid::lattice_factor(domain, Vec3d{r / 4, 0, 0}, Vec3d{});
    sum += f * f * 4 * pi * r * r * step;
  }
  const double n = domain.total_cells;
  // Beyond the end g^2 is 9 cos^2 / (pi r)^4, on the average half of that without the cosine.
  const double tail = pi / 6 * 4 * pi * 4.5 / std::pow(pi, 4) / end;
  // Volume element: dh dk dl = dH-space / (Na Nb Nc), so the integral per cell is sum / n^2.
  EXPECT_NEAR(sum / (n * n) + tail, 1, 1e-5);  // the tail's oscillating part is below tail / end
  // The shape depends on H only.
  for (const Vec3d& same : {Vec3d{0.3 / 4, 0, 0}, Vec3d{0, 0.3 / 6, 0}, Vec3d{0, 0, -0.3 / 9}})
    EXPECT_NEAR(squared<physics::Ellipsoid>(domain, same), squared<physics::Ellipsoid>(domain, {0.075, 0, 0}), 1e-9);
}

TEST(LatticeFactor, OfATophatEndsOnASphere) {
  const Domain<double> domain = domain_of(4, 6, 9);
  for (const Vec3d& direction : {Vec3d{1, 0, 0}, Vec3d{0, 1, 0}, Vec3d{0, 0, 1}, unit(Vec3d{1, -2, 0.5})}) {
    double inside = 0, outside = 2;
    while (outside - inside > 1e-9) {
      const double r = 0.5 * (inside + outside);
      const Vec3d offset = r * Vec3d{direction.x / 4, direction.y / 6, direction.z / 9};
      (squared<physics::Tophat>(domain, offset) > 0 ? inside : outside) = r;
    }
    // So the integral per cell is the volume of the sphere, (4/3) pi 0.63^3 = 1.047394.
    EXPECT_NEAR(inside, 0.63, 1e-8);
  }
  EXPECT_NEAR(4.0 / 3.0 * pi * std::pow(0.63, 3), 1.047394, 5e-7);
  EXPECT_NEAR(squared<physics::Tophat>(domain, {0.01, 0.02, 0.03}), 216.0 * 216.0, 1e-9);
}

TEST(LatticeFactor, FudgeStretchesTheSquaredDistance) {
  const Domain<double> plain = domain_of(4, 6, 9), fudged = domain_of(4, 6, 9, 4);
  const Vec3d d{0.02, -0.03, 0.01};
  const auto expect_same = [](double actual, double expected) { EXPECT_NEAR(actual, expected, 1e-12 * expected); };
  for (const double scale : {0.5, 1.0, 1.7}) {
    expect_same(squared<physics::Gaussian>(fudged, scale * d), squared<physics::Gaussian>(plain, 2 * scale * d));
    expect_same(squared<physics::Tophat>(fudged, scale * d), squared<physics::Tophat>(plain, 2 * scale * d));
    expect_same(squared<physics::Ellipsoid>(fudged, scale * d), squared<physics::Ellipsoid>(plain, 2 * scale * d));
  }
}

/// Numbers of one pixel of a cubic crystal of five cells.
TEST(LatticeFactor, WorkedExample) {
  const Domain<double> domain = domain_of(5, 5, 5);
  const Vec3d hkl{-1.04371925452502, 4.11074779346451, -3.95989466342912}, hkl0{-1, 4, -4};
  EXPECT_NEAR(physics::squared_spot_distance(domain, hkl - hkl0), 0.394622125, 5e-10);
  EXPECT_NEAR(physics::Parallelepiped::along_axis(hkl.x, 5.0), 4.63069925596178, 1e-12);
  EXPECT_NEAR(physics::Parallelepiped::along_axis(hkl.y, 5.0), 2.89130474258963, 1e-12);
  EXPECT_NEAR(physics::Parallelepiped::along_axis(hkl.z, 5.0), 4.68817313948701, 1e-12);
  EXPECT_NEAR(physics::Ellipsoid::lattice_factor(domain, hkl, hkl0), 59.7839067, 5e-8);
  EXPECT_NEAR(physics::Gaussian::lattice_factor(domain, hkl, hkl0), 66.8151207, 5e-8);
  EXPECT_EQ(physics::Tophat::lattice_factor(domain, hkl, hkl0), 125);
}

}  // namespace
}  // namespace femtobragg::tests
