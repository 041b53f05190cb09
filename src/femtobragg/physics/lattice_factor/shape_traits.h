// What a crystal shape says about itself besides its formulas.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "femtobragg/physics/lattice_factor/domain.h"

namespace femtobragg::physics {

/// What is true of most shapes; the others say so in their headers. Each shape has besides these
///   name          what it is called: "ellipsoid"
///   adjective     of a crystal of this shape: "ellipsoidal"
///   flags, help   of command lines, without dash; the first flag is the usual one
///   full_width    of its spots: full width at half maximum of L^2, in Miller indices, times the number of cells
///   lattice_factor(domain, hkl, hkl0)   and Relative, the same for packs; see domain.h
///   metric(domain), radius(domain, level)   where spots end; not if by_axes
struct ShapeTraits {
  /// Whether the lattice factor is the same from both lattice points half-way between them.
  static constexpr bool smooth_half_way = false;
  /// Whether spots end, without fringes from one to the next.
  static constexpr bool compact = true;
  /// Whether it is a product of a factor for each axis, axis_factors(): then a single cell along an axis has no spots.
  static constexpr bool by_axes = false;
  /// Whether spots have an edge: then no derivatives with respect to what moves them.
  static constexpr bool has_edges = false;
  /// Whether the squared distance from a spot is multiplied by the domain's fudge.
  static constexpr bool has_fudge = true;
  /// Whether the form of spots is that of the domain's width, not of its numbers of cells.
  static constexpr bool by_width = false;
  /// Whether its closed form loses so many digits next to a lattice point that a pixel there may count nothing.
  static constexpr bool fails_at_nodes = false;

  // For lanes. A shape with several evaluators lists them as Lanes, each with serves(domain), itself last.

  /// Whether there are float lanes at all.
  static constexpr bool in_floats = true;
  /// Whether floats can hold the lattice factors of a domain.
  static bool floats_hold(const Domain<double>&) { return true; }
  /// Largest change of (L / N)^2 for a unit change of a Miller index, within a factor of two. Relative to a full spot;
  /// for fringes relative to a fringe, for no pixel may lie on a spot.
  static double steepest_slope(const Domain<double>& domain) { return 1.7 * most_cells(domain); }
  /// The least that the brightest pixel of an image must have for floats to keep 1e-5 of it, relative to a full spot.
  static constexpr double least_brightness_in_floats = 0;
  /// Multiply-adds in the loop over terms for one pixel, those of a sine given; zero where nobody counted.
  static constexpr double multiply_adds(double /*sine*/) { return 0; }
};

/// The same of a shape that is known by its number only.
struct ShapeInfo {
  std::string_view name, adjective, help;
  std::array<std::string_view, 2> flags;  ///< the second may be empty
  double full_width;
  bool by_axes, has_edges, has_fudge, by_width, fails_at_nodes;
};

template <class Shape>
inline constexpr ShapeInfo info_of{.name = Shape::name,
                                   .adjective = Shape::adjective,
                                   .help = Shape::help,
                                   .flags = Shape::flags,
                                   .full_width = Shape::full_width,
                                   .by_axes = Shape::by_axes,
                                   .has_edges = Shape::has_edges,
                                   .has_fudge = Shape::has_fudge,
                                   .by_width = Shape::by_width,
                                   .fails_at_nodes = Shape::fails_at_nodes};

}  // namespace femtobragg::physics
