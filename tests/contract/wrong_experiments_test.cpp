// What validate() refuses: a row for each experiment that would give a wrong image without a word.
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <ostream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/rotation.h"
#include "femtobragg/model/experiment.h"
#include "tests/contract/experiments.h"
#include "tests/unit/refusals.h"

namespace femtobragg::tests {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();

struct Wrong {
  std::string name;
  std::function<void(Experiment&)> spoil;
  std::string field;          ///< that the message names
  bool OddValues::*pardon{};  ///< what lets older programs pass

  friend std::ostream& operator<<(std::ostream& out, const Wrong& wrong) { return out << wrong.name; }
};

/// Two panels, a thick sensor, a table, mosaic domains and two sources: every check has something to look at.
Experiment full_experiment() {
  Experiment e = simple_experiment();
  e.crystal.shape = CrystalShape::Gaussian;
  e.crystal.mosaic_rotations = {Mat3d::identity(), rotation_matrix(Vec3d{0, 1, 0}, 0.01)};
  e.beam.polarization_fraction = 0.9;
  e.beam.sources.push_back({-e.beam.direction, 1.01e-10, 0.5});
  e.detector.panels[0].sensor = Sensor::of(3e-4, 2000, 3, "Si");
  e.detector.panels.push_back(e.detector.panels[0]);
  e.detector.panels[1].data_slow = e.detector.panels[0].n_slow;
  e.backgrounds = {{"air", {1e8, 2e8, 4e8}, {3, 2, 1}, 1}};
  auto factors = StructureFactors::table({{-1, -1, -1}, {1, 1, 1}}, 5, "test");
  e.structure_factors = std::make_shared<const StructureFactors>(factors);
  return e;
}

Panel& panel(Experiment& e) { return e.detector.panels[0]; }
CrystalAxes& axes(Experiment& e) { return e.crystal.axes; }

/// The same table, changed.
template <class F>
void change_factors(Experiment& e, F&& change) {
  StructureFactors factors = *e.structure_factors;
  change(factors);
  e.structure_factors = std::make_shared<const StructureFactors>(factors);
}

std::vector<Wrong> detectors() {
  constexpr auto odd = &OddValues::panel_axes;
  return {
      {"NoPanels", [](auto& e) { e.detector.panels.clear(); }, "detector.panels"},
      {"NoPixels", [](auto& e) { panel(e).n_fast = 0; }, "panels[0].n_fast"},
      {"TooManyPixels", [](auto& e) { panel(e).n_slow = std::size_t{1} << 60; }, "panels[0].n_slow"},
      {"PixelOfNoSize", [](auto& e) { panel(e).pixel_size_m = 0; }, "panels[0].pixel_size_m"},
      {"PixelSizeNaN", [](auto& e) { panel(e).pixel_size_m = nan; }, "panels[0].pixel_size_m"},
      {"NormalToTheSample", [](auto& e) { panel(e).normal = -panel(e).normal; }, "panels[0].normal", odd},
      {"NormalAlongSlow", [](auto& e) { panel(e).normal = panel(e).slow_axis; }, "panels[0].normal", odd},
      {"NormalAlongFast", [](auto& e) { panel(e).normal = panel(e).fast_axis; }, "panels[0].normal", odd},
      {"NormalForgotten", [](auto& e) { panel(e).normal = {}; }, "panels[0].normal", odd},
      {"NormalOfLengthTwo", [](auto& e) { panel(e).normal = 2.0 * panel(e).normal; }, "panels[0].normal", odd},
      {"NormalALittleSkew",
       [](auto& e) {
         panel(e).normal = unit(panel(e).normal + Vec3d{0, 1e-4, 0});
       },
       "panels[0].normal", odd},
      {"NormalNaN", [](auto& e) { panel(e).normal.x = nan; }, "panels[0].origin_m, fast_axis, slow_axis or normal"},
      {"SecondPanelTurnedRound", [](auto& e) { e.detector.panels[1].normal = -panel(e).normal; }, "panels[1].normal",
       odd},
      {"OriginNaN", [](auto& e) { panel(e).origin_m.y = nan; }, "origin_m"},
      {"BehindTheSample", [](auto& e) { panel(e).origin_m.x = -0.1; }, "panels[0].normal", odd},
      {"AreaOfFour", [](auto& e) { panel(e).area_ratio = 4; }, "panels[0].area_ratio", odd},
      {"AreaBelowZero", [](auto& e) { panel(e).area_ratio = -1; }, "panels[0].area_ratio"},
      {"LongAxis", [](auto& e) { panel(e).fast_axis = 2.0 * panel(e).fast_axis; }, "panels[0].area_ratio", odd},
      {"AxisOfAPixelsLength", [](auto& e) { panel(e).fast_axis = 1e-4 * panel(e).fast_axis; }, "panels[0].area_ratio",
       odd},
      {"AxisOfNoLength", [](auto& e) { panel(e).fast_axis = {}; }, "fast_axis"},
      {"SkewAxes",
       [](auto& e) {
         panel(e).slow_axis = unit(Vec3d{0, -1, 0.3});
       },
       "panels[0].area_ratio", odd},
      {"AxesInOneLine", [](auto& e) { panel(e).slow_axis = panel(e).fast_axis; }, "panels[0].area_ratio", odd},
      {"RegionBackwards",
       [](auto& e) {
         panel(e).region = RegionOfInterest{9, 4, 0, 5};
       },
       "panels[0].region"},
      {"RegionHalfFilled",
       [](auto& e) {
         panel(e).region = RegionOfInterest{0, 10, 0, 0};
       },
       "panels[0].region"},
      {"RegionBeyondThePanel",
       [](auto& e) {
         panel(e).region = RegionOfInterest{0, 102, 0, 5};
       },
       "panels[0].region"},
      {"MaskTooSmall", [](auto& e) { panel(e).mask.assign(7, 1); }, "panels[0].mask"},
      {"SharedWindow", [](auto& e) { e.detector.panels[1].data_slow = 0; }, "panels[1]"},
      {"WindowsOverlapByARow", [](auto& e) { --e.detector.panels[1].data_slow; }, "panels[1]"},
      {"WindowBeyondAllImages", [](auto& e) { panel(e).data_fast = SIZE_MAX; }, "panels[0].data_fast"},
      {"SaturationOfZero", [](auto& e) { panel(e).saturation = 0; }, "panels[0].saturation"},
      {"SaturationNaN", [](auto& e) { panel(e).saturation = nan; }, "panels[0].saturation"},
      {"PointPixelsWithoutArea", [](auto& e) { panel(e).point_pixels = true; }, "panels[0].point_pixel_area_m2"},
      {"BentWithoutRadius", [](auto& e) { panel(e).curvature = Curvature::Spherical; }, "panels[0].curvature_radius_m"},
      {"LayersWithoutStep", [](auto& e) { panel(e).sensor.layer_step_m = 0; }, "panels[0].sensor.layer_step_m"},
      {"MoreLayers", [](auto& e) { panel(e).sensor.layers = 6; }, "panels[0].sensor.layer_step_m"},
      {"LayersWithoutThickness", [](auto& e) { panel(e).sensor.thickness_m = 0; }, "panels[0].sensor.layers"},
      {"NoLayers", [](auto& e) { panel(e).sensor.layers = 0; }, "panels[0].sensor.layers"},
      {"ThicknessAlone", [](auto& e) { panel(e).sensor.thickness_m *= 2; }, "panels[0].sensor.layer_step_m"},
      {"ThicknessNaN", [](auto& e) { panel(e).sensor.thickness_m = nan; }, "panels[0].sensor.thickness_m"},
      {"SensorThatAmplifies", [](auto& e) { panel(e).sensor.attenuation_per_m = -2000; },
       "panels[0].sensor.attenuation_per_m"},
      {"AttenuationNaN", [](auto& e) { panel(e).sensor.attenuation_per_m = nan; },
       "panels[0].sensor.attenuation_per_m"},
      {"RaysAlongTheSensor", [](auto& e) { panel(e).sensor.ray_cosine = 0; }, "panels[0].sensor.ray_cosine"},
  };
}

std::vector<Wrong> beams() {
  return {
      {"WavelengthAlone", [](auto& e) { e.beam.wavelength_m = 2e-10; }, "beam.wavelength_m"},
      {"WavelengthInAngstrom", [](auto& e) { e.beam.wavelength_m = 1; }, "beam.wavelength_m"},
      {"WavelengthNaN", [](auto& e) { e.beam.wavelength_m = nan; }, "beam.wavelength_m"},
      {"SourceOfNoWavelength", [](auto& e) { e.beam.sources[1].wavelength_m = 0; }, "beam.sources[1].wavelength_m"},
      {"NoSources", [](auto& e) { e.beam.sources.clear(); }, "beam.sources"},
      {"SourceAtTheSample", [](auto& e) { e.beam.sources[1].direction = {}; }, "beam.sources[1].direction"},
      {"SourceInMetres",
       [](auto& e) {
         e.beam.sources[0].direction = {-10, 0, 0};
       },
       "beam.sources[0].direction"},
      {"SourceNaN", [](auto& e) { e.beam.sources[0].direction.z = nan; }, "beam.sources[0].direction"},
      {"WeightBelowZero", [](auto& e) { e.beam.sources[1].weight = -0.1; }, "beam.sources[1].weight"},
      {"WeightInfinite", [](auto& e) { e.beam.sources[1].weight = inf; }, "beam.sources[1].weight"},
      {"WeightsAllZero", [](auto& e) { e.beam.sources[0].weight = e.beam.sources[1].weight = 0; }, "beam.sources"},
      {"BeamOfNoDirection", [](auto& e) { e.beam.direction = {}; }, "beam.direction"},
      {"BeamOfLengthTwo",
       [](auto& e) {
         e.beam.direction = {2, 0, 0};
       },
       "beam.direction"},
      {"KahnFactorOfSeven", [](auto& e) { e.beam.polarization_fraction = 7; }, "beam.polarization_fraction",
       &OddValues::polarization},
      {"KahnFactorNaN", [](auto& e) { e.beam.polarization_fraction = nan; }, "beam.polarization_fraction"},
      {"FieldAlongTheBeam",
       [](auto& e) {
         e.beam.polarization_axis = {1, 0, 0};
       },
       "beam.polarization_axis", &OddValues::polarization},
      {"FieldOfNoDirection", [](auto& e) { e.beam.polarization_axis = {}; }, "beam.polarization_axis",
       &OddValues::polarization},
      {"FieldNaN", [](auto& e) { e.beam.polarization_axis.x = nan; }, "beam.polarization_axis"},
      {"FluenceBelowZero", [](auto& e) { e.beam.fluence_per_m2 = -1; }, "beam.fluence_per_m2", &OddValues::fluence},
      {"FluenceInfinite", [](auto& e) { e.beam.fluence_per_m2 = inf; }, "beam.fluence_per_m2", &OddValues::fluence},
      {"FluenceNaN", [](auto& e) { e.beam.fluence_per_m2 = nan; }, "beam.fluence_per_m2"},
  };
}

std::vector<Wrong> crystals() {
  constexpr auto odd = &OddValues::crystal_axes;
  return {
      {"AxisDoubledAlone", [](auto& e) { axes(e).a_m = 2.0 * axes(e).a_m; }, "crystal.axes.lengths_m"},
      {"AxisAndLengthDoubled", [](auto& e) { axes(e).a_m = 2.0 * axes(e).a_m, axes(e).lengths_m.x *= 2; },
       "crystal.axes.a_m", odd},
      {"LengthAlone", [](auto& e) { axes(e).lengths_m.z *= 1.01; }, "crystal.axes.lengths_m"},
      {"ReciprocalAxisAlone", [](auto& e) { axes(e).b_star_A = 1.01 * axes(e).b_star_A; }, "crystal.axes.b_m", odd},
      {"WithTwoPi",
       [](auto& e) {
         for (Vec3d* v : {&axes(e).a_star_A, &axes(e).b_star_A, &axes(e).c_star_A}) *v = 2 * pi * *v;
       },
       "crystal.axes.a_m", odd},
      {"ReciprocalAxesForgotten", [](auto& e) { axes(e).a_star_A = axes(e).b_star_A = axes(e).c_star_A = {}; },
       "crystal.axes.a_m", odd},
      {"AxesExchanged",
       [](auto& e) { std::swap(axes(e).a_m, axes(e).b_m), std::swap(axes(e).lengths_m.x, axes(e).lengths_m.y); },
       "crystal.axes.a_m", odd},
      {"TurnedHalfway",
       [](auto& e) {
         axes(e).c_m = rotation_matrix(Vec3d{1, 0, 0}, 0.01) * axes(e).c_m;
       },
       "crystal.axes", odd},
      {"NoAxes", [](auto& e) { axes(e) = {}; }, "crystal.axes"},
      {"AxisNaN", [](auto& e) { axes(e).a_star_A.x = nan; }, "crystal.axes"},
      {"LessThanACell", [](auto& e) { e.crystal.cells[1] = 0.5; }, "crystal.cells"},
      {"CellsNaN", [](auto& e) { e.crystal.cells[2] = nan; }, "crystal.cells"},
      {"FudgeBelowZero", [](auto& e) { e.crystal.fudge = -1; }, "crystal.fudge", &OddValues::fudge},
      {"FudgeOfZero", [](auto& e) { e.crystal.fudge = 0; }, "crystal.fudge", &OddValues::fudge},
      {"FudgeNaN", [](auto& e) { e.crystal.fudge = nan; }, "crystal.fudge"},
      {"DomainOfNoRotation", [](auto& e) { e.crystal.mosaic_rotations[1] = {}; }, "crystal.mosaic_rotations[1]"},
      {"DomainThatStretches", [](auto& e) { e.crystal.mosaic_rotations[1].row_x.x = 1.001; },
       "crystal.mosaic_rotations[1]"},
      {"DomainInAMirror",
       [](auto& e) {
         e.crystal.mosaic_rotations[1] = {{1, 0, 0}, {0, 1, 0}, {0, 0, -1}};
       },
       "crystal.mosaic_rotations[1]"},
      {"DomainNaN", [](auto& e) { e.crystal.mosaic_rotations[0].row_y.z = nan; }, "crystal.mosaic_rotations[0]"},
      {"SpreadBelowZero", [](auto& e) { e.crystal.mosaic_spread_rad = -0.01; }, "crystal.mosaic_spread_rad"},
  };
}

std::vector<Wrong> others() {
  return {
      {"NoFactors", [](auto& e) { e.structure_factors = nullptr; }, "structure_factors"},
      {"TableShort", [](auto& e) { change_factors(e, [](auto& f) { f.values.pop_back(); }); },
       "structure_factors.values"},
      {"BoxAlone", [](auto& e) { change_factors(e, [](auto& f) { f.box.max[0] = 2; }); }, "structure_factors.values"},
      {"BoxForgotten", [](auto& e) { change_factors(e, [](auto& f) { f.box = {}; }); }, "structure_factors.values"},
      {"FactorNaN", [](auto& e) { change_factors(e, [](auto& f) { f.values[20] = nan; }); },
       "structure_factors.values"},
      {"FactorInfinite", [](auto& e) { change_factors(e, [](auto& f) { f.values[3] = -inf; }); },
       "structure_factors.values"},
      {"DefaultNaN", [](auto& e) { change_factors(e, [](auto& f) { f.default_amplitude = nan; }); },
       "structure_factors.default_amplitude"},
      {"DirectBeamLeftInTheTable", [](auto& e) { change_factors(e, [](auto& f) { f.direct_beam = false; }); },
       "structure_factors.direct_beam"},
      {"NoSubPixels", [](auto& e) { e.sampling.oversample = 0; }, "sampling.oversample"},
      {"ResolutionBelowZero", [](auto& e) { e.sampling.d_min_m = -1e-10; }, "sampling.d_min_m",
       &OddValues::negative_edges},
      {"ResolutionNaN", [](auto& e) { e.sampling.d_min_m = nan; }, "sampling.d_min_m"},
      {"WaterBelowZero", [](auto& e) { e.water_edge_m = -1e-6; }, "water_edge_m", &OddValues::negative_edges},
      {"WaterNaN", [](auto& e) { e.water_edge_m = nan; }, "water_edge_m"},
      {"BackgroundOfOnePoint",
       [](auto& e) {
         e.backgrounds[0] = {"air", {1}, {1}, 1};
       },
       "backgrounds[0].stol_per_m"},
      {"BackgroundWithAnIntensityTooFew", [](auto& e) { e.backgrounds[0].intensity_e2.pop_back(); },
       "backgrounds[0].intensity_e2"},
      {"BackgroundUnsorted", [](auto& e) { e.backgrounds[0].stol_per_m[2] = 1e7; }, "backgrounds[0].stol_per_m[2]"},
      {"BackgroundWithAPointTwice", [](auto& e) { e.backgrounds[0].stol_per_m[1] = 1e8; },
       "backgrounds[0].stol_per_m[1]"},
      {"BackgroundPointNaN", [](auto& e) { e.backgrounds[0].stol_per_m[0] = nan; }, "backgrounds[0].stol_per_m[0]"},
      {"BackgroundPointBelowZero", [](auto& e) { e.backgrounds[0].stol_per_m[0] = -1; },
       "backgrounds[0].stol_per_m[0]"},
      {"BackgroundIntensityNaN", [](auto& e) { e.backgrounds[0].intensity_e2[1] = nan; },
       "backgrounds[0].intensity_e2[1]"},
      {"BackgroundIntensityBelowZero", [](auto& e) { e.backgrounds[0].intensity_e2[1] = -1; },
       "backgrounds[0].intensity_e2[1]"},
      {"BackgroundWithASlopeTooFew",
       [](auto& e) {
         e.backgrounds[0].slope_e2_m = {1, 1, 1};
       },
       "backgrounds[0].slope_e2_m"},
      {"BackgroundSlopeNaN",
       [](auto& e) {
         e.backgrounds[0].slope_e2_m = {1, nan, 1, 1};
       },
       "backgrounds[0].slope_e2_m[1]"},
      {"BackgroundMoleculesBelowZero", [](auto& e) { e.backgrounds[0].molecules = -1; }, "backgrounds[0].molecules"},
      {"BackgroundMoleculesInfinite", [](auto& e) { e.backgrounds[0].molecules = inf; }, "backgrounds[0].molecules"},
      {"BackgroundPathBackwards", [](auto& e) { e.backgrounds[0].from_m = 0.01; }, "backgrounds[0].from_m"},
      {"BackgroundPathNaN", [](auto& e) { e.backgrounds[0].to_m = nan; }, "backgrounds[0].from_m"},
      {"BackgroundPathIntoTheDetector", [](auto& e) { e.backgrounds[0].to_m = 10; }, "backgrounds[0].to_m"},
      {"BackgroundScaleBelowZero", [](auto& e) { e.backgrounds[0].scale = -1; }, "backgrounds[0].scale"},
      {"BackgroundScaleInfinite", [](auto& e) { e.backgrounds[0].scale = inf; }, "backgrounds[0].scale"},
      {"SpindleOfLengthTwo",
       [](auto& e) {
         e.spindle.axis = {0, 2, 0};
       },
       "spindle.axis", &OddValues::spindle_axis},
      {"SpindleOfNoDirection", [](auto& e) { e.spindle.axis = {}; }, "spindle.axis", &OddValues::spindle_axis},
      {"SpindleNaN", [](auto& e) { e.spindle.axis.x = nan; }, "spindle.axis"},
      {"NoSteps", [](auto& e) { e.spindle.phi_steps = 0; }, "spindle.phi_steps", &OddValues::no_phi_steps},
      {"StepsBelowZero", [](auto& e) { e.spindle.phi_steps = -1; }, "spindle.phi_steps"},
      {"StepNaN", [](auto& e) { e.spindle.phi_step_rad = nan; }, "spindle.phi_"},
      {"RangeNaN", [](auto& e) { e.spindle.phi_range_rad = nan; }, "spindle.phi_"},
  };
}

std::vector<Wrong> all_wrong() {
  std::vector<Wrong> all;
  for (const auto& part : {detectors(), beams(), crystals(), others()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

class WrongExperiments : public testing::TestWithParam<Wrong> {};

TEST_P(WrongExperiments, AreRefusedByTheNameOfTheField) {
  Experiment e = full_experiment();
  ASSERT_NO_THROW(validate(e));
  GetParam().spoil(e);
  try {
    validate(e);
    FAIL() << "nothing was refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::Usage);
    EXPECT_NE(error.parts().where.find(GetParam().field), std::string::npos) << error.what();
    EXPECT_FALSE(error.parts().rule.empty() || error.parts().remedy.empty()) << error.what();
  }
}

class OddExperiments : public testing::TestWithParam<Wrong> {};

TEST_P(OddExperiments, PassWhereOlderProgramsNeedThem) {
  Experiment e = full_experiment();
  GetParam().spoil(e);
  e.sampling.compatibility.odd.*GetParam().pardon = true;
  EXPECT_NO_THROW(validate(e));
}

std::vector<Wrong> all_odd() {
  std::vector<Wrong> all = all_wrong();
  std::erase_if(all, [](const Wrong& wrong) { return !wrong.pardon; });
  return all;
}

INSTANTIATE_TEST_SUITE_P(all, OddExperiments, testing::ValuesIn(all_odd()),
                         [](const auto& tested) { return tested.param.name; });
INSTANTIATE_TEST_SUITE_P(all, WrongExperiments, testing::ValuesIn(all_wrong()),
                         [](const auto& tested) { return tested.param.name; });

TEST(RightExperiments, Pass) {
  Experiment e = full_experiment();
  EXPECT_NO_THROW(validate(simple_experiment()));
  EXPECT_NO_THROW(validate(isotropic_experiment()));
  e.beam.wavelength_m = 2e-10;
  e.beam.nominal_wavelength = true;
  EXPECT_NO_THROW(validate(e));
  e.crystal.axes = CrystalAxes::from_real({0, 3e-9, 0}, {0, 0, 4e-9}, {-5e-9, 0, 0});  // left-handed
  EXPECT_NO_THROW(validate(e));
  e.crystal.shape = CrystalShape::Parallelepiped;
  e.crystal.fudge = -1;
  EXPECT_NO_THROW(validate(e)) << "the fudge factor is not for this shape";
  e.beam.polarization_fraction = 0;
  e.beam.polarization_axis = e.beam.direction;
  EXPECT_NO_THROW(validate(e)) << "unpolarized light has no axis";
}

TEST(RightExperiments, RenderTheWholePanelUnlessTold) {
  Experiment e = simple_experiment();
  EXPECT_FALSE(panel(e).region);
  EXPECT_EQ(panel(e).rendered_region(), (RegionOfInterest{0, 101, 0, 101}));
  const double whole = sum_of(render(compile_plan(e), 0, {}).image);
  EXPECT_GT(whole, 0);
  panel(e).region = RegionOfInterest{0, 101, 0, 101};
  EXPECT_EQ(sum_of(render(compile_plan(e), 0, {}).image), whole);
  panel(e).region = RegionOfInterest::nothing();
  EXPECT_EQ(sum_of(render(compile_plan(e), 0, {}).image), 0);
}

TEST(Constructors, MakeFlatPanels) {
  const Panel p = Panel::flat(
      {.origin_m = {-0.1, 0, 0}, .fast = {0, 0, 1}, .slow = {0, -1, 0}, .pixel_m = 1e-4, .n_fast = 3, .n_slow = 2});
  EXPECT_EQ(p.normal, (Vec3d{-1, 0, 0})) << "away from the sample";
  EXPECT_EQ(p.area_ratio, 1);
  EXPECT_EQ(p.point_m(3, 2, 0.5), (Vec3d{-0.6, -2e-4, 3 * 1e-4}));
  EXPECT_EQ(p.centre_m(), (Vec3d{-0.1, -1e-4, 1.5 * 1e-4}));
  EXPECT_EQ(p.corners_m()[1], p.point_m(3, 0));
  FlatPanel parts{
      .origin_m = {0.1, 0, 0}, .fast = {0, 0, 1}, .slow = {0, -2, 0}, .pixel_m = 1e-4, .n_fast = 3, .n_slow = 2};
  expect_in(message_of([&] { Panel::flat(parts); }), {"slow", "length must be 1"});
  parts.slow = unit(Vec3d{0, -1, 1});
  expect_in(message_of([&] { Panel::flat(parts); }), {"slow", "set_plane()"});
}

TEST(Constructors, MakeTheSameAxesFromEachDescription) {
  const UnitCell cell = cell_of(30, 40, 50, 75, 95, 105);
  const CrystalAxes axes = CrystalAxes::from_cell(cell, rotation_matrix(unit(Vec3d{1, 2, 3}), 0.7));
  const CrystalAxes real = CrystalAxes::from_real(axes.a_m, axes.b_m, axes.c_m);
  const CrystalAxes star = CrystalAxes::from_reciprocal({axes.a_star_A, axes.b_star_A, axes.c_star_A});
  for (const CrystalAxes& other : {real, star})
    for (const auto axis : {&CrystalAxes::a_m, &CrystalAxes::b_m, &CrystalAxes::c_m, &CrystalAxes::a_star_A,
                            &CrystalAxes::b_star_A, &CrystalAxes::c_star_A, &CrystalAxes::lengths_m})
      EXPECT_LE(norm(other.*axis - axes.*axis), 1e-14 * norm(axes.*axis));
  EXPECT_NEAR(femtobragg::cell_of(axes).beta_rad, cell.beta_rad, 1e-14);
  EXPECT_NEAR(cell_volume(cell), triple_product(RealAxes{1e10 * axes.a_m, 1e10 * axes.b_m, 1e10 * axes.c_m}), 1e-8);
  EXPECT_THROW(CrystalAxes::from_real(axes.a_m, axes.b_m, axes.a_m + axes.b_m), Error);
  EXPECT_THROW(CrystalAxes::from_cell({30, 40, 50, 1, 1, 2.5}), Error);
}

}  // namespace
}  // namespace femtobragg::tests
