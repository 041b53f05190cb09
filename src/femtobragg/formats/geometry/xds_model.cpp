// From XDS's numbers to panels, beam, spindle and crystal.
#include "femtobragg/formats/geometry/xds_model.h"

#include <cmath>
#include <gemmi/symmetry.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_parts.h"

namespace femtobragg::formats {
namespace {

/// As XDS's frame is usually laid: x along the spindle, z along the beam, y down.
constexpr Mat3d ours_from_xds{{0, 0, 1}, {0, -1, 0}, {1, 0, 0}};

[[noreturn]] void refuse_model(const std::string& what, const std::string& name, const std::string& value,
                               const std::string& rule) {
  throw Error::runtime(
      {.what = what, .where = in_quotes(name), .value = value, .rule = rule, .remedy = "correct the file"});
}

std::string words_of_vector(const Vec3d& v) {
  return format_number(v.x) + " " + format_number(v.y) + " " + format_number(v.z);
}

/// Refined axes are at right angles but for rounding.
void require_right_angle(const Vec3d& x, const Vec3d& y, const std::string& name, const std::string& whose) {
  if (!(norm(x) > 0) || !(norm(y) > 0))
    refuse_model("an axis of the " + whose + " has zero length", name, words_of_vector(norm(x) > 0 ? y : x),
                 "it must be a direction");
  constexpr double most = 1e-3;
  if (const double cosine = dot(unit(x), unit(y)); !(std::abs(cosine) <= most))
    refuse_model("the axes of the " + whose + " are not at right angles", name,
                 format_number(degrees_from_radians(std::acos(cosine)), 5) + " deg",
                 "XDS knows only detectors whose X and Y axes are");
}

class XdsBuilder {
 public:
  XdsBuilder(XdsModel model, const std::string& name) : m_(std::move(model)), name_(name) {}

  Geometry build() && {
    g_.notes = std::move(m_.notes);
    set_beam();
    set_spindle();
    set_panels();
    set_crystal();
    const Mat3d turn = rotation_to_nearly_usual_frame(g_);
    return turned(std::move(g_), turn);
  }

 private:
  void set_beam() {
    if (!(norm(m_.beam) > 0)) refuse_model("the beam has no direction", name_, "0 0 0", "it must be a direction");
    g_.beam_direction = ours_from_xds * unit(m_.beam);
    if (m_.wavelength_A) {
      if (!(*m_.wavelength_A > 0))
        refuse_model("impossible wavelength", name_, format_number(*m_.wavelength_A), "it must be above zero (A)");
      g_.wavelength_m = metres_from_angstrom(*m_.wavelength_A);
    }
    if (const auto& fraction = m_.polarization_fraction) {
      if (!(*fraction >= 0 && *fraction <= 1))
        refuse_model("impossible polarization", name_, format_number(*fraction), "its fraction must be 0 to 1");
      g_.polarization_fraction = 2 * *fraction - 1;
    }
    if (!m_.polarization_normal) return;
    const Vec3d field = cross(g_.beam_direction, ours_from_xds * *m_.polarization_normal);
    if (!(norm(field) > 0))
      refuse_model("impossible polarization", name_, words_of_vector(*m_.polarization_normal),
                   "the normal of its plane must not be along the beam");
    g_.polarization_axis = unit(field);
  }

  void set_spindle() {
    if (m_.spindle) {
      if (!(norm(*m_.spindle) > 0)) refuse_model("the spindle has no direction", name_, "0 0 0", "it must have one");
      g_.spindle_axis = ours_from_xds * unit(*m_.spindle);
    }
    if (m_.start_deg)
      g_.oscillation = {radians_from_degrees(*m_.start_deg), radians_from_degrees(m_.width_deg), m_.frames};
  }

  void set_panels() {
    require_right_angle(m_.x_axis, m_.y_axis, name_, "detector");
    const Vec3d x = unit(m_.x_axis), y = unit(m_.y_axis), n = cross(x, y);
    if (m_.normal && !(dot(unit(*m_.normal), n) > 0.999))
      refuse_model("the detector's normal contradicts its axes", name_, words_of_vector(*m_.normal),
                   "it must be X x Y, " + words_of_vector(n));
    if (!(m_.pixel_fast_mm > 0) || !(m_.pixel_slow_mm > 0))
      refuse_model("impossible pixel size", name_,
                   format_number(m_.pixel_fast_mm) + " " + format_number(m_.pixel_slow_mm),
                   "both edges must be above zero (mm)");
    if (m_.distance_mm == 0) refuse_model("impossible distance", name_, "0", "it must not be zero (mm)");
    constexpr double middle_of_first = 0.5;
    const Vec3d corner_mm = m_.distance_mm * n - ((m_.org_x - middle_of_first) * m_.pixel_fast_mm) * x -
                            ((m_.org_y - middle_of_first) * m_.pixel_slow_mm) * y;
    if (m_.segments.empty()) m_.segments.push_back({1, m_.n_fast, 1, m_.n_slow});
    if (m_.segments.size() > most_panels)
      refuse_model("too many segments", name_, std::to_string(m_.segments.size()), "at most 10000 are possible");
    for (std::size_t i = 0; i < m_.segments.size(); ++i) {
      const XdsSegment& s = m_.segments[i];
      require_right_angle(s.x_axis, s.y_axis, name_, "segment " + std::to_string(i + 1));
      const bool inside = s.fast_first >= 1 && s.fast_first <= s.fast_last && s.fast_last <= m_.n_fast &&
                          s.slow_first >= 1 && s.slow_first <= s.slow_last && s.slow_last <= m_.n_slow;
      if (!inside)
        refuse_model(
            "a segment lies outside the image", name_, "segment " + std::to_string(i + 1),
            "its pixels must be within 1 to " + std::to_string(m_.n_fast) + " and 1 to " + std::to_string(m_.n_slow));
      add_panel(s, {x, y, n}, corner_mm);
    }
    require_separate_windows(g_.detector, in_quotes(name_));
    mask_untrusted(g_.detector.panels, m_.untrusted, in_quotes(name_));
  }

  void add_panel(const XdsSegment& s, const std::array<Vec3d, 3>& detector, const Vec3d& corner_mm) {
    const auto direction = [&](const Vec3d& v) { return v.x * detector[0] + v.y * detector[1] + v.z * detector[2]; };
    const Vec3d x = unit(s.x_axis), y = unit(s.y_axis);
    const double fast = static_cast<double>(s.fast_first) - 1 - s.org_x,
                 slow = static_cast<double>(s.slow_first) - 1 - s.org_y;
    const Vec3d local_mm = (fast * m_.pixel_fast_mm) * x + (slow * m_.pixel_slow_mm) * y + s.distance_mm * cross(x, y);
    Panel panel;
    panel.origin_m = ours_from_xds * ((corner_mm + direction(local_mm)) / 1000.0);
    panel.fast_axis = ours_from_xds * direction(x);
    panel.slow_axis = ours_from_xds * direction(y);
    if (m_.pixel_slow_mm != m_.pixel_fast_mm) panel.slow_axis = panel.slow_axis * (m_.pixel_slow_mm / m_.pixel_fast_mm);
    panel.pixel_size_m = metres_from_mm(m_.pixel_fast_mm);
    panel.n_fast = s.fast_last - s.fast_first + 1;
    panel.n_slow = s.slow_last - s.slow_first + 1;
    panel.data_fast = s.fast_first - 1;
    panel.data_slow = s.slow_first - 1;
    complete_panel(panel, in_quotes(name_));
    if (m_.saturation > 0) panel.saturation = m_.saturation;
    if (m_.thickness_mm < 0 || m_.attenuation_per_mm < 0)
      refuse_model("impossible sensor", name_, format_number(m_.thickness_mm), "its thickness must not be negative");
    panel.sensor.thickness_m = panel.sensor.layer_step_m = metres_from_mm(m_.thickness_mm);
    if (m_.attenuation_per_mm > 0)
      panel.sensor.attenuation_per_m = 1000 * m_.attenuation_per_mm;
    else if (m_.thickness_mm > 0)
      panel.sensor.material = "Si";
    g_.detector.panels.push_back(std::move(panel));
  }

  void set_crystal() {
    if (!m_.crystal) return;
    const XdsCrystal& c = *m_.crystal;
    const auto axis_m = [&](std::size_t i) { return ours_from_xds * metres_from_angstrom(c.axes_A[i]); };
    StatedCrystal crystal;
    crystal.axes = axes_of_real(axis_m(0), axis_m(1), axis_m(2), in_quotes(name_));
    if (c.cell) require_cell_of_axes(crystal.axes, *c.cell, in_quotes(name_));
    if (c.space_group > 0) crystal.space_group = gemmi::get_spacegroup_by_number(c.space_group).xhm();
    g_.crystal = std::move(crystal);
  }

  XdsModel m_;
  const std::string& name_;
  Geometry g_;
};

}  // namespace

Geometry geometry_of(XdsModel model, const std::string& name) { return XdsBuilder(std::move(model), name).build(); }

}  // namespace femtobragg::formats
