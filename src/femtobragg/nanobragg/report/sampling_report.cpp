// Counts in words.
#include "femtobragg/nanobragg/report/sampling_report.h"

#include "femtobragg/assemble/sampling_choice.h"
#include "femtobragg/base/columns.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/text.h"

namespace femtobragg::nanobragg {

std::string percent_words(double fraction) {
  if (fraction < 1e-6) return "below 0.0001 %";
  return fraction >= 0.995 ? "about all" : format_number(100 * fraction, 2) + " %";
}

std::string sampling_line(const assemble::SamplingReport& sampling) {
  std::string counts;
  for (const assemble::SampledSpread& spread : sampling.spreads)
    counts += (counts.empty() ? "" : ", ") + counted(static_cast<std::size_t>(spread.count), spread.part);
  if (counts.empty()) return {};
  return "sampling: " + counts + "; " + assemble::error_words(sampling.error);
}

std::string sampling_page(const assemble::SamplingReport& sampling) {
  if (sampling.spreads.empty())
    return "Nothing is sampled but pixels: there is no rotation, divergence, dispersion, spectrum or mosaic spread.\n";
  constexpr std::size_t name_width = 32, count_width = 8, origin_width = 10;
  std::string text = "  " + left_aligned("sampled in", name_width) + left_aligned("parts", count_width) +
                     left_aligned("", origin_width) + "change of integrated intensities if doubled\n";
  for (const assemble::SampledSpread& spread : sampling.spreads)
    text += "  " + left_aligned(spread.part + "s", name_width) +
            left_aligned(std::to_string(spread.count), count_width) +
            left_aligned(spread.given ? "given" : "chosen", origin_width) + percent_words(spread.change) + "\n";
  text += "  all together: " + assemble::error_words(sampling.error) + " (mean, weighted by intensity)";
  return text + (sampling.error > sampling.accuracy
                     ? "; the accuracy asked for is " + percent_words(sampling.accuracy) + "\n"
                     : "\n");
}

}  // namespace femtobragg::nanobragg
