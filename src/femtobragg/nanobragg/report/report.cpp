// Report texts.
#include "femtobragg/nanobragg/report/report.h"

#include <algorithm>

#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/model/unit_cell.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/simulate/sensor_layers.h"

namespace femtobragg::nanobragg {
namespace {

std::string words(const Vec3d& v) { return format_number(v.x) + " " + format_number(v.y) + " " + format_number(v.z); }

/// Three columns of a matrix of axes, with eight decimals.
std::string axis_table(const Vec3d& a, const Vec3d& b, const Vec3d& c) {
  const auto row = [](const char* name, double x, double y, double z) {
    std::string line = name;
    for (const double value : {x, y, z}) {
      const std::string text = format_fixed(value, 8);
      line += std::string(text.size() < 11 ? 11 - text.size() : 0, ' ') + text + " ";
    }
    line.back() = '\n';
    return line;
  };
  return row("X: ", a.x, b.x, c.x) + row("Y: ", a.y, b.y, c.y) + row("Z: ", a.z, b.z, c.z);
}

std::string crystal_report(const Setup& s) {
  const CrystalAxes& axes = s.experiment.crystal.axes;
  const auto real = real_axes_A(axes);
  const Crystal& crystal = s.experiment.crystal;
  std::string text;
  if (s.random_misset_rad) {
    const Vec3d& m = *s.random_misset_rad;
    text += "random orientation misset angles: " + format_fixed(degrees_from_radians(m.x), 6) + " " +
            format_fixed(degrees_from_radians(m.y), 6) + " " + format_fixed(degrees_from_radians(m.z), 6) + " deg\n";
  }
  text += "Unit Cell: " + cell_words(cell_of_axes(real.a, real.b, real.c)) + "\n";
  text += "Recp Cell: " + cell_words(cell_of_axes(axes.a_star_A, axes.b_star_A, axes.c_star_A)) + "\n";
  text += "volume = " + format_number(s.crystal_volume_A3) + " A^3\n";
  text += real_axes_text(real.a, real.b, real.c);
  text += "reciprocal-space cell vectors (Angstrom^-1):\n     a_star      b_star      c_star    \n" +
          axis_table(axes.a_star_A, axes.b_star_A, axes.c_star_A);
  const auto microns = [&](std::size_t i, const Vec3d& axis) {
    return format_number(um_from_metres(crystal.cells[i] * norm(axis)));
  };
  const std::string size = microns(0, axes.a_m) + " x " + microns(1, axes.b_m) + " x " + microns(2, axes.c_m);
  if (crystal.lit_volume_m3 > 0)
    text += "crystal is " + blocks_text(crystal) + " of " + size + " microns in the beam\n";
  else
    text += "crystal is " + size + " microns\n";
  return text;
}

std::string oversample_report(const Setup& s) {
  const std::int64_t used = s.experiment.sampling.oversample;
  if (s.options.sampling.oversample <= 0) return "auto-selected " + std::to_string(used) + "-fold oversampling\n";
  if (used >= s.recommended_oversample) return {};
  return "WARNING: largest crystal dimension is " + format_number(angstrom_from_metres(s.largest_dimension_m)) +
         " A, the reciprocal pixel " + format_number(angstrom_from_metres(s.reciprocal_pixel_m)) + " A: -oversample " +
         std::to_string(s.recommended_oversample) + " is recommended\n";
}

std::string molecular_weight_report(const Setup& s) {
  constexpr double protein_density_g_per_m3 = 1.2e6;
  return "approximate MW = " +
         format_number(s.crystal_volume_A3 * 1e-30 * protein_density_g_per_m3 * avogadro_per_mol) + "\n";
}

std::string list_report(const Setup& s) {
  const Experiment& e = s.experiment;
  std::string text;
  const Sensor& sensor = e.detector.panels.front().sensor;
  const std::vector<kernel::Layer> layers = layers_of(sensor);
  for (std::size_t t = 0; t < layers.size(); ++t)
    text += "thick" + std::to_string(t) + " = " + format_number(um_from_metres(layers[t].depth_m)) + " um\n";
  for (std::int64_t i = 0; i < e.spindle.phi_steps; ++i)
    text += "phi" + std::to_string(i) + " = " + format_number(degrees_from_radians(e.spindle.phi_rad(i))) + "\n";
  for (const DivergencePoint& point : s.divergence)
    text +=
        "divergence deviation: " + format_number(point.horizontal_rad) + " " + format_number(point.vertical_rad) + "\n";
  if (!s.divergence.empty())
    for (std::int64_t k = 0; k < s.dispersion.count; ++k)
      text += "lambda" + std::to_string(k) + " = " +
              format_number(e.beam.wavelength_m * (1.0 + s.dispersion.at(k)), 15) + "\n";
  text += "  created a total of " + std::to_string(e.beam.sources.size()) + " sources:\n";
  const double share = 1.0 / static_cast<double>(e.beam.sources.size());
  for (const Source& source : e.beam.sources)
    text += words(10.0 * source.direction) + "   " + format_number(source.weight * share) + " " +
            format_number(source.wavelength_m) + "\n";
  text += "  created a total of " + std::to_string(std::max<std::size_t>(1, e.crystal.mosaic_rotations.size())) +
          " mosaic domains\n";
  return text;
}

std::string summary_report(const Setup& s) {
  const Experiment& e = s.experiment;
  const DetectorGeometry& g = s.geometry;
  const Panel& panel = e.detector.panels.front();
  const auto& roi = s.options.detector.roi;
  const auto limit = [&](std::size_t i, std::size_t otherwise) {
    return std::to_string(roi[i] < 0 ? static_cast<std::int64_t>(otherwise) : roi[i]);
  };
  const std::int64_t steps = s.divergence.empty() ? -1 : static_cast<std::int64_t>(s.divergence.size());
  std::string t;
  t += "  " + std::to_string(s.reflections) +
       " initialized hkls (all others =" + format_number(e.structure_factors->default_amplitude) + ")\n";
  t += "  " + std::string(physics::shape_info(e.crystal.shape).adjective) + " xtal: " + cells_text(e.crystal) +
       " cells" + (e.crystal.lit_volume_m3 > 0 ? ", " + blocks_text(e.crystal) : "") + "\n";
  t += "  wave=" + format_number(e.beam.wavelength_m) + " meters +/- " + format_number(s.dispersion.range * 100.0) +
       "% in " + std::to_string(s.dispersion.count) + " steps\n";
  t += e.beam.apply_polarization ? "  Kahn polarization factor: " + format_fixed(e.beam.polarization_fraction, 6) + "\n"
                                 : "  polarization factor: off\n";
  t += "  incident fluence: " + format_number(e.beam.fluence_per_m2) + " photons/m^2\n";
  t += "  distance=" + format_number(g.distance_m) + " detsize=" + format_number(g.size_fast_m) + "x" +
       format_number(g.size_slow_m) + "  pixel=" + format_number(g.pixel_m) + " meters (" + std::to_string(g.n_fast) +
       "x" + std::to_string(g.n_slow) + " pixels)\n";
  t += "  sensor is " + format_number(panel.sensor.thickness_m) + " m thick in " + std::to_string(panel.sensor.layers) +
       " layers with mu= " + format_number(panel.sensor.attenuation_per_m) + "\n";
  t += "  Xbeam=" + format_number(g.xy_beam.fast) + " Ybeam=" + format_number(g.xy_beam.slow) + "\n";
  t += "  Fbeam=" + format_number(g.beam_point.fast) + " Sbeam=" + format_number(g.beam_point.slow) + "\n";
  t += "  Xclose=" + format_number(g.xy_close.fast) + " Yclose=" + format_number(g.xy_close.slow) + "\n";
  t += "  Fclose=" + format_number(g.near_point.fast) + " Sclose=" + format_number(g.near_point.slow) + "\n";
  t += "  DIRECTION_OF_DETECTOR_X-AXIS= " + words(g.fast) + "\n";
  t += "  DIRECTION_OF_DETECTOR_Y-AXIS= " + words(g.slow) + "\n";
  t += "  DIRECTION_OF_DETECTOR_Z-AXIS= " + words(g.normal) + "\n";
  t += "  INCIDENT_BEAM_DIRECTION= " + words(g.beam) + "\n";
  t += "  spindle ROTATION_AXIS= " + words(g.spindle) + "\n";
  t += "  POLARIZATION_PLANE_NORMAL= " + words(g.vertical) + "\n";
  t += "  dials origin= " + words(g.dials_origin_mm) + "\n";
  t += "  roi: " + limit(0, 0) + " < x < " + limit(1, g.n_fast) + " && " + limit(2, 0) + " < y < " +
       limit(3, g.n_slow) + "\n";
  t += "  hdivrange=" + format_number(s.horizontal_rad.range) + " hdivstep=" + format_number(s.horizontal_rad.step) +
       "  radians\n";
  t += "  vdivrange=" + format_number(s.vertical_rad.range) + " vdivstep=" + format_number(s.vertical_rad.step) +
       "  radians\n";
  t += "  " + std::to_string(steps) + " divergence steps\n";
  t += "  " + std::to_string(e.beam.sources.size()) + " sources\n";
  t += "  " + std::to_string(std::max<std::size_t>(1, e.crystal.mosaic_rotations.size())) +
       " mosaic domains over mosaic spread of " +
       format_number(degrees_from_radians(std::max(0.0, s.options.crystal.mosaic_rad.value_or(0)))) + " degrees\n";
  const double phi0 = degrees_from_radians(e.spindle.phi_start_rad),
               osc = degrees_from_radians(e.spindle.phi_range_rad);
  t += "  " + std::to_string(e.spindle.phi_steps) + " phi steps from " + format_number(phi0) + " to " +
       format_number(phi0 + osc) + " degrees\n";
  const std::string n = std::to_string(e.sampling.oversample);
  t += "  " + n + "x" + n + " pixel oversample steps\n";
  if (!s.options.files.mask.empty()) t += "  skipping zero-flagged pixels in " + s.options.files.mask + "\n";
  t += "\n  noise image parameters:\n  seed: " + std::to_string(s.noise_seed) +
       "\n  water droplet size: " + format_number(e.water_edge_m) + " m\n";
  return t;
}

}  // namespace

std::string cell_words(const UnitCell& cell) {
  return format_number(cell.a_A) + " " + format_number(cell.b_A) + " " + format_number(cell.c_A) + " " +
         format_number(degrees_from_radians(cell.alpha_rad)) + " " +
         format_number(degrees_from_radians(cell.beta_rad)) + " " + format_number(degrees_from_radians(cell.gamma_rad));
}

RealAxes real_axes_A(const CrystalAxes& axes) {
  return {angstrom_from_metres(axes.a_m), angstrom_from_metres(axes.b_m), angstrom_from_metres(axes.c_m)};
}

std::string cells_text(const Crystal& crystal) {
  return format_number(crystal.cells[0]) + "x" + format_number(crystal.cells[1]) + "x" +
         format_number(crystal.cells[2]);
}

std::string blocks_text(const Crystal& crystal) { return format_number(lit_blocks(crystal)) + " mosaic blocks"; }

std::string real_axes_text(const Vec3d& a_A, const Vec3d& b_A, const Vec3d& c_A) {
  return "real-space cell vectors (Angstrom):\n     a           b           c         \n" + axis_table(a_A, b_A, c_A);
}

std::string setup_report(const Setup& s) {
  std::string text;
  const ConventionRow& row = convention_row(s.geometry.convention);
  std::string name(row.name);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
  text += name + " convention selected.\n";
  text += s.geometry.pivot == PivotPoint::Beam ? "pivoting detector around direct beam spot\n"
                                               : "pivoting detector around sample\n";
  const Vec3d &b = s.geometry.beam, &f = s.geometry.fast, &sl = s.geometry.slow, &o = s.geometry.normal;
  text += "XDS incident beam: " + words({dot(b, f), dot(b, sl), dot(b, o)}) + "\n";
  text += std::string(s.options.sampling.interpolate ? "" : "auto-selected ") +
          (s.experiment.sampling.interpolate ? "tricubic interpolation of structure factors\n" : "no interpolation\n");
  text += crystal_report(s) + oversample_report(s) + molecular_weight_report(s);
  for (const std::string& note : s.file_notes) text += note + "\n";
  return text + list_report(s) + summary_report(s);
}

std::string quirk_line(Quirk quirk) {
  const QuirkInfo& row = info(quirk);
  return "quirk " + std::string(row.id) + ": " + std::string(row.on) + "; correct behaviour: " + std::string(row.off) +
         "\n";
}

std::string quirk_report(const QuirkLog& quirks) {
  std::string text;
  for (const QuirkInfo& quirk : quirk_table())
    if (quirks.active(quirk.quirk)) text += quirk_line(quirk.quirk);
  return text;
}

}  // namespace femtobragg::nanobragg
