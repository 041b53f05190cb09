// Refuses requests that this machine's memory cannot hold, before the system kills the program.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

namespace femtobragg {

std::uint64_t physical_memory_bytes();

/// The product of the factors, or nothing if it leaves 64 bits.
std::optional<std::uint64_t> checked_product(std::initializer_list<std::uint64_t> factors);

/// Throws Error(Runtime) if that many bytes (nothing: more than 64 bits can count) exceed the memory.
void require_memory(std::optional<std::uint64_t> bytes, const std::string& what, const std::string& size,
                    const std::string& remedy);

}  // namespace femtobragg
