// Axes, sizes and mosaic domains.
#include "femtobragg/assemble/crystal.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/assemble/step_ranges.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/rotation_list.h"
#include "femtobragg/physics/mosaic_rotation.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::assemble {
namespace {

constexpr double tiny = std::numeric_limits<double>::min();

double positive_length(double length) { return length > 0 ? length : std::max(std::abs(length), tiny); }
double clipped_sine(double sine) { return std::clamp(sine, -1.0, 1.0); }
double clipped_cosine(double cosine) { return std::abs(cosine) > 1.0 ? 1.0 : cosine; }

}  // namespace

UnitCell completed_cell(const std::array<double, 6>& cell) {
  const auto edge = [&](std::size_t i) { return cell[i] > 0 ? cell[i] : cell[0]; };
  const auto angle = [&](std::size_t i) { return cell[i] > 0 ? radians_from_degrees(cell[i]) : pi / 2.0; };
  return {cell[0], edge(1), edge(2), angle(3), angle(4), angle(5)};
}

/// It divides c* by sin(gamma*) where sin(gamma) belongs.
ReciprocalAxes older_reciprocal_axes(const UnitCell& cell) {
  const double volume = positive_length(cell_volume(cell));
  ReciprocalCell<double> r = reciprocal_cell(cell, volume);
  for (double* length : {&r.a, &r.b, &r.c}) *length = positive_length(*length);
  for (double* sine : {&r.sin_alpha, &r.sin_beta, &r.sin_gamma}) *sine = clipped_sine(*sine);
  for (double* cosine : {&r.cos_alpha, &r.cos_beta, &r.cos_gamma}) *cosine = clipped_cosine(*cosine);
  return reciprocal_axes(r, r.c * volume / (cell.a_A * cell.b_A * cell.c_A * r.sin_gamma));
}

ReciprocalAxes upright_reciprocal_axes(const UnitCell& cell) {
  const ReciprocalAxes right = reciprocal_axes_of_cell(cell), older = older_reciprocal_axes(cell);
  return equivalent(right, older) ? older : right;
}

ReciprocalAxes reciprocal_axes_of_matrix(const std::array<double, 9>& m, double wavelength_m) {
  const double scale = metres_from_angstrom(1) / wavelength_m;
  const ReciprocalAxes axes{scale * Vec3d{m[0], m[3], m[6]}, scale * Vec3d{m[1], m[4], m[7]},
                            scale * Vec3d{m[2], m[5], m[8]}};
  const double volume = triple_product(axes);
  if (volume == 0 || !std::isfinite(volume))
    throw Error::usage({.what = "the orientation matrix does not span a volume",
                        .where = "crystal.matrix_file",
                        .value = format_number(volume),
                        .rule = "its three columns must not lie in one plane",
                        .remedy = "check the matrix file"});
  return axes;
}

ReciprocalAxes turned_as(const CrystalAxes& oriented, const ReciprocalAxes& upright) {
  const ReciprocalAxes own = reciprocal_axes_of_cell(cell_of(oriented));
  // Rows of axes, so that the product is the rotation transposed.
  const Mat3d rotation =
      transpose(inverse(Mat3d{own.a, own.b, own.c}) * Mat3d{oriented.a_star_A, oriented.b_star_A, oriented.c_star_A});
  return {rotation * upright.a, rotation * upright.b, rotation * upright.c};
}

bool cells_differ(const std::array<double, 6>& one, const std::array<double, 6>& other, double fraction,
                  double degrees) {
  for (std::size_t i = 0; i < 3; ++i)
    if (std::abs(one[i] - other[i]) > fraction * other[i] || std::abs(one[i + 3] - other[i + 3]) > degrees) return true;
  return false;
}

void require_cell_of_matrix(const UnitCell& cell, const UnitCell& of_matrix, const std::string& cell_place,
                            const std::string& matrix_place) {
  const std::array<double, 6> stated = numbers_of(cell), found = numbers_of(of_matrix);
  if (!cells_differ(stated, found, 0.01, 0.5)) return;
  const auto words = [&](std::size_t begin) {
    return format_number(found[begin]) + " " + format_number(found[begin + 1]) + " " + format_number(found[begin + 2]);
  };
  throw Error::usage(
      {.what = "the cell is not that of the matrix",
       .where = cell_place,
       .value = matrix_place,
       .rule = "at this wavelength the matrix has edges of " + words(0) + " A and angles of " + words(3) + " deg",
       .remedy = "check beam.wavelength, or remove crystal.cell_edges"});
}

Vec3d random_misset_rad(std::int64_t& seed, RandomNumbers& random) {
  const double u1 = random.uniform(seed), u2 = random.uniform(seed), u3 = random.uniform(seed);
  return physics::lab_axis_angles(physics::uniform_random_rotation(u1, u2, u3));
}

namespace {

void require_crystals_described_once(const CrystalScene& crystal) {
  const bool listed = !crystal.lattices.empty() || !crystal.crystals_file.empty();
  const char* rival = !crystal.lattices.empty() && !crystal.crystals_file.empty() ? "crystal.lattice"
                      : listed && crystal.crystals                                ? "crystal.crystals"
                      : listed && crystal.misset_random                           ? "crystal.misset_random"
                      : listed && crystal.misset_rad != Vec3d{}                   ? "crystal.misset"
                                                                                  : nullptr;
  if (!rival) return;
  throw Error::usage({.what = "several crystals are described twice",
                      .where = std::string(rival) + " and " +
                               (crystal.crystals_file.empty() ? "crystal.lattice" : "crystal.crystals_file"),
                      .value = crystal.crystals_file,
                      .rule = "the list has the orientation of each crystal",
                      .remedy = "remove one of them"});
}

}  // namespace

std::vector<formats::ListedCrystal> listed_crystals(const CrystalScene& crystal, const Vec3d& first_misset_rad) {
  require_crystals_described_once(crystal);
  std::vector<formats::ListedCrystal> crystals = crystal.lattices;
  const std::string& path = crystal.crystals_file;
  if (!path.empty())
    crystals =
        formats::parse_crystals(formats::read_file(path, "the list of crystals", formats::InputKind::Text), path);
  constexpr std::size_t most = 1000;
  const std::size_t count =
      crystal.crystals ? static_cast<std::size_t>(std::max<std::int64_t>(0, *crystal.crystals)) : crystals.size();
  if (count > most)
    throw Error::usage({.what = "too many crystals in the beam",
                        .where = crystal.crystals ? "crystal.crystals" : "crystal.crystals_file",
                        .value = std::to_string(count),
                        .rule = "there can be at most " + std::to_string(most),
                        .remedy = "leave some out"});
  if (!crystal.crystals || count < 2) return crystals;
  // Each has its own three deviates of the seed, however many there are, and whether or not the first uses its own.
  RandomNumbers random;
  std::int64_t seed = -crystal.misset_seed.value_or(1);
  for (std::size_t i = 0; i < count; ++i) {
    const Vec3d misset_rad = random_misset_rad(seed, random);
    crystals.push_back({i == 0 ? first_misset_rad : misset_rad});
  }
  return crystals;
}

CrystalAxes misset_axes(const ReciprocalAxes& unturned, const Vec3d& misset_rad, const std::optional<UnitCell>& cell) {
  const auto turned = [&](const Vec3d& v) { return physics::rotate_about_lab_axes(v, misset_rad); };
  return CrystalAxes::from_reciprocal({turned(unturned.a), turned(unturned.b), turned(unturned.c)},
                                      cell ? &*cell : nullptr);
}

std::array<double, 3> cell_counts(const CrystalScene& crystal, const std::array<double, 3>& size_m,
                                  const CrystalAxes& axes) {
  const double lengths[] = {axes.lengths_m.x, axes.lengths_m.y, axes.lengths_m.z};
  std::array<double, 3> cells{};
  for (std::size_t i = 0; i < 3; ++i) {
    cells[i] = size_m[i] > 0 ? std::ceil(size_m[i] / lengths[i]) : static_cast<double>(crystal.cells[i]);
    if (!(cells[i] <= 2147483647.0))
      throw Error::usage({.what = "too many unit cells",
                          .where = "the sample size",
                          .value = format_number(cells[i]),
                          .rule = "it must be at most 2^31 - 1 along an axis",
                          .remedy = "use a smaller sample"});
    cells[i] = std::max(1.0, cells[i]);
  }
  return cells;
}

double mosaic_spread_rad(const CrystalScene& crystal) {
  return static_cast<float>(crystal.mosaic_rad.value_or(-1) > 0 ? *crystal.mosaic_rad : 0.0);
}

namespace {

/// A rank-1 lattice of the three deviates (H. Niederreiter, Random Number Generation and Quasi-Monte Carlo Methods,
/// SIAM 1992), shifted by the seed. Intensities converge about as 1/n, those of random tilts as 1/sqrt(n).
std::vector<Mat3d> even_mosaic_rotations(float spread_rad, std::int64_t domains, std::int64_t seed) {
  RandomNumbers shifts;
  std::int64_t state = -seed;
  const double shift[] = {shifts.uniform(state), shifts.uniform(state), shifts.uniform(state)};
  constexpr double root = 1.324717957244746;  // of x^3 = x + 1
  const auto fraction = [](double x) { return x - std::floor(x); };
  std::vector<Mat3d> rotations;
  for (std::int64_t i = 0; i < domains; ++i) {
    const auto n = static_cast<double>(i);
    const double r1 = 2 * fraction(n / root + shift[0]) - 1;
    const double r2 = 2 * fraction((n + 0.5) / static_cast<double>(domains) + shift[1]) - 1;
    rotations.push_back(physics::mosaic_rotation(spread_rad, r1, r2, fraction(n / (root * root) + shift[2])));
  }
  return rotations;
}

}  // namespace

std::vector<Mat3d> listed_mosaic_rotations(const CrystalScene& crystal) {
  const char* rival = crystal.mosaic_rad       ? "crystal.mosaic_spread"
                      : crystal.mosaic_domains ? "crystal.mosaic_domains"
                                               : nullptr;
  if (rival)
    throw Error::usage({.what = "mosaic domains are described twice",
                        .where = std::string(rival) + " and crystal.mosaic_rotations",
                        .value = crystal.mosaic_rotations_file,
                        .rule = "the file lists the rotation of each domain",
                        .remedy = "remove one of them"});
  const std::string& path = crystal.mosaic_rotations_file;
  return formats::parse_rotations(formats::read_file(path, "the rotations of mosaic domains", formats::InputKind::Text),
                                  path);
}

std::vector<Mat3d> mosaic_rotations(const CrystalScene& crystal, RandomNumbers& random) {
  const std::int64_t domains = mosaic_domains(crystal);
  const auto spread = static_cast<float>(mosaic_spread_rad(crystal));
  require_memory(checked_product({static_cast<std::uint64_t>(domains), sizeof(Mat3d)}), "the list of mosaic domains",
                 std::to_string(domains) + " domains", "use fewer");
  if (spread > 0 && crystal.mosaic_draws == DomainDraws::Even)
    return even_mosaic_rotations(spread, domains, crystal.mosaic_seed);
  std::int64_t seed = -crystal.mosaic_seed;
  std::vector<Mat3d> rotations;
  for (std::int64_t i = 0; i < domains; ++i) rotations.push_back(random.mosaic_rotation(spread, seed));
  rotations.front() = Mat3d::identity();
  if (!(spread > 0)) rotations.clear();
  return rotations;
}

}  // namespace femtobragg::assemble
