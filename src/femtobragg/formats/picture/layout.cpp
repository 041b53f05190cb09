// Two layouts: windows of the image, and panels projected along their mean normal.
#include "femtobragg/formats/picture/layout.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/image/beam_frame.h"

namespace femtobragg::formats {
namespace {

/// An edge beyond which no viewer goes; the picture then shows the brightest of several pixels.
constexpr std::size_t longest_lab_edge = 16384;

void refuse_curved(const Geometry& geometry) {
  for (const Panel& panel : geometry.detector.panels)
    if (panel.curvature != Curvature::Flat)
      throw Error::usage({.what = "a picture of a curved detector has no lab layout and no rings",
                          .rule = "its panels must be flat",
                          .remedy = "choose the layout of the data, without rings"});
}

}  // namespace

Layout::Layout(const ImageShape& shape, const Geometry* geometry, PictureLayout layout, std::size_t longest_edge) {
  using enum PictureLayout;
  if (layout == Lab && !geometry)
    throw Error::usage({.what = "a picture of panels as they stand needs the geometry of the detector",
                        .rule = "the image does not state it",
                        .remedy = "choose the layout of the data"});
  const bool flat = geometry && std::ranges::all_of(geometry->detector.panels,
                                                    [](const Panel& p) { return p.curvature == Curvature::Flat; });
  in_lab_ = layout == Lab || (layout == ByPanels && flat && geometry->detector.panels.size() > 1);
  if (in_lab_) {
    refuse_curved(*geometry);
    lay_lab(*geometry);
  } else {
    lay_data(shape, geometry);
  }
  scale_to(longest_edge);
}

void Layout::lay_data(const ImageShape& shape, const Geometry* geometry) {
  extent_x_ = static_cast<double>(shape.n_fast), extent_y_ = static_cast<double>(shape.n_slow);
  if (!geometry) {
    panels_ = {{nullptr, shape.n_fast, shape.n_slow, 0, 0, {0, 0}, {1, 0}, {0, 1}}};
    return;
  }
  for (const Panel& p : geometry->detector.panels)
    panels_.push_back({&p,
                       p.n_fast,
                       p.n_slow,
                       p.data_fast,
                       p.data_slow,
                       {static_cast<double>(p.data_fast), static_cast<double>(p.data_slow)},
                       {1, 0},
                       {0, 1}});
  if (panels_.size() == 1 && panels_.front().panel->curvature == Curvature::Flat)
    metres_per_pixel_ = panels_.front().panel->pixel_size_m;
}

void Layout::lay_lab(const Geometry& geometry) {
  const std::vector<Panel>& panels = geometry.detector.panels;
  double area = 0, pixel_m = std::numeric_limits<double>::infinity();
  Vec3d sum{};
  for (const Panel& p : panels) {
    const double panel_area = static_cast<double>(p.n_fast * p.n_slow) * p.pixel_size_m * p.pixel_size_m;
    sum = sum + panel_area * p.normal;
    area += panel_area;
    pixel_m = std::min(pixel_m, p.pixel_size_m);
  }
  // Panels all around the sample have no mean normal: they are seen along the beam.
  away_ = unit(norm(sum) > 0.1 * area ? sum : geometry.beam_direction);
  const Vec3d y{0, 1, 0}, back{-1, 0, 0};
  const Vec3d upright = std::abs(away_.y) < 0.99 ? y : back;
  up_ = unit(upright - dot(upright, away_) * away_);
  // Looking along x with y up, z is to the right.
  right_ = cross(away_, up_);
  double left = std::numeric_limits<double>::infinity(), right = -left, top = right, bottom = left;
  for (const Panel& p : panels) {
    distance_m_ +=
        dot(p.centre_m(), away_) * static_cast<double>(p.n_fast * p.n_slow) * p.pixel_size_m * p.pixel_size_m / area;
    for (const Vec3d& corner : p.corners_m()) {
      left = std::min(left, dot(corner, right_)), right = std::max(right, dot(corner, right_));
      bottom = std::min(bottom, dot(corner, up_)), top = std::max(top, dot(corner, up_));
    }
  }
  left_m_ = left, top_m_ = top;
  metres_per_pixel_ = pixel_m;
  extent_x_ = (right - left) / pixel_m, extent_y_ = (top - bottom) / pixel_m;
  for (const Panel& p : panels) {
    const double edge = p.pixel_size_m / pixel_m;
    const auto seen = [&](const Vec3d& axis) { return Place{edge * dot(axis, right_), -edge * dot(axis, up_)}; };
    panels_.push_back({&p,
                       p.n_fast,
                       p.n_slow,
                       p.data_fast,
                       p.data_slow,
                       {(dot(p.origin_m, right_) - left) / pixel_m, (top - dot(p.origin_m, up_)) / pixel_m},
                       seen(p.fast_axis),
                       seen(p.slow_axis)});
  }
}

void Layout::scale_to(std::size_t longest_edge) {
  const double longest = std::max({extent_x_, extent_y_, 1.0});
  double zoom = 1;
  if (longest_edge > 0)
    zoom = static_cast<double>(longest_edge) / longest;
  else if (in_lab_ && longest > static_cast<double>(longest_lab_edge))
    zoom = static_cast<double>(longest_lab_edge) / longest;
  // Enlarged pixels are all of the same size.
  if (zoom > 1) zoom = std::floor(zoom);
  if (zoom < 1) samples_ = static_cast<int>(std::ceil(1 / zoom));
  const auto pixels = [&](double extent) {
    return std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(extent * zoom - 1e-6)));
  };
  width_ = pixels(extent_x_), height_ = pixels(extent_y_);
  metres_per_pixel_ /= zoom;
  for (PanelPlace& p : panels_)
    for (Place* place : {&p.origin, &p.per_fast, &p.per_slow}) place->x *= zoom, place->y *= zoom;
}

std::optional<Vec3d> Layout::point_m(Place place) const {
  if (!in_lab_) return std::nullopt;
  return (left_m_ + place.x * metres_per_pixel_) * right_ + (top_m_ - place.y * metres_per_pixel_) * up_ +
         distance_m_ * away_;
}

std::optional<Place> Layout::place_of_ray(const Vec3d& direction) const {
  if (in_lab_) {
    const double towards = dot(direction, away_);
    if (!(towards > 1e-3)) return std::nullopt;
    const Vec3d point = (distance_m_ / towards) * direction;
    return Place{(dot(point, right_) - left_m_) / metres_per_pixel_, (top_m_ - dot(point, up_)) / metres_per_pixel_};
  }
  for (const PanelPlace& p : panels_) {
    if (!p.panel || p.panel->curvature != Curvature::Flat) continue;
    // Rays along the panel meet it too far away to be drawn.
    if (!(std::abs(dot(unit(direction), p.panel->normal)) > 1e-3)) continue;
    const std::optional<BeamSpot> spot = beam_spot(*p.panel, direction);
    if (!spot) continue;
    const auto within = [](double px, std::size_t n) { return px >= 0 && px <= static_cast<double>(n); };
    const bool inside = within(spot->fast_px, p.n_fast) && within(spot->slow_px, p.n_slow);
    // Of a single panel the place beside it has a meaning too.
    if (inside || panels_.size() == 1) return p.at(spot->fast_px, spot->slow_px);
  }
  return std::nullopt;
}

}  // namespace femtobragg::formats
