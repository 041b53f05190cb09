// Sample, beam and files of a run.
#include "femtobragg/nonbragg/setup.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/source_file.h"
#include "femtobragg/nanobragg/setup/step_rules.h"
#include "femtobragg/simulate/source_grid.h"

namespace femtobragg::nonbragg {
namespace {

using nanobragg::QuirkSet;

void require_finite(const std::string& where, double value, const std::string& rule) {
  if (!std::isfinite(value) || value == 0)
    throw Error::usage({.what = "wrong value", .where = where, .value = format_number(value), .rule = rule});
}

std::vector<Source> read_sources(const BeamOptions& o, const Vec3d& beam) {
  const formats::SourceDefaults defaults{-o.source_distance_m * beam, 1, o.wavelength_m};
  std::vector<Source> sources = formats::parse_sources(
      formats::read_file(o.sources, "the list of sources", formats::InputKind::Text), o.sources, defaults, true);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::string where = in_quotes(o.sources) + ", source " + std::to_string(i + 1);
    require_finite(where, sources[i].wavelength_m, "its wavelength, the fifth column, must not be zero");
    require_finite(where, norm(sources[i].direction), "its position must not be zero");
  }
  return sources;
}

std::vector<Source> sources_of(const BeamOptions& o, const Geometry& g) {
  require_finite("-lambda", o.wavelength_m, "it must not be zero");
  if (!o.sources.empty()) return read_sources(o, g.beam);
  const QuirkSet old = QuirkSet::all();
  const SourceGrid grid{nanobragg::divergence_steps(o.horizontal_rad, old, true),
                        nanobragg::divergence_steps(o.vertical_rad, old, false),
                        nanobragg::dispersion_steps(o.dispersion, old), o.elliptical, true};
  return sources_on_grid(grid, g.beam, g.polarization_axis, o.wavelength_m);
}

double fluence_of(const BeamOptions& o) {
  if (o.flux_per_s == 0 || !(o.exposure_s > 0) || !(o.size_m >= 0)) return o.fluence_per_m2;
  require_finite("-beamsize", o.size_m, "it must not be zero");
  return o.flux_per_s * o.exposure_s / o.size_m / o.size_m;
}

/// A number of molecules becomes a density and a number again.
double molecules_in(const SampleOptions& o, const Vec3d& size_m) {
  require_finite("-MW", o.molar_mass_g, "it must not be zero");
  const double volume = size_m.x * size_m.y * size_m.z;
  const double density =
      o.molecules != 0 ? o.molecules / volume / avogadro_per_mol * o.molar_mass_g : o.density_g_per_m3;
  return volume * density * avogadro_per_mol / o.molar_mass_g;
}

}  // namespace

Setup set_up(const Options& options) {
  Setup setup;
  setup.options = options;
  setup.table =
      parse_table(formats::read_file(options.table.file, "the table of structure factors", formats::InputKind::Text),
                  options.table.per_m, options.table.file);
  setup.geometry = place_detector(options);
  setup.fluence_per_m2 = fluence_of(options.beam);
  Vec3d& size = setup.options.sample.size_m;
  const double beam_size = options.beam.size_m;
  if (beam_size >= 0) {
    setup.clipped = {size.y > beam_size, size.z > beam_size};
    size.y = std::min(size.y, beam_size);
    size.z = std::min(size.z, beam_size);
  }
  setup.molecules = molecules_in(options.sample, size);
  setup.sources = sources_of(options.beam, setup.geometry);
  // Not the number of steps but what a header states.
  setup.osc_range_rad = nanobragg::phi_steps(options.rotation, QuirkSet::all()).range;
  return setup;
}

}  // namespace femtobragg::nonbragg
