// What the command line and image headers say, in SI units, before any rule is applied to it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"
#include "femtobragg/formats/grey_image.h"
#include "femtobragg/model/crystal.h"

namespace femtobragg::nanobragg {

enum class Convention { Custom, Adxv, Mosflm, Denzo, Xds, Dials };
enum class PivotPoint { Beam, Sample };

/// Axes given by vector flags, as typed.
struct AxisVectors {
  std::optional<Vec3d> fast, slow, normal, beam, polarization, spindle, twotheta;

  friend bool operator==(const AxisVectors&, const AxisVectors&) = default;
};

struct FileOptions {
  std::string hkl, matrix, mask, sources, stol, geometry;
  std::string dump = "Fdump.bin";
  bool dump_named = false;

  friend bool operator==(const FileOptions&, const FileOptions&) = default;
};

struct DetectorOptions {
  double pixel_m = 1e-4;
  double size_fast_m = 0.1024, size_slow_m = 0.1024;
  std::optional<std::int64_t> n_fast, n_slow;
  std::optional<double> distance_m, close_distance_m;
  bool close_distance_from_header = false;
  std::optional<double> x_beam_m, y_beam_m, x_close_m, y_close_m, org_x, org_y;
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

struct StepOptions {
  std::optional<double> range, step;
  std::optional<std::int64_t> count;

  friend bool operator==(const StepOptions&, const StepOptions&) = default;
};

struct BeamOptions {
  double wavelength_m = 1e-10;
  StepOptions horizontal_rad, vertical_rad;  ///< divergence
  StepOptions dispersion;                    ///< full width / wavelength; no step
  bool round_divergence = true;
  double polarization = 0;
  bool no_polarization = false;
  double fluence_per_m2 = unit_fluence_per_m2;
  double flux_per_s = 0, exposure_s = 1, beam_size_m = 1e-4;

  /// Whether they give the fluence, instead of `fluence_per_m2`.
  bool flux_counts() const { return flux_per_s != 0 && exposure_s > 0 && beam_size_m >= 0; }

  friend bool operator==(const BeamOptions&, const BeamOptions&) = default;
};

struct CrystalOptions {
  std::optional<double> default_amplitude;
  bool cell_given = false;
  std::array<double, 6> cell{};  ///< angstrom and degrees; not positive: not given
  Vec3d misset_rad;
  bool misset_random = false;
  std::optional<std::int64_t> misset_seed;
  std::array<std::int64_t, 3> cells{1, 1, 1};
  std::array<double, 3> size_m{};  ///< zero: not given
  CrystalShape shape = CrystalShape::Parallelepiped;
  double fudge = 1;
  std::optional<double> mosaic_rad;
  std::optional<std::int64_t> mosaic_domains;
  std::int64_t mosaic_seed = 12345678;
  double phi_rad = 0;
  StepOptions phi_steps_rad;
  double d_min_m = 0;
  std::optional<bool> interpolate;
  double water_m = 0;

  friend bool operator==(const CrystalOptions&, const CrystalOptions&) = default;
};

struct SamplingOptions {
  std::int64_t oversample = 0;  ///< not positive: automatic
  bool oversample_thick = false, oversample_polar = false, oversample_omega = false;

  friend bool operator==(const SamplingOptions&, const SamplingOptions&) = default;
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
  std::vector<std::string> extra;  ///< -o
  formats::GreyScale png_scale = formats::GreyScale::Log;
  double png_percentile = 99.9;

  friend bool operator==(const OutputOptions&, const OutputOptions&) = default;
};

struct RunOptions {
  std::string device = "auto";
  std::string number_type;   ///< empty: by program
  double tolerance = 0;      ///< of the brightest pixel
  std::int64_t threads = 0;  ///< 0: all cores
  std::optional<std::string> quirks;
  bool help = false, version = false, list_detectors = false;

  friend bool operator==(const RunOptions&, const RunOptions&) = default;
};

struct Options {
  FileOptions files;
  DetectorOptions detector;
  BeamOptions beam;
  CrystalOptions crystal;
  SamplingOptions sampling;
  OutputOptions output;
  RunOptions run;

  friend bool operator==(const Options&, const Options&) = default;
};

}  // namespace femtobragg::nanobragg
