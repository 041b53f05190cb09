// Symmetry first, Friedel's law for what is left.
#include "femtobragg/atoms/reflection_expansion.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/atoms/reflection_merging.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/model/index_ranges.h"

namespace femtobragg::atoms {
namespace {

Mat3d checked_metric(const UnitCell& cell, const std::string& where) try {
  // What files say that hold no crystal.
  if (cell.a_A == 1 && cell.b_A == 1 && cell.c_A == 1)
    throw Error::usage({.what = "", .value = "1 1 1", .rule = "such a cell means that there is none", .remedy = ""});
  return reciprocal_metric(cell);
} catch (const Error& error) {
  throw Error::runtime({.what = "there is no unit cell",
                        .where = where,
                        .value = error.parts().value,
                        .rule = error.parts().rule,
                        .remedy = "use reflections that state their cell"});
}

/// A box that holds the whole sphere of reflections: equivalents have the same length.
HklBox box_of(const std::vector<ListedAmplitude>& list, const ReflectionTable& table) {
  HklBox box{{0, 0, 0}, {0, 0, 0}};
  std::array<std::size_t, 3> row{};
  for (const ListedAmplitude& r : list)
    for (const SymmetryOperation& operation : table.space_group.operations) {
      const Hkl hkl = operation.turned(r.hkl);
      for (std::size_t axis = 0; axis < 3; ++axis)
        if (std::abs(hkl[axis]) > box.max[axis]) box.max[axis] = std::abs(hkl[axis]), row[axis] = r.row;
    }
  for (std::size_t axis = 0; axis < 3; ++axis) box.min[axis] = -box.max[axis];
  require_filled(box, 2 * list.size() * table.space_group.operations.size(), table.where,
                 [&](std::size_t axis) { return table.name_of_row(row[axis]); });
  return box;
}

class Table {
 public:
  Table(const HklBox& box, double default_amplitude, const std::string& where)
      : factors(StructureFactors::table(box, default_amplitude, where)), source_(factors.values.size()) {}

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

void spread(const ListedAmplitude& r, const ReflectionTable& listed, Table& table) {
  using enum Table::Source;
  for (const SymmetryOperation& operation : listed.space_group.operations) {
    const Hkl hkl = operation.turned(r.hkl);
    table.set(hkl, r.amplitude, Symmetry);
    table.set(mate(hkl), r.amplitude, listed.mates_are_equal ? Symmetry : Friedel);
  }
}

/// Values that the symmetry forbids speak against it, where they are no noise.
void report_absent(const std::vector<ListedAmplitude>& list, ReflectionFile& file) {
  std::size_t absent = 0;
  double total = 0;
  const ListedAmplitude* strongest = nullptr;
  for (const ListedAmplitude& r : list) {
    total += r.amplitude;
    if (r.amplitude == 0 || !file.space_group.absent(r.hkl)) continue;
    ++absent;
    if (!strongest || r.amplitude > strongest->amplitude) strongest = &r;
  }
  if (absent == 0) return;
  const double mean = total / static_cast<double>(list.size());
  (strongest->amplitude > mean / 2 ? file.warnings : file.notes)
      .push_back(counted(absent, "listed reflection that ", "listed reflections that ") +
                 (file.space_group.symbol.empty() ? "the list of operations" : file.space_group.symbol) +
                 (absent == 1 ? " forbids is set to zero" : " forbids are set to zero") + ", the strongest " +
                 name_of(strongest->hkl) + " = " + format_number(strongest->amplitude, 4) + " (the mean of all is " +
                 format_number(mean, 4) + ")");
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
  const bool one = file.missing == 1, direct = !table.known({0, 0, 0});
  file.warnings.push_back(std::to_string(file.missing) + " of " + counted(within, "reflection") + " to " +
                          format_number(file.d_min_A, 4) + (one ? " A is missing" : " A are missing") +
                          (!direct ? ""
                           : one   ? ", F(0,0,0)"
                                   : ", F(0,0,0) among them") +
                          (one ? ": it gets " : ": they get ") + format_number(file.factors.default_amplitude) +
                          " (structure_factors.default_F)");
}

/// As they are listed: nothing is known of a crystal.
void take_as_listed(const std::vector<ListedAmplitude>& list, const ReflectionTable& table, ReflectionFile& file) {
  std::vector<Reflection> reflections;
  for (const ListedAmplitude& r : list) reflections.push_back({r.hkl[0], r.hkl[1], r.hkl[2], r.amplitude});
  const IndexRanges ranges = ranges_of(reflections);
  require_filled(ranges.box, reflections.size(), table.where,
                 [&](std::size_t axis) { return table.name_of_row(list[ranges.furthest[axis]].row); });
  file.factors = StructureFactors::from_reflections(reflections, file.factors.default_amplitude, table.where);
  file.warnings.push_back(
      "neither cell nor symmetry in the file: only indices that are listed have amplitudes, without equivalents and "
      "Friedel mates");
}

}  // namespace

ReflectionFile expanded(const ReflectionTable& listed, const ColumnChoice& choice, double default_amplitude) {
  ReflectionFile file;
  file.space_group = listed.space_group;
  file.factors.default_amplitude = default_amplitude;
  MergedReflections reflections = merged(listed, choice);
  file.reflections = reflections.rows;
  file.notes = {choice.description};
  for (const auto& notes : {listed.notes, reflections.notes}) std::ranges::copy(notes, std::back_inserter(file.notes));
  file.warnings = listed.warnings;
  for (const auto& warnings : {choice.warnings, reflections.warnings})
    std::ranges::copy(warnings, std::back_inserter(file.warnings));
  const auto require_some = [&](bool some) {
    if (!some)
      throw Error::runtime({.what = "there are no reflections",
                            .where = listed.where,
                            .value = choice.description,
                            .rule = "no row has a value",
                            .remedy = "set structure_factors.columns to other columns"});
  };
  require_some(!reflections.list.empty());
  if (listed.datasets.empty()) {
    take_as_listed(reflections.list, listed, file);
    return file;
  }
  const Dataset& dataset = listed.datasets.at(listed.columns[choice.column].dataset);
  file.cell = dataset.cell;
  if (dataset.wavelength_A > 0)
    file.notes.push_back("measured at " + format_number(dataset.wavelength_A) + " A, which is not used");
  constexpr double shortest_x_rays_A = 0.05;  // electrons of 60 keV have 0.049 A
  if (dataset.wavelength_A > 0 && dataset.wavelength_A < shortest_x_rays_A)
    file.warnings.push_back("the wavelength, " + format_number(dataset.wavelength_A) +
                            " A, is that of electrons: their amplitudes are rendered as if X-rays had been scattered");
  const Mat3d metric = checked_metric(*file.cell, listed.where);
  double furthest = 0;
  for (const ListedAmplitude& r : reflections.list) furthest = std::max(furthest, form(metric, r.hkl));
  require_some(furthest > 0);
  file.d_min_A = 1 / std::sqrt(furthest);
  // A hostile file could make the symmetry loops of a huge box endless: the box must fit into memory first.
  Table table(box_of(reflections.list, listed), default_amplitude, listed.where);
  for (const ListedAmplitude& r : reflections.list) spread(r, listed, table);
  report_absent(reflections.list, file);
  complete(metric, file, table);
  file.factors = std::move(table.factors);
  return file;
}

}  // namespace femtobragg::atoms
