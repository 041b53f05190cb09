// From the words of a command line to options.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/nanobragg/flags/geometry_setup.h"
#include "femtobragg/nanobragg/flags/header_geometry.h"
#include "femtobragg/nanobragg/flags/option_table.h"
#include "femtobragg/nanobragg/flags/scene_input.h"

namespace femtobragg::nanobragg {

struct ParsedArguments {
  Options options;
  Origins origins;
  std::vector<std::string> warnings;
};

/// The flag that a word is, or null.
const Flag* flag_in(const std::string& word);

/// What must be known before all other flags.
struct EarlyOptions {
  std::string image_header, mask;     ///< of the last -img and -mask
  std::optional<std::string> quirks;  ///< of the last -quirks
  bool quiet = false;
  std::string geometry;  ///< the word after the last -geometry
  GapWords gaps;
};
EarlyOptions early_options(std::span<const std::string> words, Reading reading);

/// Applies the headers, the geometry file and the scene, then the flags in order. Throws Error(Usage).
ParsedArguments parse_arguments(std::span<const std::string> words, Reading reading, const QuirkSet& quirks,
                                std::span<const GeometryHeader> headers, const GeometryFile* geometry = nullptr,
                                const SceneFile* scene = nullptr);

}  // namespace femtobragg::nanobragg
