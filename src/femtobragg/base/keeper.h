// Who keeps memory alive that plain pointers point into, as kernels need them.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace femtobragg {

/// Copies share the memory.
using Keeper = std::shared_ptr<const void>;

/// Numbers that several may keep.
template <class T>
using Shared = std::shared_ptr<const std::vector<T>>;

/// Makes numbers into such.
template <class T>
Shared<T> shared(std::vector<T> numbers) {
  return std::make_shared<const std::vector<T>>(std::move(numbers));
}

}  // namespace femtobragg
