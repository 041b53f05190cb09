// A dense table is fast, and as large as its furthest index.
#include "femtobragg/model/index_ranges.h"

#include <algorithm>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"

namespace femtobragg {
namespace {

constexpr std::uint64_t always_allowed = std::uint64_t{1} << 24, allowed_for_each = 100;

std::uint64_t distance(std::int64_t index) {
  return index < 0 ? ~static_cast<std::uint64_t>(index) + 1 : static_cast<std::uint64_t>(index);
}

}  // namespace

IndexRanges ranges_of(const std::vector<Reflection>& reflections) {
  const Reflection& first = reflections.front();
  IndexRanges ranges{{{first.h, first.k, first.l}, {first.h, first.k, first.l}}};
  std::array<std::uint64_t, 3> largest{};
  for (std::size_t i = 0; i < reflections.size(); ++i) {
    const std::int64_t hkl[] = {reflections[i].h, reflections[i].k, reflections[i].l};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      ranges.box.min[axis] = std::min(ranges.box.min[axis], hkl[axis]);
      ranges.box.max[axis] = std::max(ranges.box.max[axis], hkl[axis]);
      if (distance(hkl[axis]) > largest[axis]) largest[axis] = distance(hkl[axis]), ranges.furthest[axis] = i;
    }
  }
  return ranges;
}

void require_filled(const HklBox& box, std::uint64_t reflections, const std::string& where,
                    const std::function<std::string(std::size_t axis)>& row_of) {
  const auto count = checked_product({box.extent(0), box.extent(1), box.extent(2)});
  const auto allowed = checked_product({reflections, allowed_for_each});
  if (count && (*count <= always_allowed || !allowed || *count <= *allowed)) return;
  std::size_t axis = 0;
  for (std::size_t other : {std::size_t{1}, std::size_t{2}})
    if (box.extent(int(other)) > box.extent(int(axis))) axis = other;
  throw Error::runtime({.what = "an index is far from all others",
                        .where = where + " " + row_of(axis),
                        .value = box.describe() + " for " + std::to_string(reflections) + " reflections",
                        .rule = "the table may have " +
                                std::to_string(std::max(always_allowed, allowed.value_or(UINT64_MAX))) +
                                " values in memory, " + std::to_string(allowed_for_each) + " for each reflection",
                        .remedy = "check the file for a wrong Miller index"});
}

}  // namespace femtobragg
