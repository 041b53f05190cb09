// Summary of repeated measurements: median, minimum and maximum.
#pragma once

#include <cstddef>
#include <vector>

namespace femtobragg::evidence {

struct Spread {
  double median = 0, min = 0, max = 0;
};

/// Requires at least one value.
Spread spread_of(std::vector<double> values);

/// Default number of measurements for something that takes this long: five, fewer above 20 s, at least one.
int default_runs(double seconds);

/// The time that a program took for a number of rows of an image.
struct TimedRows {
  std::size_t rows = 0;
  double seconds = 0;
};

/// Time for all rows of an image, extrapolated from two runs with different numbers of rows, which separates the time
/// per row from the time before the first row. At least the time of the longer run.
double seconds_of_all_rows(const TimedRows& few, const TimedRows& more, std::size_t all_rows);

/// A number of rows spread evenly over an image, so that programs that give each thread a block of rows use all
/// threads.
std::vector<std::size_t> spread_rows(std::size_t rows, std::size_t all_rows);

}  // namespace femtobragg::evidence
