// How words become options: each word is tested for every flag, and so is each value.
#include "femtobragg/nonbragg/flags.h"

#include <algorithm>

#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/smv.h"

namespace femtobragg::nonbragg {

bool Flag::is_in(std::string_view word) const {
  if (!word.starts_with('-')) return false;
  return std::ranges::find(exact, word) != exact.end() ||
         std::ranges::any_of(inside, [&](std::string_view name) { return word.find(name) != word.npos; });
}

namespace {

constexpr std::string_view image_flag = "-img";

/// Whether a flag's values are all there.
bool complete(const Flag& flag, std::size_t at, std::size_t words) { return at + flag.values < words; }

std::string numbered(const char* what, const std::string& word) {
  return std::string(what) + " " + in_quotes(word) + " ignored";
}

}  // namespace

std::string image_named(std::span<const std::string> words) {
  std::string file;
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i].starts_with('-') && words[i].find(image_flag) != std::string::npos) file = words[i + 1];
  return file;
}

void apply_header(const formats::SmvImage& image, Options& options) {
  const auto with = [&](const char* key, auto&& use) {
    if (const auto value = formats::smv_number(image.header, key, formats::KeyMatch::LastOccurrence)) use(*value);
  };
  DetectorOptions& d = options.detector;
  d.n_fast = static_cast<std::int64_t>(image.n_fast);
  d.n_slow = static_cast<std::int64_t>(image.n_slow);
  with("PIXEL_SIZE", [&](double mm) { d.pixel_m = metres_from_mm(mm); });
  with("DISTANCE", [&](double mm) { d.distance_m = metres_from_mm(mm); });
  with("CLOSE_DISTANCE", [&](double mm) { d.close_distance_m = metres_from_mm(mm); });
  with("WAVELENGTH", [&](double A) { options.beam.wavelength_m = metres_from_angstrom(A); });
  with("BEAM_CENTER_X", [&](double mm) { d.beam_fast_m = metres_from_mm(mm); });
  with("BEAM_CENTER_Y",
       [&](double mm) { d.beam_slow_m = static_cast<double>(d.n_slow) * d.pixel_m - metres_from_mm(mm); });
  with("ORGX", [&](double px) { d.org_fast_px = px; });
  with("ORGY", [&](double px) { d.org_slow_px = px; });
  with("PHI", [&](double deg) { options.rotation.start_rad = radians_from_degrees(deg); });
  with("OSC_RANGE", [&](double deg) { options.rotation.steps_rad.range = radians_from_degrees(deg); });
}

void apply_words(std::span<const std::string> words, Options& options, std::vector<std::string>& warnings) {
  std::size_t values_end = 0;  // words before this one were values of some flag
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    bool known = i < values_end;
    for (const Flag& flag : flag_table()) {
      if (!flag.is_in(word)) continue;
      known = true;
      if (!complete(flag, i, words.size())) {
        warnings.push_back(word + " needs " + std::string(flag.value_text) + "; ignored");
        continue;
      }
      const auto begin = words.begin() + static_cast<std::ptrdiff_t>(i) + 1;
      const nanobragg::FlagValues values(word, {}, {begin, begin + static_cast<std::ptrdiff_t>(flag.values)},
                                         nanobragg::Reading::Lenient, i + 1 == words.size(), nanobragg::QuirkSet::all(),
                                         warnings);
      if (flag.apply) flag.apply(options, values);
      values_end = std::max(values_end, i + 1 + flag.values);
    }
    if (!known) warnings.push_back(numbered(word.starts_with('-') ? "unknown flag" : "unexpected word", word));
  }
}

}  // namespace femtobragg::nonbragg
