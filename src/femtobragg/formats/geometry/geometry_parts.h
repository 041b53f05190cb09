// What readers and writers of geometry share: frames, panels made complete, windows of one image, masks as rectangles.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// Lab frames of others, as matrices that turn their vectors into ours.
/// DIALS and imgCIF: x along the spindle, z towards the source.
inline constexpr Mat3d ours_from_dials{{0, 0, -1}, {0, 1, 0}, {1, 0, 0}};
/// CrystFEL: z along the beam, y up.
inline constexpr Mat3d ours_from_crystfel{{0, 0, 1}, {0, 1, 0}, {-1, 0, 0}};

/// Pixels that a detector may have: far more than any has.
inline constexpr std::size_t most_pixels = std::size_t{1} << 32;
inline constexpr std::size_t most_panels = 10000;
/// Of detectors that have masks: these take memory, one byte a pixel, whatever is rendered.
inline constexpr std::size_t most_masked_pixels = std::size_t{1} << 28;

/// An upright detector, not yet complete: fast to the right, slow down; the direct beam at (fast, slow), in pixels.
Panel upright_panel(double distance_m, double pixel_fast_m, double pixel_slow_m, double fast, double slow);

/// Fills in what follows from origin, axes, pixel size and counts: normal (away from the sample), area ratio, region.
/// `where` names file and panel. Throws Error(Runtime) for what makes no panel.
void complete_panel(Panel& panel, const std::string& where);

/// Throws Error(Runtime) where windows of two panels overlap, or there are too many pixels in all.
void require_separate_windows(const Detector& detector, const std::string& where);

/// Gives each panel a window of its own: one below the other along slow, in their order.
void stack_along_slow(Detector& detector);

/// Throws Error(Runtime) where masks of panels with so many pixels in all would fill the memory.
void require_maskable(std::size_t pixels, const std::string& where);

/// A note where frames do not begin at equal steps; all are taken to be as wide as the first.
void note_uneven_turn(const std::vector<double>& starts, std::vector<std::string>& notes);

/// The wavelength of a file that may state the photon energy, too, for which wavelengths win; a note where they differ.
std::optional<double> wavelength_of(std::optional<double> stated_m, std::optional<double> energy_eV,
                                    std::vector<std::string>& notes);

/// Half-open ranges of pixels of one panel.
struct PixelRectangle {
  std::size_t fast_begin = 0, slow_begin = 0, fast_end = 0, slow_end = 0;
};
/// Gives a panel without a mask one that excludes nothing. Throws Error(Runtime) where memory does not suffice.
void need_mask(Panel& panel);
/// Leaves pixels out. The rectangle is cut at the panel's edges. Throws as need_mask().
void mask_out(Panel& panel, const PixelRectangle& rectangle);
/// Rectangles that hold exactly the pixels that the mask leaves out.
std::vector<PixelRectangle> masked_rectangles(const Panel& panel);

/// Metres to the pixel corner (fast, slow) of a panel.
Vec3d corner_m(const Panel& panel, double fast, double slow);

/// Axes of a crystal from its real axes (metres). Throws Error(Runtime) where they span no volume.
CrystalAxes axes_of_real(const Vec3d& a_m, const Vec3d& b_m, const Vec3d& c_m, const std::string& where);

/// Right-handed, about an axis of any length above zero.
Mat3d rotation_about(const Vec3d& axis, double angle_rad);

/// All vectors turned alike.
Geometry turned(Geometry geometry, const Mat3d& rotation);

/// The rotation that takes the beam to lab x: the smallest for beams nearly along it; for others the one that
/// also takes the spindle (else the polarization axis) to lab z as near as it can.
Mat3d rotation_to_usual_frame(const Geometry& geometry);

/// The rotation before geometries go into formats that know the beam's direction: none for beams nearly along lab x,
/// rotation_to_usual_frame() for others.
Mat3d rotation_to_nearly_usual_frame(const Geometry& geometry);

/// Angle between the beam and lab x.
double beam_tilt_rad(const Geometry& geometry);

}  // namespace femtobragg::formats
