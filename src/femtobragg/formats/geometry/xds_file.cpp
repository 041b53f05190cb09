// XPARM.XDS by its lines, XDS.INP by its keywords.
#include "femtobragg/formats/geometry/xds_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/xds_model.h"

namespace femtobragg::formats {
namespace {

struct XdsWord {
  std::string_view text;
  std::size_t line = 0;
};
using XdsWords = std::vector<XdsWord>;

[[noreturn]] void refuse_xds(const std::string& name, const std::string& what, const XdsWord* word,
                             const std::string& rule) {
  throw Error::runtime({.what = what,
                        .where = in_quotes(name) + (word ? " line " + std::to_string(word->line) : ""),
                        .value = word ? in_quotes(word->text.substr(0, 60)) : "",
                        .rule = rule,
                        .remedy = "correct the file"});
}

/// By blanks; `stop` begins a comment; a sign of equality ends its word.
XdsWords words_of_xds(std::string_view text, char stop) {
  XdsWords words;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, std::min(end, stop ? text.find(stop) : text.npos));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
      const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
      const std::size_t sign = stop ? line.find('=') : line.npos;
      const std::size_t length = sign < blank ? sign + 1 : blank;
      words.push_back({line.substr(0, length), number});
      line.remove_prefix(length);
    }
  }
  return words;
}

double number_of_word(const std::string& name, const XdsWord& word) {
  std::string text(word.text);
  std::ranges::replace(text, 'd', 'e');  // Fortran's exponents
  std::ranges::replace(text, 'D', 'e');
  const auto value = parse_number(text);
  if (!value || !std::isfinite(*value)) refuse_xds(name, "not a number", &word, "it must be a finite number");
  return *value;
}

std::size_t count_of_word(const std::string& name, const XdsWord& word) {
  const double value = number_of_word(name, word);
  if (value != std::floor(value) || !(value >= 0 && value <= 1e9))
    refuse_xds(name, "not a whole number", &word, "it must be a whole number from 0 to 1000000000");
  return static_cast<std::size_t>(value);
}

/// One number after another.
class XparmReader {
 public:
  XparmReader(std::string_view text, const std::string& name) : name_(name), words_(words_of_xds(text, '\0')) {}

  XdsModel read() {
    const bool old = words_.empty() || !words_.front().text.starts_with("XPARM");
    // The heading may go on with the version of XDS.
    while (!old && at_ < words_.size() && words_[at_].line == words_.front().line) ++at_;
    XdsModel m;
    number();  // of the image at the start
    m.start_deg = number();
    m.width_deg = number();
    m.spindle = vector();
    m.wavelength_A = number();
    m.beam = vector();
    check_beam(m);
    if (!old) m.crystal = crystal();
    const std::size_t segments = old ? 0 : count();
    m.n_fast = count();
    m.n_slow = count();
    m.pixel_fast_mm = number();
    m.pixel_slow_mm = number();
    if (old) m.distance_mm = number();
    m.org_x = number();
    m.org_y = number();
    if (!old) m.distance_mm = number();
    m.x_axis = vector();
    m.y_axis = vector();
    m.normal = vector();
    if (old) m.crystal = crystal();
    for (std::size_t i = 0; i < segments && at_ < words_.size(); ++i) m.segments.push_back(segment());
    if (!m.segments.empty() && m.segments.size() != segments)
      refuse_xds(name_, "segments are missing", nullptr, "the file announces " + std::to_string(segments));
    if (at_ < words_.size()) refuse_xds(name_, "more numbers than XDS writes", &words_[at_], "they must end here");
    return m;
  }

 private:
  const XdsWord& word() {
    if (at_ == words_.size()) refuse_xds(name_, "the file ends too early", nullptr, "it must be as XDS writes it");
    return words_[at_++];
  }
  double number() { return number_of_word(name_, word()); }
  std::size_t count() { return count_of_word(name_, word()); }
  Vec3d vector() {
    const double x = number(), y = number(), z = number();
    return {x, y, z};
  }

  /// Its vector is 1/wavelength long; older programs write a unit vector.
  void check_beam(const XdsModel& m) {
    const double length = norm(m.beam);
    const auto is = [&](double other) { return std::abs(length - other) <= 2e-3 * other; };
    if (*m.wavelength_A > 0 && !is(1 / *m.wavelength_A) && !is(1))
      refuse_xds(name_, "the beam's vector contradicts the wavelength", &words_[at_ - 1],
                 "it is " + format_number(length) + " long, but 1/wavelength is " + format_number(1 / *m.wavelength_A));
  }

  XdsCrystal crystal() {
    XdsCrystal c;
    c.space_group = static_cast<int>(count());
    c.cell.emplace();
    for (double& value : *c.cell) value = number();
    for (Vec3d& axis : c.axes_A) axis = vector();
    return c;
  }

  XdsSegment segment() {
    XdsSegment s;
    count();
    for (std::size_t* edge : {&s.fast_first, &s.fast_last, &s.slow_first, &s.slow_last}) *edge = count();
    for (double* value : {&s.org_x, &s.org_y, &s.distance_mm}) *value = number();
    s.x_axis = vector();
    s.y_axis = vector();
    return s;
  }

  const std::string& name_;
  XdsWords words_;
  std::size_t at_ = 0;
};

/// Each keyword with the words that follow it. Segments and rectangles repeat.
class XdsInputReader {
 public:
  XdsInputReader(std::string_view text, const std::string& name) : name_(name) {
    const XdsWords words = words_of_xds(text, '!');
    for (std::size_t i = 0; i < words.size();) {
      if (!words[i].text.ends_with('=')) {
        ++i;
        continue;
      }
      Entry entry{words[i], {}};
      entry.key.text.remove_suffix(1);
      for (++i; i < words.size() && !words[i].text.ends_with('='); ++i) entry.values.push_back(words[i]);
      entries_.push_back(std::move(entry));
    }
  }

  XdsModel read() {
    for (const Entry& entry : entries_) take(entry);
    for (const char* key : {"ORGX", "ORGY", "NX", "NY", "QX", "QY", "DETECTOR_DISTANCE"})
      if (!seen_.contains(key))
        refuse_xds(name_, std::string("no ") + key, nullptr, "the detector's position and pixels need it");
    set_turn();
    set_crystal();
    for (const auto& [key, instead] : {std::pair("INCIDENT_BEAM_DIRECTION", "0 0 1"),
                                       {"DIRECTION_OF_DETECTOR_X-AXIS", "1 0 0"},
                                       {"DIRECTION_OF_DETECTOR_Y-AXIS", "0 1 0"}})
      if (!seen_.contains(key)) m_.notes.push_back(std::string(key) + " is not stated; " + instead + " is used");
    return std::move(m_);
  }

 private:
  struct Entry {
    XdsWord key;
    XdsWords values;
  };

  void need(const Entry& entry, std::size_t n) const {
    if (entry.values.size() < n) refuse_xds(name_, "too few values", &entry.key, "it takes " + std::to_string(n));
  }
  double number(const Entry& entry) const {
    need(entry, 1);
    return number_of_word(name_, entry.values[0]);
  }
  Vec3d vector(const Entry& entry) const {
    need(entry, 3);
    return {number_of_word(name_, entry.values[0]), number_of_word(name_, entry.values[1]),
            number_of_word(name_, entry.values[2])};
  }
  std::array<std::size_t, 4> edges(const Entry& entry) const {
    need(entry, 4);
    std::array<std::size_t, 4> result{};
    for (std::size_t i = 0; i < 4; ++i) result[i] = count_of_word(name_, entry.values[i]);
    return result;
  }
  XdsSegment& segment(const Entry& entry) {
    if (m_.segments.empty()) refuse_xds(name_, "no SEGMENT before it", &entry.key, "a segment's pixels come first");
    return m_.segments.back();
  }

  void take(const Entry& entry) {
    using Take = void (*)(XdsInputReader&, const Entry&);
    static const std::map<std::string_view, Take> takers = {
        {"ORGX", [](auto& r, const auto& e) { r.m_.org_x = r.number(e); }},
        {"ORGY", [](auto& r, const auto& e) { r.m_.org_y = r.number(e); }},
        {"NX", [](auto& r, const auto& e) { r.need(e, 1), r.m_.n_fast = count_of_word(r.name_, e.values[0]); }},
        {"NY", [](auto& r, const auto& e) { r.need(e, 1), r.m_.n_slow = count_of_word(r.name_, e.values[0]); }},
        {"QX", [](auto& r, const auto& e) { r.m_.pixel_fast_mm = r.number(e); }},
        {"QY", [](auto& r, const auto& e) { r.m_.pixel_slow_mm = r.number(e); }},
        {"DETECTOR_DISTANCE", [](auto& r, const auto& e) { r.m_.distance_mm = r.number(e); }},
        {"X-RAY_WAVELENGTH", [](auto& r, const auto& e) { r.m_.wavelength_A = r.number(e); }},
        {"INCIDENT_BEAM_DIRECTION", [](auto& r, const auto& e) { r.m_.beam = r.vector(e); }},
        {"DIRECTION_OF_DETECTOR_X-AXIS", [](auto& r, const auto& e) { r.m_.x_axis = r.vector(e); }},
        {"DIRECTION_OF_DETECTOR_Y-AXIS", [](auto& r, const auto& e) { r.m_.y_axis = r.vector(e); }},
        {"ROTATION_AXIS", [](auto& r, const auto& e) { r.m_.spindle = r.vector(e); }},
        {"OSCILLATION_RANGE", [](auto& r, const auto& e) { r.m_.width_deg = r.number(e); }},
        {"STARTING_ANGLE", [](auto& r, const auto& e) { r.start_deg_ = r.number(e); }},
        {"STARTING_FRAME", [](auto& r, const auto& e) { r.starting_frame_ = r.number(e); }},
        {"DATA_RANGE", &XdsInputReader::take_range},
        {"FRACTION_OF_POLARIZATION", [](auto& r, const auto& e) { r.m_.polarization_fraction = r.number(e); }},
        {"POLARIZATION_PLANE_NORMAL", [](auto& r, const auto& e) { r.m_.polarization_normal = r.vector(e); }},
        {"OVERLOAD", [](auto& r, const auto& e) { r.m_.saturation = r.number(e); }},
        {"SENSOR_THICKNESS", [](auto& r, const auto& e) { r.m_.thickness_mm = r.number(e); }},
        {"SILICON", [](auto& r, const auto& e) { r.m_.attenuation_per_mm = std::max(0.0, r.number(e)); }},
        {"UNTRUSTED_RECTANGLE", [](auto& r, const auto& e) { r.m_.untrusted.push_back(r.edges(e)); }},
        {"SEGMENT",
         [](auto& r, const auto& e) {
           const auto edge = r.edges(e);
           r.m_.segments.push_back({edge[0], edge[1], edge[2], edge[3]});
         }},
        {"SEGMENT_ORGX", [](auto& r, const auto& e) { r.segment(e).org_x = r.number(e); }},
        {"SEGMENT_ORGY", [](auto& r, const auto& e) { r.segment(e).org_y = r.number(e); }},
        {"SEGMENT_DISTANCE", [](auto& r, const auto& e) { r.segment(e).distance_mm = r.number(e); }},
        {"DIRECTION_OF_SEGMENT_X-AXIS", [](auto& r, const auto& e) { r.segment(e).x_axis = r.vector(e); }},
        {"DIRECTION_OF_SEGMENT_Y-AXIS", [](auto& r, const auto& e) { r.segment(e).y_axis = r.vector(e); }},
        {"SPACE_GROUP_NUMBER", [](auto& r, const auto& e) { r.crystal_.space_group = r.group(e); }},
        {"UNIT_CELL_CONSTANTS", &XdsInputReader::take_cell},
        {"UNIT_CELL_A-AXIS", [](auto& r, const auto& e) { r.crystal_.axes_A[0] = r.vector(e); }},
        {"UNIT_CELL_B-AXIS", [](auto& r, const auto& e) { r.crystal_.axes_A[1] = r.vector(e); }},
        {"UNIT_CELL_C-AXIS", [](auto& r, const auto& e) { r.crystal_.axes_A[2] = r.vector(e); }},
    };
    static constexpr std::array repeat = {"UNTRUSTED_RECTANGLE", "UNTRUSTED_ELLIPSE", "UNTRUSTED_QUADRILATERAL"};
    const std::string key(entry.key.text);
    if (key.find("SEGMENT") == key.npos && std::ranges::find(repeat, key) == repeat.end() && seen_.contains(key) &&
        takers.contains(key))
      m_.notes.push_back(key + " is given twice; the last one is used (line " + std::to_string(entry.key.line) + ")");
    seen_[key] = entry.key.line;
    if (const auto found = takers.find(key); found != takers.end()) return found->second(*this, entry);
    static constexpr std::array maps = {"UNTRUSTED_ELLIPSE", "UNTRUSTED_QUADRILATERAL", "X-GEO_CORR", "Y-GEO_CORR",
                                        "BRASS_PLATE_IMAGE"};
    if (std::ranges::find(maps, key) != maps.end())
      m_.notes.push_back(key + " (line " + std::to_string(entry.key.line) + ") is not used");
  }

  int group(const Entry& entry) const {
    need(entry, 1);
    return static_cast<int>(std::min<std::size_t>(count_of_word(name_, entry.values[0]), 1000));
  }
  static void take_range(XdsInputReader& r, const Entry& e) {
    r.need(e, 2);
    const std::size_t first = count_of_word(r.name_, e.values[0]), last = count_of_word(r.name_, e.values[1]);
    if (last < first) refuse_xds(r.name_, "a range ends before it begins", &e.key, "first and last image");
    r.first_frame_ = static_cast<double>(first);
    r.m_.frames = last - first + 1;
  }
  static void take_cell(XdsInputReader& r, const Entry& e) {
    r.need(e, 6);
    std::array<double, 6> cell{};
    for (std::size_t i = 0; i < 6; ++i) cell[i] = number_of_word(r.name_, e.values[i]);
    r.crystal_.cell = cell;
  }

  void set_turn() {
    if (!seen_.contains("OSCILLATION_RANGE")) return;
    const double first = first_frame_.value_or(1), start = starting_frame_.value_or(first);
    m_.start_deg = start_deg_.value_or(0) + (first - start) * m_.width_deg;
    if (!m_.spindle && m_.width_deg != 0)
      refuse_xds(name_, "no ROTATION_AXIS", nullptr, "an oscillation needs the axis that it is about");
  }

  void set_crystal() {
    const bool axes =
        seen_.contains("UNIT_CELL_A-AXIS") && seen_.contains("UNIT_CELL_B-AXIS") && seen_.contains("UNIT_CELL_C-AXIS");
    // XDS itself takes zeroes for unknown.
    if (crystal_.cell && std::ranges::all_of(*crystal_.cell, [](double v) { return v == 0; })) crystal_.cell.reset();
    if (axes)
      m_.crystal = crystal_;
    else if (crystal_.cell && crystal_.space_group > 0)
      m_.notes.push_back("the cell is not used, because the crystal has no orientation; XPARM.XDS has one");
  }

  const std::string& name_;
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t> seen_;  ///< by line
  XdsModel m_;
  XdsCrystal crystal_;
  std::optional<double> start_deg_, starting_frame_, first_frame_;
};

bool is_number_line(std::string_view line, std::size_t n) {
  const XdsWords words = words_of_xds(line, '\0');
  return words.size() == n &&
         std::ranges::all_of(words, [](const XdsWord& w) { return parse_number(w.text).has_value(); });
}

}  // namespace

bool looks_like_xparm(std::string_view text) {
  if (text.starts_with("XPARM.XDS")) return true;
  // Before 2010 without a heading: lines of 6, 4, 4, 3 numbers.
  for (const std::size_t n : {6u, 4u, 4u, 3u}) {
    const std::size_t end = text.find('\n');
    if (end == text.npos || !is_number_line(text.substr(0, end), n)) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

bool looks_like_xds_input(std::string_view text) {
  for (const XdsWord& word : words_of_xds(text, '!'))
    if (word.text == "ORGX=" || word.text == "DETECTOR_DISTANCE=" || word.text == "NAME_TEMPLATE_OF_DATA_FRAMES=")
      return true;
  return false;
}

Geometry parse_xparm(std::string_view text, const std::string& name) {
  return geometry_of(XparmReader(text, name).read(), name);
}

Geometry parse_xds_input(std::string_view text, const std::string& name) {
  return geometry_of(XdsInputReader(text, name).read(), name);
}

}  // namespace femtobragg::formats
