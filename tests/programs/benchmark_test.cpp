// `femtobragg benchmark` from its command line to its files. No times are judged.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

using nlohmann::json;

class Benchmark : public testing::Test {
 protected:
  Benchmark() {
    std::filesystem::create_directories(folder_ / "bench/cases");
    write_case("tiny", R"("dtype": ["float64"], "verify_pixels": 100, "peer_rows": 3)");
  }

  void write_case(const std::string& name, const std::string& more) const {
    folder_.write("bench/cases/" + name + ".json",
                  R"({"name": ")" + name + R"(", "question": "Does it run?", "arguments": ["-default_F", "100", "-cell",
                  "50", "60", "70", "-N", "4", "-detpixels", "64", "-pixel", "0.5", "-oversample", "1"], )" +
                      more + "}");
  }
  ProgramResult benchmark(const Words& words) const {
    return run_program("femtobragg", after("benchmark", words), folder_.path());
  }
  json records(const Words& words, int status = 0) const {
    const ProgramResult result = benchmark(after("--json", after("out.json", words)));
    EXPECT_EQ(result.status, status) << result.err << result.out;
    return json::parse(read_bytes(folder_ / "out.json"));
  }
  static std::string our_drop_in() { return FEMTOBRAGG_BIN "/nanoBragg"; }

  const Words tiny_ = {"--case-folder", "bench/cases", "--runs", "2", "--threads", "1"};
  TemporaryFolder folder_;
};

TEST_F(Benchmark, ListsCases) {
  const ProgramResult result = expect_success(benchmark({"--list"}));
  expect_texts(result.out,
               {"still: ", "orientations: ", "mosaic: ", "exascale: ", "femtobragg simulate -default_F 100"});
  EXPECT_EQ(result.err, "");
}

TEST_F(Benchmark, Helps) { expect_texts(expect_success(benchmark({"--help"})).out, {"--cases", "--peer", "NB_C_BIN"}); }

TEST_F(Benchmark, RefusesWrongWords) {
  expect_one_error(benchmark({"--peer", "/nonexistent/nanoBragg"}), 2, {"/nonexistent/nanoBragg", "NB_C_BIN"});
  expect_one_error(benchmark({"--cases", "still,nonsense"}), 2, {"'nonsense'", "--list"});
  expect_one_error(benchmark({"--nonsense"}), 2, {"--nonsense", "--help"});
  expect_one_error(benchmark({"--threads", "0"}), 2, {"--threads"});
  for (const std::string wrong : {"-0.1", "1"})
    expect_one_error(benchmark({"--tolerance", wrong}), 2, {"--tolerance", "below 1"});
  for (const std::string wrong : {"nan", "inf"})
    expect_one_error(benchmark({"--tolerance", wrong}), 2, {"--tolerance", "must be finite"});
  expect_one_error(benchmark({"--case-folder", "nowhere"}), 2, {"'nowhere'", "--case-folder"});
  expect_one_error(benchmark(after("--dtype", after("float16", tiny_))), 2, {"'float16'"});
  expect_one_error(benchmark(after("--device", after("abacus", after("--dtype", after("float64", tiny_))))), 2,
                   {"'abacus'"});
}

TEST_F(Benchmark, WritesWhatItMeasured) {
  const json list = records(tiny_);
  ASSERT_EQ(list.size(), 1u);
  const json& record = list[0];
  EXPECT_EQ(record["case"], "tiny");
  EXPECT_EQ(record["dtype"], "float64");
  EXPECT_EQ(record["verification"]["passed"], true);
  EXPECT_EQ(record["verification"]["pixels"], 101);
  EXPECT_EQ(record["render"]["evaluations"], 64 * 64);
  EXPECT_EQ(record["render"]["all_s"].size(), 2u);
  EXPECT_EQ(record["render"]["threads"], 1);
  EXPECT_EQ(record["process"]["all_s"].size(), 1u);
  EXPECT_GT(record["process"]["peak_memory_bytes"], 1'000'000);
  EXPECT_TRUE(record["peer"].is_null());
  EXPECT_GE(record["machine"]["cores"], 1);
  EXPECT_FALSE(record["build"]["compiler"].get<std::string>().empty());
}

TEST_F(Benchmark, RunsAPeerInTurn) {
  const json record = records(after("--peer", after(our_drop_in(), tiny_))).at(0);
  EXPECT_EQ(record["process"]["all_s"].size(), 2u);
  const json& peer = record["peer"];
  EXPECT_EQ(peer["binary"], our_drop_in());
  EXPECT_EQ(peer["scaled_from_rows"], 3);
  EXPECT_EQ(peer["image_rows"], 64);
  EXPECT_EQ(peer["measured_s"].size(), 2u);
  EXPECT_EQ(peer["few_rows"], 1);
  EXPECT_EQ(peer["measured_few_rows_s"].size(), 2u);
  EXPECT_EQ(peer["threads"], 1);
  EXPECT_GE(peer["threads_at_work"], 0);
  const ProgramResult result = benchmark(after("--peer", after(our_drop_in(), tiny_)));
  expect_texts(result.out, {"scaled from 3 rows", "of 1 threads at work", "peer/render", "float64"});
}

/// A band of rows would be one thread's work, whatever the number of threads.
TEST_F(Benchmark, RowsOfAPeerAreSpreadOverItsThreads) {
  folder_.write("peer.sh",
                "#!/bin/sh\nwhile [ \"$1\" != -mask ]; do shift; done\ncp \"$2\" floatimage.bin\ncp \"$2\" " +
                    (folder_ / "mask.img").string() + "\n");
  std::filesystem::permissions(folder_ / "peer.sh", std::filesystem::perms::owner_all);
  const Words two = {"--case-folder", "bench/cases", "--runs", "1", "--threads", "2"};
  const json record = records(after("--peer", after((folder_ / "peer.sh").string(), two))).at(0);
  // Three rows are asked for; both threads get two.
  EXPECT_EQ(record["peer"]["scaled_from_rows"], 4);
  EXPECT_EQ(record["peer"]["few_rows"], 2);
  EXPECT_EQ(record["peer"]["threads"], 2);
  const std::string mask = read_bytes(folder_ / "mask.img");
  ASSERT_EQ(mask.size(), 512u + 2 * 64 * 64);
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < 64; ++row)
    if (mask[512 + 2 * 64 * row] != 0) rows.push_back(row);
  EXPECT_EQ(rows, (std::vector<std::size_t>{8, 24, 40, 56}));
}

TEST_F(Benchmark, TimesTheProcessWithAllFiles) {
  write_case("tiny", R"("whole_process": true)");
  const json record = records(after("--peer", after(our_drop_in(), tiny_))).at(0);
  EXPECT_EQ(record["process"]["all_s"].size(), 2u);
  EXPECT_TRUE(record["peer"]["scaled_from_rows"].is_null());
}

TEST_F(Benchmark, AFailingPeerIsReportedAndTheRestIsKept) {
  const json record = records(after("--peer", after("/bin/false", tiny_)), 1).at(0);
  EXPECT_TRUE(record["process"].is_null());
  EXPECT_NE(record["process_note"].get<std::string>().find("/bin/false"), std::string::npos);
  EXPECT_EQ(record["render"]["all_s"].size(), 2u);
}

/// A program that renders nothing is not timed as if it did.
TEST_F(Benchmark, APeerThatLeavesNoImageIsReported) {
  const json record = records(after("--peer", after("/bin/true", tiny_)), 1).at(0);
  EXPECT_TRUE(record["peer"].is_null());
  EXPECT_NE(record["process_note"].get<std::string>().find("without writing its image"), std::string::npos);
}

/// One case that cannot be set up does not end the others.
TEST_F(Benchmark, ABadCaseIsReportedAndTheRestIsKept) {
  folder_.write("bench/cases/bad.json", R"({"name": "bad", "question": "?", "arguments": ["-nonsense"]})");
  const json list = records(tiny_, 1);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_NE(list[0]["skipped"].get<std::string>().find("-nonsense"), std::string::npos);
  EXPECT_EQ(list[1]["render"]["all_s"].size(), 2u);
}

TEST_F(Benchmark, AFolderWithoutCasesIsAnError) {
  std::filesystem::create_directory(folder_ / "empty");
  expect_one_error(benchmark({"--case-folder", "empty"}), 2, {"no .json file"});
}

TEST_F(Benchmark, TellsWhatNoBackendCanDo) {
  write_case("tiny", R"("dtype": ["float64", "float32"])");
  const json list = records(after("--device", after("reference", tiny_)));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_TRUE(list[0]["skipped"].is_null());
  EXPECT_NE(list[1]["skipped"].get<std::string>().find("float32"), std::string::npos);
  EXPECT_TRUE(list[1]["render"].is_null());
}

}  // namespace
}  // namespace femtobragg::tests
