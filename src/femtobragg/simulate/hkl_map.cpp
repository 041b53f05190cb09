// Terms of the pixel's centre, added up for each reflection.
#include "femtobragg/simulate/hkl_map.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "femtobragg/physics/scattering_vector.h"
#include "femtobragg/simulate/point_of_panel.h"

namespace femtobragg {
namespace {

struct Candidate {
  Vec3d hkl;
  double photons = 0;  ///< on a scale of its own
};

template <class Shape>
class PixelOwner {
 public:
  PixelOwner(const kernel::Plan& plan, const kernel::PanelPlan& panel)
      : plan_(plan), panel_(panel), relative_(plan.domain), depth_m_(mean_depth_m(panel)) {}

  HklOfPixel owner(std::size_t fast, std::size_t slow) {
    candidates_.clear();
    const Vec3d diffracted =
        unit(point_of(panel_, static_cast<double>(fast) + 0.5, static_cast<double>(slow) + 0.5, depth_m_));
    for (const kernel::Ray& ray : plan_.rays) {
      const Vec3d q =
          physics::scattering_vector(diffracted, plan_.directions[ray.direction].incident, ray.wavelength_m);
      if (plan_.d_min_m > 0 && physics::beyond_resolution(q, plan_.d_min_m)) continue;
      for (const kernel::Orientation& axes : plan_.orientations) {
        const Vec3d hkl{dot(axes.a, q), dot(axes.b, q), dot(axes.c, q)}, nearest = physics::nearest_hkl(hkl);
        const double f = physics::nearest_structure_factor(plan_.structure_factors, nearest);
        if (f != 0 && ray.weight > 0) add(nearest, ray.weight * f * f * physics::relative_at(relative_, hkl - nearest));
      }
    }
    return brightest();
  }

 private:
  void add(const Vec3d& hkl, double photons) {
    for (Candidate& c : candidates_)
      if (c.hkl == hkl) {
        c.photons += photons;
        return;
      }
    candidates_.push_back({hkl, photons});
  }

  HklOfPixel brightest() const {
    const auto most = std::ranges::max_element(candidates_, {}, &Candidate::photons);
    if (most == candidates_.end() || !(most->photons > 0)) return no_reflection;
    const auto index = [](double x) { return static_cast<std::int16_t>(std::clamp(x, -32767.0, 32767.0)); };
    return {index(most->hkl.x), index(most->hkl.y), index(most->hkl.z)};
  }

  const kernel::Plan& plan_;
  const kernel::PanelPlan& panel_;
  typename Shape::template Relative<double> relative_;
  double depth_m_;
  std::vector<Candidate> candidates_;
};

}  // namespace

std::vector<HklOfPixel> hkl_map_of(const kernel::Plan& plan, std::size_t number, int threads) {
  const kernel::PanelPlan& panel = plan.panels.at(number);
  std::vector<HklOfPixel> map(panel.n_fast * panel.n_slow, no_reflection);
  std::atomic<std::size_t> next = panel.slow_begin;
  std::exception_ptr failure;
  std::once_flag failed;
  // An exception that left a thread would end the program.
  const auto work = [&]() noexcept {
    try {
      physics::with_shape(plan.shape, [&]<class Shape>(Shape) {
        PixelOwner<Shape> pixels(plan, panel);
        for (std::size_t slow = next++; slow < panel.slow_end; slow = next++)
          for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast)
            if (!panel.skips(fast, slow)) map[slow * panel.n_fast + fast] = pixels.owner(fast, slow);
      });
    } catch (...) {
      std::call_once(failed, [&] { failure = std::current_exception(); });
      next = panel.slow_end;
    }
  };
  std::vector<std::jthread> helpers;
  const unsigned count =
      threads > 0 ? static_cast<unsigned>(threads) : std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 1; i < count; ++i) helpers.emplace_back(work);
  work();
  helpers.clear();
  if (failure) std::rethrow_exception(failure);
  return map;
}

}  // namespace femtobragg
