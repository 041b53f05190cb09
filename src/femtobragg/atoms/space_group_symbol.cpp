// Symbols as people and programs write them, brought to those of the gemmi library's table.
#include "femtobragg/atoms/space_group_symbol.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "femtobragg/atoms/gemmi_symmetry.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& text) {
  std::istringstream stream(text);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// A symbol and what stands behind it.
struct SymbolName {
  std::string symbol, setting{};
  int number = 0;  ///< 0: none
};

/// Origins and axes in words, as people and collections of structures write them behind a symbol.
std::optional<std::string> setting_in_words(std::string words) {
  words = in_lower_case(words);
  for (const char* before : {"origin choice ", "origin ", "choice ", "setting "})
    if (words.starts_with(before)) {
      words.erase(0, std::string_view(before).size());
      break;
    }
  static constexpr std::pair<const char*, const char*> table[] = {{"s", "1"},
                                                                  {"z", "2"},
                                                                  {"1", "1"},
                                                                  {"2", "2"},
                                                                  {"o1", "1"},
                                                                  {"o2", "2"},
                                                                  {"h", "h"},
                                                                  {"hexagonal", "h"},
                                                                  {"hr", "h"},
                                                                  {"hex", "h"},
                                                                  {"hexagonal axes", "h"},
                                                                  {"obverse", "h"},
                                                                  {"r", "r"},
                                                                  {"rhombohedral", "r"},
                                                                  {"rs", "r"},
                                                                  {"rhombohedral axes", "r"}};
  for (const auto& [text, setting] : table)
    if (words == text) return setting;
  return {};
}

/// P 1, P -1, and with other lattice letters.
bool is_triclinic(std::string_view symbol) {
  std::string letters(symbol);
  std::erase_if(letters, [](char c) { return c == ' ' || c == '_'; });
  return letters.size() > 1 && (letters.substr(1) == "1" || letters.substr(1) == "-1");
}

/// Takes remarks in parentheses, but those of screws: P 2(1)/c.
void take_remarks(std::string& text, SymbolName& name) {
  for (std::size_t at = 0; (at = text.find('(', at)) != text.npos;) {
    const std::size_t end = text.find(')', at);
    if (end == text.npos) return;
    std::string remark = in_lower_case(trimmed(text.substr(at + 1, end - at - 1)));
    const bool screw = at > 0 && std::isdigit(static_cast<unsigned char>(text[at - 1]));
    bool is_number = false;
    for (const char* before : {"no.", "no", "nr.", "#"})
      if (remark.starts_with(before)) {
        remark = trimmed(remark.substr(std::string_view(before).size()));
        is_number = true;
        break;
      }
    const auto number = parse_number(remark);
    // Of the groups with two origins, all have larger numbers than 2.
    is_number = is_number || (number && *number > 2) || is_triclinic(text.substr(0, at));
    if (!screw && number && is_number) {
      name.number = static_cast<int>(std::min(*number, 1e6));
    } else if (const auto setting = setting_in_words(remark); !screw && setting) {
      name.setting = *setting;
    } else {
      ++at;
      continue;
    }
    text.erase(at, end + 1 - at);
  }
}

SymbolName name_in(std::string text) {
  for (const char* mark : {"<sub>", "</sub>", "<SUB>", "</SUB>"})
    for (std::size_t at; (at = text.find(mark)) != text.npos;) text.erase(at, std::string_view(mark).size());
  for (std::size_t at; (at = text.find("\\bar")) != text.npos;) text.replace(at, 4, "-");
  SymbolName name;
  take_remarks(text, name);
  std::erase_if(text, [](char c) { return std::string_view("()_~'\"{}$\\").find(c) != std::string_view::npos; });
  if (const std::size_t colon = text.find(':'); colon != text.npos) {
    name.setting = in_lower_case(trimmed(text.substr(colon + 1)));
    if (const auto setting = setting_in_words(name.setting)) name.setting = *setting;
    text.erase(colon);
  }
  name.symbol = joined(words_of(text));
  return name;
}

/// The same with a setting in words or letters at the end of the symbol: F d -3 m origin 2, R -3 m H, FD-3MZ.
std::vector<SymbolName> names_with_tail(const SymbolName& name) {
  std::vector<SymbolName> result;
  const auto add = [&](const std::string& symbol, const std::string& tail) {
    if (const auto setting = setting_in_words(tail); setting && !symbol.empty())
      result.push_back({symbol, *setting, name.number});
  };
  const Words words = words_of(name.symbol);
  for (std::size_t n = 1; n <= 3 && n < words.size(); ++n) {
    const auto begin = words.end() - static_cast<std::ptrdiff_t>(n);
    add(joined({words.begin(), begin}), joined({begin, words.end()}));
  }
  // Letters only: a digit belongs to the symbol.
  if (const std::string& text = name.symbol; text.size() > 3 && std::isalpha(static_cast<unsigned char>(text.back())))
    add(text.substr(0, text.size() - 1), text.substr(text.size() - 1));
  return result;
}

/// Full symbols in short: P 21/n 21/m 21/a is P n m a, F 4/m -3 2/m is F m -3 m, P 4/m 2/m 2/m is P 4/m m m.
std::string shortened(const std::string& symbol) {
  Words words = words_of(symbol);
  if (words.size() < 3) return symbol;
  const auto behind_slash = [](const std::string& word) {
    const std::size_t slash = word.find('/');
    return slash == word.npos ? word : word.substr(slash + 1);
  };
  const bool orthorhombic = words.size() == 4 && words[1].starts_with('2');
  const bool cubic = words[2] == "-3" || words[2] == "3";
  for (std::size_t i = 1; i < words.size(); ++i)
    if (i > 1 || orthorhombic || cubic) words[i] = behind_slash(words[i]);
  return joined(words);
}

/// Symbols of cubic groups before 1983 have 3 for -3 where a plane comes first: F m 3 m.
std::string modern(const std::string& symbol) {
  Words words = words_of(symbol);
  if (words.size() == 1) {
    // F m 3 m, without blanks.
    std::string& word = words[0];
    if (word.size() >= 3 && word[2] == '3' && std::isalpha(static_cast<unsigned char>(word[1])))
      return std::string(1, word[0]) + " " + word[1] + " -3 " + word.substr(3);
    return symbol;
  }
  if (words.size() > 2 && words[2] == "3" && std::isalpha(static_cast<unsigned char>(words[1][0]))) words[2] = "-3";
  if (words.size() == 2 && words[1].size() >= 2 && words[1][1] == '3' &&
      std::isalpha(static_cast<unsigned char>(words[1][0])))
    words = {words[0], words[1].substr(0, 1), "-3", words[1].substr(2)};
  return joined(words);
}

bool right_angle(double angle_rad) { return std::abs(std::cos(angle_rad)) < 2e-4; }

/// Short symbols of monoclinic groups in full, the cell's unique axis first.
Words monoclinic(const std::string& symbol, const UnitCell& cell) {
  std::string text = symbol;
  std::erase(text, ' ');
  if (text.size() < 2) return {};
  const std::string lattice(1, text[0]), rest = text.substr(1);
  const std::string b = lattice + " 1 " + rest + " 1", c = lattice + " 1 1 " + rest, a = lattice + " " + rest + " 1 1";
  if (!right_angle(cell.gamma_rad) && right_angle(cell.beta_rad)) return {c, b, a};
  if (!right_angle(cell.alpha_rad) && right_angle(cell.beta_rad)) return {a, b, c};
  return {b, c, a};
}

const gemmi::SpaceGroup* monoclinic_row(const std::string& symbol, const UnitCell& cell) {
  for (const std::string& full : monoclinic(symbol, cell)) {
    const gemmi::SpaceGroup* row = gemmi::find_spacegroup_by_name(full);
    if (row && row->number >= 3 && row->number <= 15) return row;
  }
  return nullptr;
}

double in_cell(double x) {
  const double rest = x - std::floor(x);
  return rest > 1 - 1e-6 ? 0 : rest;
}

/// x' = matrix x + vector of all operations. The library's own change of basis rounds what is no multiple of 1/24 on
/// the way, as in cells with thirds of the old edges.
Operations in_other_basis(const Operations& operations, const Mat3d& matrix, const Vec3d& vector) {
  const Mat3d back = inverse(matrix);
  const auto whole = [](double value) {
    if (std::abs(value - std::round(value)) > 1e-6) throw std::runtime_error("its basis is not that of a lattice");
    return static_cast<int>(std::lround(value));
  };
  const auto operation_with = [&](const Mat3d& rotation, const Vec3d& translation) {
    SymmetryOperation result;
    std::size_t i = 0;
    for (const Vec3d& row : {rotation.row_x, rotation.row_y, rotation.row_z})
      result.rotation[i++] = {whole(row.x), whole(row.y), whole(row.z)};
    i = 0;
    for (const double t : {translation.x, translation.y, translation.z})
      result.translation[i++] = whole(in_cell(t) * SymmetryOperation::parts) % SymmetryOperation::parts;
    return result;
  };
  Operations result;
  for (const SymmetryOperation& operation : operations) {
    const Mat3d rotation = matrix * rotation_matrix(operation) * back;
    // Translations of the old lattice may be fractions of the new edges.
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j)
        for (int k = 0; k < 4; ++k) {
          const Vec3d t = matrix * (translation_of(operation) + Vec3d{double(i), double(j), double(k)});
          result.push_back(operation_with(rotation, t + vector - rotation * vector));
        }
  }
  return sorted(std::move(result));
}

/// By an operation in whole numbers of the library, or (0 0 1) in twelfths.
Operations in_basis_of(const Operations& operations, const std::string& change) {
  Mat3d matrix = Mat3d::identity();
  Vec3d vector;
  if (change.find(',') != change.npos) {
    const gemmi::Op op = gemmi::parse_triplet(change);
    const auto row = [&](std::size_t i) {
      return Vec3d{double(op.rot[i][0]), double(op.rot[i][1]), double(op.rot[i][2])} / double(gemmi::Op::DEN);
    };
    matrix = {row(0), row(1), row(2)};
    vector = Vec3d{double(op.tran[0]), double(op.tran[1]), double(op.tran[2])} / double(gemmi::Op::DEN);
  } else {
    std::istringstream numbers(change);
    if (!(numbers >> vector.x >> vector.y >> vector.z))
      throw std::runtime_error("its change of basis must have three parts");
    vector = vector / 12.0;
  }
  return in_other_basis(operations, matrix, vector);
}

/// The first row of the table that has the symbol.
const gemmi::SpaceGroup* row_named(const std::string& symbol, const UnitCell& cell) {
  if (symbol.empty() || std::isdigit(static_cast<unsigned char>(symbol[0]))) return nullptr;
  if (const auto* row = monoclinic_row(symbol, cell)) return row;
  for (const std::string& form : {symbol, modern(symbol), shortened(symbol), modern(shortened(symbol))})
    if (const auto* row = gemmi::find_spacegroup_by_name(form)) return row;
  return nullptr;
}

/// All rows of the symbol, those of the setting if one is named.
Settings settings_of(const SymbolName& name, const UnitCell& cell) {
  const gemmi::SpaceGroup* first = row_named(name.symbol, cell);
  if (!first) return {};
  Settings result;
  for (const gemmi::SpaceGroup& row : gemmi::spacegroup_tables::main)
    if (&row == first || (first->ext && row.number == first->number && std::string_view(row.hm) == first->hm))
      result.push_back(&row);
  // The PDB's letter for hexagonal axes.
  const bool hexagonal = name.setting.empty() && (name.symbol[0] == 'H' || name.symbol[0] == 'h');
  if (hexagonal) return with_code(result, "h");
  if (!name.setting.empty()) return with_code(result, name.setting);
  const auto is_rhombohedral = [](const gemmi::SpaceGroup* row) { return row->ext == 'R'; };
  // The cell has the one or the other.
  if (std::ranges::any_of(result, is_rhombohedral)) {
    std::ranges::stable_sort(result, {},
                             [&](const gemmi::SpaceGroup* row) { return misfit(cell, operations_of(*row)) > 1e-2; });
    if (misfit(cell, operations_of(*result.back())) > 1e-2) result.resize(1);
  }
  return result;
}

}  // namespace

Settings with_code(const Settings& settings, const std::string& code) {
  const std::string wanted = in_lower_case(code);
  Settings result;
  for (const gemmi::SpaceGroup* row : settings) {
    const std::string extension = row->ext ? in_lower_case(std::string(1, row->ext)) : "";
    const std::string qualifier = row->qualifier;
    // Some rows have an origin and axes: 2cab.
    if (wanted == extension || wanted == qualifier || wanted == extension + qualifier ||
        (wanted == "abc" && qualifier.empty()))
      result.push_back(row);
  }
  return result;
}

Settings settings_named(const std::string& symbol, const UnitCell& cell) {
  const SymbolName name = name_in(symbol);
  if (const auto number = parse_number(name.symbol); number && !name.symbol.empty()) {
    const Settings all = settings_numbered(static_cast<int>(std::clamp(*number, 0.0, 1e6)));
    return name.setting.empty() ? all : with_code(all, name.setting);
  }
  Settings result = settings_of(name, cell);
  // A few symbols of the table have parentheses: P 21212(a).
  if (result.empty() && symbol.find(')') != symbol.npos)
    if (const auto* row = gemmi::find_spacegroup_by_name(symbol)) result = {row};
  if (result.empty() && name.setting.empty())
    for (const SymbolName& shorter : names_with_tail(name))
      if (!(result = settings_of(shorter, cell)).empty()) break;
  if (!result.empty() && name.number != 0 && result[0]->number != name.number) return {};
  return result;
}

Settings settings_numbered(int number) {
  Settings result;
  for (const gemmi::SpaceGroup& row : gemmi::spacegroup_tables::main)
    if (row.number == number) result.push_back(&row);
  return result;
}

Operations operations_of(const gemmi::SpaceGroup& group) { return space_group_of(group).operations; }

Operations operations_of_hall(const std::string& symbol, const std::string& where) {
  std::string rule;
  try {
    std::string text(trimmed(symbol));
    std::ranges::replace(text, '_', ' ');
    // The lattice is a capital, axes and translations are not.
    text = in_lower_case(text);
    const std::size_t lattice = text.starts_with('-') ? text.find_first_not_of(" -") : 0;
    if (lattice < text.size())
      text[lattice] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[lattice])));
    const std::size_t change = text.find('(');
    const std::size_t end = std::min(text.find(')', change == text.npos ? 0 : change), text.size());
    if (change != text.npos && !trimmed(text.substr(std::min(end + 1, text.size()))).empty())
      throw std::runtime_error("there is something after its change of basis");
    Operations operations;
    for (const gemmi::Op& op : gemmi::symops_from_hall(text.substr(0, change).c_str()))
      operations.push_back(operation_of(op));
    if (change != text.npos) operations = in_basis_of(operations, text.substr(change + 1, end - change - 1));
    rule = why_no_group(operations);
    if (rule.empty()) return operations;
  } catch (const std::exception& error) {
    rule = error.what();
  }
  throw Error::runtime({.what = "the Hall symbol cannot be read",
                        .where = where,
                        .value = in_quotes(symbol),
                        .rule = rule,
                        .remedy = "correct it, or list the operations"});
}

const gemmi::SpaceGroup* setting_of(const Operations& operations) {
  struct Row {
    const gemmi::SpaceGroup* group;
    Operations operations;
  };
  static const std::vector<Row> rows = [] {
    std::vector<Row> all;
    for (const gemmi::SpaceGroup& row : gemmi::spacegroup_tables::main) all.push_back({&row, operations_of(row)});
    return all;
  }();
  for (const auto same : {+[](const Operations&a, const Operations&b) { return same_operations(a, b); },
                          +[](const Operations&a, const Operations&b) { return origin_in(a, b).has_value(); }})
    for (const Row& row : rows)
      if (row.operations.size() == operations.size() && same(row.operations, operations)) return row.group;
  return nullptr;
}

}  // namespace femtobragg::atoms
