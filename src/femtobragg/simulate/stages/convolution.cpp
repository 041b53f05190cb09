// Rows, then columns, in blocks that threads share.
#include "femtobragg/simulate/stages/convolution.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#define POCKETFFT_NO_MULTITHREADING
#include <gemmi/third_party/pocketfft_hdronly.h>

#include "femtobragg/backends/work_items.h"
#include "femtobragg/base/all_lanes.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::stages {
namespace {

using Complex = std::complex<double>;

/// f(begin, end) for blocks of [0, count), on several threads.
template <class F>
void in_blocks(std::size_t count, std::size_t block, int threads, F&& f) {
  backends::WorkItems items{std::stop_token()};
  const std::size_t blocks = (count + block - 1) / block;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (std::size_t i = 0; i < blocks; ++i) items.run([&] { f(i * block, std::min((i + 1) * block, count)); });
  items.finish();
}

double finite(double value) { return std::isfinite(value) ? value : 0; }

FB_ALL_LANES void copy_finite(const double* from, std::size_t count, double* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = from[i] - from[i] == 0 ? from[i] : 0;
}
/// Where the old number is finite.
FB_ALL_LANES void replace_finite(const double* from, std::size_t count, double* numbers) {
  for (std::size_t i = 0; i < count; ++i) numbers[i] = numbers[i] - numbers[i] == 0 ? from[i] : numbers[i];
}

/// What a row of sums is made from: rows up to so many steps before and after, and their shares.
struct Neighbours {
  std::span<const double> shares;
  const double* const* before;  ///< by steps
  const double* const* after;
};

/// out[i] = sum over steps of shares x (before + after), `width` numbers, a multiple of sums_at_once.
constexpr std::size_t sums_at_once = 32;
FB_ALL_LANES void add_neighbours(const Neighbours& from, std::size_t width, double* out) {
  for (std::size_t begin = 0; begin < width; begin += sums_at_once) {
    double sums[sums_at_once];
    for (std::size_t i = 0; i < sums_at_once; ++i) sums[i] = from.shares[0] * from.before[0][begin + i];
    for (std::size_t steps = 1; steps < from.shares.size(); ++steps) {
      const double share = from.shares[steps];
      const double *before = from.before[steps] + begin, *after = from.after[steps] + begin;
      for (std::size_t i = 0; i < sums_at_once; ++i) sums[i] += share * (before[i] + after[i]);
    }
    for (std::size_t i = 0; i < sums_at_once; ++i) out[begin + i] = sums[i];
  }
}

/// Rows of a strip from top to bottom. A row is overwritten when all rows that need it have it.
class StripOfRows {
 public:
  StripOfRows(const Plane& plane, std::span<const double> fast, std::span<const double> slow, std::size_t begin,
              std::size_t end)
      : plane_(plane),
        fast_(fast),
        slow_(slow),
        begin_(begin),
        end_(end),
        width_((plane.n_fast + sums_at_once - 1) / sums_at_once * sums_at_once),
        kept_(2 * slow.size()),
        rows_(kept_ * width_),
        dark_(width_),
        sums_(width_ + 2 * fast.size()) {}

  /// Takes copies of the rows beyond the strip's ends, before anybody overwrites them.
  void look_around() {
    const std::size_t reach = slow_.size() - 1;
    for (std::size_t slow = begin_ - std::min(begin_, reach); slow < begin_; ++slow) take(slow);
    for (std::size_t slow = end_; slow < std::min(end_ + reach, plane_.n_slow); ++slow) {
      below_.resize(below_.size() + width_);
      copy(slow, below_.data() + below_.size() - width_);
    }
  }

  void run() {
    const std::size_t reach = slow_.size() - 1;
    std::size_t next = begin_;
    std::vector<const double*> before(slow_.size()), after(slow_.size());
    for (std::size_t slow = begin_; slow < end_; ++slow) {
      for (; next < end_ && next <= slow + reach; ++next) take(next);
      for (std::size_t steps = 0; steps <= reach; ++steps) {
        before[steps] = slow >= steps ? row(slow - steps) : dark_.data();
        after[steps] = slow + steps < plane_.n_slow ? row(slow + steps) : dark_.data();
      }
      double* const middle = sums_.data() + fast_.size();
      add_neighbours({slow_, before.data(), after.data()}, width_, middle);
      std::fill(middle + plane_.n_fast, middle + width_, 0.0);
      along(middle, plane_.row(slow));
    }
  }

 private:
  double* place_of(std::size_t slow) { return rows_.data() + slow % kept_ * width_; }
  const double* row(std::size_t slow) { return slow < end_ ? place_of(slow) : below_.data() + (slow - end_) * width_; }
  void copy(std::size_t slow, double* to) const { copy_finite(plane_.row(slow).data(), plane_.n_fast, to); }
  void take(std::size_t slow) { copy(slow, place_of(slow)); }

  void along(const double* middle, std::span<double> out) {
    std::vector<const double*> before(fast_.size()), after(fast_.size());
    spread_.resize(width_);
    for (std::size_t steps = 0; steps < fast_.size(); ++steps)
      before[steps] = middle - steps, after[steps] = middle + steps;
    add_neighbours({fast_, before.data(), after.data()}, width_, spread_.data());
    replace_finite(spread_.data(), out.size(), out.data());
  }

  const Plane& plane_;
  std::span<const double> fast_, slow_;
  std::size_t begin_, end_, width_;
  std::size_t kept_;
  std::vector<double> rows_, below_{}, dark_, sums_, spread_{};
};

pocketfft::stride_t steps_of(std::size_t outer, std::size_t inner, std::size_t bytes) {
  return {static_cast<std::ptrdiff_t>(outer * bytes), static_cast<std::ptrdiff_t>(inner * bytes)};
}

/// Real numbers along the fast axis, complex ones in between: of `rows` rows of `size` numbers, which begin in `in`.
void transform_rows(std::vector<double>& in, std::size_t rows, std::size_t size, Complex* out) {
  const std::size_t half = size / 2 + 1;
  pocketfft::r2c({rows, size}, steps_of(size, 1, sizeof(double)), steps_of(half, 1, sizeof(Complex)), 1, true,
                 in.data(), out, 1.0);
}

/// Columns of `width` neighbours in place, each with `size` numbers.
void transform_columns(std::vector<Complex>& data, std::size_t size, std::size_t width, bool forward) {
  pocketfft::c2c({size, width}, steps_of(width, 1, sizeof(Complex)), steps_of(width, 1, sizeof(Complex)), {0}, forward,
                 data.data(), data.data(), 1.0);
}

class Convolver {
 public:
  Convolver(const Plane& plane, int threads)
      : plane_(plane),
        threads_(threads),
        fast_size_(pocketfft::detail::util::good_size_real(2 * plane.n_fast)),
        slow_size_(pocketfft::detail::util::good_size_cmplx(2 * plane.n_slow)),
        half_(fast_size_ / 2 + 1),
        rows_(plane.n_slow * half_),
        shares_(plane.n_slow * half_) {}

  void run(const ShareRow& shares) {
    in_blocks(plane_.n_slow, block, threads_, [&](std::size_t begin, std::size_t end) {
      rows_of_plane(begin, end);
      rows_of_shares(begin, end, shares);
    });
    in_blocks(half_, block, threads_, [&](std::size_t begin, std::size_t end) { columns(begin, end); });
    in_blocks(plane_.n_slow, block, threads_, [&](std::size_t begin, std::size_t end) { rows_back(begin, end); });
  }

 private:
  static constexpr std::size_t block = 16;

  void rows_of_plane(std::size_t begin, std::size_t end) {
    std::vector<double> padded((end - begin) * fast_size_);
    for (std::size_t slow = begin; slow < end; ++slow)
      std::ranges::transform(plane_.row(slow), padded.data() + (slow - begin) * fast_size_, finite);
    transform_rows(padded, end - begin, fast_size_, rows_.data() + begin * half_);
  }

  /// The transform of an even function is real.
  void rows_of_shares(std::size_t begin, std::size_t end, const ShareRow& shares) {
    std::vector<double> even((end - begin) * fast_size_);
    for (std::size_t slow = begin; slow < end; ++slow) {
      const std::span row = std::span(even).subspan((slow - begin) * fast_size_, fast_size_);
      shares(slow, row.first(plane_.n_fast));
      for (std::size_t i = 1; i < plane_.n_fast; ++i) row[fast_size_ - i] = row[i];
    }
    std::vector<Complex> transformed((end - begin) * half_);
    transform_rows(even, end - begin, fast_size_, transformed.data());
    std::ranges::transform(transformed, shares_.begin() + static_cast<std::ptrdiff_t>(begin * half_),
                           [](const Complex& c) { return c.real(); });
  }

  void columns(std::size_t begin, std::size_t end) {
    const std::size_t width = end - begin;
    std::vector<Complex> light(slow_size_ * width), spread(slow_size_ * width);
    for (std::size_t slow = 0; slow < plane_.n_slow; ++slow)
      for (std::size_t i = 0; i < width; ++i) {
        light[slow * width + i] = rows_[slow * half_ + begin + i];
        const double share = shares_[slow * half_ + begin + i];
        spread[slow * width + i] = share;
        if (slow > 0) spread[(slow_size_ - slow) * width + i] = share;
      }
    transform_columns(light, slow_size_, width, true);
    transform_columns(spread, slow_size_, width, true);
    for (std::size_t i = 0; i < light.size(); ++i) light[i] *= spread[i].real();
    transform_columns(light, slow_size_, width, false);
    for (std::size_t slow = 0; slow < plane_.n_slow; ++slow)
      std::copy_n(light.begin() + static_cast<std::ptrdiff_t>(slow * width), width,
                  rows_.begin() + static_cast<std::ptrdiff_t>(slow * half_ + begin));
  }

  void rows_back(std::size_t begin, std::size_t end) {
    std::vector<double> padded((end - begin) * fast_size_);
    pocketfft::c2r({end - begin, fast_size_}, steps_of(half_, 1, sizeof(Complex)),
                   steps_of(fast_size_, 1, sizeof(double)), 1, false, rows_.data() + begin * half_, padded.data(),
                   1 / (static_cast<double>(fast_size_) * static_cast<double>(slow_size_)));
    for (std::size_t slow = begin; slow < end; ++slow) {
      const std::span<double> row = plane_.row(slow);
      for (std::size_t fast = 0; fast < plane_.n_fast; ++fast)
        if (std::isfinite(row[fast])) row[fast] = padded[(slow - begin) * fast_size_ + fast];
    }
  }

  const Plane& plane_;
  int threads_;
  std::size_t fast_size_, slow_size_, half_;
  std::vector<Complex> rows_;   ///< transformed along the fast axis
  std::vector<double> shares_;  ///< the same
};

}  // namespace

void require_edges(const Panel& panel) {
  const double fast_m = panel.edge_fast_m(), slow_m = panel.edge_slow_m();
  if (fast_m > 0 && slow_m > 0) return;
  throw Error::usage({.what = "light cannot spread over pixels without a size",
                      .where = "detector.panel",
                      .value = format_number(fast_m) + " x " + format_number(slow_m) + " m",
                      .rule = "edges must be above zero"});
}

void convolve(const Plane& plane, std::span<const double> fast, std::span<const double> slow, int threads) {
  const std::size_t height = (plane.n_slow + static_cast<std::size_t>(threads) - 1) / static_cast<std::size_t>(threads);
  std::vector<StripOfRows> strips;
  for (std::size_t begin = 0; begin < plane.n_slow; begin += height)
    strips.emplace_back(plane, fast, slow, begin, std::min(begin + height, plane.n_slow));
  for (StripOfRows& strip : strips) strip.look_around();
  in_blocks(strips.size(), 1, threads, [&](std::size_t i, std::size_t) { strips[i].run(); });
}

void convolve_everywhere(const Plane& plane, const ShareRow& shares, int threads) {
  Convolver(plane, threads).run(shares);
}

}  // namespace femtobragg::stages
