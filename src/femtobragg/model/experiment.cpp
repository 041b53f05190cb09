// Refusal of experiments that have no meaning: what passes here crashes no backend, and says the same in all its
// fields.
#include "femtobragg/model/experiment.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "femtobragg/base/memory.h"
#include "femtobragg/base/rotation_check.h"
#include "femtobragg/base/units.h"
#include "femtobragg/model/validation.h"

namespace femtobragg {
namespace {

using namespace validation;

std::string angstrom_text(double m) { return format_number(angstrom_from_metres(m)) + " A"; }

void validate_sources(const Beam& beam) {
  if (beam.sources.empty())
    refuse("beam.sources", "0",
           {"the beam has no sources", "at least one is needed", "make the beam with Beam::monochromatic()"});
  double total = 0;
  for (std::size_t i = 0; i < beam.sources.size(); ++i) {
    const Source& s = beam.sources[i];
    const auto refuse_source = [&](const char* field, const std::string& value, const Reason& reason) {
      refuse(item("beam.sources", i) + field, value, reason);
    };
    if (!(std::isfinite(s.wavelength_m) && s.wavelength_m > 0))
      refuse_source(".wavelength_m", angstrom_text(s.wavelength_m),
                    {"a source has an impossible wavelength", "it must be finite and above zero",
                     "check the wavelength, in metres: the fifth column of a source file"});
    if (!is_direction(s.direction))
      refuse_source(".direction", text_of(s.direction),
                    {"a source has no direction", "its position must be finite and not the origin",
                     "check where the source is: the first three columns of a source file"});
    if (!is_unit(s.direction))
      refuse_source(".direction", text_of(s.direction),
                    {"the direction of a source is not a unit vector", "its length must be 1", "use unit(direction)"});
    if (!(std::isfinite(s.weight) && s.weight >= 0))
      refuse_source(".weight", format_number(s.weight),
                    {"a source has an impossible weight", "weights must be finite and not negative",
                     "check the weight: the fourth column of a source file"});
    total += s.weight;
  }
  if (!(total > 0))
    refuse("beam.sources", format_number(total),
           {"all sources have weight zero", "at least one must be above zero", "check the weights"});
}

void validate_wavelength(const Beam& beam) {
  const double wavelength_m = beam.wavelength_m;
  if (!(std::isfinite(wavelength_m) && wavelength_m > 0))
    refuse("beam.wavelength_m", angstrom_text(wavelength_m),
           {"impossible wavelength", "it must be finite and above zero", "check the wavelength, in metres"});
  if (beam.nominal_wavelength || beam.has_central_wavelength()) return;
  const auto [shortest, longest] = std::ranges::minmax(beam.sources, {}, &Source::wavelength_m);
  refuse("beam.wavelength_m",
         angstrom_text(wavelength_m) + "; the sources have " + angstrom_text(shortest.wavelength_m) + " to " +
             angstrom_text(longest.wavelength_m),
         {"no source has the central wavelength", "images are computed with the wavelengths of the sources",
          "change the sources too, or set nominal_wavelength if it is only a label"});
}

void validate_beam(const Beam& beam, const OddValues& odd) {
  if (!is_direction(beam.direction))
    refuse("beam.direction", text_of(beam.direction),
           {"the beam has no direction", "it must be a finite vector that is not zero", "check the beam vector"});
  if (!is_unit(beam.direction))
    refuse("beam.direction", text_of(beam.direction),
           {"the direction of the beam is not a unit vector", "its length must be 1", "use unit(direction)"});
  validate_sources(beam);
  validate_wavelength(beam);
  if (std::isnan(beam.fluence_per_m2) ||
      (!odd.fluence && !(beam.fluence_per_m2 >= 0 && std::isfinite(beam.fluence_per_m2))))
    refuse(
        "beam.fluence_per_m2", format_number(beam.fluence_per_m2),
        {"impossible fluence", "it must be finite and not negative", "check fluence, or flux, exposure and beam size"});
  if (!is_finite(beam.polarization_axis))
    refuse("beam.polarization_axis", text_of(beam.polarization_axis),
           {"the polarization axis is not finite", "it must be finite", "check the polarization vector"});
  const double fraction = beam.polarization_fraction;
  if (!std::isfinite(fraction) || (!odd.polarization && std::abs(fraction) > 1))
    refuse("beam.polarization_fraction", format_number(fraction),
           {"impossible polarization", "the Kahn factor must be -1 to 1", "give a fraction, not a percentage"});
  const Vec3d& axis = beam.polarization_axis;
  if (!odd.polarization && beam.apply_polarization && fraction != 0 &&
      !(norm(cross(axis, beam.direction)) > rounding * norm(axis)))
    refuse("beam.polarization_axis", text_of(axis),
           {"the polarization axis is along the beam", "the electric field must be across the beam",
            "give another axis, or a fraction of 0 for unpolarized light"});
}

void validate_axes(const CrystalAxes& axes, const std::string& place, const OddValues& odd) {
  const std::array real = {axes.a_m, axes.b_m, axes.c_m};
  const std::array star = {axes.a_star_A, axes.b_star_A, axes.c_star_A};
  const std::array lengths = {axes.lengths_m.x, axes.lengths_m.y, axes.lengths_m.z};
  if (!std::ranges::all_of(real, is_direction) || !std::ranges::all_of(star, is_finite) || !is_finite(axes.lengths_m))
    refuse(
        place, text_of(axes.a_m) + " m",
        {"the crystal axes are not finite", "the cell must have a volume", "check the cell or the orientation matrix"});
  constexpr Reason apart = {"the crystal axes contradict each other",
                            "real and reciprocal axes must be each other's duals",
                            "make all of them with CrystalAxes::from_cell(), from_real() or from_reciprocal()"};
  const char* const names[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string name = place + "." + names[i];
    if (!nearly(norm(real[i]), lengths[i]))
      refuse(place + ".lengths_m",
             angstrom_text(lengths[i]) + ", but " + names[i] + "_m is " + angstrom_text(norm(real[i])) + " long",
             apart);
    for (std::size_t j = 0; j < 3 && !odd.crystal_axes; ++j) {
      const double product = dot(angstrom_from_metres(real[i]), star[j]),
                   size = norm(angstrom_from_metres(real[i])) * norm(star[j]);
      if (!(std::abs(product - (i == j ? 1 : 0)) <= rounding * std::max(1.0, size)))
        refuse(name + "_m", format_number(product) + " for its product with " + names[j] + "_star_A", apart);
    }
  }
}

void validate_crystal(const Crystal& crystal, const OddValues& odd) {
  validate_axes(crystal.axes, "crystal.axes", odd);
  for (const double n : crystal.cells)
    if (!(std::isfinite(n) && n >= 1))
      refuse(
          "crystal.cells", format_number(n),
          {"impossible number of unit cells", "it must be at least 1", "check the number of cells or the sample size"});
  // The first shape of the list is a block of cells, which has no fudge factor.
  const bool counts = crystal.shape != CrystalShape{} && !odd.fudge;
  if (!std::isfinite(crystal.fudge) || (counts && !(crystal.fudge > 0)))
    refuse("crystal.fudge", format_number(crystal.fudge),
           {"impossible fudge factor", "it must be finite and above zero",
            "check the fudge factor; 1 leaves the shape as it is"});
  for (std::size_t i = 0; i < crystal.mosaic_rotations.size(); ++i)
    if (!is_rotation(crystal.mosaic_rotations[i], rounding))
      refuse(item("crystal.mosaic_rotations", i), text_of(crystal.mosaic_rotations[i].row_x) + " in its first row",
             {"the matrix of a mosaic domain is not a rotation",
              "rows must be unit vectors at right angles, right-handed", "make the matrix as a rotation"});
  if (!(std::isfinite(crystal.mosaic_spread_rad) && crystal.mosaic_spread_rad >= 0))
    refuse("crystal.mosaic_spread_rad", format_number(crystal.mosaic_spread_rad),
           {"impossible mosaic spread", "it must be finite and not negative", "check the spread, in radians"});
  if (!(std::isfinite(crystal.lit_volume_m3) && crystal.lit_volume_m3 >= 0))
    refuse("crystal.lit_volume_m3", format_number(crystal.lit_volume_m3) + " m^3",
           {"impossible volume of the crystal in the beam", "it must be finite and not negative",
            "check it, in cubic metres; 0: one mosaic block"});
}

void validate_lattice(const Lattice& lattice, const std::string& place, const OddValues& odd) {
  validate_axes(lattice.axes, place + ".axes", odd);
  if (!(std::isfinite(lattice.weight) && lattice.weight > 0))
    refuse(place + ".weight", format_number(lattice.weight),
           {"impossible weight of a crystal", "it must be finite and above zero", "check it, or remove the crystal"});
}

void validate_spindle(const Spindle& spindle, const OddValues& odd) {
  for (const double angle : {spindle.phi_start_rad, spindle.phi_range_rad, spindle.phi_step_rad})
    if (!std::isfinite(angle))
      refuse("spindle.phi_start_rad, phi_range_rad or phi_step_rad", format_number(angle),
             {"impossible spindle", "angles must be finite", "check phi and the oscillation"});
  if (!is_finite(spindle.axis) || (!odd.spindle_axis && !is_unit(spindle.axis)))
    refuse("spindle.axis", text_of(spindle.axis),
           {"impossible spindle", "its axis must be a unit vector", "use unit(axis)"});
  if (spindle.phi_steps < (odd.no_phi_steps ? 0 : 1) || spindle.phi_steps > 1000000000)
    refuse("spindle.phi_steps", std::to_string(spindle.phi_steps),
           {"impossible number of phi steps", "1 to 1e9 steps; a still has 1", "check the oscillation and its steps"});
  const std::vector<double>& light = spindle.step_light;
  if (!light.empty() && light.size() != static_cast<std::size_t>(spindle.phi_steps))
    refuse("spindle.step_light", std::to_string(light.size()) + " for " + std::to_string(spindle.phi_steps) + " steps",
           {"light that does not fit the phi steps", "one number for each", "leave it empty for a steady beam"});
  for (const double one : light)
    if (!(std::isfinite(one) && one >= 0))
      refuse("spindle.step_light", format_number(one),
             {"impossible light of a phi step", "it must be finite and not negative", "check it"});
}

/// Bits of the exponent are all set in numbers that are not finite. Whole tables are looked at, so without branches.
bool all_finite(const std::vector<double>& values) {
  constexpr std::uint64_t exponent = 0x7ff0000000000000;
  std::uint64_t most = 0;
  for (const double value : values) most = std::max(most, std::bit_cast<std::uint64_t>(value) & exponent);
  return most != exponent;
}

void validate_structure_factors(const StructureFactors& factors) {
  if (!std::isfinite(factors.default_amplitude))
    refuse("structure_factors.default_amplitude", format_number(factors.default_amplitude),
           {"impossible structure factor", "it must be finite", "check the default amplitude"});
  if (!factors.has_table()) return;
  bool is_box = true;
  for (std::size_t axis = 0; axis < 3; ++axis) is_box = is_box && factors.box.min[axis] <= factors.box.max[axis];
  const auto count = is_box ? checked_product({factors.box.extent(0), factors.box.extent(1), factors.box.extent(2)})
                            : std::optional<std::uint64_t>(0);
  if (!count || *count != factors.values.size())
    refuse("structure_factors.values", std::to_string(factors.values.size()) + " for " + factors.box.describe(),
           {"the table does not fit its box", "it must have one value for each index",
            "make it with StructureFactors::table()"});
  if (!all_finite(factors.values))
    refuse("structure_factors.values", "a value that is not finite",
           {"impossible structure factor", "all must be finite", "check the amplitudes"});
  if (!factors.direct_beam && factors.of_direct_beam_in_table() != 0)
    refuse("structure_factors.direct_beam", format_number(factors.of_direct_beam_in_table()) + " for F(0,0,0)",
           {"the direct beam is excluded from images, but not from the table", "its value must be zero",
            "use leave_out_direct_beam()"});
}

void validate_sampling(const Sampling& sampling) {
  if (sampling.oversample < 1 || sampling.oversample > 1000000)
    refuse("sampling.oversample", std::to_string(sampling.oversample),
           {"impossible oversampling", "sub-pixels along an edge: 1 to 1000000", "check the oversampling"});
  if (!std::isfinite(sampling.d_min_m) || (sampling.d_min_m < 0 && !sampling.compatibility.odd.negative_edges))
    refuse(
        "sampling.d_min_m", angstrom_text(sampling.d_min_m),
        {"impossible resolution limit", "it must be finite and not negative", "check the limit, in metres; 0: none"});
}

}  // namespace

void validate(const Experiment& experiment) {
  const OddValues& odd = experiment.sampling.compatibility.odd;
  validate_beam(experiment.beam, odd);
  validate_crystal(experiment.crystal, odd);
  for (std::size_t i = 0; i < experiment.lattices.size(); ++i)
    validate_lattice(experiment.lattices[i], item("crystal.lattices", i), odd);
  validate_detector(experiment.detector, experiment.beam.direction, odd);
  validate_sampling(experiment.sampling);
  if (!experiment.structure_factors)
    refuse("structure_factors", "none",
           {"there are no structure factors", "a table or a default amplitude is needed",
            "give a reflection list or a default amplitude"});
  validate_structure_factors(*experiment.structure_factors);
  if (!std::isfinite(experiment.water_edge_m) || (experiment.water_edge_m < 0 && !odd.negative_edges))
    refuse("water_edge_m", format_number(experiment.water_edge_m) + " m",
           {"impossible water size", "it must be finite and not negative", "check the water size"});
  for (std::size_t i = 0; i < experiment.backgrounds.size(); ++i) {
    validate_background(experiment.backgrounds[i], item("backgrounds", i));
    validate_path(experiment.backgrounds[i], item("backgrounds", i), experiment);
  }
  validate_spindle(experiment.spindle, odd);
  validate_attenuation(experiment);
  validate(experiment.recording);
}

}  // namespace femtobragg
