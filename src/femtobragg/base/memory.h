// Refuses requests that this machine's memory cannot hold, before the system kills the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

namespace femtobragg {

std::uint64_t physical_memory_bytes();

/// The largest request that require_memory() allows: the physical memory, or what was set.
std::uint64_t memory_limit_bytes();
/// Sets that limit, for programs that share the machine and for tests. Not while other threads use the library.
void set_memory_limit_bytes(std::uint64_t bytes);

/// The product of the factors, or nothing if it leaves 64 bits.
std::optional<std::uint64_t> checked_product(std::initializer_list<std::uint64_t> factors);

/// Throws Error(Runtime) if that many bytes (nothing: more than 64 bits can count) exceed the limit.
void require_memory(std::optional<std::uint64_t> bytes, const std::string& what, const std::string& size,
                    const std::string& remedy);

/// Asks the system for large pages, which cause far fewer page faults when untouched memory is filled. This is a hint:
/// without such pages nothing changes.
void prefer_large_pages(void* begin, std::size_t bytes);

}  // namespace femtobragg
