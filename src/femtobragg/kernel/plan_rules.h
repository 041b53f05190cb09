// Which plans neither tiles nor derivatives can follow.
#pragma once

#include <algorithm>

#include "femtobragg/kernel/plan.h"

namespace femtobragg::kernel {

/// The rule of older programs by which a pixel depends on those before it; null: there is none.
inline const char* rule_of_order(const Plan& plan) {
  if (!plan.first_sweep_orientations.empty()) return "the first sweep of orientations differs from the others";
  if (plan.interpolation_stops_for_good) return "interpolation stops for good when an index leaves the table";
  return nullptr;
}

/// Why a panel can only be rendered pixel by pixel, without derivatives; null: it need not be.
inline const char* why_pixel_by_pixel(const Plan& plan, const PanelPlan& panel) {
  if (const char* const rule = rule_of_order(plan)) return rule;
  if (panel.bending == Bending::LabAxes) return "the detector is bent about lab axes";
  if (!(plan.steps > 0)) return "there are no steps";
  return nullptr;
}

/// Whether the polarization axis lies along some beam: then the factor is a formula apart, without azimuth.
inline bool has_no_polarization_plane(const Plan& plan) {
  return plan.apply_polarization &&
         std::ranges::any_of(plan.directions, [](const Direction& d) { return norm(d.polarization.e) == 0; });
}

}  // namespace femtobragg::kernel
