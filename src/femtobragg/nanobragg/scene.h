// A run, set up: the experiment, and what reports say about how it came about.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/model/experiment.h"
#include "femtobragg/model/spectrum.h"
#include "femtobragg/nanobragg/detector_geometry.h"
#include "femtobragg/nanobragg/geometry_setup.h"
#include "femtobragg/nanobragg/header_geometry.h"
#include "femtobragg/nanobragg/option_table.h"
#include "femtobragg/nanobragg/random.h"
#include "femtobragg/nanobragg/step_rules.h"
#include "femtobragg/simulate/crystal_axes.h"

namespace femtobragg::nanobragg {

struct Scene {
  Options options;
  Origins origins;
  Experiment experiment;
  DetectorGeometry geometry;
  std::optional<Vec3d> random_misset_rad;
  std::optional<UnitCell> typed_cell, matrix_cell;  ///< of -cell, and of the file of -mat
  double crystal_volume_A3 = 0;
  SampledRange horizontal_rad, vertical_rad, wavelength;
  Spectrum spectrum;                        ///< finely sampled; empty: -lambda and -dispersion describe the beam
  std::vector<Source> directions;           ///< of the beam, each at the shortest wavelength of the spectrum
  double finest_resolution_m = 0;           ///< at which there are spots in the image, where there is a spectrum
  std::size_t wavelengths = 0;              ///< of the spectrum that are rendered
  std::vector<DivergencePoint> divergence;  ///< empty with a source file
  std::int64_t recommended_oversample = 1;
  double largest_dimension_m = 0, reciprocal_pixel_m = 0;
  std::uint64_t reflections = 0;
  std::int64_t noise_seed = 0, misset_seed = 0;  ///< as the generator takes them: minus the typed ones
  std::optional<std::int64_t> clock_seed;        ///< where one seed from the clock serves the whole run
  std::size_t frame = 0;                         ///< of a series, counted from 0
  std::string series_image;                      ///< of a series: the file that the frame ends up in
  std::vector<std::string> asked_outputs;        ///< of a series: what the command line calls options.output.extra
  std::string scan_part;                         ///< of a series: the frame's reflections for those of the whole
  RandomNumbers random;                          ///< after set-up, before noise
  std::vector<std::string> file_notes;           ///< what was read from where
  std::vector<std::string> crystal_notes;        ///< how a file with cell and symmetry became structure factors
  std::vector<std::string> warnings;
};

/// Nothing can be rendered: the usage text should be shown.
struct NothingToRender : std::exception {};

/// What a scene is set up from.
struct SceneInputs {
  Options options;
  Origins origins;
  std::vector<GeometryHeader> headers;
  std::vector<std::uint8_t> mask_pixels;  ///< of the mask among the headers; 0: not rendered
  Reading reading = Reading::Strict;
  bool writes_noise = true;  ///< some image with counting noise will be written
  bool writes_dump = true;   ///< leave a dump of the structure factors where the options ask for one
  std::optional<GeometryFile> geometry{};
};

/// Sets a run up. Reads all input files but the headers. Throws Error, or NothingToRender where neither structure
/// factors nor a crystal are given. Notes on `quirks` which of them change the run.
Scene build_scene(SceneInputs inputs, QuirkLog& quirks);

}  // namespace femtobragg::nanobragg
