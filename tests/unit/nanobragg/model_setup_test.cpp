// Crystals from files in a run: how far factors go, and molecules between the points of a lattice.
#include "femtobragg/assemble/factors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "femtobragg/atoms/model_file.h"
#include "femtobragg/atoms/transforms.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/nanobragg/setup/command_line.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/render.h"
#include "test_paths.h"

namespace femtobragg::nanobragg {
namespace {

const std::string benzene = FEMTOBRAGG_SOURCE "/examples/models/benzene.pdb";
const std::string halite = FEMTOBRAGG_SOURCE "/examples/models/halite.cif";

Setup scene_with(std::vector<std::string> words) {
  words.insert(words.end(), {"-no_cache", "-nonoise", "-o", "x.npy"});
  return set_up(Program::Simulate, words);
}

/// |F| of the molecule at a place anywhere in reciprocal space.
double transform_at(const atoms::Scatterers& molecule, const Vec3d& hkl) {
  const double s = dot(hkl, molecule.metric * hkl);
  std::complex<double> sum = 0;
  for (const atoms::Scatterer& atom : molecule.list)
    sum += atom.occupancy * molecule.form_factors[atom.form_factor].real_part(s) *
           std::exp(-2 * pi * pi * dot(hkl, atom.u * hkl)) * std::polar(1.0, 2 * pi * dot(hkl, atom.position));
  return std::abs(sum);
}

/// Deviation of the rendered intensities from those of the exact sum at the pixels' own places.
double deviation(const std::string& enlarge) {
  const auto molecule =
      atoms::scatterers_of(atoms::parse_model(formats::read_file(benzene, "model"), benzene), std::nullopt);
  const auto setup = scene_with(
      {"-model",     benzene, "-oversample_cell", enlarge, "-anomalous",  "off", "-lambda", "1.5", "-distance", "30",
       "-detpixels", "41",    "-pixel",           "1",     "-oversample", "1",   "-misset", "10",  "20",        "30"});
  const kernel::Plan plan = compile_plan(setup.experiment);
  double deviations = 0, sum = 0;
  for (std::size_t slow = 0; slow < 41; slow += 2)
    for (std::size_t fast = 0; fast < 41; fast += 2) {
      const auto recorded = record_pixel(plan, 0, fast, slow, {.device = "reference"});
      const auto& term = recorded.samples().front().rays.front().terms.front();
      EXPECT_NEAR(std::abs(term.lattice_factor), 1, 1e-9);
      const double right = transform_at(molecule, term.hkl / std::stod(enlarge));
      deviations += std::abs(term.structure_factor * term.structure_factor - right * right);
      sum += right * right;
    }
  return deviations / sum;
}

/// Cubic interpolation between ever closer points: 0.24 % and 0.024 % were seen.
TEST(ModelSetup, MoleculeAgreesWithTheSumOverItsAtoms) {
  const double two = deviation("2"), four = deviation("4");
  RecordProperty("deviation_2", std::to_string(two));
  RecordProperty("deviation_4", std::to_string(four));
  EXPECT_LT(two, 0.004);
  EXPECT_LT(four, 0.0004);
}

TEST(ModelSetup, CellSpaceGroupAndEnlargedAxes) {
  const auto crystal = scene_with({"-model", halite, "-N", "3"});
  EXPECT_EQ(crystal.experiment.crystal.space_group, "F m -3 m");
  EXPECT_NEAR(crystal.experiment.crystal.axes.lengths_m.x, 5.6402e-10, 1e-20);
  const auto molecule = scene_with({"-model", benzene, "-oversample_cell", "3"});
  EXPECT_NEAR(molecule.experiment.crystal.axes.lengths_m.y, 36e-10, 1e-20);
  EXPECT_TRUE(molecule.experiment.sampling.interpolate);
}

/// The corner of a flat detector: 2 d sin(atan(r / D) / 2) = wavelength.
TEST(ModelSetup, FactorsReachTheCorner) {
  const std::vector<std::string> words = {"-model",    halite, "-N",     "5", "-lambda",    "0.7",
                                          "-distance", "50",   "-pixel", "1", "-detpixels", "100"};
  const auto setup = scene_with(words);
  const double corner_mm = std::hypot(50, 50);
  // The default beam centre is a pixel's half off the middle.
  EXPECT_NEAR(assemble::finest_resolution_A(setup.experiment), 0.7 / (2 * std::sin(std::atan2(corner_mm, 50) / 2)),
              0.01);
  const kernel::Plan plan = compile_plan(setup.experiment);
  const StructureFactors& f = *setup.experiment.structure_factors;
  for (const std::size_t slow : {0u, 99u})
    for (const std::size_t fast : {0u, 99u}) {
      const auto recorded = record_pixel(plan, 0, fast, slow, {.device = "reference"});
      const Vec3d at = recorded.samples().front().rays.front().terms.front().hkl0;
      const auto whole = [](double x) { return static_cast<std::int64_t>(x); };
      EXPECT_TRUE(f.box.contains(whole(at.x), whole(at.y), whole(at.z)));
    }
  std::vector<std::string> coarse = words;
  coarse.insert(coarse.end(), {"-dmin", "2"});
  EXPECT_NEAR(assemble::finest_resolution_A(scene_with(coarse).experiment), 2, 1e-12);
}

/// Their pixels are parallelograms, smaller than squares; nanoBragg takes them for squares.
TEST(SkewDetector, HasPixelsOfItsOwnArea) {
  const std::vector<std::string> words = {"-default_F", "1", "-cell", "30", "-sdet_vector", "0", "-1", "0.3"};
  const auto area_of = [&](Program program) { return set_up(program, words).experiment.detector.panels[0].area_ratio; };
  EXPECT_NEAR(area_of(Program::Simulate), 1 / std::sqrt(1.09), 1e-15);
  EXPECT_EQ(area_of(Program::DropIn), 1);
}

/// Flags come from the field that is refused.
TEST(RefusedExperiments, AreNamedByTheirFlags) {
  try {
    scene_with({"-default_F", "1", "-cell", "30", "-curved_det", "-detector_roty", "90"});
    FAIL() << "nothing was refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().where, "detector.panels[0].normal");
    EXPECT_NE(error.parts().remedy.find("-curved_det"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace femtobragg::nanobragg
