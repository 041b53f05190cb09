// The version: that of the tag, or the project's (cmake/version.cmake).
#pragma once

#pragma GCC visibility push(default)
namespace femtobragg {

extern const char* const version;

}  // namespace femtobragg
#pragma GCC visibility pop
