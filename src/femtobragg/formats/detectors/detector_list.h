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

/// Equal modules in one image, with gaps that count nothing. Those of one panel lie as they do in the image; the panels
/// of others stand as their arrangement says.
struct KnownDetector {
  std::string_view name;               ///< lower case, without blanks: "eiger2-16m"
  std::size_t n_fast = 0, n_slow = 0;  ///< of the image
  double pixel_um = 0;
  std::size_t module_fast = 0, module_slow = 0;  ///< 0: one sensor without gaps; with an arrangement: a chip
  std::size_t gap_fast = 0, gap_slow = 0;
  std::size_t seam_fast = 0;  ///< between the two sensors of a module, in its middle along fast
  std::string_view material;  ///< of the sensor; empty: a surface that absorbs everything (a phosphor)
  double thickness_um = 0;    ///< the usual one, where the maker offers several
  double saturation = 0;      ///< counts; 0: none stated
  std::string_view source;
  const PanelArrangement* arrangement = nullptr;  ///< null: one panel
};

std::span<const KnownDetector> known_detectors();

/// By name, whatever the case, blanks, '-', '_' and dots ("Eiger2 16M"), or by another name that people use; models
/// with a name of their own are known without their maker's ("MX340-HS"). Null: not in the list.
const KnownDetector* find_detector(std::string_view name);
/// The same; throws Error(Usage) that names near ones.
const KnownDetector& detector_named(std::string_view name);

/// One byte a pixel, 0 in gaps; empty where there are none.
std::vector<std::uint8_t> gap_mask(const KnownDetector& detector);

/// Pixels of the plane on which beam centres are told: the image of one panel, else the smallest rectangle about the
/// beam.
ImageShape plane_shape(const KnownDetector& detector);
/// Of a detector with an arrangement.
std::vector<Panel> panels_of(const KnownDetector& detector, const DetectorPlane& plane);

/// The table as text, a line each.
std::string detector_table();

}  // namespace femtobragg::formats
