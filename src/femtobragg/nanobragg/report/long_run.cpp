// The loops of a run, each with what is usual of it: those that are far above make it long.
#include "femtobragg/nanobragg/report/long_run.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/assemble/step_ranges.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/report/calibration.h"
#include "femtobragg/nanobragg/setup/step_rules.h"
#include "femtobragg/nanobragg/setup/whole_detector.h"
#include "femtobragg/simulate/lattices.h"

namespace femtobragg::nanobragg {
namespace {

constexpr double long_s = 600;
/// Crystal terms that a thread of a slow processor computes at least, by lanes and by plain loops.
constexpr double lanes_per_s = 5e7, loops_per_s = 3e6;

struct Reason {
  double excess;  ///< over what is usual
  std::string why, way_out;
};

std::string sub_pixel_words(const Setup& setup) {
  const std::string words = "oversample " + std::to_string(setup.experiment.sampling.oversample);
  if (setup.options.sampling.oversample > 0) return "-" + words;
  return words + " because the crystal is " + format_number(um_from_metres(setup.largest_dimension_m), 3) +
         " um, and " + format_number(mm_from_metres(setup.geometry.pixel_m), 3) + " mm pixels are " +
         format_number(mm_from_metres(setup.geometry.distance_m), 3) + " mm away";
}

/// A size of several micrometres is that of a crystal, not of a block that scatters as a whole.
std::string smaller_block_words(const Setup& setup) {
  constexpr double largest_block_m = 3e-6;
  if (setup.largest_dimension_m <= largest_block_m) return "a smaller crystal (-N, -xtalsize) or -oversample";
  return "-crystal_size for the whole crystal and -N or -xtalsize for one of its mosaic blocks, usually below a "
         "micrometre; or -oversample";
}

std::array<Reason, 7> reasons_of(const Setup& setup, const kernel::Plan& plan) {
  const auto count = [](auto n) { return static_cast<double>(n); };
  const auto words = [](auto n, const char* what) { return format_number(static_cast<double>(n)) + " " + what; };
  const std::size_t layers = plan.panels.front().layers.size();
  const std::uint64_t pixels = pixels_of_all(plan);
  const std::int64_t frames = setup.options.output.frames;
  return {{{count(plan.oversample * plan.oversample) / 25, sub_pixel_words(setup), smaller_block_words(setup)},
           {count(plan.rays.size()) / 10, words(plan.rays.size(), "sources"),
            "fewer -wavelengths, -dispsteps or -divsteps"},
           {count(plan.phi_rad.size()) / 10, words(plan.phi_rad.size(), "phi steps"), "fewer -phisteps"},
           {count(plan.mosaic_domains) / 25, words(plan.mosaic_domains, "mosaic domains"), "fewer -mosaic_domains"},
           {count(layers) / 4, words(layers, "sensor layers"), "fewer -detector_thicksteps"},
           {count(pixels) / 4e6, words(pixels, "pixels"), "-roi"},
           {count(frames) / 10, words(frames, "frames"), "fewer -frames"}}};
}

/// Whether -accuracy decides about many parts.
bool chooses_many(const Setup& setup) {
  return std::ranges::any_of(setup.sampling.spreads, [](const assemble::SampledSpread& spread) {
    return !spread.given && spread.field != "sampling.oversample" && spread.count > 10;
  });
}

/// To two digits, and never as 1e+02.
std::string about(double value) {
  if (!(value > 0)) return "0";
  const double step = std::pow(10, std::floor(std::log10(value)) - 1);
  return format_number(std::round(value / step) * step, 12);
}

}  // namespace

std::string time_words(double seconds) {
  constexpr double minute = 60, hour = 3600, day = 86400, year = 365.25 * day;
  if (seconds < 0.01) return "a few milliseconds";
  if (seconds < 2 * minute) return about(seconds) + " s";
  if (seconds < 2 * hour) return about(seconds / minute) + " minutes";
  if (seconds < 2 * day) return about(seconds / hour) + " hours";
  return seconds < 2 * year ? format_number(seconds / day, 3) + " days" : format_number(seconds / year, 3) + " years";
}

std::optional<std::string> remark_on_lists(const Options& options, const QuirkSet& quirks) {
  // On a slow processor, from the first random number to the first pixel.
  constexpr double seconds_each = 3e-6, long_silence_s = 3;
  const auto domains = static_cast<double>(assemble::mosaic_domains(options.crystal));
  const auto steps = static_cast<double>(phi_steps(options.rotation, quirks).count);
  const double orientations = domains * steps, seconds = seconds_each * orientations;
  if (seconds < long_silence_s) return {};
  const double bytes = domains * sizeof(Mat3d) + orientations * sizeof(kernel::Orientation);
  std::string counts = domains > 1 ? format_number(domains) + " mosaic domains" : "";
  if (steps > 1) counts += (counts.empty() ? "" : " x ") + format_number(steps) + " phi steps";
  return "each pixel sums " + counts + "; their list needs about " + time_words(seconds) + " and " +
         about(bytes / 1e9) + " GB before rendering starts; use fewer with " +
         (domains >= steps ? "-mosaic_domains" : "-phisteps");
}

std::optional<std::string> remark_on_time(const Setup& setup, const kernel::Plan& plan, double seconds) {
  const double all = seconds * static_cast<double>(setup.options.output.frames);
  if (all < long_s) return {};
  auto reasons = reasons_of(setup, plan);
  std::ranges::sort(reasons, std::greater(), &Reason::excess);
  const bool tolerant = setup.options.run.tolerance > 0;
  std::string text =
      "this run takes " + std::string(tolerant ? "at most about " : "about ") + time_words(all) + ": " + reasons[0].why;
  if (reasons[1].excess > 1) text += "; " + reasons[1].why;
  text += "; it is shorter with ";
  if (!tolerant) text += "-tolerance 1e-4 (what no pixel shows is skipped), ";
  if (chooses_many(setup)) text += "a larger -accuracy, ";
  text += reasons[0].way_out;
  if (reasons[1].excess > 1) text += ", " + reasons[1].way_out;
  return text;
}

std::optional<std::string> remark_on_time(const Setup& setup, const kernel::Plan& plan, const RenderRequest& request) {
  const auto crystals = static_cast<double>(lattice_count(setup.experiment));
  const double terms = crystals * evaluations_of_all(plan) * static_cast<double>(setup.options.output.frames);
  if (terms < long_s * loops_per_s) return {};
  if (terms < long_s * lanes_per_s * outlook_of_all(plan, request).threads && !computed_by_reference(plan, request))
    return {};
  const std::optional<Calibration> calibration = calibrate(plan, request, 1);
  if (!calibration) return std::nullopt;
  double seconds = calibration->expected_seconds;
  if (!setup.options.output.truth.empty())
    if (const auto truth = calibrate(plan, request, 1, SampleWork::TellReflections)) seconds += truth->expected_seconds;
  return remark_on_time(setup, plan, crystals * seconds);
}

}  // namespace femtobragg::nanobragg
