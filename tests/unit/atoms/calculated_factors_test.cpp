// Structure factors of models against a sum in long double, and what symmetry demands.
#include "femtobragg/atoms/calculated_factors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <sstream>

#include "femtobragg/atoms/model_file.h"
#include "femtobragg/atoms/transforms.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/input_file.h"
#include "tests/shared_data.h"
#include "tests/unit/atoms/small_models.h"

namespace femtobragg::atoms {
namespace {

using tests::small_cif, tests::small_pdb;
using Long = long double;

/// The sum over all atoms of the cell, from the positions of each symmetry copy. Form factors are the library's.
std::complex<Long> summed(const AtomicModel& model, const std::array<double, 3>& hkl,
                          const std::optional<double>& wavelength_A) {
  const Scatterers scatterers = scatterers_of(model, wavelength_A);
  const Vec3d h{hkl[0], hkl[1], hkl[2]};
  const double s = femtobragg::dot(h, scatterers.metric * h);
  std::complex<Long> sum = 0;
  for (const SymmetryOperation& operation : model.space_group.operations)
    for (const Scatterer& atom : scatterers.list) {
      const auto& r = operation.rotation;
      const Mat3d turn{{double(r[0][0]), double(r[0][1]), double(r[0][2])},
                       {double(r[1][0]), double(r[1][1]), double(r[1][2])},
                       {double(r[2][0]), double(r[2][1]), double(r[2][2])}};
      const Vec3d moved = turn * atom.position + Vec3d{operation.translation[0] / 24.0, operation.translation[1] / 24.0,
                                                       operation.translation[2] / 24.0};
      const Mat3d u = turn * atom.u * transpose(turn);
      const FormFactor& form_factor = scatterers.form_factors[atom.form_factor];
      Long f = 0;
      for (const auto& g : form_factor.gaussians) f += g.weight * std::exp(Long(-0.25) * g.b_A2 * s);
      const Long angle =
          2 * std::numbers::pi_v<Long> * (Long(h.x) * moved.x + Long(h.y) * moved.y + Long(h.z) * moved.z);
      const Long spread =
          std::exp(-2 * std::numbers::pi_v<Long> * std::numbers::pi_v<Long> * Long(femtobragg::dot(h, u * h)));
      sum += std::complex<Long>(f, form_factor.f_double_prime) * (atom.occupancy * spread) *
             std::complex<Long>(std::cos(angle), std::sin(angle));
    }
  return sum;
}

struct Difference {
  double r = 0;      ///< sum |dF| / sum |F|
  double worst = 0;  ///< |dF| / mean |F|, F(000) apart
};

Difference difference(const AtomicModel& model, const CalculatedFactors& found, double d_min_A,
                      const std::optional<double>& wavelength_A) {
  const Mat3d metric = reciprocal_metric(found.cell);
  const HklBox& box = found.factors.box;
  double deviations = 0, sum = 0, worst = 0;
  std::size_t count = 0;
  Hkl hkl{};
  for (hkl[0] = int(box.min[0]); hkl[0] <= box.max[0]; ++hkl[0])
    for (hkl[1] = int(box.min[1]); hkl[1] <= box.max[1]; ++hkl[1])
      for (hkl[2] = int(box.min[2]); hkl[2] <= box.max[2]; ++hkl[2]) {
        const double value = found.factors.values[found.factors.index(hkl[0], hkl[1], hkl[2])];
        if (form(metric, hkl) > 1 / (d_min_A * d_min_A)) continue;
        const auto right = static_cast<double>(
            std::abs(summed(model, {double(hkl[0]), double(hkl[1]), double(hkl[2])}, wavelength_A)));
        deviations += std::abs(value - right);
        sum += right;
        if (hkl != Hkl{}) worst = std::max(worst, std::abs(value - right));
        ++count;
      }
  EXPECT_GT(count, 100u);
  return {deviations / sum, worst / (sum / static_cast<double>(count))};
}

AtomicModel triclinic() {
  std::string text = small_pdb;
  text.replace(text.find("  90.00 101.22  90.00 P 1 21 1"), 30, "  75.00  98.22 110.00 P 1     ");
  return parse_model(text, "triclinic");
}

/// The sum of rounding errors is 1e-13; a Gaussian's cut tails are 2e-9, and are sharpened by exp(7/4).
TEST(CalculatedFactors, BothMethodsAgainstASumInLongDouble) {
  for (const AtomicModel& model : {parse_model(small_pdb, "P 21"), parse_model(small_cif, "P -3 m 1"), triclinic()})
    for (const std::optional<double>& wavelength_A : {std::optional<double>{}, std::optional(0.9790)})
      for (const auto& [method, tolerance] :
           {std::pair{FactorMethod::Direct, 1e-12}, std::pair{FactorMethod::Fft, 1e-7}}) {
        const double d_min_A = 1.1;
        const CalculatedFactors found =
            calculate_factors(model, {.d_min_A = d_min_A, .wavelength_A = wavelength_A, .method = method});
        EXPECT_EQ(found.method, method);
        const Difference d = difference(model, found, d_min_A, wavelength_A);
        EXPECT_LT(d.r, tolerance) << model.space_group.symbol;
        EXPECT_LT(d.worst, 100 * tolerance) << model.space_group.symbol;
      }
}

/// Grids and broadened atoms: also where displacements are none at all, or negative, and cells smaller than atoms.
TEST(CalculatedFactors, SharpAtomsAndSmallCells) {
  AtomicModel model = parse_model(small_cif, "x");
  for (const double b : {0.0, -1.0, 200.0})
    for (const double d_min_A : {0.6, 2.5}) {
      for (Atom& atom : model.atoms) atom.u.reset(), atom.b_A2 = b;
      const auto by = [&](FactorMethod method) {
        return calculate_factors(model, {.d_min_A = d_min_A, .method = method}).factors;
      };
      const StructureFactors direct = by(FactorMethod::Direct), grid = by(FactorMethod::Fft);
      double deviations = 0, sum = 0;
      for (std::size_t i = 0; i < direct.values.size(); ++i)
        deviations += std::abs(direct.values[i] - grid.values[i]), sum += direct.values[i];
      EXPECT_LT(deviations, 1e-6 * sum) << b << " " << d_min_A;
    }
}

double at(const CalculatedFactors& f, const Hkl& hkl) {
  return f.factors.values[f.factors.index(hkl[0], hkl[1], hkl[2])];
}

void expect_symmetry(const AtomicModel& model, const CalculatedFactors& found, double d_min_A, bool friedel,
                     double tolerance = 1e-9) {
  const Mat3d metric = reciprocal_metric(found.cell);
  const HklBox& box = found.factors.box;
  std::size_t absent = 0, pairs_that_differ = 0;
  double most = 0;
  for (const double value : found.factors.values) most = std::max(most, value);
  Hkl hkl{};
  for (hkl[0] = int(box.min[0]); hkl[0] <= box.max[0]; ++hkl[0])
    for (hkl[1] = int(box.min[1]); hkl[1] <= box.max[1]; ++hkl[1])
      for (hkl[2] = int(box.min[2]); hkl[2] <= box.max[2]; ++hkl[2]) {
        // The border may be cut by rounding.
        if (form(metric, hkl) > 0.999 / (d_min_A * d_min_A)) continue;
        const double value = at(found, hkl);
        for (const SymmetryOperation& operation : model.space_group.operations)
          ASSERT_NEAR(at(found, operation.turned(hkl)), value, tolerance * most);
        if (model.space_group.absent(hkl)) {
          ++absent;
          ASSERT_EQ(value, 0.0);
        }
        const double mate = at(found, {-hkl[0], -hkl[1], -hkl[2]});
        if (std::abs(mate - value) > 1e-3 * most) ++pairs_that_differ;
        if (friedel) {
          ASSERT_NEAR(mate, value, tolerance * most);
        }
      }
  EXPECT_GT(absent, 0u);
  EXPECT_EQ(pairs_that_differ > 0, !friedel);
}

TEST(CalculatedFactors, EquivalentsAbsencesAndFriedelPairs) {
  const AtomicModel model = parse_model(small_pdb, "x");
  for (const FactorMethod method : {FactorMethod::Direct, FactorMethod::Fft})
    for (const bool anomalous : {false, true}) {
      FactorSettings settings{.d_min_A = 1.2, .method = method};
      if (anomalous) settings.wavelength_A = 0.95;
      expect_symmetry(model, calculate_factors(model, settings), 1.2, !anomalous);
    }
}

TEST(CalculatedFactors, ElectronsInTheMiddle) {
  const AtomicModel model = parse_model(small_pdb, "x");
  const CalculatedFactors found = calculate_factors(model, {.d_min_A = 3});
  // Form factors of the tables sum up to the atomic number within 0.1 %.
  EXPECT_NEAR(at(found, {0, 0, 0}), 2 * (7 + 0.75 * 6 + 34), 0.1);
}

TEST(CalculatedFactors, OutsideTheResolutionTheDefaultHolds) {
  const AtomicModel model = parse_model(small_pdb, "x");
  const CalculatedFactors found = calculate_factors(model, {.d_min_A = 2, .default_amplitude = 7});
  const HklBox& box = found.factors.box;
  EXPECT_EQ(found.factors.default_amplitude, 7);
  EXPECT_EQ(at(found, {int(box.max[0]), int(box.max[1]), int(box.max[2])}), 7);
}

TEST(CalculatedFactors, AnomalousScatteringFollowsTheWavelength) {
  const AtomicModel model = parse_model(small_pdb, "x");
  // The K edge of selenium lies at 0.9795 A.
  const double above = scatterers_of(model, 0.9700).form_factors.back().f_double_prime;
  const double below = scatterers_of(model, 0.9900).form_factors.back().f_double_prime;
  EXPECT_GT(above, 3.5);
  EXPECT_LT(below, 0.6);
  // International Tables C (1992), table 4.2.6.8: Mo and Cu K alpha. Other calculations of the same theory differ by 1
  // %.
  EXPECT_NEAR(scatterers_of(model, 0.71073).form_factors.back().f_double_prime, 2.226, 0.05);
  EXPECT_NEAR(scatterers_of(model, 1.5418).form_factors.back().f_double_prime, 1.139, 0.03);
}

/// The cell alone, sampled n times finer: between the lattice's points the sum over its atoms holds.
TEST(CalculatedFactors, SingleCell) {
  const AtomicModel model = parse_model(small_pdb, "x");
  const CalculatedFactors found = calculate_factors(model, {.d_min_A = 2, .enlarge = 3});
  const CalculatedFactors lattice = calculate_factors(model, {.d_min_A = 2});
  EXPECT_EQ(found.space_group, "P 1");
  EXPECT_NEAR(found.cell.b_A, 3 * model.cell.b_A, 1e-12);
  for (const Hkl& hkl : {Hkl{1, 2, 3}, Hkl{0, 3, 5}, Hkl{-2, 1, 4}})
    EXPECT_NEAR(at(found, {3 * hkl[0], 3 * hkl[1], 3 * hkl[2]}), at(lattice, hkl), 1e-9);
  // Copies are moved by whole cells, which between the points counts: both lie in the cell here.
  AtomicModel whole = model;
  whole.space_group.operations.resize(1);
  const auto first = summed(whole, {1.0 / 3, 2.0 / 3, 4.0 / 3}, {});
  EXPECT_GT(std::abs(first), 1);
  AtomicModel p1;
  p1.cell = model.cell;
  p1.atoms = model.atoms;
  const CalculatedFactors single = calculate_factors(p1, {.d_min_A = 2, .enlarge = 3});
  EXPECT_NEAR(at(single, {1, 2, 4}), static_cast<double>(std::abs(first)), 1e-9);
}

TEST(CalculatedFactors, SettingsThatMakeNoSense) {
  const AtomicModel model = parse_model(small_pdb, "x");
  for (const FactorSettings& settings :
       {FactorSettings{.d_min_A = 0}, FactorSettings{.d_min_A = -1}, FactorSettings{.d_min_A = NAN},
        FactorSettings{.d_min_A = 2, .wavelength_A = 0.0}, FactorSettings{.d_min_A = 2, .k_sol_e_A3 = -1},
        FactorSettings{.d_min_A = 2, .enlarge = 0}, FactorSettings{.d_min_A = 2, .k_sol_e_A3 = 0.3, .enlarge = 2}})
    EXPECT_THROW(calculate_factors(model, settings), Error);
}

TEST(CalculatedFactors, WhatDoesNotFitIsRefused) {
  AtomicModel model = parse_model(small_pdb, "x");
  model.cell.a_A = 1e6;
  EXPECT_THROW(calculate_factors(model, {.d_min_A = 0.1, .method = FactorMethod::Fft}), Error);
}

AtomicModel shared_model(const std::filesystem::path& file) {
  return parse_model(formats::inflated(formats::read_file(file.string(), "model"), file.string()), file.string());
}

class SharedModel : public testing::TestWithParam<const char*> {};

/// A few hundred reflections of real models, by both methods.
TEST_P(SharedModel, AgreesWithASumInLongDouble) {
  FEMTOBRAGG_SHARED_FILE(file, GetParam());
  const AtomicModel model = shared_model(file);
  const bool small = std::string(GetParam()).ends_with(".cif");
  const double d_min_A = small ? 0.8 : 4.0;
  for (const auto& [method, tolerance] : {std::pair{FactorMethod::Direct, 1e-11}, std::pair{FactorMethod::Fft, 1e-7}})
    for (const std::optional<double>& wavelength_A : {std::optional<double>{}, std::optional(1.2)}) {
      const CalculatedFactors found =
          calculate_factors(model, {.d_min_A = d_min_A, .wavelength_A = wavelength_A, .method = method});
      double deviations = 0, sum = 0;
      const HklBox& box = found.factors.box;
      const Mat3d metric = reciprocal_metric(model.cell);
      for (int i = 0, taken = 0; taken < 20 && i < 100000; ++i) {
        const auto within = [&](std::size_t axis, int salt) {
          return int(box.min[axis]) + (i * 7919 + salt * 104729) % int(box.extent(int(axis)));
        };
        const Hkl hkl{within(0, 1), within(1, i), within(2, i / 7)};
        if (form(metric, hkl) > 1 / (d_min_A * d_min_A)) continue;
        ++taken;
        const auto right = static_cast<double>(
            std::abs(summed(model, {double(hkl[0]), double(hkl[1]), double(hkl[2])}, wavelength_A)));
        deviations += std::abs(at(found, hkl) - right);
        sum += right;
      }
      EXPECT_LT(deviations, tolerance * sum);
    }
}

INSTANTIATE_TEST_SUITE_P(Models, SharedModel,
                         testing::Values("1orc.pdb", "2ERL.pdb", "5e5z.pdb", "7n2l.pdb", "1pfe.cif.gz", "2013551.cif",
                                         "4003024.cif"),
                         [](const auto& of) {
                           std::string name = of.param;
                           std::erase_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); });
                           return name;
                         });

/// The list holds what another program calculated by Fourier transform, with an error of 6e-5 against the exact sum.
TEST(CalculatedFactors, ReferenceListOf1orc) {
  FEMTOBRAGG_SHARED_FILE(file, "1orc.pdb");
  FEMTOBRAGG_SHARED_FILE(list, "1orc_P1_2A.hkl");
  const CalculatedFactors found = calculate_factors(shared_model(file), {.d_min_A = 2});
  std::istringstream lines(formats::read_file(list.string(), "list"));
  double f = 0, deviations = 0, sum = 0;
  std::size_t count = 0;
  for (Hkl hkl{}; lines >> hkl[0] >> hkl[1] >> hkl[2] >> f; ++count)
    deviations += std::abs(at(found, hkl) - f), sum += f;
  EXPECT_EQ(count, 34493u);
  EXPECT_LT(deviations, 1e-4 * sum);
}

/// Solvent outside the molecule scatters against it at low angles.
TEST(CalculatedFactors, BulkSolvent) {
  FEMTOBRAGG_SHARED_FILE(file, "1orc.pdb");
  const AtomicModel model = shared_model(file);
  const CalculatedFactors bare = calculate_factors(model, {.d_min_A = 3});
  const CalculatedFactors wet = calculate_factors(model, {.d_min_A = 3, .k_sol_e_A3 = 0.35, .b_sol_A2 = 46});
  expect_symmetry(model, wet, 3, true, 1e-7);  // the mask is transformed in float32
  // 0.35 electrons in each cubic angstrom of a third to two thirds of the cell.
  const double volume_A3 = 34.77 * 39.17 * 48.31, electrons = at(wet, {0, 0, 0}) - at(bare, {0, 0, 0});
  EXPECT_GT(electrons, 0.35 * volume_A3 / 3);
  EXPECT_LT(electrons, 0.35 * volume_A3 * 2 / 3);
  EXPECT_LT(at(wet, {0, 2, 0}), 0.8 * at(bare, {0, 2, 0}) + 200);
  // |F|^2 with none, one and two parts of solvent leaves that of the solvent alone, which B alone changes with angle.
  const auto solvent_squared = [&](const Hkl& hkl, double b_sol_A2) {
    const auto squared = [&](double k) {
      const double f = at(calculate_factors(model, {.d_min_A = 5, .k_sol_e_A3 = k, .b_sol_A2 = b_sol_A2}), hkl);
      return f * f;
    };
    return (squared(0) - 2 * squared(0.5) + squared(1)) / 2;
  };
  const Hkl low{0, 2, 0};
  const double s = form(reciprocal_metric(model.cell), low);
  EXPECT_NEAR(solvent_squared(low, 146) / solvent_squared(low, 46) / std::exp(-0.5 * 100 * s), 1, 1e-4);
  const Hkl far{11, 2, 3};
  EXPECT_NEAR(at(wet, far), at(bare, far), 0.1 * at(bare, far) + 5);
  EXPECT_THROW(calculate_factors(parse_model(small_cif, "x"), {.d_min_A = 1, .k_sol_e_A3 = 0.35}), Error);
}

}  // namespace
}  // namespace femtobragg::atoms
