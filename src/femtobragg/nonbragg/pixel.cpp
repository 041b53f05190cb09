// Strips of a row at a time: each step of the computation is a loop over its pixels, which compilers make one of lanes.
#include "femtobragg/nonbragg/pixel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>

#include "femtobragg/base/all_lanes.h"
#include "femtobragg/base/units.h"
#include "femtobragg/physics/curved_panel.h"
#include "femtobragg/physics/polarization.h"

namespace femtobragg::nonbragg {
namespace {

constexpr std::size_t strip_length = 256;
constexpr std::size_t block = 8;  // intervals are evaluated for so many pixels at once

/// Sources as the loops need them.
struct Ray {
  Vec3d incident, incident_again;  ///< unit vectors; the second is normalised twice
  double wavelength_m, weight;
  physics::PolarizationFrame<double> frame;
};

using Lane = std::array<double, strip_length + block>;

/// Of the current sub-pixel, one number for each pixel.
struct alignas(64) Strip {
  Lane x, y, z;  ///< position, then direction
  Lane solid_angle, s, polarization, f, sum;
  std::array<std::size_t, strip_length> near;
};

struct SubPixel {
  std::size_t first = 0;  ///< sub-pixel of the strip's first pixel, in sub-pixels from the edge
  double slow_m = 0;
};

FB_ALL_LANES void place_flat(Strip& strip, std::size_t n, const Geometry& g, std::size_t oversample, SubPixel at) {
  const double edge = g.pixel_m / static_cast<double>(oversample);
  for (std::size_t k = 0; k < n; ++k) {
    const double fast_m = edge * static_cast<double>(static_cast<int>(at.first + k * oversample)) + edge / 2.0;
    strip.x[k] = fast_m * g.fast.x + at.slow_m * g.slow.x + g.pix0_m.x;
    strip.y[k] = fast_m * g.fast.y + at.slow_m * g.slow.y + g.pix0_m.y;
    strip.z[k] = fast_m * g.fast.z + at.slow_m * g.slow.z + g.pix0_m.z;
  }
}

void bend(Strip& strip, std::size_t n, const Geometry& g) {
  for (std::size_t k = 0; k < n; ++k) {
    const Vec3d flat{strip.x[k], strip.y[k], strip.z[k]};
    const Vec3d bent = physics::on_sphere_from_lab_axes(flat, g.beam, g.fast, g.slow, g.distance_m);
    strip.x[k] = bent.x;
    strip.y[k] = bent.y;
    strip.z[k] = bent.z;
  }
}

/// Positions become directions.
FB_ALL_LANES void look_from_sample(Strip& strip, std::size_t n, const Geometry& g, bool point_pixel) {
  const double area = g.pixel_m * g.pixel_m;
  for (std::size_t k = 0; k < n; ++k) {
    const double distance = std::sqrt(strip.x[k] * strip.x[k] + strip.y[k] * strip.y[k] + strip.z[k] * strip.z[k]);
    strip.solid_angle[k] =
        point_pixel ? 1.0 / distance / distance : area / distance / distance * g.close_distance_m / distance;
    strip.x[k] /= distance;
    strip.y[k] /= distance;
    strip.z[k] /= distance;
  }
}

FB_ALL_LANES void scatter(Strip& strip, std::size_t n, const Ray& ray) {
  for (std::size_t k = 0; k < n; ++k) {
    const double qx = (strip.x[k] - ray.incident.x) / ray.wavelength_m,
                 qy = (strip.y[k] - ray.incident.y) / ray.wavelength_m,
                 qz = (strip.z[k] - ray.incident.z) / ray.wavelength_m;
    strip.s[k] = 0.5 * std::sqrt(qx * qx + qy * qy + qz * qz);
  }
}

/// Of an unpolarized beam. Directions are normalised once more.
FB_ALL_LANES void polarize_evenly(Strip& strip, std::size_t n, const Ray& ray) {
  for (std::size_t k = 0; k < n; ++k) {
    const double x = strip.x[k], y = strip.y[k], z = strip.z[k], length = std::sqrt(x * x + y * y + z * z);
    const double c =
        ray.incident_again.x * (x / length) + ray.incident_again.y * (y / length) + ray.incident_again.z * (z / length);
    strip.polarization[k] = 0.5 * (1.0 + c * c);
  }
}

/// By the angle from the plane of polarization, not by its components: last bits depend on it.
void polarize(Strip& strip, std::size_t n, const Ray& ray, double fraction) {
  for (std::size_t k = 0; k < n; ++k) {
    const Vec3d d = unit(Vec3d{strip.x[k], strip.y[k], strip.z[k]});
    const double c = dot(ray.incident_again, d), c2 = c * c;
    const double psi = -std::atan2(dot(d, ray.frame.b), dot(d, ray.frame.e));
    strip.polarization[k] = 0.5 * (1.0 + c2 - fraction * std::cos(2.0 * psi) * (1.0 - c2));
  }
}

/// A whole block: what lies beyond the pixels of this interval is written again by the next one.
FB_ALL_LANES void interpolate(Strip& strip, std::size_t begin, std::size_t end, const Interval& interval) {
  for (std::size_t at = begin; at < end; at += block)
    for (std::size_t k = at; k < at + block; ++k) strip.f[k] = interval.at(strip.s[k]);
}

FB_ALL_LANES void add(Strip& strip, std::size_t n, double weight) {
  for (std::size_t k = 0; k < n; ++k) {
    const double f = strip.f[k];
    strip.sum[k] += (f < 0 ? -f : f) * f * strip.polarization[k] * strip.solid_angle[k] * weight;
  }
}

FB_ALL_LANES void to_photons(const Strip& strip, std::size_t n, double fluence, double molecules, double steps,
                             float* photons) {
  for (std::size_t k = 0; k < n; ++k)
    photons[k] = static_cast<float>(strip.sum[k] * r_e_squared_m2 * fluence * molecules / steps);
}

/// Renders strips, from left to right.
class Renderer {
 public:
  Renderer(const Setup& setup, std::span<const Interval> intervals, std::span<const Ray> rays)
      : s_(setup), intervals_(intervals), rays_(rays) {}

  void render(std::size_t slow, std::size_t fast, std::size_t n, float* photons, LastSample* last) {
    const auto over = static_cast<std::size_t>(s_.options.oversample);
    const double edge = s_.geometry.pixel_m / static_cast<double>(over);
    std::fill_n(strip_.sum.begin(), n, 0.0);
    for (std::size_t i = 0; i < over; ++i)
      for (std::size_t j = 0; j < over; ++j)
        add_sub_pixel(n, {fast * over + j, edge * static_cast<double>(slow * over + i) + edge / 2.0});
    to_photons(strip_, n, s_.fluence_per_m2, s_.molecules, s_.steps(), photons);
    if (s_.options.amplitude_map)
      std::transform(strip_.f.begin(), strip_.f.begin() + static_cast<std::ptrdiff_t>(n), photons,
                     [](double f) { return static_cast<float>(f); });
    for (std::size_t k = 0; last && k < n; ++k)
      last[k] = {strip_.s[k], strip_.f[k], strip_.polarization[k], strip_.solid_angle[k], strip_.near[k]};
  }

  double solid_angle = 0;
  std::size_t least_near = SIZE_MAX, greatest_near = 0;

 private:
  void add_sub_pixel(std::size_t n, const SubPixel& at) {
    const Options& o = s_.options;
    place_flat(strip_, n, s_.geometry, static_cast<std::size_t>(o.oversample), at);
    if (o.detector.curved) bend(strip_, n, s_.geometry);
    look_from_sample(strip_, n, s_.geometry, o.detector.point_pixel);
    for (std::size_t k = 0; k < n; ++k) solid_angle += strip_.solid_angle[k];
    for (const Ray& ray : rays_) {
      scatter(strip_, n, ray);
      if (!o.beam.polarize)
        std::fill_n(strip_.polarization.begin(), n, 1.0);
      else if (o.beam.polarization == 0)
        polarize_evenly(strip_, n, ray);
      else
        polarize(strip_, n, ray, o.beam.polarization);
      look_up(n);
      add(strip_, n, ray.weight);
    }
  }

  /// Neighbours are mostly in the same interval of a sorted table.
  void look_up(std::size_t n) {
    const std::vector<double>& rows = s_.table.s_per_m;
    for (std::size_t k = 0; k < n;) {
      near_ = nearest_row(s_.table, strip_.s[k], near_);
      least_near = std::min(least_near, near_);
      greatest_near = std::max(greatest_near, near_);
      const double from = rows[near_], to = rows[near_ + 1];
      std::size_t end = k + 1;
      if (s_.table.sorted)
        while (end < n && strip_.s[end] >= from && strip_.s[end] < to) ++end;
      std::fill(strip_.near.begin() + static_cast<std::ptrdiff_t>(k),
                strip_.near.begin() + static_cast<std::ptrdiff_t>(end), near_);
      interpolate(strip_, k, end, intervals_[near_]);
      k = end;
    }
  }

  const Setup& s_;
  std::span<const Interval> intervals_;
  std::span<const Ray> rays_;
  Strip strip_{};
  std::size_t near_ = 0;
};

std::vector<Ray> rays_of(const Setup& setup) {
  std::vector<Ray> rays;
  for (const Source& source : setup.sources) {
    const Vec3d incident = -source.direction, again = unit(incident);
    rays.push_back({incident, again, source.wavelength_m, source.weight,
                    physics::polarization_frame(again, setup.geometry.polarization_axis)});
  }
  return rays;
}

}  // namespace

Rendering render(const Setup& setup, bool keep_last) {
  const Geometry& g = setup.geometry;
  const std::vector<Interval> polynomials = intervals(setup.table);
  const std::vector<Ray> rays = rays_of(setup);
  Rendering result{Image::zeros(g.n_fast, g.n_slow), 0, SIZE_MAX, 0, {}};
  if (keep_last) result.last.resize(g.n_fast * g.n_slow);
  const std::size_t strip = setup.table.sorted ? strip_length : 1;
  const RegionOfInterest& region = g.region;
#pragma omp parallel if (setup.table.sorted)
  {
    Renderer renderer(setup, polynomials, rays);
#pragma omp for schedule(dynamic, 8)
    for (std::size_t slow = region.slow_begin; slow < region.slow_end; ++slow)
      for (std::size_t fast = region.fast_begin; fast < region.fast_end; fast += strip) {
        const std::size_t at = slow * g.n_fast + fast, n = std::min(strip, region.fast_end - fast);
        renderer.render(slow, fast, n, &result.image.pixels[at], keep_last ? &result.last[at] : nullptr);
      }
#pragma omp critical
    {
      result.solid_angle += renderer.solid_angle;
      result.least_near = std::min(result.least_near, renderer.least_near);
      result.greatest_near = std::max(result.greatest_near, renderer.greatest_near);
    }
  }
  return result;
}

}  // namespace femtobragg::nonbragg
