// The detector: flat or curved panels of pixels, with a sensor that absorbs in depth.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/base/vec3.h"
#include "femtobragg/model/image.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// Half-open ranges of pixels to render; the others stay zero.
struct RegionOfInterest {
  std::size_t fast_begin = 0, fast_end = 0;
  std::size_t slow_begin = 0, slow_end = 0;

  /// The one empty region that is meant: no pixel is rendered.
  static constexpr RegionOfInterest nothing() { return {}; }

  bool contains(std::size_t fast, std::size_t slow) const {
    return fast >= fast_begin && fast < fast_end && slow >= slow_begin && slow < slow_end;
  }
  std::size_t width() const { return fast_end > fast_begin ? fast_end - fast_begin : 0; }
  std::size_t height() const { return slow_end > slow_begin ? slow_end - slow_begin : 0; }
  bool empty() const { return width() == 0 || height() == 0; }

  friend bool operator==(const RegionOfInterest&, const RegionOfInterest&) = default;
};

/// The depths of the layers of a thick sensor.
enum class LayerRule {
  Centroid,   ///< n layers of thickness T/n, each at the mean depth of what it absorbs
  FrontFace,  ///< layers at depths 0, step, 2 step ... (comparison with older programs)
};

struct Sensor {
  double thickness_m = 0;        ///< 0: a surface that absorbs everything
  double attenuation_per_m = 0;  ///< mu; 0 with a thickness: transparent
  int layers = 1;
  double layer_step_m = 0;  ///< thickness of a layer: all of them fill the sensor
  LayerRule layer_rule = LayerRule::Centroid;
  std::string material{};  ///< chemical formula; empty: unknown
  double ray_cosine = 1;   ///< between the sensor's normal and the rays whose mean depths the layers have
  /// > 0: layers of unequal thickness, by Gauss's rule for light that falls off by exp(-gauss_lengths) on its way
  /// through: as few as a stated error needs (simulate/sensor_layers.h).
  double gauss_lengths = 0;

  /// Equal layers that fill the thickness, each at the mean depth of what it absorbs.
  static Sensor of(double thickness_m, double attenuation_per_m, int layers, std::string material = {});

  friend bool operator==(const Sensor&, const Sensor&) = default;
};

/// How pixel coordinates are laid on a sphere of radius `curvature_radius_m` about the sample.
enum class Curvature {
  Flat,
  Spherical,  ///< arcs along the panel's fast and slow axes from the direct-beam point
  LabAxes,    ///< arcs from lab y and z of the flat position (comparison with older programs)
};

/// What a flat panel of square pixels is made from.
struct FlatPanel {
  std::string name{};
  Vec3d origin_m;    ///< outer corner of the first pixel, lab frame, from the sample
  Vec3d fast, slow;  ///< unit vectors of growing pixel numbers
  double pixel_m = 0;
  std::size_t n_fast = 0, n_slow = 0;
};

/// Made by flat(), or by set_plane() after its axes, its parts agree.
struct Panel {
  std::string name;  ///< as the detector's maker or a geometry file calls it; may be empty
  Vec3d origin_m;    ///< outer corner of the first pixel, lab frame, from the sample
  /// Directions of growing fast and slow pixel numbers: neighbours are pixel_size_m x axis apart. Unit vectors at right
  /// angles where pixels are squares.
  Vec3d fast_axis, slow_axis;
  Vec3d normal;  ///< unit vector across both axes, away from the sample
  double pixel_size_m = 1e-4;
  double area_ratio = 1;  ///< area of a pixel over pixel_size_m^2: that of the two axes
  std::size_t n_fast = 0, n_slow = 0;
  std::optional<RegionOfInterest> region;  ///< within the panel; nothing: all of it
  std::vector<std::uint8_t> mask;          ///< one byte a pixel, 0: not rendered; empty: all are
  bool point_pixels = false;               ///< pixels subtend p^2/R^2, without obliquity
  double point_pixel_area_m2 = 0;          ///< the p^2 of point pixels
  Curvature curvature = Curvature::Flat;
  double curvature_radius_m = 0;
  Sensor sensor;
  std::size_t data_fast = 0, data_slow = 0;                     ///< position of the first pixel in the detector's image
  double saturation = std::numeric_limits<double>::infinity();  ///< largest count that a pixel can distinguish

  /// Throws Error(Usage) for axes that are not unit vectors, or are parallel.
  static Panel flat(const FlatPanel& parts);
  /// Normal and area ratio as they follow from origin, axes, pixel size and counts.
  void set_plane();

  bool masked(std::size_t fast, std::size_t slow) const { return !mask.empty() && mask[slow * n_fast + fast] == 0; }
  RegionOfInterest rendered_region() const { return region.value_or(RegionOfInterest{0, n_fast, 0, n_slow}); }

  double edge_fast_m() const { return pixel_size_m * norm(fast_axis); }
  double edge_slow_m() const { return pixel_size_m * norm(slow_axis); }
  /// Whether both edges are equal, but for the rounding of files: it moves the far end of a panel by less than a pixel.
  bool has_equal_edges() const { return std::abs(edge_fast_m() - edge_slow_m()) <= 1e-4 * edge_fast_m(); }

  /// For a flat panel: metres to pixels, from the outer corner of the first pixel, whose centre is 0.5, 0.5.
  Vec3d point_m(double fast_px, double slow_px, double depth_m = 0) const;
  Vec3d centre_m() const;
  /// Positions at the front, in the order of the image: fast before slow.
  std::array<Vec3d, 4> corners_m(double depth_m = 0) const;

  friend bool operator==(const Panel&, const Panel&) = default;
};

struct Detector {
  std::string name;
  std::vector<Panel> panels;  ///< windows of one image, which do not overlap

  /// The shape of the smallest image that contains all panels.
  ImageShape image_shape() const;

  friend bool operator==(const Detector&, const Detector&) = default;
};

}  // namespace femtobragg
#pragma GCC visibility pop
