// Scenes in files: what is written is read back to the last bit, and what no scene has is refused with the nearest key.
#include "femtobragg/scene/scene_file.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "femtobragg/assemble/assembly.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/scene/fields.h"
#include "femtobragg/scene/quantity.h"
#include "test_paths.h"

namespace femtobragg::scene {
namespace {

Scene toml(const std::string& text) { return parse_scene(text, "x.toml", Notation::Toml, ""); }

std::string refusal(const std::string& text, Notation notation = Notation::Toml) {
  try {
    parse_scene(text, "x.toml", notation, "");
    return "nothing is refused";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(SceneFile, QuantitiesHaveTheUnitOfTheirKey) {
  EXPECT_EQ(toml("[detector]\ndistance_mm = 125").detector.distance_m, metres_from_mm(125));
  EXPECT_EQ(toml("[detector]\ndistance_m = 0.125").detector.distance_m, 0.125);
  EXPECT_EQ(toml("[beam]\nwavelength_A = 0.98").beam.wavelength_m, metres_from_angstrom(0.98));
  EXPECT_EQ(toml("[beam]\nenergy_eV = 12000").beam.wavelength_m, metres_from_angstrom(angstrom_from_eV(12000)));
  EXPECT_EQ(toml("[crystal]\nmosaic_spread_deg = 0.5").crystal.mosaic_rad, radians_from_degrees(0.5));
}

TEST(SceneFile, LongKeysAreRefusedBeforeTheyAreParsed) {
  std::string parts = "a";
  for (int i = 0; i < 20000; ++i) parts += i % 2 ? ".a" : " . \"b.c\"";
  for (const std::string& text :
       {parts + " = 1", "[" + parts + "]\nx = 1", "[[" + parts + "]]", "x = {" + parts + " = 1}"})
    EXPECT_NE(refusal("\n" + text).find("a key has too many parts"), std::string::npos);
  EXPECT_NE(refusal("\n" + parts + " = 1").find("line 2"), std::string::npos);
  EXPECT_EQ(toml("[beam]\ndirection = [1.0, 0.0, 0.0] # a.b.c.d.e.f.g.h.i.j.k\n").beam.direction, (Vec3d{1, 0, 0}));
}

TEST(SceneFile, WhatNoSceneHasIsRefused) {
  const struct {
    const char* text;
    const char* says;
  } rows[] = {
      {"[beam]\nwavelenght_A = 1", "did you mean wavelength_A?"},
      {"[beam]\nwavelength = 1", "must end in the unit: wavelength_A, wavelength_m"},
      {"[beam]\nwavelength_A = 1\nwavelength_m = 1e-10", "a quantity is given twice"},
      {"[beam]\nwavelength_A = 1\nenergy_eV = 12000", "energy says otherwise"},
      {"[beam]\nwavelength_A = \"1\"", "it must be a number"},
      {"[beam]\nwavelength_A = inf", "finite"},
      {"[beem]\nwavelength_A = 1", "did you mean [beam]?"},
      {"wavelength_A = 1", "outside the sections"},
      {"[crystal]\ncells = [1, 2]", "list of 3 numbers"},
      {"[crystal]\ncells = [1, 2, 2.5]", "whole number"},
      {"[crystal]\nmosaic_seed = 9007199254740993", "whole number below 2^53"},
      {"[crystal]\nshape = \"cube\"", "parallelepiped, ellipsoid, gaussian, tophat"},
      {"[crystal]\nmisset_random = 1", "true or false"},
      {"[detector]\nfile = 1979-05-27", "date"},
      {"[detector]\npanel = 3", "unknown key"},
      {"[[detector.panel]]\npixels = [2, 2]\nfast = [0, 0, 1]\nslow = [0, -1, 0]", "each must have origin_mm"},
      {"[[detector.panel]]\npixels = [2, 2]\norigin_mm = [100, 0, 0]\nfast = [0, 0, 1]\nslow = [0, -1, 0]\nmasked = "
       "[0, 0, 1]",
       "a rectangle is incomplete"},
      {"[[detector.panel]]\npixels = [2, 2]\norigin_mm = [100, 0, 0]\nfast = [0, 0, 1]\nslow = [0, -1, 0]\nwindow = "
       "[-30, 0]",
       "detector.panel[0].window[0]"},
      {"[[detector.panel]]\npixels = [2, 2]\norigin_mm = [100, 0, 0]\nfast = [0, 0, 1]\nslow = [0, -1, 0]\nmasked = "
       "[0, 0, 1, -1]",
       "whole number from 0 up"},
      {"[structure_factors]\nfile = \"\"", "an empty value"},
      {"[structure_factors]\nfile = \"a.mtz\"\ncolumns = [\"\"]", "strings that are not empty"},
      {"[beam]\nflux_per_s = 1e12\nexposure_s = 0", "it must be above zero"},
      {"[beam]\nshot = 3", "it needs sase_bandwidth or spectrum_file"},
      {"[beam]\nwavelengths = 30", "it needs spectrum_file or bandwidth or pink_bandwidth"},
      {"[beam]\npolarization = 0.9\nno_polarization = true", "no_polarization says otherwise"},
      {"[crystal]\nmisset_deg = [1, 2, 3]\nmisset_random = true", "misset_random says otherwise"},
      {"[crystal]\nmisset_random = false\nmisset_seed = 4", "it needs misset_random"},
      {"[beam\n", "line 1"},
      {"[beam]\n\nwave\x01", "line 3; control characters"},
      {"[detector.sensor.glass]\nx = 1", "unknown section"},
  };
  for (const auto& row : rows) EXPECT_NE(refusal(row.text).find(row.says), std::string::npos) << refusal(row.text);
  EXPECT_NE(refusal("{", Notation::Json).find("x.toml"), std::string::npos);
  EXPECT_NE(refusal("[beam]\n\n\nwavelenght_A = 1").find("line 4 of x.toml"), std::string::npos);
}

/// What is off contradicts nothing.
/// toml++ has undefined behaviour for some of them.
TEST(SceneFile, OddCharactersStandInQuotesOnly) {
  for (const char* blank : {"\u00a0", "\u3000", "\ufeff", "\u0ff0", "\u4e00"}) {
    const std::string message = refusal("[crystal]\nmosaic_spread_deg" + std::string(blank) + "= 1");
    EXPECT_NE(message.find("line 2"), std::string::npos) << message;
    EXPECT_NE(message.find("ASCII"), std::string::npos) << message;
  }
  const std::string quoted = "# \u4e00\n[structure_factors]\nfile = \"\u3000\\\"\u4e00.hkl\" # \u3000\n";
  EXPECT_EQ(toml(quoted).structure_factors.file, "\u3000\"\u4e00.hkl");
  EXPECT_EQ(toml("[structure_factors]\nfile = '\u4e00'\n").structure_factors.file, "\u4e00");
}

TEST(SceneFile, FalseSaysNothingElse) {
  EXPECT_EQ(toml("[beam]\npolarization = 0.9\nno_polarization = false").beam.polarization, 0.9);
  EXPECT_FALSE(toml("[crystal]\nmisset_deg = [1, 2, 3]\nmisset_random = false").crystal.misset_random);
}

TEST(SceneFile, IdleFieldsAreNamed) {
  const std::string idle = "[beam]\nexposure_s = 0.2\n";
  ASSERT_EQ(idle_fields(toml(idle).beam).size(), 1u);
  EXPECT_NE(idle_fields(toml(idle).beam)[0].find("beam.exposure without beam.flux"), std::string::npos);
  EXPECT_EQ(idle_fields(toml(idle + "flux_per_s = 1e12").beam).size(), 0u);
  EXPECT_EQ(idle_fields(Scene().beam).size(), 0u);
}

/// A description in memory may say more than has an effect; no file may.
TEST(SceneFile, WritesNoFieldWithoutTheOneThatItNeeds) {
  Scene scene;
  scene.beam.shot = 5;
  scene.crystal.misset_seed = 7;
  EXPECT_EQ(scene_text(scene, Notation::Toml, "/").find("shot"), std::string::npos);
  EXPECT_EQ(scene_text(scene, Notation::Toml, "/").find("misset_seed"), std::string::npos);
  scene.beam.sase = SasePulse{0.003, 11, 5, 0};
  scene.crystal.misset_random = true;
  EXPECT_NE(scene_text(scene, Notation::Toml, "/").find("shot = 5"), std::string::npos);
  EXPECT_NE(scene_text(scene, Notation::Toml, "/").find("misset_seed = 7"), std::string::npos);
}

TEST(SceneFile, TheTemplateIsAScene) {
  Scene scene = toml(scene_template());
  EXPECT_EQ(scene.crystal.cells, (std::array<std::int64_t, 3>{10, 10, 10}));
  EXPECT_NO_THROW(assemble::assembled(std::move(scene)));
}

/// The line of a field in the template.
std::string example_of(const Field<Scene>& field) {
  return key_of(field.name, field.units.empty() ? nullptr : &field.units[0]) + " = " + std::string(field.example) +
         "\n";
}

/// With those that a field needs, and those that these need.
std::string example_with_needs(const Section<Scene>& section, const Field<Scene>& field) {
  std::string text = example_of(field);
  for (const Field<Scene>& other : section.fields)
    if (std::ranges::count(field.needs, other.name) > 0) text += example_with_needs(section, other);
  return text;
}

/// Each alone, or with what it needs: examples are right.
TEST(SceneFile, ExamplesOfTheTableAreRead) {
  for (const Section<Scene>& section : sections())
    for (const Field<Scene>& field : section.fields) {
      if (field.name == "axes") continue;  // nine numbers
      const std::string text = "[" + std::string(section.name) + "]\n" + example_with_needs(section, field);
      EXPECT_NO_THROW(toml(text)) << text;
      if (!field.needs.empty()) {
        EXPECT_NE(refusal("[" + std::string(section.name) + "]\n" + example_of(field)).find("has no meaning alone"),
                  std::string::npos);
      }
    }
}

/// Numbers that are no short decimals in any unit come back to the last bit, in both notations.
TEST(SceneFile, WritesWhatItReads) {
  Scene scene;
  scene.detector.distance_m = 0.1 / 3;
  scene.beam.wavelength_m = 1e-10 / 3;
  scene.beam.fluence_per_m2 = 1.2e29 / 7;
  scene.beam.sase = SasePulse{0.003, 11, 5, 0};
  scene.crystal.cell_given = true;
  scene.crystal.cell = {79.1, 79.1, 38.4 / 7, 90, 90, 100.0 / 3};
  scene.crystal.misset_rad = {0.1, radians_from_degrees(20), -1.0 / 3};
  scene.crystal.shape = CrystalShape::Tophat;
  scene.crystal.size_m = {1e-6 / 3, 0, 2e-6};
  scene.structure_factors.default_amplitude = 1.0 / 3;
  scene.structure_factors.file = "/f.mtz";
  scene.structure_factors.labels = {"F", "SIGF"};
  scene.rotation.steps_rad.range = radians_from_degrees(0.1);
  scene.rotation.step_rule = StepRule::LeftEdges;
  scene.sampling.interpolate = false;
  scene.water_edge_m = 1e-5 / 3;
  scene.compatibility.capture = FactorRule::RunningProduct;
  scene.beam.sources = {{unit(Vec3d{-1, 0.1, 0}), 1e-10 / 3, 1.0 / 7}};
  for (const Notation notation : {Notation::Toml, Notation::Json}) {
    const std::string text = scene_text(scene, notation, "/");
    const Scene again = parse_scene(text, "again", notation, "/");
    EXPECT_EQ(again.detector.distance_m, scene.detector.distance_m);
    EXPECT_EQ(again.beam, scene.beam) << text;
    EXPECT_EQ(again.crystal, scene.crystal) << text;
    EXPECT_EQ(again.structure_factors, scene.structure_factors);
    EXPECT_EQ(again.rotation, scene.rotation);
    EXPECT_EQ(again.sampling, scene.sampling);
    EXPECT_EQ(again.water_edge_m, scene.water_edge_m);
    EXPECT_EQ(again.compatibility, scene.compatibility);
    EXPECT_EQ(scene_text(again, notation, "/"), text);
  }
}

TEST(SceneFile, InfinityIsANumberWhereItHasAMeaning) {
  Scene scene;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  scene.response.saturation = infinity;
  scene.response.gain_ranges = {{.most_photons = 9, .gain = 3, .pedestal = 1, .noise = 1, .code = 0},
                                {.most_photons = infinity, .gain = 2, .pedestal = 1, .noise = 1, .code = 1}};
  for (const Notation notation : {Notation::Toml, Notation::Json}) {
    const std::string text = scene_text(scene, notation, "");
    EXPECT_EQ(parse_scene(text, "x", notation, "").response, scene.response) << text;
  }
  EXPECT_NE(scene_text(scene, Notation::Json, "").find("\"saturation\": \"inf\""), std::string::npos);
  EXPECT_NE(refusal("[response]\nsaturation = nan").find("finite"), std::string::npos);
  EXPECT_NE(refusal("[response]\nsaturation = -inf").find("response.saturation"), std::string::npos);
  EXPECT_NE(refusal("[response]\ngain = inf").find("finite"), std::string::npos);
  EXPECT_NE(refusal("[response]\ngain = \"inf\"").find("it must be a number"), std::string::npos);
}

TEST(SceneFile, FriendlyNumbersStayFriendly) {
  Scene scene;
  scene.detector.distance_m = metres_from_mm(125);
  scene.beam.wavelength_m = metres_from_angstrom(0.98);
  const std::string text = scene_text(scene, Notation::Toml, "/");
  EXPECT_NE(text.find("distance_mm = 125\n"), std::string::npos) << text;
  EXPECT_NE(text.find("wavelength_A = 0.98\n"), std::string::npos) << text;
}

TEST(SceneFile, PathsAreRelativeToTheScene) {
  const std::string text = "[structure_factors]\nfile = \"a/x.hkl\"";
  const Scene scene = parse_scene(text, "x.toml", Notation::Toml, "run");
  EXPECT_EQ(scene.structure_factors.file, "run/a/x.hkl");
  EXPECT_NE(scene_text(scene, Notation::Toml, "run").find("file = \"a/x.hkl\""), std::string::npos);
  EXPECT_NE(scene_text(scene, Notation::Toml, "other").find("file = \"../run/a/x.hkl\""), std::string::npos);
  const Scene absolute = parse_scene("[structure_factors]\nfile = \"/a/x.hkl\"", "x.toml", Notation::Toml, "run");
  EXPECT_EQ(absolute.structure_factors.file, "/a/x.hkl");
}

TEST(SceneFile, ADescriptionWithoutAFileHasNoNameInMessages) {
  const auto message = [](const char* name) {
    try {
      parse_scene("[beam]\nwavelength_A = \"1\"", name, Notation::Toml, ".");
      return std::string("nothing");
    } catch (const Error& error) {
      return error.parts().where;
    }
  };
  EXPECT_EQ(message("x.toml"), "beam.wavelength_A in line 2 of x.toml");
  EXPECT_EQ(message(""), "beam.wavelength_A in line 2");
}

TEST(SceneFile, TheSchemaIsJson) {
  const auto schema = nlohmann::json::parse(scene_schema());
  EXPECT_EQ(schema["properties"]["beam"]["properties"]["wavelength_A"]["type"], "number");
  EXPECT_EQ(schema["properties"]["detector"]["properties"]["panel"]["type"], "array");
  EXPECT_EQ(schema["properties"]["detector"]["properties"]["sensor"]["additionalProperties"], false);
  const auto& distance = schema["properties"]["detector"]["properties"]["distance_mm"];
  EXPECT_EQ(distance["x-quantity"], "distance");
  EXPECT_EQ(distance["x-unit"], "mm");
  EXPECT_EQ(distance["x-base"], 1e-3);
}

TEST(SceneFile, ThePageFollowsTheTable) {
  EXPECT_EQ(formats::read_file(FEMTOBRAGG_SOURCE "/docs/scene.md", "the page"), scene_reference())
      << "run: femtobragg scene reference > docs/scene.md";
}

}  // namespace
}  // namespace femtobragg::scene
