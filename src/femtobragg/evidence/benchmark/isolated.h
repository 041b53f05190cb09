// Runs work in a process of its own: nothing is warm when it begins, and its memory is its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace femtobragg::evidence {

/// Calls `work` in a copy of this process and returns its text. Only before this process has started other threads.
/// Throws Error(Runtime) with the message of the exception that the work threw, or if the copy dies.
std::string isolated(const std::function<std::string()>& work);

/// Peak resident memory of this process since isolated() began. Zero if the system does not report it.
std::uint64_t peak_memory_bytes();

}  // namespace femtobragg::evidence
