// The items of a CIF data block under one spelling, and which of them have been used. Only for .cpp files of this
// folder.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gemmi::cif {
struct Block;
}

namespace femtobragg::atoms {

/// Names are those of the dictionaries in lower case, without the first '_', and with '_' instead of '.', because older
/// and newer dictionaries differ only in that.
class CifItems {
 public:
  using Names = std::initializer_list<const char*>;

  /// One item: a value, or a column of a loop.
  struct Column {
    std::string tag;                  ///< as in the file
    std::string other_tag;            ///< tag of another item with the same name and other values; mostly empty
    std::vector<std::string> values;  ///< without quotes; empty for '.' or '?'
    std::vector<bool> unknown;        ///< whether the value is '?'

    std::size_t size() const { return values.size(); }
    bool has(std::size_t row) const { return !values[row].empty(); }
  };

  CifItems(const gemmi::cif::Block& block, std::string where);

  const std::string& where() const { return where_; }
  /// The name of the last item in the block.
  const std::string& last() const { return last_; }

  /// The first of these names that the block has; null: none.
  const Column* find(Names names) const;
  /// Its only or first value; nothing if it is unknown.
  std::optional<std::string> text(Names names) const;
  /// The same as a number, without its uncertainty. Throws Error(Runtime) if it is not a number.
  std::optional<double> number(Names names) const;
  /// A value of a column as a number; nothing for '.' and '?'.
  std::optional<double> number(const Column& column, std::size_t row) const;

  /// Reads an item without marking it as used.
  const Column* peek(const char* name) const {
    const auto found = items_.find(name);
    return found == items_.end() ? nullptr : &found->second;
  }
  bool has(const char* name) const { return peek(name) != nullptr; }
  /// Marks items that are known to have no effect.
  void pass_over(Names prefixes) const;
  /// Unused items whose names begin so, as spelled in the file.
  std::vector<std::string> unused(Names prefixes) const;
  /// The categories (first words of the names) of all other unused items.
  std::vector<std::string> unused_kinds(Names prefixes) const;

 private:
  [[noreturn]] void refuse_two(const std::string& tag, const std::string& other_tag) const;

  std::string where_, last_;
  std::map<std::string, Column> items_;
  mutable std::set<std::string> used_;
};

}  // namespace femtobragg::atoms
