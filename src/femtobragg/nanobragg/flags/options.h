// What the command line and image headers say, in SI units, before any rule is applied to it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/assemble/scene.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"
#include "femtobragg/formats/image/image_contents.h"

namespace femtobragg::nanobragg {

enum class Convention { Custom, Adxv, Mosflm, Denzo, Xds, Dials };
enum class PivotPoint { Beam, Sample };

/// Axes given by vector flags, as typed.
struct AxisVectors {
  std::optional<Vec3d> fast, slow, normal, beam, polarization, spindle, twotheta;

  friend bool operator==(const AxisVectors&, const AxisVectors&) = default;
};

struct FileOptions {
  std::string mask, stol, geometry;
  std::string dump = "Fdump.bin";
  bool dump_named = false;

  friend bool operator==(const FileOptions&, const FileOptions&) = default;
};

/// A point on the detector, along fast and slow (m); for a beam centre (X, Y).
struct DetectorPoint {
  double fast = 0, slow = 0;

  friend bool operator==(const DetectorPoint&, const DetectorPoint&) = default;
};

/// The beam centre of an image's header.
struct StatedCentre {
  std::optional<double> x_m, y_m;      ///< BEAM_CENTER as it stands there
  std::optional<DetectorPoint> point;  ///< where its keys put the direct beam; nothing: it is not clear
  bool by_convention = false;          ///< a flag of convention says what BEAM_CENTER, the only key, means

  friend bool operator==(const StatedCentre&, const StatedCentre&) = default;
};

struct DetectorOptions {
  double pixel_m = 1e-4;
  double slow_over_fast = 1;  ///< edges of a pixel; only geometry files have other ones
  double size_fast_m = 0.1024, size_slow_m = 0.1024;
  std::optional<std::int64_t> n_fast, n_slow;
  std::optional<double> distance_m, close_distance_m;
  bool close_distance_from_header = false;
  std::optional<double> x_beam_m, y_beam_m, x_close_m, y_close_m, org_x, org_y;
  StatedCentre header_centre;
  std::optional<Convention> convention;
  bool custom = false;         ///< a vector or origin was given after the last convention
  AxisVectors vectors;         ///< all that were given
  AxisVectors recent_vectors;  ///< those given after the last convention
  std::optional<Vec3d> pix0_m;
  std::optional<PivotPoint> pivot;           ///< of -pivot
  PivotPoint last_pivot = PivotPoint::Beam;  ///< of the last flag that nanoBragg lets set one
  std::optional<PivotPoint> last_centre;     ///< Beam: beam centre flag, Sample: near point flag
  Vec3d rotation_rad;                        ///< about lab x, y, z
  double twotheta_rad = 0;
  bool curved = false, point_pixel = false;
  double attenuation_per_m = -1;  ///< negative: not given
  double thickness_m = 0;
  bool sensor_off = false;  ///< -detector_abs inf or 0
  std::optional<std::int64_t> thickness_steps;
  std::string known_name;       ///< of -detector
  std::string sensor_material;  ///< of -sensor
  double sensor_thickness_m = 0;
  std::array<std::int64_t, 4> roi{-1, -1, -1, -1};  ///< inclusive, fast then slow; negative: default

  friend bool operator==(const DetectorOptions&, const DetectorOptions&) = default;
};

/// nanoBragg's flags for factors that it takes from one sample of a pixel.
struct OversampleOptions {
  bool thick = false, polar = false, omega = false;

  friend bool operator==(const OversampleOptions&, const OversampleOptions&) = default;
};

/// What a file of -o holds instead of the image.
struct ImageChoice {
  std::string stage{};  ///< values after this stage of the response
  std::string part{};   ///< photons of this part of the experiment

  friend bool operator==(const ImageChoice&, const ImageChoice&) = default;
};

struct OutputOptions {
  std::string float_file = "floatimage.bin", int_file = "intimage.img";
  std::string pgm_file = "image.pgm", noise_file = "noiseimage.img";
  bool float_named = false, int_named = false, pgm_named = false, noise_named = false;
  bool pgm = true, noise = true;
  double scale = 0, pgm_scale = 0;  ///< not positive: automatic
  double adc_offset = 40;
  std::optional<std::int64_t> seed;
  bool print_pixels = false;
  std::optional<std::array<std::int64_t, 2>> print_pixel;  ///< fast, slow
  std::optional<std::array<std::int64_t, 2>> trace_pixel;  ///< slow, fast
  bool progress = true, quiet = false, show_config = false;
  std::vector<std::string> extra;              ///< -o
  std::map<std::string, ImageChoice> choices;  ///< of some of them, as they are typed
  std::int64_t frames = 1;                     ///< of a rotation series
  std::string expt;                            ///< -expt
  std::string scene_file;                      ///< -save_scene
  std::vector<std::string> truth;              ///< -truth
  std::string truth_hkl_map;
  std::string mosaic_rotations;  ///< -mosaic_rotations_out
  double truth_fraction = 1e-6;
  formats::PreviewOptions png;  ///< without the spots
  bool png_spots = false;
  formats::Compression compression = formats::Compression::Gzip;

  friend bool operator==(const OutputOptions&, const OutputOptions&) = default;
};

struct RunOptions {
  std::string device = "auto";
  std::string number_type;   ///< empty: by program
  double tolerance = 0;      ///< of the brightest pixel
  std::int64_t threads = 0;  ///< 0: all cores
  std::optional<std::string> quirks;
  bool cache = true;                ///< keep the structure factors of models
  std::optional<std::string> help;  ///< empty: usual flags; "all"; or a group
  bool version = false, list_detectors = false;

  friend bool operator==(const RunOptions&, const RunOptions&) = default;
};

/// The parts of a scene that flags write as they are, and what becomes part of one by conventions and quirks.
struct Options {
  FileOptions files;
  DetectorOptions detector;
  BeamScene beam;
  CrystalScene crystal;
  FactorScene factors;
  RotationScene rotation;
  SamplingScene sampling;
  double water_edge_m = 0;
  std::vector<BackgroundScene> backgrounds;
  Attenuation attenuation;
  ResponseScene response;
  OversampleOptions oversample;
  SensorScene scene_sensor;     ///< of a scene's file
  Compatibility compatibility;  ///< of a scene's file
  OutputOptions output;
  RunOptions run;

  friend bool operator==(const Options&, const Options&) = default;
};

}  // namespace femtobragg::nanobragg
