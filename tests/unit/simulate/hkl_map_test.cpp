// Which reflection a pixel belongs to, against lists and images.
#include "femtobragg/simulate/hkl_map.h"

#include <gtest/gtest.h>

#include "femtobragg/simulate/truth.h"
#include "tests/unit/simulate/truth_experiments.h"

namespace femtobragg::tests {
namespace {

using HklMap = std::vector<HklOfPixel>;

/// Of the first panel.
HklMap map_of(const Experiment& e, const RenderRequest& request = {}) {
  const auto centres = prepare(std::make_shared<const kernel::Plan>(plan_of_centres(compile_plan(e))), request);
  const kernel::PanelPlan& panel = centres->plan().panels.front();
  HklMap map(panel.n_fast * panel.n_slow, no_reflection);
  HklMap others = map;
  map_reflections(*centres, [&](std::size_t number, std::size_t slow) {
    return (number == 0 ? map : others).data() + slow * panel.n_fast;
  });
  return map;
}

TEST(HklMapOfPixels, NamesTheReflectionUnderEachSpot) {
  Experiment e = sharp_experiment();
  e.detector.panels.front().mask.assign(101 * 101, 1);
  e.detector.panels.front().mask[7] = 0;
  const HklMap map = map_of(e);
  EXPECT_EQ(map[7], no_reflection);
  int spots = 0;
  for (const TruthReflection& r : truth_of(e, 0.05, RenderRequest{}).reflections) {
    if (r.fast_px < 3 || r.fast_px > 98 || r.slow_px < 3 || r.slow_px > 98) continue;
    const HklOfPixel& owner = map[static_cast<std::size_t>(r.slow_px) * 101 + static_cast<std::size_t>(r.fast_px)];
    EXPECT_EQ((std::array<std::int64_t, 3>{owner[0], owner[1], owner[2]}), r.hkl);
    ++spots;
  }
  EXPECT_GE(spots, 5);
}

TEST(HklMapOfPixels, IsTheSameOnTheReferenceBackend) {
  const Experiment e = everything();
  EXPECT_EQ(map_of(e), map_of(e, {.device = "reference"}));
}

TEST(HklMapOfPixels, WithAToleranceOnlyLitPixelsHaveOne) {
  Experiment e = sharp_experiment();
  e.crystal = crystal_of(cell_of(60, 70, 80, 90, 90, 90), 20);
  e.crystal.shape = CrystalShape::Gaussian;
  RenderRequest tolerant;
  tolerant.control.tolerance = 1e-4;
  tolerant.control.always_leave_out = true;
  const Rendering image = render(plan_of_centres(compile_plan(e)), 0, tolerant);
  const HklMap map = map_of(e, tolerant), whole = map_of(e);
  std::size_t lit = 0;
  for (std::size_t i = 0; i < map.size(); ++i) {
    // Images are rounded to float32.
    if (std::abs(image.image.pixels[i] - image.summary.bound_photons) < 1e-5 * image.summary.bound_photons) continue;
    const bool bright = image.image.pixels[i] > image.summary.bound_photons;
    EXPECT_EQ(map[i], bright ? whole[i] : no_reflection);
    lit += bright;
  }
  EXPECT_GT(lit, 20u);
  EXPECT_LT(lit, map.size() / 2);
}

}  // namespace
}  // namespace femtobragg::tests
