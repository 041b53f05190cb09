// Two looks at each strip: the photons of a pixel, then each reflection's share of them.
#include "femtobragg/simulate/reflection_sums.h"

#include <algorithm>

namespace femtobragg {

void ReflectionSums::add(const ReflectionSums& other) {
  photons += other.photons;
  fast += other.fast;
  slow += other.slow;
  wavelength += other.wavelength;
  phi += other.phi;
  squares += other.squares;
  background += other.background;
  information += other.information;
}

std::size_t ReflectionKeyHash::operator()(const ReflectionKey& key) const {
  std::size_t hash = key.other_side;
  for (const std::int32_t index : key.hkl)
    hash = (hash ^ static_cast<std::uint32_t>(index)) * 0x9e3779b97f4a7c15u + (hash >> 29);
  return hash ^ (hash >> 32);
}

void StripSums::look(const kernel::PanelPlan& panel, const OtherSide& other_side,
                     const backends::ReflectionStrip& strip, const ImageOfPanel& all) {
  totals_.resize((strip.slow_end - strip.slow_begin) * panel.n_fast);
  const auto totals_at = [&](const backends::ReflectionPixels& part) {
    return totals_.data() + (part.slow - strip.slow_begin) * panel.n_fast + part.fast;
  };
  const auto backgrounds_at = [&](const backends::ReflectionPixels& part) {
    return strip.background + (part.slow - strip.slow_begin) * strip.stride + part.fast - panel.fast_begin;
  };
  for (const backends::ReflectionPixels& part : strip.parts)
    if (strip.background)
      std::copy_n(backgrounds_at(part), part.count, totals_at(part));
    else
      std::fill_n(totals_at(part), part.count, 0.0);
  for (const backends::ReflectionPixels& part : strip.parts)
    for (std::size_t i = 0; i < part.count; ++i) totals_at(part)[i] += part.photons[i];
  if (all.first)
    for (const backends::ReflectionPixels& part : strip.parts)
      for (std::size_t i = 0; i < part.count; ++i) {
        double& total = totals_at(part)[i];
        total = std::max(total, static_cast<double>(all.first[part.slow * all.stride + part.fast + i]));
      }
  for (const backends::ReflectionPixels& part : strip.parts)
    add(part, totals_at(part), strip.background ? backgrounds_at(part) : nullptr, other_side);
}

void StripSums::add(const backends::ReflectionPixels& part, const double* totals, const double* backgrounds,
                    const OtherSide& other_side) {
  const auto index = [](double x) { return static_cast<std::int32_t>(std::clamp(x, -2147483647.0, 2147483647.0)); };
  ReflectionKey key{{index(part.hkl.x), index(part.hkl.y), index(part.hkl.z)}};
  ReflectionSums* of_sides[2] = {};
  for (std::size_t i = 0; i < part.count; ++i) {
    const double photons = part.photons[i];
    if (!(photons > 0)) continue;
    key.other_side = other_side && other_side(part.fast + i, part.slow);
    ReflectionSums*& sums = of_sides[key.other_side];
    if (!sums) sums = &sums_[key];
    sums->photons += photons;
    sums->fast += photons * (static_cast<double>(part.fast + i) + 0.5);
    sums->slow += photons * (static_cast<double>(part.slow) + 0.5);
    if (part.wavelength) sums->wavelength += part.wavelength[i];
    if (part.phi) sums->phi += part.phi[i];
    sums->squares += photons * photons;
    if (backgrounds) sums->background += photons * backgrounds[i];
    sums->information += photons * photons / totals[i];
  }
}

void PanelSums::add(std::size_t slow_begin, std::size_t slow_end, SumsOfReflections strip) {
  waiting_.emplace(slow_begin, std::pair(slow_end, std::move(strip)));
  for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_; first = waiting_.begin()) {
    for (const auto& [key, sums] : first->second.second) sums_[key].add(sums);
    next_ = first->second.first;
    waiting_.erase(first);
  }
}

}  // namespace femtobragg
