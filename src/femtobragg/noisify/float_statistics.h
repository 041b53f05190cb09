// What float_add says of images: moments of one, and how two of them agree.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace femtobragg::noisify {

/// Moments of the values of an image about their mean, from sums of powers about the first value.
class FloatStatistics {
 public:
  void add(double value);
  /// Lines of text.
  std::string report() const;

 private:
  std::uint64_t count_ = 0;
  double first_ = 0, least_ = 0, most_ = 0;
  double sum_ = 0, squares_ = 0, cubes_ = 0, fourths_ = 0;  ///< of value - first
};

/// Correlation and least-squares scales of two images.
class FloatAgreement {
 public:
  void add(double a, double b);
  std::string report() const;

 private:
  std::uint64_t count_ = 0;
  double a_ = 0, b_ = 0, aa_ = 0, bb_ = 0, ab_ = 0;
};

/// How many values there are in each bin of a width.
class FloatHistogram {
 public:
  explicit FloatHistogram(double width) : width_(width) {}
  void add(double value);
  /// A line for each bin that has any: where it begins, and the count.
  std::string report() const;

 private:
  double width_;
  std::map<double, std::uint64_t> counts_;
};

}  // namespace femtobragg::noisify
