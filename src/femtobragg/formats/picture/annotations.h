// What is drawn over a picture: rings of resolution, beam centre, scale bar, predicted spots.
#pragma once

#include "femtobragg/formats/picture/canvas.h"
#include "femtobragg/formats/picture/layout.h"
#include "femtobragg/formats/picture/preview.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// Labels of a picture, none of which may touch another.
class Labels {
 public:
  explicit Labels(Canvas& canvas) : canvas_(canvas) {}
  /// Draws it at the first of these places (its upper left corner) where it is free. False: at none.
  bool add(std::span<const Place> places, const std::string& words, Mark mark);
  /// No label will cover it.
  void keep_clear(const Box& box) { taken_.push_back(box); }
  Canvas& canvas() { return canvas_; }

 private:
  Canvas& canvas_;
  std::vector<Box> taken_;
};

/// Throws Error(Usage) without wavelength, for curved panels, and if a requested ring is not a resolution.
void draw_rings(Labels& labels, const Layout& layout, const Geometry& geometry, const std::vector<double>& rings_A);
/// A cross where the beam meets the picture, if it does.
void draw_beam(Labels& labels, const Layout& layout, const Vec3d& beam_direction);
/// Where all pixels of the picture have one size.
void draw_scale_bar(Labels& labels, const Layout& layout);
/// The brightest, which are circled, and of these the brightest with their indices.
void draw_spots(Labels& labels, const Layout& layout, std::vector<PictureSpot> spots);

}  // namespace femtobragg::formats
