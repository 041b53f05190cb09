// One pass over the table for each question.
#include "femtobragg/backends/simd/amplitude_tables.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/mat3.h"
#include "femtobragg/kernel/sample.h"

namespace femtobragg::backends::simd_backend {
namespace {

using physics::StructureFactorBox;

std::size_t entries(const StructureFactorBox& box) {
  return box.values ? box.index(box.h_max, box.k_max, box.l_max) + 1 : 0;
}

/// Marks what lies next to a marked entry along an axis of `length` entries, `stride` apart.
void spread_marks(std::vector<std::uint8_t>& marks, std::size_t length, std::size_t stride) {
  std::vector<std::uint8_t> line(length);
  for (std::size_t block = 0; block < marks.size(); block += length * stride)
    for (std::size_t offset = 0; offset < stride; ++offset) {
      std::uint8_t* const first = marks.data() + block + offset;
      for (std::size_t i = 0; i < length; ++i) line[i] = first[i * stride];
      for (std::size_t i = 0; i < length; ++i)
        first[i * stride] =
            line[i] | (i > 0 ? line[i - 1] : std::uint8_t{0}) | (i + 1 < length ? line[i + 1] : std::uint8_t{0});
    }
}

/// Products of the axes with one another: the same for all orientations of a rigid crystal.
Mat3d gram(const kernel::Orientation& axes) {
  const Mat3d rows{axes.a, axes.b, axes.c};
  return rows * transpose(rows);
}

bool is_rigid(const std::vector<kernel::Orientation>& orientations) {
  const Mat3d first = gram(orientations.front());
  const double allowed = 1e-9 * (first.row_x.x + first.row_y.y + first.row_z.z);
  const auto close = [&](const Vec3d& a, const Vec3d& b) { return norm(a - b) <= allowed; };
  return std::ranges::all_of(orientations, [&](const kernel::Orientation& axes) {
    const Mat3d other = gram(axes);
    return close(other.row_x, first.row_x) && close(other.row_y, first.row_y) && close(other.row_z, first.row_z);
  });
}

}  // namespace

double largest_amplitude(const kernel::Plan& plan) {
  const StructureFactorBox& box = plan.structure_factors;
  double largest = std::abs(box.outside);
  for (std::size_t i = 0; i < entries(box); ++i) largest = std::max(largest, std::abs(box.values[i]));
  return largest;
}

std::vector<Vec3d> ends_of_lines(const StructureFactorBox& box) {
  std::vector<Vec3d> ends;
  if (!box.values) return ends;
  const auto length = static_cast<std::size_t>(box.l_max - box.l_min) + 1;
  const auto differs = [&](double f) { return f != box.outside; };
  const double* line = box.values;
  for (double h = box.h_min; h <= box.h_max; ++h)
    for (double k = box.k_min; k <= box.k_max; ++k, line += length) {
      const double* const first = std::find_if(line, line + length, differs);
      if (first == line + length) continue;
      const double* last = line + length - 1;
      while (!differs(*last)) --last;
      for (const double* const end : {first, last}) ends.push_back({h, k, box.l_min + static_cast<double>(end - line)});
    }
  return ends;
}

double table_q_per_m(const kernel::Plan& plan, std::span<const Vec3d> ends) {
  const StructureFactorBox& box = plan.structure_factors;
  constexpr double unlimited = std::numeric_limits<double>::infinity();
  // Interpolated amplitudes overshoot beyond the last reflection.
  if (!box.values || plan.interpolate || !is_rigid(plan.orientations)) return unlimited;
  const kernel::Orientation& axes = plan.orientations.front();
  const Mat3d star = transpose(inverse(Mat3d{axes.a, axes.b, axes.c}));
  double squared = 0;
  for (const Vec3d& end : ends) {
    const Vec3d g = end.x * star.row_x + end.y * star.row_y + end.z * star.row_z;
    squared = std::max(squared, dot(g, g));
  }
  // Scattering vectors round to a reflection from half a cell away.
  const double half_cell = 0.5 * (norm(star.row_x) + norm(star.row_y) + norm(star.row_z));
  return 1.000001 * (std::sqrt(squared) + half_cell);
}

double amplitude_at(const kernel::PlanNumbers& plan, const Vec3d& hkl, const Vec3d& hkl0) {
  kernel::Carry carry{.interpolating = plan.interpolate};
  return kernel::TricubicLookup::structure_factor(plan, hkl, hkl0, carry);
}

std::size_t AmplitudeTableStore::useful_entries(const kernel::Plan& plan) {
  const std::size_t count = entries(plan.structure_factors);
  return count > most_entries || plan.interpolate ? 0 : count;
}

AmplitudeTableStore::AmplitudeTableStore(const kernel::Plan& plan, double scale, bool float_lanes) {
  const StructureFactorBox& box = plan.structure_factors;
  const std::size_t count = useful_entries(plan);
  if (count == 0) return;
  lit_.resize(count);
  std::transform(box.values, box.values + count, lit_.begin(), [](double f) { return f != 0; });
  const auto n_k = static_cast<std::size_t>(box.k_max - box.k_min) + 1,
             n_l = static_cast<std::size_t>(box.l_max - box.l_min) + 1;
  spread_marks(lit_, n_l, 1);
  spread_marks(lit_, n_k, n_l);
  spread_marks(lit_, count / (n_k * n_l), n_k * n_l);
  if (!float_lanes) return;
  squared_.resize(count);
  std::transform(box.values, box.values + count, squared_.begin(),
                 [&](double f) { return static_cast<float>(f * scale * (f * scale)); });
}

DarkBeam::DarkBeam(const kernel::Plan& plan) {
  const Vec3d beam{};
  const StructureFactorBox& given = plan.structure_factors;
  // Beside a table that leaves it out, F(0,0,0) is one of the default amplitudes.
  if (physics::nearest_structure_factor(given, beam) == 0 || (given.values && !given.contains(beam))) return;
  differs_ = true;
  plan_ = plan;
  std::vector<double> values(1, 0);
  if (given.values) {
    values.assign(given.values, given.values + entries(given));
    values[given.index(0, 0, 0)] = 0;
  } else {
    plan_.structure_factors = {nullptr, 0, 0, 0, 0, 0, 0, given.outside};
  }
  plan_.set_table(shared(std::move(values)));
}

/// A table that nobody keeps may be another one by now, in the same place.
bool PlanAmplitudes::Table::is_of(const kernel::Plan& plan) const {
  const StructureFactorBox& other = plan.structure_factors;
  const bool kept = !other.values || (keeper && keeper == plan.table_keeper);
  return kept && box == other && interpolate == plan.interpolate;
}

PlanAmplitudes::PlanAmplitudes(const kernel::Plan& plan, const PlanAmplitudes* like)
    : plan_(plan),
      table_(like && like->table_->is_of(plan)
                 ? like->table_
                 : std::make_shared<Table>(Table{plan.structure_factors, plan.table_keeper, plan.interpolate})) {}

bool PlanAmplitudes::dark() {
  if (!table_->largest) table_->largest = largest_amplitude(plan_);
  return !(*table_->largest > 0);
}

double PlanAmplitudes::largest() { return dark() ? 1.0 : *table_->largest; }

double PlanAmplitudes::table_q_per_m() {
  if (!table_->ends) table_->ends = plan_.interpolate ? std::vector<Vec3d>{} : ends_of_lines(plan_.structure_factors);
  if (!table_q_per_m_) table_q_per_m_ = simd_backend::table_q_per_m(plan_, *table_->ends);
  return *table_q_per_m_;
}

kernel::AmplitudeTables PlanAmplitudes::tables(bool float_lanes) {
  auto& store = table_->stores[float_lanes];
  if (!store) store.emplace(plan_, 1.0 / largest(), float_lanes);
  return store->tables();
}

}  // namespace femtobragg::backends::simd_backend
