// Public data files that are too large for the project: in shared/data here or beside it, or where
// FEMTOBRAGG_SHARED_DATA says.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "test_paths.h"

namespace femtobragg::tests {

/// The file, or an empty path where it is absent.
inline std::filesystem::path shared_data(const std::string& name) {
  const char* named = std::getenv("FEMTOBRAGG_SHARED_DATA");
  const std::filesystem::path source = FEMTOBRAGG_SOURCE;
  for (const std::filesystem::path& folder :
       {std::filesystem::path(named ? named : ""), source / "shared/data", source / "../shared/data"})
    if (std::filesystem::is_regular_file(folder / name)) return folder / name;
  return {};
}

}  // namespace femtobragg::tests

/// Skips the test, and says why, where a shared file is absent.
#define FEMTOBRAGG_SHARED_FILE(variable, name)                                 \
  const std::filesystem::path variable = femtobragg::tests::shared_data(name); \
  if (variable.empty()) GTEST_SKIP() << "shared/data/" << (name) << " is not here"
