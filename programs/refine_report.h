// What a refinement leaves: refinement.json, pictures, and report.html, one page that needs nothing else.
#pragma once

#include <optional>

#include "femtobragg/refine/amplitudes.h"
#include "femtobragg/refine/refinement.h"
#include "programs/refine_settings.h"

namespace femtobragg::programs {

struct FittedImage {
  Experiment start, fitted;
  refine::Target target;
  std::optional<refine::SmoothBackground> background{};  ///< fitted; its photons are the target's background
};

/// What was requested.
struct RefineOutcome {
  std::optional<refine::RefinementResult> parameters{};
  std::optional<refine::AmplitudeResult> amplitudes{};

  bool stopped() const { return parameters && parameters->stopped; }
  bool converged() const { return (!parameters || parameters->converged) && (!amplitudes || amplitudes->converged); }
};

/// The record by itself. Throws Error(Runtime).
void write_refine_record(const std::filesystem::path& file, const RefineSettings& settings,
                         const std::vector<FittedImage>& images, const RefineOutcome& outcome);

/// Renders each image at its start and as fitted, in the way that the fit did. Throws Error(Runtime).
void write_refine_report(const RefineSettings& settings, const std::vector<FittedImage>& images,
                         const RefineOutcome& outcome, const RenderRequest& request);

}  // namespace femtobragg::programs
