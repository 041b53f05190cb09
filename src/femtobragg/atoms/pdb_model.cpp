// Models of the PDB format, by columns: also files from before 1996, whose last eight columns count the lines.
#include <algorithm>
#include <cmath>
#include <gemmi/resinfo.hpp>
#include <set>

#include "femtobragg/atoms/atom_types.h"
#include "femtobragg/atoms/cif_parts.h"
#include "femtobragg/atoms/macromolecule.h"
#include "femtobragg/atoms/pdb_ending.h"
#include "femtobragg/atoms/space_group_symbol.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

/// Old files have their name and the line's number behind it.
constexpr std::size_t last_column_of_text = 70;

/// A line of the file, padded to 80 columns.
struct Line {
  std::string text, where;

  /// Columns as the format counts them, from one.
  std::string_view columns(std::size_t first, std::size_t last) const {
    return std::string_view(text).substr(first - 1, last - first + 1);
  }
  std::string_view field(std::size_t first, std::size_t last) const { return trimmed(columns(first, last)); }

  std::optional<double> number(std::size_t first, std::size_t last, const char* what) const {
    const std::string_view text_of_field = field(first, last);
    if (text_of_field.empty()) return {};
    const auto value = parse_number(text_of_field);
    if (value && std::isfinite(*value)) return value;
    refuse(std::string("the ") + what + " is not a number", in_quotes(text_of_field), hold(first, last));
  }
  double needed(std::size_t first, std::size_t last, const char* what) const {
    const auto value = number(first, last, what);
    if (!value) refuse(std::string("the ") + what + " is missing", "", hold(first, last));
    return *value;
  }
  [[noreturn]] void refuse(const std::string& what, const std::string& value, const std::string& rule) const {
    throw Error::runtime({.what = what, .where = where, .value = value, .rule = rule, .remedy = "correct the file"});
  }
  static std::string hold(std::size_t first, std::size_t last) {
    return "columns " + std::to_string(first) + " to " + std::to_string(last) + " must have it";
  }
};

bool all_letters(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isalpha(c) != 0; });
}

/// The element that the name of an atom begins with. In columns 13 and 14 it stands at the right, but for hydrogens
/// with names of four letters; programs that move names to the left are known by the residues of biopolymers.
int element_of_name(const std::string& name, const std::string& residue) {
  const auto known = [](const std::string& symbol) { return atomic_number_of(symbol); };
  std::string letters(trimmed(name));
  while (!letters.empty() && !std::isalpha(static_cast<unsigned char>(letters[0]))) letters.erase(0, 1);
  if (letters.empty()) return 0;
  const gemmi::ResidueInfo info = gemmi::find_tabulated_residue(residue);
  const bool two_letters = name[0] != ' ' && all_letters(name.substr(0, 2));
  const bool biopolymer = info.is_amino_acid() || info.is_nucleic_acid() || info.is_water();
  if (two_letters && biopolymer && !(name.starts_with("SE") && residue.starts_with("MSE")))
    return known(letters.substr(0, 1));
  // HG11 and such.
  if (two_letters && name[0] == 'H' && name[3] != ' ') return 1;
  if (two_letters)
    if (const int element = known(name.substr(0, 2))) return element;
  return known(letters.substr(0, 1));
}

class PdbReader {
 public:
  explicit PdbReader(const std::string& name) : name_(name) {}

  void take(const Line& line) {
    static constexpr struct {
      std::string_view record;
      void (PdbReader::*take)(const Line&);
    } records[] = {
        {"ATOM  ", &PdbReader::take_atom},  {"HETATM", &PdbReader::take_atom},   {"ANISOU", &PdbReader::take_tensor},
        {"CRYST1", &PdbReader::take_cell},  {"SCALE1", &PdbReader::take_scale},  {"SCALE2", &PdbReader::take_scale},
        {"SCALE3", &PdbReader::take_scale}, {"MTRIX1", &PdbReader::take_copy},   {"MTRIX2", &PdbReader::take_copy},
        {"MTRIX3", &PdbReader::take_copy},  {"MODEL ", &PdbReader::end_model},   {"ENDMDL", &PdbReader::end_model},
        {"END   ", &PdbReader::end_model},  {"EXPDTA", &PdbReader::take_method}, {"REMARK", &PdbReader::take_remark},
        {"TER   ", &PdbReader::pass_over},  {"MASTER", &PdbReader::pass_over}};
    std::string record(line.columns(1, 6));
    std::ranges::transform(record, record.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    for (const auto& known : records)
      if (record == known.record) return (this->*known.take)(line);
    if (const auto kind = trimmed(record); !kind.empty()) others_.insert(std::string(kind));
  }

  AtomicModel model() {
    const std::string where = in_quotes(name_);
    if (read_.atoms.empty() && !cell_line_)
      refuse("there are no atoms", "a model must have atoms", "check that this is a model");
    if (!cell_line_)
      throw Error::runtime({.what = "there is no unit cell",
                            .where = where,
                            .rule = "the record CRYST1 must give it",
                            .remedy = "use a model of a crystal"});
    const Line& cell = *cell_line_;
    std::array<double, 6> values{};
    for (std::size_t i = 0; i < 3; ++i) values[i] = cell.needed(7 + 9 * i, 15 + 9 * i, "cell");
    for (std::size_t i = 0; i < 3; ++i)
      values[3 + i] = radians_from_degrees(cell.needed(34 + 7 * i, 40 + 7 * i, "cell"));
    read_.cell = checked_cell({values[0], values[1], values[2], values[3], values[4], values[5]}, where);
    take_symbol(cell);
    read_.symmetry.how_to_state_setting = "give it after the symbol, as in R 3 :R";
    if (scale_rows_ == 7) read_.to_fractions = scale_;
    AtomicModel result = model_of(read_, name_, std::move(messages_));
    report(result);
    return result;
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& rule, const std::string& remedy) const {
    throw Error::runtime({.what = what, .where = in_quotes(name_), .value = "", .rule = rule, .remedy = remedy});
  }

  /// Long symbols, as P 21 21 2 (a), reach into the columns of Z.
  void take_symbol(const Line& cell) {
    std::string_view symbol = cell.field(56, 66), z = cell.field(67, 70);
    if (!z.empty() && !parse_number(z)) {
      symbol = cell.field(56, 72);
      const std::size_t last = symbol.find_last_of(' ');
      z = last == symbol.npos ? "" : symbol.substr(last + 1);
      if (parse_number(z)) symbol = trimmed(symbol.substr(0, last));
    }
    if (!symbol.empty()) read_.symmetry.symbols = {std::string(symbol)};
    read_.z = parse_number(z);
  }

  void pass_over(const Line&) {}

  void end_model(const Line&) {
    if (atoms_in_model_ > 0) ended_ = true;
  }

  void take_atom(const Line& line) {
    if (ended_ || read_.models == 0) ++read_.models, atoms_in_model_ = 0;
    ended_ = false;
    ++atoms_in_model_;
    last_ = nullptr;
    last_id_ = line.text.substr(6, 21);
    const double x = line.needed(31, 38, "coordinate"), y = line.needed(39, 46, "coordinate"),
                 z = line.needed(47, 54, "coordinate");
    if (read_.models > 1) return;
    const std::string residue(line.field(18, 20));
    if (residue == "DUM") {
      ++read_.dummies;
      return;
    }
    ListedAtom atom;
    atom.label = "atom " + in_quotes(line.field(13, 16)) + " of " + residue + " " + std::string(line.field(23, 27)) +
                 ", chain " + in_quotes(line.field(21, 22));
    atom.at_A = Vec3d{x, y, z};
    atom.occupancy = line.number(55, 60, "occupancy");
    atom.b_A2 = line.number(61, 66, "B factor");
    if (line.columns(17, 17) != " ") {
      ++read_.alternates;
      atom.alternate = line.columns(17, 17);
      atom.residue_atom = line.field(21, 22);
      atom.residue_atom += line.columns(23, 27);
      atom.residue_atom += line.columns(13, 16);
    }
    take_element(line, residue, atom);
    read_.atoms.push_back(std::move(atom));
    last_ = &read_.atoms.back();
  }

  /// Columns 77 to 80, where they hold what they have held since 1996.
  void take_element(const Line& line, const std::string& residue, ListedAtom& atom) {
    const std::string_view element = line.field(77, 78);
    if (!all_letters(element)) {
      if (!line.field(77, 80).empty()) ++without_elements_;
      atom.atomic_number = element_of_name(std::string(line.columns(13, 16)), residue);
    } else {
      atom.atomic_number = atomic_number_of(std::string(element));
      if (atom.atomic_number != 0) atom.charge = charge_of(line);
      static constexpr int of_residues[] = {1, 6, 7, 8, 15, 16, 34};
      if (gemmi::find_tabulated_residue(residue).is_standard() &&
          std::ranges::find(of_residues, atom.atomic_number) == std::end(of_residues))
        foreign_.push_back(atom.label + " of element " + std::string(element));
    }
    if (atom.atomic_number == 0)
      throw Error::runtime({.what = "unknown element",
                            .where = in_quotes(name_) + " " + atom.label,
                            .value = all_letters(element) ? in_quotes(element) : "none",
                            .rule = "scattering factors exist for H to Cf",
                            .remedy = "correct columns 77 and 78"});
  }

  static int charge_of(const Line& line) {
    const std::string_view field = line.field(79, 80);
    int charge = 0, sign = 1;
    bool digits = false, understood = true;
    for (const char c : field)
      if (c == '+' || c == '-')
        sign = c == '-' ? -1 : 1;
      else if (c >= '0' && c <= '9' && !digits)
        charge = c - '0', digits = true;
      else
        understood = false;
    if (!understood)
      line.refuse("the charge cannot be read", in_quotes(field), "columns 79 and 80 must have it, as in 2+");
    return field.empty() ? 0 : sign * (digits ? charge : 1);
  }

  void take_tensor(const Line& line) {
    if (line.text.substr(6, 21) != last_id_)
      line.refuse("an anisotropic displacement has no atom", in_quotes(line.field(7, 27)),
                  "ANISOU must follow the atom of the same number and name");
    std::array<double, 6> u{};
    for (std::size_t i = 0; i < 6; ++i) u[i] = 1e-4 * line.needed(29 + 7 * i, 35 + 7 * i, "anisotropic displacement");
    if (last_ && last_->u_A2)
      line.refuse("two anisotropic displacements of one atom", "", "each atom must have only one");
    if (last_) last_->u_A2 = u;
  }

  void take_cell(const Line& line) {
    if (cell_line_ && cell_line_->columns(7, 66) != line.columns(7, 66))
      line.refuse("there are two unit cells", in_quotes(line.field(7, 66)), "a crystal must have only one");
    cell_line_ = line;
  }

  static void take_row(const Line& line, Motion& motion) {
    const Vec3d row{line.needed(11, 20, "matrix"), line.needed(21, 30, "matrix"), line.needed(31, 40, "matrix")};
    const double shift = line.number(46, 55, "matrix").value_or(0);
    switch (line.text[5]) {
      case '1': motion.matrix.row_x = row, motion.vector.x = shift; break;
      case '2': motion.matrix.row_y = row, motion.vector.y = shift; break;
      default: motion.matrix.row_z = row, motion.vector.z = shift; break;
    }
  }

  void take_scale(const Line& line) {
    take_row(line, scale_);
    scale_rows_ |= 1 << (line.text[5] - '1');
  }

  void take_copy(const Line& line) {
    take_row(line, copy_);
    copy_rows_ |= 1 << (line.text[5] - '1');
    if (line.text[5] != '3') return;
    if (copy_rows_ != 7) line.refuse("a matrix is incomplete", "", "it must have MTRIX1, MTRIX2 and MTRIX3");
    const bool is_given = line.text[59] == '1';
    if (!is_given && !(copy_.matrix == Mat3d::identity() && copy_.vector == Vec3d{})) read_.copies.push_back(copy_);
    if (is_given) ++given_copies_;
    copy_ = {};
    copy_rows_ = 0;
  }

  void take_method(const Line& line) {
    std::string_view methods = line.field(11, last_column_of_text);
    while (!methods.empty()) {
      const std::size_t end = std::min(methods.find(';'), methods.size());
      if (const auto method = trimmed(methods.substr(0, end)); !method.empty())
        check_method("EXPDTA", std::string(method), messages_);
      methods.remove_prefix(std::min(end + 1, methods.size()));
    }
  }

  void take_remark(const Line& line) {
    if (line.columns(8, 10) == "  3" && line.text.find("RESIDUAL") != line.text.npos &&
        line.text.find(" B ") != line.text.npos && line.text.find("ONLY") != line.text.npos)
      residual_ = true;
    if (line.columns(8, 10) == "290") take_symmetry(line);
    others_.insert("REMARK");
  }

  /// Rows as "2555   -X,Y+1/2,-Z" and "SMTRY1   2 -1.000000 ...".
  void take_symmetry(const Line& line) {
    const std::string_view text = line.field(11, last_column_of_text);
    if (text.starts_with("SMTRY1")) ++operation_matrices_;
    static constexpr std::string_view before_symbol = "FOR SPACE GROUP:";
    if (const std::size_t at = text.find(before_symbol); at != text.npos)
      remark_symbol_ = trimmed(text.substr(at + before_symbol.size()));
    // Other remarks may begin with digits, too.
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view operation = trimmed(text.substr(digits));
    if (digits > 3 && std::ranges::count(operation, ',') == 2 &&
        operation.find_first_not_of("XYZxyz0123456789+-/., ") == operation.npos)
      remark_operations_.push_back(parse_operation(std::string(operation), line.where));
  }

  void compare_symmetry(AtomicModel& model) const {
    const SpaceGroup& group = model.space_group;
    const auto warn = [&](const std::string& what) {
      model.warnings.push_back("REMARK 290 " + what + ", but CRYST1 says " + group.symbol + ", which is used");
    };
    const std::size_t listed = remark_operations_.empty() ? operation_matrices_ : remark_operations_.size();
    if (listed != 0 && listed != group.operations.size()) return warn("lists " + counted(listed, "operation"));
    if (!remark_operations_.empty() && !same_operations(remark_operations_, group.operations))
      return warn("lists different operations");
    const Settings settings = settings_named(remark_symbol_, model.cell);
    const auto is_same = [&](const gemmi::SpaceGroup* row) {
      return same_operations(operations_of(*row), group.operations);
    };
    if (!settings.empty() && std::ranges::none_of(settings, is_same)) warn("says " + remark_symbol_);
  }

  void report(AtomicModel& model) const {
    compare_symmetry(model);
    if (residual_)
      model.warnings.push_back(
          "B factors do not include the displacements of TLS groups (REMARK 3): they are too small");
    if (without_elements_ > 0)
      model.notes.push_back("columns 77 to 80 of " + counted(without_elements_, "atom") +
                            " have no element: elements are taken from the names");
    if (!foreign_.empty())
      model.warnings.push_back("elements of " + counted(foreign_.size(), "atom") +
                               " do not belong to the residue: " + first_of(foreign_, 2));
    if (given_copies_ > 0)
      model.notes.push_back(
          counted(given_copies_, "non-crystallographic operation is", "non-crystallographic operations are") +
          " not applied, because the file lists the copies");
    if (scale_rows_ != 0 && scale_rows_ != 7) model.warnings.push_back("SCALE records are incomplete, and not used");
    const std::vector<std::string> others(others_.begin(), others_.end());
    if (!others.empty()) model.notes.push_back("not used: records " + first_of(others, 60));
  }

  const std::string& name_;
  AtomicModel messages_;
  Macromolecule read_;
  std::optional<Line> cell_line_;
  Motion scale_, copy_;
  int scale_rows_ = 0, copy_rows_ = 0;  ///< bits of the rows seen
  ListedAtom* last_ = nullptr;          ///< of which an ANISOU record may follow
  std::string last_id_;
  bool ended_ = false, residual_ = false;
  std::size_t atoms_in_model_ = 0, without_elements_ = 0, given_copies_ = 0;
  std::set<std::string> others_;
  std::vector<std::string> foreign_;  ///< atoms whose elements do not belong to their residues
  Operations remark_operations_;      ///< and what else REMARK 290 says
  std::string remark_symbol_;
  std::size_t operation_matrices_ = 0;
};

/// The next line of a text, without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

AtomicModel pdb_model(std::string_view text, const std::string& name) {
  PdbReader reader(name);
  PdbEnding ending;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string line(take_line(text).substr(0, 80));
    const std::string where = in_quotes(name) + " line " + std::to_string(number);
    const bool counts = line.starts_with("ATOM") || line.starts_with("HETATM") || line.starts_with("ANISOU") ||
                        line.starts_with("CRYST1");
    if (counts && std::ranges::any_of(line, [](char c) { return c < ' ' || c > '~'; }))
      throw Error::runtime({.what = "a line of the model is not text",
                            .where = where,
                            .value = in_quotes(line.substr(0, 20)),
                            .rule = "PDB files must be plain text",
                            .remedy = "correct the file"});
    ending.take(line);
    line.resize(80, ' ');
    reader.take({std::move(line), where});
  }
  AtomicModel model = reader.model();
  ending.warn(model);
  return model;
}

}  // namespace femtobragg::atoms
