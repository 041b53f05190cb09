// Puts what was told chunk by chunk in the order of samples, rays and orientations.
#include "femtobragg/backends/simd/lane_record.h"

#include <algorithm>
#include <cmath>

namespace femtobragg::backends::simd_backend {
namespace {

using kernel::LaneDirection;
using kernel::LanePixel;
using kernel::LaneSample;
using kernel::LaneTerm;

}  // namespace

LaneRecord::LaneRecord(const kernel::Plan& plan, const kernel::TileFacts& facts, std::size_t fast, std::size_t slow)
    : plan_(plan), facts_(facts) {
  tap_.fast = fast;
  tap_.slow = slow;
  tap_.listener = this;
  tap_.sample = [](void* listener, const LaneSample& told) { static_cast<LaneRecord*>(listener)->take(told); };
  tap_.direction = [](void* listener, const LaneDirection& told) {
    LaneRecord& record = *static_cast<LaneRecord*>(listener);
    record.samples_[record.current_].directions.push_back({told, {}});
  };
  tap_.term = [](void* listener, const LaneTerm& told) {
    LaneRecord& record = *static_cast<LaneRecord*>(listener);
    record.samples_[record.current_].directions.back().terms.push_back(told);
  };
  tap_.pixel = [](void* listener, const LanePixel& told) { static_cast<LaneRecord*>(listener)->pixel_ = told; };
}

void LaneRecord::take(const LaneSample& told) {
  const auto same = [&](const Sample& s) {
    return s.layer == told.layer && s.sub_fast == told.sub_fast && s.sub_slow == told.sub_slow;
  };
  const auto found = std::ranges::find_if(samples_, same);
  current_ = static_cast<std::size_t>(found - samples_.begin());
  if (found == samples_.end()) samples_.push_back({told, {}});
}

double LaneRecord::term_value(const LaneTerm& term) const {
  const double cells = plan_.domain.total_cells / facts_.table_scale;
  return term.squared_amplitude * term.squared_lattice_factor * cells * cells;
}

kernel::RayRecord LaneRecord::ray_record(const LaneDirection& direction, std::size_t ray) const {
  return {.ray = ray,
          .incident = plan_.directions[direction.direction].incident,
          .wavelength_m = plan_.rays[ray].wavelength_m,
          .q_per_m = {},
          .polarization = direction.polarization,
          .beyond_resolution = direction.beyond_resolution};
}

/// Older programs keep the factors of a pixel's first sample: those are in force for all of them.
LaneRecord::Sample LaneRecord::in_force(const Sample& told) const {
  Sample sample = told;
  if (!plan_.ordered_sums) return sample;
  if (plan_.solid_angle == kernel::Factor::FirstSample) sample.solid_angle_sr = pixel_.solid_angle_sr;
  if (plan_.capture == kernel::Factor::FirstSample) sample.captured_fraction = pixel_.captured_fraction;
  for (Direction& direction : sample.directions)
    if (plan_.polarization == kernel::Factor::FirstSample) direction.polarization = pixel_.polarization;
  return sample;
}

kernel::Recorder LaneRecord::recorder() const {
  kernel::Recorder recorder(true);
  const double amplitude_scale = 1.0 / facts_.table_scale;
  for (const Sample& told : samples_) {
    const Sample sample = in_force(told);
    recorder.sample({.layer = sample.layer,
                     .sub_fast = sample.sub_fast,
                     .sub_slow = sample.sub_slow,
                     .position_m = {},
                     .distance_m = 0,
                     .diffracted = sample.diffracted,
                     .solid_angle_sr = sample.solid_angle_sr,
                     .captured_fraction = sample.captured_fraction});
    std::size_t open_ray = plan_.rays.size();
    for (const Direction& direction : sample.directions) {
      if (direction.beyond_resolution) recorder.ray(ray_record(direction, direction.ray));
      for (const LaneTerm& term : direction.terms) {
        const std::size_t ray = term.term / plan_.orientations.size(), o = term.term % plan_.orientations.size();
        if (ray != open_ray) recorder.ray(ray_record(direction, ray));
        open_ray = ray;
        const kernel::Orientation& axes = plan_.orientations[o];
        recorder.term({o,
                       axes.a,
                       axes.b,
                       axes.c,
                       term.hkl,
                       term.hkl0,
                       {},
                       plan_.domain.total_cells * std::sqrt(term.squared_lattice_factor),
                       amplitude_scale * std::sqrt(term.squared_amplitude)});
      }
    }
  }
  recorder.pixel(pixel_record());
  return recorder;
}

/// Factors of the whole pixel where the plan has the order of older programs; else means over the samples.
kernel::PixelRecord LaneRecord::pixel_record() const {
  kernel::PixelRecord record;
  record.photons = pixel_.photons;
  record.transmission = pixel_.transmission;
  const double cells = plan_.domain.total_cells / facts_.table_scale;
  if (plan_.ordered_sums) {
    record.sum = pixel_.sum * cells * cells + plan_.background_in_sum;
    record.captured_fraction = pixel_.captured_fraction;
    record.solid_angle_sr = pixel_.solid_angle_sr;
    record.polarization = pixel_.polarization;
    return record;
  }
  for (const Sample& sample : samples_) {
    record.captured_fraction += sample.captured_fraction;
    record.solid_angle_sr += sample.solid_angle_sr / static_cast<double>(samples_.size());
    std::size_t last = plan_.directions.size();
    for (const Direction& direction : sample.directions) {
      if (direction.direction != last)
        record.polarization += direction.polarization * plan_.directions[direction.direction].weight;
      last = direction.direction;
      for (const LaneTerm& term : direction.terms)
        record.sum += plan_.rays[term.term / plan_.orientations.size()].weight *
                      plan_.orientations[term.term % plan_.orientations.size()].light * term_value(term);
    }
  }
  const double samples = static_cast<double>(plan_.oversample * plan_.oversample);
  record.captured_fraction = samples_.empty() ? 1 : record.captured_fraction / samples;
  if (!samples_.empty())
    record.polarization /= static_cast<double>(samples_.size()) * static_cast<double>(plan_.rays.size());
  return record;
}

}  // namespace femtobragg::backends::simd_backend
