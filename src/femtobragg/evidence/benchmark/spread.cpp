// Order statistics and extrapolation of times.
#include "femtobragg/evidence/benchmark/spread.h"

#include <algorithm>
#include <cmath>

namespace femtobragg::evidence {

Spread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t n = values.size();
  const double median = 0.5 * (values[(n - 1) / 2] + values[n / 2]);
  return {median, values.front(), values.back()};
}

int default_runs(double seconds) {
  constexpr double most = 5, budget_s = 100;
  return static_cast<int>(std::clamp(std::floor(budget_s / std::max(seconds, 1e-9)), 1.0, most));
}

double seconds_of_all_rows(const TimedRows& few, const TimedRows& more, std::size_t all_rows) {
  const double per_row = (more.seconds - few.seconds) / static_cast<double>(more.rows - few.rows);
  return more.seconds + std::max(0.0, per_row) * static_cast<double>(all_rows - more.rows);
}

std::vector<std::size_t> spread_rows(std::size_t rows, std::size_t all_rows) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < rows; ++i) chosen.push_back((2 * i + 1) * all_rows / (2 * rows));
  return chosen;
}

}  // namespace femtobragg::evidence
