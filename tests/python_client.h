// Other people's Python packages as witnesses.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "tests/run_program.h"

namespace femtobragg::tests {

/// Runs a script of the system's Python; false where a module it needs is missing.
inline bool run_python(const TemporaryFolder& folder, const std::string& module, const std::string& script) {
  constexpr int missing = 77;
  folder.write("script.py",
               "import sys\ntry:\n    import " + module + "\nexcept ImportError:\n    sys.exit(77)\n" + script);
  const int status =
      std::system(("cd '" + folder.path().string() + "' && /usr/bin/python3 script.py > log 2>&1").c_str());
  // 127: there is no such Python.
  if (WIFEXITED(status) && (WEXITSTATUS(status) == missing || WEXITSTATUS(status) == 127)) return false;
  EXPECT_EQ(status, 0) << read_bytes(folder / "log");
  return true;
}

}  // namespace femtobragg::tests
