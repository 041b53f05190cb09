// From the lines of a miniCBF header to a geometry.
#include <cmath>

#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/cbf.h"

namespace femtobragg::formats {
namespace {

/// The numbers that follow a word at the beginning of a header line; blanks, brackets and the like between them.
std::vector<double> numbers_after(std::string_view header, std::string_view word) {
  std::vector<double> numbers;
  const std::string line_start = "# " + std::string(word);
  const std::size_t found = header.find(line_start);
  if (found == std::string_view::npos) return numbers;
  std::string_view line = header.substr(found + line_start.size());
  line = line.substr(0, line.find('\n'));
  while (!line.empty() && numbers.size() < 4) {
    const bool digit = (line.front() >= '0' && line.front() <= '9') || line.front() == '-' || line.front() == '.';
    const auto number = digit ? number_prefix(line) : NumberPrefix<double>{};
    if (number.length > 0) numbers.push_back(number.value);
    line.remove_prefix(std::max<std::size_t>(1, number.length));
  }
  return numbers;
}

/// The first of them, if it is finite and at least `least`.
std::optional<double> number_after(std::string_view header, std::string_view word, double least) {
  const std::vector<double> numbers = numbers_after(header, word);
  return !numbers.empty() && std::isfinite(numbers[0]) && numbers[0] >= least ? std::optional(numbers[0])
                                                                              : std::nullopt;
}

}  // namespace

std::optional<Geometry> cbf_geometry(const std::string& header, const ImageShape& shape) {
  const std::vector<double> edges = numbers_after(header, "Pixel_size"), beam = numbers_after(header, "Beam_xy");
  const auto distance = number_after(header, "Detector_distance", 1e-9);
  if (edges.size() < 2 || beam.size() < 2 || !distance || !(edges[0] > 0) || !(edges[1] > 0)) return std::nullopt;
  if (!std::isfinite(edges[0]) || !std::isfinite(edges[1]) || !std::isfinite(beam[0]) || !std::isfinite(beam[1]))
    return std::nullopt;
  Geometry g;
  Panel panel;
  panel.n_fast = shape.n_fast;
  panel.n_slow = shape.n_slow;
  panel.region = {0, shape.n_fast, 0, shape.n_slow};
  panel.pixel_size_m = edges[0];
  panel.fast_axis = {0, 0, 1};
  panel.slow_axis = {0, edges[1] == edges[0] ? -1 : -edges[1] / edges[0], 0};
  panel.area_ratio = edges[1] / edges[0];
  panel.normal = {1, 0, 0};
  panel.origin_m = {*distance, beam[1] * edges[1], -beam[0] * edges[0]};
  if (const auto cutoff = number_after(header, "Count_cutoff", 1)) panel.saturation = *cutoff;
  for (const auto& [word, material] : {std::pair{"Silicon", "Si"}, {"CdTe", "CdTe"}})
    if (const auto thickness = number_after(header, word, 0)) {
      panel.sensor.thickness_m = panel.sensor.layer_step_m = *thickness;
      panel.sensor.material = material;
    }
  g.detector.panels = {panel};
  if (const auto wavelength = number_after(header, "Wavelength", 1e-9))
    g.wavelength_m = metres_from_angstrom(*wavelength);
  if (const auto fraction = number_after(header, "Polarization", -1)) g.polarization_fraction = *fraction;
  const auto start = number_after(header, "Start_angle", -1e9), width = number_after(header, "Angle_increment", -1e9);
  if (start && width) {
    g.spindle_axis = Vec3d{0, 0, 1};
    g.oscillation = Oscillation{radians_from_degrees(*start), radians_from_degrees(*width), 1};
  }
  return g;
}

}  // namespace femtobragg::formats
