// What becomes of the photons of a pixel: the numbers that a detector gives.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "femtobragg/model/detector.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// How a value becomes a whole number.
enum class Rounding {
  Nearest,         ///< half-way values go up
  NearestInFloat,  ///< the same, but the sum with a half is rounded to a float first (as older programs do)
  CutOff,          ///< towards zero
};

/// What random numbers follow from, together with panel, pixel and stage: those of a pixel do not depend on other
/// pixels, nor on which threads or machines compute them.
struct NoiseKey {
  std::uint64_t seed = 1;   ///< below 2^48
  std::uint32_t frame = 0;  ///< of a series: each has other noise

  friend bool operator==(const NoiseKey&, const NoiseKey&) = default;
};

/// How light that arrives at a point spreads over the pixels around it (physics/point_spread.h).
enum class SpreadShape {
  Gaussian,
  Fibre,  ///< of a fibre-optic taper: long tails
};

struct PointSpread {
  SpreadShape shape = SpreadShape::Gaussian;
  double fwhm_m = 0;  ///< 0: none

  friend bool operator==(const PointSpread&, const PointSpread&) = default;
};

/// Fluorescence of the sensor that ends in pixels nearby (physics/escape.h).
struct Escape {
  double fraction = 0;  ///< of the signal
  double length_m = 0;  ///< mean way of a fluorescence photon

  friend bool operator==(const Escape&, const Escape&) = default;
};

/// What a counter does with photons that arrive while it is busy (physics/dead_time.h).
enum class DeadTimeKind {
  Paralyzable,     ///< each photon prolongs the pulse
  Retrigger,       ///< a pulse that goes on is counted again after each dead time
  NonParalyzable,  ///< they are not seen
};

struct DeadTime {
  DeadTimeKind kind = DeadTimeKind::Paralyzable;
  double seconds = 0;  ///< 0: none

  friend bool operator==(const DeadTime&, const DeadTime&) = default;
};

/// One range of a pixel whose gain adapts to its charge.
struct GainRange {
  double most_photons = std::numeric_limits<double>::infinity();  ///< above them the next range takes over
  double gain = 1;      ///< numbers of the converter for each photon; may be negative
  double pedestal = 0;  ///< number of the converter without photons
  double noise = 0;     ///< rms of the read-out, in those numbers
  unsigned code = 0;    ///< of the range, in the bits above those of the converter

  friend bool operator==(const GainRange&, const GainRange&) = default;
};

struct AdaptiveGain {
  std::vector<GainRange> ranges{};  ///< from the most sensitive one; empty: none
  unsigned bits = 14;               ///< of the converter
  /// Whether numbers are those of the converter with the code of the range above its bits. Otherwise they are converted
  /// back to photons, as facilities do it.
  bool raw = false;

  double most() const { return static_cast<double>((std::uint32_t{1} << bits) - 1); }  ///< number of the converter
  /// The number at which the converter ends as photons become more: it says only that there were at least so many.
  double end_of(const GainRange& range) const { return range.gain > 0 ? most() : 0; }
  /// A number of the converter with the code of its range above its bits.
  double word(const GainRange& range, double number) const { return number + (most() + 1) * range.code; }

  friend bool operator==(const AdaptiveGain&, const AdaptiveGain&) = default;
};

/// Fractions of all pixels that do not work, and which do not follow from `Response::detector_seed`.
struct BadPixels {
  double dead = 0;       ///< give no photons
  double hot = 0;        ///< are always full
  double twinkling = 0;  ///< give any number in half of the frames
  bool masked = true;    ///< files mark dead and hot pixels as invalid

  friend bool operator==(const BadPixels&, const BadPixels&) = default;
};

/// In the order in which a detector does it. By default pixels give their photons.
struct Response {
  double exposure_s = 1;        ///< of a frame
  double flicker = 0;           ///< rms of the light of an exposure, relative
  double shutter_jitter_s = 0;  ///< rms of the time at which a shutter opens, and closes
  /// Flicker and shutter act on each phi step of the exposure as it is rendered; what detects has had them then.
  bool flicker_in_steps = false;
  double flat_field = 0;             ///< rms of the sensitivity of pixels that no calibration removed, relative
  double charge_sharing_fwhm_m = 0;  ///< Gaussian, of the photons that are expected: before they are counted
  Escape escape{};                   ///< before photons are counted, too
  bool counting_noise = false;       ///< photons are counted; otherwise their expected number is taken
  PointSpread point_spread{};        ///< of the light of a phosphor, or of charge: after photons are counted
  DeadTime dead_time{};
  double quanta = 0;                ///< electrons for each photon, whose number fluctuates too; 0: it does not
  double dark_electrons_per_s = 0;  ///< in each pixel; without `quanta` each is as good as a photon
  double gain = 1;                  ///< numbers for each photon
  AdaptiveGain adaptive{};
  double readout_noise = 0;                                     ///< rms, numbers
  double offset = 0;                                            ///< what a pixel without photons gives
  double saturation = std::numeric_limits<double>::infinity();  ///< the largest valid number
  BadPixels bad_pixels{};
  /// Of what a detector has for good: the sensitivity of its pixels, and which of them are bad. Below 2^48.
  std::uint64_t detector_seed = 1;
  Rounding rounding = Rounding::Nearest;

  friend bool operator==(const Response&, const Response&) = default;
};

/// The largest valid number: `saturation`, or the last before the converter of an adaptive gain ends in its last range.
/// Raw numbers of a range whose gain is negative end at the least of that range, which no largest number excludes.
double largest_number(const Response& response);

/// Throws Error(Usage) that names the first field that no detector can have.
void validate(const Response& response);

/// The part of a response in which expected numbers are linear in photons:
/// number = gain x (photons, spread) + pedestal.
struct Recording {
  double gain = 1;  ///< numbers for each photon
  double pedestal = 0;
  PointSpread point_spread{};

  bool spreads() const { return point_spread.fwhm_m > 0; }
  /// The number of a pixel with that many photons after they are spread.
  double number_of(double photons) const { return gain * photons + pedestal; }
  double photons_of(double number) const { return (number - pedestal) / gain; }

  friend bool operator==(const Recording&, const Recording&) = default;
};

/// Of a response. Charge that is shared counts as a point spread, unless there is one.
Recording recording_of(const Response& response);

/// The response that has this recording in place of its own.
Response with_recording(Response response, const Recording& recording);

/// Throws Error(Usage) that names the first field that no detector can have.
void validate(const Recording& recording);

}  // namespace femtobragg
#pragma GCC visibility pop
