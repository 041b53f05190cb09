// What a tile needs to know of structure factors, against lookups one by one.
#include "femtobragg/backends/simd/kernels/tile_amplitudes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/backends/simd/amplitude_tables.h"
#include "tests/agreement/random.h"
#include "tests/unit/lanes.h"

namespace femtobragg::tests {
namespace {

using kernel::Amplitude;

/// A table of which nearly all entries are zero.
class TileAmplitudes : public testing::Test {
 protected:
  std::vector<double> values = std::vector<double>(13 * 11 * 9);
  kernel::Plan plan;
  Random random{1};

  TileAmplitudes() {
    plan.structure_factors = {values.data(), -6, 6, -5, 5, -4, 4, 0};
    plan.orientations = {{{1e-9, 0, 0}, {0, 1e-9, 0}, {0, 0, 1e-9}}};
    for (double& value : values) value = random.chance(0.05) ? random.between(1, 100) : 0;
  }

  /// Indices around a point in or near the table, in up to some lattice points' reach.
  kernel::TermPlace random_place() {
    kernel::TermPlace place{};
    const double most = random.chance(0.5) ? 0.7 : 3;
    for (std::size_t a = 0; a < 3; ++a) {
      place.hkl0[a] = static_cast<double>(random.whole(-9, 9));
      place.rest[a] = random.between(-0.5, 0.5);
      place.extent[a] = random.between(0, most);
    }
    return place;
  }

  /// Calls f with the amplitude of each reflection that some index within the extent is nearest to, and whether the
  /// table holds it.
  template <class F>
  void for_each_reflection(const kernel::TermPlace& place, F&& f) const {
    const auto first = [&](std::size_t a) { return place.hkl0[a] + std::ceil(place.rest[a] - place.extent[a] - 0.5); };
    const auto last = [&](std::size_t a) { return place.hkl0[a] + std::ceil(place.rest[a] + place.extent[a] - 0.5); };
    const physics::StructureFactorBox& box = plan.structure_factors;
    for (double h = first(0); h <= last(0); ++h)
      for (double k = first(1); k <= last(1); ++k)
        for (double l = first(2); l <= last(2); ++l)
          f(physics::nearest_structure_factor(box, {h, k, l}),
            std::abs(h) <= 6 && std::abs(k) <= 5 && std::abs(l) <= 4);
  }

  template <class Real>
  void expect_right_answers(double outside) {
    using P = Lanes<Real>;
    plan.structure_factors.outside = outside;
    const backends::simd_backend::AmplitudeTableStore store(plan, 1, true);
    const kernel::PlanView view = plan.view();
    kernel::TileFacts facts;
    facts.tables = store.tables();
    const kernel::TileAmplitudes<BaselineSet, P> amplitudes(view, facts);
    std::size_t count[4] = {};
    for (int i = 0; i < 100000; ++i) {
      const kernel::TermPlace place = random_place();
      kernel::PlacedTerm<Real> placed{};
      const Amplitude answer = amplitudes.choose(place, 1, placed);
      ++count[static_cast<std::size_t>(answer)];
      for_each_reflection(place, [&](double amplitude, bool in_table) {
        ASSERT_TRUE(answer != Amplitude::None || amplitude == 0);
        ASSERT_TRUE(answer != Amplitude::Uniform || placed.weight == static_cast<Real>(amplitude * amplitude));
        ASSERT_TRUE(answer != Amplitude::Table || in_table);
      });
      const std::size_t index = plan.structure_factors.index(place.hkl0[0], place.hkl0[1], place.hkl0[2]);
      ASSERT_TRUE(answer != Amplitude::Table || placed.origin == static_cast<std::ptrdiff_t>(index));
      if (testing::Test::HasFatalFailure()) return;
    }
    for (const std::size_t n : count) EXPECT_GT(n, 10u) << "an answer that is hardly ever given";
  }
};

TEST_F(TileAmplitudes, OfFloats) { expect_right_answers<float>(0); }
TEST_F(TileAmplitudes, OfDoubles) { expect_right_answers<double>(0); }
TEST_F(TileAmplitudes, WithAnAmplitudeOutside) { expect_right_answers<float>(7); }

}  // namespace
}  // namespace femtobragg::tests
