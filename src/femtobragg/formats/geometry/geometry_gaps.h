// What a geometry file may leave open, and flags fill in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace femtobragg::formats {

/// Each is refused for a file that states it itself, and for formats that never leave it open.
struct GeometryGaps {
  std::optional<double> clen_m{};      ///< CrystFEL: panels stand at clen + coffset; an encoder may go below zero
  std::optional<double> distance_m{};  ///< CrystFEL: clen + coffset of the first panel
  std::optional<std::size_t> n_fast{}, n_slow{};  ///< pyFAI: pixels of the detector
  std::string detector{};                         ///< pyFAI: its name in the list of known detectors
};

}  // namespace femtobragg::formats
