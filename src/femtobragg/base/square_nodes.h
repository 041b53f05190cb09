// Squares of pixels in which a smooth quantity is computed at few nodes: the polynomial through these gives the rest.
#pragma once

#include <cstddef>

namespace femtobragg {

inline constexpr std::size_t smooth_nodes = 8;    ///< of a polynomial, in each direction
inline constexpr std::size_t patch_pixels = 64;   ///< along an edge of the largest squares
inline constexpr std::size_t least_square = 16;   ///< along an edge of the smallest ones
inline constexpr std::size_t square_checks = 16;  ///< pixels at which a polynomial is checked

/// Pixels from the first one on, `side` in each direction.
struct PixelSquare {
  std::size_t fast = 0, slow = 0, side = patch_pixels;
};

/// Nodes of Chebyshev among `pixels` pixels, which keep errors at the ends as small as in the middle, and the values of
/// their Lagrange polynomials. P: a type that gives the numbers the name of their user, such as a pack of an
/// instruction set.
template <class P, std::size_t pixels>
struct NodeWeights {
  alignas(64) double place[smooth_nodes];  ///< pixels from the first
  alignas(64) double by_node[smooth_nodes][pixels];
  alignas(64) double by_pixel[pixels][smooth_nodes];
  /// Where to check: all four corners, and pixels between the nodes in rows and columns of their own.
  alignas(64) double check_fast[square_checks], check_slow[square_checks];

  constexpr NodeWeights() : place{}, by_node{}, by_pixel{}, check_fast{}, check_slow{} {
    constexpr double half = 0.5 * static_cast<double>(pixels);
    constexpr double cosines[smooth_nodes] = {-0.98078528, -0.83146961, -0.55557023, -0.19509032,
                                              0.19509032,  0.55557023,  0.83146961,  0.98078528};
    for (std::size_t k = 0; k < smooth_nodes; ++k) place[k] = half - 0.5 + half * cosines[k];
    for (std::size_t k = 0; k < smooth_nodes; ++k)
      for (std::size_t i = 0; i < pixels; ++i) by_node[k][i] = by_pixel[i][k] = lagrange(k, static_cast<double>(i));
    constexpr int fast_of[square_checks] = {0, 15, 0, 15, 7, 2, 10, 5, 13, 8, 1, 12, 4, 9, 14, 6};
    constexpr int slow_of[square_checks] = {0, 0, 15, 15, 8, 1, 2, 3, 4, 5, 6, 9, 11, 12, 13, 14};
    constexpr double step = static_cast<double>(pixels - 1) / 15;
    for (std::size_t n = 0; n < square_checks; ++n) {
      check_fast[n] = static_cast<double>(static_cast<std::size_t>(fast_of[n] * step + 0.5));
      check_slow[n] = static_cast<double>(static_cast<std::size_t>(slow_of[n] * step + 0.5));
    }
  }

  /// The polynomial that is 1 at this node and 0 at the others.
  constexpr double lagrange(std::size_t node, double at) const {
    double weight = 1;
    for (std::size_t other = 0; other < smooth_nodes; ++other)
      if (other != node) weight *= (at - place[other]) / (place[node] - place[other]);
    return weight;
  }
};
template <class P, std::size_t pixels>
inline constexpr NodeWeights<P, pixels> node_weights{};

/// Calls f with the weights of squares of that side.
template <class P, class F>
auto with_node_weights(std::size_t side, F&& f) {
  static_assert(patch_pixels == 64 && least_square == 16);
  if (side == 64) return f(node_weights<P, 64>);
  if (side == 32) return f(node_weights<P, 32>);
  return f(node_weights<P, 16>);
}

}  // namespace femtobragg
