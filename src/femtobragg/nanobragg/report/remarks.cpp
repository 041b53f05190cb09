// A list of checks; each answers with a text, or with nothing where all is well.
#include "femtobragg/nanobragg/report/remarks.h"

#include <algorithm>

#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/report/idle_flags.h"
#include "femtobragg/nanobragg/report/long_run.h"
#include "femtobragg/nanobragg/setup/sampling_rules.h"
#include "femtobragg/nanobragg/setup/whole_detector.h"

namespace femtobragg::nanobragg {
namespace {

using Text = std::optional<std::string>;

std::string four_digits(double value) { return format_number(value, 4); }
std::string whole_numbers(const Vec3d& v) {
  return format_fixed(v.x, 0) + " " + format_fixed(v.y, 0) + " " + format_fixed(v.z, 0);
}

Text empty_region(const Setup& setup, const kernel::Plan& plan) {
  if (pixels_of_all(plan) > 0) return {};
  const auto& roi = setup.options.detector.roi;
  for (const std::size_t first : {0u, 2u})
    if (roi[first + 1] >= 0 && roi[first] > roi[first + 1])
      return "no pixel will be rendered: -roi takes first and last pixel, but " + std::to_string(roi[first]) +
             " is greater than " + std::to_string(roi[first + 1]) + "; swap them";
  if (setup.experiment.detector.panels.front().rendered_region().empty())
    return "no pixel will be rendered: -roi is outside the detector of " + std::to_string(setup.geometry.n_fast) +
           " x " + std::to_string(setup.geometry.n_slow) + " pixels";
  return "no pixel will be rendered: the mask is zero in the whole region of interest";
}

/// The largest number of 31 bits is a way to say "to the end".
Text clipped_region(const Setup& setup) {
  const auto& roi = setup.options.detector.roi;
  if (setup.origins.given("roi") && std::ranges::any_of(roi, [](std::int64_t pixel) { return pixel < -1; }))
    return "-roi counts pixels from 0; negative numbers such as -1 mean the edges of the detector";
  constexpr std::int64_t to_the_end = 2147483647;
  const auto beyond = [&](std::size_t last, std::size_t n) {
    return roi[last] != to_the_end && roi[last] >= static_cast<std::int64_t>(n);
  };
  if (!beyond(1, setup.geometry.n_fast) && !beyond(3, setup.geometry.n_slow)) return {};
  return "-roi extends beyond the detector of " + std::to_string(setup.geometry.n_fast) + " x " +
         std::to_string(setup.geometry.n_slow) + " pixels, whose last are " +
         std::to_string(setup.geometry.n_fast - 1) + " and " + std::to_string(setup.geometry.n_slow - 1) +
         ": the rest of it is rendered";
}

Text short_list(const RemarkFacts& f) {
  const auto& corner = f.sight.corner;
  const StructureFactors& factors = *f.setup.experiment.structure_factors;
  if (!corner || !(f.sight.list_d_A > 0)) return {};
  const double seen = std::max(corner->d_A, angstrom_from_metres(f.setup.experiment.sampling.d_min_m));
  // Spots of the last reflections reach a little further than the list.
  if (seen > 0.99 * f.sight.list_d_A) return {};
  const auto whole = [](double x) { return static_cast<std::int64_t>(x); };
  const bool outside = !factors.box.contains(whole(corner->hkl.x), whole(corner->hkl.y), whole(corner->hkl.z));
  return "the reflection list ends at " + four_digits(f.sight.list_d_A) + " A, the image extends to " +
         four_digits(seen) + " A: from there F is " + four_digits(factors.default_amplitude) + " (-default_F)" +
         (outside
              ? "; the corner at fast " + std::to_string(corner->pixel.fast) + ", slow " +
                    std::to_string(corner->pixel.slow) + " sees " + whole_numbers(corner->hkl) + ", outside the table"
              : std::string());
}

Text crowded_spots(const RemarkFacts& f) {
  if (f.sight.spacing_px >= 3 || f.setup.no_crystal) return {};
  return "reflections along the longest axis are " + four_digits(f.sight.spacing_px) +
         " pixels apart: spots overlap; move the detector back or use smaller pixels";
}

Text dark(const RemarkFacts& f) {
  if (!f.calibration || !(f.calibration->expected_photons < 1)) return {};
  return "about " + four_digits(f.calibration->expected_photons) +
         " photons on the whole image: raise beam.fluence or beam.flux, the crystal's size, or check the orientation";
}

Text overloads(const RemarkFacts& f) {
  const double most = 65535 - f.setup.options.output.adc_offset;
  if (!writes_16_bit_counts(f.setup.options.output, f.outputs) || !f.calibration ||
      f.calibration->brightest_photons <= most)
    return {};
  return "some pixels have " + four_digits(f.calibration->brightest_photons) + " photons: 16-bit images end at " +
         format_number(most) + "; lower beam.fluence or beam.flux, or write .cbf, .nxs or .tif";
}

Text large_memory(const RemarkFacts& f) {
  if (f.memory_bytes <= memory_limit_bytes()) return {};
  return "about " + four_digits(static_cast<double>(f.memory_bytes) / 1e9) +
         " GB of memory are needed, this machine has " + four_digits(static_cast<double>(memory_limit_bytes()) / 1e9) +
         " GB";
}

Text long_run(const RemarkFacts& f) {
  return f.calibration ? remark_on_time(f.setup, f.plan, f.calibration->expected_seconds) : std::nullopt;
}

Text several_frames(const RemarkFacts& f) {
  const std::int64_t frames = f.setup.options.output.frames;
  if (frames <= 1) return {};
  return "a series of " + std::to_string(frames) + " frames: this report describes the first" +
         (f.calibration ? ", and all together take " + std::to_string(frames) + " times as long" : "");
}

constexpr struct {
  const char* id;
  Text (*check)(const RemarkFacts& facts);
} checks[] = {
    {"list-too-short", short_list}, {"spots-crowded", crowded_spots}, {"dark", dark},
    {"overloads", overloads},       {"memory", large_memory},         {"long", long_run},
    {"series", several_frames},
};

}  // namespace

std::vector<Remark> remarks_on_region(const Setup& setup, const kernel::Plan& plan) {
  if (const Text text = empty_region(setup, plan)) return {{"empty-region", *text}};
  if (const Text text = clipped_region(setup)) return {{"region-clipped", *text}};
  return {};
}

std::vector<Remark> remarks_on(const RemarkFacts& f) {
  std::vector<Remark> remarks = remarks_on_region(f.setup, f.plan);
  for (const auto& [id, check] : checks)
    if (const Text text = check(f)) remarks.push_back({id, as_described(f.setup, *text)});
  for (const CoarseSampling& coarse : coarse_samplings(f.setup, f.plan)) remarks.push_back({coarse.id, coarse.text});
  for (const IdleFlag& flag : idle_flags({f.setup, f.quirks, f.outputs, f.sight, f.by_reference}))
    remarks.push_back({"no-effect", flag.words + " has no effect: " + flag.reason});
  return remarks;
}

}  // namespace femtobragg::nanobragg
