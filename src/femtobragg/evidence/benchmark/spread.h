// What repeated measurements say: the middle one and the two ends.
#pragma once

#include <cstddef>
#include <vector>

namespace femtobragg::evidence {

struct Spread {
  double median = 0, min = 0, max = 0;
};

/// Of at least one value.
Spread spread_of(std::vector<double> values);

/// How often something that takes so long is measured if nobody says: five times, fewer above 20 s, at least once.
int default_runs(double seconds);

/// So many rows of an image took a program so long.
struct TimedRows {
  std::size_t rows = 0;
  double seconds = 0;
};

/// Time for all rows of an image, of which the rows of two runs were timed: what one row more takes, and what a run
/// takes before its first row, are told apart. At least the time of the longer run.
double seconds_of_all_rows(const TimedRows& few, const TimedRows& more, std::size_t all_rows);

/// So many rows of an image, evenly spread: programs that give each thread a block of rows then give all of them work.
std::vector<std::size_t> spread_rows(std::size_t rows, std::size_t all_rows);

}  // namespace femtobragg::evidence
