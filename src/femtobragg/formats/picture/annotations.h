// What is drawn over a picture: rings of resolution, beam centre, bars, predicted spots. Lines and circles come first,
// labels last, where there is room.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "femtobragg/formats/picture/canvas.h"
#include "femtobragg/formats/picture/layout.h"
#include "femtobragg/formats/picture/preview.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// The labels of a picture, none of which touches another, and the marks that they should not cover.
class Labels {
 public:
  explicit Labels(Canvas& canvas) : canvas_(canvas) {}
  /// Draws it at the first of these places (its upper left corner) where it is free. False: at none.
  bool add(std::span<const Place> places, const std::string& words, Mark mark);
  /// The same; where none is free, at the first that covers no label.
  bool add_over_marks(std::span<const Place> places, const std::string& words, Mark mark);
  /// Labels should not cover it.
  void keep_clear(const Box& box) { marks_.push_back(box); }
  /// Takes the first of these boxes that is free, and clears it; where none is, the first that covers no label.
  /// Nothing: all do, or are outside the picture.
  std::optional<Box> take_box(std::span<const Box> boxes);
  /// Whether no label and no mark but the one around `own` is there.
  bool is_free(Place place, Place own) const;
  Canvas& canvas() { return canvas_; }

 private:
  bool is_free_of_labels(const Box& box) const;
  bool is_free(const Box& box) const;
  void draw(Place place, const std::string& words, Mark mark);

  Canvas& canvas_;
  std::vector<Box> labels_, marks_;
};

struct RingLine {
  double resolution_A = 0;
  std::vector<std::size_t> pixels;  ///< of the picture; empty: the ring is not on the detector
};
/// Throws Error(Usage) without wavelength, for curved panels, and if a requested ring is not a resolution.
std::vector<RingLine> draw_rings(Canvas& canvas, const Layout& layout, const Geometry& geometry,
                                 const std::vector<double>& rings_A);
void label_rings(Labels& labels, const Layout& layout, const Geometry& geometry, const std::vector<RingLine>& rings);
/// A cross where the beam meets the picture, if it does.
void draw_beam(Labels& labels, const Layout& layout, const Vec3d& beam_direction);
/// Where all pixels of the picture have one size.
void draw_scale_bar(Labels& labels, const Layout& layout);
/// The colours, with what some tones (0 to 1, ascending) stand for. False: there is no room.
bool draw_colour_bar(Labels& labels, const std::vector<std::pair<double, std::string>>& tones, const std::string& unit);
/// Circles around the brightest spots that have room, which are returned, the brightest first.
std::vector<PictureSpot> draw_circles(Labels& labels, const Layout& layout, std::vector<PictureSpot> spots);
/// The indices of the brightest, each beside its circle, with a line between.
void label_circles(Labels& labels, const Layout& layout, const std::vector<PictureSpot>& spots);

}  // namespace femtobragg::formats
