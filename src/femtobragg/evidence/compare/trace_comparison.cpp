// Alignment by name, tolerances by kind, and the report.
#include "femtobragg/evidence/compare/trace_comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "femtobragg/base/text.h"

namespace femtobragg::evidence {
namespace {

std::string text_of(const TracedQuantity& quantity) {
  if (!quantity.text.empty()) return quantity.text;
  std::string text;
  for (const double number : quantity.numbers) text += (text.empty() ? "" : " ") + format_number(number, 15);
  return text;
}

/// Occurrences of a name, in order.
using Places = std::map<std::string, std::vector<const TracedQuantity*>>;

Places places_of(const TraceRecord& record) {
  Places places;
  for (const TracedQuantity& quantity : record.quantities) places[quantity.name].push_back(&quantity);
  return places;
}

/// The instrumented nanoBragg prints these of MOSFLM whatever the convention, where the detector turns about the beam.
bool is_misprint(const TraceRecord& record, const std::string& name) {
  static const std::set<std::string> fixed = {"detector_convention", "convention_mapping", "initial_fdet",
                                              "initial_sdet", "initial_odet"};
  const auto about_beam = [](const TracedQuantity& q) { return q.name == "convention_mapping"; };
  return fixed.contains(name) && record.of_older_program && std::ranges::any_of(record.quantities, about_beam);
}

bool of_mosflm(const TraceRecord& record) {
  return std::ranges::any_of(
      record.quantities, [](const TracedQuantity& q) { return q.name == "detector_convention" && q.text == "MOSFLM"; });
}

/// Fills in the largest difference. Numbers that are zero but for rounding carry the rounding of their neighbours.
void compare_numbers(std::vector<double> a, std::vector<double> b, bool without_sign, ComparedQuantity& result) {
  if (a.size() != b.size()) {
    result.difference = result.relative = std::numeric_limits<double>::infinity();
    return;
  }
  double largest = 0;
  for (const std::vector<double>* numbers : {&a, &b})
    for (const double number : *numbers) largest = std::max(largest, std::abs(number));
  constexpr double rounding = 1e-15;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = without_sign ? std::abs(a[i]) : a[i], y = without_sign ? std::abs(b[i]) : b[i];
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    const double magnitude = std::max(std::abs(x), std::abs(y)), difference = std::abs(x - y);
    const double allowed = result.tolerance * magnitude + rounding * largest;
    const double share = std::isfinite(difference) ? difference / allowed : std::numeric_limits<double>::infinity();
    if (share <= result.difference) continue;
    result.difference = share;
    result.relative = difference / magnitude;
  }
}

ComparedQuantity compared(const TracedQuantity& first, const TracedQuantity& second, const TraceAllowance& allowance) {
  ComparedQuantity result{second.name, text_of(first), text_of(second), 0, 0, 0, false};
  result.tolerance = std::max(trace_tolerance(second.name), allowance.least_tolerance);
  const bool without_sign = std::ranges::find(allowance.without_sign, second.name) != allowance.without_sign.end();
  if (first.text.empty() && second.text.empty())
    compare_numbers(first.numbers, second.numbers, without_sign, result);
  else if (first.text != second.text)
    result.difference = result.relative = std::numeric_limits<double>::infinity();
  result.diverges = result.difference > 1;
  return result;
}

std::string row(const ComparedQuantity& q, bool first) {
  const std::string mark = first ? "**" : "";
  return "| " + mark + "`" + q.name + "`" + mark + " | " + q.first + " | " + q.second + " | " +
         format_number(q.relative, 3) + " | " + format_number(q.tolerance, 3) + " | " +
         (first        ? "**first divergence**"
          : q.diverges ? "differs"
                       : "same") +
         " |\n";
}

std::string list_of(const std::string& title, const std::vector<std::string>& entries) {
  std::string text;
  for (const std::string& entry : entries) text += "- " + entry + "\n";
  return entries.empty() ? text : "\n" + title + "\n\n" + text;
}

}  // namespace

const ComparedQuantity* TraceComparison::first_divergence() const {
  const auto found = std::ranges::find(quantities, true, &ComparedQuantity::diverges);
  return found == quantities.end() ? nullptr : &*found;
}

std::string_view quantity_of_name(std::string_view name) {
  constexpr std::string_view of_one_sample = "sample_";
  return name.starts_with(of_one_sample) ? name.substr(of_one_sample.size()) : name;
}

double trace_tolerance(const std::string& name) {
  static const std::set<std::string_view> indices = {"hkl_frac"};
  static const std::set<std::string_view> factors = {"F_latt_a",
                                                     "F_latt_b",
                                                     "F_latt_c",
                                                     "F_latt",
                                                     "phi",
                                                     "F_cell",
                                                     "I_before_scaling",
                                                     "capture_fraction",
                                                     "polar",
                                                     "I_pixel_final",
                                                     "floatimage_accumulated"};
  const std::string_view quantity = quantity_of_name(name);
  return indices.contains(quantity) ? 1e-9 : factors.contains(quantity) ? 1e-6 : 1e-12;
}

TraceComparison compare_traces(const TraceRecord& first, const TraceRecord& second, const TraceAllowance& allowance) {
  TraceComparison result;
  for (const TraceRecord* record : {&first, &second})
    result.notes.insert(result.notes.end(), record->notes.begin(), record->notes.end());
  const Places ours = places_of(first), theirs = places_of(second);
  const bool fixed_axes_fit = of_mosflm(first) && of_mosflm(second);
  std::map<std::string, std::size_t> seen;
  for (const TracedQuantity& quantity : second.quantities) {
    const std::string& name = quantity.name;
    const std::size_t n = seen[name]++;
    const auto found = ours.find(name);
    if (!fixed_axes_fit && (is_misprint(second, name) || is_misprint(first, name))) {
      result.notes.push_back(name + " is not compared: the older program prints that of MOSFLM for every convention");
    } else if (found == ours.end() || (n >= found->second.size() && found->second.size() > 1)) {
      result.only_second.push_back(name);
    } else {
      const std::size_t m = found->second.size() > 1 ? n : 0;
      result.quantities.push_back(compared(*found->second[m], quantity, allowance));
      if (theirs.at(name).size() > 1) result.quantities.back().name += " #" + std::to_string(n + 1);
    }
  }
  for (const auto& [name, places] : ours)
    if (!theirs.contains(name)) result.only_first.push_back(name);
  return result;
}

std::string divergence_report(const TraceComparison& comparison, const TraceOrigins& origins) {
  const ComparedQuantity* divergence = comparison.first_divergence();
  std::string text =
      "# First divergence: " + (divergence ? "`" + divergence->name + "`" : std::string("none")) + "\n\n";
  text += "Pixel: " + origins.pixel + "\n\n- first: " + origins.first + "\n- second: " + origins.second + "\n";
  if (!origins.commands.empty()) {
    text += "\n```sh\n";
    for (const std::string& command : origins.commands) text += command + "\n";
    text += "```\n";
  }
  if (divergence) {
    const std::string name = divergence->name.substr(0, divergence->name.find(" #"));
    text += list_of("Likely causes:", likely_causes(name));
  }
  text += "\n| quantity | first | second | relative difference | tolerance | |\n|---|---|---|---|---|---|\n";
  for (const ComparedQuantity& quantity : comparison.quantities) text += row(quantity, &quantity == divergence);
  text += list_of("Only in the first:", comparison.only_first);
  text += list_of("Only in the second:", comparison.only_second);
  return text + list_of("Notes:", comparison.notes);
}

}  // namespace femtobragg::evidence
