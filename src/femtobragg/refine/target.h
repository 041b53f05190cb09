// A measured image, with its valid pixels and the selection that is used.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/experiment.h"
#include "femtobragg/model/pixel_state.h"

#pragma GCC visibility push(default)
namespace femtobragg::refine {

/// Pixels of a panel that belong together, such as those of a spot; half-open ranges.
struct PixelBox {
  std::size_t panel = 0, fast_begin = 0, fast_end = 0, slow_begin = 0, slow_end = 0;
};

/// Photons of the image that the panels of an experiment share, n_slow x n_fast; numbers of a detector where the
/// experiment says how it records them (Experiment::recording). Nothing between panels is usable.
struct Target {
  std::string name;              ///< name for messages
  std::vector<double> photons;   ///< zero where unusable
  std::vector<double> variance;  ///< empty: counting statistics
  /// Expected photons that no parameter changes, in addition to the model's: a fitted background
  /// (refine/smooth_background.h). Empty: none.
  std::vector<double> background{};
  std::vector<std::uint8_t> usable;

  PixelTally excluded;  ///< also counts the valid pixels

  std::vector<PixelBox> spots;  ///< found by another program, for PixelSet::Spots

  std::size_t usable_pixels() const;
  double background_at(std::size_t pixel) const { return background.empty() ? 0 : background[pixel]; }
};

/// Makes a target from the values of the image that the panels share, n_slow x n_fast, and the value of a pixel without
/// photons. Excludes pixels that the image or a mask marks as invalid (`states`, one per pixel; empty: none), that are
/// not finite or negative, that exceed the panel's saturation, and that the experiment does not render. Values between
/// zero and the offset are readout noise: no photons. Throws Error if the shape differs, no pixel is left, or none
/// contains a signal.
Target make_target(std::string name, std::span<const float> values, const Experiment& experiment,
                   std::span<const PixelState> states = {}, double offset = 0);

/// What to subtract from an image for make_target(). A pedestal that is refined is the model's, not the image's: it
/// starts from the offset, and nothing is subtracted. Otherwise the image has it, and the model none. `stated`: an
/// offset that takes the place of the experiment's pedestal.
double settle_offset(Experiment& experiment, std::optional<double> stated, bool pedestal_is_refined);

/// Numbers as photons, none below zero.
Target in_photons(Target target, const Recording& recording);

enum class PixelSet {
  All,
  Peaks,   ///< bright pixels, those around them, and as many others
  Spots,   ///< those of the target's spots, those around them, and as many others
  Random,  ///< a given number, without replacement
  Suited,  ///< peaks or all, as suits the distance of a start (refine/approach.h)
};

struct PixelSelection {
  PixelSet set = PixelSet::All;
  std::size_t count = 0;  ///< used with Random; if there are fewer pixels, all of them
  std::uint64_t seed = 1;
};

/// "all", "peaks", "spots", "random" or "suited".
std::string_view name_of(PixelSet set);

/// Parses "all", "peaks" or a number. Throws Error(Usage).
PixelSelection parse_pixel_selection(std::string_view text);

/// One byte per pixel, chosen from the usable ones. The same for the same seed on every machine.
std::vector<std::uint8_t> choose_pixels(const Target& target, const Experiment& experiment,
                                        const PixelSelection& selection);

/// Marks neighbours on the same panel within a distance (pixels, along the edges).
std::vector<std::uint8_t> grown(std::span<const std::uint8_t> marks, const Detector& detector, std::size_t reach);

/// Pixels well above the target's background, by more than `sigmas` standard deviations of counts; without one, well
/// above the rest of their panel: the median, by more than `sigmas` robust standard deviations.
std::vector<std::uint8_t> bright_pixels(const Target& target, const Experiment& experiment, double sigmas);

/// The experiment with a mask so that only these pixels of the image are rendered.
Experiment with_pixels(const Experiment& experiment, std::span<const std::uint8_t> pixels);

/// The same where pixels record their own light alone. Where light spreads, all pixels that the experiment has.
Experiment with_light_of(const Experiment& experiment, std::span<const std::uint8_t> pixels);

}  // namespace femtobragg::refine
#pragma GCC visibility pop
