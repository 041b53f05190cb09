// Readers of image headers: pixels are not looked at.
#include "femtobragg/formats/header_files.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/unit_names.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/detector_list.h"
#include "femtobragg/formats/geometry_parts.h"
#include "femtobragg/formats/imgcif.h"
#include "femtobragg/formats/smv.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view blanks = " \t\r\n:=(),";

[[noreturn]] void refuse(const std::string& what, const std::string& where, const std::string& value,
                         const std::string& rule) {
  throw Error::runtime({.what = what, .where = where, .value = value, .rule = rule, .remedy = "correct the header"});
}

/// An upright detector: fast to the right, slow down; the direct beam at (fast, slow), in pixels.
Panel upright(double distance_m, double pixel_fast_m, double pixel_slow_m, double fast, double slow) {
  Panel panel;
  panel.pixel_size_m = pixel_fast_m;
  panel.fast_axis = {0, 0, 1};
  panel.slow_axis = {0, -pixel_slow_m / pixel_fast_m, 0};
  panel.origin_m = {distance_m, slow * pixel_slow_m, -fast * pixel_fast_m};
  return panel;
}

class CbfHeader {
 public:
  CbfHeader(std::string_view bytes, const std::string& name) : text_(bytes), name_(name) {
    // The binary part begins with four bytes that no text holds.
    text_ = text_.substr(0, text_.find(std::string_view("\x0c\x1a\x04\xd5")));
  }

  Geometry read() { return has_imgcif_axes(text_) ? read_axes() : read_short(); }

 private:
  /// The axes count; the short header has the sensor, and may contradict them.
  Geometry read_axes() {
    Geometry g = parse_imgcif(text_, name_);
    Panel& panel = g.detector.panels.front();
    const auto stored_fast = find("X-Binary-Size-Fastest-Dimension"),
               stored_slow = find("X-Binary-Size-Second-Dimension");
    if ((stored_fast && count("X-Binary-Size-Fastest-Dimension") != panel.n_fast) ||
        (stored_slow && count("X-Binary-Size-Second-Dimension") != panel.n_slow))
      refuse("an array of another size than its data", in_quotes(name_) + " _array_structure_list.dimension",
             std::to_string(panel.n_fast) + " x " + std::to_string(panel.n_slow), "it is that of X-Binary-Size");
    set_sensor(panel);
    if (!std::isfinite(panel.saturation)) set_saturation(panel);
    if (find("Pixel_size") && find("Beam_xy") && find("Detector_distance")) compare(g, read_short());
    return g;
  }

  /// What the short header says otherwise.
  static void compare(Geometry& g, const Geometry& brief) {
    std::string differs;
    const auto add = [&](const std::string& what) { differs += (differs.empty() ? "" : ", ") + what; };
    const Panel &panel = g.detector.panels.front(), &other = brief.detector.panels.front();
    const auto centre = [](const Panel& p) {
      return corner_m(p, 0.5 * static_cast<double>(p.n_fast), 0.5 * static_cast<double>(p.n_slow));
    };
    if (norm(centre(panel) - centre(other)) > 2 * panel.pixel_size_m)
      add("the detector's centre " + format_number(mm_from_metres(norm(centre(panel) - centre(other))), 4) +
          " mm elsewhere");
    const auto unlike = [](double a, double b) { return std::abs(a - b) > 1e-3 * std::abs(b); };
    if (unlike(panel.pixel_size_m, other.pixel_size_m))
      add("pixels of " + format_number(mm_from_metres(other.pixel_size_m)) + " mm");
    if (g.wavelength_m && brief.wavelength_m && unlike(*g.wavelength_m, *brief.wavelength_m))
      add("a wavelength of " + format_number(angstrom_from_metres(*brief.wavelength_m)) + " A");
    if (!g.wavelength_m) g.wavelength_m = brief.wavelength_m;
    if (g.oscillation && brief.oscillation &&
        std::abs(g.oscillation->start_rad - brief.oscillation->start_rad) > radians_from_degrees(1e-3))
      add("a start angle of " + format_number(degrees_from_radians(brief.oscillation->start_rad)) + " deg");
    if (!differs.empty())
      g.notes.push_back("the short header contradicts the imgCIF axes, which count: it has " + differs);
  }

  Geometry read_short() {
    const std::string_view pixel = need("Pixel_size");
    const double fast_m = length_m("Pixel_size", pixel, 0), slow_m = length_m("Pixel_size", pixel, 1);
    if (!(fast_m > 0) || !(slow_m > 0)) refuse_line("impossible pixel size", pixel, "both edges are above zero (m)");
    const std::string_view centre = need("Beam_xy");
    const double distance_m = length_m("Detector_distance", need("Detector_distance"), 0);
    if (!(distance_m > 0)) refuse_line("impossible distance", need("Detector_distance"), "it must be above zero (m)");
    Panel panel = upright(distance_m, fast_m, slow_m, number("Beam_xy", centre, 0), number("Beam_xy", centre, 1));
    panel.n_fast = count("X-Binary-Size-Fastest-Dimension");
    panel.n_slow = count("X-Binary-Size-Second-Dimension");
    set_sensor(panel);
    set_saturation(panel);
    Geometry g;
    swing(panel, g);
    complete_panel(panel, in_quotes(name_));
    add_gaps(panel, g);
    set_beam_and_scan(g);
    g.detector.panels.push_back(std::move(panel));
    require_separate_windows(g.detector, in_quotes(name_));
    return g;
  }

  void set_saturation(Panel& panel) const {
    if (const auto cutoff = find("Count_cutoff"))
      if (const double most = number("Count_cutoff", *cutoff, 0); most > 0) panel.saturation = most;
  }

  /// What stands after a word, to the end of its line.
  std::optional<std::string_view> find(std::string_view word) const {
    std::size_t at = text_.find(word);
    // "Start_angle" is no part of a longer word.
    while (at != text_.npos && at + word.size() < text_.size() && blanks.find(text_[at + word.size()]) == blanks.npos)
      at = text_.find(word, at + 1);
    if (at == text_.npos) return {};
    const std::string_view rest = text_.substr(at + word.size());
    return rest.substr(0, std::min(rest.find('\n'), rest.size()));
  }
  std::string_view need(const std::string& word) const {
    const auto found = find(word);
    if (!found)
      throw Error::runtime({.what = "a CBF header without " + word,
                            .where = in_quotes(name_),
                            .rule = "geometry comes from headers as PILATUS and EIGER write them",
                            .remedy = "give another geometry file"});
    return *found;
  }
  [[noreturn]] void refuse_line(const std::string& what, std::string_view at, const std::string& rule) const {
    const auto before = text_.substr(0, static_cast<std::size_t>(at.data() - text_.data()));
    refuse(what, in_quotes(name_) + " line " + std::to_string(1 + std::ranges::count(before, '\n')),
           in_quotes(at.substr(0, 60)), rule);
  }
  /// The i-th number of a line; units between them are passed over.
  double number(const std::string& word, std::string_view line, int i) const {
    std::string_view rest = line;
    while (!rest.empty()) {
      rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
      const std::string_view field = rest.substr(0, rest.find_first_of(blanks));
      rest.remove_prefix(field.size());
      const auto value = parse_number(field);
      if (!value) continue;
      if (!std::isfinite(*value)) break;
      if (i-- == 0) return *value;
    }
    refuse_line("no number for " + word, line, "it must be a finite number");
  }
  /// The i-th number with the unit behind it, or unit_m.
  double length_m(const std::string& word, std::string_view line, int i, double unit_m = 1) const {
    const double value = number(word, line, i);
    std::string_view rest = line;
    for (int found = -1; !rest.empty();) {
      rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
      const std::string_view field = rest.substr(0, rest.find_first_of(blanks));
      rest.remove_prefix(field.size());
      const bool is_number = parse_number(field).has_value();
      if (is_number && found == i) return value * unit_m;
      found += is_number;
      if (is_number || found != i || field.empty() || field == "x") continue;
      if (const auto metres = metres_in(field)) return value * *metres;
      refuse_line("unknown unit of " + word, line, "lengths are in " + std::string(length_units));
    }
    return value * unit_m;
  }
  std::size_t count(const std::string& word) const {
    const std::string_view line = need(word);
    const double value = number(word, line, 0);
    if (!(value >= 1 && value < 1e9 && value == std::floor(value)))
      refuse_line("impossible number of pixels", line, "it is a whole number above zero");
    return static_cast<std::size_t>(value);
  }

  void set_sensor(Panel& panel) const {
    for (const auto& [word, material] : {std::pair{"Silicon sensor", "Si"}, std::pair{"CdTe sensor", "CdTe"}}) {
      const auto line = find(word);
      if (!line) continue;
      panel.sensor.material = material;
      panel.sensor.thickness_m = panel.sensor.layer_step_m = length_m("the sensor's thickness", *line, 0);
      if (!(panel.sensor.thickness_m >= 0 && panel.sensor.thickness_m < 0.1))
        refuse_line("impossible sensor", *line, "its thickness is below a decimetre");
    }
  }

  void swing(Panel& panel, Geometry& g) const {
    const auto line = find("Detector_2theta");
    const double angle = line ? radians_from_degrees(number("Detector_2theta", *line, 0)) : 0;
    if (angle == 0) return;
    const double c = std::cos(angle), s = std::sin(angle);
    const Mat3d lifted{{c, -s, 0}, {s, c, 0}, {0, 0, 1}};
    for (Vec3d* v : {&panel.origin_m, &panel.fast_axis, &panel.slow_axis}) *v = lifted * *v;
    g.notes.push_back("Detector_2theta is taken to lift the detector about the sample; headers do not say it");
  }

  void add_gaps(Panel& panel, Geometry& g) const {
    const auto line = find("Detector");
    if (!line) return;
    std::string_view named = line->substr(std::min(line->find_first_not_of(blanks), line->size()));
    named = named.substr(0, named.find_first_of(",\r"));
    g.detector.name = std::string(named.substr(0, 60));
    // "PILATUS3 6M" and the like are of the same build.
    std::string name(named);
    if (name.starts_with("PILATUS3")) name.erase(7, 1);
    for (std::string word = name; !word.empty(); word.erase(std::min(word.find_last_of(" "), word.size()))) {
      const KnownDetector* known = find_detector(word);
      if (known && known->n_fast == panel.n_fast && known->n_slow == panel.n_slow) {
        panel.mask = gap_mask(*known);
        return;
      }
      if (word.find(' ') == word.npos) return;
    }
  }

  /// The word after a number; empty: there is none.
  static std::string_view unit_after(std::string_view line) {
    line = trimmed(line);
    const std::string_view last = line.substr(line.find_last_of(blanks) + 1);
    return last.empty() || !std::isalpha(static_cast<unsigned char>(last.front())) ? std::string_view() : last;
  }

  /// Of Wavelength or Energy; DIALS and XDS take the wavelength.
  void set_wavelength(Geometry& g) const {
    if (const auto line = find("Wavelength")) {
      g.wavelength_m = length_m("Wavelength", *line, 0, metres_from_angstrom(1));
      if (!(*g.wavelength_m > 0)) refuse_line("impossible wavelength", *line, "it must be above zero (A)");
    }
    const auto energy = find("Energy");
    if (!energy) return;
    const double value = number("Energy", *energy, 0);
    const std::string_view unit = unit_after(*energy);
    const auto one_eV = unit.empty() ? std::optional(1.0) : electronvolts_in(unit);
    if (!one_eV) refuse_line("unknown unit of the energy", *energy, "it is one of " + std::string(energy_units));
    const double metres = metres_from_angstrom(angstrom_from_eV(value * *one_eV));
    if (!(value > 0)) refuse_line("impossible energy", *energy, "it must be above zero (eV)");
    if (!g.wavelength_m)
      g.wavelength_m = metres;
    else if (std::abs(metres - *g.wavelength_m) > 2e-3 * metres)
      g.notes.push_back("Energy means " + format_number(angstrom_from_metres(metres)) + " A, but Wavelength is " +
                        format_number(angstrom_from_metres(*g.wavelength_m)) + " A, which is taken");
  }

  void set_beam_and_scan(Geometry& g) const {
    set_wavelength(g);
    const auto start = find("Start_angle"), increment = find("Angle_increment");
    if (start && increment)
      g.oscillation = Oscillation{radians_from_degrees(number("Start_angle", *start, 0)),
                                  radians_from_degrees(number("Angle_increment", *increment, 0)), 1};
    g.spindle_axis = Vec3d{0, 0, 1};
    if (const auto line = find("Polarization"))
      if (const double fraction = number("Polarization", *line, 0); std::abs(fraction) <= 1)
        g.polarization_fraction = fraction;
    std::string unused;
    for (const char* word : {"Detector_Voffset", "Alpha", "Kappa", "Chi", "Polariz_angle"})
      if (const auto line = find(word); line && stated_number(*line) != 0)
        unused += (unused.empty() ? "" : ", ") + std::string(word);
    if (!unused.empty()) g.notes.push_back(unused + ": not used");
  }

  /// Zero where there is none.
  static double stated_number(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    return number_prefix(line).value;
  }

  std::string_view text_;
  const std::string& name_;
};

double smv_value(std::string_view header, const char* key, const std::string& name) {
  const auto value = smv_number(header, key, KeyMatch::Whole);
  if (!value || !std::isfinite(*value))
    refuse(std::string("an SMV header without ") + key, in_quotes(name), "", "geometry needs it");
  return *value;
}

/// "x,y,z", mm.
Vec3d dials_origin_mm(std::string_view text, const std::string& name) {
  Vec3d v;
  for (double* component : {&v.x, &v.y, &v.z}) {
    const auto number = number_prefix(text);
    if (number.length == 0 || !std::isfinite(number.value))
      refuse("no position in DIALS_ORIGIN", in_quotes(name), in_quotes(text.substr(0, 60)), "it is x,y,z in mm");
    *component = number.value;
    text.remove_prefix(number.length);
    text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
  }
  return v;
}

std::size_t smv_count(std::string_view header, const char* key, const std::string& name) {
  const double value = smv_value(header, key, name);
  if (!(value >= 1 && value < 1e9))
    refuse("impossible number of pixels", in_quotes(name) + " " + key, format_number(value), "it is above zero");
  return static_cast<std::size_t>(value);
}

}  // namespace

Geometry parse_cbf_header(std::string_view bytes, const std::string& name) { return CbfHeader(bytes, name).read(); }

Geometry parse_smv_geometry(std::string_view bytes, const std::string& name) {
  const std::string_view header = smv_header_text(bytes, name);
  const auto number = [&](const char* key) { return smv_number(header, key, KeyMatch::Whole); };
  const double pixel_m = metres_from_mm(smv_value(header, "PIXEL_SIZE", name));
  if (!(pixel_m > 0))
    refuse("impossible pixel size", in_quotes(name), format_number(pixel_m * 1e3), "it is above zero");
  if (const double angle = number("TWOTHETA").value_or(0); angle != 0)
    refuse("a turned detector", in_quotes(name) + " TWOTHETA", format_number(angle) + " deg",
           "headers do not say about which axis");
  Panel panel;
  const auto origin = smv_text(header, "DIALS_ORIGIN", KeyMatch::Whole);
  const bool denzo = number("DENZO_X_BEAM") && number("DENZO_Y_BEAM");
  if (origin) {
    panel = upright(1, pixel_m, pixel_m, 0, 0);
    panel.origin_m = ours_from_dials * (dials_origin_mm(*origin, name) / 1000.0);
    const double near_m = metres_from_mm(number("CLOSE_DISTANCE").value_or(mm_from_metres(panel.origin_m.x)));
    // Six digits are written.
    if (!(std::abs(near_m - panel.origin_m.x) <= 2e-5 * std::abs(near_m)))
      refuse("a turned detector", in_quotes(name) + " CLOSE_DISTANCE", format_number(mm_from_metres(near_m)) + " mm",
             "DIALS_ORIGIN is at " + format_number(mm_from_metres(panel.origin_m.x)) +
                 " mm along the beam, and headers do not say how the detector is turned");
  } else {
    const double distance_m = metres_from_mm(smv_value(header, "DISTANCE", name));
    if (!(distance_m > 0))
      refuse("impossible distance", in_quotes(name) + " DISTANCE", format_number(distance_m), "it is above zero");
    // Denzo's centre is from the outer corner whatever wrote the header; that of BEAM_CENTER varies.
    const double slow_mm = denzo ? *number("DENZO_X_BEAM") : smv_value(header, "BEAM_CENTER_X", name);
    const double fast_mm = denzo ? *number("DENZO_Y_BEAM") : smv_value(header, "BEAM_CENTER_Y", name);
    panel = upright(distance_m, pixel_m, pixel_m, metres_from_mm(fast_mm) / pixel_m, metres_from_mm(slow_mm) / pixel_m);
  }
  panel.n_fast = smv_count(header, "SIZE1", name);
  panel.n_slow = smv_count(header, "SIZE2", name);
  if (const double most = smv_pixel_rules(header, name).most; std::isfinite(most)) panel.saturation = std::floor(most);
  complete_panel(panel, in_quotes(name));
  Geometry g;
  if (!origin && !denzo)
    g.notes.push_back("BEAM_CENTER_X is taken along slow, BEAM_CENTER_Y along fast, from the image's corner");
  g.detector.panels.push_back(std::move(panel));
  require_separate_windows(g.detector, in_quotes(name));
  if (const auto angstrom = number("WAVELENGTH")) {
    if (!(*angstrom > 0))
      refuse("impossible wavelength", in_quotes(name), format_number(*angstrom), "it is above zero");
    g.wavelength_m = metres_from_angstrom(*angstrom);
  }
  g.spindle_axis = Vec3d{0, 0, 1};
  const auto range = number("OSC_RANGE");
  const auto start = number("OSC_START") ? number("OSC_START") : number("PHI");
  if (start && range && std::isfinite(*start) && std::isfinite(*range))
    g.oscillation = Oscillation{radians_from_degrees(*start), radians_from_degrees(*range), 1};
  return g;
}

}  // namespace femtobragg::formats
