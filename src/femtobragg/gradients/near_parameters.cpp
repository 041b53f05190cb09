// Names that other programs use, one row for each.
#include "femtobragg/gradients/near_parameters.h"

#include <algorithm>

#include "femtobragg/base/near_words.h"

namespace femtobragg::gradients {
namespace {

constexpr WordMeant other_names[] = {
    {"scale", "fluence or F_scale"},
    {"G", "fluence"},
    {"flux", "fluence"},
    {"photons", "fluence"},
    {"intensity", "fluence"},
    {"eta", "mosaic_spread"},
    {"mosaicity", "mosaic_spread"},
    {"N", "cells"},
    {"Na", "cells_a"},
    {"Nb", "cells_b"},
    {"Nc", "cells_c"},
    {"ncells", "cells"},
    {"ncells_abc", "cells"},
    {"domain_size", "cells"},
    {"a", "cell_a"},
    {"b", "cell_b"},
    {"c", "cell_c"},
    {"alpha", "cell_alpha"},
    {"beta", "cell_beta"},
    {"gamma", "cell_gamma"},
    {"ucell", "cell"},
    {"unit_cell", "cell"},
    {"orientation", "misset or rotation"},
    {"umat", "misset or rotation"},
    {"rot", "rotation"},
    {"rot_x", "rotation_x"},
    {"rot_y", "rotation_y"},
    {"rot_z", "rotation_z"},
    {"phi", "phi_start"},
    {"detz", "distance"},
    {"detector_distance", "distance"},
    {"Xbeam", "beam_fast and beam_slow"},
    {"Ybeam", "beam_fast and beam_slow"},
    {"beam_x", "beam_fast"},
    {"beam_y", "beam_slow"},
    {"beam_center", "beam_fast and beam_slow"},
    {"beam_centre", "beam_fast and beam_slow"},
    {"detector_rotx", "detector_rot_x"},
    {"detector_roty", "detector_rot_y"},
    {"detector_rotz", "detector_rot_z"},
    {"lambda", "wavelength"},
    {"energy", "wavelength"},
    {"bandwidth", "wavelength_spread"},
    {"dispersion", "wavelength_spread"},
    {"polar", "polarization"},
    {"water", "background"},
    {"bkg", "background"},
    {"adc_offset", "pedestal"},
    {"offset", "pedestal"},
    {"quantum_gain", "gain"},
    {"psf", "point_spread"},
    {"psf_fwhm", "point_spread"},
    {"fwhm", "point_spread"},
    {"point_spread_fwhm", "point_spread"},
    {"default_F", "F_scale"},
    {"detector_thick", "sensor_thickness"},
    {"thickness", "sensor_thickness"},
    {"detector_abs", "sensor_attenuation"},
};

}  // namespace

std::string near_parameter(const std::string& name, const std::vector<std::string>& known) {
  const std::string meant = word_meant(name, other_names);
  if (!meant.empty()) return meant;
  const std::string plain(without_unit(name));
  if (plain != name && std::ranges::any_of(known, [&](const std::string& full) {
        return full == plain || full.starts_with(plain + "_");
      }))
    return plain;
  return nearest_word(plain, known);
}

}  // namespace femtobragg::gradients
