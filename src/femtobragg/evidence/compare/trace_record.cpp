// Line by line, then the misnomers.
#include "femtobragg/evidence/compare/trace_record.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <sstream>

#include "femtobragg/base/text.h"

namespace femtobragg::evidence {
namespace {

/// What follows TRACE, TRACE_C: and the like; nothing if the line does not begin so.
std::optional<std::string> after_prefix(const std::string& line) {
  if (!line.starts_with("TRACE")) return std::nullopt;
  std::size_t end = 5;
  while (end < line.size() && (line[end] == '_' || std::isalnum(static_cast<unsigned char>(line[end])))) ++end;
  const bool phi = line.substr(0, end).ends_with("_PHI");
  if (end < line.size() && line[end] == ':') ++end;
  return (phi ? "phi " : "") + line.substr(end);
}

/// The number in a word such as `rotx:0.1`, `phi_tic=3`, `[1` or `0;`; nothing if there is none.
std::optional<double> number_in(std::string word) {
  const auto in_label = [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)); };
  const auto label_end = std::ranges::find_if_not(word, in_label);
  if (label_end != word.end() && (*label_end == ':' || *label_end == '=')) word.erase(word.begin(), label_end + 1);
  constexpr const char* marks = "[](),;";
  word.erase(0, std::min(word.find_first_not_of(marks), word.size()));
  word.erase(word.find_last_not_of(marks) + 1);
  return parse_number(word);
}

TracedQuantity quantity_of(std::string line) {
  std::istringstream words(line);
  TracedQuantity quantity;
  words >> quantity.name;
  // name=v
  if (const std::size_t equals = quantity.name.find('='); equals != std::string::npos) {
    line.replace(line.find('='), 1, " ");
    words = std::istringstream(line);
    words >> quantity.name;
  }
  while (quantity.name.ends_with(':')) quantity.name.pop_back();
  bool numbers = true;
  for (std::string word; words >> word;) {
    if (word == "[" || word == "]") continue;
    quantity.text += (quantity.text.empty() ? "" : " ") + word;
    const auto number = number_in(word);
    numbers = numbers && number;
    if (number) quantity.numbers.push_back(*number);
  }
  if (numbers)
    quantity.text.clear();
  else
    quantity.numbers.clear();
  return quantity;
}

const std::map<std::string, std::string>& right_names() {
  static const std::map<std::string, std::string> names = {{"scattering_vec_A_inv", "scattering_vec_m_inv"},
                                                           {"rot_a_star_A_inv", "ref_a_star_A_inv"},
                                                           {"rot_b_star_A_inv", "ref_b_star_A_inv"},
                                                           {"rot_c_star_A_inv", "ref_c_star_A_inv"},
                                                           {"omega_pixel", "omega_pixel_sr"},
                                                           {"cos_2theta", "cos_2theta_last"}};
  return names;
}

bool holds(const TraceRecord& record, const std::string& name) {
  return std::ranges::find(record.quantities, name, &TracedQuantity::name) != record.quantities.end();
}

void rename(TraceRecord& record, TracedQuantity& quantity, const std::string& name, const std::string& why) {
  const std::string note = quantity.name + " is read as " + name + ": " + why;
  if (std::ranges::find(record.notes, note) == record.notes.end()) record.notes.push_back(note);
  quantity.name = name;
}

/// `beam_center_m X:.. Y:.. pixel_mm:..`, the centre divided by 1000 once too often.
void split_centre(TraceRecord& record) {
  for (std::size_t i = 0; i < record.quantities.size(); ++i) {
    TracedQuantity& centre = record.quantities[i];
    if (centre.name != "beam_center_m" || centre.numbers.size() != 3) continue;
    const TracedQuantity pixel{"pixel_mm", {centre.numbers[2]}, {}};
    centre.numbers = {1000 * centre.numbers[0], 1000 * centre.numbers[1]};
    record.quantities.insert(record.quantities.begin() + static_cast<std::ptrdiff_t>(i) + 1, pixel);
    record.notes.push_back("beam_center_m is multiplied by 1000: it was divided by 1000 once too often");
  }
}

void put_right(TraceRecord& record) {
  const auto is_misnamed = [](const TracedQuantity& q) {
    return right_names().contains(q.name) || (q.name == "beam_center_m" && q.numbers.size() == 3);
  };
  record.of_older_program = std::ranges::any_of(record.quantities, is_misnamed);
  if (!record.of_older_program) return;
  split_centre(record);
  const bool about_beam = holds(record, "convention_mapping");
  for (TracedQuantity& quantity : record.quantities) {
    if (const auto found = right_names().find(quantity.name); found != right_names().end())
      rename(record, quantity, found->second, "a misnomer of the older program");
    for (const std::string axis : {"fdet", "sdet", "odet"})
      if (about_beam && quantity.name == axis + "_after_rotz")
        rename(record, quantity, axis + "_after_twotheta", "about the beam it is printed after 2-theta");
  }
}

}  // namespace

TraceRecord parse_trace(std::string_view text) {
  std::vector<std::string> marked, plain;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (const auto rest = after_prefix(line))
      marked.push_back(*rest);
    else if (!line.starts_with('#') && line.find_first_not_of(" \t") != std::string::npos)
      plain.push_back(line);
  }
  TraceRecord record;
  for (const std::string& line : marked.empty() ? plain : marked)
    if (line.find_first_not_of(" \t") != std::string::npos) record.quantities.push_back(quantity_of(line));
  put_right(record);
  return record;
}

}  // namespace femtobragg::evidence
