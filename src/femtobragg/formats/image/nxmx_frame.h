// Between NeXus' frame, which is that of CrystFEL, and ours.
#pragma once

#include <array>

#include "femtobragg/formats/geometry/geometry_parts.h"

namespace femtobragg::formats {

constexpr Vec3d from_nexus(const Vec3d& v) { return ours_from_crystfel * v; }
/// Zeros are added so that none is negative: they would show in files.
constexpr Vec3d to_nexus(const Vec3d& v) { return transpose(ours_from_crystfel) * v + Vec3d{}; }
constexpr std::array<double, 3> components(const Vec3d& v) { return {v.x, v.y, v.z}; }

}  // namespace femtobragg::formats
