// Data sets: the same bytes however the work is shared, continued, or ended; labels by their definitions.
#include "femtobragg/dataset/dataset.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "femtobragg/assemble/remembered_files.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/dataset/label_file.h"
#include "femtobragg/dataset/pixel_classes.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/io/hdf5_file.h"
#include "tests/run_program.h"

namespace femtobragg::dataset {
namespace {

namespace fs = std::filesystem;
using tests::read_bytes;
using tests::TemporaryFolder;

constexpr const char* recipe_text = R"(
[recipe]
images = 7
seed = 5
hit_rate = 0.7
[detector]
pixels = [60, 40]
pixel_size_mm = 0.2
distance_mm = 15
[beam]
flux_per_s = 1e12
size_mm = 0.01
sase_bandwidth_percent = 1
wavelengths = 12
[crystal]
cell_edges_A = [30, 40, 50]
cells = [30, 30, 30]
shape = "gaussian"
[sampling]
oversample = 1
[structure_factors]
default_F_e = 20000
[[background.material]]
name = "water"
thickness_mm = 0.02
[[attenuation.obstacle]]
shape = "disc"
size_mm = 1
distance_mm = 8
[[vary]]
path = "crystal.misset_deg"
distribution = "rotation"
[[vary]]
path = "beam.flux_per_s"
distribution = "uniform"
least = 5e11
most = 2e12
)";

recipe::Recipe made() { return recipe::Recipe::parse(recipe_text, "x.toml", scene::Notation::Toml, {}); }

Settings three_per_file() {
  Settings settings;
  settings.images = 7;
  settings.per_file = 3;
  settings.photons = true;
  return settings;
}

Outcome run(const fs::path& path, const Work& work = {}, const Settings& settings = three_per_file(),
            std::uint64_t stop_after = 0) {
  const recipe::Recipe recipe = made();
  std::stop_source stop;
  Listener listener;
  if (stop_after > 0)
    listener.progress = [&](std::uint64_t images, std::uint64_t) {
      if (images >= stop_after) stop.request_stop();
    };
  return make(recipe, Folder(path, recipe, settings), settings, work, listener, stop.get_token());
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files[entry.path().filename()] = read_bytes(entry.path());
  return files;
}

TEST(Dataset, HasTheSameBytesHoweverTheWorkIsShared) {
  const TemporaryFolder folder;
  EXPECT_TRUE(run(folder / "one", {.threads = 1}).complete);
  const auto expected = contents(folder / "one");
  EXPECT_TRUE(expected.contains("manifest.json") && expected.contains("images.nxs"));
  EXPECT_EQ(expected.size(), 3u * 4u + 3u);
  run(folder / "threads", {.threads = 5});
  EXPECT_EQ(contents(folder / "threads"), expected);
  for (const std::uint64_t shard : {2u, 0u, 1u}) {
    const Outcome outcome = run(folder / "shards", {.shard = shard, .shards = 3});
    EXPECT_EQ(outcome.complete, shard == 1);
    EXPECT_EQ(outcome.made, shard == 2 ? 1u : 3u);
  }
  EXPECT_EQ(contents(folder / "shards"), expected);
}

TEST(Dataset, IsContinuedWhereItWasStopped) {
  const TemporaryFolder folder;
  run(folder / "whole");
  for (const std::uint64_t after : {1u, 2u, 3u})
    EXPECT_THROW(run(folder / "stopped", {.threads = 1}, three_per_file(), after), backends::Stopped);
  const Outcome rest = run(folder / "stopped");
  EXPECT_TRUE(rest.complete);
  EXPECT_GT(rest.kept, 0u);
  EXPECT_EQ(contents(folder / "stopped"), contents(folder / "whole"));
  const Outcome again = run(folder / "stopped");
  EXPECT_EQ(again.made, 0u);
  EXPECT_EQ(again.kept, 7u);
}

TEST(Dataset, RefusesFilesThatAreNotWhatTheyWere) {
  const TemporaryFolder folder;
  run(folder / "d");
  std::string bytes = read_bytes(folder / "d" / "labels_000001.h5");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(folder / "d" / "labels_000001.h5", std::ios::binary) << bytes;
  EXPECT_THROW(run(folder / "d"), Error);
  fs::remove(folder / "d" / "labels_000001.h5");
  EXPECT_THROW(run(folder / "d"), Error);
  fs::remove(folder / "d" / "block_000001.json");
  EXPECT_EQ(run(folder / "d").made, 3u);
  std::ofstream(folder / "d" / "block_000001.json") << "[{\"name\": 3}]";
  EXPECT_THROW(run(folder / "d"), Error);
}

TEST(Dataset, RefusesAFolderOfAnother) {
  const TemporaryFolder folder;
  run(folder / "d");
  Settings other = three_per_file();
  other.tolerance = 1e-5;
  EXPECT_THROW(run(folder / "d", {}, other), Error);
  const recipe::Recipe moving = recipe::Recipe::parse(
      std::string(recipe_text) +
          "[[vary]]\npath = \"detector.distance_mm\"\ndistribution = \"uniform\"\nleast = 15\nmost = 17\n",
      "x.toml", scene::Notation::Toml, {});
  EXPECT_THROW(make(moving, Folder(folder / "moving", moving, other), other, {}, {}), Error);
}

/// The recipe with other entries.
recipe::Recipe with(const std::string& more) {
  return recipe::Recipe::parse(recipe_text + more, "x.toml", scene::Notation::Toml, {});
}

constexpr const char* sweep_text = R"(
[rotation]
range_deg = 2
[[vary]]
path = "rotation.start_deg"
distribution = "line"
start = 3
step = )";

MadeImage made_of(const recipe::Recipe& recipe, std::uint64_t image) {
  assemble::RememberedFiles rules;
  const Settings settings = three_per_file();
  return ImageMaker(recipe, settings, rules).make(image);
}

TEST(Dataset, RecordsBelongToTheirDescription) {
  const TemporaryFolder folder;
  run(folder / "d");
  const std::string record = read_bytes(folder / "d" / "block_000001.json");
  for (const std::string& text :
       {std::string("[]"), std::string("{}"), read_bytes(folder / "d" / "block_000000.json")}) {
    std::ofstream(folder / "d" / "block_000001.json") << text;
    EXPECT_THROW(run(folder / "d"), Error) << text;
  }
  std::ofstream(folder / "d" / "block_000001.json") << record;
  EXPECT_EQ(run(folder / "d").made, 0u);
  fs::remove(folder / "d" / "dataset.json");
  Settings other = three_per_file();
  other.tolerance = 1e-5;
  EXPECT_THROW(run(folder / "d", {}, other), Error);
}

TEST(Dataset, RefusesWhatNoFileStates) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& more, const Settings& settings = three_per_file()) {
    const recipe::Recipe recipe = with(more);
    EXPECT_THROW(make(recipe, Folder(folder / "r", recipe, settings), settings, {}, {}), Error) << more;
    fs::remove_all(folder / "r");
  };
  refused("[rotation]\nrange_deg = 1\n");
  refused(std::string(sweep_text) + "1\n");
  Settings far = three_per_file();
  far.first = (std::uint64_t{1} << 32) - 3;
  refused("", far);
  const recipe::Recipe sweep = with(std::string(sweep_text) + "2\n");
  Settings two = three_per_file();
  two.first = 4, two.images = 2;
  EXPECT_TRUE(make(sweep, Folder(folder / "s", sweep, two), two, {}, {}).complete);
  for (const char* name : {"images.nxs", "images_000000.nxs"}) {
    const Geometry geometry = formats::read_nxmx_geometry((folder / "s" / name).string());
    ASSERT_TRUE(geometry.oscillation) << name;
    EXPECT_NEAR(degrees_from_radians(geometry.oscillation->start_rad), 11, 1e-9) << name;
  }
}

TEST(Dataset, SpotsKnowTheBackgroundUnderThem) {
  const recipe::Recipe recipe = made();
  std::size_t spots = 0;
  for (std::uint64_t image = 0; image < 3; ++image)
    for (const TruthReflection& r : made_of(recipe, image).reflections) {
      EXPECT_GT(r.background, 0);
      EXPECT_GT(r.sigma * r.sigma, r.photons);
      ++spots;
    }
  EXPECT_GT(spots, 10u);
}

TEST(Dataset, NoiseHasTheSeedThatTheRecipeVaries) {
  const auto seeded = [](int seed) {
    return made_of(with("[[vary]]\npath = \"noise.seed\"\ndistribution = \"choice\"\nvalues = [" +
                        std::to_string(seed) + "]\n"),
                   0)
        .counts.bytes;
  };
  EXPECT_EQ(seeded(7), seeded(7));
  EXPECT_NE(seeded(7), seeded(8));
}

TEST(Dataset, ImagesAndLabelsAgree) {
  const TemporaryFolder folder;
  run(folder / "d");
  const recipe::Recipe recipe = made();
  assemble::RememberedFiles rules;
  const Settings settings = three_per_file();
  ImageMaker maker(recipe, settings, rules);
  std::size_t bragg = 0, shadow = 0, spots = 0, hits = 0;
  for (std::uint64_t image = 0; image < 7; ++image) {
    const std::uint64_t block = image / 3, at = image % 3;
    const std::string number = std::to_string(block);
    const formats::Frame frame = formats::read_pixels((folder / "d" / ("images_00000" + number + ".nxs")).string(), at);
    const formats::Frame of_all = formats::read_pixels((folder / "d" / "images.nxs").string(), image);
    EXPECT_EQ(frame.counts, of_all.counts);
    const formats::hdf5::Session session;
    const formats::hdf5::Object labels =
        formats::hdf5::open_file((folder / "d" / ("labels_00000" + number + ".h5")).string());
    std::vector<std::uint8_t> classes(60 * 40);
    labels.open("classes").read_slice(at, formats::hdf5::Number::UInt8, classes.data());
    std::vector<float> s(60 * 40), b(60 * 40);
    labels.open("expected/spots").read_slice(at, formats::hdf5::Number::Float32, s.data());
    labels.open("expected/backgrounds").read_slice(at, formats::hdf5::Number::Float32, b.data());
    double light = 0, counted = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const auto value = static_cast<PixelClass>(classes[i]);
      if (value == PixelClass::Shadow) ++shadow;
      if (value == PixelClass::Shadow || value == PixelClass::Gap) continue;
      EXPECT_EQ(value == PixelClass::Bragg, s[i] > 0 && s[i] * s[i] >= s[i] + b[i]);
      if (value == PixelClass::Bragg) ++bragg;
      light += static_cast<double>(s[i]) + static_cast<double>(b[i]);
      counted += static_cast<double>(frame.counts[i]);
    }
    EXPECT_NEAR(counted, light, 5 * std::sqrt(light)) << image;
    const MadeImage made_alone = maker.make(image);
    EXPECT_EQ(labels.open("hit").numbers(10)[at] != 0, made_alone.hit);
    EXPECT_EQ(labels.open("image").numbers(10)[at], static_cast<double>(image));
    const std::vector<double> first = labels.open("spots/first").numbers(10);
    EXPECT_EQ(first[at + 1] - first[at], static_cast<double>(made_alone.reflections.size()));
    if (!made_alone.hit) {
      EXPECT_EQ(made_alone.photons_of_spots, 0);
    }
    hits += made_alone.hit;
    spots += made_alone.reflections.size();
  }
  EXPECT_GT(bragg, 10u);
  EXPECT_GT(shadow, 10u);
  EXPECT_GT(spots, 10u);
  EXPECT_GT(hits, 2u);
  EXPECT_LT(hits, 7u);
}

TEST(Dataset, ClassesFollowTheirOrder) {
  const std::vector<float> spots = {0, 2, 2, 1, 0, 9, 9, 9}, backgrounds = {1, 2, 3, 0, 4, 0, 0, 0},
                           ice = {0, 0, 0, 0, 2, 0, 0, 0};
  const std::vector<std::int32_t> counts = {1, 2, 3, 1, 3, 101, 5, -1};
  const PixelMask mask = {0, 0, 0, 0, 0, 0, pixel_bits::user, pixel_bits::gap | pixel_bits::dead};
  using enum PixelClass;
  const std::vector<PixelClass> expected = {Background, Bragg, Background, Bragg, Ice, Saturated, Shadow, Gap};
  const std::vector<std::uint8_t> found = classes_of({spots, backgrounds, ice, counts, mask, 100});
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(static_cast<PixelClass>(found[i]), expected[i]) << i;
}

TEST(Dataset, TablesQuoteTexts) {
  const std::vector<recipe::Column> columns = {{"structure_factors.model", true}, {"beam.flux_per_s"}};
  MadeImage made;
  made.values = {std::string("a, \"b\".pdb"), 0.1};
  made.photons_of_spots = 12.5;
  EXPECT_EQ(csv_heading(columns),
            "image,hit,photons_of_spots,photons_of_backgrounds,structure_factors.model,beam.flux_per_s\n");
  EXPECT_EQ(csv_row(3, made), "3,1,12.5,0,\"a, \"\"b\"\".pdb\",0.10000000000000001\n");
}

}  // namespace
}  // namespace femtobragg::dataset
