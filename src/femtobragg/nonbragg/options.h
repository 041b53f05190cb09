// What the command line of nonBragg says, in SI units.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/assemble/scene.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"

namespace femtobragg::nonbragg {

enum class Pivot { Beam, Sample };

struct TableOptions {
  std::string file;
  double per_m = 1e10;  ///< what the first column is multiplied with
};

struct SampleOptions {
  Vec3d size_m{1e-4, 1e-4, 1e-4};  ///< x is along the beam
  double density_g_per_m3 = 1e6;
  double molecules = 0;  ///< 0: from the density
  double molar_mass_g = 18;
};

struct DetectorOptions {
  double pixel_m = 1e-4;
  double size_fast_m = 0.1024, size_slow_m = 0.1024;
  std::int64_t n_fast = 0, n_slow = 0;  ///< 0: from the size
  double distance_m = 0.1;
  std::optional<double> close_distance_m;
  std::optional<double> beam_fast_m, beam_slow_m, close_fast_m, close_slow_m, org_fast_px, org_slow_px;
  Vec3d fast{0, 0, 1}, slow{0, -1, 0}, rotation_rad;
  double twotheta_rad = 0;
  Vec3d twotheta_axis{0, 1, 0};
  Pivot pivot = Pivot::Beam;
  bool curved = false, point_pixel = false;
  std::array<std::int64_t, 4> roi{-1, -1, -1, -1};  ///< fast from and to, slow from and to
};

struct BeamOptions {
  double wavelength_m = 1e-10;
  Vec3d direction{1, 0, 0}, polarization_axis{0, 0, 1};
  StepRange dispersion, horizontal_rad, vertical_rad;
  bool elliptical = true;
  std::string sources;
  double source_distance_m = 10;
  bool polarize = true;
  double polarization = 0;
  double fluence_per_m2 = unit_fluence_per_m2;
  double flux_per_s = 0, exposure_s = 1, size_m = 1e-4;
};

struct InverseOptions {
  std::string image;
  std::vector<std::uint16_t> ignored;
  double gain = 1;
  std::string table = "output.stol";
};

struct OutputOptions {
  std::string float_file = "floatimage.bin", int_file = "intimage.img", pgm_file = "image.pgm",
              noise_file = "noiseimage.img";
  bool noise = true;
  double scale = 0, pgm_scale = 0;  ///< not above 0: chosen by the image
  double adc_offset = 40;
  std::optional<std::int64_t> seed;
  bool print_pixels = false;
  std::optional<std::array<std::int64_t, 2>> print_pixel;  ///< fast, slow
};

/// What the words said that only quirks make of them.
struct Oddities {
  bool axis_set_angle = false, curved_last = false, oversample_prefix = false, thick_prefix = false, no_pgm = false,
       no_reject = false, distance_given = false, twotheta_axis_given = false, org_given = false;
};

struct Options {
  TableOptions table;
  SampleOptions sample;
  DetectorOptions detector;
  BeamOptions beam;
  RotationScene rotation;
  std::int64_t oversample = 1;
  bool amplitude_map = false;  ///< the image is F itself
  InverseOptions inverse;
  OutputOptions output;
  Oddities odd;
};

}  // namespace femtobragg::nonbragg
