// Fills the page's template (comparison_page.html) with one JSON object.
#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "comparison_page_template.h"
#include "femtobragg/evidence/circumstances.h"
#include "femtobragg/evidence/compare/comparison.h"
#include "femtobragg/formats/io/digest.h"
#include "femtobragg/formats/io/input_file.h"

namespace femtobragg::evidence {
namespace {

using nlohmann::ordered_json;

std::string picture_of(const std::filesystem::path& file) {
  return "data:image/png;base64," + formats::base64_of(formats::read_file(file, "the picture"));
}

/// Values for the read-out under the cursor, where they do not make the page too large.
ordered_json values_of(const Image& image) {
  constexpr std::size_t most_pixels = 1 << 20;
  if (image.pixels.size() > most_pixels) return {};
  return formats::base64_of({reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size() * sizeof(float)});
}

/// Numbers of compared pixels by decimal logarithm of their photons.
ordered_json histogram_of(const Comparison& c) {
  constexpr std::size_t bins = 60;
  const double most = std::log10(std::max({c.numbers.max_first, c.numbers.max_second, 1e-30}));
  constexpr double decades = 8;
  const double least = most - decades;
  const auto counts = [&](const Image& image) {
    std::array<std::size_t, bins> counted{};
    for (std::size_t slow = c.region.slow_begin; slow < c.region.slow_end; ++slow)
      for (const float photons :
           image.row(slow).subspan(c.region.fast_begin, c.region.fast_end - c.region.fast_begin)) {
        if (!(photons > 0) || !std::isfinite(photons)) continue;
        const double share = (std::log10(static_cast<double>(photons)) - least) / decades;
        if (share >= 0) ++counted[std::min(static_cast<std::size_t>(share * bins), bins - 1)];
      }
    return counted;
  };
  return {{"least", least}, {"most", most}, {"first", counts(c.first)}, {"second", counts(c.second)}};
}

ordered_json run_of(const std::optional<RunnerResult>& result) {
  if (!result) return {};
  return {{"command", shell_command(result->command)},
          {"description", result->runner.description},
          {"seconds", result->run.wall_s},
          {"sha256", result->sha256}};
}

}  // namespace

std::string comparison_page(const Comparison& c, const std::filesystem::path& folder) {
  ordered_json rows = ordered_json::array();
  for (const auto& [quantity, value] : table_rows(c)) rows.push_back({quantity, value});
  const ordered_json data = {{"headline", headline(c)},
                             {"verdict", verdict_line(c)},
                             {"full_colour", c.full_colour_sigma},
                             {"names", {c.first_name, c.second_name}},
                             {"shape", {c.first.n_fast, c.first.n_slow}},
                             {"pictures",
                              {picture_of(folder / (c.first_label + ".png")),
                               picture_of(folder / (c.second_label + ".png")), picture_of(folder / "diff.png")}},
                             {"values", {values_of(c.first), values_of(c.second)}},
                             {"table", rows},
                             {"histogram", histogram_of(c)},
                             {"runs", {run_of(c.first_run), run_of(c.second_run)}}};
  std::string text = data.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  // Nothing in a name may end the script, or begin another.
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos;) text.replace(at, 1, "\\u003c");
  std::string page = comparison_page_template;
  const std::string_view place = "@DATA@";
  page.replace(page.find(place), place.size(), text);
  return page;
}

}  // namespace femtobragg::evidence
