// Where the detector is: the order of these steps decides last bits.
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nonbragg/setup.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::nonbragg {
namespace {

[[noreturn]] void refuse(const std::string& where, double value, const std::string& rule) {
  throw Error::usage({.what = "wrong value",
                      .where = where,
                      .value = format_number(value),
                      .rule = rule,
                      .remedy = "correct the command line"});
}

/// Pixels of an edge, whose length becomes a whole number of them before they are counted again.
std::size_t count_pixels(const std::string& flag, std::int64_t asked, double& size_m, double pixel_m) {
  if (asked < 0) refuse(flag, static_cast<double>(asked), "there must be at least one pixel");
  if (asked > 0) size_m = static_cast<double>(asked) * pixel_m;
  const double count = std::ceil(size_m / pixel_m);
  constexpr double most = 1e7;
  if (!(count >= 1 && count <= most)) refuse(flag, count, "there must be 1 to 10000000 pixels");
  return static_cast<std::size_t>(count);
}

Vec3d direction(const std::string& flag, const Vec3d& v) {
  if (!(norm(v) > 0)) refuse(flag, 0, "a direction needs a length");
  return unit(v);
}

/// Both ends included, as far as there are pixels.
RegionOfInterest region_of(const std::array<std::int64_t, 4>& roi, std::size_t n_fast, std::size_t n_slow) {
  const auto begin = [](std::int64_t first, std::size_t n) {
    return std::min(n, static_cast<std::size_t>(std::max<std::int64_t>(0, first)));
  };
  const auto end = [](std::int64_t last, std::size_t n) {
    return last < 0 ? n : std::min(n, static_cast<std::size_t>(last) + 1);
  };
  return {begin(roi[0], n_fast), end(roi[1], n_fast), begin(roi[2], n_slow), end(roi[3], n_slow)};
}

/// Near and beam point as they are asked for.
void choose_points(const DetectorOptions& o, Geometry& g) {
  g.close_fast_m = o.close_fast_m.value_or((g.size_fast_m - g.pixel_m) / 2.0);
  g.close_slow_m = o.close_slow_m.value_or((g.size_slow_m + g.pixel_m) / 2.0);
  if (o.org_fast_px) g.close_fast_m = *o.org_fast_px * g.pixel_m;
  if (o.org_slow_px) g.close_slow_m = *o.org_slow_px * g.pixel_m;
  g.beam_fast_m = o.beam_fast_m.value_or(g.close_fast_m);
  g.beam_slow_m = o.beam_slow_m.value_or(g.close_slow_m);
}

/// What they are in the final position.
void report_points(Geometry& g) {
  g.close_fast_m = -dot(g.pix0_m, g.fast);
  g.close_slow_m = -dot(g.pix0_m, g.slow);
  g.close_distance_m = dot(g.pix0_m, g.normal);
  g.distance_m = g.close_distance_m / g.ratio;
  const Vec3d spot = g.distance_m * g.beam - g.pix0_m;
  g.beam_fast_m = dot(g.fast, spot);
  g.beam_slow_m = dot(g.slow, spot);
}

}  // namespace

Geometry place_detector(const Options& options) {
  const DetectorOptions& o = options.detector;
  Geometry g;
  if (!(o.pixel_m > 0)) refuse("-pixel", mm_from_metres(o.pixel_m), "it must be above zero");
  g.pixel_m = o.pixel_m;
  g.size_fast_m = o.size_fast_m;
  g.size_slow_m = o.size_slow_m;
  g.n_fast = count_pixels("-detpixels_x", o.n_fast, g.size_fast_m, g.pixel_m);
  g.n_slow = count_pixels("-detpixels_y", o.n_slow, g.size_slow_m, g.pixel_m);
  choose_points(o, g);
  g.region = region_of(o.roi, g.n_fast, g.n_slow);

  g.beam = direction("-beam_vector", options.beam.direction);
  g.polarization_axis = direction("-polar_vector", options.beam.polarization_axis);
  const Vec3d fast = direction("-fdet_vector", o.fast), slow = direction("-sdet_vector", o.slow);
  const Vec3d normal = direction("-fdet_vector and -sdet_vector", cross(fast, slow));
  const auto turned = [&](const Vec3d& v) { return physics::rotate_about_lab_axes(v, o.rotation_rad); };
  const auto placed = [&](const Vec3d& v) {
    return physics::rotate_about_axis(turned(v), o.twotheta_axis, o.twotheta_rad);
  };

  g.ratio = dot(g.beam, turned(normal));
  if (g.ratio == 0) g.ratio = 2.2250738585072014e-308;
  g.close_distance_m = o.close_distance_m.value_or(g.ratio * o.distance_m);
  g.distance_m = g.close_distance_m / g.ratio;
  if (!(g.distance_m != 0) || !std::isfinite(g.distance_m))
    refuse("-distance", mm_from_metres(g.distance_m), "it must not be zero");
  if (o.pivot == Pivot::Sample)
    g.pix0_m = placed(-g.close_fast_m * fast - g.close_slow_m * slow + g.close_distance_m * normal);
  g.fast = placed(fast);
  g.slow = placed(slow);
  g.normal = placed(normal);
  if (o.pivot == Pivot::Beam) g.pix0_m = -g.beam_fast_m * g.fast - g.beam_slow_m * g.slow + g.distance_m * g.beam;
  report_points(g);
  return g;
}

}  // namespace femtobragg::nonbragg
