// PNG pictures: tones, colours, layouts and what is drawn over the image, as libpng reads them back.
#include <gtest/gtest.h>
#include <png.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <random>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/picture/colour_map.h"
#include "femtobragg/formats/picture/picture.h"
#include "tests/run_program.h"

namespace femtobragg::formats {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();

struct Picture {
  std::size_t width = 0, height = 0;
  std::vector<Colour> pixels;

  const Colour& at(std::size_t x, std::size_t y) const { return pixels.at(y * width + x); }
  std::size_t count(const Colour& colour) const { return static_cast<std::size_t>(std::ranges::count(pixels, colour)); }
};

Picture read_png(const std::string& path) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  EXPECT_TRUE(png_image_begin_read_from_file(&png, path.c_str())) << png.message;
  png.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> bytes(PNG_IMAGE_SIZE(png));
  EXPECT_TRUE(png_image_finish_read(&png, nullptr, bytes.data(), 0, nullptr)) << png.message;
  Picture picture{png.width, png.height, {}};
  for (std::size_t i = 0; i < bytes.size(); i += 3) picture.pixels.push_back({bytes[i], bytes[i + 1], bytes[i + 2]});
  return picture;
}

Image image_of(std::size_t n_fast, std::vector<float> pixels) {
  return {n_fast, pixels.size() / n_fast, std::move(pixels)};
}

constexpr Colour white{255, 255, 255}, black{0, 0, 0};

/// An upright panel 100 mm away, of 0.1 mm pixels, with its first pixel so many pixels left of and above the beam.
Panel panel_at(double left, double above, std::size_t n_fast, std::size_t n_slow) {
  constexpr double pixel_m = 1e-4;
  return Panel::flat({"", {0.1, above * pixel_m, -left * pixel_m}, {0, 0, 1}, {0, -1, 0}, pixel_m, n_fast, n_slow});
}

Geometry geometry_of(std::vector<Panel> panels) {
  Geometry geometry;
  geometry.detector.panels = std::move(panels);
  geometry.wavelength_m = 1e-10;
  return geometry;
}

class PngPictures : public testing::Test {
 protected:
  Picture drawn(const Image& image, const Geometry* geometry, const PreviewOptions& options = {}) const {
    const std::string path = (folder_ / "x.png").string();
    write_picture(path, image, geometry, options);
    return read_png(path);
  }
  void expect_refused(const Image& image, const Geometry* geometry, const PreviewOptions& options,
                      const std::string& text) const {
    try {
      write_picture((folder_ / "no.png").string(), image, geometry, options);
      ADD_FAILURE() << "not refused: " << text;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
    }
    EXPECT_FALSE(std::filesystem::exists(folder_ / "no.png"));
  }
  tests::TemporaryFolder folder_;
};

constexpr std::size_t edge = 256;

/// Counts of a background and of spots, each on three by three pixels.
Image counted(const std::function<double(double radius)>& background, double faint, double bright) {
  std::mt19937 random(3);
  Image image = Image::zeros(edge, edge);
  for (std::size_t slow = 0; slow < edge; ++slow)
    for (std::size_t fast = 0; fast < edge; ++fast) {
      const double radius = std::hypot(static_cast<double>(slow) - edge / 2.0, static_cast<double>(fast) - edge / 2.0);
      double mean = background(radius);
      if (slow % 32 >= 4 && slow % 32 < 7 && fast % 32 >= 20 && fast % 32 < 23) mean += slow % 64 < 32 ? faint : bright;
      image.row(slow)[fast] = static_cast<float>(std::poisson_distribution<int>(mean)(random));
    }
  return image;
}

double flat(double) { return 4; }

TEST(TonesOfPictures, WeakSpotsStandOut) {
  const Tones tones = tones_of(counted(flat, 25, 50));
  EXPECT_GT(tones.of(4), 0.02) << "the background is seen";
  EXPECT_LT(tones.of(4), 0.3);
  EXPECT_GT(tones.of(29), 0.45);
  EXPECT_GT(tones.of(54), 0.8);
}

TEST(TonesOfPictures, StrongSpotsLeaveFaintOnesAndBackgroundVisible) {
  const Tones tones = tones_of(counted(flat, 40, 1e6));
  EXPECT_GT(tones.of(4), 0.02);
  EXPECT_LT(tones.of(9), 0.35);
  EXPECT_GT(tones.of(44), tones.of(9) + 0.04);
  EXPECT_GT(tones.of(1e6), 0.95);
}

TEST(TonesOfPictures, AStrongBackgroundIsNeitherWhiteNorBlack) {
  const auto water = [](double radius) { return 200 + 2000 * std::exp(-std::pow((radius - 70) / 25, 2)); };
  const Tones tones = tones_of(counted(water, 300, 20000));
  EXPECT_LT(tones.least, 220);
  // Everywhere the tone grows with the background: there is no cliff.
  for (double value = 250; value < 2200; value += 50) {
    EXPECT_GT(tones.of(value + 50), tones.of(value) + 0.002) << value;
    EXPECT_LT(tones.of(value), 0.5) << value;
  }
  EXPECT_GT(tones.of(20000), 0.9);
}

TEST(TonesOfPictures, SingleCountsAreFaint) {
  const Tones tones = tones_of(counted([](double) { return 0.02; }, 3, 100));
  EXPECT_LT(tones.of(1), 0.5);
  EXPECT_GT(tones.of(100), 0.8);
}

TEST(TonesOfPictures, APercentileOrALinearScaleIsTakenAsAsked) {
  std::vector<float> values(100);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const Tones half = tones_of(image_of(10, values), {GreyScale::Linear, 50});
  EXPECT_EQ(half.most, 49) << "the rank of the median of 100 values is 49.5, cut off";
  EXPECT_EQ(half.of(60), 1);
  EXPECT_NEAR(half.of(0.5 * (half.least + half.most)), 0.5, 1e-12);
}

TEST_F(PngPictures, ValuesThatAreNoNumbers) {
  const Colour gap = colour_map_named("grey").gap;
  EXPECT_EQ(drawn(image_of(3, {nan, nan, nan}), nullptr).count(gap), 3u);
  EXPECT_EQ(drawn(image_of(3, {0, 0, 0}), nullptr).count(white), 3u);
  const Picture odd = drawn(image_of(5, {-5, nan, infinity, -infinity, 2}), nullptr);
  EXPECT_EQ(odd.at(0, 0), white);
  EXPECT_EQ(odd.at(1, 0), gap);
  EXPECT_EQ(odd.at(2, 0), black);
  EXPECT_EQ(odd.at(3, 0), white);
  EXPECT_EQ(odd.at(4, 0), black);
  // A single spot on an empty ground.
  std::vector<float> spot(10000);
  spot[5000] = 7;
  EXPECT_EQ(drawn(image_of(100, spot), nullptr).at(0, 50), black);
}

TEST_F(PngPictures, ColoursBecomeSteadilyLighterOrDarker) {
  for (const ColourMap& map : colour_maps()) {
    const Palette palette = palette_of(map);
    const auto lightness = [&](std::size_t i) {
      return 0.30 * palette[i].red + 0.59 * palette[i].green + 0.11 * palette[i].blue;
    };
    const bool darker = lightness(0) > lightness(colour_levels - 1);
    for (std::size_t i = 1; i < colour_levels; ++i)
      EXPECT_GE((darker ? -1 : 1) * (lightness(i) - lightness(i - 1)), -0.6) << map.name << " " << i;
    for (std::size_t i = 0; i < colour_levels; ++i)
      EXPECT_FALSE(palette[i] == map.gap) << map.name << ": gaps have a colour of their own";
    EXPECT_GT(std::abs(lightness(0) - lightness(colour_levels - 1)), 190) << map.name;
  }
  expect_refused(image_of(1, {1}), nullptr, {.colours = "rainbow"}, "grey, ink, inverse, sea, heat");
}

TEST_F(PngPictures, PanelsAsTheyStand) {
  // In the image one above the other; in the lab side by side, ten pixels apart, the right one upside down.
  Panel left = panel_at(25, 10, 20, 20), right = panel_at(-5, 10, 20, 20);
  right = Panel::flat({"", {0.1, -10e-4, 25e-4}, {0, 0, -1}, {0, 1, 0}, 1e-4, 20, 20});
  right.data_slow = 20;
  left.mask.assign(400, 1);
  left.mask[20 * 19 + 19] = 0;
  const Geometry geometry = geometry_of({left, right});
  std::vector<float> pixels(800);
  pixels[0] = 5;        // the first of the left panel
  pixels[20 * 20] = 5;  // the first of the right one
  const Image image = image_of(20, pixels);
  const Picture lab = drawn(image, &geometry);
  EXPECT_EQ(lab.width, 50u);
  EXPECT_EQ(lab.height, 20u);
  EXPECT_EQ(lab.at(0, 0), black);
  EXPECT_EQ(lab.at(49, 19), black);
  const Colour gap = colour_map_named("grey").gap;
  EXPECT_EQ(lab.at(25, 10), gap);
  EXPECT_EQ(lab.at(19, 19), gap) << "masked";
  EXPECT_EQ(lab.count(gap), 10u * 20u + 1);
  const Picture data = drawn(image, &geometry, {.layout = PictureLayout::Data});
  EXPECT_EQ(data.width, 20u);
  EXPECT_EQ(data.at(0, 20), black);
  EXPECT_EQ(data.count(gap), 1u);
  expect_refused(image, nullptr, {.layout = PictureLayout::Lab}, "needs the geometry");
}

TEST_F(PngPictures, SmallerPicturesKeepTheBrightestPixelAndLargerOnesRepeat) {
  std::vector<float> pixels(64 * 32);
  pixels[64 * 13 + 37] = 9;
  const Picture small = drawn(image_of(64, pixels), nullptr, {.longest_edge = 16});
  EXPECT_EQ(small.width, 16u);
  EXPECT_EQ(small.height, 8u);
  EXPECT_EQ(small.at(9, 3), black);
  EXPECT_EQ(small.count(black), 1u);
  const Picture large = drawn(image_of(64, pixels), nullptr, {.longest_edge = 200});
  EXPECT_EQ(large.width, 192u) << "whole multiples";
  EXPECT_EQ(large.count(black), 9u);
}

TEST_F(PngPictures, TheBeamIsWhereItMeetsOblongPixels) {
  // Twice as long along slow: 300 pixels of 0.2 mm are 60 mm.
  Geometry geometry = geometry_of({panel_at(200, 200, 400, 400)});
  Panel& panel = geometry.detector.panels.front();
  panel.slow_axis = 2.0 * panel.slow_axis;
  panel.origin_m.y = 300 * 2e-4;
  panel.set_plane();
  const Picture picture =
      drawn(Image::zeros(400, 400), &geometry, {.layout = PictureLayout::Data, .rings = true, .rings_A = {8}});
  EXPECT_EQ(picture.at(200, 300), colour_map_named("grey").beam);
}

TEST_F(PngPictures, RingsAreWhereTheirResolutionIs) {
  const Geometry geometry = geometry_of({panel_at(200, 200, 400, 400)});
  const Image image = Image::zeros(400, 400);
  const ColourMap& grey = colour_map_named("grey");
  const Picture picture = drawn(image, &geometry, {.rings = true, .rings_A = {8}});
  // 100 mm tan(2 asin(lambda / 2 d)), in pixels of 0.1 mm.
  const double radius = 1000 * std::tan(2 * std::asin(1 / 16.0));
  const auto ring_near = [&](double x, double y) {
    for (int dx = -1; dx <= 1; ++dx)
      if (picture.at(static_cast<std::size_t>(x + dx), static_cast<std::size_t>(y)) == grey.ring) return true;
    return false;
  };
  EXPECT_TRUE(ring_near(200 - radius, 200));
  EXPECT_TRUE(ring_near(200 + radius, 200));
  EXPECT_FALSE(ring_near(200 - radius - 4, 200));
  EXPECT_EQ(picture.at(200, 200), grey.beam);
  EXPECT_EQ(picture.at(207, 200), grey.beam);
  // Rings that are chosen to fit, and a scale bar of 5 mm.
  const Picture chosen = drawn(image, &geometry, {.rings = true});
  EXPECT_GT(chosen.count(grey.ring), picture.count(grey.ring) / 2);
  for (const std::size_t x : {6u, 30u, 55u}) EXPECT_EQ(chosen.at(x, 392), grey.ring) << x;
  EXPECT_EQ(chosen.at(58, 392), white);

  Geometry unknown = geometry;
  unknown.wavelength_m.reset();
  expect_refused(image, &unknown, {.rings = true}, "wavelength");
  expect_refused(image, nullptr, {.rings = true}, "geometry");
  expect_refused(image, &geometry, {.rings = true, .rings_A = {-3}}, "above zero");
  Geometry curved = geometry;
  curved.detector.panels[0].curvature = Curvature::Spherical;
  expect_refused(image, &curved, {.rings = true}, "flat");
}

TEST_F(PngPictures, SpotsAreCircledWhereTheyArePredicted) {
  const Geometry geometry = geometry_of({panel_at(100, 100, 200, 200)});
  const Image image = Image::zeros(200, 200);
  const Colour red = colour_map_named("grey").spot;
  const Picture picture = drawn(image, &geometry, {.spots = {{{1, -2, 30}, 0, 60.5, 80.5, 7}}});
  EXPECT_EQ(picture.at(65, 80), red);
  EXPECT_EQ(picture.at(55, 80), red);
  EXPECT_EQ(picture.at(60, 85), red);
  EXPECT_EQ(picture.at(60, 80), white);
  std::size_t label = 0;
  for (std::size_t y = 60; y < 80; ++y)
    for (std::size_t x = 67; x < 120; ++x) label += picture.at(x, y) == red;
  EXPECT_GT(label, 40u) << "its indices are beside it";
  expect_refused(image, &geometry, {.spots = {{{1, 2, 3}, 1, 5, 5, 7}}}, "panel");
}

TEST_F(PngPictures, LabelsOfRingsKeepClearOfCircles) {
  const Geometry geometry = geometry_of({panel_at(200, 200, 400, 400)});
  const Image image = Image::zeros(400, 400);
  const double radius = 1000 * std::tan(2 * std::asin(1 / 16.0));
  // Circles where the label would be: above and to the right of the beam.
  const auto middle = [](double coordinate) { return std::floor(coordinate) + 0.5; };
  std::vector<PictureSpot> spots;
  for (double angle = -1.5; angle < -0.3; angle += 0.1)
    spots.push_back({{1, 1, 1}, 0, middle(200 + radius * std::cos(angle)), middle(200 + radius * std::sin(angle)), 1});
  const Picture picture = drawn(image, &geometry, {.rings = true, .rings_A = {8}, .spots = spots});
  for (const PictureSpot& spot : spots)
    for (const auto& [dx, dy] : {std::pair{5, 0}, {-5, 0}, {0, 5}, {0, -5}}) {
      const double x = spot.fast_px + dx, y = spot.slow_px + dy;
      EXPECT_EQ(picture.at(static_cast<std::size_t>(x), static_cast<std::size_t>(y)), colour_map_named("grey").spot)
          << spot.fast_px << " " << spot.slow_px << " " << dx << " " << dy;
    }
}

TEST_F(PngPictures, ABarTellsTheColours) {
  std::vector<float> pixels(200 * 200);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i % 200);
  const Picture picture = drawn(image_of(200, pixels), nullptr, {.scale = GreyScale::Linear, .bar = true});
  // In the lower right corner, 60 pixels long, from white to black.
  std::size_t rows = 0;
  for (std::size_t y = 160; y < 200; ++y) {
    bool rises = picture.at(134, y) == white && picture.at(193, y) == black;
    for (std::size_t x = 135; x < 194; ++x) rises = rises && picture.at(x, y).red < picture.at(x - 1, y).red;
    rows += rises;
  }
  EXPECT_EQ(rows, 7u);
  const PictureReport small = write_picture((folder_ / "x.png").string(), image_of(30, pixels), nullptr, {.bar = true});
  EXPECT_TRUE(small.no_room_for_bar);
  EXPECT_EQ(missing_in(small), std::vector<std::string>{"the bar of the colours has no room"});
}

TEST_F(PngPictures, ReportsSayWhatWasDrawn) {
  const Geometry geometry = geometry_of({panel_at(200, 200, 400, 400)});
  const Image image = counted(flat, 25, 50);
  const std::string path = (folder_ / "x.png").string();
  const PictureReport plain = write_picture(path, image, nullptr, {.longest_edge = 600});
  EXPECT_EQ(plain.width, 2 * edge);
  const Tones tones = tones_of(image);
  EXPECT_EQ(in_words({512, 256, 0.02, 35, true}), "512 x 256 pixels, lightest = 0.02, darkest = 35 photons");
  EXPECT_EQ(in_words({512, 256, 0.02, 35, false}), "512 x 256 pixels, darkest = 0.02, lightest = 35 photons");
  for (const double tone : {0.0, 0.1, 0.5, 1.0}) EXPECT_NEAR(tones.of(tones.value_at(tone)), tone, 1e-9);
  EXPECT_FALSE(write_picture(path, image, nullptr, {.colours = "heat"}).light_ground);
  const PictureReport rings =
      write_picture(path, Image::zeros(400, 400), &geometry, {.rings = true, .rings_A = {0.51, 8}});
  EXPECT_EQ(rings.rings_outside, std::vector<double>{0.51});
  expect_refused(Image::zeros(400, 400), &geometry, {.spots = {{{1, 2, 3}, 0, 401, 5, 7}}}, "outside its panel");
}

TEST_F(PngPictures, DifferencesHaveASign) {
  const std::string path = (folder_ / "d.png").string();
  write_difference_picture(path, image_of(5, {-3, -0.1f, 0, 3, nan}), 3);
  const Picture log = read_png(path);
  EXPECT_GT(log.at(0, 0).blue, log.at(0, 0).red);
  EXPECT_GT(log.at(1, 0).blue, log.at(1, 0).red) << "a thirtieth of the largest is seen";
  EXPECT_GT(log.at(2, 0).green, 250);
  EXPECT_GT(log.at(3, 0).red, log.at(3, 0).blue);
  EXPECT_EQ(log.at(4, 0), difference_colours().gap);
  // The bar stands on white ground.
  write_difference_picture(path, image_of(200, std::vector<float>(200 * 200, 3)), 3);
  const Picture bar = read_png(path);
  EXPECT_EQ(bar.at(195, 195), white);
  EXPECT_GT(bar.count(white), 1000u);
  EXPECT_GT(bar.count(difference_colours().ring), 100u) << "its numbers";
  write_difference_picture(path, image_of(3, {0, 0, 0}), 0);
  EXPECT_GT(read_png(path).at(1, 0).blue, 250);
}

TEST(ResolutionsOfPictures, AreReadFromWords) {
  EXPECT_EQ(resolutions_of("3,2.5,1"), (std::vector<double>{3, 2.5, 1}));
  for (const char* words : {"", "3,", "a", "0", "-1", "3;2", "inf"}) EXPECT_FALSE(resolutions_of(words)) << words;
}

}  // namespace
}  // namespace femtobragg::formats
