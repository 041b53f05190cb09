// What recipes draw follows the laws that it claims: against distribution functions from first principles.
#include "femtobragg/recipe/law.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "femtobragg/base/units.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/physics/rotation_vector.h"
#include "femtobragg/recipe/recipe.h"

namespace femtobragg::recipe {
namespace {

constexpr double infinity = HUGE_VAL;
constexpr std::uint64_t draws = 20000;

std::vector<double> drawn_by(const Law& law) {
  std::vector<double> numbers;
  for (std::uint64_t i = 0; i < draws; ++i) numbers.push_back(law(deviate({11, i, 5}, 0)));
  return numbers;
}

/// The statistic of Kolmogorov and Smirnov times the root of the number. Above 1.95 with a probability of 0.1 % (N.
/// Smirnov, Ann. Math. Stat. 19 (1948) 279).
double misfit(std::vector<double> numbers, const std::function<double(double)>& probability_below) {
  std::ranges::sort(numbers);
  const double n = static_cast<double>(numbers.size());
  double most = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double p = probability_below(numbers[i]), at = static_cast<double>(i);
    most = std::max({most, p - at / n, (at + 1) / n - p});
  }
  return most * std::sqrt(n);
}
constexpr double most_misfit = 1.95;

/// Pearson's chi-square of counts, over what it exceeds with a probability of 0.1 % (E. B. Wilson & M. M. Hilferty,
/// PNAS 17 (1931) 684).
double excess(const std::vector<double>& counts, const std::vector<double>& expected) {
  double chi_square = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) chi_square += std::pow(counts[i] - expected[i], 2) / expected[i];
  const double freedom = static_cast<double>(counts.size()) - 1, part = 2 / (9 * freedom);
  return chi_square / (freedom * std::pow(1 - part + 3.09 * std::sqrt(part), 3));
}

double normal_below(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

/// A density's integral from `from`, by Simpson's rule.
double integral(const std::function<double(double)>& f, double from, double to) {
  constexpr int steps = 2000;
  const double h = (to - from) / steps;
  double sum = f(from) + f(to);
  for (int i = 1; i < steps; ++i) sum += (i % 2 ? 4 : 2) * f(from + i * h);
  return sum * h / 3;
}

TEST(Law, TheTestsCanFail) {
  const auto numbers = drawn_by(normal_law(0, 1, {-infinity, infinity}));
  EXPECT_GT(misfit(numbers, [](double x) { return normal_below(x - 0.05); }), most_misfit);
  EXPECT_GT(misfit(numbers, [](double x) { return normal_below(x / 1.05); }), most_misfit);
  EXPECT_GT(excess({5300, 4700}, {5000, 5000}), 1);
}

TEST(Law, Uniform) {
  EXPECT_LT(misfit(drawn_by(uniform_law(-2, 6)), [](double x) { return (x + 2) / 8; }), most_misfit);
}

TEST(Law, Normal) {
  EXPECT_LT(
      misfit(drawn_by(normal_law(3, 2, {-infinity, infinity})), [](double x) { return normal_below((x - 3) / 2); }),
      most_misfit);
  EXPECT_EQ(normal_law(3, 0, {-infinity, infinity})(0.3), 3);
}

/// Of a distribution that is cut off: its share of what is left.
void expect_truncated(double least, double most) {
  const Law law = normal_law(0, 1, {least, most});
  // Far out erfc() alone keeps the digits.
  const auto above = [](double x) { return 0.5 * std::erfc(x / std::numbers::sqrt2); };
  EXPECT_LT(misfit(drawn_by(law), [&](double x) { return (above(least) - above(x)) / (above(least) - above(most)); }),
            most_misfit);
  EXPECT_GE(law(least_deviate), least);
  EXPECT_LE(law(most_deviate), most);
}

TEST(Law, TruncatedNormal) {
  expect_truncated(-0.5, 2);
  expect_truncated(1, infinity);
  expect_truncated(9, 9.5);  // the probability below 9 is one, to a double
  EXPECT_THROW(normal_law(0, 1, {60, 70}), std::domain_error);
  EXPECT_THROW(normal_law(0, 0, {1, 2}), std::domain_error);
  // Mirror images.
  const Law left = normal_law(0, 1, {-infinity, -9}), right = normal_law(0, 1, {9, infinity});
  EXPECT_NEAR(left(0.25), -right(0.75), 1e-12);
}

TEST(Law, LogNormal) {
  EXPECT_LT(misfit(drawn_by(log_normal_law(5, 0.7, {0, infinity})),
                   [](double x) { return normal_below(std::log(x / 5) / 0.7); }),
            most_misfit);
  const double low = normal_below(std::log(0.8) / 0.7), high = normal_below(std::log(2.0) / 0.7);
  EXPECT_LT(misfit(drawn_by(log_normal_law(5, 0.7, {4, 10})),
                   [&](double x) { return (normal_below(std::log(x / 5) / 0.7) - low) / (high - low); }),
            most_misfit);
  EXPECT_NEAR(log_normal_law(5, 0.7, {0, infinity})(0.5), 5, 1e-14);
}

TEST(Law, Beta) {
  for (const auto& [a, b] : {std::pair(2.0, 5.0), std::pair(1.0, 1.0), std::pair(30.0, 4.0), std::pair(3.5, 2.25)}) {
    const auto density = [a, b](double x) { return std::pow(x, a - 1) * std::pow(1 - x, b - 1); };
    const double all = integral(density, 0, 1);
    for (const double x : {0.01, 0.2, 0.5, 0.83, 0.99})
      EXPECT_NEAR(incomplete_beta(a, b, x), integral(density, 0, x) / all, 1e-6) << a << " " << b << " " << x;
    const Law law = beta_law(a, b, 10, 20);
    for (const double p : {0.001, 0.3, 0.9, 0.9999}) EXPECT_NEAR(incomplete_beta(a, b, law(p) / 10 - 1), p, 1e-12);
  }
  // Closed forms: the arcsine law, and a power.
  for (const double x : {1e-6, 0.1, 0.7}) {
    EXPECT_NEAR(incomplete_beta(0.5, 0.5, x), 2 / std::numbers::pi * std::asin(std::sqrt(x)), 1e-14);
    EXPECT_NEAR(incomplete_beta(3, 1, x), x * x * x, 1e-14);
    EXPECT_NEAR(incomplete_beta(1e4, 1, x), std::pow(x, 1e4), 1e-12);
  }
  EXPECT_LT(misfit(drawn_by(beta_law(2, 3, -1, 1)),
                   [](double x) {
                     const double u = (x + 1) / 2;
                     return u * u * (6 - 8 * u + 3 * u * u);
                   }),
            most_misfit);
}

/// Counts of what Poisson draws within bounds, against probabilities by their recursion.
void expect_poisson(double mean, double least, double most) {
  const auto numbers = drawn_by(poisson_law(mean, {least, most}));
  std::vector<double> expected, counts;
  double probability = std::exp(-mean), sum = 0;
  for (double n = 0; n <= std::min(most, mean + 40); probability *= mean / ++n)
    if (n >= least) expected.push_back(probability), sum += probability;
  for (double& x : expected) x *= static_cast<double>(draws) / sum;
  counts.resize(expected.size());
  for (const double x : numbers) {
    ASSERT_EQ(x, std::floor(x));
    ASSERT_GE(x, least);
    ASSERT_LE(x, most);
    counts.at(static_cast<std::size_t>(x - std::max(0.0, least))) += 1;
  }
  // Rare counts together.
  std::vector<double> many_expected{0}, many_counts{0};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (expected[i] < 10) {
      many_expected[0] += expected[i], many_counts[0] += counts[i];
    } else {
      many_expected.push_back(expected[i]), many_counts.push_back(counts[i]);
    }
  }
  if (many_expected[0] < 5) {
    many_expected.erase(many_expected.begin());
    many_counts.erase(many_counts.begin());
  }
  EXPECT_LT(excess(many_counts, many_expected), 1) << mean;
}

TEST(Law, Poisson) {
  expect_poisson(1.5, 0, infinity);
  expect_poisson(1.5, 1, infinity);
  expect_poisson(0.01, 1, infinity);
  expect_poisson(30, 0, infinity);
  expect_poisson(30, 35, 40);
  EXPECT_EQ(poisson_law(0, {0, infinity})(0.7), 0);
  EXPECT_THROW(poisson_law(3, {1.2, 1.8}), std::domain_error);
  const auto many = drawn_by(poisson_law(1e6, {0, infinity}));
  EXPECT_LT(misfit(many, [](double x) { return normal_below((x + 0.5 - 1e6) / 1e3); }), most_misfit);
}

TEST(Law, WholeNumbers) {
  std::vector<double> counts(7);
  for (const double x : drawn_by(whole_law(-3, 3))) counts.at(static_cast<std::size_t>(x + 3)) += 1;
  EXPECT_LT(excess(counts, std::vector<double>(7, static_cast<double>(draws) / 7)), 1);
}

std::string scene_with(const std::string& entry) {
  return "[crystal]\ncell_edges_A = [50, 60, 70]\n[structure_factors]\ndefault_F_e = 1\n" + entry;
}

TEST(Law, WeightedChoices) {
  const Recipe recipe = Recipe::parse(scene_with("[[vary]]\npath = \"beam.exposure_s\"\ndistribution = \"choice\"\n"
                                                 "values = [1, 2, 3, 4]\nweights = [4, 0, 1, 3]\n"),
                                      "x.toml", scene::Notation::Toml, "");
  std::vector<double> counts(4);
  constexpr std::uint64_t images = 8000;
  for (std::uint64_t i = 0; i < images; ++i)
    counts.at(static_cast<std::size_t>(std::get<double>(recipe.shot(i).values[0])) - 1) += 1;
  EXPECT_EQ(counts[1], 0);
  EXPECT_LT(excess({counts[0], counts[2], counts[3]}, {4000, 1000, 3000}), 1);
}

/// Angles (radians) about lab x, y, z, each of an orientation drawn from all.
void expect_uniform_orientations(const std::vector<Vec3d>& missets) {
  std::vector<double> angles, heights, azimuths, turned;
  for (const Vec3d& misset : missets) {
    const auto image_of = [&](const Vec3d& v) { return physics::rotate_about_lab_axes(v, misset); };
    const Vec3d x = image_of({1, 0, 0}), y = image_of({0, 1, 0}), z = image_of({0, 0, 1});
    const Vec3d vector = physics::vector_of_rotation({{x.x, y.x, z.x}, {x.y, y.y, z.y}, {x.z, y.z, z.z}});
    const double angle = norm(vector);
    angles.push_back(angle);
    heights.push_back(vector.z / angle);
    azimuths.push_back(std::atan2(vector.y, vector.x));
    turned.push_back(x.y);
  }
  // The density of angles is (1 - cos a) / pi; R. E. Miles, Biometrika 52 (1965) 636.
  EXPECT_LT(misfit(angles, [](double a) { return (a - std::sin(a)) / pi; }), most_misfit);
  EXPECT_LT(misfit(heights, [](double h) { return (1 + h) / 2; }), most_misfit);
  EXPECT_LT(misfit(azimuths, [](double a) { return (a + pi) / (2 * pi); }), most_misfit);
  EXPECT_LT(misfit(turned, [](double h) { return (1 + h) / 2; }), most_misfit);
}

TEST(Law, OrientationsAreUniform) {
  const Recipe recipe =
      Recipe::parse(scene_with("[[vary]]\npath = \"crystal.misset_deg\"\ndistribution = \"rotation\"\n"), "x.toml",
                    scene::Notation::Toml, "");
  std::vector<Vec3d> missets;
  for (std::uint64_t i = 0; i < 8000; ++i) missets.push_back(recipe.shot(i).scene.crystal.misset_rad);
  expect_uniform_orientations(missets);
}

TEST(Law, OrientationsOfLatticesAreUniform) {
  const Recipe recipe =
      Recipe::parse("[crystal]\nmisset_random = true\ncrystals = 5\n", "x.toml", scene::Notation::Toml, "");
  std::vector<Vec3d> missets;
  for (std::uint64_t i = 0; i < 2000; ++i)
    for (const auto& lattice : recipe.shot(i).scene.crystal.lattices) missets.push_back(lattice.misset_rad);
  ASSERT_EQ(missets.size(), 10000u);
  expect_uniform_orientations(missets);
}

TEST(RandomWalk, StepsAreNormalAndIndependent) {
  std::vector<double> at, steps;
  for (std::uint64_t i = 0; i <= draws; ++i) at.push_back(random_walk({3, i, 8}, 0));
  EXPECT_EQ(at[0], 0);
  for (std::size_t i = 1; i < at.size(); ++i) steps.push_back(at[i] - at[i - 1]);
  EXPECT_LT(misfit(steps, normal_below), most_misfit);
  for (const std::size_t lag : {1u, 2u, 3u, 7u, 64u}) {
    double product = 0;
    for (std::size_t i = lag; i < steps.size(); ++i) product += steps[i] * steps[i - lag];
    // Four standard deviations.
    EXPECT_LT(std::abs(product), 4 * std::sqrt(static_cast<double>(steps.size()))) << lag;
  }
}

/// The mean of products over many walks.
TEST(RandomWalk, HasTheCovarianceOfASum) {
  constexpr std::uint32_t walks = 4000;
  for (const auto& [j, k] : {std::pair(5, 9), std::pair(7, 8), std::pair(1000, 1000), std::pair(3, 70000),
                             std::pair(1 << 20, (1 << 20) + 5), std::pair(63, 65)}) {
    double product = 0;
    for (std::uint32_t i = 0; i < walks; ++i)
      product +=
          random_walk({3, static_cast<std::uint64_t>(j), 8}, i) * random_walk({3, static_cast<std::uint64_t>(k), 8}, i);
    const double expected = std::min(j, k), variance = static_cast<double>(j) * k + expected * expected;
    EXPECT_NEAR(product / walks, expected, 4 * std::sqrt(variance / walks)) << j << " " << k;
  }
}

TEST(RandomWalk, ReachesTheLastImage) {
  const double last = random_walk({3, 0xffff'ffffu, 8}, 0), before = random_walk({3, 0xffff'fffeu, 8}, 0);
  EXPECT_LT(std::abs(last - before), 6);
  EXPECT_LT(std::abs(last), 6 * 65536);
}

}  // namespace
}  // namespace femtobragg::recipe
