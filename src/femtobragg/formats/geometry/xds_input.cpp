// XDS.INP by its keywords.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "femtobragg/formats/geometry/xds_file.h"
#include "femtobragg/formats/geometry/xds_model.h"
#include "femtobragg/formats/geometry/xds_words.h"

namespace femtobragg::formats {
namespace {

/// Each keyword with the words that follow it. Segments and rectangles repeat.
class XdsInputReader {
 public:
  XdsInputReader(std::string_view text, const std::string& name) : name_(name) {
    const XdsWords words = words_of_xds_input(text);
    for (std::size_t i = 0; i < words.size();) {
      if (!words[i].keyword) {
        ++i;
        continue;
      }
      Entry entry{words[i], {}};
      for (++i; i < words.size() && !words[i].keyword; ++i) entry.values.push_back(words[i]);
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
  void add_area(const Entry& entry, UntrustedArea::Form form, std::size_t n) {
    need(entry, n);
    UntrustedArea area{form};
    for (std::size_t i = 0; i < n; ++i) {
      area.numbers[i] = number_of_word(name_, entry.values[i]);
      if (!(std::abs(area.numbers[i]) <= 1e6))
        refuse_xds(name_, "no pixel of a detector", &entry.values[i], "it must be within -1000000 to 1000000");
    }
    m_.untrusted.push_back(area);
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
        {"UNTRUSTED_RECTANGLE", [](auto& r, const auto& e) { r.add_area(e, UntrustedArea::Form::Rectangle, 4); }},
        {"UNTRUSTED_ELLIPSE", [](auto& r, const auto& e) { r.add_area(e, UntrustedArea::Form::Ellipse, 4); }},
        {"UNTRUSTED_QUADRILATERAL",
         [](auto& r, const auto& e) { r.add_area(e, UntrustedArea::Form::Quadrilateral, 8); }},
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
        {"SPACE_GROUP_NUMBER",
         [](auto& r, const auto& e) {
           r.need(e, 1);
           r.crystal_.space_group = group_of_word(r.name_, e.values[0]);
         }},
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
    static constexpr std::array maps = {"X-GEO_CORR", "Y-GEO_CORR", "BRASS_PLATE_IMAGE"};
    if (std::ranges::find(maps, key) != maps.end())
      m_.notes.push_back(key + " (line " + std::to_string(entry.key.line) + ") is not used");
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
    // XDS itself takes zeroes for unknown.
    if (crystal_.cell && std::ranges::all_of(*crystal_.cell, [](double v) { return v == 0; })) crystal_.cell.reset();
    std::string missing;
    std::size_t stated = 0;
    for (const char* key : {"UNIT_CELL_A-AXIS", "UNIT_CELL_B-AXIS", "UNIT_CELL_C-AXIS"})
      if (seen_.contains(key))
        ++stated;
      else
        missing += (missing.empty() ? "" : ", ") + std::string(key);
    if (stated > 0 && !missing.empty())
      refuse_xds(name_, "no " + missing, nullptr, "a crystal is oriented by all three axes");
    if (stated > 0)
      m_.crystal = crystal_;
    else if (crystal_.cell)
      m_.notes.push_back("the cell is not used, because the crystal has no orientation; XPARM.XDS has one");
  }

  const std::string& name_;
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t> seen_;  ///< by line
  XdsModel m_;
  XdsCrystal crystal_;
  std::optional<double> start_deg_, starting_frame_, first_frame_;
};

}  // namespace

bool looks_like_xds_input(std::string_view text) {
  static constexpr std::array telling = {"ORGX", "DETECTOR_DISTANCE", "NAME_TEMPLATE_OF_DATA_FRAMES"};
  return std::ranges::any_of(words_of_xds_input(text), [](const XdsWord& word) {
    return word.keyword && std::ranges::find(telling, word.text) != telling.end();
  });
}

Geometry parse_xds_input(std::string_view text, const std::string& name) {
  return geometry_of(XdsInputReader(text, name).read(), name);
}

}  // namespace femtobragg::formats
