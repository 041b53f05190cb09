// What is known of parameters beforehand: restraints, bounds, and ties.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "femtobragg/gradients/parameter.h"

#pragma GCC visibility push(default)
namespace femtobragg::refine {

/// Pulls a parameter towards a value, in its unit; in all images that have their own.
struct Restraint {
  std::string parameter;
  double value = 0, sigma = 1;
};

/// Parses NAME=VALUE±SIGMA or NAME=VALUE+-SIGMA. Throws Error(Usage).
Restraint parse_restraint(const std::string& text);

/// A parameter stays within these, in its unit.
struct Bounds {
  std::string parameter;
  double lowest = -std::numeric_limits<double>::infinity(), highest = std::numeric_limits<double>::infinity();
};

/// Parses NAME=LOWEST:HIGHEST; one of the two may be left out. Throws Error(Usage).
Bounds parse_bounds(const std::string& text);

/// Values that are this close to a bound are at it.
double width_of_bound(const gradients::ParameterInfo& info);

/// The value, at the bound that it misses by no more than rounding.
double at_near_bound(const gradients::ParameterInfo& info, double value);

/// Narrows the parameter's own bounds. Throws Error(Usage) if nothing is left, or the bounds are wider than its own.
void narrow(gradients::ParameterInfo& info, const Bounds& bounds);

/// Parameters that have one value, which starts as that of the first.
using Tie = std::vector<std::string>;

/// Parses NAME=NAME, or more of them. Throws Error(Usage).
Tie parse_tie(const std::string& text);

/// The parameter whose value this one has: itself, where it is in no tie.
std::string leader_of(const std::vector<Tie>& ties, const std::string& parameter);

/// Whether an image hardly tells two parameters apart.
bool do_alike(const gradients::ParameterInfo& one, const gradients::ParameterInfo& other);

/// The standard deviation of a weak prior: ten times what an image shows.
double weak_sigma(const gradients::ParameterInfo& info);

}  // namespace femtobragg::refine
#pragma GCC visibility pop
