// Between NeXus' frame (z along the beam, y up) and ours (x along the beam, y up).
#pragma once

#include <array>

#include "femtobragg/base/vec3.h"

namespace femtobragg::formats {

constexpr Vec3d from_nexus(const Vec3d& v) { return {v.z, v.y, -v.x}; }
/// Zeros are added so that none is negative: they would show in files.
constexpr Vec3d to_nexus(const Vec3d& v) { return {0.0 - v.z, v.y + 0.0, v.x + 0.0}; }
constexpr std::array<double, 3> components(const Vec3d& v) { return {v.x, v.y, v.z}; }

}  // namespace femtobragg::formats
