// Images, and the geometry of their headers and of files of geometry.
#include <algorithm>
#include <cmath>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/formats/tables/truth_file.h"
#include "femtobragg/inspect/file_types.h"
#include "femtobragg/model/unit_cell.h"
#include "femtobragg/nanobragg/report/report.h"
#include "femtobragg/nanobragg/setup/usual_values.h"

namespace femtobragg::inspect {
namespace {

std::string shape_words(const ImageShape& shape) {
  return std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels";
}

std::string vector_words(const Vec3d& v) {
  return format_number(v.x) + " " + format_number(v.y) + " " + format_number(v.z);
}

std::string name_of_image(const formats::Frame& frame) {
  return frame.format ? std::string(frame.format->name) + " image" : "image without a header (float32)";
}

void add_pixels(Inspection& result, const formats::Frame& frame) {
  const PixelTally tally = frame.tally();
  result.used.push_back(counted(tally[PixelState::Counts], "pixel") + "; excluded: " + tally.excluded_in_words());
  if (std::isfinite(frame.most)) result.used.push_back("saturation " + format_number(frame.most));
  if (frame.pedestal) result.used.push_back("pedestal " + format_number(*frame.pedestal));
  for (const std::string& note : frame.notes)
    // How many frames there are is what the first line says.
    if (note.find(" frames; the first") == note.npos) add_remark(result, note);
}

/// "it has 20 frames; the first is used ...": readers say it only in words.
std::size_t frames_in(const formats::Frame& frame) {
  for (const std::string& note : frame.notes)
    if (note.starts_with("it has ") && note.find(" frames; the first") != note.npos)
      return static_cast<std::size_t>(integer_prefix(note.substr(7)).value);
  return 1;
}

/// Whether a header says anything of a detector: others are no fault.
bool mentions_pixels(const Source& source) {
  const std::string_view start = std::string_view(source.bytes).substr(0, 1 << 16);
  return start.find("PIXEL_SIZE") != start.npos || start.find("Pixel_size") != start.npos ||
         start.find("_array_element_size") != start.npos;
}

/// Stands for a corner that the file does not give.
constexpr Vec3d unplaced{};

/// A file that leaves numbers to flags is sound: what its reader misses is filled in, and named.
Geometry geometry_with_gaps(const Source& source, Inspection& result) {
  try {
    return formats::read_geometry(source.path);
  } catch (const Error& error) {
    formats::GeometryGaps distance, pixels;
    distance.distance_m = 1;
    pixels.n_fast = pixels.n_slow = 1000;
    for (const auto& [gaps, what] :
         {std::pair(distance, "the camera length is left to the images: detector.distance must give it"),
          {pixels, "the number of pixels is not stated: detector.pixels or detector.name must give it"}}) {
      try {
        Geometry g = formats::read_geometry(source.path, gaps);
        result.doubtful.push_back(what);
        std::erase_if(g.notes, [](const std::string& note) { return note.starts_with("the camera length, here"); });
        if (gaps.distance_m) g.detector.panels.front().origin_m = unplaced;
        if (gaps.n_fast) g.detector.panels.front().n_fast = g.detector.panels.front().n_slow = 0;
        return g;
      } catch (const Error&) {
      }
    }
    throw;
  }
}

bool inspect_truth(const Source& source, Inspection& result) {
  try {
    const formats::TruthOfFile truth = formats::read_truth_hdf5(source.path);
    result.what = "truth about an image";
    result.used.push_back(counted(truth.truth.reflections.size(), "reflection") + " with " +
                          format_number(truth.truth.photons) + " photons");
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool inspect_nexus_spectrum(const Source& source, Inspection& result) {
  try {
    const formats::SpectrumFile file = formats::read_nexus_spectrum(source.path, 0);
    result.what = "NeXus file with a spectrum";
    result.used.push_back(counted(file.spectrum.size(), "wavelength"));
    for (const std::string& note : file.notes) add_remark(result, note);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

bool is_hdf5(const Source& source) { return source.bytes.starts_with("\x89HDF"); }

bool is_image(const Source& source) {
  return std::ranges::any_of(formats::image_formats(), [&](const formats::ImageFormatInfo& format) {
    return format.parse && format.recognise(source.bytes);
  });
}

void inspect_image(const Source& source, Inspection& result) {
  std::string failure;
  formats::StatesGeometry states = formats::StatesGeometry::No;
  try {
    const formats::Frame frame =
        is_hdf5(source) ? formats::read_pixels(source.path) : formats::parse_pixels(source.bytes, source.path);
    const std::size_t frames = frames_in(frame);
    result.what = name_of_image(frame) + ", " + counted(frames, "frame") + " of " +
                  (frame.shape ? shape_words(*frame.shape) : std::to_string(frame.pixels.size()) + " pixels");
    add_pixels(result, frame);
    if (!frame.shape) result.doubtful.push_back("the shape is not stated: `--shape FAST SLOW` gives it");
    if (frame.format) states = frame.format->states_geometry;
  } catch (const Error& error) {
    if (!is_hdf5(source)) throw;
    failure = error.what();
    states = formats::StatesGeometry::Always;
    if (inspect_truth(source, result)) return;
  }
  if (states == formats::StatesGeometry::No) return;
  try {
    const Geometry geometry = formats::read_geometry(source.path);
    add_geometry(result, geometry);
    if (failure.empty()) return;
    if (formats::names_nxmx_images(source.path)) {
      result.what = "NXmx image that cannot be read";
      result.wrong = failure;
    } else {
      result.what = "NXmx geometry without an image";
      result.doubtful.push_back("no image in it: " + failure);
    }
  } catch (const Error&) {
    if (!failure.empty()) {
      if (!formats::names_nxmx_images(source.path) && inspect_nexus_spectrum(source, result)) return;
      result.wrong = failure;
      return;
    }
    if (states == formats::StatesGeometry::Always || mentions_pixels(source)) throw;
    result.not_used.push_back("no geometry: the header does not state one");
  }
}

void inspect_geometry(const Source& source, Inspection& result) {
  result.what = std::string(formats::geometry_format_of(source.bytes, source.path)->name) + " geometry";
  add_geometry(result, geometry_with_gaps(source, result));
}

void add_geometry(Inspection& result, const Geometry& g) {
  const Panel& first = g.detector.panels.front();
  std::size_t masked = 0;
  for (const Panel& panel : g.detector.panels)
    masked += static_cast<std::size_t>(std::ranges::count(panel.mask, std::uint8_t{0}));
  const bool placed = first.origin_m != unplaced;
  std::string detector = counted(g.detector.panels.size(), "panel");
  if (first.n_fast > 0) detector += " in an image of " + shape_words(g.detector.image_shape());
  result.used.push_back("detector: " + detector + ", pixels of " + formats::pixel_edges_mm(first) + " mm" +
                        (placed ? ", first corner at " + vector_words(1000.0 * first.origin_m) + " mm" : "") +
                        (masked > 0 ? ", " + counted(masked, "pixel is masked", "pixels are masked") : ""));
  if (first.sensor.thickness_m > 0)
    result.used.push_back("sensor: " + format_number(um_from_metres(first.sensor.thickness_m)) + " um " +
                          first.sensor.material);
  const std::string saturation = "saturation " + format_number(first.saturation);
  if (std::isfinite(first.saturation) && std::ranges::find(result.used, saturation) == result.used.end())
    result.used.push_back(saturation);
  if (g.wavelength_m)
    result.used.push_back("wavelength " + format_number(angstrom_from_metres(*g.wavelength_m)) + " A");
  else
    result.doubtful.push_back("no wavelength: beam.wavelength must give it");
  if (g.polarization_fraction) result.used.push_back("polarization " + format_number(*g.polarization_fraction));
  if (g.spindle_axis) result.used.push_back("spindle " + vector_words(*g.spindle_axis));
  if (g.oscillation && g.oscillation->width_rad != 0)
    result.used.push_back("oscillation from " + format_number(degrees_from_radians(g.oscillation->start_rad)) +
                          " deg, " + counted(g.oscillation->frames, "frame") + " of " +
                          format_number(degrees_from_radians(g.oscillation->width_rad)) + " deg");
  if (g.crystal) {
    result.used.push_back("crystal: cell " + nanobragg::cell_words(cell_of(g.crystal->axes)) +
                          (g.crystal->space_group.empty() ? "" : ", " + g.crystal->space_group) + ", orientation");
  }
  for (const std::string& note : g.notes) add_remark(result, note);
  if (first.n_fast > 0 && placed)
    for (const std::string& doubt : nanobragg::doubtful_file_numbers(g)) result.doubtful.push_back(doubt);
}

}  // namespace femtobragg::inspect
