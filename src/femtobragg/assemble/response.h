// What known detectors make of photons, and what a scene says instead.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/assemble/assembly.h"
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

/// Words for SpreadShape and DeadTimeKind, in their order.
inline constexpr std::array<std::string_view, 2> spread_shape_words{"gaussian", "fibre"};
inline constexpr std::array<std::string_view, 3> dead_time_words{"paralyzable", "retrigger", "nonparalyzable"};

/// Ranges of gain as a list of numbers, four each: gain, pedestal, noise, most photons. They have the codes 0, 1, 2
/// ...; in a known response with as many ranges they get its codes. Throws Error(Usage) for an incomplete range.
std::vector<GainRange> gain_ranges_of(std::span<const double> numbers);
std::vector<double> numbers_of(std::span<const GainRange> ranges);

/// Whether numbers of the response depend on how long the exposure is.
bool depends_on_exposure(const Response& response);

/// The response of a scene, or of command-line options in its place, for an exposure and photons of that energy. Throws
/// Error(Usage) for names that are not known, and for values that no detector has.
Response response_of(const ResponseScene& scene, double photon_keV, double exposure_s);

/// Draws the light of the phi steps of a frame of a series, where the response has it.
void set_step_light(Assembled& result, std::size_t frame);

/// Throws Error(Usage) if the detector counts further than the file stores numbers; `largest`: of them.
void require_range(const Response& response, double largest, const std::string& path);

}  // namespace femtobragg::assemble
#pragma GCC visibility pop
