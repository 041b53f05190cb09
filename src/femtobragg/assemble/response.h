// What known detectors make of photons, and what a scene says instead.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "femtobragg/assemble/scene.h"
#include "femtobragg/model/response.h"

#pragma GCC visibility push(default)
namespace femtobragg::assemble {

/// A figure of a response, in words, and who states it.
struct ResponseFigure {
  std::string_view text, source;
};

struct KnownResponse {
  std::string_view name;   ///< lower case: "eiger"
  std::string_view about;  ///< the detectors that it describes
  std::span<const ResponseFigure> figures;
  /// For photons of that energy; numbers of analogue detectors grow with it.
  Response (*make)(double photon_keV);
};

std::span<const KnownResponse> known_responses();
/// Ignores case. Throws Error(Usage) that lists the known ones.
const KnownResponse& response_named(std::string_view name);
/// The list as text: each response with its figures and their sources.
std::string response_table();

/// The response of a scene, or of command-line options in its place, for an exposure and photons of that energy. Throws
/// Error(Usage) for names that are not known, and for values that no detector has.
Response response_of(const ResponseScene& scene, double photon_keV, double exposure_s);

/// Throws Error(Usage) if the detector counts further than the file stores numbers; `largest`: of them.
void require_range(const Response& response, double largest, const std::string& path);

}  // namespace femtobragg::assemble
#pragma GCC visibility pop
