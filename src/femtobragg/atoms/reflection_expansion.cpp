// Symmetry first, Friedel's law for what is left.
#include "femtobragg/atoms/reflection_expansion.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

Hkl mate(const Hkl& hkl) { return {-hkl[0], -hkl[1], -hkl[2]}; }

Mat3d checked_metric(const UnitCell& cell, const std::string& name) try {
  return reciprocal_metric(cell);
} catch (const Error& error) {
  throw Error::runtime({.what = "no unit cell",
                        .where = in_quotes(name),
                        .value = error.parts().value,
                        .rule = error.parts().rule,
                        .remedy = "use reflections with their cell"});
}

/// A box that holds the whole sphere of reflections: equivalents have the same length.
HklBox box_of(const ListedReflections& listed) {
  HklBox box{{0, 0, 0}, {0, 0, 0}};
  for (const ListedReflection& r : listed.list)
    for (const SymmetryOperation& operation : listed.space_group.operations) {
      const Hkl hkl = operation.turned(r.hkl);
      for (std::size_t axis = 0; axis < 3; ++axis)
        box.max[axis] = std::max<std::int64_t>(box.max[axis], std::abs(hkl[axis]));
    }
  for (std::size_t axis = 0; axis < 3; ++axis) box.min[axis] = -box.max[axis];
  return box;
}

class Table {
 public:
  Table(const HklBox& box, double default_amplitude, const std::string& name)
      : factors(StructureFactors::table(box, default_amplitude, in_quotes(name))), source_(factors.values.size()) {}

  enum class Source : std::uint8_t { None, Friedel, Symmetry };

  void set(const Hkl& hkl, double amplitude, Source source) {
    const std::size_t at = factors.index(hkl[0], hkl[1], hkl[2]);
    if (source < source_[at]) return;
    factors.values[at] = amplitude;
    source_[at] = source;
  }
  bool known(const Hkl& hkl) const { return source_[factors.index(hkl[0], hkl[1], hkl[2])] != Source::None; }

  StructureFactors factors;

 private:
  std::vector<Source> source_;
};

void spread(const ListedReflection& r, const SpaceGroup& group, Table& table) {
  using enum Table::Source;
  const auto plus = r.amplitude ? r.amplitude : r.mate, minus = r.mate ? r.mate : r.amplitude;
  if (!plus) return;
  for (const SymmetryOperation& operation : group.operations) {
    const Hkl hkl = operation.turned(r.hkl);
    table.set(hkl, *plus, r.amplitude ? Symmetry : Friedel);
    table.set(mate(hkl), *minus, r.mate ? Symmetry : Friedel);
  }
}

/// Zeroes for absent reflections, and how many others are missing.
void complete(const Mat3d& metric, ReflectionFile& file, Table& table) {
  const HklBox& box = table.factors.box;
  const double furthest = 1 / (file.d_min_A * file.d_min_A) * (1 + 1e-9);
  std::uint64_t within = 0;
  Hkl hkl{};
  for (hkl[0] = int(box.min[0]); hkl[0] <= box.max[0]; ++hkl[0])
    for (hkl[1] = int(box.min[1]); hkl[1] <= box.max[1]; ++hkl[1])
      for (hkl[2] = int(box.min[2]); hkl[2] <= box.max[2]; ++hkl[2]) {
        const bool inside = form(metric, hkl) <= furthest;
        if (file.space_group.absent(hkl)) {
          table.set(hkl, 0, Table::Source::Symmetry);
        } else if (inside) {
          ++within;
          if (!table.known(hkl)) ++file.missing;
        }
      }
  if (file.missing == 0) return;
  file.warnings.push_back(std::to_string(file.missing) + " of " + std::to_string(within) + " reflections to " +
                          format_number(file.d_min_A, 4) + " A are missing" +
                          (table.known({0, 0, 0}) ? "" : ", F(0,0,0) among them") + ": they take " +
                          format_number(file.factors.default_amplitude) + " (-default_F)");
}

}  // namespace

ReflectionFile expanded(const ListedReflections& listed, const std::string& name, double default_amplitude) {
  ReflectionFile file;
  file.cell = listed.cell;
  file.space_group = listed.space_group;
  const Mat3d metric = checked_metric(listed.cell, name);
  double furthest = 0;
  for (const ListedReflection& r : listed.list)
    if (r.amplitude || r.mate) {
      ++file.reflections;
      furthest = std::max(furthest, form(metric, r.hkl));
    }
  if (file.reflections == 0 || !(furthest > 0))
    throw Error::runtime({.what = "no reflections",
                          .where = in_quotes(name),
                          .value = listed.description,
                          .rule = "no row has a value",
                          .remedy = "choose other columns with -labels"});
  file.d_min_A = 1 / std::sqrt(furthest);
  // A hostile file could make the symmetry loops of a huge box endless: the box must fit into memory first.
  Table table(box_of(listed), default_amplitude, name);
  file.factors.default_amplitude = default_amplitude;
  for (const ListedReflection& r : listed.list) spread(r, file.space_group, table);
  complete(metric, file, table);
  file.factors = std::move(table.factors);
  file.notes.push_back(listed.description);
  return file;
}

}  // namespace femtobragg::atoms
