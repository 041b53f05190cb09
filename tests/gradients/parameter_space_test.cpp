// Names, values and bounds of parameters.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "femtobragg/backends/backend.h"
#include "femtobragg/base/error.h"
#include "femtobragg/gradients/gradient.h"
#include "femtobragg/gradients/parameter.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "tests/gradients/parameter_cases.h"

namespace femtobragg::tests {
namespace {

using gradients::ParameterSpace;

Experiment triclinic_experiment() { return small_experiment(cell_of(30, 40, 50, 75, 95, 105), {10, -20, 35}); }

std::vector<std::string> names_of(const ParameterSpace& space) {
  std::vector<std::string> names;
  for (const auto& info : space.infos()) names.push_back(info.name);
  return names;
}

std::string refusal_of(const Experiment& experiment, const std::vector<std::string>& names) {
  try {
    const ParameterSpace space(experiment, names);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::Usage);
    return error.what();
  }
  return "nothing is wrong";
}

/// A table of reflections about the origin.
Experiment with_table(bool friedel) {
  Experiment e = triclinic_experiment();
  std::vector<Reflection> list;
  for (int h = -2; h <= 2; ++h)
    for (int k = -2; k <= 2; ++k)
      for (int l = -2; l <= 2; ++l) {
        const double amplitude = 100 + 10 * h + 3 * k + l, mate = 100 - 10 * h - 3 * k - l;
        list.push_back({h, k, l, friedel ? amplitude * mate / 100 : amplitude});
      }
  e.structure_factors = std::make_shared<const StructureFactors>(StructureFactors::from_reflections(list, 0.0, "test"));
  return e;
}

TEST(ParameterSpace, TakesNamesAndStems) {
  EXPECT_EQ(names_of({triclinic_experiment(), {"cell_b", "misset", "cell_b", "fluence"}}),
            (std::vector<std::string>{"cell_b", "misset_x", "misset_y", "misset_z", "fluence"}));
  EXPECT_EQ(ParameterSpace(triclinic_experiment(), {"cell"}).size(), 6U);
}

TEST(ParameterSpace, KnowsTheBaseValues) {
  Experiment e = triclinic_experiment();
  add_mosaic(e, 0.5, 4);
  e.spindle.phi_start_rad = in_radians(3);
  const ParameterSpace space(e, {"cell", "misset", "phi_start", "mosaic_spread", "cells", "distance", "beam_fast",
                                 "wavelength", "polarization"});
  const double expected[] = {30, 40, 50, 75, 95, 105, 10, -20, 35, 3, 0.5, 5, 5, 5, 100, 3.75, 1, 0.6};
  ASSERT_EQ(space.size(), std::size(expected));
  for (std::size_t i = 0; i < space.size(); ++i)
    EXPECT_NEAR(space.start()[i], expected[i], 1e-11) << space.infos()[i].name;
}

TEST(ParameterSpace, LeavesTheBaseAloneWhereNothingMoves) {
  const ParameterSpace space(triclinic_experiment(), {"all"});
  const Experiment same = space.at(space.start());
  EXPECT_EQ(same.crystal.axes.a_m, space.base().crystal.axes.a_m);
  EXPECT_EQ(same.detector.panels[0].origin_m, space.base().detector.panels[0].origin_m);
}

TEST(ParameterSpace, SetsWhatItReads) {
  for (const ParameterCase& tested : parameter_cases()) {
    std::vector<std::string> names = {"cell",      "misset",     "phi_start",    "cells",   "distance",  "beam_fast",
                                      "beam_slow", "wavelength", "polarization", "fluence", "background"};
    if (tested.name == "ManySources") names.push_back("wavelength_spread");
    if (tested.name == "SweepAndMosaic") names.push_back("mosaic_spread");
    if (tested.name == "TiltedThickSensor") names.push_back("sensor");
    const ParameterSpace space(tested.experiment, names);
    std::vector<double> values = space.start();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += (i % 2 ? -0.7 : 1.3) * space.infos()[i].scale;
    const ParameterSpace again(space.at(values), names);
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(again.start()[i], values[i], 2e-13 * (100 + std::abs(values[i])))
          << tested.name << ": " << space.infos()[i].name;
  }
}

TEST(ParameterSpace, MissetAndRotationVectorTurnAlike) {
  const Experiment base = small_experiment(cell_of(30, 40, 50, 90, 90, 90));
  const ParameterSpace misset(base, {"misset"}), rotation(base, {"rotation"});
  const auto a = misset.at(std::vector<double>{0, 0, 7}).crystal.axes;
  const auto b = rotation.at(std::vector<double>{0, 0, 7}).crystal.axes;
  EXPECT_LT(norm(a.b_m - b.b_m), 1e-15 * norm(a.b_m));
  EXPECT_LT(norm(a.a_star_A - b.a_star_A), 1e-15 * norm(a.a_star_A));
}

TEST(ParameterSpace, AllHasNothingTwice) {
  const auto names = names_of({triclinic_experiment(), {"all"}});
  const auto has = [&](const std::string& name) { return std::ranges::find(names, name) != names.end(); };
  for (const char* name : {"cell_alpha", "misset_x", "cells_c", "distance", "detector_rot_y", "fluence", "background"})
    EXPECT_TRUE(has(name)) << name;
  for (const char* name : {"rotation_x", "phi_start", "panel0_shift_fast", "twotheta", "wavelength", "F_scale",
                           "beam_vertical", "mosaic_spread", "sensor_thickness"})
    EXPECT_FALSE(has(name)) << name;
}

TEST(ParameterSpace, AllTurnsCrystalOrDetectorAboutAnUnpolarizedBeam) {
  Experiment e = triclinic_experiment();
  const auto polarized = names_of({e, {"all"}});
  EXPECT_NE(std::ranges::find(polarized, "detector_rot_x"), polarized.end());
  e.beam.polarization_fraction = 0;
  const auto names = names_of({e, {"all"}});
  EXPECT_EQ(std::ranges::find(names, "detector_rot_x"), names.end());
  EXPECT_NE(std::ranges::find(names, "detector_rot_y"), names.end());
}

TEST(ParameterSpace, BeamTurnsTowardsThePolarizationAxis) {
  const ParameterSpace space(triclinic_experiment(), {"beam_horizontal"});
  const Experiment turned = space.at(std::vector<double>{1});
  EXPECT_NEAR(turned.beam.direction.z, std::sin(in_radians(1)), 1e-15);
  EXPECT_NEAR(turned.beam.sources[0].direction.z, -std::sin(in_radians(1)), 1e-15);
}

TEST(ParameterSpace, PanelsMoveAgainstTheFirst) {
  Experiment e = triclinic_experiment();
  e.detector.panels.push_back(e.detector.panels[0]);
  e.detector.panels[1].data_slow = e.detector.panels[0].n_slow;
  const auto names = names_of({e, {"all"}});
  EXPECT_NE(std::ranges::find(names, "panel1_rot_slow"), names.end());
  EXPECT_EQ(std::ranges::find(names, "panel0_rot_slow"), names.end());
}

TEST(ParameterSpace, SaysWhyThereIsNoDerivative) {
  Experiment e = triclinic_experiment();
  e.crystal.cells = {1, 5, 5};
  e.beam.apply_polarization = false;
  EXPECT_NE(refusal_of(e, {"cells_a"}).find("a single cell"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"polarization"}).find("switched off"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"mosaic_spread"}).find("no mosaic spread"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"sensor_thickness"}).find("no thickness"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"wavelength_spread"}).find("only one wavelength"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"mosaic_domains"}).find("whole number"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"F_1_2_3"}).find("no table"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"colour"}).find("unknown parameter"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"panel1_shift_fast"}).find("unknown parameter"), std::string::npos);
  e.crystal.shape = CrystalShape::Tophat;
  EXPECT_NE(refusal_of(e, {"cells_b"}).find("sharp edge"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"misset"}).find("sharp edge"), std::string::npos);
  e.detector.panels[0].curvature = Curvature::LabAxes;
  EXPECT_NE(refusal_of(e, {"distance"}).find("older program"), std::string::npos);
}

TEST(ParameterSpace, RefusesWhatMovesTheSameThing) {
  EXPECT_NE(refusal_of(triclinic_experiment(), {"misset_x", "rotation_z"}).find("misset_x, rotation_z"),
            std::string::npos);
  EXPECT_NE(refusal_of(triclinic_experiment(), {"fluence", "F_scale"}).find("fluence, F_scale"), std::string::npos);
  EXPECT_NE(refusal_of(with_table(true), {"F_0_1_0", "F_scale"}).find("F_scale, F_0_1_0"), std::string::npos);
}

/// What is not named here moves spots: a fit begins with it.
TEST(ParameterSpace, MarksWhatMovesSpotsAndWhatEachImageHas) {
  const std::set<std::string> still = {
      "mosaic_spread",     "cells_a",      "cells_b", "cells_c",          "sensor_attenuation",
      "wavelength_spread", "polarization", "fluence", "sensor_thickness", "F_scale",
      "background",        "F_h_k_l",      "blocks",  "gain",             "pedestal",
      "point_spread"};
  const std::set<std::string> own = {"misset_x",   "misset_y",   "misset_z", "rotation_x",
                                     "rotation_y", "rotation_z", "fluence",  "blocks"};
  std::size_t marked = 0;
  for (const gradients::ListedParameter& listed : gradients::list_parameters(triclinic_experiment())) {
    EXPECT_EQ(listed.info.moves_spots, !still.contains(listed.info.name)) << listed.info.name;
    EXPECT_EQ(listed.info.per_image, own.contains(listed.info.name)) << listed.info.name;
    marked += listed.info.moves_spots;
  }
  EXPECT_GT(marked, 20U);
}

TEST(ParameterSpace, RefusesImpossibleValues) {
  const ParameterSpace space(triclinic_experiment(), {"cell_a", "polarization"});
  EXPECT_THROW(space.at(std::vector<double>{30, 1.5}), Error);
  EXPECT_THROW(space.at(std::vector<double>{-30, 0.5}), Error);
  EXPECT_THROW(space.at(std::vector<double>{0, 0.5}), Error);
  EXPECT_THROW(space.at(std::vector<double>{std::nan(""), 0.5}), Error);
  EXPECT_THROW(space.at(std::vector<double>{30}), Error);
  const ParameterSpace angles(triclinic_experiment(), {"cell_alpha"});
  EXPECT_THROW(angles.at(std::vector<double>{170}), Error);
}

TEST(ParameterSpace, NamesReflections) {
  const Experiment e = with_table(true);
  const ParameterSpace space(e, {"F_1_-2_0", "F_0_0_0"});
  const auto rates = space.amplitude_rates(e);
  EXPECT_EQ(rates[0].size(), 2U);
  EXPECT_EQ(rates[1].size(), 1U);
  const StructureFactors& before = *e.structure_factors;
  EXPECT_EQ(space.start()[0], before.values[before.index(1, -2, 0)]);
  const Experiment moved = space.at(std::vector<double>{7, 100});
  const StructureFactors& after = *moved.structure_factors;
  EXPECT_EQ(after.values[after.index(1, -2, 0)], 7);
  EXPECT_EQ(after.values[after.index(-1, 2, 0)], 7);
  EXPECT_EQ(after.values[after.index(1, 2, 0)], before.values[before.index(1, 2, 0)]);
  EXPECT_NE(refusal_of(e, {"F_1_0_0", "F_-1_0_0"}).find("same"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"F_9_0_0"}).find("there is no such reflection"), std::string::npos);
}

TEST(ParameterSpace, MatesThatDifferAreApart) {
  const ParameterSpace space(with_table(false), {"F_1_-2_0", "F_-1_2_0"});
  EXPECT_EQ(space.amplitude_rates(space.base())[0].size(), 1U);
}

TEST(ParameterSpace, ScalesAllAmplitudes) {
  const ParameterSpace space(with_table(true), {"F_scale"});
  const Experiment tripled = space.at(std::vector<double>{3});
  EXPECT_EQ(tripled.structure_factors->values[5], 3 * space.base().structure_factors->values[5]);
}

TEST(ParameterSpace, BackgroundBeginsAtZero) {
  Experiment e = triclinic_experiment();
  e.water_edge_m = 0;
  const ParameterSpace space(e, {"background"});
  const kernel::Plan plan = compile_plan(e);
  EXPECT_EQ(space.tangents(space.start(), e, plan, 0)[0][kernel::slot::background], 1);
  const Experiment wet = space.at(std::vector<double>{1e9});
  EXPECT_NEAR(compile_plan(wet).backgrounds[0].scale, 1e9, 1e-5);
}

TEST(ParameterSpace, EachBackgroundHasAScale) {
  Experiment e = triclinic_experiment();
  e.backgrounds = {{"air", {0, 1e10}, {3, 2}, 5}, {"ice", {0, 1e10}, {1, 2}, 7}};
  const ParameterSpace space(e, {"background2_scale"});
  EXPECT_EQ(space.start(), std::vector<double>{7});
  EXPECT_EQ(space.at(std::vector<double>{4}).backgrounds[1].scale, 4);
  EXPECT_EQ(space.tangents(space.start(), e, compile_plan(e), 0)[0][kernel::slot::background + 2], 1);
}

TEST(ParameterSpace, RefusesMoreBackgroundsThanItHasSlotsFor) {
  Experiment e = triclinic_experiment();
  e.backgrounds.assign(kernel::slot::most_backgrounds, {"air", {0, 1e10}, {3, 2}, 5});
  EXPECT_NE(refusal_of(e, {"background4_scale"}).find("3 backgrounds only"), std::string::npos);
  EXPECT_THROW(backends::require_differentiable(compile_plan(e), 0), Error);
}

TEST(ListOfParameters, TellsValuesAndReasons) {
  const auto list = gradients::list_parameters(triclinic_experiment());
  const auto find = [&](const std::string& name) {
    const auto found = std::ranges::find_if(list, [&](const auto& listed) { return listed.info.name == name; });
    EXPECT_NE(found, list.end()) << name;
    return *found;
  };
  EXPECT_NEAR(find("cell_a").value, 30, 1e-12);
  EXPECT_FALSE(find("cell_a").why_not);
  EXPECT_TRUE(find("mosaic_spread").why_not);
  EXPECT_TRUE(find("F_h_k_l").why_not);
  for (const auto& listed : list) {
    EXPECT_FALSE(listed.info.help.empty()) << listed.info.name;
    EXPECT_GT(listed.info.scale, 0) << listed.info.name;
  }
}

TEST(Gradient, RefusesOlderProgramsRules) {
  Experiment e = triclinic_experiment();
  e.crystal.shape = CrystalShape::Gaussian;
  const ParameterSpace right(e, {"misset"});
  EXPECT_NO_THROW(gradients::Gradient(right, right.start()));
  e.crystal.spot_width = SpotWidth::ReciprocalAngstrom;
  const ParameterSpace old_width(e, {"misset"});
  EXPECT_THROW(gradients::Gradient(old_width, old_width.start()), Error);
  e = triclinic_experiment();
  e.sampling.oversample = 2;
  e.sampling.compatibility.polarization = FactorRule::FirstSample;
  const ParameterSpace old_sums(e, {"misset"});
  EXPECT_THROW(gradients::Gradient(old_sums, old_sums.start()), Error);
}

}  // namespace
}  // namespace femtobragg::tests
