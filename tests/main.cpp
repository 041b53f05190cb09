// Runs the tests, with the instruction set that FEMTOBRAGG_INSTRUCTION_SET names as the preferred one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>

#include "femtobragg/backends/backend.h"

#ifdef __SANITIZE_ADDRESS__
/// xraylib loses some bytes of each name that is no formula.
extern "C" const char* __lsan_default_suppressions() { return "leak:libxrl"; }
#endif

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--instruction-sets") {
    for (const std::string& name : femtobragg::backends::instruction_sets_here()) std::cout << name << "\n";
    return 0;
  }
  try {
    const char* const name = std::getenv("FEMTOBRAGG_INSTRUCTION_SET");
    if (name && *name) femtobragg::backends::prefer_instruction_set(name);
  } catch (const std::exception& error) {
    std::cerr << "error: FEMTOBRAGG_INSTRUCTION_SET: " << error.what() << "\n";
    return 1;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
