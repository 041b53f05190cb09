// By the names of parameters that move pixels, the beam, or a slab.
#include "femtobragg/gradients/constant_transmission.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace femtobragg::gradients {

std::string remark_on_transmission(const Experiment& experiment, const std::vector<std::string>& parameters) {
  static constexpr std::array<std::string_view, 6> moving{"distance", "beam_", "detector_",
                                                          "twotheta", "panel", "phi_start"};
  if (experiment.attenuation.is_empty()) return {};
  const bool slab_turns =
      experiment.attenuation.sample.form == SampleForm::Slab && experiment.attenuation.sample.direction;
  std::string names;
  for (const std::string& parameter : parameters) {
    if (parameter == "phi_start" && !slab_turns) continue;
    if (std::ranges::any_of(moving, [&](std::string_view stem) { return parameter.starts_with(stem); }))
      names += (names.empty() ? "" : ", ") + parameter;
  }
  return names.empty() ? ""
                       : "derivatives with respect to " + names +
                             " hold constant what obstacles and matter leave of the light: they are wrong in pixels "
                             "next to the edges of shadows";
}

}  // namespace femtobragg::gradients
