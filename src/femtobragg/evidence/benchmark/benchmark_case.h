// A benchmark case: a file that says what is rendered, how it is checked, and what it is compared with.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/backends/backend.h"

namespace femtobragg::evidence {

struct BenchmarkCase {
  std::string name;
  std::string question;                ///< the question that the case answers
  std::vector<std::string> arguments;  ///< arguments of `femtobragg simulate`, without outputs
  std::vector<double> tolerances{0};
  std::vector<backends::NumberType> number_types{backends::NumberType::Float64};
  std::size_t verify_pixels = 2000;  ///< number of pixels compared with the reference, in addition to the brightest
  std::size_t peer_rows = 0;         ///< least number of rows that a peer renders, its time being scaled; 0: all
  bool whole_process = false;        ///< the process is timed with all of nanoBragg's files, not one float image
};

/// Throws Error(Usage) that names the file and the key.
BenchmarkCase parse_case(std::string_view json, const std::string& file);

/// The cases in a folder's .json files, by name. Arguments that are relative file paths are resolved against the folder
/// two above, because case files are in bench/cases of a source tree. Throws Error.
std::vector<BenchmarkCase> load_cases(const std::filesystem::path& folder);

}  // namespace femtobragg::evidence
