// Checks before derivatives are taken.
#include "femtobragg/backends/gradient_work.h"

#include <algorithm>

#include "femtobragg/base/error.h"
#include "femtobragg/kernel/plan_rules.h"

namespace femtobragg::backends {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw Error::usage({.what = "no derivatives of this image",
                      .value = why,
                      .rule = "derivatives exist only for the corrected physics",
                      .remedy = "switch the quirks off"});
}

}  // namespace

std::size_t gradient_strips(const kernel::PanelNumbers& panel) {
  const std::size_t rows = panel.fast_end > panel.fast_begin ? panel.slow_end - panel.slow_begin : 0;
  return (rows + gradient_strip_rows - 1) / gradient_strip_rows;
}

void require_differentiable(const kernel::Plan& plan, std::size_t panel) {
  if (plan.backgrounds.size() > kernel::slot::most_backgrounds)
    throw Error::usage(
        {.what = "too many backgrounds for derivatives",
         .value = std::to_string(plan.backgrounds.size()),
         .rule = "at most water and " + std::to_string(kernel::slot::most_backgrounds - 1) + " others are possible",
         .remedy = "add up their profiles"});
  if (std::ranges::any_of(plan.backgrounds, [](const physics::Background& b) { return b.rings.rings; }))
    throw Error::usage({.what = "no derivatives of this image",
                        .value = "a background of crystallites that are counted",
                        .rule = "its spots do not follow parameters",
                        .remedy = "leave their number out: then rings are smooth"});
  if (plan.ordered_sums) refuse("it follows an older program's order of sums and factors");
  if (const char* const reason = kernel::why_pixel_by_pixel(plan, plan.panels.at(panel))) refuse(reason);
  if (kernel::has_no_polarization_plane(plan))
    throw Error::usage(
        {.what = "no derivatives of this image",
         .value = "a polarization axis along the beam",
         .rule = "the field must be across the beam",
         .remedy = "give beam.polarization_axis a direction across the beam, or switch polarization off"});
}

std::size_t amplitude_entries(const kernel::Plan& plan) {
  const physics::StructureFactorBox& box = plan.structure_factors;
  return box.values ? box.index(box.h_max, box.k_max, box.l_max) + 1 : 0;
}

void require_amplitude_arrays(const kernel::Plan& plan, std::size_t panel, std::span<const double> weights,
                              AmplitudeVariable variable, std::span<double> derivatives) {
  const kernel::PanelPlan& target = plan.panels.at(panel);
  if (weights.size() != target.n_fast * target.n_slow || derivatives.size() != amplitude_entries(plan))
    throw Error::usage(
        {.what = "the arrays have a different size",
         .where = "derivatives of structure factors",
         .value = std::to_string(weights.size()) + " weights, " + std::to_string(derivatives.size()) + " derivatives",
         .rule = "there must be a weight for each pixel and a derivative for each entry of the table"});
  if (variable == AmplitudeVariable::Squared && plan.interpolate)
    throw Error::usage({.what = "no derivatives with respect to |F|^2",
                        .where = "tricubic interpolation",
                        .rule = "interpolated amplitudes are not a function of a single |F|^2",
                        .remedy = "take them with respect to |F|, or switch the interpolation off"});
}

}  // namespace femtobragg::backends
