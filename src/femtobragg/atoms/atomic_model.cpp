// Symmetry of indices.
#include "femtobragg/atoms/atomic_model.h"

#include <algorithm>

namespace femtobragg::atoms {

Hkl SymmetryOperation::turned(const Hkl& hkl) const {
  Hkl result{};
  for (std::size_t column = 0; column < 3; ++column)
    for (std::size_t row = 0; row < 3; ++row) result[column] += hkl[row] * rotation[row][column];
  return result;
}

int SymmetryOperation::phase(const Hkl& hkl) const {
  std::int64_t sum = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) sum += std::int64_t{hkl[axis]} * translation[axis];
  return static_cast<int>(((sum % parts) + parts) % parts);
}

bool SpaceGroup::absent(const Hkl& hkl) const {
  return std::ranges::any_of(operations, [&](const SymmetryOperation& operation) {
    return operation.phase(hkl) != 0 && operation.turned(hkl) == hkl;
  });
}

}  // namespace femtobragg::atoms
