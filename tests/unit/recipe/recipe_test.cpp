// Recipes: images that depend on their number alone, entries that leave each other alone, and refusals that name
// places.
#include "femtobragg/recipe/recipe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "femtobragg/assemble/assembly.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/io/hdf5_file.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/recipe/entries.h"
#include "femtobragg/recipe/law.h"
#include "femtobragg/scene/keys.h"
#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::recipe {
namespace {

const std::string scene_text = R"([beam]
wavelength_A = 1.0
[crystal]
cell_edges_A = [50, 60, 70]
cells = [10, 20, 30]
[structure_factors]
default_F_e = 100
)";

Recipe made(const std::string& entries, const std::string& head = {}, const std::string& scene = scene_text,
            const std::filesystem::path& folder = {}) {
  return Recipe::parse(head + scene + entries, "x.toml", scene::Notation::Toml, folder);
}

std::string refusal(const std::string& entries, const std::string& head = {}, const std::string& scene = scene_text,
                    const std::filesystem::path& folder = {}) {
  try {
    made(entries, head, scene, folder);
    return "nothing is refused";
  } catch (const Error& error) {
    return error.what();
  }
}

std::string vary(const std::string& path, const std::string& rest) {
  return "[[vary]]\npath = \"" + path + "\"\n" + rest + "\n";
}

std::vector<double> column(const Recipe& recipe, const std::string& name, std::uint64_t images) {
  const auto at = std::ranges::find(recipe.columns(), name, &Column::name) - recipe.columns().begin();
  std::vector<double> numbers;
  for (std::uint64_t i = 0; i < images; ++i)
    numbers.push_back(std::get<double>(recipe.shot(i).values.at(static_cast<std::size_t>(at))));
  return numbers;
}

const std::string flux = vary("beam.flux_per_s", "distribution = \"log-normal\"\nmedian = 1e12\nsigma = 0.3");
const std::string orientation = vary("crystal.misset_deg", "distribution = \"rotation\"");

TEST(Recipe, ColumnsSayWhatTheSceneHas) {
  const Recipe recipe = made(flux + orientation);
  ASSERT_EQ(recipe.columns().size(), 4u);
  EXPECT_EQ(recipe.columns()[0].name, "beam.flux_per_s");
  EXPECT_EQ(recipe.columns()[3].name, "crystal.misset_deg[2]");
  const Shot shot = recipe.shot(3);
  EXPECT_EQ(shot.scene.beam.flux_per_s, std::get<double>(shot.values[0]));
  EXPECT_EQ(shot.scene.crystal.misset_rad.z, radians_from_degrees(std::get<double>(shot.values[3])));
}

TEST(Recipe, AnImageDependsOnItsNumberAlone) {
  const std::string entries = flux + orientation +
                              vary("crystal.cell_edges_A", "distribution = \"normal\"\nsigma_relative = 0.01") +
                              vary("detector.beam_centre_px", "distribution = \"walk\"\nstart = 500\nsigma = 0.2");
  const Recipe recipe = made(entries), other = made(entries);
  const std::vector<Cell> alone = recipe.shot(7).values;
  for (const std::uint64_t image : {6, 100, 3, 7}) other.shot(image);
  EXPECT_EQ(other.shot(7).values, alone);
  std::vector<std::vector<Cell>> found(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < found.size(); ++i)
    threads.emplace_back([&, i] {
      for (std::uint64_t image = 0; image < 8; ++image) found[i] = recipe.shot(image).values;
    });
  for (std::thread& thread : threads) thread.join();
  for (const auto& values : found) EXPECT_EQ(values, alone);
}

TEST(Recipe, OneEntryMoreChangesNoOther) {
  const Recipe few = made(flux + orientation);
  const Recipe many =
      made("[[draw]]\nname = \"size\"\ndistribution = \"uniform\"\nleast = 1\nmost = 2\n" +
               vary("beam.exposure_s", "distribution = \"uniform\"\nleast = 1\nmost = 2") + orientation + flux,
           "[recipe]\nhit_rate = 0.5\n");
  for (const char* name : {"beam.flux_per_s", "crystal.misset_deg[0]", "crystal.misset_deg[2]"})
    EXPECT_EQ(column(few, name, 20), column(many, name, 20)) << name;
}

TEST(Recipe, SeedsAndImagesDraw) {
  Recipe recipe = made(flux, "[recipe]\nseed = 5\nimages = 12\n");
  EXPECT_EQ(recipe.seed(), 5u);
  EXPECT_EQ(recipe.images(), 12);
  const auto first = column(recipe, "beam.flux_per_s", 50);
  EXPECT_EQ(std::set<double>(first.begin(), first.end()).size(), 50u);
  EXPECT_EQ(recipe.shot(1).scene.noise_seed, 5);
  recipe.set_seed(6);
  EXPECT_NE(column(recipe, "beam.flux_per_s", 50), first);
  EXPECT_THROW(recipe.set_seed(std::uint64_t{1} << 48), Error);
  EXPECT_THROW(recipe.shot(std::uint64_t{1} << 32), Error);
  EXPECT_NO_THROW(recipe.shot((std::uint64_t{1} << 32) - 1));
}

TEST(Recipe, HitsAreDrawnByThemselves) {
  const Recipe recipe = made(flux, "[recipe]\nhit_rate = 0.3\n");
  constexpr int images = 4000;
  int hits = 0;
  for (std::uint64_t i = 0; i < images; ++i) hits += recipe.shot(i).hit;
  // Four standard deviations.
  EXPECT_NEAR(hits, 0.3 * images, 4 * std::sqrt(images * 0.3 * 0.7));
  EXPECT_TRUE(made(flux).shot(0).hit);
  EXPECT_FALSE(made(flux, "[recipe]\nhit_rate = 0\n").shot(0).hit);
}

TEST(Recipe, GridsCountLikeDigits) {
  const Recipe recipe = made(vary("beam.exposure_s", "distribution = \"grid\"\nvalues = [1, 2, 3]") + flux +
                             vary("crystal.shape", "distribution = \"grid\"\nvalues = [\"gaussian\", \"ellipsoid\"]"));
  for (std::uint64_t i = 0; i < 14; ++i) {
    const Shot shot = recipe.shot(i);
    EXPECT_EQ(std::get<double>(shot.values[0]), static_cast<double>(1 + i % 3));
    EXPECT_EQ(std::get<std::string>(shot.values[2]), i / 3 % 2 ? "ellipsoid" : "gaussian");
  }
  EXPECT_TRUE(recipe.columns()[2].is_text);
}

TEST(Recipe, LinesAndFactorsFollowTheScene) {
  const Recipe line = made(vary("beam.wavelength_A", "distribution = \"line\"\nstep = 0.001"));
  EXPECT_DOUBLE_EQ(column(line, "beam.wavelength_A", 11)[10], 1.01);
  const Recipe factor =
      made(vary("crystal.cell_edges_A", "distribution = \"uniform\"\nleast = 0.5\nmost = 2\nfactor = true"));
  for (std::uint64_t i = 0; i < 50; ++i) {
    const auto& cell = factor.shot(i).scene.crystal.cell;
    EXPECT_GE(cell[2], 35);
    EXPECT_LE(cell[2], 140);
  }
  EXPECT_EQ(factor.base().crystal.cell[2], 1.25 * 70);
}

TEST(Recipe, SeveralKeysFollowOneDraw) {
  const std::string draw = "[[draw]]\nname = \"size\"\ndistribution = \"uniform\"\nleast = 1\nmost = 3\n";
  const Recipe recipe = made(draw + vary("crystal.cells", "of = \"size\"\nscale = [10, 20, 30]") +
                             vary("background.water_um", "of = \"size\"\noffset = 1\nscale = 2\npower = 2") +
                             vary("beam.size_mm", "of = \"size\"\nsigma = 0.1"));
  double scatter = 0;
  constexpr int images = 400;
  for (std::uint64_t i = 0; i < images; ++i) {
    const Shot shot = recipe.shot(i);
    const double size = std::get<double>(shot.values[0]);
    EXPECT_EQ(shot.scene.crystal.cells[2], std::llround(30 * size));
    EXPECT_DOUBLE_EQ(std::get<double>(shot.values[4]), 1 + 2 * size * size);
    scatter += std::pow(std::get<double>(shot.values[5]) / size - 1, 2);
  }
  // The variance of a sum of squares: four standard deviations.
  EXPECT_NEAR(scatter / images, 0.01, 0.01 * 4 * std::sqrt(2.0 / images));
}

TEST(Recipe, OnePathOfAListAndOneDrawForSeveral) {
  const Recipe recipe = made(
      "[[vary]]\npath = [\"crystal.cell_edges_A[0]\", \"crystal.cell_edges_A[1]\"]\ndistribution = \"uniform\"\n"
      "least = 40\nmost = 50\n");
  const auto& cell = recipe.shot(4).scene.crystal.cell;
  EXPECT_EQ(cell[0], cell[1]);
  EXPECT_EQ(cell[2], 70);
  EXPECT_EQ(recipe.columns().size(), 2u);
}

TEST(Recipe, TablesGiveRows) {
  const tests::TemporaryFolder folder;
  std::ofstream(folder / "shots.csv")
      << "# of a run\nname, flux,a,b,c\ngaussian,1e10,40,41,42\nellipsoid,2e10,50,51,52\n"
         "gaussian,3e10,60,61,62\n";
  {
    const formats::hdf5::Session session;
    formats::hdf5::write_file((folder / "shots.h5").string(), [](const formats::hdf5::Object& file) {
      file.write("edges", std::vector<double>{40, 41, 42, 50, 51, 52}, {2, 3});
      file.write("flux", std::vector<double>{5e10, 6e10}, {2});
    });
  }
  const std::string head = "[recipe]\nimages = 2\n";
  const Recipe text =
      made(vary("beam.flux_per_s", "distribution = \"table\"\nfile = \"shots.csv\"\ncolumn = \"flux\"") +
               vary("crystal.shape", "distribution = \"table\"\nfile = \"shots.csv\"\ncolumn = \"name\"") +
               vary("crystal.cell_edges_A",
                    "distribution = \"table\"\nfile = \"shots.csv\"\ncolumn = [\"a\", \"b\", \"c\"]"),
           head, scene_text, folder.path());
  const Shot second = text.shot(1);
  EXPECT_EQ(second.scene.beam.flux_per_s, 2e10);
  EXPECT_EQ(std::get<std::string>(second.values[1]), "ellipsoid");
  EXPECT_EQ(second.scene.crystal.cell[1], 51);
  EXPECT_EQ(text.files(), std::vector{(folder / "shots.csv").string()});
  EXPECT_NO_THROW(text.shot(2));
  EXPECT_THROW(text.shot(3), Error);
  const Recipe binary =
      made(vary("beam.flux_per_s", "distribution = \"table\"\nfile = \"shots.h5\"\ncolumn = \"flux\"") +
               vary("crystal.cell_edges_A", "distribution = \"table\"\nfile = \"shots.h5\"\ncolumn = \"edges\""),
           head, scene_text, folder.path());
  EXPECT_EQ(binary.shot(1).scene.beam.flux_per_s, 6e10);
  EXPECT_EQ(binary.shot(1).scene.crystal.cell[2], 52);
  // What is drawn of a file at random comes from one row.
  const Recipe random = made(
      vary("beam.flux_per_s", "distribution = \"table\"\nfile = \"shots.csv\"\ncolumn = \"flux\"\norder = \"random\"") +
          vary("crystal.cell_edges_A[0]",
               "distribution = \"table\"\nfile = \"shots.csv\"\ncolumn = \"a\"\norder = \"random\""),
      {}, scene_text, folder.path());
  std::set<double> seen;
  for (std::uint64_t i = 0; i < 60; ++i) {
    const Shot shot = random.shot(i);
    EXPECT_EQ(shot.scene.crystal.cell[0], 30 + shot.scene.beam.flux_per_s / 1e9);
    seen.insert(shot.scene.beam.flux_per_s);
  }
  EXPECT_EQ(seen.size(), 3u);
  const struct {
    std::string entry, head, says;
  } wrong[] = {
      {"file = \"shots.csv\"\ncolumn = \"fluxx\"", head, "did you mean flux?"},
      {"file = \"shots.csv\"\ncolumn = \"name\"", head, "line 3 of column name"},
      {"file = \"shots.csv\"\ncolumn = \"flux\"", "[recipe]\nimages = 4\n", "fewer rows than the recipe has images"},
      {"file = \"none.csv\"\ncolumn = \"flux\"", head, "none.csv"},
      {"file = \"shots.h5\"\ncolumn = \"edges\"", head, "one number for each row"},
      {"file = \"shots.h5\"\ncolumn = \"none\"", head, "none"},
  };
  for (const auto& row : wrong) {
    const std::string said =
        refusal(vary("beam.flux_per_s", "distribution = \"table\"\n" + row.entry), row.head, scene_text, folder.path());
    EXPECT_NE(said.find(row.says), std::string::npos) << said;
    EXPECT_NE(said.find("of x.toml (beam.flux_per_s)"), std::string::npos) << said;
  }
}

TEST(Recipe, WhatIsRandomInASceneIsOfTheImage) {
  const std::string scene = R"([beam]
wavelength_A = 1.0
sase_bandwidth_percent = 0.3
[crystal]
misset_random = true
crystals = 3
cell_edges_A = [50, 60, 70]
[structure_factors]
default_F_e = 100
[[background.material]]
name = "ice"
crystallites = 10
)";
  const Recipe recipe = made("", "[recipe]\nseed = 9\n", scene);
  const Scene one = recipe.shot(4).scene, other = recipe.shot(5).scene;
  EXPECT_EQ(one.beam.shot, 4);
  EXPECT_EQ(one.beam.sase->seed, 9u);
  EXPECT_FALSE(one.crystal.misset_random);
  EXPECT_FALSE(one.crystal.crystals);
  ASSERT_EQ(one.crystal.lattices.size(), 3u);
  std::set<double> angles;
  for (const Scene* s : {&one, &other})
    for (const auto& lattice : s->crystal.lattices) angles.insert(lattice.misset_rad.x);
  EXPECT_EQ(angles.size(), 6u);
  EXPECT_NE(one.backgrounds[0].crystallite_seed, other.backgrounds[0].crystallite_seed);
  EXPECT_EQ(one.crystal.mosaic_seed, other.crystal.mosaic_seed);
  // As many lattices as were drawn.
  const Recipe several = made(vary("crystal.crystals", "distribution = \"poisson\"\nmean = 2\nleast = 1"), "", scene);
  for (std::uint64_t i = 0; i < 30; ++i) {
    const Shot shot = several.shot(i);
    const auto count = static_cast<std::size_t>(std::get<double>(shot.values[0]));
    EXPECT_EQ(std::max<std::size_t>(1, shot.scene.crystal.lattices.size()), count);
  }
}

TEST(Recipe, CanonicalTextIsARecipeForTheSameImages) {
  const std::string entries =
      flux + orientation + vary("crystal.cells", "distribution = \"whole\"\nleast = 5\nmost = 9");
  Recipe recipe = made(entries, "[recipe]\nimages = 7\n");
  recipe.set_seed(77);
  const Recipe again = Recipe::parse(recipe.canonical_text(), "again.json", scene::Notation::Json, "");
  EXPECT_EQ(again.seed(), 77u);
  EXPECT_EQ(again.canonical_text(), recipe.canonical_text());
  for (std::uint64_t i = 0; i < 5; ++i) EXPECT_EQ(again.shot(i).values, recipe.shot(i).values);
  // Only what images depend on.
  EXPECT_EQ(made(entries).canonical_text(), made(entries, "[recipe]\nimages = 7\n").canonical_text());
  EXPECT_NE(made(entries).canonical_text(), made(flux).canonical_text());
}

TEST(Recipe, FilesAreFoundFromItsFolder) {
  const std::string scene = "[structure_factors]\nmodel = \"a.cif\"\n";
  const std::string entry =
      vary("structure_factors.model", "distribution = \"choice\"\nvalues = [\"a.cif\", \"/data/b.cif\"]");
  const Recipe recipe = made(entry, "", scene, "/data/recipes");
  const auto files = recipe.files();
  EXPECT_EQ(std::set<std::string>(files.begin(), files.end()),
            (std::set<std::string>{"/data/recipes/a.cif", "/data/b.cif"}));
}

TEST(Recipe, WhatIsWrongIsRefusedWithItsPlace) {
  const std::string normal = "distribution = \"normal\"\n", uniform = "distribution = \"uniform\"\n";
  const struct {
    std::string entries, says, place;
  } rows[] = {
      {vary("beam.flux", normal + "mean = 1\nsigma = 1"), "beam.flux_per_s", "vary[0].path in line 9 of x.toml"},
      {vary("beam.fulx_per_s", normal + "mean = 1\nsigma = 1"), "did you mean beam.flux_per_s?", "line 9"},
      {vary("beam.flux_per_s", normal + "mean = 1\nsigma = -1"), "must not be negative", "sigma in line 12"},
      {vary("beam.flux_per_s", normal + "mean = 1\nsigma = 1"), "reaches what scenes do not take",
       "beam.flux_per_s in line 8 of x.toml"},
      {vary("beam.flux_per_s", normal + "mean = 1\nsigma = 1\nleast = 60"), "nothing to draw", "vary[0] in line 8"},
      {vary("beam.flux_per_s", normal + "sigma = 1"), "the scene must say", "(beam.flux_per_s)"},
      {vary("beam.flux_per_s", normal + "mean = 1\nsigma = 1\nsgima = 2"), "did you mean sigma?", "line 13"},
      {vary("beam.flux_per_s", uniform + "least = 2\nmost = 1"), "least is above most", "least in line 11"},
      {vary("beam.flux_per_s", uniform + "least = -1\nmost = 2"), "reaches what scenes do not take", "line 8"},
      {vary("beam.flux_per_s", uniform + "least = -2\nmost = 1"), "got -0.5; it must be at least 0", "line 8"},
      {vary("beam.flux_per_s", uniform + "least = 2"), "it must have most", "line 8"},
      {vary("beam.flux_per_s", "distribution = \"gauss\""), "it must be one of", "distribution in line 10"},
      {vary("beam.flux_per_s", "distribution = \"choice\"\nvalues = []"), "one value at least", "values in line 11"},
      {vary("beam.flux_per_s", "distribution = \"choice\"\nvalues = [1, 2]\nweights = [1, -1]"), "negative", "line 12"},
      {vary("beam.flux_per_s", "distribution = \"choice\"\nvalues = [1, 2]\nweights = [0, 0]"), "above zero",
       "line 12"},
      {vary("beam.flux_per_s", "distribution = \"grid\"\nvalues = [1, -2]"), "reaches what scenes do not take",
       "line 8"},
      {vary("crystal.shape", "distribution = \"grid\"\nvalues = [\"ball\"]"), "it must be one of",
       "crystal.shape in line 8"},
      {vary("crystal.shape", normal + "mean = 1\nsigma = 1"), "numbers for a key that is none", "line 10"},
      {vary("crystal.crystals", "distribution = \"poisson\"\nmean = 2"), "from 1 to 1000",
       "crystal.crystals in line 8"},
      {vary("crystal.cells", "distribution = \"choice\"\nvalues = [1.5]"), "whole number", "line 8"},
      {vary("beam.flux_per_s", "distribution = \"rotation\""), "not a rotation", "line 10"},
      {vary("background.material[0].scale", uniform + "least = 0\nmost = 1"), "no such item", "path in line 9"},
      {vary("beam.flux_per_s", "of = \"size\""), "no such draw", "of in line 10"},
      {flux + flux, "a key is varied twice", "vary[1].path in line 14"},
      {flux + vary("beam.fluence_per_m2", uniform + "least = 1\nmost = 2"), "contradict", "x.toml"},
      {vary("beam.wavelength_m", uniform + "least = 1e-10\nmost = 2e-10"), "given twice",
       "beam.wavelength_m in line 8"},
      {"[[draw]]\nname = \"a\"\n" + uniform + "least = 1\nmost = 2\n[[draw]]\nname = \"a\"\n" + uniform +
           "least = 1\nmost = 2\n",
       "two draws have one name", "draw[1].name in line 14"},
      {"[noise]\nseed = 4\n", "a seed that recipes give", "noise.seed in line 9"},
      {"[series]\nframes = 4\n", "a series in a recipe", "series.frames in line 9"},
      {"[[varied]]\npath = 1\n", "unknown section", "varied in line 8"},
  };
  for (const auto& row : rows) {
    const std::string said = refusal(row.entries);
    EXPECT_NE(said.find(row.says), std::string::npos) << row.entries << said;
    EXPECT_NE(said.find(row.place), std::string::npos) << row.entries << said;
  }
  const struct {
    std::string scene, entry, says;
  } odd[] = {
      {"beam = 3\n", "distribution = \"uniform\"\nleast = 1\nmost = 2", "not a table"},
      {"[beam]\nflux_per_s = \"much\"\n", "distribution = \"normal\"\nsigma = 1", "it must be a finite number"},
      {"[beam]\nflux_per_s = \"much\"\n", "distribution = \"uniform\"\nleast = 1\nmost = 2\nfactor = true",
       "it must be a finite number"},
      {"[beam]\nflux_per_s = [1, 2]\n", "distribution = \"uniform\"\nleast = 1\nmost = 2\nfactor = true",
       "nothing to multiply"},
      {"[[beam]]\nsize_mm = 1\n", "distribution = \"uniform\"\nleast = 1\nmost = 2", "not a table"},
  };
  for (const auto& row : odd) {
    const std::string said = refusal(vary("beam.flux_per_s", row.entry), "", row.scene);
    EXPECT_NE(said.find(row.says), std::string::npos) << row.scene << said;
  }
  EXPECT_NE(refusal("[background]\nmaterial = {a = 1}\n").find("background.material"), std::string::npos);
  EXPECT_NE(refusal("", "[recipe]\nimage = 3\n").find("did you mean images?"), std::string::npos);
  EXPECT_NE(refusal("", "[recipe]\nhit_rate = 2\n").find("from 0 to 1"), std::string::npos);
  EXPECT_NE(refusal("", "[recipe]\nseed = 281474976710656\n").find("seed in line 2 of x.toml"), std::string::npos);
}

TEST(Recipe, BoundsKeepDrawsWhereScenesTakeThem) {
  const Recipe recipe = made(vary("beam.flux_per_s", "distribution = \"normal\"\nmean = 1\nsigma = 1\nleast = 0"));
  for (const double x : column(recipe, "beam.flux_per_s", 300)) EXPECT_GE(x, 0);
}

TEST(Recipe, EveryDistributionIsAnEntry) {
  const Recipe recipe =
      Recipe::read((std::filesystem::path(FEMTOBRAGG_SOURCE) / "tests/fuzz/seeds/recipe/all.json").string());
  for (std::uint64_t i = 0; i < 200; ++i) {
    const Shot shot = recipe.shot(i);
    const Scene& scene = shot.scene;
    const double x = std::get<double>(shot.values.front());
    EXPECT_GE(x, 1);
    EXPECT_LE(x, 2);
    EXPECT_EQ(scene.beam.exposure_s, i % 2 ? 2 : 1);
    EXPECT_NEAR(static_cast<double>(scene.crystal.cells[0]), 1 + 10 * x * x, 0.1 * (1 + 10 * x * x) + 0.5);
    EXPECT_LE(scene.crystal.lattices.size(), 5u);
    EXPECT_GE(scene.crystal.mosaic_domains, 1);
    EXPECT_LE(scene.crystal.mosaic_domains, 9);
    EXPECT_NEAR(scene.crystal.cell[2], 70, 70 * 0.06);
    EXPECT_DOUBLE_EQ(*scene.rotation.start_rad, radians_from_degrees(0.5 * static_cast<double>(i)));
    EXPECT_LT(std::abs(*scene.detector.beam_centre_slow - 500), 0.2 * 6 * std::sqrt(1.0 + static_cast<double>(i)));
  }
}

TEST(Recipe, ExamplesAreRead) {
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(FEMTOBRAGG_SOURCE) / "examples/recipes")) {
    const Recipe recipe = Recipe::read(file.path().string());
    EXPECT_FALSE(recipe.columns().empty()) << file.path();
    const Scene last = recipe.shot(static_cast<std::uint64_t>(recipe.images()) - 1).scene;
    // As many crystals as the scene lists, in its orientations.
    EXPECT_EQ(assemble::assembled(last).lattices, last.crystal.lattices) << file.path();
  }
}

}  // namespace
}  // namespace femtobragg::recipe
