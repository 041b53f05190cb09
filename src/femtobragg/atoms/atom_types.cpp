// Symbols, types and labels: letters at their beginning, and what stands behind them.
#include "femtobragg/atoms/atom_types.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <gemmi/elem.hpp>
#include <gemmi/it92.hpp>
#include <optional>

#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

bool is(int (*kind)(int), const std::string& text, std::size_t at) {
  return at < text.size() && kind(static_cast<unsigned char>(text[at])) != 0;
}

/// How many letters of the symbol at a place are written as one: Ca, C; 0: none.
std::size_t symbol_length(const std::string& text, std::size_t at) {
  if (!is(std::isupper, text, at)) return 0;
  return is(std::islower, text, at + 1) ? 2 : 1;
}

/// An unsigned number; the place moves behind it.
std::optional<double> take_number(const std::string& text, std::size_t& at) {
  const std::size_t begin = at;
  while (is(std::isdigit, text, at) || (at < text.size() && text[at] == '.')) ++at;
  return at == begin ? std::nullopt : parse_number(text.substr(begin, at - begin));
}

/// Groups of atoms, and form factors of atoms in bonds, that programs have names for.
struct TypeName {
  const char* text;
  int atomic_number;
  std::size_t length;  ///< of the element's symbol; 0: it has none of its own
};
constexpr TypeName groups[] = {{"Wat", 8, 0}, {"WAT", 8, 0}, {"H2O", 8, 0}, {"H3O", 8, 0}, {"NH4", 7, 1},
                               {"OH", 8, 1},  {"Oh", 8, 1},  {"OW", 8, 1},  {"Ow", 8, 1}};
constexpr TypeName bonded[] = {{"Cval", 6, 1}, {"Sival", 14, 2}, {"Siva", 14, 2}, {"Siv", 14, 2}, {"Hiso", 1, 1}};

/// The element whose symbol stands at `at`, which then is behind it; 0: none does.
int take_element(const std::string& text, std::size_t& at) {
  const std::size_t length = symbol_length(text, at);
  const int element = length > 0 ? atomic_number_of(text.substr(at, length)) : 0;
  if (element != 0) at += length;
  return element;
}

/// Whether a second symbol stands behind the first one: FeNi1, Fe/Ni. Of one letter it may be anything: SiT, FeO1.
bool names_several(const std::string& label) {
  if (symbol_length(label, 0) != 2) return false;
  const std::size_t at = label.size() > 2 && std::string_view("/,+").find(label[2]) != std::string_view::npos ? 3 : 2;
  return symbol_length(label, at) == 2 && atomic_number_of(label.substr(at, 2)) != 0 &&
         !is(std::islower, label, at + 2);
}

}  // namespace

int atomic_number_of(const std::string& symbol) {
  const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0; };
  if (symbol.empty() || symbol.size() > 2 || !std::ranges::all_of(symbol, is_letter)) return 0;
  const gemmi::Element element(symbol);
  return element != gemmi::El::X && gemmi::IT92<double>::has(element.elem) ? element.atomic_number() : 0;
}

Formula formula_of(const std::string& text) {
  Formula counts;
  for (std::size_t at = 0; at < text.size();) {
    if (is(std::isspace, text, at)) {
      ++at;
      continue;
    }
    const int element = take_element(text, at);
    if (element == 0) return {};
    const bool counted = is(std::isdigit, text, at) || (at < text.size() && text[at] == '.');
    const auto count = counted ? take_number(text, at) : std::optional(1.0);
    if (!count) return {};
    counts[element] += *count;
  }
  return counts;
}

AtomType atom_type_of(const std::string& symbol) {
  for (const TypeName& name : groups)
    if (symbol == name.text) return {name.atomic_number, 0, symbol.substr(name.length)};
  for (const TypeName& name : bonded)
    if (symbol == name.text) return {name.atomic_number, 0, symbol.substr(name.length)};
  AtomType type;
  std::size_t length = 0;
  for (const std::size_t n : {2u, 1u})
    if (type.atomic_number == 0 && is(std::isalpha, symbol, n - 1) && is(std::isalpha, symbol, 0))
      if ((type.atomic_number = atomic_number_of(symbol.substr(0, n))) != 0) length = n;
  if (type.atomic_number == 0) return type;
  std::string rest = symbol.substr(length);
  // A letter behind the symbol makes it another name, as of a group of atoms.
  if (is(std::isalpha, symbol, length)) return {.rest = rest};
  const std::size_t sign = rest.find_first_of("+-");
  if (sign != rest.npos) {
    std::string digits = rest;
    digits.erase(sign, 1);
    const auto charge = digits.empty() ? std::optional<double>(1) : parse_number(digits);
    if (charge && *charge == std::round(*charge) && *charge >= 0 && *charge <= 9) {
      type.charge = static_cast<int>(rest[sign] == '-' ? -*charge : *charge);
      return type;
    }
  }
  type.rest = rest;
  return type;
}

std::vector<std::pair<int, double>> elements_sharing(const std::string& type) {
  std::string text = type;
  if (text.starts_with('(') && text.ends_with(')')) text = text.substr(1, text.size() - 2);
  std::vector<std::pair<int, double>> result;
  for (std::size_t at = 0; at < text.size();) {
    if (std::string_view("/,+ ").find(text[at]) != std::string_view::npos) {
      ++at;
      continue;
    }
    const int element = take_element(text, at);
    if (element == 0) return {};
    result.emplace_back(element, take_number(text, at).value_or(0));
  }
  return result.size() > 1 ? result : std::vector<std::pair<int, double>>();
}

LabelElement element_of_label(const std::string& label, const Formula& formula) {
  for (const TypeName& name : groups) {
    const std::string text = name.text;
    // H2O1 may be a hydrogen of O1.
    const bool whole = std::isdigit(static_cast<unsigned char>(text[1])) ? !is(std::isalnum, label, text.size())
                                                                         : !is(std::islower, label, text.size());
    if (label.starts_with(text) && whole) return {.atomic_number = name.atomic_number, .hydrogens = true};
  }
  if (!is(std::isalpha, label, 0)) return {};
  if (names_several(label)) return {.several = true};
  const int one = atomic_number_of(label.substr(0, 1));
  const int two = is(std::isalpha, label, 1) ? atomic_number_of(label.substr(0, 2)) : 0;
  if (one == 0 && two == 0) return {};
  const bool known = !formula.empty();
  // The formula decides where it has one of both.
  if (known && one != 0 && two != 0 && formula.contains(one) != formula.contains(two))
    return {.atomic_number = formula.contains(one) ? one : two};
  LabelElement result{.atomic_number = two != 0 ? two : one};
  const bool water = label.starts_with("H2O") || label.starts_with("H3O");
  if (!water && known && formula.contains(result.atomic_number) && (one == 0 || two == 0)) return result;
  const bool as_symbol = symbol_length(label, 0) == (two != 0 ? 2u : 1u);
  // Oa and Hw are of O and H, Wa and Kal of what? Car may be aromatic, Cm a methyl.
  const bool another_word = is(std::islower, label, two != 0 ? 2 : 1);
  const bool organic = one == 1 || one == 6 || one == 7 || one == 8;
  const bool rare = result.atomic_number == 74
                        ? two == 0
                        : result.atomic_number >= 84 && result.atomic_number != 90 && result.atomic_number != 92;
  result.doubtful = rare || water || (two == 0 ? another_word && !organic : another_word || (one != 0 && !as_symbol));
  return result;
}

}  // namespace femtobragg::atoms
