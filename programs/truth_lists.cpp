// By places on panels and by photons in the image.
#include "programs/truth_lists.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::programs {

ListedImage listed_image(const std::string& name, const formats::Frame& frame, const Geometry* geometry) {
  ListedImage image{.name = name, .counts = !frame.counts.empty(), .shape = frame.shape, .geometry = geometry};
  const double pedestal = frame.pedestal.value_or(0);
  const auto valid = [](PixelState state) { return state == PixelState::Counts || state == PixelState::Overloaded; };
  image.overloaded = std::ranges::find(frame.states, PixelState::Overloaded) != frame.states.end();
  for (std::size_t i = 0; i < frame.pixels.size(); ++i)
    if (valid(frame.states[i])) image.photons += static_cast<double>(frame.pixels[i]) - pedestal;
  return image;
}

void require_places(const formats::TruthOfFile& list, const std::string& name, const ListedImage& image) {
  const auto within = [&](const TruthReflection& r) {
    const auto inside = [&](std::size_t n_fast, std::size_t n_slow) {
      return r.fast_px >= 0 && r.slow_px >= 0 && r.fast_px <= static_cast<double>(n_fast) &&
             r.slow_px <= static_cast<double>(n_slow);
    };
    if (image.geometry) {
      const std::vector<Panel>& panels = image.geometry->detector.panels;
      return r.panel < panels.size() && inside(panels[r.panel].n_fast, panels[r.panel].n_slow);
    }
    return !image.shape || inside(image.shape->n_fast, image.shape->n_slow);
  };
  const auto outside = std::ranges::find_if_not(list.truth.reflections, within);
  if (outside != list.truth.reflections.end())
    throw Error::usage({.what = "the list is of another detector",
                        .where = in_quotes(name),
                        .value = "a reflection at fast " + format_number(outside->fast_px) + ", slow " +
                                 format_number(outside->slow_px) + " of panel " + std::to_string(outside->panel),
                        .rule = "that place is outside the panels of " + in_quotes(image.name),
                        .remedy = "give the list of this image"});
}

std::optional<std::string> difference_of_photons(const formats::TruthOfFile& list, const std::string& name,
                                                 const ListedImage& image) {
  constexpr double relative = 0.05, sigmas = 5;
  double allowed = relative * std::max(list.image_photons, image.photons);
  if (image.counts) allowed = std::max(allowed, sigmas * std::sqrt(std::max(list.image_photons, 1.0)));
  if (std::abs(list.image_photons - image.photons) <= allowed) return std::nullopt;
  if (image.overloaded && image.photons < list.image_photons) return std::nullopt;
  return "the list of " + in_quotes(name) + " is of an image with " + format_number(list.image_photons, 4) +
         " photons; " + in_quotes(image.name) + " has " + format_number(image.photons, 4);
}

}  // namespace femtobragg::programs
