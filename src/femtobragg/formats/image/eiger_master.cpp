// Fields of DECTRIS' own, in the frame that its documentation calls NeXus's with z against the beam.
#include "femtobragg/formats/image/eiger_master.h"

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/nexus_entry.h"
#include "femtobragg/formats/image/nxmx_frame.h"

namespace femtobragg::formats {
namespace {

using hdf5::Object;

/// Down a path, as far as it is in this file.
Object below(const Object& from, std::initializer_list<const char*> path) try {
  Object at;
  for (const char* name : path) {
    const Object& parent = at ? at : from;
    if (!parent.is_group()) return {};
    Object next = parent.find(name);
    if (!next) return {};
    at = std::move(next);
  }
  return at;
} catch (const Error&) {
  return {};
}

std::size_t pixel_count(const NexusEntry& entry, const Object& detector, const char* name) {
  const Object at = below(detector, {"detectorSpecific", name});
  if (!at) entry.fail(detector, std::string("it has no NXdetector_module, and no detectorSpecific/") + name);
  const double value = entry.finite_numbers(at, 1).front();
  if (!(value >= 1 && value < 1e6)) entry.fail(at, "a panel must have at least one pixel along each edge");
  return static_cast<std::size_t>(value);
}

double needed_m(const NexusEntry& entry, const Object& detector, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const auto metres = entry.quantity(detector, name, Measure::Length)) return *metres;
  entry.fail(detector, std::string("it has no NXdetector_module, and no ") + *names.begin());
}

/// DECTRIS' z points to the source.
Vec3d vector_at(const std::vector<double>& values, std::size_t first) {
  return from_nexus({values[first], values[first + 1], -values[first + 2]});
}

double beam_centre_px(const NexusEntry& entry, const Object& detector, const char* name) {
  const Object at = detector.find(name);
  if (!at) entry.fail(detector, std::string("it has no NXdetector_module, and no ") + name);
  return entry.finite_numbers(at, most_frames).front();
}

}  // namespace

bool looks_like_eiger_master(const Object& entry) {
  const Object detector = below(entry, {"instrument", "detector"});
  return detector && detector.is_group() && below(detector, {"detectorSpecific", "x_pixels_in_detector"});
}

Panel eiger_panel(const NexusEntry& entry, const Object& detector) {
  const double fast_m = needed_m(entry, detector, {"x_pixel_size"}),
               slow_m = needed_m(entry, detector, {"y_pixel_size"});
  if (!(fast_m > 0 && slow_m > 0)) entry.fail(detector, "the sizes of a pixel must be above zero");
  Panel panel;
  const Object orientation = below(detector, {"geometry", "orientation", "value"}),
               translation = below(detector, {"geometry", "translation", "distances"});
  if (orientation && translation) {
    const std::vector<double> axes = entry.finite_numbers(orientation, 9), place = entry.finite_numbers(translation, 3);
    if (axes.size() < 6 || place.size() != 3) entry.fail(detector, "its geometry must have two axes and a translation");
    panel.pixel_size_m = fast_m;
    panel.fast_axis = vector_at(axes, 0);
    panel.slow_axis = (slow_m / fast_m) * vector_at(axes, 3);
    panel.origin_m = vector_at(place, 0);
  } else
    panel = upright_panel(needed_m(entry, detector, {"detector_distance", "distance"}), fast_m, slow_m,
                          beam_centre_px(entry, detector, "beam_center_x"),
                          beam_centre_px(entry, detector, "beam_center_y"));
  panel.n_fast = pixel_count(entry, detector, "x_pixels_in_detector");
  panel.n_slow = pixel_count(entry, detector, "y_pixels_in_detector");
  return panel;
}

void read_eiger_turn(const NexusEntry& entry, const Object& sample, Geometry& geometry) {
  for (const std::string axis : {"phi", "kappa", "chi"})
    if (const Object range = below(sample, {"goniometer", (axis + "_range_average").c_str()});
        range && entry.finite_numbers(range, most_frames).front() != 0)
      geometry.notes.push_back("The goniometer's " + axis + " rotates during the series: this is not used.");
  const Object width = below(sample, {"goniometer", "omega_range_average"});
  if (!width) return;
  const Object starts = below(sample, {"goniometer", "omega"});
  const std::vector<double> omega = starts ? entry.finite_numbers(starts, most_frames) : std::vector<double>{0};
  geometry.spindle_axis = Vec3d{0, 0, 1};
  geometry.oscillation =
      Oscillation{radians_from_degrees(omega.front()),
                  radians_from_degrees(entry.finite_numbers(width, most_frames).front()), omega.size()};
  geometry.notes.push_back("The file does not give the spindle direction: it is assumed to point to the right.");
}

}  // namespace femtobragg::formats
