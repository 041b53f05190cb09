// Materials against their limits, and ice against a sum over the atoms of a crystallite.
#include "femtobragg/assemble/materials.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "femtobragg/base/units.h"
#include "femtobragg/simulate/scattering_factors.h"

namespace femtobragg::tests {
namespace {

using namespace assemble;

const Material& named(const char* name) {
  const Material* found = find_material(name);
  if (!found) throw std::runtime_error(name);
  return *found;
}

Background table_of(const char* name, double most_stol_per_A, double crystallite_m = 0) {
  Background b;
  const Material& m = named(name);
  tabulate(m, {most_stol_per_A, 1.0}, crystallite_m > 0 ? crystallite_m : m.crystallite_m, b);
  return b;
}

double at(const Background& b, double stol_per_A) {
  const double step = b.stol_per_m[1];
  return b.intensity_e2.at(static_cast<std::size_t>(std::lround(stol_per_A * 1e10 / step)));
}

TEST(Materials, HaveUniqueNamesAndAmounts) {
  std::map<std::string_view, int> seen;
  for (const Material& m : materials()) {
    EXPECT_EQ(++seen[m.name], 1) << m.name;
    EXPECT_GT(m.density_g_per_cm3, 0) << m.name;
    EXPECT_GT(m.molar_mass_g_per_mol, 0) << m.name;
    EXPECT_FALSE(m.source.empty() || m.computed.empty()) << m.name;
    double total = 0;
    for (const Molecule& molecule : m.molecules) total += molecule.fraction;
    EXPECT_NEAR(total, 1, 1e-12) << m.name;
  }
  EXPECT_EQ(find_material("phlogiston"), nullptr);
}

/// Straight ahead a molecule scatters with all of its electrons; at high angles its atoms are on their own.
TEST(Materials, MoleculesOfGasesHaveTheirLimits) {
  EXPECT_NEAR(elastic_e2(named("nitrogen"), 0), 14 * 14, 1e-9);
  EXPECT_NEAR(elastic_e2(named("oxygen"), 0), 16 * 16, 1e-9);
  EXPECT_NEAR(elastic_e2(named("helium"), 0), 2 * 2, 1e-9);
  EXPECT_NEAR(elastic_e2(named("air"), 0), 0.78111 * 196 + 0.20955 * 256 + 0.00934 * 324, 1e-9);
  const double f = form_factor_e(7, 1.3), mean = 2 * f * f;
  EXPECT_NEAR(elastic_e2(named("nitrogen"), 1.3), mean, 0.06 * mean);
  EXPECT_EQ(compton_e2(named("air"), 0), 0);
}

/// Debye's formula is the mean over all directions of a molecule's axis.
TEST(Materials, MoleculesAreAveragedOverOrientations) {
  for (const double stol : {0.05, 0.2, 0.45, 0.9}) {
    const double f = form_factor_e(7, stol), q = 4 * pi * stol;
    double sum = 0;
    constexpr int steps = 20000;
    for (int i = 0; i < steps; ++i) {
      const double cosine = -1 + 2 * (i + 0.5) / steps, phase = q * 1.0977 * cosine;
      sum += (2 + 2 * std::cos(phase)) * f * f / steps;
    }
    EXPECT_NEAR(elastic_e2(named("nitrogen"), stol), sum, 1e-6 * sum) << stol;
  }
}

/// Atoms scatter all that their electrons do: elastic and Compton scattering together lie between.
TEST(Materials, ComptonScatteringGrowsToAllElectrons) {
  EXPECT_NEAR(compton_e2(named("water"), 5), 10, 0.3);
  EXPECT_GT(compton_e2(named("water"), 0.5), compton_e2(named("water"), 0.2));
}

/// Kell's compressibility: n k T kappa x 100 electrons^2.
TEST(Materials, WaterScattersItsFluctuationsStraightAhead) {
  const double per_m3 = 0.9982e6 * 6.02214e23 / 18.0153;
  EXPECT_NEAR(elastic_e2(named("water"), 0), 100 * per_m3 * 1.380649e-23 * 293.15 * 4.589e-10, 0.01);
}

TEST(Materials, LiquidsPeakWhereTheyWereMeasuredTo) {
  const std::map<const char*, double> peaks_per_A = {{"water", 2.0}, {"glass", 1.52}, {"paraffin-oil", 1.37}};
  for (const auto& [name, peak] : peaks_per_A) {
    double best = 0, found = 0;
    for (double q = 0.8; q < 3.5; q += 0.01)
      if (const double intensity = elastic_e2(named(name), q / (4 * pi)); intensity > best) best = intensity, found = q;
    EXPECT_NEAR(found, peak, 0.1) << name;
  }
}

TEST(Materials, LiquidsAreIndependentMoleculesAtHighAngles) {
  const double s = 1.2, o = form_factor_e(8, s), h = form_factor_e(1, s);
  const auto sinc = [](double x) { return std::sin(x) / x; };
  const double q = 4 * pi * s, oh = 0.9572, hh = 2 * oh * std::sin(radians_from_degrees(52.26));
  const double alone = o * o + 2 * h * h + 4 * o * h * sinc(q * oh) + 2 * h * h * sinc(q * hh);
  EXPECT_NEAR(elastic_e2(named("water"), s), alone, 1e-6 * alone);
}

/// Well-known rings of hexagonal ice near 100 K, angstrom.
TEST(Materials, IceHasItsRings) {
  const auto rings = ice_rings(1.7);
  const double known_A[] = {3.895, 3.661, 3.439, 2.667, 2.249, 2.068, 1.948, 1.916, 1.881, 1.720};
  for (const double d : known_A) {
    double nearest = 10;
    for (const PowderRing& ring : rings) nearest = std::min(nearest, std::abs(ring.d_A - d));
    EXPECT_LT(nearest, 0.006) << d;
  }
  EXPECT_NEAR(rings[0].d_A, 3.895, 0.005);
  EXPECT_EQ(rings[0].multiplicity, 6);
  EXPECT_EQ(rings[1].multiplicity, 2);
  EXPECT_EQ(rings[2].multiplicity, 12);
  // Extinct by the screw axis, and because of where the oxygen is.
  for (const PowderRing& ring : rings) EXPECT_GT(std::abs(ring.d_A - 7.3224), 0.1);
}

/// Countable crystallites have the reflections of the smooth rings: each is a Gaussian of its share, and vectors have
/// the lengths of their rings.
TEST(Materials, CrystallitesOfIceHaveAllTheIntensityOfItsRings) {
  const Material& ice = named("ice");
  constexpr double size_m = 20e-9;
  const TableRange range{0.35, 1.0};
  Background smooth, apart;
  tabulate(ice, range, size_m, smooth);
  tabulate_crystallites(ice, range, size_m, apart);
  const Crystallites& c = apart.crystallites;
  ASSERT_GT(c.reflections.size(), 100u);
  const auto at = [](const Background& b, double stol_per_m) {
    const auto next = std::ranges::lower_bound(b.stol_per_m, stol_per_m) - b.stol_per_m.begin();
    const auto i = static_cast<std::size_t>(next);
    const double share = (stol_per_m - b.stol_per_m[i - 1]) / (b.stol_per_m[i] - b.stol_per_m[i - 1]);
    return (1 - share) * b.intensity_e2[i - 1] + share * b.intensity_e2[i];
  };
  double most = 0;
  for (const double intensity : smooth.intensity_e2) most = std::max(most, intensity);
  for (std::size_t i = 20; i < smooth.stol_per_m.size(); i += 7) {
    const double stol = smooth.stol_per_m[i], g = 2 * stol;
    if (stol > 0.33e10) break;
    double rings = 0;
    for (const CrystalliteReflection& one : c.reflections) {
      const double off = (g - norm(one.g_per_m)) / c.sigma_per_m;
      rings += one.intensity_e2_per_m / (std::sqrt(2 * pi) * c.sigma_per_m) * std::exp(-0.5 * off * off);
    }
    EXPECT_NEAR(at(apart, stol) + rings, smooth.intensity_e2[i], 1e-6 * most + 1e-4 * smooth.intensity_e2[i]) << stol;
  }
}

/// The oxygen atoms of a ball of ice, pair by pair (Debye): integrals over its rings are those of the powder. A ball
/// has no 0.9, so that only integrals are compared; each covers one ring, or several.
TEST(Materials, RingsOfIceHoldWhatACrystalliteScatters) {
  constexpr double a = 4.4975, c = 7.3224, z = 0.0623, radius = 26;
  const std::array<std::array<double, 3>, 4> places = {
      {{1.0 / 3, 2.0 / 3, z}, {2.0 / 3, 1.0 / 3, 0.5 + z}, {2.0 / 3, 1.0 / 3, -z}, {1.0 / 3, 2.0 / 3, 0.5 - z}}};
  std::vector<std::array<double, 3>> atoms;
  for (int i = -8; i <= 8; ++i)
    for (int j = -8; j <= 8; ++j)
      for (int k = -5; k <= 5; ++k)
        for (const auto& [x, y, w] : places) {
          const double u = i + x, v = j + y;
          const std::array<double, 3> at = {a * (u - 0.5 * v), a * std::sqrt(0.75) * v, c * (k + w)};
          if (std::hypot(at[0], at[1], at[2]) < radius) atoms.push_back(at);
        }
  // Distances in narrow bins.
  constexpr double bin = 0.002;
  std::vector<double> pairs(static_cast<std::size_t>(2 * radius / bin) + 2);
  for (std::size_t i = 0; i < atoms.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      pairs[static_cast<std::size_t>(
          std::hypot(atoms[i][0] - atoms[j][0], atoms[i][1] - atoms[j][1], atoms[i][2] - atoms[j][2]) / bin)] += 2;
  const auto per_atom = [&](double g) {
    double sum = 1;
    for (std::size_t i = 1; i < pairs.size(); ++i)
      if (pairs[i] > 0) {
        const double qr = 2 * pi * g * (static_cast<double>(i) + 0.5) * bin;
        sum += pairs[i] / static_cast<double>(atoms.size()) * std::sin(qr) / qr;
      }
    return sum;
  };
  const auto rings = ice_rings(1.5);
  for (const auto& [from, to] : std::vector<std::pair<double, double>>{{0.225, 0.41}, {0.41, 0.62}}) {
    double ball = 0, powder = 0;
    constexpr int steps = 200;
    for (int i = 0; i < steps; ++i) {
      const double g = from + (to - from) * (i + 0.5) / steps;
      ball += per_atom(g) * g * g * (to - from) / steps;
    }
    for (const PowderRing& ring : rings) {
      const double g = 1 / ring.d_A, stol = 0.5 * g;
      if (g < from || g > to) continue;
      const double qr = 2 * pi * g * 0.9572;
      const double f =
          (form_factor_e(8, stol) + 2 * form_factor_e(1, stol) * std::sin(qr) / qr) * std::exp(-1.2 * stol * stol);
      powder += ring.multiplicity * ring.amplitude2_e2 / (f * f) / (4 * pi * ice_cell_volume_A3() * 4);
    }
    EXPECT_NEAR(powder, ball, 0.12 * ball) << from;
  }
}

/// The integral over a ring does not depend on the size of the crystallites; its width does.
TEST(Materials, SmallerCrystallitesWidenRings) {
  const Background fine = table_of("ice", 0.5), small = table_of("nano-ice", 0.5, 10e-9);
  const auto integral = [](const Background& b) {
    double sum = 0;
    for (std::size_t i = 0; i < b.stol_per_m.size(); ++i)
      if (b.stol_per_m[i] > 0.172e10 && b.stol_per_m[i] < 0.205e10) sum += b.intensity_e2[i] * b.stol_per_m[1];
    return sum;
  };
  EXPECT_NEAR(integral(fine) / integral(small), 1, 0.01);
  const auto highest = [](const Background& b) {
    return *std::max_element(b.intensity_e2.begin(), b.intensity_e2.end());
  };
  EXPECT_GT(highest(fine), 5 * highest(small));
  // Scherrer: 0.9 / size at half height, of the second ring in 1/d.
  const double g = 1 / 3.6612, half = 0.45 / 100, peak = at(small, 0.5 * g);
  const double rest = 4;
  EXPECT_NEAR(at(small, 0.5 * (g + half)) - rest, 0.5 * (peak - rest), 0.15 * peak);
}

TEST(Materials, TablesFollowTheirFormulaBetweenTheirPoints) {
  for (const char* name : {"air", "water", "kapton", "glass"}) {
    const Background b = table_of(name, 0.8);
    for (std::size_t i = 3; i + 1 < b.stol_per_m.size(); i += 97) {
      const double h = b.stol_per_m[i + 1] - b.stol_per_m[i], s = (b.stol_per_m[i] + 0.5 * h) * 1e-10;
      const double middle =
          0.5 * (b.intensity_e2[i] + b.intensity_e2[i + 1]) + h / 8 * (b.slope_e2_m[2 * i] - b.slope_e2_m[2 * i + 1]);
      const double kept = 1 / (1 + 2 * 0.02426310239 * s * s);
      const double expected = elastic_e2(named(name), s) + compton_e2(named(name), s) * kept * kept;
      EXPECT_NEAR(middle, expected, 1e-5 * expected) << name << s;
    }
  }
}

}  // namespace
}  // namespace femtobragg::tests
