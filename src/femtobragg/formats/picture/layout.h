// Where the pixels of a detector's image are in a picture, and where the picture is in the lab.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "femtobragg/formats/picture/canvas.h"
#include "femtobragg/formats/picture/preview.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// A panel in the picture: pixel (fast, slow) of the panel is at origin + fast * per_fast + slow * per_slow.
struct PanelPlace {
  const Panel* panel = nullptr;  ///< null: the whole image of a detector whose geometry is unknown
  std::size_t n_fast = 0, n_slow = 0, data_fast = 0, data_slow = 0;
  Place origin, per_fast, per_slow;

  Place at(double fast, double slow) const {
    return {origin.x + fast * per_fast.x + slow * per_slow.x, origin.y + fast * per_fast.y + slow * per_slow.y};
  }
};

class Layout {
 public:
  /// `geometry` may be null, and must outlive it. Throws Error(Usage) for a lab layout without geometry or of curved
  /// panels, and for panels that stand too far apart for one picture.
  Layout(const ImageShape& shape, const Geometry* geometry, PictureLayout layout, std::size_t longest_edge);

  std::size_t width() const { return width_; }
  std::size_t height() const { return height_; }
  bool in_lab() const { return in_lab_; }
  const std::vector<PanelPlace>& panels() const { return panels_; }
  /// Of a picture's pixel; 0: unknown, or different from panel to panel.
  double metres_per_pixel() const { return metres_per_pixel_; }
  /// How often along each axis pixels of the picture must be sampled to see all of the image.
  int samples() const { return samples_; }

  /// Calls f(x, y, panel number, fast, slow) for the samples of all pixels of the picture that show a panel.
  template <class F>
  void for_each_sample(int samples, F&& f) const;

  /// In the lab layout: the point of the plane of the picture, also between panels.
  std::optional<Vec3d> point_m(Place place) const;
  /// Where a ray from the sample meets the picture; nothing: it meets no panel, or not the plane of the lab layout.
  std::optional<Place> place_of_ray(const Vec3d& direction) const;

 private:
  void lay_data(const ImageShape& shape, const Geometry* geometry);
  void lay_lab(const Geometry& geometry);
  void scale_to(std::size_t longest_edge);

  std::vector<PanelPlace> panels_;
  double extent_x_ = 0, extent_y_ = 0;  ///< before it is scaled, in pixels of the image
  std::size_t width_ = 0, height_ = 0;
  bool in_lab_ = false;
  double metres_per_pixel_ = 0;
  int samples_ = 1;
  // The plane of the lab layout: right and up in the picture, away from the sample, and its distance.
  Vec3d right_, up_, away_;
  double distance_m_ = 0, left_m_ = 0, top_m_ = 0;
};

template <class F>
void Layout::for_each_sample(int samples, F&& f) const {
  for (std::size_t number = 0; number < panels_.size(); ++number) {
    const PanelPlace& p = panels_[number];
    const double determinant = p.per_fast.x * p.per_slow.y - p.per_fast.y * p.per_slow.x;
    // A panel that is seen from its edge.
    if (std::abs(determinant) < 1e-9) continue;
    const double n_fast = static_cast<double>(p.n_fast), n_slow = static_cast<double>(p.n_slow);
    double left = p.origin.x, right = left, top = p.origin.y, bottom = top;
    for (const Place& corner : {p.at(n_fast, 0), p.at(0, n_slow), p.at(n_fast, n_slow)}) {
      left = std::min(left, corner.x), right = std::max(right, corner.x);
      top = std::min(top, corner.y), bottom = std::max(bottom, corner.y);
    }
    const auto pixel = [](double coordinate, std::size_t end) {
      return static_cast<std::size_t>(std::clamp(coordinate, 0.0, static_cast<double>(end)));
    };
    for (std::size_t y = pixel(std::floor(top), height_); y < pixel(std::ceil(bottom), height_); ++y)
      for (std::size_t x = pixel(std::floor(left), width_); x < pixel(std::ceil(right), width_); ++x)
        for (int i = 0; i < samples * samples; ++i) {
          const double dx = static_cast<double>(x) + (i % samples + 0.5) / samples - p.origin.x;
          const double dy = static_cast<double>(y) + (i / samples + 0.5) / samples - p.origin.y;
          const double fast = (dx * p.per_slow.y - dy * p.per_slow.x) / determinant;
          const double slow = (dy * p.per_fast.x - dx * p.per_fast.y) / determinant;
          if (fast >= 0 && slow >= 0 && fast < n_fast && slow < n_slow) f(x, y, number, fast, slow);
        }
  }
}

}  // namespace femtobragg::formats
