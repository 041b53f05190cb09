// Memory for images.
#pragma once

#include <cstddef>
#include <vector>

#include "femtobragg/base/memory.h"

namespace femtobragg {

/// A vector of zeros, in large pages where the system has them: most of the time of a large image without noise goes
/// into first touching its memory.
template <class T>
std::vector<T> zeros(std::size_t count) {
  std::vector<T> values;
  values.reserve(count);
  prefer_large_pages(values.data(), count * sizeof(T));
  values.resize(count);
  return values;
}

}  // namespace femtobragg
