// The backend that works in lanes.
#include "femtobragg/backends/simd/simd.h"

#include <algorithm>
#include <chrono>

#include "femtobragg/backends/simd/lane_choice.h"
#include "femtobragg/backends/simd/pass.h"
#include "femtobragg/backends/simd/simd_prepared.h"

namespace femtobragg::backends {
namespace simd_backend {

namespace {

using kernel::PanelPlan;
using kernel::Plan;

/// Instructions of the multiply-add units in the sum over terms, a pixel: two for each Miller index, the sines, the
/// interference polynomials and the product. Counted in backends/simd/kernels/tile.h and by the shapes; zero where
/// nobody counted.
double multiply_adds(const Plan& plan, bool floats) {
  const double sine = floats ? 6 : 9;
  return with_lane_shape(plan.shape, plan.domain,
                         [&]<class Lanes>(LaneShape, Lanes) { return Lanes::multiply_adds(sine); });
}

class SimdBackend : public Backend {
 public:
  explicit SimdBackend(const InstructionSet& set) : set_(set) {}

  std::string name() const override { return std::string("simd-") + set_.name; }
  std::string description() const override { return "many pixels at once, all cores"; }
  std::vector<NumberType> number_types() const override { return {NumberType::Float32, NumberType::Float64}; }
  DeviceKind kind() const override { return DeviceKind::Cpu; }

  std::optional<std::string> why_not(const Plan& plan, std::size_t panel) const override {
    return why_not_tiles(plan, plan.panels.at(panel));
  }

  std::unique_ptr<Prepared> prepare(std::shared_ptr<const Plan> plan, const RunControl& control,
                                    const Prepared* like) const override {
    return std::make_unique<SimdPrepared>(set_, std::move(plan), control, dynamic_cast<const SimdPrepared*>(like));
  }

  Outlook outlook(const Plan& plan, std::size_t panel_index, const RunControl& asked_for) const override {
    const PanelPlan& panel = plan.panels.at(panel_index);
    const RunControl control = sensible(plan, plan.panels, asked_for);
    const LaneKind kind = lane_kind(plan, panel, control, set_.wide_float_tile, !plan.structure_factors.values);
    std::size_t strips = 0;
    for (const PanelPlan& each : plan.panels) strips += gradient_strips(each);
    const int threads = std::clamp(static_cast<int>(strips), 1, most_threads(control));
    Outlook outlook{lanes_in_words(set_, kind), hot_loop_of(set_, lane_shape(plan), kind), threads, {}};
    if (const auto bytes = AmplitudeTableStore::bytes(plan, !is_double(kind)))
      outlook.memory.push_back({"amplitudes for lanes", bytes});
    outlook.memory.push_back({"work of " + std::to_string(threads) + (threads == 1 ? " thread" : " threads"),
                              static_cast<std::uint64_t>(threads) * Workspace::bytes(set_.scratch_bytes, panel)});
    if (control.tolerance > 0 && can_leave_out(plan, panel))
      outlook.memory.push_back({"lists of spots, at most", SpotLists::most_bytes});
    return outlook;
  }

  std::optional<Speed> speed(const Plan& plan, const RunControl& control) const override {
    const bool floats = control.number_type == NumberType::Float32;
    constexpr std::size_t rounds = 20'000'000;
    double best = 0;
    for (int i = 0; i < 3; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      const double done = set_.multiply_adds(floats, rounds);
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
      best = std::max(best, done / seconds.count());
    }
    return Speed{best, multiply_adds(plan, floats)};
  }

 private:
  const InstructionSet& set_;
};

}  // namespace
}  // namespace simd_backend

std::vector<HotLoop> simd_hot_loops() {
  using namespace simd_backend;
  std::vector<HotLoop> loops;
  for (const InstructionSet* set : compiled_instruction_sets())
    for (HotLoop& loop : hot_loops_of(*set)) loops.push_back(std::move(loop));
  return loops;
}

std::vector<std::unique_ptr<Backend>> make_simd_backends() {
  std::vector<std::unique_ptr<Backend>> backends;
  for (const simd_backend::InstructionSet* set : simd_backend::available_instruction_sets())
    backends.push_back(std::make_unique<simd_backend::SimdBackend>(*set));
  return backends;
}

}  // namespace femtobragg::backends
