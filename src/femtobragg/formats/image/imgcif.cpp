// Chains of axes, their settings, and the array that lies on them.
#include "femtobragg/formats/image/imgcif.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/mat3.h"
#include "femtobragg/base/rotation.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/io/cif_items.h"

namespace femtobragg::formats {
namespace {

/// The point x goes to rotation x + shift, mm.
struct AxisStep {
  Mat3d rotation = Mat3d::identity();
  Vec3d shift;
};

/// A row of a category: where a key of it has a value.
constexpr std::size_t no_row = SIZE_MAX;

class ImgcifReader {
 public:
  ImgcifReader(std::string_view header, const std::string& name) : items_(parse_cif_items(header)), name_(name) {}

  Geometry read() {
    Panel panel = panel_of_array();
    complete_panel(panel, in_quotes(name_));
    read_intensities(panel);
    g_.detector.name = text("_diffrn_detector.type", 0);
    g_.detector.panels.push_back(std::move(panel));
    require_separate_windows(g_.detector, in_quotes(name_));
    read_beam();
    read_goniometer();
    return std::move(g_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& item, const std::string& value,
                           const std::string& rule) const {
    throw Error::runtime({.what = what,
                          .where = in_quotes(name_) + " " + item,
                          .value = value.empty() ? "" : in_quotes(value.substr(0, 60)),
                          .rule = rule,
                          .remedy = "correct the header, or give another geometry file"});
  }

  std::size_t rows(std::string_view item) const {
    const auto found = items_.find(item);
    return found == items_.end() ? 0 : found->second.size();
  }
  /// Empty: not given.
  std::string text(std::string_view item, std::size_t row) const {
    const auto found = items_.find(item);
    if (found == items_.end() || row >= found->second.size()) return {};
    const std::string& value = found->second[row];
    return value == "." || value == "?" ? std::string() : value;
  }
  std::optional<double> number(const std::string& item, std::size_t row) const {
    const std::string value = text(item, row);
    if (value.empty()) return {};
    const auto found = parse_number(value.substr(0, value.find('(')));
    if (!found || !std::isfinite(*found)) refuse("not a number", item, value, "it must be a finite number");
    return found;
  }
  std::size_t row_of(std::string_view item, const std::string& value) const {
    const auto found = items_.find(item);
    if (found == items_.end()) return no_row;
    const auto row = std::ranges::find(found->second, value);
    return row == found->second.end() ? no_row : static_cast<std::size_t>(row - found->second.begin());
  }

  std::size_t axis_named(const std::string& id) const {
    const std::size_t row = row_of("_axis.id", id);
    if (row == no_row) refuse("an axis is not described", "_axis.id", id, "all axes that are used must be in the list");
    return row;
  }
  Vec3d vector(const char* item, std::size_t row) const {
    const auto component = [&](const char* i) { return number(std::string(item) + i, row).value_or(0); };
    return {component("[1]"), component("[2]"), component("[3]")};
  }
  Vec3d direction(std::size_t row) const {
    const Vec3d v = vector("_axis.vector", row);
    if (!(norm(v) > 0))
      refuse("an axis has no direction", "_axis.vector", text("_axis.id", row), "it must not be zero");
    return unit(v);
  }

  /// Where an axis stands in the first frame, by the list of the frame or of the scan.
  double setting(const std::string& id, bool rotation) const {
    const std::size_t frame = row_of("_diffrn_scan_frame_axis.axis_id", id);
    if (const auto at = number(std::string("_diffrn_scan_frame_axis.") + (rotation ? "angle" : "displacement"), frame))
      return *at;
    const std::size_t scan = row_of("_diffrn_scan_axis.axis_id", id);
    return number(std::string("_diffrn_scan_axis.") + (rotation ? "angle_start" : "displacement_start"), scan)
        .value_or(0);
  }

  /// What depends on an axis, in the laboratory's frame: the axis itself and all that it depends on. Lengths are mm.
  AxisStep chain(std::string id) const {
    constexpr std::size_t longest = 64;
    AxisStep whole;
    for (std::size_t length = 0; !id.empty(); ++length) {
      if (length == longest)
        refuse("a chain of axes has no end", "_axis.depends_on", id, "axes must not depend on themselves");
      const std::size_t row = axis_named(id);
      const std::string type = text("_axis.type", row);
      const bool rotation = type == "rotation";
      AxisStep step;
      if (rotation)
        step.rotation = rotation_matrix(unit(direction(row)), radians_from_degrees(setting(id, true)));
      else if (type == "translation")
        step.shift = setting(id, false) * direction(row);
      else if (type != "general")
        refuse("the type of an axis is unknown", "_axis.type", type, "it must be rotation, translation or general");
      step.shift = step.shift + vector("_axis.offset", row);
      whole = {step.rotation * whole.rotation, step.rotation * whole.shift + step.shift};
      id = text("_axis.depends_on", row);
    }
    return whole;
  }

  /// One of the two directions of the array.
  struct Edge {
    std::size_t count = 0;
    std::string axis;
    double start_mm = 0, step_mm = 0;
  };

  Edge edge_at(std::size_t row) {
    Edge edge;
    const double count = number("_array_structure_list.dimension", row).value_or(0);
    if (!(count >= 1 && count < 1e9 && count == std::floor(count)))
      refuse("impossible number of pixels", "_array_structure_list.dimension",
             text("_array_structure_list.dimension", row), "it must be a whole number above zero");
    edge.count = static_cast<std::size_t>(count);
    const std::string set = text("_array_structure_list.axis_set_id", row);
    const std::size_t of_set = row_of("_array_structure_list_axis.axis_set_id", set);
    const auto found = items_.find("_array_structure_list_axis.axis_set_id");
    if (of_set == no_row || std::ranges::count(found->second, set) != 1)
      refuse("a direction of the array needs exactly one axis", "_array_structure_list_axis.axis_set_id", set,
             "pixels must be at equal distances along one axis");
    edge.axis = text("_array_structure_list_axis.axis_id", of_set);
    edge.start_mm = number("_array_structure_list_axis.displacement", of_set).value_or(0);
    edge.step_mm = number("_array_structure_list_axis.displacement_increment", of_set).value_or(0);
    if (edge.step_mm == 0 || number("_array_structure_list_axis.angle_increment", of_set).value_or(0) != 0)
      refuse("the pixels are not at equal distances", "_array_structure_list_axis.displacement_increment", set,
             "it must not be zero, and the axis must be a translation");
    const std::string towards = text("_array_structure_list.direction", row);
    if (towards == "decreasing") {
      edge.start_mm += static_cast<double>(edge.count) * edge.step_mm;
      edge.step_mm = -edge.step_mm;
      g_.notes.push_back("the direction of the array along " + edge.axis +
                         " is decreasing: its pixels begin at the far end, as imgCIF defines it, but DIALS and CBFlib "
                         "ignore this and see the image mirrored");
    } else if (!towards.empty() && towards != "increasing")
      refuse("the direction of an array is unknown", "_array_structure_list.direction", towards,
             "it must be increasing or decreasing");
    return edge;
  }

  Panel panel_of_array() {
    const std::size_t n = rows("_array_structure_list.array_id");
    std::array<std::optional<Edge>, 2> edges;
    for (std::size_t row = 0; row < n; ++row) {
      const std::string precedence = text("_array_structure_list.precedence", row);
      if (text("_array_structure_list.array_id", row) != text("_array_structure_list.array_id", 0) || n > 2)
        refuse("there are several arrays of pixels", "_array_structure_list.array_id", "",
               "only one array of two directions can be read");
      if (precedence != "1" && precedence != "2")
        refuse("the order of directions is not stated", "_array_structure_list.precedence", precedence,
               "1 must be fast, 2 slow");
      edges[precedence == "1" ? 0 : 1] = edge_at(row);
    }
    if (!edges[0] || !edges[1])
      refuse("an array does not have two directions", "_array_structure_list", "", "one must be fast, one slow");
    return panel_of(*edges[0], *edges[1]);
  }

  Panel panel_of(const Edge& fast, const Edge& slow) {
    // The second axis depends on the first, whichever of them that is.
    const auto depends = [&](std::string id, const std::string& on) {
      for (int length = 0; length < 64 && !id.empty(); ++length) {
        if (id == on) return true;
        id = text("_axis.depends_on", axis_named(id));
      }
      return false;
    };
    const bool slow_last = depends(slow.axis, fast.axis);
    if (!slow_last && !depends(fast.axis, slow.axis))
      refuse("the two directions of the array are on separate axes", "_axis.depends_on", fast.axis,
             "one must depend on the other");
    const AxisStep last = chain(slow_last ? slow.axis : fast.axis);
    const auto lab = [&](const Edge& edge) {
      const AxisStep stands = chain(text("_axis.depends_on", axis_named(edge.axis)));
      return ours_from_dials * (stands.rotation * direction(axis_named(edge.axis)));
    };
    const Vec3d along_fast = lab(fast), along_slow = lab(slow);
    Panel panel;
    panel.n_fast = fast.count;
    panel.n_slow = slow.count;
    panel.pixel_size_m = metres_from_mm(std::abs(fast.step_mm));
    panel.fast_axis = (fast.step_mm < 0 ? -1.0 : 1.0) * along_fast;
    panel.slow_axis = (slow.step_mm / std::abs(fast.step_mm)) * along_slow;
    panel.origin_m = (ours_from_dials * last.shift + fast.start_mm * along_fast + slow.start_mm * along_slow) / 1000.0;
    check_element_size(fast, slow);
    return panel;
  }

  void check_element_size(const Edge& fast, const Edge& slow) {
    const auto size = [&](const char* index) {
      return number("_array_element_size.size", row_of("_array_element_size.index", index));
    };
    for (const auto& [stated_m, edge] : {std::pair(size("1"), fast), std::pair(size("2"), slow)})
      if (stated_m && std::abs(mm_from_metres(*stated_m) - std::abs(edge.step_mm)) > 1e-4 * std::abs(edge.step_mm))
        g_.notes.push_back("_array_element_size is " + format_number(mm_from_metres(*stated_m)) +
                           " mm, but pixels are " + format_number(std::abs(edge.step_mm)) +
                           " mm apart on their axes, which are used");
  }

  void read_intensities(Panel& panel) {
    if (const auto most = number("_array_intensities.overload", 0); most && *most > 0) panel.saturation = *most;
    if (const auto gain = number("_array_intensities.gain", 0); gain && *gain != 1)
      g_.notes.push_back("the gain " + format_number(*gain) + " is not used");
  }

  void read_beam() {
    if (const std::size_t source = row_of("_axis.equipment", "source"); source != no_row)
      g_.beam_direction = Vec3d{} - ours_from_dials * direction(source);
    if (const auto angstrom = number("_diffrn_radiation_wavelength.wavelength", 0)) {
      if (!(*angstrom > 0))
        refuse("impossible wavelength", "_diffrn_radiation_wavelength.wavelength", "", "it must be above zero (A)");
      g_.wavelength_m = metres_from_angstrom(*angstrom);
    }
    if (rows("_diffrn_radiation_wavelength.wavelength") > 1)
      g_.notes.push_back("there are several wavelengths; the first is used");
    const std::string probe = text("_diffrn_radiation.probe", 0);
    if (!probe.empty() && probe != "x-ray")
      g_.notes.push_back("the probe is " + in_quotes(probe) + ": X-rays of its wavelength are simulated instead");
    const auto ratio = number("_diffrn_radiation.polarizn_source_ratio", 0);
    if (!ratio) return;
    if (!(std::abs(*ratio) <= 1))
      refuse("impossible polarization", "_diffrn_radiation.polarizn_source_ratio", "", "it must be -1 to 1");
    const double angle = radians_from_degrees(number("_diffrn_radiation.polarizn_source_norm", 0).value_or(0));
    const Vec3d normal = ours_from_dials * Vec3d{std::sin(angle), std::cos(angle), 0};
    const Vec3d field = cross(normal, g_.beam_direction);
    if (!(norm(field) > 0)) return;
    g_.polarization_fraction = *ratio;
    g_.polarization_axis = Vec3d{} - unit(field);
  }

  /// The axis that scans, or the one next to the sample.
  void read_goniometer() {
    std::size_t scanning = no_row;
    for (std::size_t row = 0; row < rows("_axis.id"); ++row) {
      if (text("_axis.equipment", row) != "goniometer" || text("_axis.type", row) != "rotation") continue;
      const std::size_t scan = row_of("_diffrn_scan_axis.axis_id", text("_axis.id", row));
      const double width = number("_diffrn_scan_axis.angle_increment", scan).value_or(0);
      if (scanning != no_row && width == 0) continue;
      scanning = row;
      g_.oscillation =
          Oscillation{radians_from_degrees(setting(text("_axis.id", row), true)), radians_from_degrees(width), 1};
    }
    if (scanning == no_row) return;
    const AxisStep stands = chain(text("_axis.depends_on", scanning));
    g_.spindle_axis = unit(ours_from_dials * (stands.rotation * direction(scanning)));
  }

  CifItems items_;
  const std::string& name_;
  Geometry g_;
};

}  // namespace

bool has_imgcif_axes(std::string_view header) {
  return header.find("_axis.id") != header.npos && header.find("_array_structure_list_axis.") != header.npos;
}

Geometry parse_imgcif(std::string_view header, const std::string& name) { return ImgcifReader(header, name).read(); }

}  // namespace femtobragg::formats
