// Parsers of constraints, and which parameters do each other's work.
#include "femtobragg/refine/constraints.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::refine {
namespace {

/// "cell" of "cell_a", "panel" of "panel3_shift_fast".
std::string_view stem_of(std::string_view name) { return name.substr(0, name.find_first_of("_0123456789")); }

}  // namespace

Restraint parse_restraint(const std::string& text) {
  const std::size_t equals = text.find('=');
  std::size_t sign = text.find("±"), length = std::string_view("±").size();
  if (sign == std::string::npos) sign = text.find("+-"), length = 2;
  if (equals != std::string::npos && sign != std::string::npos && sign > equals) {
    const auto value = parse_number(std::string_view(text).substr(equals + 1, sign - equals - 1));
    const auto sigma = parse_number(std::string_view(text).substr(sign + length));
    if (value && sigma && std::isfinite(*value) && *sigma > 0 && std::isfinite(*sigma) && equals > 0)
      return {text.substr(0, equals), *value, *sigma};
  }
  throw Error::usage({.what = "not a restraint",
                      .value = in_quotes(text),
                      .rule = "it must be NAME=VALUE±SIGMA with a SIGMA above zero",
                      .remedy = "write, for example, cell_a=34.8+-0.05"});
}

Bounds parse_bounds(const std::string& text) {
  const std::size_t equals = text.find('='), colon = text.find(':', equals + 1);
  if (equals != std::string::npos && equals > 0 && colon != std::string::npos) {
    Bounds bounds{.parameter = text.substr(0, equals)};
    const std::string_view low = std::string_view(text).substr(equals + 1, colon - equals - 1),
                           high = std::string_view(text).substr(colon + 1);
    const auto lowest = parse_number(low), highest = parse_number(high);
    if (lowest && std::isfinite(*lowest)) bounds.lowest = *lowest;
    if (highest && std::isfinite(*highest)) bounds.highest = *highest;
    const bool understood = (low.empty() || std::isfinite(bounds.lowest)) &&
                            (high.empty() || std::isfinite(bounds.highest)) && !(low.empty() && high.empty());
    if (understood && bounds.lowest < bounds.highest) return bounds;
  }
  throw Error::usage(
      {.what = "wrong bounds",
       .value = in_quotes(text),
       .rule = "they must be NAME=LOWEST:HIGHEST, finite numbers with LOWEST below HIGHEST; one may be left out",
       .remedy = "write, for example, cell_a=34:36"});
}

double width_of_bound(const gradients::ParameterInfo& info) { return 1e-6 * info.scale; }

double at_near_bound(const gradients::ParameterInfo& info, double value) {
  const double inside = std::clamp(value, info.lowest, info.highest);
  return std::abs(inside - value) <= width_of_bound(info) ? inside : value;
}

void narrow(gradients::ParameterInfo& info, const Bounds& bounds) {
  const bool low = std::isfinite(bounds.lowest), high = std::isfinite(bounds.highest);
  if ((low && (bounds.lowest < info.lowest || bounds.lowest >= info.highest)) ||
      (high && (bounds.highest > info.highest || bounds.highest <= info.lowest)))
    throw Error::usage(
        {.what = "bounds that the parameter cannot have",
         .where = bounds.parameter,
         .value = (low ? format_number(bounds.lowest, 12) : "") + ":" + (high ? format_number(bounds.highest, 12) : ""),
         .rule = "it must be from " + format_number(info.lowest, 12) + " to " + format_number(info.highest, 12),
         .remedy = "choose narrower bounds"});
  if (low) info.lowest = bounds.lowest;
  if (high) info.highest = bounds.highest;
}

Tie parse_tie(const std::string& text) {
  Tie tie;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('=', begin), text.size());
    tie.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  bool distinct = tie.size() > 1;
  for (std::size_t i = 0; i < tie.size(); ++i)
    distinct = distinct && !tie[i].empty() && std::ranges::count(tie, tie[i]) == 1;
  if (distinct) return tie;
  throw Error::usage({.what = "not a tie",
                      .value = in_quotes(text),
                      .rule = "it must be NAME=NAME, with parameters that differ",
                      .remedy = "write, for example, cells_a=cells_b"});
}

std::string leader_of(const std::vector<Tie>& ties, const std::string& parameter) {
  for (const Tie& tie : ties)
    if (std::ranges::find(tie, parameter) != tie.end()) return tie.front();
  return parameter;
}

bool do_alike(const gradients::ParameterInfo& one, const gradients::ParameterInfo& other) {
  return stem_of(one.name) != stem_of(other.name) &&
         std::ranges::find_first_of(one.alike, other.alike) != one.alike.end();
}

double weak_sigma(const gradients::ParameterInfo& info) { return 10 * info.scale; }

}  // namespace femtobragg::refine
