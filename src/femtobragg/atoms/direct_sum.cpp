// A sum over atoms for each reflection.
#include <cmath>

#include "femtobragg/atoms/transforms.h"
#include "femtobragg/base/units.h"

namespace femtobragg::atoms {
namespace {

using Complex = std::complex<double>;

/// exp(2 pi i n x) for n from `from` to `to`.
std::vector<Complex> waves(double x, std::int64_t from, std::int64_t to) {
  std::vector<Complex> result;
  for (std::int64_t n = from; n <= to; ++n) {
    const double turns = static_cast<double>(n) * (x - std::floor(x));
    result.push_back(std::polar(1.0, 2 * pi * (turns - std::floor(turns))));
  }
  return result;
}

void add(const Scatterer& atom, const std::vector<std::vector<double>>& real_parts, double f_double_prime,
         const Mat3d& metric, Transform& transform) {
  const HklBox& box = transform.box;
  const auto h = waves(atom.position.x, box.min[0], box.max[0]), k = waves(atom.position.y, box.min[1], box.max[1]),
             l = waves(atom.position.z, box.min[2], box.max[2]);
  std::size_t nth = 0;
  const std::vector<double>& f = real_parts[atom.form_factor];
  transform.for_each(metric, [&](const Hkl& hkl, double) {
    const auto at = [&](std::size_t axis) { return static_cast<std::size_t>(hkl[axis] - box.min[axis]); };
    const double spread = atom.occupancy * std::exp(-2 * pi * pi * form(atom.u, hkl));
    transform.values[transform.index(hkl)] +=
        Complex(f[nth++], f_double_prime) * spread * h[at(0)] * k[at(1)] * l[at(2)];
  });
}

}  // namespace

double direct_terms(const Scatterers& scatterers, const Transform& transform) {
  // About half of a box lies within the sphere.
  return static_cast<double>(scatterers.list.size()) * static_cast<double>(transform.values.size()) * 0.52;
}

void add_direct(const Scatterers& scatterers, Transform& transform) {
  std::vector<std::vector<double>> real_parts(scatterers.form_factors.size());
  transform.for_each(scatterers.metric, [&](const Hkl&, double s) {
    for (std::size_t i = 0; i < real_parts.size(); ++i)
      real_parts[i].push_back(scatterers.form_factors[i].real_part(s));
  });
  for (const Scatterer& atom : scatterers.list)
    add(atom, real_parts, scatterers.form_factors[atom.form_factor].f_double_prime, scatterers.metric, transform);
}

}  // namespace femtobragg::atoms
