// The refined experiment as a list of DIALS.
#pragma once

#include <filesystem>
#include <span>

#include "programs/fit_inputs.h"
#include "programs/refine_report.h"

namespace femtobragg::programs {

/// One experiment for each image. Where the arguments start from a list, identifiers and images are those of its first
/// experiment. Reports on stderr what the format cannot express.
void write_refined_expt(const std::filesystem::path& path, std::span<const FitInput> inputs,
                        std::span<const FittedImage> images);

}  // namespace femtobragg::programs
