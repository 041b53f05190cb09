// Physical constants, and the only factors between a user's units and SI.
//
// Inside the library lengths are metres and angles radians; unit cells and reciprocal axes keep the
// crystallographer's angstrom. Every name that is not dimensionless carries its unit as a suffix.
#pragma once

#include "femtobragg/base/vec3.h"

namespace femtobragg {

inline constexpr double pi = 3.14159265358979323846;

/// Degrees in a radian, rounded as in the programs that crystallographers compare with.
inline constexpr double degrees_per_radian = 180.0 * 0.318309886183790671538;

/// Square of the classical electron radius (Thomson), m^2.
inline constexpr double r_e_squared_m2 = 7.94079248018965e-30;
inline constexpr double r_e_m = 2.81794117756025e-15;

/// Fluence at which r_e^2 times fluence is one, photons/m^2.
inline constexpr double unit_fluence_per_m2 = 125932015286227086360700780544.0;

inline constexpr double hc_eV_angstrom = 12398.42;
inline constexpr double avogadro_per_mol = 6.02214179e23;

constexpr double metres_from_mm(double mm) { return mm / 1000.0; }
constexpr double metres_from_um(double um) { return um * 1e-6; }
constexpr double metres_from_angstrom(double angstrom) { return angstrom * 1e-10; }
constexpr double radians_from_degrees(double degrees) { return degrees / degrees_per_radian; }
constexpr double radians_from_mrad(double mrad) { return mrad / 1000.0; }
constexpr double angstrom_from_eV(double eV) { return hc_eV_angstrom / eV; }

constexpr double mm_from_metres(double m) { return m * 1000.0; }
constexpr double um_from_metres(double m) { return m * 1e6; }
constexpr double angstrom_from_metres(double m) { return m * 1e10; }
constexpr double degrees_from_radians(double radians) { return radians * degrees_per_radian; }

constexpr Vec3d metres_from_angstrom(const Vec3d& angstrom) { return metres_from_angstrom(1) * angstrom; }
constexpr Vec3d angstrom_from_metres(const Vec3d& m) { return angstrom_from_metres(1) * m; }

}  // namespace femtobragg
