// A comparison of two images, as it is judged, told and kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/evidence/compare/image_comparison.h"
#include "femtobragg/evidence/dual_run.h"

namespace femtobragg::evidence {

/// What was asked.
struct ComparisonTerms {
  std::vector<std::string> arguments;   ///< of both programs
  std::optional<double> threshold;      ///< least correlation
  std::optional<double> sum_tolerance;  ///< most |sum ratio - 1|
  bool resample = false;
  std::optional<ImageRegion> roi;
  double png_percentile = 99.5;
};

enum class Verdict { NotJudged, Agreed, Disagreed, NotANumber };

struct Comparison {
  ComparisonTerms terms;
  std::optional<RunnerResult> first_run, second_run;  ///< nothing: the image was there already
  std::string first_name, second_name;                ///< for the reader
  Image first, second;                                ///< of one shape
  std::vector<std::uint8_t> counts;                   ///< one byte a pixel, 0: it does not count; empty: all do
  ImageRegion region;                                 ///< that was compared
  ImageComparison numbers;
  std::string resampled_from;  ///< the shape of the second image before; empty: it was the first's

  Verdict verdict() const;
};

/// Compares what has been put into `first` and `second`, within the region of interest. Throws Error(Usage) where that
/// holds no pixel.
void compare(Comparison& comparison);

/// For the reader at a terminal: times, the table, the verdict in its last line.
std::string report_of(const Comparison& comparison);
std::string verdict_line(const Comparison& comparison);

/// The rows of the table: quantity and value.
std::vector<std::pair<std::string, std::string>> table_rows(const Comparison& comparison);

/// summary.json: every number. What does not exist or is no number is null.
std::string summary_json(const Comparison& comparison);

/// c.png and py.png on the grey levels of the first image, and diff.png.
void write_pictures(const Comparison& comparison, const Image& difference, const std::filesystem::path& folder);

/// One page that holds everything, the pictures of the folder among it.
std::string comparison_page(const Comparison& comparison, const std::filesystem::path& folder);

}  // namespace femtobragg::evidence
