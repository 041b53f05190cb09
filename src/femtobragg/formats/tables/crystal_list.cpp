// One crystal after the other.
#include "femtobragg/formats/tables/crystal_list.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/tables/number_lines.h"

namespace femtobragg::formats {
namespace {

constexpr const char* list_rule = "each line has three angles (degrees), and a weight above zero unless it is 1";

ListedCrystal crystal_of(const NumberLine& line, const std::string& name) {
  const std::vector<double>& n = line.numbers;
  const bool fits = line.rest.empty() && (n.size() == 3 || n.size() == 4);
  if (!fits || !std::ranges::all_of(n, [](double x) { return std::isfinite(x); }) || (n.size() == 4 && !(n[3] > 0)))
    throw Error::runtime({.what = "not a crystal of a list",
                          .where = in_quotes(name) + " line " + std::to_string(line.number),
                          .value = in_quotes(std::string_view(line.text).substr(0, 60)),
                          .rule = list_rule,
                          .remedy = "correct the line, or begin it with '#'"});
  return {{radians_from_degrees(n[0]), radians_from_degrees(n[1]), radians_from_degrees(n[2])},
          n.size() == 4 ? n[3] : 1};
}

}  // namespace

std::vector<ListedCrystal> parse_crystals(std::string_view text, const std::string& name) {
  std::vector<ListedCrystal> crystals;
  for (const NumberLine& line : number_lines(plain_text(std::string(text), name)))
    crystals.push_back(crystal_of(line, name));
  if (crystals.empty())
    throw Error::runtime(
        {.what = "no crystals in the list", .where = in_quotes(name), .rule = list_rule, .remedy = "add them"});
  return crystals;
}

}  // namespace femtobragg::formats
