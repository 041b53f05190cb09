// Sums in double precision, and text.
#include "femtobragg/noisify/float_statistics.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/text.h"

namespace femtobragg::noisify {
namespace {

std::string item(const char* name, double value) { return std::string(name) + " = " + format_number(value); }

}  // namespace

void FloatStatistics::add(double value) {
  if (count_++ == 0) first_ = least_ = most_ = value;
  least_ = std::min(least_, value), most_ = std::max(most_, value);
  const double d = value - first_;
  sum_ += d, squares_ += d * d, cubes_ += d * d * d, fourths_ += d * d * d * d;
}

std::string FloatStatistics::report() const {
  if (count_ == 0) return "no pixels\n";
  const double n = static_cast<double>(count_);
  const double m1 = sum_ / n, m2 = squares_ / n, m3 = cubes_ / n, m4 = fourths_ / n;
  const double mean = first_ + m1, variance = std::max(0.0, m2 - m1 * m1);
  const double third = m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1;
  const double fourth = m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 * m1 * m1 * m1;
  const double rmsd = std::sqrt(variance);
  return item("max", most_) + "  " + item("min", least_) + "\n" + item("mean", mean) + "  " +
         item("rms", std::sqrt(variance + mean * mean)) + "  " + item("rmsd", rmsd) + "\n" +
         item("skewness", third / (variance * rmsd)) + "  " + item("kurtosis", fourth / (variance * variance)) + "\n";
}

void FloatAgreement::add(double a, double b) {
  ++count_;
  a_ += a, b_ += b, aa_ += a * a, bb_ += b * b, ab_ += a * b;
}

std::string FloatAgreement::report() const {
  const double n = static_cast<double>(count_);
  const double spread = std::sqrt((n * aa_ - a_ * a_) * (n * bb_ - b_ * b_));
  return item("CC", (n * ab_ - a_ * b_) / spread) + "\n" + item("scale of 1 to 2", ab_ / aa_) + "  " +
         item("scale of 2 to 1", ab_ / bb_) + "\n";
}

void FloatHistogram::add(double value) {
  if (!std::isnan(value)) ++counts_[std::floor(value / width_) * width_];
}

std::string FloatHistogram::report() const {
  std::string text = "histogram, bins of " + format_number(width_) + ":\n";
  for (const auto& [begin, count] : counts_) text += format_number(begin, 9) + " " + std::to_string(count) + "\n";
  return text;
}

}  // namespace femtobragg::noisify
