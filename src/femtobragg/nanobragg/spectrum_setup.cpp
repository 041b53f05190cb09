// One spectrum, then as few of its wavelengths as give the image.
#include "femtobragg/nanobragg/spectrum_setup.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/mat3.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/nanobragg/sight.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/simulate/reach.h"
#include "femtobragg/simulate/spectrum.h"

namespace femtobragg::nanobragg {
namespace {

/// Of the brightest pixel, what a pixel may be wrong by for want of wavelengths.
constexpr double accuracy = 0.01;
/// Fewer rows than that are lines, not samples of a curve.
constexpr std::size_t least_samples = 5;
constexpr std::size_t many_wavelengths = 1000;

/// Flags that each describe the whole spectrum.
const Alternatives kinds = {"spectrum", "bandwidth", "pink", "two_colour", "sase"};

void require_one_kind(const Origins& origins) {
  std::vector<std::string> typed;
  for (const std::string_view kind : kinds)
    if (const Origin* origin = origins.last_flag({kind})) typed.push_back(origin->words);
  const Origin* other = origins.last_flag({"dispersion", "dispsteps", "sourcefile"});
  if (other) typed.push_back(other->words);
  if (typed.size() < 2) return;
  throw Error::usage({.what = "the spectrum is described twice",
                      .where = typed[0],
                      .value = typed[1],
                      .rule = "one flag describes the whole spectrum",
                      .remedy = "leave one of them out"});
}

Spectrum from_file(Scene& scene) {
  const std::string& path = scene.options.files.spectrum;
  const BeamOptions& b = scene.options.beam;
  formats::SpectrumFile file =
      formats::is_nexus_name(path)
          ? formats::read_nexus_spectrum(path, static_cast<std::size_t>(b.shot))
          : formats::parse_spectrum(formats::read_text(path, "the spectrum"), path, b.spectrum_unit);
  for (std::string& note : file.notes) scene.warnings.push_back(std::move(note));
  scene.file_notes.push_back("a spectrum of " + std::to_string(file.spectrum.size()) + " wavelengths from " + path);
  double& wavelength = scene.options.beam.wavelength_m;
  if (!scene.origins.last({"lambda", "energy"})) wavelength = mean_wavelength_m(file.spectrum);
  const double shortest = file.spectrum.front().wavelength_m, longest = file.spectrum.back().wavelength_m;
  constexpr double same = 1e-3;
  if (wavelength < shortest * (1 - same) || wavelength > longest * (1 + same))
    scene.warnings.push_back("the wavelength of the run, " + format_number(angstrom_from_metres(wavelength)) +
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

/// The finest resolution at which there are spots in the image.
double finest_resolution_m(const Experiment& experiment) {
  const double seen = 1 / farthest_scattering_per_m(experiment);
  const StructureFactors& factors = *experiment.structure_factors;
  if (!factors.has_table() || factors.default_amplitude != 0) return seen;
  return std::max(seen, metres_from_angstrom(finest_listed_A(factors, experiment.crystal.axes)));
}

Spectrum wavelengths_for(const Scene& scene) {
  const Spectrum& whole = scene.spectrum;
  const BeamOptions& b = scene.options.beam;
  if (b.wavelengths_as_rows || whole.size() == 1) return whole;
  const bool samples = !scene.options.files.spectrum.empty() && whole.size() >= least_samples;
  const double range = whole.back().wavelength_m - whole.front().wavelength_m;
  if (b.wavelengths) {
    const double wanted = range / static_cast<double>(*b.wavelengths);
    return resampled(samples ? filled(whole, 0.25 * wanted) : whole, static_cast<std::size_t>(*b.wavelengths));
  }
  const double spacing =
      wavelength_spacing(accuracy, scene.finest_resolution_m, largest_extent_m(scene.experiment.crystal));
  const double step = spacing * mean_wavelength_m(whole);
  const double pairs = std::max(1.0, std::ceil(0.5 * range / step));
  if (!(pairs < 1e6))
    throw Error::usage({.what = "too many wavelengths",
                        .where = "automatic -wavelengths",
                        .value = format_number(2 * pairs),
                        .rule = "at most two million",
                        .remedy = "give -wavelengths, or use a smaller crystal"});
  return resampled(samples ? filled(whole, 0.25 * step) : whole, 2 * static_cast<std::size_t>(pairs));
}

void require_second_colour(const TwoColours& colours, double peak_m, const Origins& origins) {
  const double first_eV = hc_eV_angstrom / angstrom_from_metres(peak_m);
  if (first_eV + colours.separation_eV > 0) return;
  throw Error::usage({.what = "a second colour without energy",
                      .where = origins.last_flag({"two_colour"})->words,
                      .value = format_number(first_eV + colours.separation_eV) + " eV",
                      .rule = "it lies dE above the first, at " + format_number(first_eV) + " eV, and above zero",
                      .remedy = "give the difference of the energies, in eV"});
}

}  // namespace

bool has_spectrum(const Options& o) {
  return !o.files.spectrum.empty() || o.beam.bandwidth || o.beam.pink || o.beam.two_colour || o.beam.sase;
}

bool has_shots(const Options& o) { return o.beam.sase || formats::is_nexus_name(o.files.spectrum); }

void set_spectrum(Scene& scene) {
  const Options& o = scene.options;
  if (!has_spectrum(o)) return;
  require_one_kind(scene.origins);
  if (o.beam.wavelengths_as_rows && o.files.spectrum.empty())
    throw Error::usage({.what = "a spectrum without rows",
                        .where = "-wavelengths rows",
                        .rule = "only those of -spectrum have rows",
                        .remedy = "give a number of wavelengths, or leave the flag out"});
  if (!o.files.spectrum.empty()) {
    scene.spectrum = from_file(scene);
    return;
  }
  const double peak = o.beam.wavelength_m;
  if (o.beam.bandwidth) scene.spectrum = spectrum_of(*o.beam.bandwidth, peak);
  if (o.beam.pink) scene.spectrum = spectrum_of(*o.beam.pink, peak);
  if (o.beam.two_colour) require_second_colour(*o.beam.two_colour, peak, scene.origins);
  if (o.beam.two_colour) scene.spectrum = spectrum_of(*o.beam.two_colour, peak);
  if (o.beam.sase) scene.spectrum = spectrum_of(pulse_of(scene), peak);
  const double shortest = scene.spectrum.front().wavelength_m;
  if (!(shortest > 0) || !std::isfinite(scene.spectrum.back().wavelength_m))
    throw Error::usage({.what = "impossible spectrum",
                        .where = scene.origins.last_flag(kinds)->words,
                        .rule = "all photon energies are above zero",
                        .remedy = "make it narrower"});
}

void warn_of_ignored_spread(Scene& scene) {
  static const Alternatives spread = {"divergence", "hdivrange", "vdivrange", "hdivstep",   "vdivstep",   "divsteps",
                                      "hdivsteps",  "vdivsteps", "round_div", "square_div", "dispersion", "dispsteps"};
  if (scene.origins.last_flag(spread))
    scene.warnings.push_back("Divergence/dispersion parameters ignored when sourcefile is provided");
}

SasePulse pulse_of(const Scene& scene) {
  const Options& o = scene.options;
  SasePulse pulse = *o.beam.sase;
  pulse.shot = static_cast<std::uint64_t>(o.beam.shot);
  if (scene.origins.given("seed")) pulse.seed = static_cast<std::uint64_t>(*o.output.seed);
  return pulse;
}

void take_shot(Scene& scene, std::int64_t shot) {
  if (!has_shots(scene.options)) return;
  scene.options.beam.shot = shot;
  scene.spectrum =
      scene.options.beam.sase ? spectrum_of(pulse_of(scene), scene.options.beam.wavelength_m) : from_file(scene);
  spread_over_spectrum(scene);
}

void require_shots(const Scene& scene, std::size_t frames) {
  Scene last = scene;
  take_shot(last, scene.options.beam.shot + static_cast<std::int64_t>(frames) - 1);
}

void reach_over_spectrum(Scene& scene) {
  if (scene.spectrum.empty()) return;
  std::vector<Source>& sources = scene.experiment.beam.sources;
  for (Source& source : sources) source.wavelength_m = scene.spectrum.front().wavelength_m;
  scene.directions = sources;
  scene.finest_resolution_m = finest_resolution_m(scene.experiment);
}

void spread_over_spectrum(Scene& scene) {
  if (scene.spectrum.empty()) return;
  const std::vector<Source>& sources = scene.directions;
  const Spectrum lines = wavelengths_for(scene);
  require_memory(checked_product({sources.size(), lines.size(), sizeof(Source)}), "the list of sources",
                 std::to_string(sources.size()) + " directions x " + std::to_string(lines.size()) + " wavelengths",
                 "give fewer -wavelengths");
  std::vector<Source> all;
  all.reserve(sources.size() * lines.size());
  for (const Source& source : sources)
    for (const SpectrumLine& line : lines)
      all.push_back({source.direction, line.wavelength_m, source.weight * line.weight});
  scene.experiment.beam.sources = std::move(all);
  scene.wavelengths = lines.size();
  if (!scene.options.beam.wavelengths && lines.size() > many_wavelengths)
    scene.warnings.push_back(std::to_string(lines.size()) +
                             " wavelengths, so that sharp spots at the edge of the image are right; -wavelengths would "
                             "give fewer, which change integrated photons little");
}

}  // namespace femtobragg::nanobragg
