// One panel's picture: photons per pixel, raster order, fast axis innermost.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#pragma GCC visibility push(default)
namespace femtobragg {

struct ImageShape {
  std::size_t n_fast = 0, n_slow = 0;

  friend bool operator==(const ImageShape&, const ImageShape&) = default;
};

struct Image {
  std::size_t n_fast = 0;
  std::size_t n_slow = 0;
  std::vector<float> pixels;  ///< n_slow rows of n_fast photons

  /// An image of zeros. Throws Error(Runtime) if it cannot fit into memory.
  static Image zeros(std::size_t n_fast, std::size_t n_slow);

  ImageShape shape() const { return {n_fast, n_slow}; }
  std::span<float> row(std::size_t slow) { return {pixels.data() + slow * n_fast, n_fast}; }
  std::span<const float> row(std::size_t slow) const { return {pixels.data() + slow * n_fast, n_fast}; }
};

}  // namespace femtobragg
#pragma GCC visibility pop
