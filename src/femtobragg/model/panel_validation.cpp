// Refusal of detectors whose panels contradict themselves or each other.
#include <algorithm>
#include <cmath>

#include "femtobragg/base/units.h"
#include "femtobragg/model/coverage.h"
#include "femtobragg/model/validation.h"

namespace femtobragg::validation {
namespace {

class PanelCheck {
 public:
  PanelCheck(const Panel& panel, std::size_t index) : panel_(panel), name_(item("detector.panels", index)) {}

  void check(const Vec3d& beam, const OddValues& odd) const {
    check_pixels();
    check_place();
    if (!odd.panel_axes) check_plane();
    check_region();
    check_sensor();
    if (panel_.curvature != Curvature::Flat) check_bending(beam);
  }

 private:
  [[noreturn]] void no(const char* field, const std::string& value, const Reason& reason) const {
    refuse(name_ + "." + field, value, reason);
  }

  void check_pixels() const {
    constexpr std::size_t most = std::size_t{1} << 40;
    if (panel_.n_fast == 0 || panel_.n_slow == 0 || std::max(panel_.n_fast, panel_.n_slow) > most)
      no(panel_.n_fast == 0 || panel_.n_fast > most ? "n_fast" : "n_slow",
         std::to_string(panel_.n_fast) + " x " + std::to_string(panel_.n_slow),
         {"the detector has no pixels", "both counts must be 1 to 2^40",
          "check the pixel counts, the detector size and the pixel size"});
    if (std::max(panel_.data_fast, panel_.data_slow) > most)
      no("data_fast or data_slow", std::to_string(std::max(panel_.data_fast, panel_.data_slow)),
         {"a panel is beyond all images", "it must be at most 2^40", "check where its data are"});
    if (!(std::isfinite(panel_.pixel_size_m) && panel_.pixel_size_m > 0))
      no("pixel_size_m", format_number(mm_from_metres(panel_.pixel_size_m)) + " mm",
         {"impossible pixel size", "it must be finite and above zero", "check the pixel size"});
    if (!(panel_.saturation > 0))
      no("saturation", format_number(panel_.saturation),
         {"impossible saturation", "it must be above zero", "check the largest count of the pixels"});
    if (panel_.point_pixels && !(panel_.point_pixel_area_m2 > 0 && std::isfinite(panel_.point_pixel_area_m2)))
      no("point_pixel_area_m2", format_number(panel_.point_pixel_area_m2),
         {"point pixels have no area", "it must be finite and above zero", "give the square of the pixel size"});
    if (!panel_.mask.empty() && panel_.mask.size() != panel_.n_fast * panel_.n_slow)
      no("mask", std::to_string(panel_.mask.size()) + " values",
         {"the mask does not fit the detector", "it must have one value for each pixel",
          "use a mask made for this detector"});
  }

  void check_place() const {
    if (!is_finite(panel_.origin_m) || !is_direction(panel_.fast_axis) || !is_direction(panel_.slow_axis) ||
        !is_finite(panel_.normal))
      no("origin_m, fast_axis, slow_axis or normal", text_of(panel_.origin_m) + " m",
         {"the detector has no finite position", "origin and axes must be finite, and axes not zero",
          "check distance, beam centre, rotations and axis vectors"});
    if (!(std::isfinite(panel_.area_ratio) && panel_.area_ratio > 0))
      no("area_ratio", format_number(panel_.area_ratio) + " x its squared edge",
         {"impossible area of a pixel", "it must be finite and above zero", "check the axes of the panel"});
  }

  void check_plane() const {
    constexpr const char* remedy = "make the panel with Panel::flat(), or call set_plane() when its axes change";
    const Vec3d &fast = panel_.fast_axis, &slow = panel_.slow_axis, &normal = panel_.normal;
    if (!is_unit(normal))
      no("normal", text_of(normal), {"the normal of a panel is not a unit vector", "its length must be 1", remedy});
    for (const auto& [axis, field] : {std::pair(fast, "fast_axis"), std::pair(slow, "slow_axis")})
      if (!(std::abs(dot(normal, axis)) <= 2 * rounding * norm(axis)))
        no("normal", text_of(normal),
           {"the normal of a panel is not perpendicular to it", "it must be at right angles to both axes", remedy});
    const double area = norm(cross(fast, slow));
    if (!nearly(panel_.area_ratio, area))
      no("area_ratio", format_number(panel_.area_ratio) + "; the axes span " + format_number(area),
         {"the area of a pixel contradicts its axes",
          "it must be that of the two axes, 1 for unit vectors at right angles", remedy});
    const double distance = dot(panel_.origin_m, normal);
    if (!(distance >= -rounding * panel_.pixel_size_m))
      no("normal", format_number(mm_from_metres(distance)) + " mm from the sample to the plane",
         {"the normal of a panel points to the sample", "it must point away from it", remedy});
  }

  void check_region() const {
    if (!panel_.region) return;
    const RegionOfInterest& r = *panel_.region;
    const std::string range = std::to_string(r.fast_begin) + " to " + std::to_string(r.fast_end) + ", " +
                              std::to_string(r.slow_begin) + " to " + std::to_string(r.slow_end);
    if (r.fast_end > panel_.n_fast || r.slow_end > panel_.n_slow)
      no("region", range,
         {"the region of interest extends beyond the panel", "it must be within it", "check the region of interest"});
    if (r.empty() && r != RegionOfInterest::nothing())
      no("region", range,
         {"the region of interest has no pixels", "ends must be larger than beginnings",
          "remove it for the whole panel, or use RegionOfInterest::nothing()"});
  }

  void check_sensor() const {
    const Sensor& s = panel_.sensor;
    if (s.layers < 1)
      no("sensor.layers", std::to_string(s.layers),
         {"the sensor has no layers", "at least 1 is needed", "check the layers"});
    if (!(std::isfinite(s.thickness_m) && s.thickness_m >= 0))
      no("sensor.thickness_m", format_number(um_from_metres(s.thickness_m)) + " um",
         {"impossible sensor", "it must be finite and not negative", "check the sensor thickness"});
    if (!(s.ray_cosine > 0 && s.ray_cosine <= 1 + rounding))
      no("sensor.ray_cosine", format_number(s.ray_cosine),
         {"impossible angle of rays in a sensor", "the cosine must be above 0 and at most 1", "check the sensor"});
    if (std::isnan(s.attenuation_per_m) || (s.thickness_m > 0 && s.attenuation_per_m < 0))
      no("sensor.attenuation_per_m", format_number(s.attenuation_per_m),
         {"impossible attenuation", "it must not be negative", "check the attenuation depth"});
    if (!(std::isfinite(s.gauss_lengths) && s.gauss_lengths >= 0))
      no("sensor.gauss_lengths", format_number(s.gauss_lengths),
         {"impossible absorption in a sensor", "it must be finite and not negative", "check the attenuation"});
    check_layers(s);
  }

  void check_layers(const Sensor& s) const {
    if (s.thickness_m == 0) {
      if (s.layers == 1) return;
      no("sensor.layers", std::to_string(s.layers),
         {"the layers have no thickness", "each would absorb all photons",
          "give the sensor a thickness, or one layer"});
    }
    // Layers of older programs may end at the last front.
    const double filled = s.layers * s.layer_step_m, to_last_front = filled - s.layer_step_m;
    if (nearly(filled, s.thickness_m)) return;
    if (s.layer_rule == LayerRule::FrontFace && nearly(to_last_front, s.thickness_m)) return;
    no("sensor.layer_step_m", format_number(um_from_metres(s.layer_step_m)) + " um",
       {"the layers do not fill the sensor", "layers x layer_step_m must be the thickness",
        "make it with Sensor::of()"});
  }

  void check_bending(const Vec3d& beam) const {
    const bool spherical = panel_.curvature == Curvature::Spherical;
    const double radius_m = panel_.curvature_radius_m;
    if (!std::isfinite(radius_m) || (spherical && !(radius_m > 0)))
      no("curvature_radius_m", format_number(mm_from_metres(radius_m)) + " mm",
         {"impossible radius of a bent panel", "it must be finite and above zero", "check the distance"});
    if (!spherical) return;
    // On a sphere about the sample, pixels are laid along the parts of the panel's axes across the beam. Beyond 89.4
    // degrees one of them is nothing but rounding errors.
    constexpr double least_cosine = 0.01;
    const double cosine = dot(panel_.normal, beam) / (norm(panel_.normal) * norm(beam));
    if (!(std::abs(cosine) > least_cosine))
      no("normal",
         format_number(degrees_from_radians(std::acos(std::clamp(cosine, -1.0, 1.0))), 6) + " degrees to the beam",
         {"a bent panel is parallel to the beam", "its normal must not be at right angles to the beam",
          "rotate the panel back, or make it flat"});
  }

  const Panel& panel_;
  std::string name_;
};

}  // namespace

void validate_detector(const Detector& detector, const Vec3d& beam, const OddValues& odd) {
  const std::vector<Panel>& panels = detector.panels;
  if (panels.empty())
    refuse("detector.panels", "0", {"the detector has no panels", "at least one is needed", "describe a panel"});
  for (std::size_t i = 0; i < panels.size(); ++i) PanelCheck(panels[i], i).check(beam, odd);
  if (const auto pair = overlapping_panels(detector))
    refuse(item("detector.panels", pair->second),
           "the window of " + item("panels", pair->first) + " and that of " + item("panels", pair->second),
           {"panels share pixels of the image", "each panel must have its own window in the image",
            "set the window (data_fast and data_slow), for example to stack the panels"});
}

}  // namespace femtobragg::validation
