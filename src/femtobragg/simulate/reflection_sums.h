// Sums over the pixels that a reflection lights: from strips of rows to what a list says of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "femtobragg/backends/backend.h"
#include "femtobragg/kernel/plan.h"

namespace femtobragg {

/// Of one reflection on a panel, each sum over pixels: photons p, the pixel's centre, and the photons of whatever else
/// is in the pixel.
struct ReflectionSums {
  double photons = 0, fast = 0, slow = 0, wavelength = 0, phi = 0;  ///< each times p
  double squares = 0;                                               ///< p^2
  double background = 0;                                            ///< p x background
  double information = 0;                                           ///< p^2 over all photons of the pixel

  void add(const ReflectionSums& other);
};

/// A reflection, and on which side of a plane through the sample.
struct ReflectionKey {
  std::array<std::int32_t, 3> hkl{};
  bool other_side = false;

  friend auto operator<=>(const ReflectionKey&, const ReflectionKey&) = default;
};
struct ReflectionKeyHash {
  std::size_t operator()(const ReflectionKey& key) const;
};
using SumsOfReflections = std::unordered_map<ReflectionKey, ReflectionSums, ReflectionKeyHash>;

/// Photons of a panel's pixels; `first`: of the first, or null. Rows lie `stride` apart.
struct ImageOfPanel {
  const float* first = nullptr;
  std::size_t stride = 0;
};

/// Sums of strips, one after the other.
class StripSums {
 public:
  /// Whether a pixel lies on the other side.
  using OtherSide = std::function<bool(std::size_t fast, std::size_t slow)>;

  /// `other_side`: null, where there are no sides. `all`: the image, where other crystals light it too.
  void look(const kernel::PanelPlan& panel, const OtherSide& other_side, const backends::ReflectionStrip& strip,
            const ImageOfPanel& all = {});
  /// Of what was looked at since the last time.
  SumsOfReflections take() { return std::exchange(sums_, {}); }

 private:
  void add(const backends::ReflectionPixels& part, const double* totals, const double* backgrounds,
           const OtherSide& other_side);

  std::vector<double> totals_;  ///< photons of pixels in parts, all reflections and backgrounds
  SumsOfReflections sums_;
};

/// Adds up the strips of a panel in the order of rows, in whatever order they are done: sums do not depend on threads.
class PanelSums {
 public:
  explicit PanelSums(std::size_t slow_begin) : next_(slow_begin) {}

  void add(std::size_t slow_begin, std::size_t slow_end, SumsOfReflections strip);
  /// All strips that follow each other from the first row.
  const SumsOfReflections& sums() const { return sums_; }

 private:
  std::size_t next_;  ///< row
  SumsOfReflections sums_;
  std::map<std::size_t, std::pair<std::size_t, SumsOfReflections>> waiting_;  ///< by their first row
};

}  // namespace femtobragg
