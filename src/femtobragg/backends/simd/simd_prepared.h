// A plan made ready for lanes: tables of amplitudes, and which terms of which panels need not be computed.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/backends/backend.h"
#include "femtobragg/backends/simd/pass.h"

namespace femtobragg::backends::simd_backend {

/// Without a tolerance where it would not pay for these panels.
RunControl sensible(const kernel::Plan& plan, std::span<const kernel::PanelPlan> panels, RunControl control);

/// What RunSummary and Outlook call these lanes.
std::string lanes_in_words(const InstructionSet& set, LaneKind kind);

class SimdPrepared : public Prepared {
 public:
  SimdPrepared(const InstructionSet& set, std::shared_ptr<const kernel::Plan> plan, const RunControl& control,
               const SimdPrepared* like);

  RunSummary render(std::span<const PanelPixels> panels, const Watch& watch) override;
  void record(std::span<const std::size_t> panels, std::size_t panel, const PixelChoice& chosen,
              const PixelVisit& visit, const Watch& watch) override;
  RunSummary differentiate(const kernel::PlanMotion& motion, std::span<const PanelTangents> panels,
                           const GradientVisit& visit, const Watch& watch) override;
  void differentiate_amplitudes(std::span<const PanelWeights> panels, AmplitudeVariable variable,
                                std::span<double> derivatives, const Watch& watch) override;
  void tell_reflections(std::span<const std::size_t> panels, const ReflectionVisit& visit, const Watch& watch) override;
  int threads() const override { return most_threads(control_); }

 private:
  /// Panels that are computed together, and how.
  struct Together {
    std::vector<std::size_t> panels;
    std::vector<Pass> passes;
    bool settled = false;   ///< whether the number type will stay
    bool too_dark = false;  ///< for floats, which were asked for
  };

  /// How these panels are computed, from the last time if they were the same.
  Together& together(std::vector<std::size_t> panels, const std::stop_token& stop);
  /// The same, where the number type must be known without an image.
  Together& settled(std::vector<std::size_t> panels, const std::stop_token& stop);
  void use_doubles(Together& group, const std::stop_token& stop);
  std::vector<Pass> passes_for(std::span<const std::size_t> panels, const RunControl& asked_for,
                               const std::stop_token& stop);
  std::vector<kernel::PanelPlan> plans_of(std::span<const std::size_t> panels) const;
  RunSummary summary_of(const Together& group, std::span<const PanelResult> results) const;

  const InstructionSet& set_;
  RunControl control_;
  std::shared_ptr<PlanAmplitudes> amplitudes_;
  std::optional<Together> last_;  ///< only one: lists of spots may be long
};

}  // namespace femtobragg::backends::simd_backend
