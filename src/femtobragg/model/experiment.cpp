// Refusal of experiments that have no meaning: what passes here cannot crash a backend.
#include "femtobragg/model/experiment.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg {
namespace {

void require(bool holds, const char* what, const std::string& value, const char* rule, const char* remedy) {
  if (!holds) throw Error::usage({.what = what, .value = value, .rule = rule, .remedy = remedy});
}

std::string text_of(const Vec3d& v) { return format_number(v.x) + " " + format_number(v.y) + " " + format_number(v.z); }

bool is_direction(const Vec3d& v) { return is_finite(v) && norm(v) > 0; }

void validate_beam(const Beam& beam) {
  require(is_direction(beam.direction), "the beam has no direction", text_of(beam.direction),
          "it must be a finite vector that is not zero", "check the beam vector");
  require(is_finite(beam.polarization_axis), "the polarization axis is not finite", text_of(beam.polarization_axis),
          "it must be finite", "check the polarization vector");
  require(!std::isnan(beam.fluence_per_m2), "the fluence is not a number", format_number(beam.fluence_per_m2),
          "it must be a number", "check fluence, or flux, exposure and beam size");
  require(!beam.sources.empty(), "the beam has no sources", "0", "at least one is needed",
          "check the divergence and dispersion");
  for (const Source& s : beam.sources) {
    require(std::isfinite(s.wavelength_m) && s.wavelength_m > 0, "a source has an impossible wavelength",
            format_number(angstrom_from_metres(s.wavelength_m)) + " A", "it must be finite and above zero",
            "check the wavelength, the dispersion, or the source file's fifth column (metres)");
    require(is_direction(s.direction), "a source has no direction", text_of(s.direction),
            "its position must be finite and not the origin", "check the source file's first three columns");
    require(std::isfinite(s.weight) && s.weight >= 0, "a source has an impossible weight", format_number(s.weight),
            "weights are finite and not negative", "check the source file's fourth column");
  }
}

void validate_panel(const Panel& panel) {
  require(panel.n_fast > 0 && panel.n_slow > 0, "the detector has no pixels",
          std::to_string(panel.n_fast) + " x " + std::to_string(panel.n_slow), "both counts must be at least 1",
          "check the pixel counts, the detector size and the pixel size");
  require(std::isfinite(panel.pixel_size_m) && panel.pixel_size_m > 0, "impossible pixel size",
          format_number(mm_from_metres(panel.pixel_size_m)) + " mm", "it must be finite and above zero",
          "check the pixel size");
  require(std::isfinite(panel.area_ratio) && panel.area_ratio > 0, "impossible area of a pixel",
          format_number(panel.area_ratio) + " x its squared edge", "it must be finite and above zero",
          "check the axes of the panel");
  require(panel.saturation > 0, "impossible saturation", format_number(panel.saturation), "it must be above zero",
          "check what the pixels can count");
  require(is_finite(panel.origin_m) && is_direction(panel.fast_axis) && is_direction(panel.slow_axis) &&
              is_finite(panel.normal),
          "the detector has no finite position", text_of(panel.origin_m) + " m", "origin and axes must be finite",
          "check distance, beam centre, rotations and axis vectors");
  require(panel.mask.empty() || panel.mask.size() == panel.n_fast * panel.n_slow, "the mask does not fit the detector",
          std::to_string(panel.mask.size()) + " values", "it must hold one value for each pixel",
          "use a mask made for this detector");
  require(panel.region.fast_end <= panel.n_fast && panel.region.slow_end <= panel.n_slow,
          "the region of interest leaves the panel", std::to_string(panel.region.fast_end), "it must lie within it",
          "check the region of interest");
  require(panel.sensor.layers >= 1 && std::isfinite(panel.sensor.thickness_m) &&
              !std::isnan(panel.sensor.attenuation_per_m),
          "impossible sensor", format_number(um_from_metres(panel.sensor.thickness_m)) + " um",
          "thickness and attenuation must be finite, layers at least 1",
          "check the sensor thickness and attenuation depth");
}

/// On a sphere about the sample, pixels are laid along the parts of the panel's axes across the beam.
void validate_bending(const Panel& panel, const Vec3d& beam) {
  if (panel.curvature != Curvature::Spherical) return;
  require(std::isfinite(panel.curvature_radius_m) && panel.curvature_radius_m > 0, "impossible radius of a bent panel",
          format_number(mm_from_metres(panel.curvature_radius_m)) + " mm", "it must be finite and above zero",
          "check the distance");
  // Beyond 89.4 degrees one of them is nothing but rounding errors.
  constexpr double least_cosine = 0.01;
  const double cosine = dot(panel.normal, beam) / (norm(panel.normal) * norm(beam));
  require(std::abs(cosine) > least_cosine, "a bent panel has its edge to the beam",
          "its normal stands at " + format_number(degrees_from_radians(std::acos(std::clamp(cosine, -1.0, 1.0))), 6) +
              " degrees to the beam",
          "a bent panel lies across the beam", "turn the panel back, or leave -curved_det out");
}

void validate_crystal(const Crystal& crystal) {
  const CrystalAxes& axes = crystal.axes;
  require(is_direction(axes.a_m) && is_direction(axes.b_m) && is_direction(axes.c_m) && is_finite(axes.a_star_A) &&
              is_finite(axes.b_star_A) && is_finite(axes.c_star_A),
          "the crystal axes are not finite", text_of(axes.a_m) + " m", "the cell must have a volume",
          "check the cell or the orientation matrix");
  for (const double n : crystal.cells)
    require(std::isfinite(n) && n >= 1, "impossible number of unit cells", format_number(n), "it must be at least 1",
            "check the number of cells or the sample size");
  require(std::isfinite(crystal.fudge), "impossible fudge factor", format_number(crystal.fudge), "it must be finite",
          "check the fudge factor");
}

}  // namespace

void validate(const Experiment& experiment) {
  validate_beam(experiment.beam);
  validate_crystal(experiment.crystal);
  require(!experiment.detector.panels.empty(), "the detector has no panels", "0", "at least one is needed",
          "describe a panel");
  for (const Panel& panel : experiment.detector.panels) {
    validate_panel(panel);
    validate_bending(panel, experiment.beam.direction);
  }
  require(experiment.sampling.oversample >= 1 && experiment.sampling.oversample <= 1000000, "impossible oversampling",
          std::to_string(experiment.sampling.oversample), "sub-pixels along an edge: 1 to 1000000",
          "check the oversampling");
  require(experiment.structure_factors != nullptr, "there are no structure factors", "none",
          "a table or a default amplitude is needed", "give a reflection list or a default amplitude");
  require(std::isfinite(experiment.water_edge_m), "impossible water size", format_number(experiment.water_edge_m),
          "it must be finite", "check the water size");
  const Spindle& spindle = experiment.spindle;
  require(is_finite(spindle.axis) && std::isfinite(spindle.phi_start_rad) && std::isfinite(spindle.phi_step_rad),
          "impossible spindle", text_of(spindle.axis), "axis and angles must be finite",
          "check the spindle axis, phi and the oscillation");
  require(spindle.phi_steps >= 0 && spindle.phi_steps <= 1000000000, "impossible number of phi steps",
          std::to_string(spindle.phi_steps), "0 to 1e9 steps", "check the oscillation and its steps");
}

}  // namespace femtobragg
