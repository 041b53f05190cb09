// From a scene to the headers of its image files.
#include "femtobragg/nanobragg/image_contents.h"

#include <bit>
#include <map>
#include <ostream>

#include "femtobragg/base/text.h"
#include "femtobragg/formats/geometry_file.h"
#include "femtobragg/formats/geometry_parts.h"
#include "femtobragg/formats/smv.h"
#include "femtobragg/nanobragg/config_report.h"
#include "femtobragg/nanobragg/run.h"

namespace femtobragg::nanobragg {
formats::NxmxContents::Wavelengths wavelengths_and_weights(const Beam& beam) {
  std::map<double, double> weights;
  for (const Source& source : beam.sources) weights[source.wavelength_m] += source.weight;
  if (weights.size() < 2) return {};
  return {weights.begin(), weights.end()};
}

Mat3d standard_frame(const Scene& scene) {
  const ConventionRow& row = convention_row(scene.geometry.convention);
  return {row.beam, cross(row.fast, row.beam), row.fast};
}

Geometry geometry_of(const Scene& scene) {
  const Experiment& e = scene.experiment;
  Geometry g;
  g.detector = e.detector;
  g.beam_direction = unit(e.beam.direction);
  g.wavelength_m = e.beam.wavelength_m;
  if (e.beam.apply_polarization) {
    g.polarization_fraction = e.beam.polarization_fraction;
    g.polarization_axis = e.beam.polarization_axis;
  }
  g.spindle_axis = e.spindle.axis;
  g.oscillation = Oscillation{e.spindle.phi_start_rad, e.spindle.phi_range_rad,
                              static_cast<std::size_t>(scene.options.output.frames)};
  g.crystal = StatedCrystal{e.crystal.axes, e.crystal.space_group};
  return formats::turned(std::move(g), standard_frame(scene));
}

formats::NxmxContents nxmx_contents_of(const Scene& scene, const QuirkSet& quirks) {
  formats::NxmxContents contents;
  contents.geometry = geometry_of(scene);
  contents.spectra = {wavelengths_and_weights(scene.experiment.beam)};
  contents.exposure_s = scene.options.beam.exposure_s;
  contents.fluence_per_m2 = scene.experiment.beam.fluence_per_m2;
  std::string kept;
  for (const QuirkInfo& quirk : quirk_table())
    if (quirks.on(quirk.quirk)) kept += (kept.empty() ? "" : ",") + std::string(quirk.id);
  contents.record = {{"version", version},
                     {"configuration", config_report(scene, quirks)},
                     {"quirks", kept.empty() ? "none" : kept},
                     {"seed_noise", std::to_string(-scene.noise_seed)},
                     {"seed_misset", std::to_string(-scene.misset_seed)},
                     {"seed_mosaic", std::to_string(scene.options.crystal.mosaic_seed)}};
  return contents;
}

void write_expt(const Scene& scene, std::ostream& out, std::ostream& err) {
  const std::string& path = scene.options.output.expt;
  if (path.empty()) return;
  for (const std::string& loss : formats::write_geometry(path, geometry_of(scene)))
    err << "warning: " << path << ": " << loss << "\n";
  out << "writing " << path << "\n";
}

formats::CbfFrame cbf_frame_of(const Scene& scene) {
  const BeamOptions& beam = scene.options.beam;
  return {beam.exposure_s, beam.flux_counts() ? beam.flux_per_s : 0, 0};
}

std::string smv_header_of(const Scene& scene, const QuirkSet& quirks) {
  const DetectorGeometry& g = scene.geometry;
  const Spindle& spindle = scene.experiment.spindle;
  const auto mm = [](double m) { return format_number(mm_from_metres(m)); };
  const auto deg = [](double rad) { return format_number(degrees_from_radians(rad)); };
  const double half_pixel = 0.5 * g.pixel_m;
  const Vec3d& d = g.dials_origin_mm;
  std::vector<formats::SmvEntry> entries = {
      {"DIM", "2"},
      {"BYTE_ORDER", std::endian::native == std::endian::little ? "little_endian" : "big_endian"},
      {"TYPE", "unsigned_short"},
      {"SIZE1", std::to_string(g.n_fast)},
      {"SIZE2", std::to_string(g.n_slow)},
      {"PIXEL_SIZE", mm(g.pixel_m)},
      {"DISTANCE", mm(g.distance_m)},
      {"WAVELENGTH", format_number(angstrom_from_metres(scene.experiment.beam.wavelength_m))},
      {"BEAM_CENTER_X", mm(g.xy_beam.fast)},
      {"BEAM_CENTER_Y", mm(g.xy_beam.slow)},
      {"ADXV_CENTER_X", mm(g.beam_point.fast)},
      {"ADXV_CENTER_Y", mm(g.size_slow_m - g.beam_point.slow)},
      {"MOSFLM_CENTER_X", mm(g.beam_point.slow - half_pixel)},
      {"MOSFLM_CENTER_Y", mm(g.beam_point.fast - half_pixel)},
      {"DENZO_X_BEAM", mm(g.beam_point.slow)},
      {"DENZO_Y_BEAM", mm(g.beam_point.fast)},
      {"DIALS_ORIGIN", format_number(d.x) + "," + format_number(d.y) + "," + format_number(d.z),
       !quirks.on(Quirk::HeaderDials)},
      {"XDS_ORGX", format_number(g.org_x)},
      {"XDS_ORGY", format_number(g.org_y)},
      {"CLOSE_DISTANCE", mm(g.close_distance_m)},
      {"PHI", deg(spindle.phi_start_rad)},
      {"OSC_START", deg(spindle.phi_start_rad)},
      {"OSC_RANGE", deg(spindle.phi_range_rad)},
      {"TWOTHETA", deg(g.twotheta_rad)},
      {"DETECTOR_SN", "000"},
      {"BEAMLINE", "fake"}};
  // Without it readers of simulated images take an offset of one.
  if (!quirks.on(Quirk::HeaderOverflow))
    entries.push_back({"ADC_OFFSET", format_number(scene.options.output.adc_offset)});
  return formats::smv_header(entries, quirks.on(Quirk::HeaderOverflow));
}

}  // namespace femtobragg::nanobragg
