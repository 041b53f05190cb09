// The settings on the command line of `femtobragg benchmark`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/simulate/render.h"

namespace femtobragg::programs {

enum class BenchmarkMode { Cases, Sizes, Sweep };

struct BenchmarkSettings {
  BenchmarkMode mode = BenchmarkMode::Cases;

  // All modes.
  std::string peer, device = "auto";
  std::optional<std::string> number_type;
  int threads = 1;

  // Cases.
  std::vector<std::string> cases = {"all"};
  std::string json, case_folder;
  std::optional<double> tolerance;
  int runs = 0;
  bool list = false;

  // Sizes and sweep.
  std::vector<std::size_t> sizes;
  int iterations = 3;
  std::filesystem::path folder;
  bool sweep = false, profile = false, keep_artifacts = false;
  std::string plot;

  RenderRequest request(backends::NumberType type, double tolerance_of_run) const;
  /// The number type of sizes and sweep: float32 by default.
  RenderRequest request() const;
};

/// Nothing: help was printed. Throws Error(Usage), also for options that do not belong together.
std::optional<BenchmarkSettings> benchmark_settings(const std::vector<std::string>& words);

/// Times images of several sizes, and the grid of --sweep. Return the exit status.
int benchmark_sizes(const BenchmarkSettings& settings);
int benchmark_sweep(const BenchmarkSettings& settings);

}  // namespace femtobragg::programs
