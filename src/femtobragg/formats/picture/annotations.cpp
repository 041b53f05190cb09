// Beam centre, bars and spots; labels that keep clear of each other.
#include "femtobragg/formats/picture/annotations.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

bool touches_any(const std::vector<Box>& boxes, const Box& box) {
  return std::ranges::any_of(boxes, [&](const Box& other) { return box.touches(other); });
}

bool lies_in(Place place, const Box& box) {
  return place.x >= box.left && place.x < box.right && place.y >= box.top && place.y < box.bottom;
}

double radius_of_circles(const Canvas& canvas) { return 5.0 * canvas.pen(); }

Place place_of(const Layout& layout, const PictureSpot& spot) {
  return layout.panels()[spot.panel].at(spot.fast_px, spot.slow_px);
}

/// A box of this size in each corner, the lower ones first.
std::array<Box, 4> corners_of(const Canvas& canvas, double width, double height, bool right_first) {
  const double margin = 3.0 * canvas.pen(), right = static_cast<double>(canvas.width()) - margin - width,
               bottom = static_cast<double>(canvas.height()) - margin - height;
  const auto at = [&](double left, double top) { return Box{left, top, left + width, top + height}; };
  std::array<Box, 4> boxes = {at(margin, bottom), at(right, bottom), at(margin, margin), at(right, margin)};
  if (right_first) std::swap(boxes[0], boxes[1]), std::swap(boxes[2], boxes[3]);
  return boxes;
}

}  // namespace

bool Labels::is_free_of_labels(const Box& box) const { return canvas_.contains(box) && !touches_any(labels_, box); }
bool Labels::is_free(const Box& box) const { return is_free_of_labels(box) && !touches_any(marks_, box); }

bool Labels::is_free(Place place, Place own) const {
  const auto covers = [&](const Box& box) { return lies_in(place, box); };
  return std::ranges::none_of(labels_, covers) &&
         std::ranges::none_of(marks_, [&](const Box& box) { return covers(box) && !lies_in(own, box); });
}

void Labels::draw(Place place, const std::string& words, Mark mark) {
  canvas_.text(place, words, mark);
  labels_.push_back(canvas_.box_of(place, words));
}

bool Labels::add(std::span<const Place> places, const std::string& words, Mark mark) {
  const auto free = std::ranges::find_if(places, [&](Place at) { return is_free(canvas_.box_of(at, words)); });
  if (free == places.end()) return false;
  draw(*free, words, mark);
  return true;
}

bool Labels::add_over_marks(std::span<const Place> places, const std::string& words, Mark mark) {
  if (add(places, words, mark)) return true;
  const auto free =
      std::ranges::find_if(places, [&](Place at) { return is_free_of_labels(canvas_.box_of(at, words)); });
  if (free == places.end()) return false;
  draw(*free, words, mark);
  return true;
}

std::optional<Box> Labels::take_box(std::span<const Box> boxes) {
  auto found = std::ranges::find_if(boxes, [&](const Box& box) { return is_free(box); });
  if (found == boxes.end()) found = std::ranges::find_if(boxes, [&](const Box& box) { return is_free_of_labels(box); });
  if (found == boxes.end()) return std::nullopt;
  canvas_.rectangle(*found, Mark::Paper);
  labels_.push_back(*found);
  return *found;
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
  const double pen = canvas.pen(), rim = 3 * pen, thickness = 3 * pen;
  const double length = length_m / layout.metres_per_pixel();
  const Box text = canvas.box_of({0, 0}, words);
  const double width = std::max(length, text.right - text.left) + 2 * rim;
  const double height = text.bottom - text.top + thickness + 2 * rim;
  const auto box = labels.take_box(corners_of(canvas, width, height, false));
  if (!box) return;
  canvas.text({box->left + rim, box->top + rim}, words, Mark::Ring);
  const double bottom = box->bottom - rim, left = box->left + rim;
  canvas.rectangle({left, bottom - thickness, left + length, bottom}, Mark::Ring);
}

bool draw_colour_bar(Labels& labels, const std::vector<std::pair<double, std::string>>& tones,
                     const std::string& unit) {
  Canvas& canvas = labels.canvas();
  const double pen = canvas.pen(), rim = 3 * pen, thickness = 7 * pen;
  const auto width_of = [&](const std::string& words) {
    const Box box = canvas.box_of({0, 0}, words);
    return box.right - box.left - 2 * pen;
  };
  const double usual = std::clamp(0.3 * static_cast<double>(canvas.width()), 60 * pen, 150 * pen);
  const double ends = width_of(tones.front().second) + width_of(tones.back().second) + 6 * pen;
  const double length = std::floor(std::max(usual, ends));
  const Box letter = canvas.box_of({0, 0}, "0");
  const double line = letter.bottom - letter.top;
  const auto box = labels.take_box(corners_of(canvas, length + 2 * rim, thickness + 2 * line + 2 * rim, true));
  if (!box) return false;
  const double left = box->left + rim, right = left + length, top = box->top + rim;
  canvas.text({left, top}, unit, Mark::Ring);
  const double bar = top + line;
  canvas.rectangle({left - pen, bar - pen, right + pen, bar + thickness + pen}, Mark::Ring);
  canvas.levels({left, bar, right, bar + thickness});
  // The ends first; what would touch them is left out.
  std::vector<Box> written;
  const auto write = [&](const std::pair<double, std::string>& tone) {
    const double width = width_of(tone.second);
    const Place at{std::clamp(left + tone.first * length - 0.5 * width, left, right - width),
                   bar + thickness + 2 * pen};
    Box place = canvas.box_of(at, tone.second);
    place.left -= 3 * pen, place.right += 3 * pen;
    if (touches_any(written, place)) return;
    canvas.text(at, tone.second, Mark::Ring);
    written.push_back(place);
  };
  write(tones.front());
  write(tones.back());
  for (std::size_t i = 1; i + 1 < tones.size(); ++i) write(tones[i]);
  return true;
}

namespace {

/// As many marks as there is room for, if each takes so many pixels.
std::size_t count_with_room(const Canvas& canvas, double pixels_each, std::size_t least, std::size_t most) {
  const double pen = canvas.pen();
  const double room = static_cast<double>(canvas.width() * canvas.height()) / (pixels_each * pen * pen);
  return std::clamp<std::size_t>(static_cast<std::size_t>(room), least, most);
}

}  // namespace

std::vector<PictureSpot> draw_circles(Labels& labels, const Layout& layout, std::vector<PictureSpot> spots) {
  constexpr std::size_t least_circles = 20, most_circles = 400;
  // No more than leave something of the image.
  constexpr double pixels_per_circle = 1200;
  Canvas& canvas = labels.canvas();
  const double pen = canvas.pen(), radius = radius_of_circles(canvas);
  const std::size_t most = count_with_room(canvas, pixels_per_circle, least_circles, most_circles);
  std::ranges::stable_sort(spots, std::ranges::greater{}, &PictureSpot::photons);
  if (spots.size() > most) spots.resize(most);
  for (const PictureSpot& spot : spots) {
    const Place centre = place_of(layout, spot);
    canvas.circle(centre, radius, Mark::Spot);
    const double reach = radius + pen;
    labels.keep_clear({centre.x - reach, centre.y - reach, centre.x + reach, centre.y + reach});
  }
  return spots;
}

void label_circles(Labels& labels, const Layout& layout, const std::vector<PictureSpot>& spots) {
  constexpr std::size_t least_labels = 4, most_labels = 24;
  constexpr double pixels_per_label = 14000;
  Canvas& canvas = labels.canvas();
  const double pen = canvas.pen(), radius = radius_of_circles(canvas);
  const std::size_t most = count_with_room(canvas, pixels_per_label, least_labels, most_labels);
  // Directions from the circle, right and down, in the order in which they are tried. A level line would be read as the
  // sign of the first index.
  constexpr std::array<std::array<int, 2>, 6> directions = {{{1, -1}, {1, 1}, {-1, -1}, {-1, 1}, {0, -1}, {0, 1}}};
  const auto add = [&](const PictureSpot& spot, Place centre, double distance, const std::array<int, 2>& direction) {
    const auto& [h, k, l] = spot.hkl;
    const std::string words = std::to_string(h) + " " + std::to_string(k) + " " + std::to_string(l);
    const double length = std::hypot(direction[0], direction[1]), x = direction[0] / length, y = direction[1] / length;
    const auto along = [&](double reach) { return Place{centre.x + reach * x, centre.y + reach * y}; };
    const Place end = along(radius + distance);
    for (double reach = radius; reach < radius + distance; reach += pen)
      if (!labels.is_free(along(reach), centre)) return false;
    const Box box = canvas.box_of({0, 0}, words);
    const double left = end.x - 0.5 * (1 - direction[0]) * (box.right - box.left);
    const double top = end.y - 0.5 * (1 - direction[1]) * (box.bottom - box.top);
    const std::array<Place, 1> place = {{{left + pen, top + pen}}};
    if (!labels.add(place, words, Mark::Spot)) return false;
    canvas.line(along(radius), end, Mark::Spot);
    return true;
  };
  std::size_t labelled = 0;
  for (const PictureSpot& spot : spots) {
    if (labelled == most) return;
    const Place centre = place_of(layout, spot);
    bool done = false;
    for (const double distance : {5 * pen, 10 * pen, 16 * pen})
      for (const auto& direction : directions) done = done || add(spot, centre, distance, direction);
    labelled += done;
  }
}

}  // namespace femtobragg::formats
