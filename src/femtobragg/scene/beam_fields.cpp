// Fields of the beam, one row for each.
#include "femtobragg/scene/scene_rows.h"

namespace femtobragg::scene {
namespace {

constexpr std::array<std::string_view, 2> profiles{"flat", "gaussian"};
constexpr std::array<std::string_view, 3> spectrum_units{"eV", "keV", "A"};

/// A member of a description that is there as a whole or not at all.
template <auto description, auto part>
Row part_of(const Words& words, Units units) {
  return {words.name,
          Kind::Number,
          units,
          1,
          {},
          words.example,
          words.by_default,
          words.help,
          [](S& s, const Value& v) {
            auto& whole = s.beam.*description;
            if (!whole) whole.emplace();
            (*whole).*part = number_of(v);
          },
          [](const S& s) -> std::optional<Value> {
            const auto& whole = s.beam.*description;
            return whole ? std::optional(to_value((*whole).*part)) : std::nullopt;
          }};
}

}  // namespace

Section<S> beam_section() {
  using B = BeamScene;
  constexpr auto b = &S::beam;
  return {
      "beam",
      "Wavelength or spectrum, divergence, polarization and photons.",
      {
          row<b, &B::wavelength_m>(
              Kind::Number,
              {"wavelength", "1.0", "that of the geometry file, the mean of the spectrum file, or 1 A",
               "central wavelength"},
              wavelengths, 1)
              .above_zero()
              .excluding({"energy"}),
          Row{"energy",
              Kind::Number,
              energies,
              1,
              {},
              "12398.42",
              "from the wavelength",
              "photon energy, instead of the wavelength",
              [](S& s, const Value& v) { s.beam.wavelength_m = metres_from_angstrom(angstrom_from_eV(number_of(v))); },
              [](const S&) -> std::optional<Value> { return {}; }}
              .above_zero(),
          row<b, &B::direction>(
              Kind::Numbers,
              {"direction", "[1, 0, 0]", "that of the geometry file, or lab x", "direction of propagation"}, no_unit,
              3),
          row<b, &B::polarization>(Kind::Number,
                                   {"polarization", "0.99", "that of the geometry file, or 0",
                                    "Kahn factor, -1 to 1: 0 is unpolarized, 1 along the axis"},
                                   no_unit, 1)
              .within(-1, 1)
              .excluding({"no_polarization"}),
          row<b, &B::polarization_axis>(Kind::Numbers,
                                        {"polarization_axis", "[0, 0, 1]", "that of the geometry file, or lab z",
                                         "direction of the electric field"},
                                        no_unit, 3),
          row<b, &B::no_polarization>(Kind::Flag,
                                      {"no_polarization", "false", "false", "the polarization factor is 1 everywhere"}),
          row<b, &B::horizontal_rad, &StepRange::range>(
              Kind::Number, {"horizontal_divergence", "0.5", "0", "full width along the polarization axis"},
              angles_mrad, 1)
              .from(0),
          row<b, &B::horizontal_rad, &StepRange::step>(Kind::Number,
                                                       {"horizontal_divergence_step", "0.1", "from the number",
                                                        "largest distance between neighbouring directions"},
                                                       angles_mrad, 1)
              .from(0)
              .needing({"horizontal_divergence"}),
          row<b, &B::horizontal_rad, &StepRange::count>(
              Kind::Count,
              {"horizontal_divergence_steps", "5", "as many as the accuracy needs", "number of directions"})
              .from(1)
              .needing({"horizontal_divergence"}),
          row<b, &B::vertical_rad, &StepRange::range>(
              Kind::Number, {"vertical_divergence", "0.5", "0", "full width perpendicular to the polarization axis"},
              angles_mrad, 1)
              .from(0),
          row<b, &B::vertical_rad, &StepRange::step>(Kind::Number,
                                                     {"vertical_divergence_step", "0.1", "from the number",
                                                      "largest distance between neighbouring directions"},
                                                     angles_mrad, 1)
              .from(0)
              .needing({"vertical_divergence"}),
          row<b, &B::vertical_rad, &StepRange::count>(
              Kind::Count, {"vertical_divergence_steps", "5", "as many as the accuracy needs", "number of directions"})
              .from(1)
              .needing({"vertical_divergence"}),
          row<b, &B::round_divergence>(
              Kind::Flag, {"round_divergence", "true", "true", "exclude the corners of the grid of directions"}),
          row<b, &B::dispersion, &StepRange::range>(
              Kind::Number, {"dispersion", "0.1", "0", "full width of a flat spectrum, divided by the wavelength"},
              fractions, 1)
              .from(0),
          row<b, &B::dispersion, &StepRange::count>(
              Kind::Count, {"dispersion_steps", "5", "as many as the accuracy needs", "number of wavelengths"})
              .from(1)
              .needing({"dispersion"}),
          row<b, &B::source_file>(Kind::File,
                                  {"source_file", "\"sources.txt\"", "none",
                                   "X Y Z weight wavelength(m) on each line, instead of divergence and spectrum"})
              .excluding({"horizontal_divergence", "vertical_divergence", "dispersion"}),
          row<b, &B::spectrum_file>(Kind::File,
                                    {"spectrum_file", "\"spectrum.txt\"", "none",
                                     "energy or wavelength and weight on each line, or the beam of a NeXus file"}),
          Row{"spectrum_unit",
              Kind::Choice,
              no_unit,
              0,
              {spectrum_units.begin(), spectrum_units.end()},
              "\"eV\"",
              "from the numbers",
              "unit of the first column of the spectrum",
              [](S& s, const Value& v) {
                s.beam.spectrum_unit = formats::spectrum_unit_named(std::get<std::string>(v));
              },
              [](const S& s) -> std::optional<Value> {
                if (!s.beam.spectrum_unit) return {};
                return std::string(formats::name_of(*s.beam.spectrum_unit));
              }}
              .needing({"spectrum_file"}),
          part_of<&B::bandwidth, &GaussianBand::fwhm>(
              {"bandwidth", "0.5", "none", "Gaussian spectrum with this full width at half maximum"}, fractions)
              .within(0, 0.6),
          part_of<&B::pink, &PinkBand::fwhm>(
              {"pink_bandwidth", "2", "none", "harmonic of an undulator: full width at half maximum"}, fractions)
              .within(0, 0.2),
          part_of<&B::pink, &PinkBand::tail>(
              {"pink_tail", "3", "3", "half width of its low-energy tail relative to its edge"}, no_unit)
              .within(0.01, 100)
              .needing({"pink_bandwidth"}),
          part_of<&B::two_colour, &TwoColours::separation_eV>(
              {"two_colour_separation", "60", "none", "energy of a second colour, minus that of the first"}, energies),
          part_of<&B::two_colour, &TwoColours::ratio>(
              {"two_colour_ratio", "1", "1", "photons of the second colour per photon of the first"}, no_unit)
              .from(0)
              .needing({"two_colour_separation"}),
          part_of<&B::two_colour, &TwoColours::fwhm>({"two_colour_bandwidth", "0.2", "0", "full width of both colours"},
                                                     fractions)
              .within(0, 0.6)
              .needing({"two_colour_separation"}),
          part_of<&B::sase, &SasePulse::fwhm>(
              {"sase_bandwidth", "0.3", "none",
               "pulse of a free-electron laser that starts from noise: full width of its envelope"},
              fractions)
              .within(1e-12, 0.6),
          part_of<&B::sase, &SasePulse::spikes>(
              {"sase_spikes", "10", "10", "width of the envelope relative to a spike"}, no_unit)
              .within(1, most_spikes)
              .needing({"sase_bandwidth"}),
          Row{"sase_seed",
              Kind::Count,
              no_unit,
              0,
              {},
              "1",
              "1",
              "seed of the pulses",
              [](S& s, const Value& v) {
                if (!s.beam.sase) s.beam.sase.emplace();
                s.beam.sase->seed = static_cast<std::uint64_t>(std::get<std::int64_t>(v));
              },
              [](const S& s) -> std::optional<Value> {
                if (!s.beam.sase || s.beam.sase->seed == SasePulse{}.seed) return {};
                return static_cast<std::int64_t>(s.beam.sase->seed);
              }}
              .from(0)
              .needing({"sase_bandwidth"}),
          row<b, &B::shot>(Kind::Count, {"shot", "0", "0", "which pulse, or which shot of a NeXus spectrum"})
              .from(0)
              .needing({"sase_bandwidth", "spectrum_file"}),
          row<b, &B::wavelengths>(Kind::Count, {"wavelengths", "100", "as required by the image",
                                                "number of wavelengths that are rendered from a spectrum"})
              .within(1, 2'000'000)
              .needing({"spectrum_file", "bandwidth", "pink_bandwidth", "two_colour_separation", "sase_bandwidth"}),
          row<b, &B::wavelengths_as_rows>(
              Kind::Flag, {"wavelengths_as_rows", "false", "false", "render the rows of the spectrum file as they are"})
              .needing({"spectrum_file"}),
          row<b, &B::fluence_per_m2>(
              Kind::Number, {"fluence", "1.26e29", "1.25932e29, so that r_e^2 fluence is 1", "photons on the sample"},
              fluences, 1)
              .from(0)
              .excluding({"flux"}),
          row<b, &B::flux_per_s>(
              Kind::Number, {"flux", "1e12", "0", "photons per second; with exposure and size, it gives the fluence"},
              fluxes, 1)
              .from(0),
          row<b, &B::exposure_s>(Kind::Number, {"exposure", "1", "1", "exposure time of a frame"}, times, 1)
              .above_zero(),
          Row{"size",
              Kind::Number,
              lengths,
              1,
              {},
              "0.1",
              "0.1 mm",
              "edge of a flat beam, full width at half maximum of a gaussian one; also clips mosaic blocks along b and "
              "c",
              set<S, b, &B::size_m>,
              // With a profile, it must be stated.
              [](const S& s) -> std::optional<Value> {
                return s.beam.profile == BeamProfile::Flat ? get<S, b, &B::size_m>(s) : to_value(s.beam.size_m);
              }}
              .from(0),
          choice<S, profiles, b, &B::profile>(
              {"profile", "\"flat\"", "flat",
               "how photons are spread across the beam; the fluence is that in its middle"})
              .needing({"size"}),
      }};
}

}  // namespace femtobragg::scene
