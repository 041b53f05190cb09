// Building structure factor tables.
#include "femtobragg/model/structure_factors.h"

#include <new>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/model/index_ranges.h"

namespace femtobragg {
namespace {

/// Far beyond any crystal; keeps all index arithmetic exact.
constexpr std::int64_t largest_index = 1'000'000'000;

}  // namespace

std::string HklBox::describe() const {
  std::string text;
  const char* names[] = {"h ", "k ", "l "};
  for (std::size_t axis = 0; axis < 3; ++axis)
    text +=
        (axis ? ", " : "") + std::string(names[axis]) + std::to_string(min[axis]) + " to " + std::to_string(max[axis]);
  return text;
}

std::size_t StructureFactors::index(std::int64_t h, std::int64_t k, std::int64_t l) const {
  const auto offset = [](std::int64_t value, std::int64_t min) { return static_cast<std::size_t>(value - min); };
  return (offset(h, box.min[0]) * static_cast<std::size_t>(box.extent(1)) + offset(k, box.min[1])) *
             static_cast<std::size_t>(box.extent(2)) +
         offset(l, box.min[2]);
}

StructureFactors StructureFactors::table(const HklBox& box, double default_amplitude, const std::string& where) {
  const std::string what = "the structure factor table of " + where;
  // The names of files are in quotes.
  const std::string remedy = where.starts_with('\'') ? "check the file for a wrong Miller index"
                                                     : "use a coarser resolution, or a smaller cell";
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (box.max[axis] < box.min[axis] || box.min[axis] < -largest_index || box.max[axis] > largest_index)
      throw Error::runtime({.what = what + " has impossible index ranges", .value = box.describe(), .remedy = remedy});
  }
  const auto count = checked_product({box.extent(0), box.extent(1), box.extent(2)});
  require_memory(count ? checked_product({*count, sizeof(double)}) : std::nullopt, what, box.describe(), remedy);
  try {
    return {box, std::vector<double>(static_cast<std::size_t>(*count), default_amplitude), default_amplitude};
  } catch (const std::bad_alloc&) {
    throw Error::runtime({.what = what + " does not fit into memory", .value = box.describe(), .remedy = remedy});
  }
}

StructureFactors StructureFactors::from_reflections(const std::vector<Reflection>& reflections,
                                                    double default_amplitude, const std::string& where) {
  if (reflections.empty())
    throw Error::runtime({.what = "no reflections found",
                          .where = where,
                          .rule = "a list needs at least one line of h k l F",
                          .remedy = "check that this is a text file of reflections"});
  StructureFactors factors = table(ranges_of(reflections).box, default_amplitude, where);
  for (const Reflection& r : reflections) factors.values[factors.index(r.h, r.k, r.l)] = r.amplitude;
  return factors;
}

double StructureFactors::of_direct_beam() const { return direct_beam ? of_direct_beam_in_table() : 0; }

double StructureFactors::of_direct_beam_in_table() const {
  return has_table() && box.contains(0, 0, 0) ? values[index(0, 0, 0)] : default_amplitude;
}

void StructureFactors::leave_out_direct_beam() {
  direct_beam = false;
  if (!has_table()) return;
  if (!box.contains(0, 0, 0)) {
    if (default_amplitude == 0) return;
    HklBox larger;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      larger.min[axis] = std::min<std::int64_t>(box.min[axis], 0);
      larger.max[axis] = std::max<std::int64_t>(box.max[axis], 0);
    }
    StructureFactors all = table(larger, default_amplitude, "the structure factors with F(0,0,0)");
    std::size_t at = 0;
    box.for_each(
        [&](std::int64_t h, std::int64_t k, std::int64_t l) { all.values[all.index(h, k, l)] = values[at++]; });
    box = larger;
    values = std::move(all.values);
  }
  values[index(0, 0, 0)] = 0;
}

}  // namespace femtobragg
