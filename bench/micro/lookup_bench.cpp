// Structure factors from a table: the nearest, and tricubic interpolation.
#include <benchmark/benchmark.h>

#include <numeric>

#include "femtobragg/physics/tricubic.h"

namespace femtobragg::bench {
namespace {

class Lookup : public benchmark::Fixture {
 public:
  Lookup() {
    std::iota(values_.begin(), values_.end(), 1.0);
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const double x = static_cast<double>(i);
      points_[i] = {8 * std::sin(x), 8 * std::sin(1.7 * x), 8 * std::sin(2.3 * x)};
    }
  }

 protected:
  const Vec3d& next_point() { return points_[at_++ % points_.size()]; }

  std::vector<double> values_ = std::vector<double>(25 * 25 * 25);
  std::vector<Vec3d> points_ = std::vector<Vec3d>(1024);
  const physics::StructureFactorBox box_{values_.data(), -12, 12, -12, 12, -12, 12, 0};
  std::size_t at_ = 0;
};

BENCHMARK_F(Lookup, nearest)(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(physics::nearest_structure_factor(box_, physics::nearest_hkl(next_point())));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_F(Lookup, tricubic)(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(physics::tricubic_structure_factor(box_, next_point()));
  state.SetItemsProcessed(state.iterations());
}

}  // namespace
}  // namespace femtobragg::bench
