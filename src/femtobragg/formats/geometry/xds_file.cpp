// XPARM.XDS and GXPARM.XDS, one number after another.
#include "femtobragg/formats/geometry/xds_file.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/xds_model.h"
#include "femtobragg/formats/geometry/xds_words.h"

namespace femtobragg::formats {
namespace {

/// XDS begins its lines with a blank.
bool is_xparm_heading(std::string_view line) {
  line = trimmed(line);
  return line.starts_with("XPARM.XDS") || line.starts_with("GXPARM.XDS");
}

class XparmReader {
 public:
  XparmReader(std::string_view text, const std::string& name) : name_(name), words_(words_of_xds(text)) {}

  XdsModel read() {
    const bool old = words_.empty() || !is_xparm_heading(words_.front().text);
    // The heading may go on with the version of XDS.
    while (!old && at_ < words_.size() && words_[at_].line == words_.front().line) ++at_;
    XdsModel m;
    m.notes.push_back("the file states neither sensor nor polarization");
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
    c.space_group = group_of_word(name_, word());
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

bool is_number_line(std::string_view line, std::size_t n) {
  const XdsWords words = words_of_xds(line);
  return words.size() == n &&
         std::ranges::all_of(words, [](const XdsWord& w) { return parse_number(w.text).has_value(); });
}

}  // namespace

bool looks_like_xparm(std::string_view text) {
  if (is_xparm_heading(text.substr(0, text.find('\n')))) return true;
  // Before 2010 without a heading: lines of 6, 4, 4, 3 numbers.
  for (const std::size_t n : {6u, 4u, 4u, 3u}) {
    const std::size_t end = text.find('\n');
    if (end == text.npos || !is_number_line(text.substr(0, end), n)) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

Geometry parse_xparm(std::string_view text, const std::string& name) {
  return geometry_of(XparmReader(text, name).read(), name);
}

}  // namespace femtobragg::formats
