// Fits the orientation and the cell of a crystal to an image, with the library alone: no files, no command line.
#include <cstdio>
#include <random>

#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/refine/refinement.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/crystal_axes.h"
#include "femtobragg/simulate/render.h"

using namespace femtobragg;

/// A still of a cubic crystal whose reflections all differ.
Experiment experiment_with(double edge_A, double twist_deg) {
  Experiment e;
  const UnitCell cell{edge_A, edge_A, edge_A, pi / 2, pi / 2, pi / 2};
  ReciprocalAxes axes = reciprocal_axes_of_cell(cell);
  for (Vec3d* axis : {&axes.a, &axes.b, &axes.c})
    *axis = physics::rotate_about_lab_axes(*axis, Vec3d{0.4, 0.7, radians_from_degrees(twist_deg)});
  e.crystal.axes = crystal_axes(axes, &cell);
  e.crystal.cells = {15, 15, 15};
  e.crystal.shape = CrystalShape::Gaussian;
  e.beam.sources = {{.direction = {-1, 0, 0}, .wavelength_m = 1e-10}};
  e.beam.fluence_per_m2 = 1e26;
  Panel panel;
  panel.origin_m = {0.1, -0.0128, -0.0128};
  panel.fast_axis = {0, 1, 0}, panel.slow_axis = {0, 0, 1}, panel.normal = {1, 0, 0};
  panel.pixel_size_m = 2e-4, panel.n_fast = panel.n_slow = 128, panel.region = {0, 128, 0, 128};
  e.detector.panels = {panel};
  StructureFactors f = StructureFactors::table({{-20, -20, -20}, {20, 20, 20}}, 0, "the example");
  std::mt19937 random(1);
  for (double& amplitude : f.values) amplitude = 50.0 + 0.2 * static_cast<double>(random() % 1000);
  e.structure_factors = std::make_shared<StructureFactors>(f);
  return e;
}

int main() {
  const Experiment truth = experiment_with(40, 10), start = experiment_with(40.1, 10.2);
  std::vector<float> photons = render(compile_plan(truth), 0, {}).image.pixels;
  std::mt19937 random(2);
  for (float& p : photons)
    if (p > 0) p = static_cast<float>(std::poisson_distribution<long>(static_cast<double>(p))(random));

  refine::Refinement refinement({.parameters = {"rotation", "cell_a", "cell_b", "cell_c", "fluence"}});
  refinement.add(start, refine::make_target("the image", photons, start));
  const refine::RefinementResult result = refinement.run();
  for (const auto& p : result.parameters)
    std::printf("%-12s %14.8g +- %.2g %s\n", p.name.c_str(), p.value, p.standard_error, p.unit.c_str());
  return result.converged ? 0 : 1;
}
