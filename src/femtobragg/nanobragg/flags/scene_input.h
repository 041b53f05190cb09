// A scene's file in front of flags: it says what no flag replaces.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "femtobragg/nanobragg/flags/geometry_setup.h"
#include "femtobragg/nanobragg/flags/options.h"
#include "femtobragg/nanobragg/flags/origins.h"

namespace femtobragg::nanobragg {

/// The first word, if it names a scene or a file that can carry one, and is not a flag.
std::optional<std::string> scene_argument(std::span<const std::string> words);

struct SceneFile {
  std::string path;
  femtobragg::Scene scene;
  GeometryFile geometry;  ///< its panels, and where they stand
};
/// Reads the scene that the first word names, without what flags behind it replace. `gaps`: -distance, -detpixels and
/// -detector, which are part of its detector. Throws Error.
SceneFile read_scene_file(std::span<const std::string> words, const GapWords& gaps);

/// Sets the options that the scene knows, as an image's header would: every flag wins.
void apply_scene(const SceneFile& file, Options& options, Origins& origins);

}  // namespace femtobragg::nanobragg
