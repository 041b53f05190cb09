// The suffixes of truth files.
#include <array>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/tables/truth_file.h"

namespace femtobragg::formats {

TruthFormat truth_format_of(const std::string& path) {
  using enum TruthFormat;
  constexpr std::array<std::pair<std::string_view, TruthFormat>, 4> known = {
      {{".h5", Hdf5}, {".csv", Csv}, {".refl", Refl}, {".stream", Stream}}};
  const std::string suffix = suffix_of(path);
  for (const auto& [candidate, format] : known)
    if (candidate == suffix) return format;
  throw Error::usage({.what = "unknown format of a reflection list",
                      .where = in_quotes(path),
                      .value = suffix.empty() ? "no suffix" : in_quotes(suffix),
                      .rule = "the suffix must be one of .h5 .csv .refl .stream",
                      .remedy = "rename the output"});
}

}  // namespace femtobragg::formats
