// A measured image, which of its pixels count, and which of those are used.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/experiment.h"
#include "femtobragg/model/pixel_state.h"

namespace femtobragg::refine {

/// Photons of all panels of an experiment, one after another, each n_slow x n_fast.
struct Target {
  std::string name;              ///< for messages
  std::vector<double> photons;   ///< zero where unusable
  std::vector<double> variance;  ///< empty: that of counting
  std::vector<std::uint8_t> usable;

  PixelTally excluded;  ///< and how many count

  std::size_t usable_pixels() const;
};

/// From the values of an image and what a pixel holds without photons. Excludes pixels that the image or a mask says do
/// not count (`states`, one a pixel; empty: it does not say), that are not finite or below zero, that hold more than
/// the panel's saturation, and those that the experiment does not render. Values between zero and the offset are noise
/// of the readout: no photons. Throws Error where the shape differs, no pixel is left, or none holds a signal.
Target make_target(std::string name, std::span<const float> values, const Experiment& experiment,
                   std::span<const PixelState> states = {}, double offset = 0);

enum class PixelSet {
  All,
  Peaks,   ///< bright pixels, those around them, and as many others
  Random,  ///< so many, without replacement
};

struct PixelSelection {
  PixelSet set = PixelSet::All;
  std::size_t count = 0;  ///< of Random; more than there are: all
  std::uint64_t seed = 1;
};

/// "all", "peaks" or a number. Throws Error(Usage).
PixelSelection parse_pixel_selection(std::string_view text);

/// One byte a pixel, among the usable ones. The same for the same seed on every machine.
std::vector<std::uint8_t> choose_pixels(const Target& target, const Experiment& experiment,
                                        const PixelSelection& selection);

/// Pixels that stand out of their panel: above the median by more than `sigmas` robust standard deviations, and counts.
std::vector<std::uint8_t> bright_pixels(const Target& target, const Experiment& experiment, double sigmas);

/// The experiment, rendering only these pixels.
Experiment with_pixels(const Experiment& experiment, std::span<const std::uint8_t> pixels);

/// Pixels of all panels before this one.
std::size_t first_pixel(const Detector& detector, std::size_t panel);

}  // namespace femtobragg::refine
