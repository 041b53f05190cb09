// One spectrum, then as few of its wavelengths as give the image.
#include "femtobragg/assemble/spectrum.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/assemble/crystal.h"
#include "femtobragg/assemble/crystal_in_beam.h"
#include "femtobragg/assemble/response.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/mat3.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/simulate/reach.h"
#include "femtobragg/simulate/spectrum.h"

namespace femtobragg::assemble {
namespace {

/// Fewer rows than that are lines, not samples of a curve.
constexpr std::size_t least_samples = 5;
constexpr std::size_t many_wavelengths = 1000;

void require_one_kind(const BeamScene& b) {
  std::vector<std::string> kinds;
  const auto add = [&](bool given, const char* field) {
    if (given) kinds.emplace_back(field);
  };
  add(!b.spectrum_file.empty(), "beam.spectrum_file");
  add(b.bandwidth.has_value(), "beam.bandwidth");
  add(b.pink.has_value(), "beam.pink");
  add(b.two_colour.has_value(), "beam.two_colour");
  add(b.sase.has_value(), "beam.sase");
  add(b.dispersion != StepRange{}, "beam.dispersion");
  add(!b.source_file.empty() || !b.sources.empty(), "beam.sources");
  if (kinds.size() < 2) return;
  throw Error::usage({.what = "the spectrum is described twice",
                      .where = kinds[0],
                      .value = kinds[1],
                      .rule = "one of them describes the whole spectrum",
                      .remedy = "remove one of them"});
}

Spectrum from_file(Assembled& result) {
  BeamScene& b = result.scene.beam;
  const std::string& path = b.spectrum_file;
  formats::SpectrumFile file =
      formats::is_nexus_name(path)
          ? formats::read_nexus_spectrum(path, static_cast<std::size_t>(b.shot))
          : formats::parse_spectrum(formats::read_text(path, "the spectrum"), path, b.spectrum_unit);
  for (std::string& note : file.notes) result.warnings.push_back(std::move(note));
  result.file_notes.push_back("a spectrum of " + std::to_string(file.spectrum.size()) + " wavelengths from " + path);
  if (!b.wavelength_m) result.wavelength_of_spectrum = true;
  if (result.wavelength_of_spectrum) b.wavelength_m = mean_wavelength_m(file.spectrum);
  const double wavelength = *b.wavelength_m;
  const double shortest = file.spectrum.front().wavelength_m, longest = file.spectrum.back().wavelength_m;
  constexpr double same = 1e-3;
  if (wavelength < shortest * (1 - same) || wavelength > longest * (1 + same))
    result.warnings.push_back("the wavelength of the run, " + format_number(angstrom_from_metres(wavelength)) +
                              " A, is not within the spectrum, " + format_number(angstrom_from_metres(shortest)) +
                              " to " + format_number(angstrom_from_metres(longest)) + " A");
  return std::move(file.spectrum);
}

/// The largest extent of the crystal along any direction, in the sense of the second moment of its form. Rounded shapes
/// have narrower spots with a larger fudge.
double largest_extent_m(const Crystal& crystal) {
  const CrystalAxes& axes = crystal.axes;
  const Mat3d edges{crystal.cells[0] * axes.a_m, crystal.cells[1] * axes.b_m, crystal.cells[2] * axes.c_m};
  const double narrowing = physics::shape_info(crystal.shape).has_fudge ? std::max(1.0, crystal.fudge) : 1.0;
  return std::sqrt(symmetric_eigenvalues(edges * transpose(edges)).largest * narrowing);
}

void require_second_colour(const TwoColours& colours, double peak_m) {
  const double first_eV = hc_eV_angstrom / angstrom_from_metres(peak_m);
  if (first_eV + colours.separation_eV > 0) return;
  throw Error::usage(
      {.what = "a second colour has no energy",
       .where = "beam.two_colour",
       .value = format_number(first_eV + colours.separation_eV) + " eV",
       .rule = "it is dE above the first, at " + format_number(first_eV) + " eV, which must be above zero",
       .remedy = "give the difference of the energies, in eV"});
}

/// Without a seed a pulse is that of the first seed.
Spectrum pulse(const BeamScene& b) {
  SasePulse pulse = *b.sase;
  pulse.shot = static_cast<std::uint64_t>(b.shot);
  return spectrum_of(pulse, *b.wavelength_m);
}

Spectrum made(const BeamScene& b) {
  const double peak = *b.wavelength_m;
  if (b.bandwidth) return spectrum_of(*b.bandwidth, peak);
  if (b.pink) return spectrum_of(*b.pink, peak);
  if (b.sase) return pulse(b);
  require_second_colour(*b.two_colour, peak);
  return spectrum_of(*b.two_colour, peak);
}

}  // namespace

double finest_resolution_m(const Experiment& experiment) {
  const double seen = 1 / farthest_scattering_per_m(experiment);
  const StructureFactors& factors = *experiment.structure_factors;
  if (!factors.has_table() || factors.default_amplitude != 0) return seen;
  return std::max(seen, metres_from_angstrom(finest_listed_A(factors, experiment.crystal.axes)));
}

Spectrum sampled_wavelengths(const Assembled& result, std::int64_t count) {
  const Spectrum& whole = result.spectrum;
  const BeamScene& b = result.scene.beam;
  if (b.wavelengths_as_rows || whole.size() == 1) return whole;
  const bool samples = !b.spectrum_file.empty() && whole.size() >= least_samples;
  const double wanted = (whole.back().wavelength_m - whole.front().wavelength_m) / static_cast<double>(count);
  return resampled(samples ? filled(whole, 0.25 * wanted) : whole, static_cast<std::size_t>(count));
}

Spectrum rendered_wavelengths(const Assembled& result) {
  const Spectrum& whole = result.spectrum;
  const BeamScene& b = result.scene.beam;
  if (b.wavelengths_as_rows || whole.size() == 1) return whole;
  if (b.wavelengths) return sampled_wavelengths(result, *b.wavelengths);
  const double range = whole.back().wavelength_m - whole.front().wavelength_m;
  const double spacing = wavelength_spacing(result.scene.sampling.accuracy, result.finest_resolution_m,
                                            largest_extent_m(result.experiment.crystal));
  const double step = spacing * mean_wavelength_m(whole);
  const double pairs = std::max(1.0, std::ceil(0.5 * range / step));
  if (!(pairs < 1e6))
    throw Error::usage({.what = "too many wavelengths",
                        .where = "automatic beam.wavelengths",
                        .value = format_number(2 * pairs),
                        .rule = "at most two million are allowed",
                        .remedy = "give beam.wavelengths, or use a smaller crystal"});
  return sampled_wavelengths(result, 2 * static_cast<std::int64_t>(pairs));
}

bool has_spectrum(const BeamScene& b) {
  return !b.spectrum_file.empty() || b.bandwidth || b.pink || b.two_colour || b.sase;
}

bool has_shots(const BeamScene& b) { return b.sase || formats::is_nexus_name(b.spectrum_file); }

void set_spectrum(Assembled& result) {
  BeamScene& b = result.scene.beam;
  if (has_spectrum(b)) {
    require_one_kind(b);
    if (b.wavelengths_as_rows && b.spectrum_file.empty())
      throw Error::usage({.what = "the spectrum has no rows",
                          .where = "beam.wavelengths",
                          .value = "rows",
                          .rule = "only a spectrum file has rows",
                          .remedy = "give a number of wavelengths, or remove it"});
    if (!b.spectrum_file.empty()) result.spectrum = from_file(result);
  }
  constexpr double one_angstrom = 1e-10;
  if (!b.wavelength_m) b.wavelength_m = one_angstrom;
  const double wavelength = *b.wavelength_m;
  if (!(wavelength > 0) || !std::isfinite(wavelength))
    throw Error::usage({.what = "impossible wavelength",
                        .where = "beam.wavelength",
                        .value = format_number(angstrom_from_metres(wavelength)) + " A",
                        .rule = "it must be finite and above zero",
                        .remedy = "correct beam.wavelength or beam.energy"});
  if (!has_spectrum(b) || !b.spectrum_file.empty()) return;
  result.spectrum = made(b);
  if (!(result.spectrum.front().wavelength_m > 0) || !std::isfinite(result.spectrum.back().wavelength_m))
    throw Error::usage({.what = "impossible spectrum",
                        .where = "beam",
                        .rule = "all photon energies must be above zero",
                        .remedy = "make it narrower"});
}

namespace {

/// Of a crystal that changes during the scan of its file: its axes where this frame begins.
void take_scan_point(Assembled& a) {
  if (!a.geometry_crystal || a.geometry_crystal->crystal.at_scan_points.empty()) return;
  CrystalScene& c = a.scene.crystal;
  c.axes = a.geometry_crystal->crystal.axes_at(a.experiment.spindle.phi_start_rad);
  const ReciprocalAxes unturned = a.cell ? turned_as(*c.axes, upright_reciprocal_axes(*a.cell))
                                         : ReciprocalAxes{c.axes->a_star_A, c.axes->b_star_A, c.axes->c_star_A};
  a.experiment.crystal.axes = misset_axes(unturned, a.random_misset_rad.value_or(c.misset_rad), a.cell);
}

}  // namespace

void take_frame(Assembled& first, std::size_t frame) {
  if (frame > 0) take_shot(first, first.scene.beam.shot + static_cast<std::int64_t>(frame));
  Spindle& spindle = first.experiment.spindle;
  spindle.phi_start_rad += static_cast<double>(frame) * spindle.phi_range_rad;
  first.scene.rotation.start_rad = spindle.phi_start_rad;
  if (frame > 0) take_scan_point(first);
  set_step_light(first, frame);
  first.scene.frames = 1;
  set_lit_volume(first);
}

void take_shot(Assembled& result, std::int64_t shot) {
  BeamScene& b = result.scene.beam;
  if (!has_shots(b)) return;
  b.shot = shot;
  result.spectrum = b.sase ? pulse(b) : from_file(result);
  spread_over_spectrum(result);
}

void reach_over_spectrum(Assembled& result) {
  if (result.spectrum.empty()) return;
  std::vector<Source>& sources = result.experiment.beam.sources;
  for (Source& source : sources) source.wavelength_m = result.spectrum.front().wavelength_m;
  result.directions = sources;
  result.finest_resolution_m = finest_resolution_m(result.experiment);
}

void name_wavelength(Beam& beam) { beam.nominal_wavelength = !beam.has_central_wavelength(); }

std::vector<Source> over_wavelengths(const std::vector<Source>& directions, const Spectrum& lines) {
  std::vector<Source> all;
  all.reserve(directions.size() * lines.size());
  for (const Source& source : directions)
    for (const SpectrumLine& line : lines)
      all.push_back({source.direction, line.wavelength_m, source.weight * line.weight});
  return all;
}

void spread_over_spectrum(Assembled& result) {
  if (result.spectrum.empty()) return;
  const std::vector<Source>& sources = result.directions;
  const Spectrum lines = rendered_wavelengths(result);
  require_memory(checked_product({sources.size(), lines.size(), sizeof(Source)}), "the list of sources",
                 std::to_string(sources.size()) + " directions x " + std::to_string(lines.size()) + " wavelengths",
                 "give fewer beam.wavelengths");
  result.experiment.beam.sources = over_wavelengths(sources, lines);
  name_wavelength(result.experiment.beam);
  result.wavelengths = lines.size();
  if (!result.scene.beam.wavelengths && lines.size() > many_wavelengths)
    result.warnings.push_back(std::to_string(lines.size()) +
                              " wavelengths, which make sharp spots at the edge of the image correct; fewer "
                              "(beam.wavelengths) change integrated photons only slightly");
}

}  // namespace femtobragg::assemble
