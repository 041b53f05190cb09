// Rings of resolution, as lines where the resolution of the pixels passes a value.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/picture/annotations.h"

namespace femtobragg::formats {
namespace {

/// Resolutions that are easily read, in angstrom.
constexpr std::array<double, 43> round_resolutions = {
    500, 300, 200, 150, 100, 80,  60,  50,  40,  30,  25,  20,  15,  12,   10,  8,    7,   6,    5,   4,    3.5, 3,
    2.5, 2.2, 2,   1.8, 1.6, 1.5, 1.4, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3};

/// The length of the scattering vector (1/A) at each pixel of a picture, and the panel that it is on.
class ResolutionMap {
 public:
  ResolutionMap(const Layout& layout, const Geometry& geometry)
      : width_(layout.width()),
        per_A_(width_ * layout.height(), nan),
        panel_(per_A_.size(), no_panel),
        beam_(unit(geometry.beam_direction)),
        wavelength_A_(angstrom_from_metres(*geometry.wavelength_m)) {
    layout.for_each_sample(1, [&](std::size_t x, std::size_t y, std::size_t number, double fast, double slow) {
      per_A_[y * width_ + x] = of(layout.panels()[number].panel->point_m(fast, slow));
      panel_[y * width_ + x] = static_cast<std::uint16_t>(number);
      longest_ = std::max(longest_, per_A_[y * width_ + x]);
      shortest_ = std::min(shortest_, per_A_[y * width_ + x]);
    });
    // In the lab rings go on between panels.
    if (!layout.in_lab()) return;
    for (std::size_t i = 0; i < per_A_.size(); ++i)
      if (panel_[i] == no_panel)
        per_A_[i] = of(*layout.point_m({static_cast<double>(i % width_) + 0.5, static_cast<double>(i / width_) + 0.5}));
  }

  /// On the detector.
  float longest() const { return longest_; }
  float shortest() const { return shortest_; }

  /// Pixels beyond which the resolution passes the value.
  std::vector<std::size_t> line(double per_A) const {
    const auto value = static_cast<float>(per_A);
    std::vector<std::size_t> pixels;
    const auto passes = [&](std::size_t i, std::size_t j) {
      const bool comparable = panel_[i] == panel_[j] || panel_[i] == no_panel || panel_[j] == no_panel;
      return comparable && (per_A_[i] < value) != (per_A_[j] < value) && !std::isnan(per_A_[i]) &&
             !std::isnan(per_A_[j]);
    };
    for (std::size_t i = 0; i < per_A_.size(); ++i)
      if ((i % width_ + 1 < width_ && passes(i, i + 1)) || (i + width_ < per_A_.size() && passes(i, i + width_)))
        pixels.push_back(i);
    return pixels;
  }

 private:
  static constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  static constexpr std::uint16_t no_panel = std::numeric_limits<std::uint16_t>::max();

  float of(const Vec3d& point_m) const { return static_cast<float>(norm(unit(point_m) - beam_) / wavelength_A_); }

  std::size_t width_;
  std::vector<float> per_A_;
  std::vector<std::uint16_t> panel_;
  Vec3d beam_;
  double wavelength_A_;
  float longest_ = 0, shortest_ = std::numeric_limits<float>::infinity();
};

/// From the edge of the detector inwards, no two closer than a tenth of the picture.
std::vector<double> chosen_rings(const ResolutionMap& map, const Layout& layout, const Geometry& geometry, int pen) {
  const Panel& panel = *layout.panels().front().panel;
  const double distance_m = std::abs(dot(panel.origin_m, panel.normal));
  const double pixels_per_metre =
      std::hypot(layout.panels().front().per_fast.x, layout.panels().front().per_fast.y) / panel.pixel_size_m;
  const double wavelength_A = angstrom_from_metres(*geometry.wavelength_m);
  const double spacing = std::max(26.0 * pen, 0.1 * static_cast<double>(std::max(layout.width(), layout.height())));
  double last = std::numeric_limits<double>::infinity();
  std::vector<double> rings;
  for (auto d = round_resolutions.rbegin(); d != round_resolutions.rend(); ++d) {
    const double sine = wavelength_A / (2 * *d);
    if (1 / *d > 0.97 * static_cast<double>(map.longest()) || 1 / *d < static_cast<double>(map.shortest()) || sine > 1)
      continue;
    constexpr double steepest_rad = 1.5;
    const double radius = distance_m * pixels_per_metre * std::tan(std::min(2 * std::asin(sine), steepest_rad));
    if (radius < spacing) break;
    if (last - radius < spacing) continue;
    rings.push_back(*d);
    last = radius;
  }
  return rings;
}

void require_resolutions(const Geometry& geometry, const std::vector<double>& rings_A) {
  if (!geometry.wavelength_m)
    throw Error::usage({.what = "rings of resolution need the wavelength",
                        .rule = "the image does not state it",
                        .remedy = "draw the picture without rings"});
  for (const Panel& panel : geometry.detector.panels)
    if (panel.curvature != Curvature::Flat)
      throw Error::usage(
          {.what = "rings of resolution are drawn on flat panels only", .remedy = "draw the picture without rings"});
  for (const double d : rings_A)
    if (!(d > 0) || !std::isfinite(d))
      throw Error::usage(
          {.what = "a ring is no resolution", .value = format_number(d) + " A", .rule = "it must be above zero"});
}

/// The label sits on its ring, above and to the right of the beam if it can.
void label_ring(Labels& labels, const Layout& layout, const std::vector<std::size_t>& pixels,
                const std::optional<Place>& centre, const std::string& words) {
  const Box box = labels.canvas().box_of({0, 0}, words);
  const double half_width = 0.5 * (box.right - box.left), half_height = 0.5 * (box.bottom - box.top);
  const double width = static_cast<double>(layout.width()), height = static_cast<double>(layout.height());
  const Place beam = centre.value_or(Place{0.5 * width, 0.5 * height});
  const bool inside = beam.x >= 0 && beam.y >= 0 && beam.x < width && beam.y < height;
  constexpr double up_and_right = -0.9;
  const double wanted = inside ? up_and_right : std::atan2(0.5 * height - beam.y, 0.5 * width - beam.x);
  std::vector<std::pair<double, Place>> candidates;
  for (const std::size_t i : pixels) {
    const Place at{static_cast<double>(i % layout.width()), static_cast<double>(i / layout.width())};
    const double angle = std::atan2(at.y - beam.y, at.x - beam.x);
    candidates.emplace_back(1 - std::cos(angle - wanted), Place{at.x - half_width, at.y - half_height});
  }
  std::ranges::sort(candidates, {}, [](const auto& candidate) { return candidate.first; });
  std::vector<Place> places;
  for (const auto& [ignored, place] : candidates) places.push_back(place);
  labels.add_over_marks(places, words, Mark::Ring);
}

}  // namespace

std::optional<std::vector<double>> resolutions_of(std::string_view words) {
  std::vector<double> resolutions;
  for (std::size_t at = 0; at <= words.size();) {
    const std::size_t end = std::min(words.find(',', at), words.size());
    const std::optional<double> d = parse_number(words.substr(at, end - at));
    if (!d || !(*d > 0) || !std::isfinite(*d)) return std::nullopt;
    resolutions.push_back(*d);
    at = end + 1;
  }
  return resolutions;
}

std::vector<RingLine> draw_rings(Canvas& canvas, const Layout& layout, const Geometry& geometry,
                                 const std::vector<double>& rings_A) {
  require_resolutions(geometry, rings_A);
  const ResolutionMap map(layout, geometry);
  std::vector<RingLine> rings;
  for (const double d : rings_A.empty() ? chosen_rings(map, layout, geometry, canvas.pen()) : rings_A) {
    rings.push_back({d, map.line(1 / d)});
    for (const std::size_t i : rings.back().pixels)
      canvas.dot({static_cast<double>(i % layout.width()) + 0.5, static_cast<double>(i / layout.width()) + 0.5},
                 Mark::Ring);
  }
  return rings;
}

void label_rings(Labels& labels, const Layout& layout, const Geometry& geometry, const std::vector<RingLine>& rings) {
  const std::optional<Place> centre = layout.place_of_ray(geometry.beam_direction);
  for (const RingLine& ring : rings)
    label_ring(labels, layout, ring.pixels, centre, format_number(ring.resolution_A, 3) + " Å");
}

}  // namespace femtobragg::formats
