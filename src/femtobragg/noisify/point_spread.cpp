// Rows of targets in strips, which threads share: each target adds up the light of its sources in raster order.
#include "femtobragg/noisify/point_spread.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/backends/work_items.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/zeros.h"
#include "femtobragg/noisify/spread_rows.h"

namespace femtobragg::noisify {
namespace {

constexpr std::int64_t rows_of_strip = 16;

/// The lit pixels of a row.
struct RowRadii {
  std::int64_t least = INT32_MAX, most = 0;
  std::int64_t width = 0;  ///< of all their light together
};

/// An image whose pixels have radii.
struct Lit {
  const std::vector<float>& photons;
  std::int64_t n_fast, n_slow;
  std::vector<std::int32_t> radii{};  ///< 0: dark
  std::vector<RowRadii> rows{};
};

struct LitPixel {
  std::int64_t column, radius;
  double photons;
};

/// The largest number whose square, and that of the distance, stay within the square of the radius; -1: none.
std::int64_t half_chord(std::int64_t radius, std::int64_t distance) {
  const std::int64_t square = radius * radius - distance * distance;
  return square < 0 ? -1 : static_cast<std::int64_t>(std::sqrt(static_cast<double>(square)));
}

/// A row of sources, made ready for the rows of targets around it.
class Sources {
 public:
  explicit Sources(std::int64_t n_fast)
      : photons_(static_cast<std::size_t>(n_fast + 2 * targets_at_once)), squares_(photons_.size()) {}

  void take(const Lit& image, std::int64_t slow) {
    row_ = image.rows[static_cast<std::size_t>(slow)];
    dense_ = row_.width > image.n_fast * (2 * row_.most + 1);
    pixels_.clear();
    const float* const photons = image.photons.data() + slow * image.n_fast;
    const std::int32_t* const radii = image.radii.data() + slow * image.n_fast;
    for (std::int64_t fast = 0; dense_ && fast < image.n_fast; ++fast) {
      photons_[static_cast<std::size_t>(fast + targets_at_once)] =
          radii[fast] > 0 ? static_cast<double>(photons[fast]) : 0;
      squares_[static_cast<std::size_t>(fast + targets_at_once)] = static_cast<double>(radii[fast]) * radii[fast];
    }
    // Of dense rows, only those that may light the first pixel of a row.
    for (std::int64_t fast = 0; fast < image.n_fast; ++fast) {
      if (dense_ && fast > row_.most) fast = std::max(fast, image.n_fast - row_.most);
      if (radii[fast] > 0) pixels_.push_back({fast, radii[fast], static_cast<double>(photons[fast])});
    }
  }

  /// Adds the light that reaches a row of targets so far away.
  void light(std::int64_t distance, const KernelTable& kernel, std::int64_t n_fast, float* targets) const {
    if (dense_)
      return row_sums().add_row({.photons = photons_.data() + targets_at_once,
                                 .squares = squares_.data() + targets_at_once,
                                 .columns = n_fast,
                                 .reach = std::min(half_chord(row_.most, distance), n_fast),
                                 .common = half_chord(row_.least, distance),
                                 .slow_square = static_cast<double>(distance * distance),
                                 .kernel = kernel.row(distance)},
                                targets);
    for (const LitPixel& pixel : pixels_)
      if (const std::int64_t reach = half_chord(pixel.radius, distance); reach >= 0)
        row_sums().add_point({pixel.photons, pixel.column, reach, kernel.row(distance)}, n_fast, targets);
  }

  /// The first pixel of a row, which gets light that left the row before at its end as well. Returns whether it did.
  bool light_first(std::int64_t distance, bool wraps, const KernelTable& kernel, std::int64_t n_fast,
                   float& target) const {
    bool wrapped = false;
    const auto add = [&](const LitPixel& pixel, std::int64_t fast, std::int64_t slow) {
      if (fast * fast + slow * slow > pixel.radius * pixel.radius) return false;
      target = static_cast<float>(static_cast<double>(target) + pixel.photons * kernel.row(slow)[fast]);
      return true;
    };
    for (auto pixel = pixels_.begin(); pixel != pixels_.end(); ++pixel) {
      if (pixel->column > row_.most && pixel->column < n_fast - row_.most)
        pixel = std::ranges::lower_bound(pixel, pixels_.end(), n_fast - row_.most, {}, &LitPixel::column);
      if (pixel == pixels_.end()) break;
      add(*pixel, -pixel->column, distance);
      wrapped = (wraps && add(*pixel, n_fast - pixel->column, distance - 1)) || wrapped;
    }
    return wrapped;
  }

  std::int64_t reach() const { return row_.most; }

 private:
  std::vector<double> photons_, squares_;  ///< with zeros before the first and after the last
  std::vector<LitPixel> pixels_;
  RowRadii row_;
  bool dense_ = false;
};

/// Memory that packs of targets lie in without crossing cache lines.
struct alignas(64) Line {
  float values[16];
};

class Strip {
 public:
  Strip(const Lit& image, const KernelTable& kernel, std::int64_t begin)
      : image_(image),
        kernel_(kernel),
        begin_(begin),
        end_(std::min(begin + rows_of_strip, image.n_slow)),
        stride_((image.n_fast + targets_at_once) / targets_at_once * targets_at_once),
        lines_(static_cast<std::size_t>((end_ - begin_) * stride_ / 16)),
        first_(static_cast<std::size_t>(end_ - begin_)) {}

  /// Returns whether light has wrapped into these rows.
  bool add(std::int64_t most, std::vector<float>& out) {
    Sources sources(image_.n_fast);
    bool wrapped = false;
    const std::int64_t last = std::min(end_ + most, image_.n_slow);
    for (std::int64_t slow = std::max<std::int64_t>(0, begin_ - 1 - most); slow < last; ++slow) {
      const std::int64_t reach = image_.rows[static_cast<std::size_t>(slow)].most;
      if (reach == 0 || slow + reach + 1 < begin_ || slow - reach >= end_) continue;
      sources.take(image_, slow);
      wrapped = add_sources(sources, slow) || wrapped;
    }
    for (std::int64_t row = begin_; row < end_; ++row) {
      std::copy_n(targets(row), image_.n_fast, out.begin() + row * image_.n_fast);
      out[static_cast<std::size_t>(row * image_.n_fast)] = first_[static_cast<std::size_t>(row - begin_)];
    }
    return wrapped;
  }

 private:
  bool add_sources(const Sources& sources, std::int64_t slow) {
    bool wrapped = false;
    const std::int64_t reach = sources.reach();
    for (std::int64_t row = std::max(begin_, slow - reach); row < std::min(end_, slow + reach + 2); ++row) {
      if (row <= slow + reach) sources.light(row - slow, kernel_, image_.n_fast, targets(row));
      float& first = first_[static_cast<std::size_t>(row - begin_)];
      wrapped = sources.light_first(row - slow, row > 0, kernel_, image_.n_fast, first) || wrapped;
    }
    return wrapped;
  }

  float* targets(std::int64_t row) { return lines_.data()->values + (row - begin_) * stride_; }

  const Lit& image_;
  const KernelTable& kernel_;
  std::int64_t begin_, end_, stride_;
  std::vector<Line> lines_;
  std::vector<float> first_;  ///< the first pixels of the rows
};

[[noreturn]] void refuse_faint(const std::vector<float>& photons, const RadiusTable& radii) {
  const auto faint = std::ranges::find_if(photons, [&](float p) { return p > 0 && radii.radius(p) == 0; });
  throw Error::usage({.what = "a pixel is too faint for a Gaussian point spread",
                      .where = "pixel " + std::to_string(faint - photons.begin()),
                      .value = format_number(static_cast<double>(*faint)) + " photons",
                      .rule = "its radius follows from at least 0.01 photons",
                      .remedy = "give -psf_radius"});
}

void find_radii(Lit& image, const RadiusTable& table) {
  // Beside its targets, a point costs about as much as so many.
  constexpr std::int64_t per_point = 24;
  image.radii = zeros<std::int32_t>(image.photons.size());
  image.rows.resize(static_cast<std::size_t>(image.n_slow));
  bool faint = false;
#pragma omp parallel for schedule(static) reduction(|| : faint)
  for (std::int64_t slow = 0; slow < image.n_slow; ++slow) {
    RowRadii& row = image.rows[static_cast<std::size_t>(slow)];
    for (std::int64_t at = slow * image.n_fast; at < (slow + 1) * image.n_fast; ++at) {
      const float photons = image.photons[static_cast<std::size_t>(at)];
      if (!(photons > 0)) continue;
      const std::int64_t radius = table.radius(photons);
      faint = faint || radius == 0;
      image.radii[static_cast<std::size_t>(at)] = static_cast<std::int32_t>(radius);
      row.least = std::min(row.least, radius), row.most = std::max(row.most, radius);
      row.width += 2 * radius + 1 + per_point;
    }
  }
  if (faint) refuse_faint(image.photons, table);
}

double lost_photons(const Lit& image, const SpreadKernel& kernel, std::int64_t most) {
  std::vector<double> tails;
  for (std::int64_t radius = 0; radius <= most; ++radius) tails.push_back(kernel.tail(static_cast<double>(radius)));
  double lost = 0;
  for (std::size_t i = 0; i < image.radii.size(); ++i)
    if (const std::int32_t radius = image.radii[i]; radius > 0)
      lost += kernel.beyond(static_cast<double>(image.photons[i]), tails[static_cast<std::size_t>(radius)]);
  return lost;
}

bool add_strips(const Lit& image, const KernelTable& table, std::int64_t most, std::vector<float>& out) {
  const std::int64_t strips = (image.n_slow + rows_of_strip - 1) / rows_of_strip;
  backends::WorkItems items({});
  bool wrapped = false;
#pragma omp parallel for schedule(dynamic) reduction(|| : wrapped)
  for (std::int64_t strip = 0; strip < strips; ++strip)
    items.run([&] { wrapped = Strip(image, table, strip * rows_of_strip).add(most, out) || wrapped; });
  items.finish();
  return wrapped;
}

}  // namespace

Spread spread_photons(std::vector<float>& photons, std::size_t n_fast, const SpreadKernel& kernel,
                      std::int64_t radius) {
  Spread result;
  Lit image{photons, static_cast<std::int64_t>(n_fast), static_cast<std::int64_t>(photons.size() / n_fast)};
  find_radii(image, RadiusTable(kernel, std::max(image.n_fast, image.n_slow), radius));
  const std::int64_t most = std::ranges::max(image.rows, {}, &RowRadii::most).most;
  if (most > 0) result.radius = kernel.radius(static_cast<double>(std::ranges::max(photons)));
  result.lost = lost_photons(image, kernel, most);
  const KernelTable table(kernel, std::min(most, image.n_fast), std::min(most, image.n_slow));
  std::vector<float> out = zeros<float>(photons.size());
  result.wrapped = add_strips(image, table, most, out);
  const double each = result.lost / static_cast<double>(photons.size());
  for (float& pixel : out) pixel = static_cast<float>(static_cast<double>(pixel) + each);
  photons = std::move(out);
  return result;
}

}  // namespace femtobragg::noisify
