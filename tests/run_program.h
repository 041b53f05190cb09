// Runs a program, ours or another, in a folder of its own and keeps what it leaves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "femtobragg/evidence/process.h"

namespace femtobragg::tests {

/// A folder that is removed with the object.
class TemporaryFolder : public evidence::TemporaryFolder {
 public:
  std::filesystem::path operator/(const std::string& name) const { return path() / name; }
  /// Copies a file, or all files of a folder, into this one.
  void take(const std::filesystem::path& from) const;
  void write(const std::string& name, const std::string& bytes) const;
};

struct ProgramResult {
  int status = -1;  ///< exit status; 128 + n if a signal n ended it
  std::string out, err;
};

#ifdef __SANITIZE_ADDRESS__
inline constexpr bool address_sanitizer = true;
#else
inline constexpr bool address_sanitizer = false;
#endif

/// What the system allows a program; zero: no limit.
struct ProgramLimits {
  std::uint64_t memory_bytes = 0;  ///< of address space; the address sanitizer cannot work with a limit and gets none
  std::uint64_t file_bytes = 0;    ///< of each file it writes, its printed text included; more fails as on a full disk
  std::uint64_t cpu_seconds = 60;
  std::string out{};  ///< where the standard output goes, if it should not be kept
};

/// Runs build/<preset>/bin/<program> in the folder, without a shell.
ProgramResult run_program(const std::string& program, const std::vector<std::string>& words,
                          const std::filesystem::path& folder, const ProgramLimits& limits = {});

/// The same for any program, given by its path.
ProgramResult run_binary(const std::filesystem::path& binary, const std::vector<std::string>& words,
                         const std::filesystem::path& folder, const ProgramLimits& limits = {});

std::string read_bytes(const std::filesystem::path& path);
std::vector<float> read_floats(const std::filesystem::path& path);

}  // namespace femtobragg::tests
