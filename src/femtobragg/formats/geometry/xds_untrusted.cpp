// Row by row: the runs of all areas are joined first, so that no pixel is masked twice.
#include "femtobragg/formats/geometry/xds_untrusted.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/geometry/geometry_parts.h"

namespace femtobragg::formats {
namespace {

using Run = std::pair<double, double>;  ///< both ends excluded

/// On an edge, but for rounding.
constexpr double on_edge = 1e-9;

/// Where the outline crosses the row, just after it (towards larger y) or just before it.
std::vector<double> crossings(const std::array<double, 8>& corners, double y, bool after) {
  std::vector<double> xs;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t j = (i + 1) % 4;
    const double x1 = corners[2 * i], y1 = corners[2 * i + 1], x2 = corners[2 * j], y2 = corners[2 * j + 1];
    const auto [low, high] = std::minmax(y1, y2);
    if (after ? low <= y && y < high : low < y && y <= high) xs.push_back(x1 + (y - y1) / (y2 - y1) * (x2 - x1));
  }
  std::ranges::sort(xs);
  return xs;
}

/// A point is within if it is on both sides of its row; otherwise it lies on the edge.
void add_quadrilateral(const std::array<double, 8>& corners, double y, std::vector<Run>& runs) {
  const std::vector<double> before = crossings(corners, y, false), after = crossings(corners, y, true);
  for (std::size_t i = 0; i + 1 < before.size(); i += 2)
    for (std::size_t j = 0; j + 1 < after.size(); j += 2)
      runs.emplace_back(std::max(before[i], after[j]), std::min(before[i + 1], after[j + 1]));
}

void add_runs(const UntrustedArea& area, double y, std::vector<Run>& runs) {
  const auto& [x1, x2, y1, y2, a, b, c, d] = area.numbers;
  switch (area.form) {
    case UntrustedArea::Form::Rectangle:
      if (y1 < y && y < y2) runs.emplace_back(x1, x2);
      return;
    case UntrustedArea::Form::Ellipse: {
      if (!(y1 < y && y < y2)) return;
      const double share = (2 * y - y1 - y2) / (y2 - y1);
      const double half = (x2 - x1) / 2 * std::sqrt(std::max(0.0, 1 - share * share)), middle = (x1 + x2) / 2;
      runs.emplace_back(middle - half, middle + half);
      return;
    }
    case UntrustedArea::Form::Quadrilateral: return add_quadrilateral(area.numbers, y, runs);
  }
}

/// Pixels of a panel's row: from the first that is masked to the one after the last.
PixelRectangle pixels_of(const Run& run, const Panel& panel, std::size_t slow) {
  const auto within = [&](double number) {
    const double fast = number - static_cast<double>(panel.data_fast);
    return static_cast<std::size_t>(std::clamp(fast, 0.0, static_cast<double>(panel.n_fast)));
  };
  return {within(std::floor(run.first + on_edge)), slow, within(std::ceil(run.second - on_edge) - 1), slow + 1};
}

}  // namespace

void mask_untrusted(std::vector<Panel>& panels, const std::vector<UntrustedArea>& areas, const std::string& where) {
  if (areas.empty()) return;
  std::uint64_t rows = 0, pixels = 0;
  for (const Panel& panel : panels) {
    rows += panel.n_slow;
    pixels += panel.n_fast * panel.n_slow;
  }
  require_maskable(pixels, where);
  constexpr std::uint64_t most = std::uint64_t{1} << 28;  // a few seconds
  if (rows > most / areas.size())
    throw Error::runtime({.what = "too many untrusted areas",
                          .where = where,
                          .value = std::to_string(areas.size()),
                          .rule = "areas times rows of pixels can be at most 2^28",
                          .remedy = "give the mask as an image"});
  std::vector<Run> runs;
  for (Panel& panel : panels)
    for (std::size_t slow = 0; slow < panel.n_slow; ++slow) {
      runs.clear();
      for (const UntrustedArea& area : areas) add_runs(area, static_cast<double>(panel.data_slow + slow + 1), runs);
      std::ranges::sort(runs);
      std::size_t done = 0;
      for (const Run& run : runs) {
        PixelRectangle rectangle = pixels_of(run, panel, slow);
        rectangle.fast_begin = std::max(rectangle.fast_begin, done);
        mask_out(panel, rectangle);
        done = std::max(done, rectangle.fast_end);
      }
    }
}

}  // namespace femtobragg::formats
