// The machine and the build that numbers come from.
#pragma once

#include <string>

namespace femtobragg::evidence {

struct Machine {
  std::string processor;  ///< empty if the system does not report it
  int cores = 1;          ///< cores that this process may use
  double load = 0;        ///< mean number of running processes in the last minute; negative if unknown
};
Machine this_machine();

struct Build {
  std::string commit;  ///< ends with "-dirty" if files differ from the commit; empty if unknown
  std::string compiler;
  std::string flags;  ///< compiler flags of all files
};
Build this_build();

}  // namespace femtobragg::evidence
