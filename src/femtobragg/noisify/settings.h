// What a command line of noisify asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "femtobragg/base/units.h"

namespace femtobragg::noisify {

enum class SpreadShape { None, Gaussian, Fibre };

struct Settings {
  std::string input;                    ///< float image; empty: none is named
  std::string header;                   ///< SMV image whose header is copied; empty: none
  std::int64_t n_fast = 0, n_slow = 0;  ///< 0: not given
  double pixel_m = metres_from_mm(0.1);

  double scale = 1, fluence_per_m2 = unit_fluence_per_m2;
  bool noise = true;
  double flicker = 0, calibration = 0.03, readout = 0;
  bool calibration_given = false;
  std::optional<std::int64_t> seed, calib_seed;

  SpreadShape spread = SpreadShape::None;
  float fwhm_m = 46e-6f;
  std::int64_t radius = 0;  ///< pixels; 0: from the photons of each pixel

  double gain = 1, adc = 40;
  std::int64_t bits = 16;
  std::string int_file = "intimage.img", pgm_file = "image.pgm", noise_file = "noiseimage.img";
  bool pgm = true;

  // Of the header only.
  double wavelength_m = 1e-10, distance_m = metres_from_mm(100);
  std::optional<double> beam_x_m, beam_y_m;  ///< nothing: the middle of the detector
  double phi_rad = 0, osc_rad = radians_from_degrees(1);
};

}  // namespace femtobragg::noisify
