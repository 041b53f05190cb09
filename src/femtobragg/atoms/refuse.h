// Refusal of a file.
#pragma once

#include <string>

#include "femtobragg/base/error.h"

namespace femtobragg::atoms {

/// Throws Error(Runtime).
[[noreturn]] inline void refuse(const std::string& what, const std::string& where, const std::string& value,
                                const std::string& rule, const std::string& remedy = "correct the file") {
  throw Error::runtime({.what = what, .where = where, .value = value, .rule = rule, .remedy = remedy});
}

}  // namespace femtobragg::atoms
