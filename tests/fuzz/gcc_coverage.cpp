// What GCC's instruments see, told to libFuzzer, which refuses GCC's calls: a counter for each place that was passed.
#include <cstddef>
#include <cstdint>

namespace {

constexpr std::size_t places = 1 << 16;
[[gnu::section("__libfuzzer_extra_counters")]] std::uint8_t passed[places];

}  // namespace

extern "C" {

/// Instead of the function of that name that ends the program (the linker's --wrap).
void __wrap___sanitizer_cov_trace_pc() {
  const auto place = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  std::uint8_t& count = passed[(place ^ (place >> 16)) % places];
  if (count < 255) ++count;
}

// Comparisons of real numbers, which only GCC tells.
void __sanitizer_cov_trace_cmpf(float, float) {}
void __sanitizer_cov_trace_cmpd(double, double) {}
}
