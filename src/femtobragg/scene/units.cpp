// The field's units first, SI last.
#include "femtobragg/scene/units.h"

#include <array>

#include "femtobragg/base/units.h"

namespace femtobragg::scene {
namespace {

double same(double x) { return x; }
double metres_from_nm(double nm) { return nm / 1e9; }
double nm_from_metres(double m) { return m * 1e9; }
double from_percent(double percent) { return percent / 100; }
double to_percent(double fraction) { return fraction * 100; }
double mrad_from_radians(double radians) { return radians * 1000; }
double seconds_from_ms(double ms) { return ms / 1e3; }
double ms_from_seconds(double seconds) { return seconds * 1e3; }
double seconds_from_us(double us) { return us / 1e6; }
double us_from_seconds(double seconds) { return seconds * 1e6; }
double seconds_from_ns(double ns) { return ns / 1e9; }
double ns_from_seconds(double seconds) { return seconds * 1e9; }
double per_metre_from_per_mm(double x) { return x * 1000; }
double per_mm_from_per_metre(double x) { return x / 1000; }

constexpr Unit m{"m", same, same}, mm{"mm", metres_from_mm, mm_from_metres}, um{"um", metres_from_um, um_from_metres},
    A{"A", metres_from_angstrom, angstrom_from_metres};

constexpr std::array length_units{mm, um, A, m};
constexpr std::array small_length_units{um, mm, A, m};
constexpr std::array wavelength_units{A, m};
constexpr Unit deg{"deg", radians_from_degrees, degrees_from_radians},
    mrad{"mrad", radians_from_mrad, mrad_from_radians}, rad{"rad", same, same};
constexpr std::array angle_units{deg, mrad, rad};
constexpr std::array small_angle_units{mrad, deg, rad};
constexpr std::array fraction_units{Unit{"percent", from_percent, to_percent}, Unit{"fraction", same, same}};
constexpr std::array inverse_length_units{Unit{"per_mm", per_metre_from_per_mm, per_mm_from_per_metre},
                                          Unit{"per_m", same, same}};
template <std::size_t n>
constexpr std::array<Unit, 1> only(const char (&suffix)[n]) {
  return {Unit{suffix, same, same}};
}
constexpr std::array fluence_units = only("per_m2"), flux_units = only("per_s"), time_units = only("s"),
                     electron_units = only("e"), density_units = only("e_per_A3"), area_units = only("A2"),
                     square_metres = only("m2"), edge_units = only("A"), degree_units = only("deg"),
                     pixel_units = only("px");
constexpr Unit s{"s", same, same};
constexpr std::array short_time_units{Unit{"ms", seconds_from_ms, ms_from_seconds},
                                      Unit{"us", seconds_from_us, us_from_seconds},
                                      Unit{"ns", seconds_from_ns, ns_from_seconds}, s};
constexpr std::array energy_units = only("eV"), mass_density_units = only("g_per_cm3"),
                     molar_mass_units = only("g_per_mol");
constexpr std::array crystallite_units{Unit{"nm", metres_from_nm, nm_from_metres}, um, A, m};

}  // namespace

const Units lengths = length_units, small_lengths = small_length_units, wavelengths = wavelength_units,
            angles = angle_units, angles_mrad = small_angle_units, fractions = fraction_units,
            inverse_lengths = inverse_length_units, fluences = fluence_units, fluxes = flux_units, times = time_units,
            short_times = short_time_units, electrons = electron_units, electron_densities = density_units,
            areas_A2 = area_units, areas_m2 = square_metres, edges_A = edge_units, degrees_only = degree_units,
            energies = energy_units, pixels = pixel_units, crystallites = crystallite_units,
            densities = mass_density_units, molar_masses = molar_mass_units;

}  // namespace femtobragg::scene
