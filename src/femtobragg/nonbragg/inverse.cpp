// Each pixel gives the F that would explain it; sums are in single precision, whose roundings the table shows.
#include "femtobragg/nonbragg/inverse.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg::nonbragg {
namespace {

float factor_of(const Setup& setup, double adu, const LastSample& sample) {
  const double photons = (adu - setup.options.output.adc_offset) / setup.options.inverse.gain;
  const double square = static_cast<double>(static_cast<float>(std::abs(photons))) / sample.polarization /
                        sample.solid_angle / setup.fluence_per_m2 / r_e_squared_m2 / setup.molecules * setup.steps();
  return static_cast<float>(std::copysign(std::sqrt(square), photons));
}

/// The row of the table, without those added at its ends.
std::size_t bin_of(const Table& table, const LastSample& sample) {
  const std::vector<double>& s = table.s_per_m;
  const std::size_t near = sample.near + (sample.s_per_m > (s[sample.near] + s[sample.near + 1]) / 2.0 ? 1 : 0);
  return std::clamp(near, Table::added, table.rows() + Table::added - 1) - Table::added;
}

/// Calls f with bin and F of every valid pixel, in raster order.
template <class F>
void for_each_pixel(const Setup& setup, const Rendering& rendering, std::span<const std::uint16_t> pixels, F&& f) {
  const RegionOfInterest& region = setup.geometry.region;
  for (std::size_t slow = region.slow_begin; slow < region.slow_end; ++slow)
    for (std::size_t fast = region.fast_begin; fast < region.fast_end; ++fast) {
      const std::size_t at = slow * setup.geometry.n_fast + fast;
      if (std::ranges::find(setup.options.inverse.ignored, pixels[at]) != setup.options.inverse.ignored.end()) continue;
      const LastSample& sample = rendering.last[at];
      f(bin_of(setup.table, sample), factor_of(setup, pixels[at], sample));
    }
}

}  // namespace

std::vector<Bin> bins_of(const Setup& setup, const Rendering& rendering, std::span<const std::uint16_t> pixels) {
  const Geometry& g = setup.geometry;
  if (pixels.size() != g.n_fast * g.n_slow)
    throw Error::usage({.what = "the image does not fit the detector",
                        .where = in_quotes(setup.options.inverse.image),
                        .value = std::to_string(pixels.size()) + " pixels",
                        .rule = "the detector has " + std::to_string(g.n_fast) + " x " + std::to_string(g.n_slow)});
  std::vector<Bin> bins(setup.table.rows());
  for_each_pixel(setup, rendering, pixels, [&](std::size_t bin, float f) {
    bins[bin].mean += f;
    ++bins[bin].count;
  });
  for (Bin& bin : bins) bin.mean /= static_cast<float>(bin.count);
  for_each_pixel(setup, rendering, pixels, [&](std::size_t bin, float f) {
    const float deviation = f - bins[bin].mean;
    bins[bin].rmsd += deviation * deviation;
  });
  for (Bin& bin : bins) bin.rmsd = std::sqrt(bin.rmsd / static_cast<float>(bin.count));
  return bins;
}

std::string table_text(const Setup& setup, std::span<const Bin> bins) {
  std::string text;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const Bin& bin = bins[i];
    if (bin.count < least_pixels) continue;
    const double s = setup.table.s_per_m[i + Table::added] / setup.options.table.per_m;
    text += format_number(s) + " " + format_number(static_cast<double>(bin.mean)) + " " +
            format_number(static_cast<double>(bin.rmsd)) + "   0 0  " + std::to_string(bin.count) + "\n";
  }
  return text;
}

}  // namespace femtobragg::nonbragg
