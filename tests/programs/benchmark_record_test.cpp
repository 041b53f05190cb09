// `femtobragg benchmark --sizes` and `--sweep`: every file, key and option.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class BenchmarkRecord : public testing::Test {
 protected:
  void SetUp() override { unsetenv("NB_C_BIN"); }

  ProgramResult benchmark(const Words& words) const {
    return run_program("femtobragg", after("benchmark", after("--threads", after("2", words))), folder_.path());
  }
  json read(const std::string& name) const { return json::parse(read_bytes(folder_ / name)); }
  static std::string our_drop_in() { return FEMTOBRAGG_BIN "/nanoBragg"; }

  TemporaryFolder folder_;
};

TEST_F(BenchmarkRecord, HasEveryFileAndKey) {
  expect_success(benchmark({"--sizes", "96,64", "--peer", our_drop_in(), "--device", "cpu", "--dtype", "float32",
                            "--profile", "--iterations", "2", "--keep-artifacts", "--outdir", "D"}));
  const json list = read("D/benchmark_results.json");
  ASSERT_EQ(list.size(), 2u);
  for (const char* key : {"size",
                          "pixels",
                          "c_time",
                          "py_time_cold",
                          "py_time_warm",
                          "py_setup_cold",
                          "py_setup_warm",
                          "py_sim_cold",
                          "py_sim_warm",
                          "c_mem",
                          "py_mem_cold",
                          "py_mem_warm",
                          "speedup_cold",
                          "speedup_warm",
                          "setup_speedup",
                          "correlation_cold",
                          "correlation_warm",
                          "sum_ratio_warm",
                          "rmse_warm",
                          "cache_hit_cold",
                          "cache_hit_warm",
                          "iterations",
                          "dtype",
                          "device",
                          "instruction_set",
                          "threads"}) {
    EXPECT_TRUE(list[0].contains(key)) << key;
    EXPECT_FALSE(list[0].value(key, json()).is_null()) << key;
  }
  const json& r = list[0];
  EXPECT_EQ(r["size"], 96);
  EXPECT_EQ(r["pixels"], 96 * 96);
  EXPECT_EQ(r["dtype"], "float32");
  EXPECT_EQ(r["device"], "cpu");
  EXPECT_EQ(r["iterations"], 2);
  EXPECT_EQ(r["threads"], 2);
  EXPECT_TRUE(r["instruction_set"].get<std::string>().starts_with("simd-"));
  EXPECT_TRUE(r["ran_on"].get<std::string>().ends_with("float32"))
      << "the number type that was asked for is the one that ran";
  EXPECT_GE(r["correlation_warm"], 0.999999);
  EXPECT_NEAR(r["sum_ratio_warm"].get<double>(), 1, 1e-6);
  EXPECT_GT(r["rmse_warm"], 0.0) << "float32 against the peer's float64";
  EXPECT_NEAR(r["speedup_warm"].get<double>(), r["c_time"].get<double>() / r["py_time_warm"].get<double>(), 1e-9);
  EXPECT_NEAR(r["speedup_process"].get<double>(), r["c_time"].get<double>() / r["py_process_time"].get<double>(), 1e-9);
  EXPECT_GT(r["py_mem_cold"], 1.0);
  EXPECT_GE(r["py_mem_warm"].get<double>(), r["py_mem_cold"].get<double>());

  const json environment = read("D/env.json");
  for (const char* key : {"version", "commit", "tree_clean", "compiler", "flags", "processor", "cores", "memory_bytes",
                          "device", "dtype", "peers", "dump_file_in_folder"})
    EXPECT_TRUE(environment.contains(key)) << key;
  EXPECT_EQ(environment["peers"][0]["path"], our_drop_in());
  EXPECT_EQ(environment["peers"][0]["sha256"].get<std::string>().size(), 64u);
  EXPECT_EQ(environment["dump_file_in_folder"], false);

  expect_texts(read_bytes(folder_ / "D/commands.txt"),
               {"-detpixels 96", "-detpixels 64", "-N 5", our_drop_in(), "-dtype float32"});
  expect_texts(read_bytes(folder_ / "D/summary.md"), {"| 96 |", "| 64 |", "C/warm"});
  EXPECT_EQ(fs::file_size(folder_ / "D/artifacts_96x96/c_float.bin"), 96u * 96u * 4u);
  EXPECT_TRUE(fs::exists(folder_ / "D/artifacts_64x64/py_float_warm.bin"));
}

/// Spans lie within their parents, and the rows that threads did are all rows.
TEST_F(BenchmarkRecord, TheProfileIsATrace) {
  expect_success(benchmark({"--sizes", "100", "--profile", "--iterations", "1", "--outdir", "D"}));
  EXPECT_FALSE(fs::exists(folder_ / "D/artifacts_100x100"));
  const json trace = read("D/profile_100x100/trace.json");
  std::map<std::string, json> spans;
  std::set<int> threads, rows;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] == "M") continue;
    ASSERT_EQ(event["ph"], "X");
    EXPECT_GE(event["dur"], 0.0);
    spans[event["name"]] = event;
    int first = 0, last = 0;
    if (std::sscanf(event["name"].get<std::string>().c_str(), "rows %d to %d", &first, &last) != 2) continue;
    threads.insert(event["tid"].get<int>());
    for (int row = first; row <= last; ++row) EXPECT_TRUE(rows.insert(row).second) << row;
  }
  EXPECT_EQ(rows.size(), 100u);
  EXPECT_FALSE(threads.contains(0));
  for (const char* name : {"set-up", "read the command line", "compile the plan", "render", "output"})
    EXPECT_TRUE(spans.contains(name)) << name;
  const auto begin = [&](const std::string& name) { return spans[name]["ts"].get<double>(); };
  const auto end = [&](const std::string& name) { return begin(name) + spans[name]["dur"].get<double>(); };
  EXPECT_LE(begin("set-up"), begin("compile the plan"));
  EXPECT_LE(end("compile the plan"), end("set-up") + 1);
  EXPECT_LE(end("render"), begin("output") + 1);
  for (const auto& [name, span] : spans)
    if (name.starts_with("rows ")) {
      EXPECT_GE(begin(name), begin("render"));
      EXPECT_LE(end(name), end("render") + 1);
    }
}

TEST_F(BenchmarkRecord, WithoutAPeerTheReferenceBackendIsTheJudge) {
  const ProgramResult result = expect_success(benchmark({"--sizes", "64", "--dtype", "float64", "--iterations", "1"}));
  expect_texts(result.out, {"those of the reference backend"});
  const json r = read("benchmarks/benchmark_results.json")[0];
  EXPECT_TRUE(r["c_time"].is_null());
  EXPECT_EQ(r["compared_with"], "reference");
  EXPECT_GE(r["correlation_warm"], 0.999999999);
  EXPECT_FALSE(fs::exists(folder_ / "benchmarks/profile_64x64"));
}

/// What lies about in the folder is said, and not read.
TEST_F(BenchmarkRecord, AStaleDumpIsNotRead) {
  folder_.write("Fdump.bin", std::string(5000, 'x'));
  expect_success(benchmark({"--sizes", "64", "--iterations", "1", "--peer", our_drop_in()}));
  EXPECT_EQ(read("benchmarks/env.json")["dump_file_in_folder"], true);
  EXPECT_GE(read("benchmarks/benchmark_results.json")[0]["correlation_cold"], 0.999999);
}

/// Of three runs of the other program that take different times, the middle one.
TEST_F(BenchmarkRecord, TimesAreMedians) {
  folder_.write("slow.sh", "#!/bin/sh\nn=$(cat '" + (folder_ / "n").string() + "')\nsleep $n\necho $((n - 1)) > '" +
                               (folder_ / "n").string() + "'\nexec " FEMTOBRAGG_BIN "/nanoBragg \"$@\"\n");
  folder_.write("n", "2");
  fs::permissions(folder_ / "slow.sh", fs::perms::owner_all);
  expect_success(benchmark({"--sizes", "32", "--iterations", "3", "--peer", (folder_ / "slow.sh").string()}));
  const double seconds = read("benchmarks/benchmark_results.json")[0]["c_time"];
  EXPECT_GE(seconds, 1);
  EXPECT_LT(seconds, 2);
}

TEST_F(BenchmarkRecord, AWrongPeerIsAnError) {
  for (const std::string peer : {"/bin/true", "/bin/false"}) {
    const ProgramResult failed = benchmark({"--sizes", "32", "--iterations", "1", "--peer", peer});
    EXPECT_EQ(failed.status, 1);
    expect_texts(failed.err, {"error: a program ended with", peer});
  }
  folder_.write("other.sh", "#!/bin/sh\nexec " FEMTOBRAGG_BIN "/nanoBragg \"$@\" -misset 5 5 5\n");
  fs::permissions(folder_ / "other.sh", fs::perms::owner_all);
  const ProgramResult result =
      benchmark({"--sizes", "64", "--iterations", "1", "--peer", (folder_ / "other.sh").string()});
  EXPECT_EQ(result.status, 1);
  expect_texts(result.err, {"0.999999"});
}

TEST_F(BenchmarkRecord, EveryOptionDoesWhatItSaysOrIsAnError) {
  for (const Words& words :
       std::vector<Words>{{"--profile"}, {"--keep-artifacts"}, {"--outdir", "D"}, {"--iterations", "2"}})
    expect_one_error(benchmark(words), 2, {words[0], "--sizes"});
  for (const Words& words : std::vector<Words>{{"--cases", "still"},
                                               {"--runs", "2"},
                                               {"--json", "a.json"},
                                               {"--tolerance", "0"},
                                               {"--case-folder", "x"},
                                               {"--list"}}) {
    Words all = words;
    all.insert(all.end(), {"--sizes", "32"});
    expect_one_error(benchmark(all), 2, {words[0], "cases"});
  }
  expect_one_error(benchmark({"--sizes", "32", "--plot", "a.svg"}), 2, {"--plot", "--sweep"});
  expect_one_error(benchmark({"--sweep", "--profile"}), 2, {"--profile", "--sweep"});
  expect_one_error(benchmark({"--sweep", "--plot", "a.gif"}), 2, {"--plot", ".svg"});
  expect_one_error(benchmark({"--sizes", "0"}), 2, {"--sizes"});
  expect_one_error(benchmark({"--sizes", "x"}), 2, {"--sizes"});
  expect_one_error(benchmark({"--sizes", "32", "--iterations", "0"}), 2, {"--iterations"});
  expect_one_error(benchmark({"--sizes", "32", "--dtype", "float16"}), 2, {"'float16'"});
  expect_one_error(benchmark({"--sizes", "32", "--device", "cuda"}), 2, {"'cuda'", "cpu"});
  expect_one_error(benchmark({"--sizes", "32", "--device", "reference", "--dtype", "float32"}), 2, {"reference"});
  folder_.write("file", "");
  expect_one_error(benchmark({"--sizes", "32", "--outdir", "file/D"}), 1, {"file/D"});
}

TEST_F(BenchmarkRecord, TheSweepIsTheWholeGrid) {
  const ProgramResult result = expect_success(
      benchmark({"--sweep", "--sizes", "12,24", "--iterations", "1", "--outdir", "D", "--plot", "plot.svg"}));
  const json list = read("D/sweep.json");
  ASSERT_EQ(list.size(), 2u * 2 * 4 * 3 * 4);
  std::set<std::string> seen;
  for (const json& r : list) {
    EXPECT_TRUE(r["verified"]) << r;
    EXPECT_GT(r["sim"], 0.0);
    const int oversample = r["oversample"];
    EXPECT_EQ(r["evaluations"].get<double>(), std::pow(r["size"].get<double>() * oversample, 2));
    seen.insert(r["size"].dump() + r["cell"].dump() + r["N"].dump() + r["oversample"].dump() + r["lambda"].dump());
  }
  EXPECT_EQ(seen.size(), list.size());
  const std::string plot = read_bytes(folder_ / "plot.svg");
  EXPECT_TRUE(plot.starts_with("<svg"));
  expect_texts(plot, {"triclinic, oversample 4", "cubic, oversample 1", "</svg>"});
  EXPECT_EQ(plot.find("nan"), std::string::npos);
  EXPECT_TRUE(fs::exists(folder_ / "D/env.json"));
}

}  // namespace
}  // namespace femtobragg::tests
