// Reflections by name.
#include "femtobragg/gradients/parameters/structure_factors.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::gradients {
namespace {

using Indices = std::array<std::int64_t, 3>;

/// Nothing: it is not the name of a reflection.
std::optional<Indices> indices_of(const std::string& name) {
  if (!name.starts_with("F_")) return {};
  std::istringstream words(name.substr(2));
  Indices hkl{};
  std::size_t count = 0;
  for (std::string word; std::getline(words, word, '_'); ++count) {
    const auto index = parse_integer(word);
    if (!index || count >= hkl.size()) return {};
    hkl[count] = *index;
  }
  return count == hkl.size() ? std::optional(hkl) : std::nullopt;
}

/// The reflection, and its Friedel mate where that has the same amplitude.
std::vector<std::size_t> entries_of(const StructureFactors& factors, const Indices& hkl) {
  std::vector<std::size_t> entries = {factors.index(hkl[0], hkl[1], hkl[2])};
  if (!factors.box.contains(-hkl[0], -hkl[1], -hkl[2])) return entries;
  const std::size_t mate = factors.index(-hkl[0], -hkl[1], -hkl[2]);
  if (mate != entries[0] && factors.values[mate] == factors.values[entries[0]]) entries.push_back(mate);
  return entries;
}

}  // namespace

ParameterInfo ReflectionFamily::pattern() {
  return {.name = "F_h_k_l",
          .unit = "electrons",
          .help = "amplitude of a reflection and of its Friedel mate, such as F_1_-2_0",
          .lowest = 0,
          .transform = Transform::Log,
          .moved = {"structure factors"}};
}

std::optional<std::string> ReflectionFamily::why_no_table(const Experiment& base) {
  if (base.structure_factors->has_table()) return {};
  return "there is no table of structure factors";
}

ReflectionFamily::ReflectionFamily(const Experiment& base, const std::vector<std::string>& names) {
  const StructureFactors& factors = *base.structure_factors;
  for (const std::string& name : names) {
    const auto hkl = indices_of(name);
    if (!hkl) continue;
    if (const auto reason = why_no_table(base))
      throw Error::usage({.what = "no derivative with respect to " + in_quotes(name), .rule = *reason});
    if (!factors.box.contains((*hkl)[0], (*hkl)[1], (*hkl)[2]))
      throw Error::usage({.what = "there is no such reflection",
                          .value = in_quotes(name),
                          .rule = "the table has " + factors.box.describe(),
                          .remedy = "give a reflection of the table"});
    if (*hkl == Indices{} && !factors.direct_beam)
      throw Error::usage({.what = "no derivative with respect to " + in_quotes(name),
                          .rule = "the spot of the direct beam is not rendered",
                          .remedy = "render that spot (structure_factors.direct_beam)"});
    Group group{name, entries_of(factors, *hkl)};
    for (const Group& other : groups_)
      if (std::ranges::find(other.entries, group.entries.front()) != other.entries.end())
        throw Error::usage({.what = "two parameters are the same",
                            .value = other.name + ", " + name,
                            .rule = "Friedel mates of the same amplitude change together",
                            .remedy = "name one of them"});
    groups_.push_back(std::move(group));
  }
}

std::vector<ParameterInfo> ReflectionFamily::members(const Experiment& base) const {
  const std::vector<double> start = values(base);
  std::vector<ParameterInfo> infos;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    ParameterInfo info = pattern();
    info.name = groups_[i].name;
    info.scale = start[i] > 0 ? 0.1 * start[i] : 1;
    if (!(start[i] > 0)) info.transform = Transform::Identity;
    infos.push_back(std::move(info));
  }
  return infos;
}

std::vector<double> ReflectionFamily::values(const Experiment& base) const {
  std::vector<double> values;
  for (const Group& group : groups_) values.push_back(base.structure_factors->values[group.entries.front()]);
  return values;
}

void ReflectionFamily::set(Experiment& experiment, std::span<const double> values) const {
  StructureFactors factors = *experiment.structure_factors;
  for (std::size_t i = 0; i < groups_.size(); ++i)
    for (const std::size_t entry : groups_[i].entries) factors.values[entry] = values[i];
  experiment.structure_factors = std::make_shared<const StructureFactors>(std::move(factors));
}

std::vector<AmplitudeRate> ReflectionFamily::amplitude_rates(const Experiment&, std::size_t member) const {
  std::vector<AmplitudeRate> rates;
  for (const std::size_t entry : groups_[member].entries) rates.push_back({entry, 1.0});
  return rates;
}

}  // namespace femtobragg::gradients
