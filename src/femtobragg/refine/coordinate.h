// The optimiser's coordinate for a parameter: a number of order one, within the parameter's bounds.
#pragma once

#include "femtobragg/gradients/parameter.h"

#pragma GCC visibility push(default)
namespace femtobragg::refine {

/// Zero is the start. Throws Error(Usage) where the start is outside the bounds.
class Coordinate {
 public:
  Coordinate(const gradients::ParameterInfo& info, double start);

  double value(double u) const;
  double slope(double u) const;  ///< d(value)/du
  double at(double value) const;
  double lowest() const { return lowest_; }  ///< lower bound of u; may be infinite
  double highest() const { return highest_; }

 private:
  double place_of(double value) const;

  gradients::Transform transform_;
  double start_, scale_;                       ///< change of the value with u at the start
  double least_, most_;                        ///< bounds of the value
  double middle_ = 0, half_ = 1, offset_ = 0;  ///< for a window: value = middle + half tanh(offset + step u)
  double step_ = 1;
  double lowest_, highest_;
};

}  // namespace femtobragg::refine
#pragma GCC visibility pop
