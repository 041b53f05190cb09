// Values that a geometry file may leave open, and that flags supply.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#pragma GCC visibility push(default)
namespace femtobragg::formats {

/// Each is refused if the file states it itself, or if its format never leaves it open.
struct GeometryGaps {
  std::optional<double> clen_m{};      ///< CrystFEL: panels are at clen + coffset; an encoder may read below zero
  std::optional<double> distance_m{};  ///< CrystFEL: clen + coffset of the first panel
  std::optional<std::size_t> n_fast{}, n_slow{};  ///< pyFAI: pixels of the detector
  std::string detector{};                         ///< pyFAI: its name in the list of known detectors
  std::optional<std::size_t> experiment{};  ///< DIALS: of the list; CrystFEL: crystal of a stream; from 0, none: first
};

}  // namespace femtobragg::formats
#pragma GCC visibility pop
