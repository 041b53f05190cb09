// Reads all values of a block once.
#include "femtobragg/atoms/cif_items.h"

#include <algorithm>
#include <cmath>
#include <gemmi/cifdoc.hpp>
#include <gemmi/numb.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

std::string spelled(const std::string& tag) {
  std::string name = tag.substr(tag.starts_with('_') ? 1 : 0);
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return c == '.' ? '_' : static_cast<char>(std::tolower(c)); });
  return name;
}

bool begins_with_any(const std::string& name, CifItems::Names prefixes) {
  return std::ranges::any_of(prefixes, [&](const char* prefix) { return name.starts_with(prefix); });
}

}  // namespace

CifItems::CifItems(const gemmi::cif::Block& block, std::string where) : where_(std::move(where)) {
  const auto add = [&](const std::string& tag, Column column) {
    column.tag = tag;
    last_ = spelled(tag);
    const auto [at, added] = items_.try_emplace(last_, std::move(column));
    if (added) return;
    if (at->second.tag == tag) refuse_two(tag, tag);
    if (at->second.values == column.values) return;
    // mmCIF has names that differ by nothing else: only who asks for one must know which.
    at->second.other_tag = tag;
  };
  const auto take = [](Column& column, const std::string& value) {
    column.values.push_back(gemmi::cif::as_string(value));
    column.unknown.push_back(value == "?");
  };
  for (const gemmi::cif::Item& item : block.items) {
    if (item.type == gemmi::cif::ItemType::Pair) {
      Column column;
      take(column, item.pair[1]);
      add(item.pair[0], std::move(column));
    } else if (item.type == gemmi::cif::ItemType::Loop) {
      const std::size_t width = item.loop.tags.size();
      for (std::size_t i = 0; i < width; ++i) {
        Column column;
        for (std::size_t at = i; at < item.loop.values.size(); at += width) take(column, item.loop.values[at]);
        add(item.loop.tags[i], std::move(column));
      }
    }
  }
}

void CifItems::refuse_two(const std::string& tag, const std::string& other_tag) const {
  throw Error::runtime({.what = "an item occurs twice",
                        .where = where_,
                        .value = tag + (other_tag == tag ? "" : ", " + other_tag),
                        .rule = "'.' and '_' are equivalent in names, and the values differ",
                        .remedy = "remove one of them"});
}

const CifItems::Column* CifItems::find(Names names) const {
  const Column* first = nullptr;
  for (const char* name : names)
    if (const auto found = items_.find(name); found != items_.end()) {
      if (!found->second.other_tag.empty()) refuse_two(found->second.tag, found->second.other_tag);
      // Another spelling of the first one stays unused, and is named so.
      if (!first) used_.insert(name), first = &found->second;
    }
  return first;
}

std::optional<std::string> CifItems::text(Names names) const {
  const Column* column = find(names);
  if (!column || column->values.empty() || !column->has(0)) return {};
  return column->values[0];
}

std::optional<double> CifItems::number(Names names) const {
  const Column* column = find(names);
  if (!column || column->values.empty()) return {};
  return number(*column, 0);
}

std::optional<double> CifItems::number(const Column& column, std::size_t row) const {
  if (!column.has(row)) return {};
  const double value = gemmi::cif::as_number(column.values[row]);
  if (std::isfinite(value)) return value;
  throw Error::runtime({.what = "a value of the model is not a number",
                        .where = where_ + ", " + column.tag,
                        .value = in_quotes(column.values[row]),
                        .rule = "it must be a number, '.' or '?'",
                        .remedy = "correct the file"});
}

void CifItems::pass_over(Names prefixes) const {
  for (const auto& [name, column] : items_)
    if (begins_with_any(name, prefixes)) used_.insert(name);
}

std::vector<std::string> CifItems::unused(Names prefixes) const {
  std::vector<std::string> result;
  for (const auto& [name, column] : items_)
    if (!used_.contains(name) && begins_with_any(name, prefixes)) result.push_back(column.tag);
  return result;
}

std::vector<std::string> CifItems::unused_kinds(Names prefixes) const {
  std::vector<std::string> result;
  for (const auto& [name, column] : items_) {
    if (used_.contains(name) || begins_with_any(name, prefixes)) continue;
    const std::string kind = "_" + name.substr(0, name.find('_'));
    if (std::ranges::find(result, kind) == result.end()) result.push_back(kind);
  }
  return result;
}

}  // namespace femtobragg::atoms
