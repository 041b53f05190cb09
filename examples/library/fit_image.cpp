// Fits the orientation and the cell of a crystal to an image, with the library alone: no files, no command line.
#include <femtobragg/femtobragg.h>

#include <cstdio>
#include <exception>
#include <random>

using namespace femtobragg;

/// A still of a cubic crystal whose reflections all differ.
Experiment experiment_with(double edge_A, double twist_deg) {
  Experiment e;
  const UnitCell cell{edge_A, edge_A, edge_A, pi / 2, pi / 2, pi / 2};
  const auto about = [](const Vec3d& axis, double angle_rad) { return rotation_matrix(axis, angle_rad); };
  e.crystal.axes = CrystalAxes::from_cell(
      cell, about({0, 0, 1}, radians_from_degrees(twist_deg)) * about({0, 1, 0}, 0.7) * about({1, 0, 0}, 0.4));
  e.crystal.cells = {15, 15, 15};
  e.crystal.shape = CrystalShape::Gaussian;
  e.beam = Beam::monochromatic(1e-10);
  e.beam.fluence_per_m2 = 1e26;
  e.detector.panels = {Panel::flat({.origin_m = {0.1, -0.0128, -0.0128},
                                    .fast = {0, 1, 0},
                                    .slow = {0, 0, 1},
                                    .pixel_m = 2e-4,
                                    .n_fast = 128,
                                    .n_slow = 128})};
  StructureFactors f = StructureFactors::table({{-20, -20, -20}, {20, 20, 20}}, 0, "the example");
  std::mt19937 random(1);
  for (double& amplitude : f.values) amplitude = 50.0 + 0.2 * static_cast<double>(random() % 1000);
  e.structure_factors = std::make_shared<StructureFactors>(f);
  return e;
}

int main() try {
  const Experiment truth = experiment_with(40, 10), start = experiment_with(40.1, 10.2);
  std::vector<float> photons = Simulation(truth).render().image.pixels;
  std::mt19937 random(2);
  for (float& p : photons)
    if (p > 0) p = static_cast<float>(std::poisson_distribution<long>(static_cast<double>(p))(random));

  refine::Refinement refinement({.parameters = {"rotation", "cell_a", "cell_b", "cell_c", "fluence"}});
  refinement.add(start, refine::make_target("the image", photons, start));
  const refine::RefinementResult result = refinement.run();
  for (const auto& p : result.parameters)
    std::printf("%-12s %14.8g +- %.2g %s\n", p.name.c_str(), p.value, p.standard_error, p.unit.c_str());
  return result.converged ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
