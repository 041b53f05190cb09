// Refusal of backgrounds that are no function of the angle.
#include "femtobragg/model/validation.h"

namespace femtobragg::validation {

namespace {

void validate_crystallites(const Background& background, const std::string& field) {
  const Crystallites& c = background.crystallites;
  constexpr std::int64_t most = 1000000;
  if (c.count < 0 || c.count > most)
    refuse(
        field, std::to_string(c.count),
        {"an impossible number of crystallites", "1 to 1000000 can be counted", "leave it out: then rings are smooth"});
  if (c.count == 0) return;
  if (c.seed >> 48 != 0)
    refuse(field + ".seed", std::to_string(c.seed), {"an impossible seed", "it must be below 2^48", "choose another"});
  if (!(std::isfinite(c.sigma_per_m) && c.sigma_per_m > 0))
    refuse(field + ".sigma_per_m", format_number(c.sigma_per_m) + " 1/m",
           {"reflections without a width", "it must be finite and above zero", "check the size of the crystallites"});
  for (const CrystalliteReflection& one : c.reflections)
    if (!(is_finite(one.g_per_m) && norm(one.g_per_m) > 0 && std::isfinite(one.intensity_e2_per_m) &&
          one.intensity_e2_per_m >= 0))
      refuse(field + ".reflections", text_of(one.g_per_m),
             {"an impossible reflection", "it must have a finite place that is not zero, and an intensity",
              "check the list"});
  if (background.has_path())
    refuse(field, std::to_string(c.count),
           {"crystallites along a path", "those that can be counted are at the sample",
            "give a thickness instead of the ends of a path, or leave their number out"});
}

}  // namespace

void validate_background(const Background& background, const std::string& field) {
  const std::vector<double>&stol = background.stol_per_m, &intensity = background.intensity_e2;
  if (stol.size() < 2)
    refuse(field + ".stol_per_m", std::to_string(stol.size()),
           {"a background of too few points", "at least two", "give two equal intensities for one that is flat"});
  if (intensity.size() != stol.size())
    refuse(field + ".intensity_e2",
           std::to_string(intensity.size()) + " for " + std::to_string(stol.size()) + " points",
           {"intensities that do not fit their points", "one for each", "check the table"});
  for (std::size_t i = 0; i < stol.size(); ++i) {
    const std::string value = format_number(stol[i]) + " 1/m";
    if (!(std::isfinite(stol[i]) && stol[i] >= 0))
      refuse(item((field + ".stol_per_m").c_str(), i), value,
             {"an impossible sin(theta)/lambda", "it must be finite and not negative", "check the table"});
    if (i > 0 && !(stol[i] > stol[i - 1]))
      refuse(item((field + ".stol_per_m").c_str(), i), value,
             {"points of a background out of order", "sin(theta)/lambda must rise", "sort the table, without repeats"});
    if (!(std::isfinite(intensity[i]) && intensity[i] >= 0))
      refuse(item((field + ".intensity_e2").c_str(), i), format_number(intensity[i]),
             {"an impossible intensity of a background", "it must be finite and not negative", "check the table"});
  }
  const std::vector<double>& slopes = background.slope_e2_m;
  if (!slopes.empty() && slopes.size() != 2 * (stol.size() - 1))
    refuse(field + ".slope_e2_m",
           std::to_string(slopes.size()) + " for " + std::to_string(stol.size() - 1) + " intervals",
           {"slopes of a background that do not fit its points", "two for each interval between points",
            "leave them empty for straight lines"});
  for (std::size_t i = 0; i < slopes.size(); ++i)
    if (!std::isfinite(slopes[i]))
      refuse(item((field + ".slope_e2_m").c_str(), i), format_number(slopes[i]),
             {"an impossible slope of a background", "it must be finite", "check the table"});
  if (!(std::isfinite(background.molecules) && background.molecules >= 0))
    refuse(field + ".molecules", format_number(background.molecules),
           {"an impossible number of molecules", "it must be finite and not negative",
            "check thickness, density and molar mass"});
  if (!(std::isfinite(background.from_m) && std::isfinite(background.to_m) && background.from_m <= background.to_m))
    refuse(field + ".from_m", format_number(background.from_m) + " to " + format_number(background.to_m) + " m",
           {"an impossible path of a background", "it must end downstream of where it begins",
            "exchange the ends; upstream of the sample is negative"});
  validate_crystallites(background, field + ".crystallites");
  if (!(std::isfinite(background.scale) && background.scale >= 0))
    refuse(field + ".scale", format_number(background.scale),
           {"an impossible scale of a background", "it must be finite and not negative", "check the scale"});
}

void validate_path(const Background& background, const std::string& field, const Experiment& experiment) {
  if (!background.has_path()) return;
  for (const Panel& panel : experiment.detector.panels) {
    if (panel.rendered_region().empty()) continue;
    if (panel.curvature != Curvature::Flat)
      refuse(field + ".from_m", format_number(background.from_m) + " to " + format_number(background.to_m) + " m",
             {"the path of a background in front of a curved detector", "paths need flat panels",
              "leave the ends of the path out: then all molecules are at the sample"});
    const double plane_m = dot(panel.origin_m, panel.normal);
    for (const Source& source : experiment.beam.sources) {
      const double approach = -dot(unit(source.direction), panel.normal);
      for (const double end_m : {background.from_m, background.to_m})
        if (!(approach * end_m < plane_m))
          refuse(field + (end_m == background.to_m ? ".to_m" : ".from_m"), format_number(1000 * end_m) + " mm",
                 {"the path of a background reaches the detector", "it must end in front of every panel's plane",
                  "shorten the path"});
    }
  }
}

}  // namespace femtobragg::validation
