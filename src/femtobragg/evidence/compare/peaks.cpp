// Local maxima, and pairs of them found through a grid of cells as wide as the gate.
#include "femtobragg/evidence/compare/peaks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <tuple>

#include "femtobragg/evidence/compare/image_comparison.h"

namespace femtobragg::evidence {
namespace {

constexpr double least_share = 0.01;

class PeakSearch {
 public:
  PeakSearch(const Image& image, const ImageRegion& region) : image_(image), region_(region) {}

  /// Of pixels that are equally bright, the first one counts.
  bool is_peak(std::size_t fast, std::size_t slow) const {
    const double here = at(fast, slow);
    for (int ds = -1; ds <= 1; ++ds)
      for (int df = -1; df <= 1; ++df) {
        if (df == 0 && ds == 0) continue;
        const double there = at(fast + static_cast<std::size_t>(df), slow + static_cast<std::size_t>(ds));
        const bool before = ds < 0 || (ds == 0 && df < 0);
        if (before ? !(here > there) : !(here >= there)) return false;
      }
    return true;
  }

  Peak peak(std::size_t fast, std::size_t slow) const {
    const double here = at(fast, slow);
    return {static_cast<double>(fast) + vertex(at(fast - 1, slow), here, at(fast + 1, slow)),
            static_cast<double>(slow) + vertex(at(fast, slow - 1), here, at(fast, slow + 1)), here};
  }

 private:
  /// Beyond the edge it is dark. An index below zero wraps to one that is beyond the edge.
  double at(std::size_t fast, std::size_t slow) const {
    const bool inside =
        fast >= region_.fast_begin && fast < region_.fast_end && slow >= region_.slow_begin && slow < region_.slow_end;
    return inside ? static_cast<double>(image_.pixels[slow * image_.n_fast + fast]) : 0.0;
  }

  /// Where the parabola through three neighbouring pixels has its maximum, from the middle one.
  static double vertex(double before, double here, double after) {
    const double curvature = before - 2 * here + after;
    return curvature < 0 ? std::clamp(0.5 * (before - after) / curvature, -0.5, 0.5) : 0.0;
  }

  const Image& image_;
  const ImageRegion& region_;
};

struct Pair {
  double squared_px2;
  std::size_t first, second;
};

using Cell = std::pair<std::int64_t, std::int64_t>;

/// All pairs that are nearer than the gate.
std::vector<Pair> near_pairs(const std::vector<Peak>& first, const std::vector<Peak>& second, double gate_px) {
  const auto cell_of = [&](const Peak& peak) {
    return Cell{std::llround(std::floor(peak.fast / gate_px)), std::llround(std::floor(peak.slow / gate_px))};
  };
  std::map<Cell, std::vector<std::size_t>> cells;
  for (std::size_t i = 0; i < second.size(); ++i) cells[cell_of(second[i])].push_back(i);
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto [cell_fast, cell_slow] = cell_of(first[i]);
    for (std::int64_t ds = -1; ds <= 1; ++ds)
      for (std::int64_t df = -1; df <= 1; ++df) {
        const auto cell = cells.find({cell_fast + df, cell_slow + ds});
        if (cell == cells.end()) continue;
        for (const std::size_t j : cell->second) {
          const double fast = second[j].fast - first[i].fast, slow = second[j].slow - first[i].slow;
          const double squared = fast * fast + slow * slow;
          if (squared < gate_px * gate_px) pairs.push_back({squared, i, j});
        }
      }
  }
  return pairs;
}

}  // namespace

std::vector<Peak> find_peaks(const Image& image, const ImageRegion& region, std::size_t most) {
  double brightest = 0;
  for (std::size_t slow = region.slow_begin; slow < region.slow_end; ++slow)
    for (std::size_t fast = region.fast_begin; fast < region.fast_end; ++fast)
      brightest = std::max(brightest, static_cast<double>(image.row(slow)[fast]));
  std::vector<Peak> peaks;
  if (!(brightest > 0) || !std::isfinite(brightest)) return peaks;
  const PeakSearch search(image, region);
  for (std::size_t slow = region.slow_begin; slow < region.slow_end; ++slow)
    for (std::size_t fast = region.fast_begin; fast < region.fast_end; ++fast)
      if (static_cast<double>(image.row(slow)[fast]) >= least_share * brightest && search.is_peak(fast, slow))
        peaks.push_back(search.peak(fast, slow));
  std::ranges::stable_sort(peaks, std::greater{}, &Peak::photons);
  if (peaks.size() > most) peaks.resize(most);
  return peaks;
}

PeakMatch match_peaks(const std::vector<Peak>& first, const std::vector<Peak>& second, double gate_px) {
  PeakMatch match{first.size(), second.size(), 0, {}, {}};
  std::vector<Pair> pairs = near_pairs(first, second, gate_px);
  std::ranges::sort(pairs, {}, [](const Pair& p) { return std::tuple(p.squared_px2, p.first, p.second); });
  std::vector<bool> taken_first(first.size()), taken_second(second.size());
  double sum = 0, largest = 0;
  for (const Pair& pair : pairs) {
    if (taken_first[pair.first] || taken_second[pair.second]) continue;
    taken_first[pair.first] = taken_second[pair.second] = true;
    const double distance = std::sqrt(pair.squared_px2);
    sum += distance;
    largest = distance;
    ++match.matched;
  }
  if (match.matched == 0) return match;
  match.mean_distance_px = sum / static_cast<double>(match.matched);
  match.max_distance_px = largest;
  return match;
}

}  // namespace femtobragg::evidence
