// Shared by readers and writers of geometry: frames, completed panels, windows of one image, masks as rectangles.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/formats/geometry/geometry_gaps.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// Lab frames of other programs, as matrices that transform their vectors into ours.
/// DIALS and imgCIF: x along the spindle, z towards the source.
inline constexpr Mat3d ours_from_dials{{0, 0, -1}, {0, 1, 0}, {1, 0, 0}};
/// CrystFEL: z along the beam, y up.
inline constexpr Mat3d ours_from_crystfel{{0, 0, 1}, {0, 1, 0}, {-1, 0, 0}};

/// Largest number of pixels in a detector: far more than any has.
inline constexpr std::size_t most_pixels = std::size_t{1} << 32;
inline constexpr std::size_t most_panels = 10000;
/// The same for detectors with masks, which take a byte of memory per pixel, whatever is rendered.
inline constexpr std::size_t most_masked_pixels = std::size_t{1} << 28;

/// An upright detector, not yet complete: fast to the right, slow down, direct beam at (fast, slow) in pixels.
Panel upright_panel(double distance_m, double pixel_fast_m, double pixel_slow_m, double fast, double slow);

/// Edges of a pixel in mm: "0.1", or "0.1 x 0.2" where they differ.
std::string pixel_edges_mm(const Panel& panel);

/// Fills in what follows from origin, axes, pixel size and counts: normal (away from the sample), area ratio, region.
/// `where` names file and panel. Throws Error(Runtime) if this does not make a panel.
void complete_panel(Panel& panel, const std::string& where);

/// Throws Error(Usage) if a camera length is given. For files that state it; `where` names file and line.
void require_no_length(const std::string& where, const GeometryGaps& gaps);

/// Throws Error(Runtime) if the windows of two panels overlap, or there are too many pixels in total.
void require_separate_windows(const Detector& detector, const std::string& where);

/// Gives each panel a window of its own: they are stacked along slow, in order.
void stack_along_slow(Detector& detector);

/// Throws Error(Runtime) if masks of panels with so many pixels in total would fill the memory.
void require_maskable(std::size_t pixels, const std::string& where);

/// Adds a note if frames do not begin at equal steps; all are assumed to be as wide as the first.
void note_uneven_turn(const std::vector<double>& starts, std::vector<std::string>& notes);

/// The wavelength of a file that may also state the photon energy; the wavelength takes precedence, with a note if they
/// differ.
std::optional<double> wavelength_of(std::optional<double> stated_m, std::optional<double> energy_eV,
                                    std::vector<std::string>& notes);

/// A rectangle of pixels in one panel, as half-open ranges.
struct PixelRectangle {
  std::size_t fast_begin = 0, slow_begin = 0, fast_end = 0, slow_end = 0;
};
/// Gives a panel without a mask one that excludes nothing. Throws Error(Runtime) if memory does not suffice.
void need_mask(Panel& panel);
/// Masks pixels. The rectangle is clipped at the panel's edges. Throws like need_mask().
void mask_out(Panel& panel, const PixelRectangle& rectangle);
/// Rectangles that contain exactly the masked pixels.
std::vector<PixelRectangle> masked_rectangles(const Panel& panel);

/// Axes of a crystal from its real axes (metres). Throws Error(Runtime) if they span no volume.
CrystalAxes axes_of_real(const Vec3d& a_m, const Vec3d& b_m, const Vec3d& c_m, const std::string& where);

/// Throws Error(Runtime) if these axes do not have the cell (angstrom and degrees) that stands beside them.
void require_cell_of_axes(const CrystalAxes& axes, const std::array<double, 6>& stated, const std::string& where);

/// The geometry with all vectors rotated.
Geometry turned(Geometry geometry, const Mat3d& rotation);

/// The rotation that takes the beam to lab x: the smallest for beams nearly along it; for others the one that also
/// brings the spindle (else the polarization axis) as close as possible to lab z.
Mat3d rotation_to_usual_frame(const Geometry& geometry);

/// The rotation applied before geometries are written in formats with a fixed beam direction: none for beams nearly
/// along lab x, rotation_to_usual_frame() for others.
Mat3d rotation_to_nearly_usual_frame(const Geometry& geometry);

/// Angle between the beam and lab x.
double beam_tilt_rad(const Geometry& geometry);

}  // namespace femtobragg::formats
