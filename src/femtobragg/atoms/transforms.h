// Part of calculated_factors: transforms of the asymmetric unit, atom by atom and through its density.
#pragma once

#include <complex>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"
#include "femtobragg/model/structure_factors.h"

namespace femtobragg::atoms {

/// f = sum of weights exp(-b / 4d^2) + i f''.
struct FormFactor {
  struct Gaussian {
    double weight, b_A2;
  };
  std::array<Gaussian, 5> gaussians{};  ///< the last one, with b = 0, holds f' too
  double f_double_prime = 0;

  double real_part(double inverse_d_squared) const;
};

struct Scatterer {
  Vec3d position;  ///< fractions of the edges
  double occupancy = 1;
  Mat3d u;                      ///< like Atom::u, also for isotropic displacements
  std::size_t form_factor = 0;  ///< index of the form factor
};

struct Scatterers {
  Mat3d metric;  ///< metric of the reciprocal cell
  std::vector<FormFactor> form_factors;
  std::vector<Scatterer> list;
  bool anomalous = false;  ///< some f'' is not zero

  double inverse_d_squared(const Hkl& hkl) const { return form(metric, hkl); }
};

/// Form factors for the atoms' elements and charges; with a wavelength they include f' and f''.
Scatterers scatterers_of(const AtomicModel& model, const std::optional<double>& wavelength_A);

/// Warns of ions that get the form factors of neutral atoms.
void warn_of_charges(AtomicModel& model);

/// A value for each index of a box, l innermost; values beyond the resolution stay zero.
struct Transform {
  HklBox box;
  double d_min_A = 0;
  std::vector<std::complex<double>> values;

  Transform(const HklBox& indices, double d_min, const std::string& where);
  std::size_t index(const Hkl& hkl) const;
  /// Calls action with each index within the resolution and its 1/d^2.
  template <class Action>
  void for_each(const Mat3d& metric, Action&& action) const {
    const double limit = 1 / (d_min_A * d_min_A) * (1 + 1e-9);
    Hkl hkl{};
    for (hkl[0] = int(box.min[0]); hkl[0] <= box.max[0]; ++hkl[0])
      for (hkl[1] = int(box.min[1]); hkl[1] <= box.max[1]; ++hkl[1])
        for (hkl[2] = int(box.min[2]); hkl[2] <= box.max[2]; ++hkl[2])
          if (const double s = form(metric, hkl); s <= limit) action(hkl, s);
  }
};

/// The cost of a sum over atoms and reflections, in terms.
double direct_terms(const Scatterers& scatterers, const Transform& transform);

/// Adds the transforms of all scatterers.
void add_direct(const Scatterers& scatterers, Transform& transform);
void add_by_density(const Scatterers& scatterers, const UnitCell& cell, Transform& transform);

/// Adds the solvent, including symmetry.
void add_solvent(const AtomicModel& model, double k_e_A3, double b_A2, Transform& transform);

}  // namespace femtobragg::atoms
