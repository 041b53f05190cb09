// Expected numbers of a detector: those of its response without noise, and what masks, panels and widths do to them.
#include "femtobragg/simulate/record.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "femtobragg/base/error.h"
#include "femtobragg/simulate/detect.h"

namespace femtobragg {
namespace {

constexpr std::size_t edge = 24;

/// Two panels side by side, a gap between them.
Detector two_panels() {
  Detector detector;
  for (const std::size_t at : {std::size_t{0}, edge + 3}) {
    detector.panels.push_back(Panel::flat({.origin_m = {0.1, 0, 0},
                                           .fast = {0, 0, 1},
                                           .slow = {0, -1, 0},
                                           .pixel_m = 1e-4,
                                           .n_fast = edge,
                                           .n_slow = edge}));
    detector.panels.back().data_fast = at;
  }
  return detector;
}

Image uneven(const Detector& detector) {
  const ImageShape shape = detector.image_shape();
  Image image{shape.n_fast, shape.n_slow, std::vector<float>(shape.n_fast * shape.n_slow)};
  for (const Panel& panel : detector.panels)
    for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
      for (std::size_t fast = 0; fast < panel.n_fast; ++fast) {
        const std::size_t at = slow * shape.n_fast + panel.data_fast + fast;
        image.pixels[at] = static_cast<float>((at * at) % 97);
      }
  return image;
}

std::vector<double> doubles_of(const Image& image) { return {image.pixels.begin(), image.pixels.end()}; }

constexpr SpreadShape shapes[] = {SpreadShape::Gaussian, SpreadShape::Fibre};

TEST(Recording, IsTheResponseWithoutNoise) {
  const Detector detector = two_panels();
  const Image photons = uneven(detector);
  for (const SpreadShape shape : shapes) {
    const Response response{.point_spread = {shape, 2.2e-4}, .gain = 1.7, .offset = 12};
    const Image expected = values_after(Detection(photons, detector, response), photons.shape());
    const Image found = recorded(photons, detector, recording_of(response));
    for (std::size_t i = 0; i < found.pixels.size(); ++i) EXPECT_NEAR(found.pixels[i], expected.pixels[i], 1e-4) << i;
  }
}

TEST(Recording, OfSharedChargeSpreadsIt) {
  Response response{.charge_sharing_fwhm_m = 3e-5, .gain = 2};
  const Recording recording = recording_of(response);
  EXPECT_EQ(recording.point_spread, (PointSpread{SpreadShape::Gaussian, 3e-5}));
  response.charge_sharing_fwhm_m = 4e-5, response.gain = 3, response.offset = 7;
  EXPECT_EQ(with_recording({.charge_sharing_fwhm_m = 3e-5}, recording_of(response)), response);
  response.point_spread = {SpreadShape::Fibre, 8e-5};
  EXPECT_EQ(recording_of(response).point_spread, response.point_spread);
  EXPECT_EQ(with_recording(response, recording_of(response)), response);
}

TEST(Recording, LeavesMaskedPixelsDark) {
  Detector detector = two_panels();
  Panel& panel = detector.panels[0];
  panel.mask.assign(edge * edge, 1);
  constexpr std::size_t middle = edge / 2;
  panel.mask[middle * edge + middle] = 0;
  const ImageShape shape = detector.image_shape();
  std::vector<double> photons(shape.n_fast * shape.n_slow);
  const std::size_t masked = middle * shape.n_fast + middle;
  photons[masked] = 1000;
  photons[masked + 1] = 10;
  const auto found = recorded(photons, detector, {2, 3, {SpreadShape::Gaussian, 1.5e-4}});
  EXPECT_EQ(found[masked], 0);
  EXPECT_EQ(found[edge], 0) << "between panels";
  EXPECT_LT(found[masked - 1], 3 + 2 * 10);
  EXPECT_GT(found[masked - 1], 3);
  const std::vector<double> without = recorded(std::vector<double>(photons.size()), detector, {2, 3});
  EXPECT_EQ(without[masked + 1], 3);
  EXPECT_EQ(without[masked], 0);
}

/// Light ends up in the same pixels: the change of all shares with the width is what leaves the panel.
TEST(Recording, ChangesWithItsWidthAsItsRateSays) {
  const Detector detector = two_panels();
  const std::vector<double> photons = doubles_of(uneven(detector));
  for (const SpreadShape shape : shapes) {
    const double width = 2.1e-4, h = 1e-3 * width;
    const auto at = [&](double fwhm) {
      std::vector<double> spread = photons;
      spread_light(spread, detector, {shape, fwhm});
      return spread;
    };
    std::vector<double> rate = photons;
    spread_light_rate(rate, detector, {shape, width});
    const auto a = at(width - 2 * h), b = at(width - h), c = at(width + h), d = at(width + 2 * h);
    double largest = 0;
    for (const double x : rate) largest = std::max(largest, std::abs(x));
    for (std::size_t i = 0; i < rate.size(); ++i)
      EXPECT_NEAR(rate[i], (8 * (c[i] - b[i]) - (d[i] - a[i])) / (12 * h), 1e-7 * largest) << i;
  }
}

TEST(Recording, RefusesWhatNoDetectorDoes) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Recording& wrong :
       {Recording{.gain = 0}, Recording{.gain = -1}, Recording{.gain = nan}, Recording{.pedestal = nan},
        Recording{.point_spread = {.fwhm_m = -1e-6}}, Recording{.point_spread = {.fwhm_m = nan}}})
    EXPECT_THROW(validate(wrong), Error);
  EXPECT_NO_THROW(validate(Recording{.gain = 2, .pedestal = -5, .point_spread = {.fwhm_m = 1e-5}}));
}

}  // namespace
}  // namespace femtobragg
