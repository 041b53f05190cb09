// What all fuzz targets share: little memory, errors of the library's own type only, and promises that hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"

namespace femtobragg::fuzz {

/// Large tables would only make the search slow.
constexpr std::uint64_t memory_bytes = 4 * 1024 * 1024;

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  set_memory_limit_bytes(memory_bytes);
  return {reinterpret_cast<const char*>(data), size};
}

/// Runs an action that may refuse its input; any other exception ends the fuzzer.
template <class Action>
void allow_refusal(Action&& action) {
  try {
    action();
  } catch (const Error&) {
  }
}

inline void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace femtobragg::fuzz
