// Each crystallite points somewhere by a random number of its own; those of its reflections that are too far from the
// sphere of reflection are left out.
#include "femtobragg/simulate/compile_crystallites.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/backends/work_items.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/physics/random_stream.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg {
namespace {

constexpr std::size_t sectors = 720;

/// Reflections of a crystallite with one 1/d and one intensity.
struct Family {
  double g_per_m = 0, intensity_e2_per_m = 0;
  std::vector<Vec3d> directions;
};

std::vector<Family> families_of(const std::vector<CrystalliteReflection>& reflections) {
  constexpr double rounding = 1e-9;
  std::vector<const CrystalliteReflection*> sorted;
  for (const CrystalliteReflection& one : reflections) sorted.push_back(&one);
  std::ranges::stable_sort(sorted, {}, [](const CrystalliteReflection* one) { return norm(one->g_per_m); });
  std::vector<Family> families;
  for (const CrystalliteReflection* one : sorted) {
    const double g = norm(one->g_per_m);
    const auto alike = [&](const Family& f) {
      return g - f.g_per_m < rounding * g &&
             std::abs(one->intensity_e2_per_m - f.intensity_e2_per_m) <= rounding * f.intensity_e2_per_m;
    };
    // Other families may have the same 1/d.
    auto family = std::find_if(families.rbegin(), families.rend(),
                               [&](const Family& f) { return alike(f) || g - f.g_per_m >= rounding * g; });
    if (family == families.rend() || !alike(*family)) {
      families.push_back({g, one->intensity_e2_per_m, {}});
      family = families.rbegin();
    }
    family->directions.push_back(one->g_per_m / g);
  }
  return families;
}

/// What changes 1/d by so much is half a width of a sub-pixel, and a fifth more: a Gaussian of that width is sampled
/// to 1e-4 of its light.
double narrowest_per_m(const kernel::Plan& plan) {
  constexpr double share_of_sub_pixel = 0.7;
  double shortest_m = std::numeric_limits<double>::infinity(), most_rad = 0;
  for (const kernel::Ray& ray : plan.rays) shortest_m = std::min(shortest_m, ray.wavelength_m);
  for (const kernel::PanelPlan& panel : plan.panels) {
    const double edge_m = panel.pixel_size_m * std::max(norm(panel.fast_axis), norm(panel.slow_axis));
    const bool flat = panel.bending == kernel::Bending::Flat;
    most_rad = std::max(most_rad, edge_m / (flat ? std::abs(panel.plane_distance_m) : panel.radius_m));
  }
  return share_of_sub_pixel * most_rad / static_cast<double>(plan.oversample) / shortest_m;
}

/// Angles from the beam's axis upstream within which a reflection can meet the sphere.
struct Band {
  double least_rad, most_rad;

  /// Of all vectors.
  double share() const { return 0.5 * (std::cos(least_rad) - std::cos(most_rad)); }
};

/// Reflections near the sphere while the spindle turns.
class Search {
 public:
  Search(const kernel::Plan& plan, const Spindle& spindle, const Crystallites& crystallites, double sigma_per_m)
      : plan_(plan),
        spindle_(spindle),
        sigma_per_m_(sigma_per_m),
        range_rad_(spindle.phi_step_rad * static_cast<double>(spindle.phi_steps)),
        upstream_(-unit(plan.directions.front().incident)) {
    // Any two directions across it will do.
    const Vec3d aside = std::abs(upstream_.x) < 0.5 ? Vec3d{1, 0, 0} : Vec3d{0, 1, 0};
    across_u_ = unit(cross(upstream_, aside));
    across_v_ = cross(upstream_, across_u_);
    for (std::int64_t i = 0; i < crystallites.count; ++i) {
      physics::RandomStream random(physics::RandomPlace{.seed = crystallites.seed,
                                                        .use = physics::RandomUse::IceCrystallite,
                                                        .pixel = static_cast<std::uint32_t>(i)});
      const double u1 = random.uniform(), u2 = random.uniform(), u3 = random.uniform();
      turned_.push_back(physics::uniform_random_rotation(u1, u2, u3));
    }
  }

  Vec3d across_u() const { return across_u_; }
  Vec3d across_v() const { return across_v_; }
  double deviation_rad(const Family& family) const { return sigma_per_m_ / family.g_per_m; }
  /// Parts of the sweep, each as wide as a reflection at most: their sum is a smooth one.
  std::size_t parts(const Family& family) const {
    return std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(std::abs(range_rad_) / deviation_rad(family))));
  }

  Band band(const Family& family) const {
    const double reach = physics::reflection_reach * deviation_rad(family);
    Band band{pi, 0};
    for (const kernel::Ray& ray : plan_.rays) {
      const Vec3d incident = unit(plan_.directions[ray.direction].incident);
      const double off = std::atan2(norm(cross(-incident, upstream_)), dot(-incident, upstream_));
      for (const double side : {-1.0, 1.0}) {
        const double g = family.g_per_m + side * physics::reflection_reach * sigma_per_m_;
        const double angle = std::acos(std::clamp(0.5 * ray.wavelength_m * g, -1.0, 1.0));
        band.least_rad = std::min(band.least_rad, angle - reach - off);
        band.most_rad = std::max(band.most_rad, angle + reach + off);
      }
    }
    return {std::clamp(band.least_rad, 0.0, pi), std::clamp(band.most_rad, 0.0, pi)};
  }

  /// How many sectors a reflection is in, on average.
  double spread(const Family& family) const {
    const Band angles = band(family);
    const double least = std::min(std::sin(angles.least_rad), std::sin(angles.most_rad));
    return 2 + static_cast<double>(sectors) * std::min(1.0, half_turn(family, least) / pi);
  }

  /// Calls f(sector, direction) for each reflection near the sphere, in a fixed order.
  template <class F>
  void for_each(const Family& family, F&& f) const {
    const Band angles = band(family);
    const double least = std::cos(angles.most_rad), most = std::cos(angles.least_rad);
    const std::size_t count = parts(family);
    for (std::size_t part = 0; part < count; ++part) {
      const double phi =
          spindle_.phi_start_rad + range_rad_ * (static_cast<double>(part) + 0.5) / static_cast<double>(count);
      const Mat3d turn = rotation_matrix(spindle_.axis, phi);
      const Vec3d seen_upstream = transpose(turn) * upstream_;
      for (const Mat3d& crystallite : turned_)
        for (const Vec3d& direction : family.directions) {
          const Vec3d at = crystallite * direction;
          const double cosine = dot(at, seen_upstream);
          if (cosine < least || cosine > most) continue;
          place(family, turn * at, f);
        }
    }
  }

 private:
  /// Half of the angle about the axis that a reflection reaches over, at so far from it.
  double half_turn(const Family& family, double sine_from_axis) const {
    const double reach = physics::reflection_reach * deviation_rad(family);
    return reach < pi / 2 && std::sin(reach) < sine_from_axis ? std::asin(std::sin(reach) / sine_from_axis) : pi;
  }

  template <class F>
  void place(const Family& family, const Vec3d& direction, F&& f) const {
    const double u = dot(direction, across_u_), v = dot(direction, across_v_);
    const double half = half_turn(family, std::hypot(u, v));
    if (half >= pi) {
      for (std::uint32_t sector = 0; sector < sectors; ++sector) f(sector, direction);
      return;
    }
    constexpr double per_radian = static_cast<double>(sectors) / (2 * pi);
    const double middle = std::atan2(v, u);
    const auto first = static_cast<std::int64_t>(std::floor((middle - half) * per_radian));
    const auto last = static_cast<std::int64_t>(std::floor((middle + half) * per_radian));
    const auto all = static_cast<std::int64_t>(sectors);
    for (std::int64_t sector = first; sector <= std::min(last, first + all - 1); ++sector)
      f(static_cast<std::uint32_t>((sector + all) % all), direction);
  }

  const kernel::Plan& plan_;
  const Spindle& spindle_;
  double sigma_per_m_, range_rad_;
  Vec3d upstream_, across_u_, across_v_;
  std::vector<Mat3d> turned_;
};

struct Placed {
  std::uint32_t sector;
  Vec3d direction;
};

/// Before they are looked for.
void require_room(const Search& search, const std::vector<Family>& families, std::int64_t count) {
  double reflections = 0;
  for (const Family& family : families)
    reflections += static_cast<double>(count) * static_cast<double>(family.directions.size()) *
                   static_cast<double>(search.parts(family)) * search.band(family).share() * search.spread(family);
  constexpr double most_numbers = 4e9;
  require_memory(reflections < most_numbers
                     ? std::optional(static_cast<std::uint64_t>(reflections * (sizeof(Placed) + sizeof(Vec3d))))
                     : std::nullopt,
                 "the reflections of a background", counted(static_cast<std::uint64_t>(count), "crystallite"),
                 "count fewer crystallites, or turn less in a frame");
}

}  // namespace

physics::PowderRings compiled_rings(kernel::Plan& plan, const Experiment& experiment,
                                    const Crystallites& crystallites) {
  const double sigma_per_m = std::max(crystallites.sigma_per_m, narrowest_per_m(plan));
  const std::vector<Family> families = families_of(crystallites.reflections);
  const Search search(plan, experiment.spindle, crystallites, sigma_per_m);
  require_room(search, families, crystallites.count);
  std::vector<std::vector<Placed>> found(families.size());
  backends::WorkItems items{std::stop_token()};
#pragma omp parallel for schedule(dynamic)
  for (std::size_t i = 0; i < families.size(); ++i)
    items.run([&] {
      search.for_each(families[i], [&](std::uint32_t sector, const Vec3d& at) { found[i].push_back({sector, at}); });
      std::ranges::stable_sort(found[i], {}, &Placed::sector);
    });
  items.finish();

  std::vector<Vec3d> directions;
  std::vector<std::uint32_t> bins;
  for (std::vector<Placed>& family : found) {
    std::size_t next = 0;
    for (std::uint32_t sector = 0; sector < sectors; ++sector) {
      bins.push_back(static_cast<std::uint32_t>(directions.size()));
      for (; next < family.size() && family[next].sector == sector; ++next)
        directions.push_back(family[next].direction);
    }
    bins.push_back(static_cast<std::uint32_t>(directions.size()));
    family = {};
  }
  const std::uint32_t* const first_bin = plan.keep(std::move(bins));
  std::vector<physics::PowderRing> rings;
  for (std::size_t i = 0; i < families.size(); ++i) {
    const Family& family = families[i];
    const double sharpness = physics::sharpness_of(search.deviation_rad(family));
    const double shares = static_cast<double>(crystallites.count) * static_cast<double>(search.parts(family));
    rings.push_back(
        {family.g_per_m, sharpness,
         family.intensity_e2_per_m * physics::mean_one_factor(sharpness) / (std::sqrt(2 * pi) * sigma_per_m * shares),
         first_bin + i * (sectors + 1)});
  }
  const std::size_t count = rings.size();
  if (count == 0) return {};
  return {plan.keep(std::move(rings)), count,  plan.keep(std::move(directions)), sigma_per_m, search.across_u(),
          search.across_v(),           sectors};
}

}  // namespace femtobragg
