// The parts of the benchmark: cases, statistics, verification, processes.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/evidence/benchmark/benchmark_case.h"
#include "femtobragg/evidence/benchmark/measure.h"
#include "femtobragg/nanobragg/setup/command_line.h"
#include "test_paths.h"
#include "tests/contract/experiments.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

using namespace evidence;
using backends::NumberType;

TEST(Spread, MedianAndEnds) {
  const Spread odd = spread_of({3, 1, 10});
  EXPECT_EQ(odd.median, 3);
  EXPECT_EQ(odd.min, 1);
  EXPECT_EQ(odd.max, 10);
  EXPECT_EQ(spread_of({4, 1, 2, 9}).median, 3);
  EXPECT_EQ(spread_of({7}).median, 7);
}

TEST(Spread, RunsByTime) {
  EXPECT_EQ(default_runs(0), 5);
  EXPECT_EQ(default_runs(20), 5);
  EXPECT_EQ(default_runs(26), 3);
  EXPECT_EQ(default_runs(1000), 1);
}

/// A start of 2 s and 0.5 s for each row.
TEST(Spread, TimeOfAllRowsWithoutTheStart) {
  EXPECT_DOUBLE_EQ(seconds_of_all_rows({1, 2.5}, {10, 7.0}, 1000), 502.0);
  EXPECT_DOUBLE_EQ(seconds_of_all_rows({1, 2.5}, {10, 7.0}, 10), 7.0);
  EXPECT_DOUBLE_EQ(seconds_of_all_rows({1, 3.0}, {10, 2.5}, 1000), 2.5) << "noise must not make time negative";
  // Four threads, which take a row each at a time.
  EXPECT_DOUBLE_EQ(seconds_of_all_rows({4, 2.5}, {16, 4.0}, 1000), 127.0);
}

/// A program that gives each thread a block of rows gives each as many of these.
TEST(Spread, RowsKeepEveryThreadBusy) {
  EXPECT_EQ(spread_rows(4, 16), (std::vector<std::size_t>{2, 6, 10, 14}));
  for (const std::size_t threads : {1u, 2u, 3u, 7u})
    for (const std::size_t all : {64u, 101u, 2527u}) {
      const std::vector<std::size_t> rows = spread_rows(4 * threads, all);
      for (std::size_t thread = 0; thread < threads; ++thread)
        EXPECT_EQ(std::ranges::count_if(rows,
                                        [&](std::size_t row) {
                                          return row * threads >= thread * all && row * threads < (thread + 1) * all;
                                        }),
                  4)
            << thread << " of " << threads << ", " << all;
    }
}

/// What was compared is recorded: threads that wait are not at work.
TEST(PeerTimes, TellHowManyThreadsWorked) {
  PeerTimes times;
  times.threads = 2;
  times.seconds = {5};
  times.cpu_seconds = {9};
  EXPECT_DOUBLE_EQ(times.threads_at_work(), 1.8);
  times.rows = 8;
  times.few_rows = 2;
  times.few_seconds = {1};
  times.few_cpu_seconds = {1};
  EXPECT_DOUBLE_EQ(times.threads_at_work(), 2);
}

TEST(BenchmarkCase, Reads) {
  const BenchmarkCase c = parse_case(
      R"({"name": "a", "question": "why?", "arguments": ["-N", "5"], "tolerance": [0, 1e-6],
          "dtype": ["float32"], "verify_pixels": 7, "peer_rows": 2, "whole_process": true})",
      "a.json");
  EXPECT_EQ(c.name, "a");
  EXPECT_EQ(c.question, "why?");
  EXPECT_EQ(c.arguments, (std::vector<std::string>{"-N", "5"}));
  EXPECT_EQ(c.tolerances, (std::vector<double>{0, 1e-6}));
  EXPECT_EQ(c.number_types, std::vector{NumberType::Float32});
  EXPECT_EQ(c.verify_pixels, 7u);
  EXPECT_EQ(c.peer_rows, 2u);
  EXPECT_TRUE(c.whole_process);
}

TEST(BenchmarkCase, RefusesWhatIsWrong) {
  const auto with = [](const std::string& more) {
    return R"({"name": "a", "question": "why?", "arguments": ["-N", "5"])" + more + "}";
  };
  EXPECT_NO_THROW(parse_case(with(""), "a.json"));
  const std::vector<std::string> wrong = {
      "",
      "[]",
      R"({"name": "a"})",
      R"({"name": "a,b", "question": "why?", "arguments": ["-N"]})",
      R"({"name": "a", "question": "why?", "arguments": []})",
      R"({"name": "a", "question": "why?", "arguments": ["-roi", "0", "9", "0", "9"], "peer_rows": 2})",
      R"({"name": "a", "question": "why?", "arguments": ["-mask", "m.img"], "peer_rows": 2})",
      with(R"(, "tolerance": [2])"),
      with(R"(, "tolerance": 0)"),
      with(R"(, "dtype": ["float16"])"),
      with(R"(, "verify_pixels": -1)"),
      with(R"(, "verify_pixels": 1.5)"),
      with(R"(, "peer_rows": 1)"),
      with(R"(, "whole_process": 1)"),
      with(R"(, "verify_pixel": 5)"),
  };
  for (const std::string& text : wrong) EXPECT_THROW(parse_case(text, "a.json"), Error) << text;
}

TEST(BenchmarkCase, AllOfTheRepositoryBuildAPlan) {
  const std::vector<BenchmarkCase> cases = load_cases(std::string(FEMTOBRAGG_SOURCE) + "/bench/cases");
  EXPECT_EQ(cases.size(), 7u);
  for (const BenchmarkCase& c : cases) {
    SCOPED_TRACE(c.name);
    const nanobragg::Setup setup = nanobragg::set_up(nanobragg::Program::Simulate, c.arguments);
    const kernel::Plan plan = compile_plan(setup.experiment);
    const double pixels = static_cast<double>(backends::rendered_pixels(plan.panels.front()));
    EXPECT_EQ(evaluations(plan, 0), pixels * plan.steps * static_cast<double>(plan.panels.front().layers.size()));
    EXPECT_GE(c.verify_pixels, 1000u);
    EXPECT_TRUE(c.question.ends_with("?"));
  }
}

TEST(Evaluations, CountEveryTerm) {
  const std::string words =
      "-default_F 100 -cell 50 -detpixels 8 -oversample 3 -mosaic 1 -mosaic_domains 7 -osc 1 "
      "-phisteps 2 -dispersion 1 -dispsteps 5 -detector_thick 100 -detector_thicksteps 4 "
      "-detector_abs 100 -roi 0 3 0 1";
  std::vector<std::string> list;
  for (std::istringstream in(words); in;)
    if (std::string word; in >> word) list.push_back(word);
  const nanobragg::Setup setup = nanobragg::set_up(nanobragg::Program::Simulate, list);
  EXPECT_EQ(evaluations(compile_plan(setup.experiment), 0), 4 * 2 * 9 * 7 * 2 * 5 * 4);
}

class VerificationTest : public testing::Test {
 protected:
  Verification verified(std::size_t count = 50) const {
    return verify(plan_, 0, rendering_, NumberType::Float64, count);
  }

  const Experiment experiment_ = simple_experiment();
  const kernel::Plan plan_ = compile_plan(experiment_);
  Rendering rendering_ = render(plan_, 0, {.device = "reference"});
};

TEST_F(VerificationTest, PassesTheRightImage) {
  const Verification v = verified();
  EXPECT_TRUE(v.passed);
  EXPECT_EQ(v.pixels, 51u);
  EXPECT_EQ(v.difference_photons, 0);
  EXPECT_EQ(v.maximum_photons, *std::ranges::max_element(rendering_.image.pixels));
}

TEST_F(VerificationTest, FailsAScaledImage) {
  for (float& pixel : rendering_.image.pixels) pixel *= 1.01f;
  const Verification v = verified();
  EXPECT_FALSE(v.passed);
  EXPECT_GT(v.difference_photons, v.allowed_photons);
  EXPECT_NEAR(v.difference_photons, 0.01 * v.maximum_photons, 1e-4 * v.maximum_photons);
}

TEST_F(VerificationTest, AStatedBoundAllowsThatMuch) {
  for (float& pixel : rendering_.image.pixels) pixel *= 1.01f;
  const double maximum = verified().maximum_photons;
  rendering_.summary.bound_photons = 0.0101 * maximum;
  EXPECT_TRUE(verified().passed);
  rendering_.summary.bound_photons = 0.0099 * maximum;
  EXPECT_FALSE(verified().passed);
}

TEST_F(VerificationTest, FailsAnImageThatIsNoNumber) {
  std::ranges::fill(rendering_.image.pixels, std::numeric_limits<float>::quiet_NaN());
  EXPECT_FALSE(verified().passed);
}

TEST_F(VerificationTest, FailsAFalselyBrightPixel) {
  rendering_.image.pixels[1234] = 10 * *std::ranges::max_element(rendering_.image.pixels);
  const Verification v = verified(0);
  EXPECT_FALSE(v.passed);
  EXPECT_EQ(v.slow * rendering_.image.n_fast + v.fast, 1234u);
}

TEST_F(VerificationTest, ChoosesTheSamePixelsSpreadOverThePanel) {
  const kernel::PanelPlan& panel = plan_.panels.front();
  const auto pixels = pixels_to_verify(panel, rendering_.image, 1000);
  EXPECT_EQ(pixels, pixels_to_verify(panel, rendering_.image, 1000));
  EXPECT_EQ(std::set(pixels.begin(), pixels.end()).size(), 1001u);
  EXPECT_TRUE(std::ranges::binary_search(pixels, brightest_pixel(rendering_.image)));
  const auto first_half = std::ranges::lower_bound(pixels, rendering_.image.pixels.size() / 2) - pixels.begin();
  EXPECT_NEAR(static_cast<double>(first_half), 500, 80) << "five standard deviations of a fair choice";
  EXPECT_EQ(pixels_to_verify(panel, rendering_.image, 20000).size(), 101u * 101u);
}

TEST_F(VerificationTest, StaysWithinRegionAndMask) {
  kernel::PanelPlan panel = plan_.panels.front();
  std::vector<std::uint8_t> mask(panel.n_fast * panel.n_slow, 1);
  for (std::size_t i = 0; i < mask.size(); i += 2) mask[i] = 0;
  panel.set_mask(shared(mask));
  panel.slow_begin = 40;
  panel.slow_end = 60;
  for (const std::size_t pixel : pixels_to_verify(panel, rendering_.image, 100)) {
    EXPECT_EQ(mask[pixel], 1);
    EXPECT_GE(pixel / panel.n_fast, 40u);
    EXPECT_LT(pixel / panel.n_fast, 60u);
  }
}

Record measured_record() {
  Record record;
  record.subject.name = "some case";
  record.verification = Verification{.passed = true, .pixels = 77};
  record.render = RenderTimes{
      .seconds = {2, 1, 4}, .evaluations = 1e9, .threads = 3, .ran_on = "an abacus", .fraction_of_peak = {}};
  record.process = ProcessTimes{.seconds = {5}, .cpu_seconds = {9}, .peak_memory_bytes = std::uint64_t{3} << 20};
  record.peer = PeerTimes{.binary = "other",
                          .threads = 3,
                          .seconds = {7, 7},
                          .cpu_seconds = {15, 15},
                          .rows = 10,
                          .all_rows = 1000,
                          .few_rows = 1,
                          .few_seconds = {2, 3},
                          .few_cpu_seconds = {3, 3}};
  return record;
}

TEST(Record, TableShowsTimesAndRatios) {
  const std::string table = table_of({measured_record()});
  for (const char* text : {"some case", "2 (1 - 4)", "1e+09", "5e+08", "6 ", "an abacus", "unknown", "77",
                           "502 (502 - 502), scaled from 10 rows, 2.67 of 3 threads at work", "100", "251"})
    EXPECT_NE(table.find(text), std::string::npos) << text << "\n" << table;
}

TEST(Record, AWrongImageHasNoTime) {
  Record record = measured_record();
  record.render.reset();
  record.process.reset();
  record.peer.reset();
  record.verification = Verification{.passed = false,
                                     .pixels = 77,
                                     .maximum_photons = 1000,
                                     .difference_photons = 12.5,
                                     .allowed_photons = 0.25,
                                     .fast = 3,
                                     .slow = 4};
  EXPECT_TRUE(record.failed());
  const std::string table = table_of({record});
  EXPECT_NE(table.find("FAILED: pixel 3 4 is off by 12.5 photons, 0.25 are allowed"), std::string::npos) << table;
  EXPECT_EQ(table.find("an abacus"), std::string::npos);
  const auto json = nlohmann::json::parse(json_of({record}, {}, "1"));
  EXPECT_EQ(json[0]["verification"]["passed"], false);
  EXPECT_TRUE(json[0]["render"].is_null());
}

TEST(Process, TellsFailureWithTheLastWords) {
  EXPECT_NO_THROW(run_process({"/bin/true", {}, 1}));
  EXPECT_THROW(run_process({"/bin/false", {}, 1}), Error);
  EXPECT_THROW(run_process({"/nonexistent/program", {}, 1}), Error);
  try {
    run_process({"/bin/sh", {"-c", "echo $OMP_NUM_THREADS; echo last words $OMP_NUM_THREADS >&2; exit 3"}, 5});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("status 3"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("last words 5"), std::string::npos) << error.what();
  }
}

TEST(Process, StartsInAnEmptyFolder) { EXPECT_NO_THROW(run_process({"/bin/sh", {"-c", "test -z \"$(ls -A)\""}, 1})); }

/// The memory that this process once had is not counted as the other's.
TEST(Process, PeakMemoryIsItsOwn) {
  if (address_sanitizer) GTEST_SKIP() << "the address sanitizer keeps freed memory";
  constexpr std::size_t bytes = std::size_t{300} << 20;
  { std::vector<char> large(bytes, 1); }
  const ProcessRun small = run_process({"/bin/true", {}, 1});
  EXPECT_LT(small.peak_memory_bytes, bytes / 2);
  EXPECT_GT(small.peak_memory_bytes, 100'000u);
  EXPECT_GT(small.wall_s, 0);
}

}  // namespace
}  // namespace femtobragg::tests
