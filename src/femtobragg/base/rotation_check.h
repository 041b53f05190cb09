// Whether a matrix is a rotation.
#pragma once

#include <algorithm>
#include <cmath>

#include "femtobragg/base/mat3.h"

namespace femtobragg {

/// Whether it is right-handed and its rows are orthonormal, with errors of at most `most`.
inline bool is_rotation(const Mat3d& m, double most) {
  const Mat3d square = m * transpose(m), one = Mat3d::identity();
  const auto off = [](const Vec3d& a, const Vec3d& b) {
    return std::max({std::abs(a.x - b.x), std::abs(a.y - b.y), std::abs(a.z - b.z)});
  };
  const double largest =
      std::max({off(square.row_x, one.row_x), off(square.row_y, one.row_y), off(square.row_z, one.row_z)});
  return largest <= most && determinant(m) > 0;
}

}  // namespace femtobragg
