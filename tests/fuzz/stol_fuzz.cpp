// The reader of nonBragg's tables, and what it makes of them.
#include "femtobragg/nonbragg/table.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::allow_refusal([&] {
    const nonbragg::Table table = nonbragg::parse_table(fuzz::text_of(data, size), 1e10, "fuzz");
    const auto polynomials = nonbragg::intervals(table);
    std::size_t near = 0;
    for (const double s : {0.0, 1e9, -1e99, 3e10, 2e9}) {
      near = nonbragg::nearest_row(table, s, near);
      fuzz::require(near >= 1 && near < polynomials.size());
    }
  });
  return 0;
}
