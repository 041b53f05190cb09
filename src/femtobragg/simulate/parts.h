// What a part of the experiment brings to an image: truth for those who train and test on images.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/experiment.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// The names of its parts: "spots", "background" (all of them together), "water" (the cube), and those of its
/// backgrounds; of equal names the second is "air-2", and so on.
std::vector<std::string> parts_of(const Experiment& experiment);

/// An experiment whose image is that part's photons. The images of the spots and of all single backgrounds add up to
/// that of the experiment. Throws Error(Usage) that lists the parts for other names.
Experiment with_only(Experiment experiment, std::string_view part);

}  // namespace femtobragg
#pragma GCC visibility pop
