// What a miniCBF header says of a geometry, and what it cannot.
#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/image/beam_frame.h"
#include "femtobragg/formats/image/cbf.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/simulated_time.h"

namespace femtobragg::formats {
namespace {

constexpr int digits = 10;

std::string number(double value) { return format_number(value, digits); }

/// The beam centre in pixels of the whole image, and the distance along the beam.
BeamSpot spot_of(const Geometry& g) {
  const Panel& panel = g.detector.panels.front();
  BeamSpot spot;
  if (const auto met = beam_spot(panel, g.beam_direction))
    spot = *met;
  else
    spot.distance_m = normal_distance_m(panel);
  spot.fast_px += static_cast<double>(panel.data_fast);
  spot.slow_px += static_cast<double>(panel.data_slow);
  return spot;
}

bool along(const Vec3d& v, const Vec3d& direction) { return dot(unit(v), direction) > 1 - 1e-12; }

}  // namespace

std::string cbf_header_text(const Geometry& geometry, const CbfFrame& frame) {
  const Geometry g = with_beam_along_x(geometry);
  const Panel& panel = g.detector.panels.front();
  const BeamSpot spot = spot_of(g);
  double saturation = std::numeric_limits<std::int32_t>::max();
  for (const Panel& p : g.detector.panels) saturation = std::min(saturation, p.saturation);
  std::string text;
  const auto line = [&](const std::string& words) { text += "# " + words + "\r\n"; };
  const auto edge = [&](const Vec3d& axis) { return number(panel.pixel_size_m * norm(axis)) + " m"; };
  // Readers of a maker's headers know sizes and gaps of his detectors: these are called by no maker's name.
  line("Detector: simulated by femtoBragg");
  line(simulated_time(frame.start_s + static_cast<double>(frame.index) * frame.exposure_s, 6));
  line("Pixel_size " + edge(panel.fast_axis) + " x " + edge(panel.slow_axis));
  const Sensor& sensor = panel.sensor;
  if (sensor.thickness_m > 0) {
    const std::string material = sensor.material == "Si"   ? "Silicon"
                                 : sensor.material.empty() ? "Unknown"
                                                           : sensor.material;
    line(material + " sensor, thickness " + number(sensor.thickness_m) + " m");
  }
  line("Exposure_time " + number(frame.exposure_s) + " s");
  line("Exposure_period " + number(frame.exposure_s) + " s");
  text += count_cutoff_line(saturation);
  if (g.wavelength_m) line("Wavelength " + number(angstrom_from_metres(*g.wavelength_m)) + " A");
  line("Detector_distance " + number(spot.distance_m) + " m");
  line("Beam_xy (" + number(spot.fast_px) + ", " + number(spot.slow_px) + ") pixels");
  if (frame.flux_per_s > 0) line("Flux " + number(frame.flux_per_s) + " ph/s");
  const Oscillation turn = g.oscillation.value_or(Oscillation{});
  const double start = turn.start_rad + static_cast<double>(frame.index) * turn.width_rad;
  line("Start_angle " + number(degrees_from_radians(start)) + " deg.");
  line("Angle_increment " + number(degrees_from_radians(turn.width_rad)) + " deg.");
  if (g.polarization_fraction) line("Polarization " + number(*g.polarization_fraction));
  return text;
}

std::vector<std::string> cbf_losses(const Geometry& geometry) {
  const Geometry g = with_beam_along_x(geometry);
  const Panel& panel = g.detector.panels.front();
  std::vector<std::string> losses;
  if (!along(panel.fast_axis, {0, 0, 1}) || !along(panel.slow_axis, {0, -1, 0}))
    losses.push_back(
        "the detector is tilted: readers assume that it is perpendicular to the beam, fast to the right, slow down");
  if (g.spindle_axis && !along(*g.spindle_axis, {0, 0, 1}))
    losses.push_back("the spindle does not point to the right, where readers expect it");
  if (g.detector.panels.size() > 1)
    losses.push_back("the detector has several panels: readers assume that all pixels lie in the plane of the first");
  return losses;
}

std::vector<std::string> header_losses(const std::string& output, const Geometry& geometry) {
  std::vector<std::string> losses = cbf_losses(geometry);
  for (std::string& loss : losses)
    loss = "the header of " + output + " cannot fully describe the geometry: " + loss + "; a .nxs file can";
  return losses;
}

std::string count_cutoff_line(double saturation) {
  const double most = std::floor(saturation);
  return std::isfinite(most) ? "# Count_cutoff " + format_fixed(most, 0) + " counts\r\n" : "";
}

namespace {

/// imgCIF's items: photons are (value + offset) / gain.
std::string cbf_linearity(double gain, double pedestal) {
  if (gain == 1 && pedestal == 0) return "";
  std::string text = "_array_intensities.linearity ";
  text += pedestal == 0 ? "linear\r\n" : "offset\r\n_array_intensities.offset " + number(-pedestal) + "\r\n";
  return text + "_array_intensities.gain " + number(gain) + "\r\n_array_intensities.undefined_value -1\r\n\r\n";
}

}  // namespace

ImageFormatInfo cbf_format() {
  return {.name = "CBF",
          .suffixes = {".cbf"},
          .description = "miniCBF image, 32-bit counts",
          .in_words = ", miniCBF",
          .numbers = Numbers::Counts,
          .states_geometry = StatesGeometry::Perhaps,
          .write =
              [](const std::string& path, const ImageContents& c) {
                const std::string header = c.geometry
                                               ? cbf_header_text(*c.geometry, {.exposure_s = c.exposure.seconds,
                                                                               .flux_per_s = c.exposure.flux_per_s,
                                                                               .start_s = c.exposure.start_s})
                                               : "# Detector: unknown\r\n" + count_cutoff_line(c.saturation);
                write_cbf(path, {header, cbf_linearity(c.gain, c.pedestal)}, c.shape, counts_of(c, path));
              },
          // The header in round numbers; byte offsets take a byte for most pixels.
          .bytes = [](const ImageContents& c) -> std::uint64_t {
            return 5500 + std::uint64_t{c.shape.n_fast} * c.shape.n_slow;
          },
          .losses = [](const std::string& output, const Geometry& g, bool) { return header_losses(output, g); },
          .recognise = [](std::string_view bytes) { return bytes.starts_with("###CBF"); },
          .parse = [](std::string_view bytes, const std::string& name, std::size_t) -> StoredFrame {
            return {parse_cbf(bytes, name).pixels};
          },
          .all_ones_mark = true,
          .states_gain = true,
          .choice_of_dials = 2};
}

}  // namespace femtobragg::formats
