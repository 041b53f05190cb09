// Fits of what the detector makes of photons: gain, pedestal and point spread.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/model/panel_windows.h"
#include "femtobragg/refine/amplitudes.h"
#include "femtobragg/simulate/detect.h"
#include "tests/refine/stills.h"

namespace femtobragg::tests {
namespace {

using namespace refine;

/// A still on water that gives a pixel about as many photons.
Experiment wet_experiment(double photons) {
  Experiment e = experiment_of({});
  const auto mean = [&] {
    const std::vector<float> image = photons_of(e, {});
    return std::accumulate(image.begin(), image.end(), 0.0) / static_cast<double>(image.size());
  };
  const double dry = mean();
  e.water_edge_m = 1e-6;
  e.water_edge_m *= std::cbrt(photons / (mean() - dry));
  return e;
}

std::vector<float> numbers_of(const Experiment& e, const Response& response, std::uint64_t seed) {
  const Image photons = render(compile_plan(e), e.detector, {}).image;
  const Counts counts = detect(photons, e.detector, response, {.seed = seed});
  return {counts.pixels.begin(), counts.pixels.end()};
}

/// Every parameter of the recording a fifth off.
Recording off(Recording r) {
  r.gain *= 1.2, r.pedestal *= 0.8, r.point_spread.fwhm_m *= 1.2;
  return r;
}

RefinementResult fitted(Experiment start, const Experiment& truth, const Response& response,
                        const RefinementOptions& options, std::uint64_t seed) {
  start.recording = off(recording_of(response));
  Refinement refinement(options);
  refinement.add(start, make_target("numbers", numbers_of(truth, response, seed), start));
  return refinement.run();
}

void expect_truth(const RefinementResult& r, const std::string& name, double truth) {
  const RefinedParameter& p = found(r, name);
  EXPECT_LT(std::abs(p.value - truth), 4 * p.standard_error) << name << ": " << p.value;
  EXPECT_LT(p.standard_error, 0.05 * std::abs(truth)) << name;
}

/// Charge that is shared before it is counted: the noise of neighbours is independent.
TEST(RecordingRefinement, FindsGainPedestalAndSharedChargeWithABackground) {
  const Experiment truth = wet_experiment(20);
  const Response response{.charge_sharing_fwhm_m = 2.5e-4, .counting_noise = true, .gain = 2.5, .offset = 40};
  Experiment start = truth;
  start.water_edge_m *= std::cbrt(1.2);
  const RefinementResult r = fitted(start, truth, response,
                                    {.parameters = {"gain", "pedestal", "point_spread", "background"}, .levels = 0}, 1);
  EXPECT_TRUE(r.converged) << r.termination;
  expect_truth(r, "gain", 2.5);
  expect_truth(r, "pedestal", 40);
  expect_truth(r, "point_spread", 250);
  expect_truth(r, "background", gradients::ParameterSpace(truth, {"background"}).start()[0]);
  // The variance is that of photons, times the square of the gain.
  EXPECT_NEAR(r.reduced_chi_squared(), 1, 5 * std::sqrt(2 / r.degrees_of_freedom()) + 0.01);
}

/// What was measured twice is told with the error that it is told with.
TEST(RecordingRefinement, TellsTheErrorsOfRepeatedNoise) {
  const Experiment truth = wet_experiment(20);
  const Response response{.charge_sharing_fwhm_m = 2.5e-4, .counting_noise = true, .gain = 2.5, .offset = 40};
  double chi_squared = 0;
  for (std::uint64_t seed = 11; seed < 17; ++seed) {
    const RefinementResult r =
        fitted(truth, truth, response, {.parameters = {"gain", "pedestal", "point_spread"}, .levels = 0}, seed);
    for (const auto& [name, value] : {std::pair{"gain", 2.5}, {"pedestal", 40.0}, {"point_spread", 250.0}})
      chi_squared += std::pow((found(r, name).value - value) / found(r, name).standard_error, 2);
  }
  // 18 degrees of freedom, five standard deviations.
  EXPECT_GT(chi_squared, 18 * 0.2);
  EXPECT_LT(chi_squared, 18 + 5 * std::sqrt(36.0));
}

/// The detector is the same for all images, their light is not.
TEST(RecordingRefinement, SharesTheDetectorAmongStills) {
  const Response response{.counting_noise = true, .gain = 2.5, .offset = 40};
  Refinement refinement({.parameters = {"misset", "gain", "pedestal"}, .levels = 0});
  for (const double angle : {10.0, 50.0}) {
    const Experiment truth = experiment_of({.misset_deg = {angle, 20, 30}});
    Experiment start = experiment_of({.misset_deg = {angle + 0.02, 20, 30}});
    start.recording = off(recording_of(response));
    refinement.add(start, make_target("numbers", numbers_of(truth, response, 5), start));
  }
  const RefinementResult r = refinement.run();
  EXPECT_EQ(r.parameters.size(), 8U);
  expect_truth(r, "gain", 2.5);
  expect_truth(r, "pedestal", 40);
}

/// Photons are counted before their light spreads: the noise of neighbours is shared, and errors are on the large side.
TEST(RecordingRefinement, FindsTheSpreadOfATaperWithAnOrientation) {
  const Experiment truth = wet_experiment(20);
  const Response response{
      .counting_noise = true, .point_spread = {SpreadShape::Fibre, 2.4e-4}, .gain = 1.8, .offset = 40};
  Experiment start = experiment_of({.misset_deg = {10.02, 19.98, 30.02}});
  start.water_edge_m = truth.water_edge_m;
  const RefinementResult r =
      fitted(start, truth, response, {.parameters = {"misset", "gain", "pedestal", "point_spread"}, .levels = 0}, 2);
  EXPECT_TRUE(r.converged) << r.termination;
  expect_truth(r, "misset_x", 10);
  expect_truth(r, "misset_y", 20);
  expect_truth(r, "misset_z", 30);
  expect_truth(r, "gain", 1.8);
  expect_truth(r, "pedestal", 40);
  expect_truth(r, "point_spread", 240);
}

/// Coarse levels are of photons.
TEST(RecordingRefinement, FindsAnOrientationFromFurtherOff) {
  const Experiment truth = wet_experiment(5);
  const Response response{.charge_sharing_fwhm_m = 2e-4, .counting_noise = true, .gain = 3, .offset = 20};
  Experiment start = experiment_of({.misset_deg = {10.3, 19.8, 30.2}});
  start.water_edge_m = truth.water_edge_m;
  const RefinementResult r =
      fitted(start, truth, response, {.parameters = {"misset", "gain", "pedestal"}, .levels = 2}, 3);
  for (const auto& [name, value] : {std::pair{"misset_x", 10.0}, {"misset_y", 20.0}, {"misset_z", 30.0}})
    EXPECT_NEAR(found(r, name).value, value, 0.01) << name;
  EXPECT_NEAR(found(r, "pedestal").value, 20, 1);
}

TEST(RecordingRefinement, RefusesAPedestalBesidesAFittedBackground) {
  Experiment e = experiment_of({});
  const Target target = target_of({}, 1);
  const auto run = [&](const Experiment& start, const Words& parameters) {
    Refinement refinement({.parameters = parameters, .background = BackgroundForm{}, .levels = 0});
    refinement.add(start, target);
    refinement.run();
  };
  EXPECT_THROW(run(e, {"misset", "pedestal"}), Error);
  e.recording.pedestal = 3;
  EXPECT_THROW(run(e, {"misset"}), Error);
}

TEST(RecordingRefinement, HasThePedestalInOnePlace) {
  Experiment e;
  e.recording.pedestal = 12;
  EXPECT_EQ(settle_offset(e, {}, true), 0);
  EXPECT_EQ(e.recording.pedestal, 12);
  EXPECT_EQ(settle_offset(e, 40, true), 0);
  EXPECT_EQ(e.recording.pedestal, 40);
  EXPECT_EQ(settle_offset(e, {}, false), 40);
  EXPECT_EQ(e.recording.pedestal, 0);
  EXPECT_EQ(settle_offset(e, {}, false), 0);
}

/// Structure factors are found from photons.
TEST(RecordingRefinement, DoesNotChangeStructureFactors) {
  Experiment e = experiment_of({});
  const std::vector<float> photons = photons_of(e, 7);
  const Target counted = make_target("photons", photons, e);
  std::vector<float> numbers;
  for (const float n : photons) numbers.push_back(2 * n + 5);
  const AmplitudeOptions options{.most_iterations = 2};
  const auto of_photons = solve_amplitudes({{e, &counted}}, options);
  e.recording = {.gain = 2, .pedestal = 5};
  const Target recorded = make_target("numbers", numbers, e);
  const auto of_numbers = solve_amplitudes({{e, &recorded}}, options);
  EXPECT_EQ(of_photons.table->values, of_numbers.table->values);
}

}  // namespace
}  // namespace femtobragg::tests
