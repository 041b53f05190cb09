// Detectors by their makers' names: pixels, gaps between modules, sensor, saturation. Each row states its source.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/detector.h"

namespace femtobragg::formats {

/// Equal modules side by side in one image, with gaps that count nothing.
struct KnownDetector {
  std::string_view name;  ///< lower case, without blanks: "eiger2-16m"
  std::size_t n_fast = 0, n_slow = 0;
  double pixel_um = 0;
  std::size_t module_fast = 0, module_slow = 0;  ///< 0: one sensor without gaps
  std::size_t gap_fast = 0, gap_slow = 0;
  std::string_view material;  ///< of the sensor; empty: a surface that absorbs everything (a phosphor)
  double thickness_um = 0;    ///< the usual one, where the maker offers several
  double saturation = 0;      ///< counts; 0: none stated
  std::string_view source;
};

std::span<const KnownDetector> known_detectors();

/// By name, whatever the case, blanks, '-' and '_' ("Eiger2 16M"); null: not in the list.
const KnownDetector* find_detector(std::string_view name);
/// The same; throws Error(Usage) that names near ones.
const KnownDetector& detector_named(std::string_view name);

/// One byte a pixel, 0 in gaps; empty where there are none.
std::vector<std::uint8_t> gap_mask(const KnownDetector& detector);

/// The table as text, a line each.
std::string detector_table();

}  // namespace femtobragg::formats
