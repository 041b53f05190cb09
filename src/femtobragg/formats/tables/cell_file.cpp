// Lines of `key = value unit`, and what each lattice type demands of the cell.
#include "femtobragg/formats/tables/cell_file.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "femtobragg/base/error.h"
#include "femtobragg/base/near_words.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/unit_names.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/geom_values.h"
#include "femtobragg/model/unit_cell.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view cell_heading = "CrystFEL unit cell";
constexpr std::array<std::string_view, 6> cell_keys = {"a", "b", "c", "al", "be", "ga"};

struct CellLine {
  std::string_view value;
  std::size_t number = 0;
};

/// What must be equal, by position: each axis stands at the place of the unique one as it does beside c.
using CellRule = bool (*)(const std::array<double, 6>& cell);

bool same_edge(double x, double y) { return std::abs(x - y) <= 2e-3 * std::max(x, y); }
bool is_angle(double x, double degrees) { return std::abs(x - degrees) <= 0.2; }
bool is_right_cell(const std::array<double, 6>& c) {
  return is_angle(c[3], 90) && is_angle(c[4], 90) && is_angle(c[5], 90);
}

struct LatticeType {
  std::string_view name;
  CellRule allows;  ///< with the unique axis, if there is one, along c
  std::string_view rule;
};
constexpr std::array lattice_types = {
    LatticeType{"triclinic", [](const auto&) { return true; }, ""},
    LatticeType{"monoclinic", [](const auto& c) { return is_angle(c[3], 90) && is_angle(c[4], 90); },
                "the angles beside the unique axis must be 90"},
    LatticeType{"orthorhombic", [](const auto& c) { return is_right_cell(c); }, "all angles must be 90"},
    LatticeType{"tetragonal", [](const auto& c) { return is_right_cell(c) && same_edge(c[0], c[1]); },
                "two edges, those across the unique axis, must be equal, and all angles 90"},
    LatticeType{"hexagonal",
                [](const auto& c) {
                  return same_edge(c[0], c[1]) && is_angle(c[3], 90) && is_angle(c[4], 90) && is_angle(c[5], 120);
                },
                "the edges across the unique axis must be equal, with 120 degrees between them"},
    LatticeType{"rhombohedral",
                [](const auto& c) {
                  return same_edge(c[0], c[1]) && same_edge(c[1], c[2]) && is_angle(c[3], c[4]) && is_angle(c[4], c[5]);
                },
                "all edges must be equal, and all angles"},
    LatticeType{"cubic",
                [](const auto& c) { return is_right_cell(c) && same_edge(c[0], c[1]) && same_edge(c[1], c[2]); },
                "all edges must be equal, and all angles 90"},
};

class CellReader {
 public:
  CellReader(std::string_view text, const std::string& name) : name_(name) {
    std::size_t number = 0;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = trimmed(text.substr(0, end).substr(0, text.substr(0, end).find(';')));
      text.remove_prefix(std::min(end + 1, text.size()));
      ++number;
      if (line.empty() || line.starts_with(cell_heading)) continue;
      take(line, number);
    }
  }

  CellFile read() && {
    for (std::size_t i = 0; i < cell_keys.size(); ++i) {
      const auto found = lines_.find(cell_keys[i]);
      if (found == lines_.end())
        refuse("the cell has no " + std::string(cell_keys[i]), nullptr, "it needs a, b, c, al, be and ga");
      file_.cell[i] = value(i, found->second);
    }
    try {
      require_closed(cell_of_numbers(file_.cell));
    } catch (const Error& error) {
      refuse(error.parts().what, &lines_.at("al"), error.parts().rule);
    }
    check_lattice();
    check_centering();
    return std::move(file_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const CellLine* line, const std::string& rule) const {
    throw Error::runtime({.what = what,
                          .where = in_quotes(name_) + (line ? " line " + std::to_string(line->number) : ""),
                          .value = line ? in_quotes(line->value.substr(0, 60)) : "",
                          .rule = rule,
                          .remedy = "correct the file"});
  }

  void take(std::string_view line, std::size_t number) {
    const auto sign = line.find('=');
    const std::string_view key = trimmed(line.substr(0, sign));
    const CellLine here{sign == line.npos ? line : trimmed(line.substr(sign + 1)), number};
    static constexpr std::array others = {"lattice_type", "centering", "unique_axis"};
    const bool known =
        std::ranges::find(cell_keys, key) != cell_keys.end() || std::ranges::find(others, key) != others.end();
    if (sign == line.npos || !known) {
      file_.notes.push_back("line " + std::to_string(number) + ", " + in_quotes(line.substr(0, 60)) +
                            ", is unknown, and not used");
      return;
    }
    if (!lines_.emplace(key, here).second)
      refuse(std::string(key) + " is given twice", &here, "each value must stand once");
  }

  double value(std::size_t i, const CellLine& line) const {
    const auto found = measure_of(line.value);
    const bool edge = i < 3;
    if (!found) refuse("not a number for " + std::string(cell_keys[i]), &line, "it must be a number with its unit");
    const auto one = found->unit.empty() ? std::nullopt : edge ? metres_in(found->unit) : radians_in(found->unit);
    if (!one)
      refuse((found->unit.empty() ? "no unit of " : "unknown unit of ") + std::string(cell_keys[i]), &line,
             "it must be in " + std::string(edge ? length_units : angle_units));
    const double given = found->value * *one;
    const double number = edge ? angstrom_from_metres(given) : degrees_from_radians(given);
    if (!(number > 0)) refuse("impossible " + std::string(cell_keys[i]), &line, "it must be above zero");
    return number;
  }

  void check_lattice() {
    const auto stated = lines_.find("lattice_type");
    if (stated == lines_.end()) {
      file_.notes.push_back("lattice_type is not stated");
      return;
    }
    file_.lattice = in_lower_case(stated->second.value);
    const auto type = std::ranges::find(lattice_types, file_.lattice, &LatticeType::name);
    if (type == lattice_types.end())
      refuse("unknown lattice type", &stated->second,
             "it must be triclinic, monoclinic, orthorhombic, tetragonal, hexagonal, rhombohedral or cubic");
    if (!type->allows(with_unique_axis_last()))
      refuse("the cell contradicts its lattice type", &stated->second, std::string(type->rule));
  }

  void check_centering() {
    const auto stated = lines_.find("centering");
    if (stated == lines_.end()) return;
    static constexpr std::array<std::string_view, 8> centerings = {"P", "A", "B", "C", "I", "F", "R", "H"};
    const std::string_view centering = stated->second.value;
    if (std::ranges::find(centerings, centering) == centerings.end())
      refuse("unknown centering", &stated->second, "it must be P, A, B, C, I, F, R or H");
    if (centering != "P")
      file_.notes.push_back("centering " + std::string(centering) +
                            " is not used: reflections that it forbids are rendered unless the list leaves them out");
  }

  /// Edges and angles in cyclic order; of a monoclinic cell without a unique axis, b is it.
  std::array<double, 6> with_unique_axis_last() const {
    const auto axis = lines_.find("unique_axis");
    std::string_view unique = axis == lines_.end() ? "" : axis->second.value;
    if (unique == "?" || unique == "*") unique = "";
    if (unique.empty()) unique = file_.lattice == "monoclinic" ? "b" : "c";
    if (unique != "a" && unique != "b" && unique != "c")
      refuse("unknown unique axis", &axis->second, "it must be a, b or c");
    const std::size_t shift = unique == "a" ? 1 : unique == "b" ? 2 : 0;
    std::array<double, 6> cell{};
    for (std::size_t i = 0; i < 3; ++i) {
      cell[i] = file_.cell[(i + shift) % 3];
      cell[i + 3] = file_.cell[3 + (i + shift) % 3];
    }
    return cell;
  }

  const std::string& name_;
  std::map<std::string_view, CellLine> lines_;
  CellFile file_;
};

}  // namespace

bool looks_like_cell_file(std::string_view text) { return trimmed(text.substr(0, 200)).starts_with(cell_heading); }

CellFile parse_cell_file(std::string_view text, const std::string& name) {
  if (!looks_like_cell_file(text))
    throw Error::runtime({.what = "not a unit cell of CrystFEL",
                          .where = in_quotes(name),
                          .rule = "its first line must be 'CrystFEL unit cell file version 1.0'",
                          .remedy = "give the six numbers of the cell"});
  return CellReader(text, name).read();
}

}  // namespace femtobragg::formats
