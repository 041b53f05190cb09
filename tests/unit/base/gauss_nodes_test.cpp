// Few nodes for many points.
#include "femtobragg/base/gauss_nodes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace femtobragg::tests {
namespace {

std::vector<WeightedPoint> random_points(std::size_t count) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> place(-1, 1), weight(0, 3);
  std::vector<WeightedPoint> points;
  for (std::size_t i = 0; i < count; ++i) points.push_back({place(random), weight(random)});
  return points;
}

template <class F>
double sum_of(const std::vector<WeightedPoint>& points, F&& f) {
  double sum = 0;
  for (const WeightedPoint& p : points) sum += p.weight * f(p.at);
  return sum;
}

TEST(GaussNodes, KeepTheMomentsOfTheirPoints) {
  const std::vector<WeightedPoint> points = random_points(400);
  for (const std::size_t count : {1u, 2u, 5u, 8u}) {
    const std::vector<WeightedPoint> nodes = gauss_nodes(points, count);
    ASSERT_EQ(nodes.size(), count);
    for (std::size_t power = 0; power < 2 * count; ++power) {
      const auto f = [&](double x) { return std::pow(x, static_cast<double>(power)); };
      EXPECT_NEAR(sum_of(nodes, f), sum_of(points, f), 1e-11 * sum_of(points, [](double) { return 1.0; })) << power;
    }
  }
}

TEST(GaussNodes, AreThePointsWhereTheyAreFew) {
  const std::vector<WeightedPoint> points = {{-0.5, 1}, {0.25, 2}, {0.25, 3}, {1, 0.5}};
  const std::vector<WeightedPoint> nodes = gauss_nodes(points, 8);
  ASSERT_EQ(nodes.size(), 3u);
  for (const auto& [i, at, weight] : {std::tuple{0, -0.5, 1.0}, {1, 0.25, 5.0}, {2, 1.0, 0.5}}) {
    EXPECT_NEAR(nodes[static_cast<std::size_t>(i)].at, at, 1e-12);
    EXPECT_NEAR(nodes[static_cast<std::size_t>(i)].weight, weight, 1e-11);
  }
  EXPECT_TRUE(gauss_nodes(std::vector<WeightedPoint>{{0.1, 0}}, 3).empty());
}

}  // namespace
}  // namespace femtobragg::tests
