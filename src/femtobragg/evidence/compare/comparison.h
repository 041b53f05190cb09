// A comparison of two images: its criteria, results and reports.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/evidence/compare/image_comparison.h"
#include "femtobragg/evidence/dual_run.h"

namespace femtobragg::evidence {

/// What was requested.
struct ComparisonTerms {
  std::vector<std::string> arguments;   ///< arguments of both programs
  std::optional<double> threshold;      ///< least correlation
  std::optional<double> sum_tolerance;  ///< most |sum ratio - 1|
  bool resample = false;
  std::optional<ImageRegion> roi;
  std::optional<double> png_percentile;  ///< nothing: by the spots
};

enum class Verdict { NotJudged, Agreed, Disagreed, NotANumber };

struct Comparison {
  ComparisonTerms terms;
  std::optional<RunnerResult> first_run, second_run;   ///< nothing: the image existed already
  std::string first_name, second_name;                 ///< names shown to the user
  std::string first_label = "c", second_label = "py";  ///< what names of files begin with
  Image first, second;                                 ///< both have the same shape
  std::vector<std::uint8_t> counts;  ///< one byte per pixel, 0: excluded; empty: all pixels are included
  ImageRegion region;                ///< the compared region
  ImageComparison numbers;
  double full_colour_sigma = 0;  ///< the difference that its picture shows in full colour
  std::string resampled_from;    ///< the shape of the second image before resampling; empty: it was the first's

  Verdict verdict() const;
};

/// Compares `first` and `second` within the region of interest. Throws Error(Usage) if that contains no pixel.
void compare(Comparison& comparison);

/// Report for a terminal: times, the table, and the verdict in the last line.
std::string report_of(const Comparison& comparison);
std::string verdict_line(const Comparison& comparison);
/// What was compared.
std::string headline(const Comparison& comparison);

/// The rows of the table: quantity and value.
std::vector<std::pair<std::string, std::string>> table_rows(const Comparison& comparison);

/// summary.json: every number. Missing values and values that are not numbers are null.
std::string summary_json(const Comparison& comparison);

/// The image of each label on the scale of the first, and diff.png, in standard deviations.
void write_pictures(const Comparison& comparison, const std::filesystem::path& folder);

/// A self-contained page with everything, including the pictures in the folder.
std::string comparison_page(const Comparison& comparison, const std::filesystem::path& folder);

}  // namespace femtobragg::evidence
