// A run, set up: the experiment, and what reports say about how it came about.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/assemble/assembly.h"
#include "femtobragg/nanobragg/flags/detector_geometry.h"
#include "femtobragg/nanobragg/flags/geometry_setup.h"
#include "femtobragg/nanobragg/flags/header_geometry.h"
#include "femtobragg/nanobragg/flags/option_table.h"

namespace femtobragg::nanobragg {

struct Setup : assemble::Assembled {
  Options options;
  Origins origins;
  DetectorGeometry geometry;
  std::int64_t noise_seed = 0, misset_seed = 0;  ///< as the generator takes them: minus the typed ones
  std::optional<std::int64_t> clock_seed;        ///< where one seed from the clock serves the whole run
  bool serial_noise = false;                     ///< drawn by nanoBragg's generator, pixel after pixel
  std::size_t frame = 0;                         ///< of a series, counted from 0
  bool from_scene = false;                       ///< the run is described by a scene, whose fields messages name
  std::string series_image;                      ///< of a series: the file that the frame ends up in
  std::vector<std::string> asked_outputs;        ///< of a series: what the command line calls options.output.extra
  std::optional<femtobragg::Scene> saved_scene;  ///< of -save_scene: files that can carry it do
  std::string scan_part;                         ///< of a series: the frame's reflections for those of the whole
};

using assemble::NothingToRender;

/// What a scene is set up from.
struct SetupInputs {
  Options options;
  Origins origins;
  std::vector<GeometryHeader> headers;
  std::vector<std::uint8_t> mask_pixels;  ///< of the mask among the headers; 0: not rendered
  Reading reading = Reading::Strict;
  bool writes_noise = true;  ///< some image with counting noise will be written
  bool writes_dump = true;   ///< leave a dump of the structure factors where the options ask for one
  std::optional<GeometryFile> geometry{};
  bool from_scene = false;
};

/// Whether images of counts hold what the detector makes of photons, or their counts; otherwise expected photons.
inline bool draws_counts(const Setup& setup) { return setup.options.output.noise || setup.response; }

/// A text of the library that names fields: with flags, unless a scene describes the run.
std::string as_described(const Setup& setup, const std::string& text);

/// Sets a run up. Reads all input files but the headers. Throws Error, NothingToRender where neither structure
/// factors nor a crystal are given. Notes on `quirks` which of them change the run.
Setup set_up(SetupInputs inputs, QuirkLog& quirks);

}  // namespace femtobragg::nanobragg
