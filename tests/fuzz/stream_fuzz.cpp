// CrystFEL's streams and cells: what is read is a sound detector, and a closed cell.
#include "femtobragg/formats/geometry/stream_file.h"
#include "femtobragg/formats/tables/cell_file.h"
#include "femtobragg/model/unit_cell.h"
#include "tests/fuzz/geometry_fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  for (const formats::GeometryGaps& gaps : {formats::GeometryGaps{.experiment = 1}, formats::GeometryGaps{}})
    fuzz::allow_refusal([&] { fuzz::require_sound(formats::parse_stream(text, "fuzz", gaps)); });
  fuzz::allow_refusal([&] { require_closed(cell_of_numbers(formats::parse_cell_file(text, "fuzz").cell)); });
  return 0;
}
