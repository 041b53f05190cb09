// The judgement and its texts.
#include "femtobragg/evidence/compare/comparison.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/picture/picture.h"

namespace femtobragg::evidence {
namespace {

using nlohmann::ordered_json;

std::string at_text(const PixelPlace& place) {
  return " at fast " + std::to_string(place.fast) + ", slow " + std::to_string(place.slow);
}

std::string nine(double value) { return format_number(value, 9); }

std::string px_text(const std::optional<double>& distance) {
  return distance ? format_number(*distance, 4) + " px" : "no pairs";
}

double seconds_of(const std::optional<RunnerResult>& result) { return result->run.wall_s; }

ordered_json milliseconds_of(const std::optional<RunnerResult>& result) {
  return result ? ordered_json(1e3 * result->run.wall_s) : ordered_json();
}
ordered_json hash_of(const std::optional<RunnerResult>& result) {
  return result ? ordered_json(result->sha256) : ordered_json();
}
ordered_json called_as(const std::optional<RunnerResult>& result) {
  return result ? ordered_json(result->runner.name) : ordered_json();
}
ordered_json more_words_of(const std::optional<RunnerResult>& result) {
  return result ? ordered_json(result->runner.more) : ordered_json();
}
ordered_json files_of(const std::optional<RunnerResult>& result) {
  return result ? ordered_json(result->unexpected_files) : ordered_json();
}
ordered_json memory_of(const std::optional<RunnerResult>& result) {
  return result ? ordered_json(result->run.peak_memory_bytes) : ordered_json();
}
template <class T>
ordered_json or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

ordered_json roi_of(const ComparisonTerms& terms) {
  if (!terms.roi) return {};
  const ImageRegion& r = *terms.roi;
  return {r.fast_begin, r.fast_end - 1, r.slow_begin, r.slow_end - 1};
}

const char* word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Agreed: return "agreed";
    case Verdict::Disagreed: return "disagreed";
    case Verdict::NotANumber: return "not a number";
    case Verdict::NotJudged: break;
  }
  return "not judged";
}

}  // namespace

Verdict Comparison::verdict() const {
  if (std::isnan(numbers.correlation)) return Verdict::NotANumber;
  if (!terms.threshold && !terms.sum_tolerance) return Verdict::NotJudged;
  const bool correlated = !terms.threshold || numbers.correlation >= *terms.threshold;
  const bool equal_sums = !terms.sum_tolerance || std::abs(numbers.sum_ratio - 1) <= *terms.sum_tolerance;
  return correlated && equal_sums ? Verdict::Agreed : Verdict::Disagreed;
}

void compare(Comparison& c) {
  ImageRegion region = c.terms.roi.value_or(ImageRegion{0, c.first.n_fast, 0, c.first.n_slow});
  region.fast_end = std::min(region.fast_end, c.first.n_fast);
  region.slow_end = std::min(region.slow_end, c.first.n_slow);
  if (region.fast_begin >= region.fast_end || region.slow_begin >= region.slow_end)
    throw Error::usage({.what = "no pixel is in the region of interest",
                        .where = "--roi",
                        .rule = "the images have " + std::to_string(c.first.n_fast) + " x " +
                                std::to_string(c.first.n_slow) + " pixels",
                        .remedy = "give xmin xmax ymin ymax, both ends included"});
  c.region = region;
  c.numbers = compare_images(c.first, c.second, region, c.counts);
  if (c.numbers.pixels == 0)
    throw Error::usage({.what = "no pixel is valid in both images",
                        .rule = "masked, overloaded and bad pixels are excluded, and none is left",
                        .remedy = "check the masks and the saturation of the images"});
  c.full_colour_sigma = usual_limit(deviation_of(c.first, c.second, c.counts), c.region);
}

std::vector<std::pair<std::string, std::string>> table_rows(const Comparison& c) {
  const ImageComparison& n = c.numbers;
  std::vector<std::pair<std::string, std::string>> rows = {
      {"pixels compared", std::to_string(n.pixels)},
      {"correlation", format_number(n.correlation, 12)},
      {"RMSE", nine(n.rmse)},
      {"MSE", nine(n.mse)},
      {"largest absolute difference", nine(n.max_abs_diff) + at_text(n.max_abs_at)},
      {"largest relative difference", nine(n.max_rel_diff) + at_text(n.max_rel_at)},
      {"sums", nine(n.sum_first) + ", " + nine(n.sum_second)},
      {"sum ratio (second / first)", format_number(n.sum_ratio, 12)},
      {"brightest pixels", nine(n.max_first) + ", " + nine(n.max_second)},
      {"peaks", std::to_string(n.peaks.first) + ", " + std::to_string(n.peaks.second) + "; " +
                    std::to_string(n.peaks.matched) + " matched"},
      {"mean distance of matched peaks", px_text(n.peaks.mean_distance_px)},
      {"largest distance", px_text(n.peaks.max_distance_px)}};
  if (n.excluded > 0) rows.push_back({"pixels excluded", std::to_string(n.excluded)});
  if (n.not_finite > 0) rows.push_back({"pixels that are not finite numbers", std::to_string(n.not_finite)});
  if (c.full_colour_sigma > 0)
    rows.push_back({"999 of 1000 differ by at most", format_number(c.full_colour_sigma) + " standard deviations"});
  if (!c.resampled_from.empty()) rows.push_back({"second image resampled from", c.resampled_from});
  return rows;
}

std::string verdict_line(const Comparison& c) {
  const ImageComparison& n = c.numbers;
  std::string found = "correlation " + format_number(n.correlation, 12), asked;
  if (c.terms.threshold) asked += " (required: at least " + nine(*c.terms.threshold) + ")";
  found += asked + ", sum ratio " + format_number(n.sum_ratio, 12);
  if (c.terms.sum_tolerance) found += " (required: within " + nine(*c.terms.sum_tolerance) + " of 1)";
  switch (c.verdict()) {
    case Verdict::Agreed: return "AGREED: " + found;
    case Verdict::Disagreed: return "DISAGREED: " + found;
    case Verdict::NotANumber:
      return n.not_finite > 0 ? "NOT COMPARABLE: an image contains values that are not finite numbers"
                              : "NOT COMPARABLE: an image is flat, so there is no correlation";
    case Verdict::NotJudged: break;
  }
  return "no verdict, because no threshold was given: " + found;
}

std::string report_of(const Comparison& c) {
  std::string text;
  if (c.first_run && c.second_run) {
    const bool one_binary = c.first_name == c.second_name;
    const auto line = [&](const char* name, const std::optional<RunnerResult>& result) {
      text += std::string(name) + " runtime: " + format_fixed(seconds_of(result), 3) + " s\n";
    };
    line(one_binary ? "first" : "C", c.first_run);
    line(one_binary ? "second" : "Py", c.second_run);
    text += "speedup: " + format_number(seconds_of(c.first_run) / seconds_of(c.second_run), 3) + "\n\n";
  }
  constexpr std::size_t width = 34;
  for (const auto& [quantity, value] : table_rows(c))
    text += quantity + std::string(quantity.size() < width ? width - quantity.size() : 1, ' ') + value + "\n";
  return text + "\n" + verdict_line(c) + "\n";
}

std::string summary_json(const Comparison& c) {
  const ImageComparison& n = c.numbers;
  const bool ran = c.first_run && c.second_run;
  const ordered_json object = {
      {"correlation", n.correlation},
      {"mse", n.mse},
      {"rmse", n.rmse},
      {"max_abs_diff", n.max_abs_diff},
      {"max_abs_diff_at", {n.max_abs_at.fast, n.max_abs_at.slow}},
      {"max_rel_diff", n.max_rel_diff},
      {"max_rel_diff_at", {n.max_rel_at.fast, n.max_rel_at.slow}},
      {"c_sum", n.sum_first},
      {"py_sum", n.sum_second},
      {"sum_c", n.sum_first},
      {"sum_py", n.sum_second},
      {"sum_ratio", n.sum_ratio},
      {"c_max", n.max_first},
      {"py_max", n.max_second},
      {"peaks_c", n.peaks.first},
      {"peaks_py", n.peaks.second},
      {"peaks_matched", n.peaks.matched},
      {"mean_peak_distance", or_null(n.peaks.mean_distance_px)},
      {"max_peak_distance", or_null(n.peaks.max_distance_px)},
      {"pixels", n.pixels},
      {"pixels_excluded", n.excluded},
      {"pixels_not_finite", n.not_finite},
      {"shape", {c.first.n_slow, c.first.n_fast}},
      {"runtime_c_ms", milliseconds_of(c.first_run)},
      {"runtime_py_ms", milliseconds_of(c.second_run)},
      {"speedup", ran ? ordered_json(seconds_of(c.first_run) / seconds_of(c.second_run)) : ordered_json()},
      {"memory_c_bytes", memory_of(c.first_run)},
      {"memory_py_bytes", memory_of(c.second_run)},
      {"args", c.terms.arguments},
      {"folder", std::filesystem::current_path().string()},
      {"c_binary", c.first_name},
      {"py_binary", c.second_name},
      {"c_binary_sha256", hash_of(c.first_run)},
      {"py_binary_sha256", hash_of(c.second_run)},
      {"c_called_as", called_as(c.first_run)},
      {"py_called_as", called_as(c.second_run)},
      {"c_more_args", more_words_of(c.first_run)},
      {"py_more_args", more_words_of(c.second_run)},
      {"c_unexpected_files", files_of(c.first_run)},
      {"py_unexpected_files", files_of(c.second_run)},
      {"roi", roi_of(c.terms)},
      {"resample", c.terms.resample},
      {"resampled_from", c.resampled_from.empty() ? ordered_json() : ordered_json(c.resampled_from)},
      {"png_scale_method", c.terms.png_percentile ? "percentile" : "spots"},
      {"png_scale_percentile", or_null(c.terms.png_percentile)},
      {"diff_png_full_colour_sigma", c.full_colour_sigma},
      {"threshold", or_null(c.terms.threshold)},
      {"sum_tolerance", or_null(c.terms.sum_tolerance)},
      {"verdict", word_of(c.verdict())}};
  return object.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string headline(const Comparison& c) {
  const auto file = [](const std::string& name) { return std::filesystem::path(name).filename().string(); };
  return c.first_run ? "Two programs on the same arguments: " + file(c.first_name) + " (first) and " +
                           file(c.second_name) + " (second)"
                     : "Two images: " + file(c.first_name) + " (first) and " + file(c.second_name) + " (second)";
}

void write_pictures(const Comparison& c, const std::filesystem::path& folder) {
  formats::PreviewOptions options;
  options.percentile = c.terms.png_percentile;
  const auto counted = [&](Image image) {
    for (std::size_t i = 0; i < c.counts.size(); ++i)
      if (c.counts[i] == 0) image.pixels[i] = std::numeric_limits<float>::quiet_NaN();
    return image;
  };
  const Image first = counted(c.first), second = counted(c.second);
  formats::Tones tones = formats::tones_of(first, options);
  if (!(tones.most > tones.least)) tones = formats::tones_of(second, options);
  formats::write_picture(folder / (c.first_label + ".png"), first, tones);
  formats::write_picture(folder / (c.second_label + ".png"), second, tones);
  formats::write_difference_picture(folder / "diff.png", deviation_of(c.first, c.second, c.counts),
                                    c.full_colour_sigma);
}

}  // namespace femtobragg::evidence
