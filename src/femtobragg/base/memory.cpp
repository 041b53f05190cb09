// Memory limits, by default from the operating system.
#include "femtobragg/base/memory.h"

#include <unistd.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg {
namespace {

std::uint64_t& limit() {
  static std::uint64_t bytes = physical_memory_bytes();
  return bytes;
}

}  // namespace

std::uint64_t physical_memory_bytes() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  return pages > 0 && page_bytes > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes)
                                     : UINT64_MAX;
}

std::uint64_t memory_limit_bytes() { return limit(); }
void set_memory_limit_bytes(std::uint64_t bytes) { limit() = bytes; }

std::optional<std::uint64_t> checked_product(std::initializer_list<std::uint64_t> factors) {
  std::uint64_t product = 1;
  for (const std::uint64_t factor : factors)
    if (__builtin_mul_overflow(product, factor, &product)) return std::nullopt;
  return product;
}

void require_memory(std::optional<std::uint64_t> bytes, const std::string& what, const std::string& size,
                    const std::string& remedy) {
  const std::uint64_t available = memory_limit_bytes();
  if (bytes && *bytes <= available) return;
  const auto gib = [](double b) { return format_number(b / (1024.0 * 1024.0 * 1024.0), 4) + " GiB"; };
  throw Error::runtime({.what = what + " does not fit into memory",
                        .value = size + (bytes ? " (" + gib(static_cast<double>(*bytes)) + ")" : ""),
                        .rule = (available == physical_memory_bytes() ? "this machine has " : "the limit is ") +
                                gib(static_cast<double>(available)),
                        .remedy = remedy});
}

void prefer_large_pages([[maybe_unused]] void* begin, [[maybe_unused]] std::size_t bytes) {
#ifdef __linux__
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), at = reinterpret_cast<std::size_t>(begin);
  const std::size_t first = (at + page - 1) / page * page, last = (at + bytes) / page * page;
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
}

}  // namespace femtobragg
