// What the command line and image headers say, in SI units, before any rule is applied to it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"
#include "femtobragg/formats/image/grey_image.h"
#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/model/crystal.h"
#include "femtobragg/simulate/spectrum.h"

namespace femtobragg::nanobragg {

enum class Convention { Custom, Adxv, Mosflm, Denzo, Xds, Dials };
enum class PivotPoint { Beam, Sample };

/// Axes given by vector flags, as typed.
struct AxisVectors {
  std::optional<Vec3d> fast, slow, normal, beam, polarization, spindle, twotheta;

  friend bool operator==(const AxisVectors&, const AxisVectors&) = default;
};

struct FileOptions {
  std::string hkl, matrix, mask, sources, spectrum, stol, geometry;
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
  std::optional<formats::SpectrumUnit> spectrum_unit;
  std::optional<GaussianBand> bandwidth;
  std::optional<PinkBand> pink;
  std::optional<TwoColours> two_colour;
  std::optional<SasePulse> sase;
  std::int64_t shot = 0;
  std::optional<std::int64_t> wavelengths;
  bool wavelengths_as_rows = false;  ///< those of the file, as they are
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
  bool direct_beam = false;  ///< F(0,0,0) shines
  bool cell_given = false;
  std::array<double, 6> cell{};  ///< angstrom and degrees; not positive: not given
  Vec3d misset_rad;
  bool misset_random = false;
  std::optional<std::int64_t> misset_seed;
  std::array<std::int64_t, 3> cells{1, 1, 1};
  std::array<double, 3> size_m{};  ///< zero: not given
  CrystalShape shape{};
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

/// Of structure factors that come from an atomic model, or from a file with columns.
struct ModelOptions {
  std::string file;
  std::vector<std::string> labels;  ///< of columns; empty: chosen
  double k_sol_e_A3 = 0;            ///< 0: no bulk solvent
  std::optional<double> b_sol_A2;
  std::optional<bool> anomalous;
  std::int64_t enlarge = 1;     ///< times the model's cell
  std::string method = "auto";  ///< fft, direct
  bool cache = true;

  friend bool operator==(const ModelOptions&, const ModelOptions&) = default;
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
  std::int64_t frames = 1;         ///< of a rotation series
  std::string expt;                ///< -expt
  std::vector<std::string> truth;  ///< -truth
  std::string truth_hkl_map;
  double truth_fraction = 1e-6;
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
  ModelOptions model;
  SamplingOptions sampling;
  OutputOptions output;
  RunOptions run;

  friend bool operator==(const Options&, const Options&) = default;
};

}  // namespace femtobragg::nanobragg
