// The project's version, as CMakeLists.txt states it.
#pragma once

namespace femtobragg {

extern const char* const version;

}  // namespace femtobragg
