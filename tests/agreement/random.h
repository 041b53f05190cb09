// Random numbers that are the same on every machine: the library's own distributions differ between compilers.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>

#include "femtobragg/physics/rotation.h"

namespace femtobragg::tests {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// In [0, 1).
  double uniform() { return std::ldexp(static_cast<double>(engine_() >> 11), -53); }
  double between(double low, double high) { return low + (high - low) * uniform(); }
  double log_between(double low, double high) { return low * std::pow(high / low, uniform()); }
  std::int64_t whole(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(uniform() * static_cast<double>(high - low + 1));
  }
  std::size_t count(std::size_t low, std::size_t high) {
    return static_cast<std::size_t>(whole(static_cast<std::int64_t>(low), static_cast<std::int64_t>(high)));
  }
  bool chance(double probability) { return uniform() < probability; }

  Mat3d rotation() {
    const double u1 = uniform(), u2 = uniform(), u3 = uniform();
    return physics::uniform_random_rotation(u1, u2, u3);
  }
  Vec3d direction() { return transpose(rotation()).row_x; }
  /// A rotation by less than `most_rad` about a random axis.
  Mat3d small_rotation(double most_rad) {
    const Vec3d axis = direction();
    return rotation_matrix(axis, between(-most_rad, most_rad));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace femtobragg::tests
