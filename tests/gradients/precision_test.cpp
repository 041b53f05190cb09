// What number types, tolerances, regions and masks do to derivatives.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/gradients/gradient.h"
#include "femtobragg/model/panel_windows.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "tests/gradients/derivative_cases.h"

namespace femtobragg::tests {
namespace {

using gradients::Gradient;
using gradients::Jacobian;
using gradients::ParameterSpace;
using Image = std::vector<double>;

double distance(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}
double norm_of(const Image& a) { return distance(a, Image(a.size())); }

RenderRequest request_of(const std::string& device, backends::NumberType type = backends::NumberType::Float64,
                         double tolerance = 0) {
  RenderRequest request;
  request.device = device;
  request.control.threads = 1;
  request.control.number_type = type;
  request.control.tolerance = tolerance;
  request.control.always_leave_out = true;
  return request;
}

std::vector<std::string> lane_backends() {
  std::vector<std::string> names = backend_names();
  std::erase(names, "reference");
  return names;
}

class DerivativePrecision : public testing::TestWithParam<ParameterCase> {};

/// Rows of fine pixels: short enough for Miller indices to keep their digits in floats.
Experiment with_fine_pixels(Experiment e) {
  for (Panel& panel : e.detector.panels) panel.pixel_size_m = 0.1e-3;
  return e;
}

TEST_P(DerivativePrecision, OfFloatsIsATenThousandth) {
  for (const Experiment& experiment : {GetParam().experiment, with_fine_pixels(GetParam().experiment)})
    for (const auto& names : all_parameters(experiment)) {
      const ParameterSpace space(experiment, names);
      for (const std::string& device : lane_backends()) {
        const auto of = [&](backends::NumberType type) {
          return Gradient(space, space.start(), request_of(device, type)).jacobian();
        };
        const Jacobian doubles = of(backends::NumberType::Float64), floats = of(backends::NumberType::Float32);
        for (std::size_t i = 0; i < space.size(); ++i) {
          const double error = distance(doubles.derivatives[i], floats.derivatives[i]);
          EXPECT_LE(error, 1e-4 * norm_of(doubles.derivatives[i]))
              << device << ", " << space.infos()[i].name << ": " << error / norm_of(doubles.derivatives[i]);
        }
      }
    }
}

/// Otherwise the test above says nothing.
TEST_P(DerivativePrecision, FloatsAreUsedForFinePixels) {
  if (GetParam().name == "BrokenCells") GTEST_SKIP() << "floats cannot hold the phase of broken numbers of cells";
  const Experiment experiment = with_fine_pixels(GetParam().experiment);
  const ParameterSpace space(experiment, {"cell"});
  for (const std::string& device : lane_backends()) {
    const Gradient gradient(space, space.start(), request_of(device, backends::NumberType::Float32));
    EXPECT_NE(gradient.visit([](const auto&) {}).ran_on.find("float32"), std::string::npos) << device;
  }
}

/// A part of the panel, and every third pixel masked.
Experiment part_of(Experiment e) {
  for (Panel& panel : e.detector.panels) {
    panel.region = RegionOfInterest{3, panel.n_fast - 1, 2, panel.n_slow - 2};
    panel.mask.assign(panel.n_fast * panel.n_slow, 1);
    for (std::size_t i = 0; i < panel.mask.size(); i += 3) panel.mask[i] = 0;
  }
  return e;
}

/// Those of the whole image, bit for bit where the same pixels share a tile; elsewhere zero.
TEST_P(DerivativePrecision, KnowsNothingOfRegionAndMask) {
  Experiment whole = GetParam().experiment;
  if (whole.recording.spreads()) GTEST_SKIP() << "pixels that are not rendered spread no light";
  for (Panel& panel : whole.detector.panels) {
    panel.region.reset();
    panel.mask.clear();
  }
  Experiment masked = part_of(whole), part = part_of(whole);
  for (Panel& panel : masked.detector.panels) panel.region.reset();
  const auto names = all_parameters(whole)[0];
  const ParameterSpace of_whole(whole, names);
  for (const std::string& device : backend_names()) {
    const Jacobian all = Gradient(of_whole, of_whole.start(), request_of(device)).jacobian();
    for (const Experiment& experiment : {masked, part}) {
      const ParameterSpace space(experiment, names);
      const Jacobian some = Gradient(space, space.start(), request_of(device)).jacobian();
      const auto& panels = experiment.detector.panels;
      const bool same_tiles = device == "reference" || panels[0].rendered_region().fast_begin == 0;
      for (std::size_t i = 0; i < names.size(); ++i) {
        // Pixels that are placed from the centre of another tile differ in the last digits.
        const double rounding = same_tiles ? 0 : 1e-11 * norm_of(all.derivatives[i]) + 1e-15 * norm_of(all.photons);
        for (const Panel& panel : panels)
          for_each_place(panel, experiment.detector.image_shape(),
                         [&](std::size_t fast, std::size_t slow, std::size_t pixel) {
                           const bool counts = panel.rendered_region().contains(fast, slow) && !panel.masked(fast, slow);
                           const double expected = counts ? all.derivatives[i][pixel] : 0;
                           ASSERT_LE(std::abs(some.derivatives[i][pixel] - expected), counts ? rounding : 0)
                               << device << ", " << names[i] << " at " << fast << ", " << slow;
                         });
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, DerivativePrecision, testing::ValuesIn(derivative_cases()),
                         [](const auto& tested) { return tested.param.name; });

/// Spots that end long before their neighbours, on more pixels than a tile has.
Experiment sparse_experiment(CrystalShape shape) {
  Experiment e = with_shape(shape, {20, 20, 20});
  e.detector.panels = {facing_panel(0.1, 0.5e-3, 70)};
  e.structure_factors = varied_factors(12);
  e.water_edge_m = 0;
  add_mosaic(e, 0.5, 6);
  return e;
}

TEST(DerivativeTolerance, IsSoManyTimesThatOfPhotons) {
  for (const CrystalShape shape : {CrystalShape::Gaussian, CrystalShape::Ellipsoid, CrystalShape::Parallelepiped}) {
    const Experiment experiment = sparse_experiment(shape);
    const ParameterSpace space(experiment, {"all"});
    for (const std::string& device : lane_backends())
      for (const auto type : {backends::NumberType::Float64, backends::NumberType::Float32}) {
        const Jacobian exact = Gradient(space, space.start(), request_of(device, type)).jacobian();
        const double brightest = *std::ranges::max_element(exact.photons);
        for (const double tolerance : {1e-4, 1e-5, 1e-6}) {
          const RenderRequest request = request_of(device, type, tolerance);
          const Gradient gradient(space, space.start(), request);
          const Jacobian rough = gradient.jacobian();
          const Rendering rendering = render(gradient.plan(), 0, request);
          const double bound = rendering.summary.bound_photons, rounding = 2e-6 * brightest;
          EXPECT_LE(bound, 1.001 * tolerance * brightest);
          for (std::size_t i = 0; i < rough.photons.size(); ++i) {
            const auto rendered = static_cast<double>(rendering.image.pixels[i]);
            EXPECT_LE(std::abs(rough.photons[i] - rendered), bound + rounding) << device;
            EXPECT_LE(std::abs(rough.photons[i] - exact.photons[i]), bound + rounding) << device;
          }
          for (std::size_t i = 0; i < space.size(); ++i)
            EXPECT_LE(distance(rough.derivatives[i], exact.derivatives[i]),
                      100 * tolerance * norm_of(exact.derivatives[i]))
                << device << ", " << name_of(type) << ", tolerance " << tolerance << ", " << space.infos()[i].name
                << ", shape " << static_cast<int>(shape);
        }
      }
  }
}

}  // namespace
}  // namespace femtobragg::tests
