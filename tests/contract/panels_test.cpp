// Detectors of several panels, and panels whose pixels are no squares.
#include <gtest/gtest.h>

#include "femtobragg/base/error.h"
#include "femtobragg/model/coverage.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

using Panels = EachBackend;

RenderRequest double_precision(const std::string& device) {
  RenderRequest request;
  request.device = device;
  return request;
}

/// A part of the first panel as a panel of its own, in the same place of the image.
Panel window_of(const Panel& whole, std::size_t fast, std::size_t slow, std::size_t n_fast, std::size_t n_slow) {
  Panel part = whole;
  part.origin_m = whole.point_m(static_cast<double>(fast), static_cast<double>(slow));
  part.n_fast = n_fast;
  part.n_slow = n_slow;
  part.data_fast = fast;
  part.data_slow = slow;
  return part;
}

/// Four panels that leave no gap are the one that they were cut from.
TEST_P(Panels, CutFromOneMakeItsImage) {
  Experiment whole = simple_experiment();
  const Panel one = whole.detector.panels[0];
  const std::size_t n = one.n_fast, fast = n / 3, slow = n / 2;
  Experiment cut = whole;
  cut.detector.panels = {window_of(one, 0, 0, fast, slow), window_of(one, fast, 0, n - fast, slow),
                         window_of(one, 0, slow, fast, n - slow), window_of(one, fast, slow, n - fast, n - slow)};
  const RenderRequest request = double_precision(GetParam());
  const Rendering expected = render(compile_plan(whole), whole.detector, request);
  const Rendering actual = render(compile_plan(cut), cut.detector, request);
  ASSERT_EQ(actual.image.shape(), expected.image.shape());
  const double brightest = *std::ranges::max_element(expected.image.pixels);
  for (std::size_t i = 0; i < expected.image.pixels.size(); ++i)
    ASSERT_NEAR(actual.image.pixels[i], expected.image.pixels[i], 1e-6 * brightest) << i;
  EXPECT_NEAR(actual.summary.solid_angle_sr, expected.summary.solid_angle_sr, 1e-9);
}

/// Two threads would write the pixels that they share.
TEST_P(Panels, HaveWindowsOfTheirOwn) {
  Experiment e = simple_experiment();
  Panel other = e.detector.panels[0];
  other.data_fast = other.n_fast - 1;
  e.detector.panels.push_back(other);
  EXPECT_THROW(render(compile_plan(e), e.detector, double_precision(GetParam())), Error);
  e.detector.panels[1].data_fast = other.n_fast;
  EXPECT_NO_THROW(render(compile_plan(e), e.detector, double_precision(GetParam())));
}

/// What may be left out is a part of the brightest pixel of all panels, also on dark ones.
TEST_P(Panels, LeaveOutByTheBrightestOfAll) {
  Experiment e = simple_experiment();
  const Panel one = e.detector.panels[0];
  const std::size_t n = one.n_fast;
  e.detector.panels = {window_of(one, 0, 0, n, n - 20), window_of(one, 0, n - 20, 30, 20)};
  RenderRequest request = double_precision(GetParam());
  const Rendering exact = render(compile_plan(e), e.detector, request);
  request.control.tolerance = 1e-3;
  request.control.always_leave_out = true;
  const Rendering bounded = render(compile_plan(e), e.detector, request);
  const double brightest = *std::ranges::max_element(exact.image.pixels);
  EXPECT_LE(bounded.summary.bound_photons, 1.0001e-3 * brightest);
  for (std::size_t i = 0; i < exact.image.pixels.size(); ++i)
    ASSERT_NEAR(bounded.image.pixels[i], exact.image.pixels[i], bounded.summary.bound_photons + 1e-6 * brightest) << i;
  request.control.threads = 4;
  EXPECT_EQ(render(compile_plan(e), e.detector, request).image.pixels, bounded.image.pixels);
}

/// A coarse panel needs doubles where a fine one does not: pixels that are fine enough for the widest tiles.
TEST_P(Panels, SummaryTellsAllThatComputed) {
  if (GetParam() == "reference") GTEST_SKIP() << "it has one number type";
  Experiment e = simple_experiment();
  const Panel fine = facing_panel(0.1, 0.05e-3, 101);
  Panel coarse = facing_panel(0.01, 0.01, 3);
  coarse.data_fast = fine.n_fast;
  e.detector.panels = {fine, coarse};
  RenderRequest request;
  request.device = GetParam();
  request.control.number_type = backends::NumberType::Float32;
  const std::string ran_on = render(compile_plan(e), e.detector, request).summary.ran_on;
  EXPECT_NE(ran_on.find("float32"), std::string::npos) << ran_on;
  EXPECT_NE(ran_on.find("float64"), std::string::npos) << ran_on;
}

/// Also with a tolerance, which all panels share.
TEST_P(Panels, RecordsAreOfTheirCommonImage) {
  Experiment e = simple_experiment();
  const Panel one = e.detector.panels[0];
  const std::size_t n = one.n_fast;
  e.detector.panels = {window_of(one, 0, 0, n, n - 20), window_of(one, 0, n - 20, 30, 20)};
  RenderRequest request = double_precision(GetParam());
  request.control.tolerance = 1e-2;
  request.control.always_leave_out = true;
  const kernel::Plan plan = compile_plan(e);
  const Image image = render(plan, e.detector, request).image;
  record_pixels(plan, 1, request, [&](std::size_t fast, std::size_t slow, const kernel::Recorder& record) {
    EXPECT_EQ(static_cast<float>(record.pixel().photons), image.row(n - 20 + slow)[fast]) << fast << " " << slow;
  });
}

/// A pixel three times as high sees what the middle one of three squares sees, times three.
TEST_P(Panels, HighPixels) {
  const Experiment squares = simple_experiment();
  Experiment high = squares;
  Panel& panel = high.detector.panels[0];
  panel.slow_axis = 3.0 * panel.slow_axis;
  panel.n_slow /= 3;
  panel.set_plane();
  for (const double tolerance : {0.0, 1e-3}) {
    RenderRequest request = double_precision(GetParam());
    request.control.tolerance = tolerance;
    request.control.always_leave_out = true;
    const Image expected = render(compile_plan(squares), 0, request).image;
    const Rendering actual = render(compile_plan(high), 0, request);
    const double brightest = *std::ranges::max_element(expected.pixels);
    for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
      for (std::size_t fast = 0; fast < panel.n_fast; ++fast)
        ASSERT_NEAR(actual.image.row(slow)[fast], 3 * expected.row(3 * slow + 1)[fast],
                    (1e-6 + 2 * tolerance) * 3 * brightest)
            << fast << " " << slow;
  }
}

INSTANTIATE_TEST_SUITE_P(backends, Panels, testing::ValuesIn(backend_names()), word_of_backend);

TEST(Coverage, LeavesGaps) {
  Detector detector;
  Panel panel = facing_panel(0.1, 1e-4, 2);
  panel.data_slow = 1;
  panel.mask = {1, 0, 1, 1};
  detector.panels = {panel, facing_panel(0.1, 1e-4, 1)};
  detector.panels[1].data_fast = 2;
  const Coverage coverage = coverage_of(detector);
  EXPECT_EQ(coverage.shape, (ImageShape{3, 3}));
  EXPECT_EQ(coverage.mask, (std::vector<std::uint8_t>{0, 0, 1, 1, 0, 0, 1, 1, 0}));
}

TEST(Coverage, IsThatOfASinglePanel) {
  Detector detector{{}, {facing_panel(0.1, 1e-4, 4)}};
  detector.panels[0].region = RegionOfInterest{1, 3, 0, 2};
  const Coverage coverage = coverage_of(detector);
  EXPECT_TRUE(coverage.mask.empty());
  EXPECT_TRUE(coverage.renders(1, 1));
  EXPECT_FALSE(coverage.renders(0, 1));
}

}  // namespace
}  // namespace femtobragg::tests
