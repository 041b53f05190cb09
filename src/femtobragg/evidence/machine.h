// Where numbers come from: the machine and the build.
#pragma once

#include <string>

namespace femtobragg::evidence {

struct Machine {
  std::string processor;  ///< empty if the system does not tell
  int cores = 1;          ///< that this process may use
  double load = 0;        ///< mean number of running processes in the last minute; negative if unknown
};
Machine this_machine();

struct Build {
  std::string commit;  ///< with "-dirty" where files differ from it; empty if unknown
  std::string compiler;
  std::string flags;  ///< of all files
};
Build this_build();

}  // namespace femtobragg::evidence
