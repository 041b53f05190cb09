// Density of Gaussian atoms on a grid, and its Fourier transform.
//
// Ten Eyck, Acta Cryst. A33 (1977) 486. A grid confuses index h with h + N: atoms are made broader before they are
// sampled, so that the confused ones are faint, and the transform is made sharper afterwards. With the grid's limit at
// twice the resolution's, a sharpest B of 7 d_min^2 leaves exp(-14) of them.
#include <algorithm>
#include <cmath>
#include <gemmi/fourier.hpp>
#include <limits>

#include "femtobragg/atoms/transforms.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg::atoms {
namespace {

constexpr double shannon_rate = 2;
constexpr double sharpest_b_per_d2 = 7;
/// Where a Gaussian ends: at exp(-20) of its height, 2e-9 of its content are outside.
constexpr double end_of_gaussian = 20;

using Sizes = std::array<int, 3>;

/// The next even number that only 2, 3 and 5 divide.
int good_size(double least, const std::string& where) {
  if (!(least < 20000))
    throw Error::runtime({.what = "the density grid of " + where + " would be too large",
                          .value = format_number(least) + " points along an edge",
                          .rule = "at most 20000",
                          .remedy = "use a coarser resolution (sampling.d_min)"});
  for (int n = std::max(8, 2 * static_cast<int>(std::ceil(least / 2)));; n += 2) {
    int rest = n;
    for (const int factor : {2, 3, 5})
      while (rest % factor == 0) rest /= factor;
    if (rest == 1) return n;
  }
}

/// Smallest displacement of all atoms in any direction, as B.
double sharpest_b(const Scatterers& scatterers, const UnitCell& cell) {
  const Mat3d axes = axes_of(cell);
  double least = std::numeric_limits<double>::infinity();
  for (const Scatterer& atom : scatterers.list)
    least = std::min(least, symmetric_eigenvalues(axes * atom.u * transpose(axes)).smallest);
  return 8 * pi * pi * least;
}

class DensityGrid {
 public:
  DensityGrid(const Sizes& sizes) : n_(sizes) {
    grid_.spacegroup = gemmi::find_spacegroup_by_number(1);
    grid_.set_size(n_[0], n_[1], n_[2]);
  }

  /// Adds a normal distribution of that content; `covariance` and `position` in fractions of the edges.
  void add(double content, const Vec3d& position, const Mat3d& covariance) {
    const double determinant = femtobragg::dot(covariance.row_x, cross(covariance.row_y, covariance.row_z));
    const Mat3d inverted = inverse(covariance);
    const double nx = n_[0], ny = n_[1], nz = n_[2];
    // Exponent in steps of the grid, as a sum of squares: k_u (u + a v + b w)^2 + k_v (v + c w)^2 + k_w w^2.
    const double k_u = 0.5 * inverted.row_x.x / (nx * nx);
    const double k_uv = 0.5 * inverted.row_x.y / (nx * ny), k_uw = 0.5 * inverted.row_x.z / (nx * nz);
    const double a = k_uv / k_u, b = k_uw / k_u;
    const double k_v = 0.5 * inverted.row_y.y / (ny * ny) - k_uv * a;
    const double c = (0.5 * inverted.row_y.z / (ny * nz) - k_uv * b) / k_v;
    const double k_w = 0.5 * inverted.row_z.z / (nz * nz) - k_uw * b - k_v * c * c;
    const double height = content / (std::pow(2 * pi, 1.5) * std::sqrt(determinant)) / (nx * ny * nz);
    const Vec3d centre{(position.x - std::floor(position.x)) * nx, (position.y - std::floor(position.y)) * ny,
                       (position.z - std::floor(position.z)) * nz};
    const double narrowing = std::exp(-2 * k_u);
    steps(centre.z, 0, end_of_gaussian / k_w, [&](int w, double dw) {
      const double left = end_of_gaussian - k_w * dw * dw;
      steps(centre.y, -c * dw, left / k_v, [&](int v, double dv) {
        const double across = dv + c * dw;
        const double left_in_row = left - k_v * across * across;
        const double u_middle = -a * dv - b * dw;
        row(wrapped(v, n_[1]), wrapped(w, n_[2]), centre.x + u_middle, left_in_row / k_u, k_u, narrowing,
            height * std::exp(left_in_row - end_of_gaussian));
      });
    });
  }

  gemmi::FPhiGrid<double> transform() const { return gemmi::transform_map_to_f_phi(grid_, true, false); }

 private:
  static int wrapped(int index, int n) {
    const int rest = index % n;
    return rest < 0 ? rest + n : rest;
  }

  /// Whole numbers within sqrt(squared) of centre + middle, and how far they are from the centre.
  template <class Action>
  static void steps(double centre, double middle, double squared, Action&& action) {
    const double half = std::sqrt(std::max(0.0, squared));
    const int last = static_cast<int>(std::floor(centre + middle + half));
    for (int i = static_cast<int>(std::ceil(centre + middle - half)); i <= last; ++i) action(i, i - centre);
  }

  /// Neighbouring values of a Gaussian have ratios that change by a constant factor.
  void row(int v, int w, double middle, double squared, double k, double narrowing, double peak) {
    const double half = std::sqrt(std::max(0.0, squared));
    const int first = static_cast<int>(std::ceil(middle - half)), last = static_cast<int>(std::floor(middle + half));
    const double t = first - middle;
    double value = peak * std::exp(-k * t * t), ratio = std::exp(-k * (2 * t + 1));
    double* const begin = grid_.data.data() + (static_cast<std::size_t>(w) * static_cast<std::size_t>(n_[1]) +
                                               static_cast<std::size_t>(v)) *
                                                  static_cast<std::size_t>(n_[0]);
    for (int i = first, u = wrapped(first, n_[0]); i <= last; ++i) {
      begin[u] += value;
      value *= ratio;
      ratio *= narrowing;
      if (++u == n_[0]) u = 0;
    }
  }

  Sizes n_;
  gemmi::Grid<double> grid_;
};

Sizes grid_sizes(const UnitCell& cell, double d_min_A) {
  const double spacing_A = d_min_A / (2 * shannon_rate);
  Sizes sizes{};
  const double edges[] = {cell.a_A, cell.b_A, cell.c_A};
  for (std::size_t axis = 0; axis < 3; ++axis) sizes[axis] = good_size(edges[axis] / spacing_A, "the model");
  const auto points = checked_product({std::uint64_t(sizes[0]), std::uint64_t(sizes[1]), std::uint64_t(sizes[2])});
  require_memory(
      points ? checked_product({*points, 2 * sizeof(double)}) : std::nullopt, "the density grid",
      std::to_string(sizes[0]) + " x " + std::to_string(sizes[1]) + " x " + std::to_string(sizes[2]) + " points",
      "use a coarser resolution (sampling.d_min)");
  return sizes;
}

/// Adds `factor` times the transform of the grid, sharpened.
void add_transform(const DensityGrid& density, const Sizes& n, double blur_A2, std::complex<double> factor,
                   const Mat3d& metric, Transform& transform) {
  const gemmi::FPhiGrid<double> found = density.transform();
  const auto wrapped = [](int index, int size) { return static_cast<std::size_t>(index < 0 ? index + size : index); };
  transform.for_each(metric, [&](const Hkl& hkl, double s) {
    const int sign = hkl[2] < 0 ? -1 : 1;
    const std::size_t u = wrapped(sign * hkl[0], n[0]), v = wrapped(sign * hkl[1], n[1]);
    const std::size_t w = static_cast<std::size_t>(sign * hkl[2]);
    std::complex<double> value =
        found.data[(w * static_cast<std::size_t>(n[1]) + v) * static_cast<std::size_t>(n[0]) + u];
    if (sign < 0) value = std::conj(value);
    transform.values[transform.index(hkl)] += factor * value * std::exp(0.25 * blur_A2 * s);
  });
}

}  // namespace

void add_by_density(const Scatterers& scatterers, const UnitCell& cell, Transform& transform) {
  if (scatterers.list.empty()) return;
  const Sizes n = grid_sizes(cell, transform.d_min_A);
  const double d2 = transform.d_min_A * transform.d_min_A;
  const double blur = std::max(0.0, sharpest_b_per_d2 * d2 - sharpest_b(scatterers, cell));
  const auto covariance = [&](const Scatterer& atom, double b) {
    const double u = (b + blur) / (8 * pi * pi);
    const Mat3d& g = scatterers.metric;
    return Mat3d{atom.u.row_x + u * g.row_x, atom.u.row_y + u * g.row_y, atom.u.row_z + u * g.row_z};
  };
  {
    DensityGrid density(n);
    for (const Scatterer& atom : scatterers.list)
      for (const FormFactor::Gaussian& g : scatterers.form_factors[atom.form_factor].gaussians)
        density.add(atom.occupancy * g.weight, atom.position, covariance(atom, g.b_A2));
    add_transform(density, n, blur, 1, scatterers.metric, transform);
  }
  if (!scatterers.anomalous) return;
  DensityGrid density(n);
  for (const Scatterer& atom : scatterers.list)
    if (const double f = scatterers.form_factors[atom.form_factor].f_double_prime; f != 0)
      density.add(atom.occupancy * f, atom.position, covariance(atom, 0));
  add_transform(density, n, blur, {0, 1}, scatterers.metric, transform);
}

}  // namespace femtobragg::atoms
