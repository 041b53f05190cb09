// The project's version, as CMakeLists.txt states it.
#pragma once

#pragma GCC visibility push(default)
namespace femtobragg {

extern const char* const version;

}  // namespace femtobragg
#pragma GCC visibility pop
