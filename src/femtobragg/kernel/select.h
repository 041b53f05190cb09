// Selects the instantiation of a pixel nest for a plan, once, outside all loops.
#pragma once

#include <utility>

#include "femtobragg/kernel/amplitude_gradient.h"
#include "femtobragg/kernel/pixel.h"
#include "femtobragg/kernel/pixel_gradient.h"
#include "femtobragg/kernel/pixel_ordered.h"

namespace femtobragg::kernel {

/// The pixel nest as a type: `PixelNest<Ordered, Shape, Lookup>::run(...)`.
template <bool Ordered, class Shape, class Lookup>
struct PixelNest {
  template <class Observer>
  FB_HD static PixelValue run(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                              Carry& carry, Observer& observer) {
    if constexpr (Ordered)
      return pixel_ordered<Shape, Lookup>(plan, panel, fast, slow, carry, observer);
    else
      return pixel<Shape, Lookup>(plan, panel, fast, slow, carry, observer);
  }
};

/// The same with derivatives.
template <class Shape, class Amplitude>
struct GradientNest {
  FB_HD static GradientOfPixel run(const PlanView& plan, const PanelView& panel, const MotionView& motion,
                                   std::size_t fast, std::size_t slow) {
    return pixel_gradient<Shape, Amplitude>(plan, panel, motion, fast, slow);
  }
  template <class Add>
  FB_HD static void run_amplitudes(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                                   double weight, bool squared, Add&& add) {
    pixel_by_amplitudes<Shape, Amplitude>(plan, panel, fast, slow, weight, squared, add);
  }
  template <class Add>
  FB_HD static void run_reflections(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                                    Add&& add) {
    pixel_by_reflections<Shape>(plan, panel, fast, slow, add);
  }
};

/// Calls f with the nest of derivatives for this plan.
template <class F>
auto with_gradient_nest(const PlanNumbers& plan, F&& f) {
  return physics::with_shape(plan.shape, [&]<class Shape>(Shape) {
    return plan.interpolate ? f(GradientNest<Shape, TricubicAmplitude>{}) : f(GradientNest<Shape, NearestAmplitude>{});
  });
}

/// Calls f with the nest for this plan.
template <class F>
auto with_pixel_nest(const PlanNumbers& plan, F&& f) {
  return physics::with_shape(plan.shape, [&]<class Shape>(Shape) {
    if (plan.ordered_sums)
      return plan.interpolate ? f(PixelNest<true, Shape, TricubicLookup>{})
                              : f(PixelNest<true, Shape, NearestLookup>{});
    return plan.interpolate ? f(PixelNest<false, Shape, TricubicLookup>{})
                            : f(PixelNest<false, Shape, NearestLookup>{});
  });
}

}  // namespace femtobragg::kernel
