// Where a panel is, in any number type, and the numbers of its plan that follow from that.
#pragma once

#include "femtobragg/base/dual.h"
#include "femtobragg/base/mat3.h"
#include "femtobragg/kernel/plan_gradient.h"
#include "femtobragg/model/detector.h"
#include "femtobragg/physics/curved_panel.h"

namespace femtobragg::gradients {

template <class T>
struct PanelPose {
  Vec3<T> origin_m, fast, slow, normal;
  T radius_m;  ///< of a bent panel
};

template <class T>
PanelPose<T> pose_of(const Panel& panel) {
  return {vec3_of<T>(panel.origin_m), vec3_of<T>(panel.fast_axis), vec3_of<T>(panel.slow_axis),
          vec3_of<T>(panel.normal), T(panel.curvature_radius_m)};
}

using Rate = Dual<double, 1>;

/// d(plan)/d(parameter) of a panel, from a pose and a beam that are moving; as compile_plan makes the plan.
inline kernel::PlanTangent tangent_of_panel(Curvature curvature, const PanelPose<Rate>& pose, const Vec3<Rate>& beam) {
  namespace slot = kernel::slot;
  kernel::PlanTangent tangent{};
  const auto put_rates = [&](std::size_t first, const Vec3<Rate>& v) {
    tangent[first] = v.x.rates[0];
    tangent[first + 1] = v.y.rates[0];
    tangent[first + 2] = v.z.rates[0];
  };
  if (curvature == Curvature::Flat) {
    put_rates(slot::origin, pose.origin_m);
    put_rates(slot::fast, pose.fast);
    put_rates(slot::slow, pose.slow);
    put_rates(slot::normal, pose.normal);
    tangent[slot::plane_distance] = dot(pose.origin_m, pose.normal).rates[0];
  } else {
    const auto frame = physics::curved_frame(beam, pose.fast, pose.slow);
    put_rates(slot::frame_beam, beam);
    put_rates(slot::frame_fast, frame.fast);
    put_rates(slot::frame_slow, frame.slow);
    tangent[slot::radius] = pose.radius_m.rates[0];
    const Vec3<Rate> spot = pose.radius_m * beam - pose.origin_m;
    tangent[slot::beam_fast] = dot(pose.fast, spot).rates[0];
    tangent[slot::beam_slow] = dot(pose.slow, spot).rates[0];
  }
  return tangent;
}

}  // namespace femtobragg::gradients
