// Several crystals in the beam: images, and the truth about them, are those of each alone.
#include "femtobragg/simulate/lattices.h"

#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/rotation.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/simulation.h"
#include "femtobragg/simulate/truth.h"
#include "tests/unit/simulate/truth_experiments.h"

namespace femtobragg::tests {
namespace {

Experiment three_crystals() {
  Experiment e = everything();
  e.water_edge_m = 1e-6;
  const CrystalAxes axes = e.crystal.axes;
  e.lattices = {{axes, 0.5},
                {axes.turned(rotation_matrix(Vec3d{0, 1, 0}, 0.3)), 1},
                {axes.turned(rotation_matrix(Vec3d{1, 0, 0}, 1.1)), 2}};
  return e;
}

/// One after the other, with weights as factors.
Image sum_of_each(const Experiment& e) {
  Image sum = Simulation(e).render().image;
  std::ranges::fill(sum.pixels, 0.0f);
  for (std::size_t i = 0; i < e.lattices.size(); ++i) {
    Experiment one = e;
    one.crystal.axes = e.lattices[i].axes;
    one.lattices.clear();
    one.water_edge_m = 0;
    const Image image = Simulation(one).render().image;
    for (std::size_t k = 0; k < sum.pixels.size(); ++k)
      sum.pixels[k] += static_cast<float>(e.lattices[i].weight) * image.pixels[k];
  }
  Experiment water = e;
  water.lattices.clear();
  const Image wet = Simulation(water).render().image;
  water.water_edge_m = 0;
  const Image dry = Simulation(water).render().image;
  for (std::size_t k = 0; k < sum.pixels.size(); ++k) sum.pixels[k] += wet.pixels[k] - dry.pixels[k];
  return sum;
}

TEST(Lattices, AddUpInFrontOfOneBackground) {
  const Experiment e = three_crystals();
  const Image image = Simulation(e).render().image, expected = sum_of_each(e);
  const float most = std::ranges::max(expected.pixels);
  for (std::size_t k = 0; k < image.pixels.size(); ++k)
    ASSERT_NEAR(image.pixels[k], expected.pixels[k], 1e-6f * most) << k;
}

TEST(Lattices, AreFollowedByUpdates) {
  const Experiment e = three_crystals();
  Experiment one = e;
  one.lattices.clear();
  Simulation simulation(one);
  simulation.update(e);
  EXPECT_EQ(simulation.render().image.pixels, Simulation(e).render().image.pixels);
  simulation.update(one);
  EXPECT_EQ(simulation.render().image.pixels, Simulation(one).render().image.pixels);
}

TEST(Lattices, HaveTheTruthOfEach) {
  const Experiment e = three_crystals();
  const Simulation simulation(e);
  const Image image = simulation.render().image;
  const Truth all = truth_of(simulation, image, 0);
  std::size_t at = 0;
  for (std::size_t i = 0; i < e.lattices.size(); ++i) {
    const Truth one = truth_of(with_one_lattice(e, i), 0, {});
    for (const TruthReflection& r : one.reflections) {
      ASSERT_LT(at, all.reflections.size());
      const TruthReflection& found = all.reflections[at++];
      ASSERT_EQ(found.lattice, i);
      ASSERT_EQ(found.hkl, r.hkl);
      EXPECT_NEAR(found.photons, r.photons, 1e-9 * r.photons);
      EXPECT_NEAR(found.background, r.background, 1e-9 * r.background);
      EXPECT_GE(found.sigma, r.sigma * (1 - 1e-6));
    }
  }
  EXPECT_EQ(at, all.reflections.size());
  EXPECT_GT(std::ranges::count(all.reflections, 2u, &TruthReflection::lattice), 5);
}

/// Two crystals that lie on each other: all photons of a pixel are twice those of one.
TEST(Lattices, UnderASpotCountInItsSigma) {
  Experiment e = sharp_experiment();
  const Truth alone = truth_of(e, 1e-3, {});
  e.lattices = {{e.crystal.axes, 1}, {e.crystal.axes, 1}};
  const Simulation simulation(e);
  const Truth both = truth_of(simulation, simulation.render().image, 1e-3);
  ASSERT_EQ(both.reflections.size(), 2 * alone.reflections.size());
  for (std::size_t i = 0; i < alone.reflections.size(); ++i)
    EXPECT_NEAR(both.reflections[i].sigma / alone.reflections[i].sigma, std::sqrt(2.0), 1e-4);
}

TEST(Lattices, HaveNoPlanOfTheirOwn) {
  const Experiment e = three_crystals();
  EXPECT_THROW(compile_plan(e), Error);
  EXPECT_THROW(Simulation(e).trace(3, 3), Error);
  Experiment without_weight = e;
  without_weight.lattices[1].weight = 0;
  EXPECT_THROW(Simulation{without_weight}, Error);
}

}  // namespace
}  // namespace femtobragg::tests
