// Compiled in by CMakeLists.txt.
#include "femtobragg/base/version.h"

namespace femtobragg {

const char* const version = FEMTOBRAGG_VERSION;

}  // namespace femtobragg
