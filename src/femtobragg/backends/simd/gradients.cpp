// Derivatives in lanes: what their kernels need beside the pass.
#include "femtobragg/backends/simd/gradients.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "femtobragg/backends/gradient_work.h"
#include "femtobragg/kernel/amplitude_gradient.h"

namespace femtobragg::backends::simd_backend {
namespace {

using kernel::GradientFacts;
using kernel::PlanMotion;
using Matrix = std::array<double, 9>;

Matrix entries(const Mat3d& m) {
  return {m.row_x.x, m.row_x.y, m.row_x.z, m.row_y.x, m.row_y.y, m.row_y.z, m.row_z.x, m.row_z.y, m.row_z.z};
}
Mat3d matrix_of(const Matrix& m) { return {{m[0], m[1], m[2]}, {m[3], m[4], m[5]}, {m[6], m[7], m[8]}}; }

double product(const Matrix& a, const Matrix& b) {
  double sum = 0;
  for (std::size_t i = 0; i < 9; ++i) sum += a[i] * b[i];
  return sum;
}
void subtract(Matrix& from, double factor, const Matrix& m) {
  for (std::size_t i = 0; i < 9; ++i) from[i] -= factor * m[i];
}

/// Matrices at right angles to each other whose combinations all the rotations are: one for a still crystal, three for
/// rotations about one axis, nine for mosaic domains.
std::vector<Matrix> basis_of(const std::vector<Mat3d>& rotations) {
  constexpr double negligible = 1e-13;
  std::vector<Matrix> basis;
  for (const Mat3d& rotation : rotations) {
    Matrix rest = entries(rotation);
    // Twice, because the first time leaves rounding errors.
    for (int pass = 0; pass < 2; ++pass)
      for (const Matrix& b : basis) subtract(rest, product(rest, b), b);
    const double length = std::sqrt(product(rest, rest));
    if (length < negligible) continue;
    for (double& x : rest) x /= length;
    basis.push_back(rest);
    if (basis.size() == kernel::most_basis) break;
  }
  return basis;
}

/// What gradient kernels need to know of the motion.
class MotionFacts {
 public:
  MotionFacts(const PlanMotion& motion, std::span<const kernel::PlanTangent> tangents) : view_(motion.view()) {
    const std::vector<Matrix> basis = basis_of(motion.rotations);
    for (const Matrix& m : basis) {
      const Mat3d rotation = matrix_of(m);
      const kernel::Orientation& u = motion.unrotated;
      basis_.push_back({rotation, {rotation * u.a, rotation * u.b, rotation * u.c}});
    }
    for (const Mat3d& rotation : motion.rotations)
      for (const Matrix& b : basis) coefficients_.push_back(product(entries(rotation), b));
    facts_ = {&view_, basis_.data(), basis_.size(), coefficients_.data(), amplitude_slope_at};
    set_tangents(tangents);
  }
  MotionFacts(const MotionFacts&) = delete;
  MotionFacts& operator=(const MotionFacts&) = delete;

  const GradientFacts& facts() const { return facts_; }

 private:
  static physics::AmplitudeSlope amplitude_slope_at(const kernel::PlanNumbers& plan, const Vec3d& hkl,
                                                    const Vec3d& hkl0) {
    return plan.interpolate ? kernel::TricubicAmplitude::at(plan, hkl, hkl0)
                            : kernel::NearestAmplitude::at(plan, hkl, hkl0);
  }

  void set_tangents(std::span<const kernel::PlanTangent> tangents) {
    std::vector<std::size_t> ends;
    for (const kernel::PlanTangent& tangent : tangents) {
      for (std::size_t slot = 0; slot < tangent.size(); ++slot) {
        if (tangent[slot] == 0) continue;
        rates_.push_back({slot, tangent[slot]});
        facts_.used_slots |= std::uint64_t{1} << slot;
      }
      ends.push_back(rates_.size());
    }
    for (std::size_t t = 0, begin = 0; t < ends.size(); begin = ends[t++])
      tangents_.push_back({rates_.data() + begin, ends[t] - begin});
    facts_.tangents = tangents_.data();
    facts_.tangent_count = tangents_.size();
  }

  kernel::MotionView view_;
  std::vector<GradientFacts::Basis> basis_;
  std::vector<kernel::SlotRate> rates_;
  std::vector<GradientFacts::Tangent> tangents_;
  std::vector<double> coefficients_;
  GradientFacts facts_;
};

/// Hands tiles of a strip over to a visitor.
struct Visitor {
  const GradientVisit& visit;
  std::size_t panel, strip;

  static void take(void* self, std::size_t slow, std::size_t fast, std::size_t count, const double* photons,
                   const double* derivatives, std::size_t stride) {
    const Visitor& visitor = *static_cast<Visitor*>(self);
    visitor.visit({visitor.panel, visitor.strip, slow, fast, count, photons, derivatives, stride});
  }
};

void spread(const kernel::PlanNumbers& plan, const Vec3d& hkl, const Vec3d& hkl0, double brightness, bool squared,
            const kernel::EntryTaker& taker) {
  const auto add = [&](std::size_t entry, double x) { taker.take(taker.taker, entry, x); };
  if (plan.interpolate)
    kernel::add_entries(kernel::TricubicAmplitude{}, plan, hkl, hkl0, brightness, squared, add);
  else
    kernel::add_entries(kernel::NearestAmplitude{}, plan, hkl, hkl0, brightness, squared, add);
}

}  // namespace

void differentiate_passes(std::span<const Pass> passes, const PlanMotion& motion, std::span<const PanelTangents> panels,
                          const GradientVisit& visit, const std::stop_token& stop) {
  std::vector<std::unique_ptr<MotionFacts>> facts;
  std::size_t tile_doubles = 0, tangents = 1;
  for (std::size_t i = 0; i < passes.size(); ++i) {
    facts.push_back(std::make_unique<MotionFacts>(motion, panels[i].tangents));
    tile_doubles = std::max(tile_doubles, kernel::gradient_doubles(passes[i].view(), passes[i].panel()));
    tangents = std::max(tangents, panels[i].tangents.size());
  }
  std::vector<decltype(Workspace::allocate(0))> tiles, rows, scratches;
  for (std::size_t i = 0; i < busy_threads(passes); ++i) {
    tiles.push_back(Workspace::allocate(tile_doubles * sizeof(double)));
    rows.push_back(Workspace::allocate(tangents * kernel::longest_tile * sizeof(double)));
    scratches.push_back(Workspace::allocate(passes.front().set().gradients->scratch_bytes));
  }
  const auto work = [&](const PlacedStrip& at, int thread, kernel::StripJob& job, void*) {
    const auto mine = static_cast<std::size_t>(thread);
    const Pass& pass = passes[at.pass];
    Visitor visitor{visit, panels[at.pass].panel, at.strip};
    const kernel::GradientJob gradient{job,
                                       &facts[at.pass]->facts(),
                                       static_cast<double*>(tiles[mine].get()),
                                       static_cast<double*>(rows[mine].get()),
                                       {&visitor, Visitor::take}};
    gradient_strip_of(pass.set(), pass.shape(), pass.kind())(gradient, scratches[mine].get());
  };
  for_each_strip(passes, {}, stop, work, nullptr);
}

void differentiate_amplitudes_of(std::span<const Pass> passes, std::span<const PanelWeights> panels,
                                 AmplitudeVariable variable, std::span<double> derivatives,
                                 const std::stop_token& stop) {
  const std::size_t threads = busy_threads(passes);
  std::vector<EntrySums> sums(threads, EntrySums(derivatives.size()));
  std::vector<decltype(Workspace::allocate(0))> scratches;
  for (std::size_t i = 0; i < threads; ++i)
    scratches.push_back(Workspace::allocate(passes.front().set().gradients->scratch_bytes));
  const auto take = [](void* self, std::size_t entry, double x) { static_cast<EntrySums*>(self)->add(entry, x); };
  const auto work = [&](const PlacedStrip& at, int thread, kernel::StripJob& job, void*) {
    const auto mine = static_cast<std::size_t>(thread);
    const Pass& pass = passes[at.pass];
    const kernel::AmplitudeJob amplitudes{
        job, panels[at.pass].weights.data(), variable == AmplitudeVariable::Squared, spread, {&sums[mine], take}};
    pass.set().gradients->amplitudes[static_cast<std::size_t>(pass.shape())](amplitudes, scratches[mine].get());
  };
  for_each_strip(passes, {}, stop, work,
                 [&](int thread) { sums[static_cast<std::size_t>(thread)].move_to(derivatives); });
}

}  // namespace femtobragg::backends::simd_backend
