// Detectors by their makers' names: pixels, gaps between modules, sensor, saturation. Each row states its source.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/detectors/panel_arrangement.h"
#include "femtobragg/model/detector.h"

namespace femtobragg::formats {

/// Equal modules in one image, with gaps that do not count photons. The modules of a single panel are placed as they
/// are in the image; otherwise the arrangement defines where the panels are.
struct KnownDetector {
  std::string_view name;               ///< lower case, without blanks: "eiger2-16m"
  std::size_t n_fast = 0, n_slow = 0;  ///< size of the image
  double pixel_um = 0;
  std::size_t module_fast = 0, module_slow = 0;  ///< 0: one sensor without gaps; with an arrangement: a chip
  std::size_t gap_fast = 0, gap_slow = 0;
  std::size_t seam_fast = 0;  ///< between the two sensors of a module, in its middle along fast
  std::string_view material;  ///< material of the sensor; empty: a surface that absorbs everything (a phosphor)
  double thickness_um = 0;    ///< the usual one, if the maker offers several
  double saturation = 0;      ///< counts; 0: none stated
  std::string_view source;
  const PanelArrangement* arrangement = nullptr;  ///< null: one panel
};

std::span<const KnownDetector> known_detectors();

/// Finds a detector by name, ignoring case, blanks, '-', '_' and dots ("Eiger2 16M"), or by another common name; models
/// with a distinctive name are also known without their maker's ("MX340-HS"). Null: not in the list.
const KnownDetector* find_detector(std::string_view name);
/// The same; throws Error(Usage) that suggests similar names.
const KnownDetector& detector_named(std::string_view name);

/// One byte per pixel, 0 in gaps; empty if there are none.
std::vector<std::uint8_t> gap_mask(const KnownDetector& detector);

/// Size in pixels of the plane to which beam centres refer: the image of one panel, else the smallest rectangle around
/// the beam.
ImageShape plane_shape(const KnownDetector& detector);
/// Requires a detector with an arrangement.
std::vector<Panel> panels_of(const KnownDetector& detector, const DetectorPlane& plane);

/// The table as text, one line each.
std::string detector_table();

}  // namespace femtobragg::formats
