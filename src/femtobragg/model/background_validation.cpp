// Refusal of backgrounds that are no function of the angle.
#include "femtobragg/model/validation.h"

namespace femtobragg::validation {

void validate_background(const Background& background, const std::string& field) {
  const std::vector<double>&stol = background.stol_per_m, &intensity = background.intensity_e2;
  if (stol.size() < 2)
    refuse(field + ".stol_per_m", std::to_string(stol.size()),
           {"a background of too few points", "at least two", "give two equal intensities for one that is flat"});
  if (intensity.size() != stol.size())
    refuse(field + ".intensity_e2",
           std::to_string(intensity.size()) + " for " + std::to_string(stol.size()) + " points",
           {"intensities that do not fit their points", "one for each", "check the table"});
  for (std::size_t i = 0; i < stol.size(); ++i) {
    const std::string value = format_number(stol[i]) + " 1/m";
    if (!(std::isfinite(stol[i]) && stol[i] >= 0))
      refuse(item((field + ".stol_per_m").c_str(), i), value,
             {"an impossible sin(theta)/lambda", "it must be finite and not negative", "check the table"});
    if (i > 0 && !(stol[i] > stol[i - 1]))
      refuse(item((field + ".stol_per_m").c_str(), i), value,
             {"points of a background out of order", "sin(theta)/lambda must rise", "sort the table, without repeats"});
    if (!(std::isfinite(intensity[i]) && intensity[i] >= 0))
      refuse(item((field + ".intensity_e2").c_str(), i), format_number(intensity[i]),
             {"an impossible intensity of a background", "it must be finite and not negative", "check the table"});
  }
  if (!(std::isfinite(background.scale) && background.scale >= 0))
    refuse(field + ".scale", format_number(background.scale),
           {"an impossible scale of a background", "it must be finite and not negative", "check the scale"});
}

}  // namespace femtobragg::validation
