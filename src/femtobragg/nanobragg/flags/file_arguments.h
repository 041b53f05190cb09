// The files that a command line names, for running it in another folder.
#pragma once

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace femtobragg::nanobragg {

struct FileArguments {
  std::vector<std::string> words;            ///< the same, input files by absolute path, others by their bare name
  std::vector<std::filesystem::path> dumps;  ///< named dump files that exist: to be copied to where the program runs
  bool names_dump = false;                   ///< whether a flag names one
  std::set<std::string> outputs;             ///< files that a run may leave in its folder
};

/// `folder` is the one that relative names are seen from.
FileArguments file_arguments(std::span<const std::string> words, const std::filesystem::path& folder);

/// The files that flags read, and the scene in front of them, as they are named.
std::vector<std::string> input_files(std::span<const std::string> words);

}  // namespace femtobragg::nanobragg
