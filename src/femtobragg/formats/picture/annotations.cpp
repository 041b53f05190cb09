// Beam centre, scale bar and spots; labels that keep clear of each other.
#include "femtobragg/formats/picture/annotations.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/base/text.h"

namespace femtobragg::formats {

bool Labels::add(std::span<const Place> places, const std::string& words, Mark mark) {
  for (const Place& place : places) {
    const Box box = canvas_.box_of(place, words);
    if (!canvas_.contains(box) || std::ranges::any_of(taken_, [&](const Box& other) { return box.touches(other); }))
      continue;
    canvas_.text(place, words, mark);
    taken_.push_back(box);
    return true;
  }
  return false;
}

void draw_beam(Labels& labels, const Layout& layout, const Vec3d& beam_direction) {
  const std::optional<Place> centre = layout.place_of_ray(beam_direction);
  if (!centre) return;
  Canvas& canvas = labels.canvas();
  const double arm = 7.0 * canvas.pen();
  canvas.line({centre->x - arm, centre->y}, {centre->x + arm, centre->y}, Mark::Beam);
  canvas.line({centre->x, centre->y - arm}, {centre->x, centre->y + arm}, Mark::Beam);
  labels.keep_clear({centre->x - arm, centre->y - arm, centre->x + arm, centre->y + arm});
}

void draw_scale_bar(Labels& labels, const Layout& layout) {
  if (layout.metres_per_pixel() == 0) return;
  Canvas& canvas = labels.canvas();
  // The longest of 1, 2, 5, 10 ... that is at most a fifth of the picture.
  const double most_m = 0.2 * static_cast<double>(canvas.width()) * layout.metres_per_pixel();
  const double power = std::pow(10, std::floor(std::log10(most_m)));
  double length_m = power;
  for (const double step : {2.0, 5.0})
    if (step * power <= most_m) length_m = step * power;
  constexpr double mm = 1e-3, um = 1e-6;
  const std::string words =
      length_m < 0.999 * mm ? format_number(length_m / um, 3) + " µm" : format_number(length_m / mm, 3) + " mm";
  const double pen = canvas.pen(), margin = 6 * pen, height = 3 * pen;
  const double length = length_m / layout.metres_per_pixel(), bottom = static_cast<double>(canvas.height()) - margin;
  const std::array<Place, 1> place = {{{margin, bottom - height - 11 * pen}}};
  if (!labels.add(place, words, Mark::Ring)) return;
  canvas.rectangle({margin - pen, bottom - height - pen, margin + length + pen, bottom + pen}, Mark::Paper);
  canvas.rectangle({margin, bottom - height, margin + length, bottom}, Mark::Ring);
}

void draw_spots(Labels& labels, const Layout& layout, std::vector<PictureSpot> spots) {
  constexpr std::size_t most_circles = 400, most_labels = 24;
  // No more than leave something of the image.
  constexpr double pixels_per_circle = 1200;
  Canvas& canvas = labels.canvas();
  const double pen = canvas.pen(), radius = 5 * pen;
  const double room = static_cast<double>(canvas.width() * canvas.height()) / (pixels_per_circle * pen * pen);
  const std::size_t most = std::clamp<std::size_t>(static_cast<std::size_t>(room), 20, most_circles);
  std::ranges::stable_sort(spots, std::ranges::greater{}, &PictureSpot::photons);
  if (spots.size() > most) spots.resize(most);
  const auto place_of = [&](const PictureSpot& spot) {
    return layout.panels()[spot.panel].at(spot.fast_px, spot.slow_px);
  };
  for (const PictureSpot& spot : spots) {
    const Place centre = place_of(spot);
    canvas.circle(centre, radius, Mark::Spot);
    labels.keep_clear({centre.x - radius, centre.y - radius, centre.x + radius, centre.y + radius});
  }
  std::size_t labelled = 0;
  for (const PictureSpot& spot : spots) {
    if (labelled == most_labels) break;
    const auto& [h, k, l] = spot.hkl;
    const std::string words = std::to_string(h) + " " + std::to_string(k) + " " + std::to_string(l);
    const Box box = canvas.box_of({0, 0}, words);
    const Place centre = place_of(spot);
    const double right = centre.x + radius + 2 * pen, left = centre.x - radius - 2 * pen - (box.right - box.left);
    const double above = centre.y - radius - (box.bottom - box.top), below = centre.y + radius;
    const std::array<Place, 4> places = {{{right, above}, {right, below}, {left, above}, {left, below}}};
    labelled += labels.add(places, words, Mark::Spot);
  }
}

}  // namespace femtobragg::formats
