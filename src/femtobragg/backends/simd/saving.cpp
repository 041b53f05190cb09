// Costs in units of one evaluated term of one pixel, about a nanosecond in lanes of doubles.
#include "femtobragg/backends/simd/saving.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/backends/backend.h"
#include "femtobragg/backends/simd/kernels/block_marks.h"
#include "femtobragg/backends/simd/skipping.h"

namespace femtobragg::backends::simd_backend {
namespace {

using kernel::PanelPlan;
using kernel::Plan;

/// Neighbouring pixels that are tested together.
struct Patch {
  std::size_t width, height;
};

/// Where a patch of a panel lies: a direction, and how far those of its pixels are from it.
kernel::BlockCone cone_of(const PanelPlan& panel, std::size_t fast, std::size_t slow, const Patch& patch) {
  const auto direction = [&](double f, double s) {
    return kernel::sensor_point(panel, panel.pixel_size_m * f, panel.pixel_size_m * s, 0.0).diffracted;
  };
  const double f = static_cast<double>(fast), s = static_cast<double>(slow);
  const double w = static_cast<double>(patch.width), h = static_cast<double>(patch.height);
  kernel::BlockCone cone{direction(f + w / 2, s + h / 2), 0};
  for (const double at_f : {f, f + w})
    for (const double at_s : {s, s + h}) cone.spread = std::max(cone.spread, norm(direction(at_f, at_s) - cone.centre));
  return cone;
}

bool may_matter_in(const Plan& plan, const kernel::TileFacts& facts, std::size_t term, const kernel::BlockCone& cone) {
  const kernel::Ray& ray = plan.rays[term / plan.orientations.size()];
  const kernel::Orientation& axes = plan.orientations[term % plan.orientations.size()];
  const Vec3d change = (cone.centre - plan.directions[ray.direction].incident) * (1 / ray.wavelength_m);
  const double spread = cone.spread / ray.wavelength_m;
  const auto rest = [&](const Vec3d& axis) {
    const double h = dot(axis, change);
    return h - std::ceil(h - 0.5);
  };
  return kernel::may_matter<double>(facts.reach, {rest(axes.a), rest(axes.b), rest(axes.c)},
                                    {norm(axes.a) * spread, norm(axes.b) * spread, norm(axes.c) * spread},
                                    facts.metric_stretch * cone.spread);
}

/// The share of patches and terms that may matter, from a sample on a grid.
class Share {
 public:
  void add(const Plan& plan, const PanelPlan& panel, const kernel::TileFacts& facts, const Patch& patch) {
    constexpr std::size_t along_an_edge = 8, most_sampled_terms = 32;
    const std::size_t width = panel.fast_end - panel.fast_begin, height = panel.slow_end - panel.slow_begin;
    const std::size_t across = std::clamp<std::size_t>(width / (4 * patch.width), 1, along_an_edge),
                      down = std::clamp<std::size_t>(height / (4 * patch.height), 1, along_an_edge);
    const std::size_t terms = kernel::term_count(plan), sampled = std::min(terms, most_sampled_terms);
    const double pixels = static_cast<double>(rendered_pixels(panel));
    std::size_t kept = 0;
    for (std::size_t i = 0; i < across; ++i)
      for (std::size_t k = 0; k < down; ++k) {
        const kernel::BlockCone cone = cone_of(panel, panel.fast_begin + (2 * i + 1) * width / (2 * across),
                                               panel.slow_begin + (2 * k + 1) * height / (2 * down), patch);
        for (std::size_t t = 0; t < sampled; ++t)
          if (may_matter_in(plan, facts, (2 * t + 1) * terms / (2 * sampled), cone)) ++kept;
      }
    kept_ += pixels * static_cast<double>(kept) / static_cast<double>(across * down * sampled);
    all_ += pixels;
  }

  double value() const { return all_ > 0 ? kept_ / all_ : 1; }

 private:
  double kept_ = 0, all_ = 0;
};

}  // namespace

bool pays_to_leave_out(const Plan& plan, std::span<const PanelPlan> panels, double tolerance) {
  const double terms = static_cast<double>(kernel::term_count(plan));
  // The brightest pixel is unknown as yet; it rarely has much more, or less, than a third of one full term.
  const double level = std::min(0.3 * tolerance / std::max(1.0, terms), 0.25);
  Share share;
  double evaluations = 0, pixels = 0;
  std::vector<const PanelPlan*> listed;
  for (const PanelPlan& panel : panels) {
    const double here = static_cast<double>(rendered_pixels(panel));
    const double samples = static_cast<double>(plan.oversample * plan.oversample * panel.layers.size());
    evaluations += here * samples * terms;
    pixels += here;
    if (!can_leave_out(plan, panel)) continue;
    kernel::TileFacts facts;
    leave_out_below(plan, panel, level, facts);
    const bool in_lists = SpotLists::are_possible(panel, facts.reach);
    if (in_lists) listed.push_back(&panel);
    share.add(plan, panel, facts, in_lists ? Patch{8, 1} : Patch{kernel::block_pixels, kernel::strip_rows});
  }
  // Narrow tiles, often of doubles where wide ones are of floats, take longer for a term that counts; each pixel takes
  // some time more; and twice, to find the brightest pixel and then for the image, blocks or lattice points are looked
  // at.
  constexpr double narrow = 2, per_pixel = 6, per_block_test = 0.25, per_lattice_point = 100, worth_it = 0.9;
  const double tests =
      listed.empty() ? per_block_test * pixels * terms : per_lattice_point * expected_points(plan, listed, level);
  return narrow * share.value() * evaluations + per_pixel * pixels + 2 * tests < worth_it * evaluations;
}

}  // namespace femtobragg::backends::simd_backend
