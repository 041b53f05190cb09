// Geometry from the headers of CBF images: pixels are not looked at.
#include "femtobragg/formats/image/header_files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/detectors/detector_list.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/imgcif.h"
#include "femtobragg/formats/image/mini_header.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view header_blanks = " \t\r\n:=(),";

/// What headers call materials, in lower case, and their formulas.
struct SensorMaterial {
  std::string_view word, formula;
};
constexpr std::array<SensorMaterial, 10> sensor_materials = {{{"silicon", "Si"},
                                                              {"si", "Si"},
                                                              {"germanium", "Ge"},
                                                              {"ge", "Ge"},
                                                              {"cdte", "CdTe"},
                                                              {"cadmium telluride", "CdTe"},
                                                              {"gaas", "GaAs"},
                                                              {"gallium arsenide", "GaAs"},
                                                              {"csi", "CsI"},
                                                              {"gd2o2s", "Gd2O2S"}}};

/// How an Oscillation_axis that is along fast begins, in lower case and without signs: beamlines write "X, CW", "X.CW".
constexpr std::string_view usual_axes[] = {"xcw", "xomega", "xphi", "omega", "phi"};
/// Named where they are not zero. Files of excluded pixels and flat fields, which every detector has, change nothing.
constexpr std::string_view unused_numbers[] = {"Detector_Voffset", "Alpha", "Kappa", "Chi", "Polariz_angle"};
/// Of the axis that turns they say the same again.
constexpr std::string_view start_angles[] = {"Omega", "Phi"};

class CbfHeader {
 public:
  /// The binary part begins with four bytes that no text holds.
  CbfHeader(std::string_view bytes, const std::string& name)
      : text_(bytes.substr(0, bytes.find(std::string_view("\x0c\x1a\x04\xd5")))), name_(name), lines_(text_, name) {}

  Geometry read() {
    if (has_imgcif_axes(text_)) return read_axes();
    Geometry g = read_short();
    name_what_is_not_used(g);
    return g;
  }

 private:
  /// The axes count; the short header has the sensor, and may contradict them.
  Geometry read_axes() {
    Geometry g = parse_imgcif(text_, name_);
    Panel& panel = g.detector.panels.front();
    const auto stored_fast = find("X-Binary-Size-Fastest-Dimension"),
               stored_slow = find("X-Binary-Size-Second-Dimension");
    if ((stored_fast && count("X-Binary-Size-Fastest-Dimension") != panel.n_fast) ||
        (stored_slow && count("X-Binary-Size-Second-Dimension") != panel.n_slow))
      throw Error::runtime({.what = "the size of an array differs from its data",
                            .where = in_quotes(name_) + " _array_structure_list.dimension",
                            .value = std::to_string(panel.n_fast) + " x " + std::to_string(panel.n_slow),
                            .rule = "it must be that of X-Binary-Size",
                            .remedy = "correct the header"});
    set_sensor(panel, g);
    if (!std::isfinite(panel.saturation)) set_saturation(panel);
    if (find("Pixel_size") && find("Beam_xy") && find("Detector_distance")) compare_with_short(g);
    return g;
  }

  void compare_with_short(Geometry& g) const {
    std::optional<Geometry> brief;
    try {
      brief = read_short();
    } catch (const Error& error) {
      g.notes.push_back("the short header is not compared with the imgCIF axes: " + error.parts().what + " " +
                        error.parts().value);
      return;
    }
    compare(g, *brief);
  }

  /// What the short header says otherwise.
  static void compare(Geometry& g, const Geometry& brief) {
    std::string differs;
    const auto add = [&](const std::string& what) { differs += (differs.empty() ? "" : ", ") + what; };
    const Panel &panel = g.detector.panels.front(), &other = brief.detector.panels.front();
    const auto centre = [](const Panel& p) { return p.centre_m(); };
    if (norm(centre(panel) - centre(other)) > 2 * panel.pixel_size_m)
      add("the detector's centre " + format_number(mm_from_metres(norm(centre(panel) - centre(other))), 4) +
          " mm away from theirs");
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
      g.notes.push_back("the short header contradicts the imgCIF axes, which are used: it has " + differs);
  }

  Geometry read_short() const {
    const std::string_view pixel = need("Pixel_size"), distance = need("Detector_distance");
    const double fast_m = lines_.length_m("Pixel_size", pixel, 0), slow_m = lines_.length_m("Pixel_size", pixel, 1);
    if (!(fast_m > 0) || !(slow_m > 0))
      lines_.refuse("impossible pixel size", pixel, "both edges must be above zero (m)");
    const auto [fast, slow] = lines_.place_px("Beam_xy", need("Beam_xy"), fast_m, slow_m);
    const double distance_m = lines_.length_m("Detector_distance", distance);
    if (!(distance_m > 0)) lines_.refuse("impossible distance", distance, "it must be above zero (m)");
    Panel panel = upright_panel(distance_m, fast_m, slow_m, fast, slow);
    panel.n_fast = count("X-Binary-Size-Fastest-Dimension");
    panel.n_slow = count("X-Binary-Size-Second-Dimension");
    Geometry g;
    set_sensor(panel, g);
    set_saturation(panel);
    swing(panel, g);
    complete_panel(panel, in_quotes(name_));
    add_gaps(panel, g);
    set_beam_and_scan(g);
    g.detector.panels.push_back(std::move(panel));
    require_separate_windows(g.detector, in_quotes(name_));
    return g;
  }

  void set_saturation(Panel& panel) const {
    if (const auto cutoff = find_number("Count_cutoff"))
      if (const double most = lines_.number("Count_cutoff", *cutoff); most > 0) panel.saturation = most;
  }

  std::optional<std::string_view> find(std::string_view word) const { return lines_.find(word); }
  std::optional<std::string_view> find_number(std::string_view word) const { return lines_.find_number(word); }
  std::string_view need(const std::string& word) const {
    const auto found = find(word);
    if (!found)
      throw Error::runtime({.what = "the CBF header has no " + word,
                            .where = in_quotes(name_),
                            .rule = "geometry is read from headers that PILATUS and EIGER detectors write",
                            .remedy = "give another geometry file"});
    return *found;
  }
  std::size_t count(const std::string& word) const {
    const std::string_view line = need(word);
    const double value = lines_.number(word, line);
    if (!(value >= 1 && value < 1e9 && value == std::floor(value)))
      lines_.refuse("impossible number of pixels", line, "it must be a whole number above zero");
    return static_cast<std::size_t>(value);
  }

  void set_sensor(Panel& panel, Geometry& g) const {
    const auto line = lines_.sensor();
    if (!line) return;
    const std::string_view before = line->first.substr(line->first.find_last_of(",:") + 1);
    const auto* known = std::ranges::find(sensor_materials, in_lower_case(trimmed(before)), &SensorMaterial::word);
    if (known == sensor_materials.end()) {
      g.notes.push_back("a sensor of " + in_quotes(trimmed(before)) + " is not used: the material is not known");
      return;
    }
    panel.sensor.material = known->formula;
    panel.sensor.thickness_m = panel.sensor.layer_step_m = lines_.length_m("the sensor's thickness", line->second);
    if (!(panel.sensor.thickness_m >= 0 && panel.sensor.thickness_m < 0.1))
      lines_.refuse("impossible sensor", line->second, "its thickness must be below a decimetre");
  }

  void swing(Panel& panel, Geometry& g) const {
    const auto line = find_number("Detector_2theta");
    const double angle = line ? lines_.angle_rad("Detector_2theta", *line) : 0;
    if (angle == 0) return;
    const double c = std::cos(angle), s = std::sin(angle);
    const Mat3d lifted{{c, -s, 0}, {s, c, 0}, {0, 0, 1}};
    for (Vec3d* v : {&panel.origin_m, &panel.fast_axis, &panel.slow_axis}) *v = lifted * *v;
    g.notes.push_back("Detector_2theta is assumed to lift the detector about the sample; headers do not say so");
  }

  void add_gaps(Panel& panel, Geometry& g) const {
    const auto line = find("Detector");
    if (!line) return;
    std::string_view named = line->substr(std::min(line->find_first_not_of(header_blanks), line->size()));
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

  /// Of Wavelength or Energy; DIALS and XDS take the wavelength.
  void set_wavelength(Geometry& g) const {
    if (const auto line = find_number("Wavelength")) {
      g.wavelength_m = lines_.length_m("Wavelength", *line, 0, metres_from_angstrom(1));
      if (!(*g.wavelength_m > 0)) lines_.refuse("impossible wavelength", *line, "it must be above zero (A)");
    }
    const auto energy = find_number("Energy");
    if (!energy) return;
    const double eV = lines_.energy_eV("Energy", *energy);
    if (!(eV > 0)) {
      if (!g.wavelength_m) lines_.refuse("impossible energy", *energy, "it must be above zero (eV)");
      g.notes.push_back("Energy is not above zero: not used");
      return;
    }
    g.wavelength_m = wavelength_of(g.wavelength_m, eV, g.notes);
  }

  void set_beam_and_scan(Geometry& g) const {
    set_wavelength(g);
    const auto start = find_number("Start_angle"), increment = find_number("Angle_increment");
    if (start && increment)
      g.oscillation =
          Oscillation{lines_.angle_rad("Start_angle", *start), lines_.angle_rad("Angle_increment", *increment), 1};
    g.spindle_axis = Vec3d{0, 0, 1};
    const auto line = find_number("Polarization");
    if (!line) return;
    if (const double fraction = lines_.number("Polarization", *line); std::abs(fraction) <= 1)
      g.polarization_fraction = fraction;
    else
      g.notes.push_back("its Polarization " + format_number(fraction) + " is not used: it must be -1 to 1");
  }

  void name_what_is_not_used(Geometry& g) const {
    std::string unused;
    const auto name = [&](std::string_view word) { unused += (unused.empty() ? "" : ", ") + std::string(word); };
    for (const std::string_view word : unused_numbers)
      if (const auto line = find(word); line && stated_number(*line) != 0) name(word);
    const auto start = find("Start_angle");
    for (const std::string_view word : start_angles)
      if (const auto line = find(word))
        if (const double angle = stated_number(*line); angle != 0 && (!start || angle != stated_number(*start)))
          name(word);
    if (const auto line = find("Oscillation_axis"); line && !is_usual_axis(*line)) name("Oscillation_axis");
    for (const std::string_view word :
         {"Detector_2theta", "Wavelength", "Energy", "Start_angle", "Angle_increment", "Count_cutoff", "Polarization"})
      if (find(word) && !find_number(word)) name(word);
    if (!unused.empty()) g.notes.push_back(unused + ": not used");
    for (std::string& sentence :
         lines_.repeated({"Pixel_size", "Beam_xy", "Detector_distance", "Detector_2theta", "Wavelength", "Energy",
                          "Start_angle", "Angle_increment", "Count_cutoff", "Polarization"}))
      g.notes.push_back(std::move(sentence));
  }

  static bool is_usual_axis(std::string_view line) {
    std::string letters = in_lower_case(line);
    const bool opposite = letters.find('-') != letters.npos;
    std::erase_if(letters, [](unsigned char c) { return !std::isalpha(c); });
    if (letters.empty()) return true;
    return !opposite && (letters == "x" || std::ranges::any_of(usual_axes, [&](std::string_view usual) {
                           return letters.starts_with(usual);
                         }));
  }

  /// Zero where there is none.
  static double stated_number(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(header_blanks), line.size()));
    return number_prefix(line).value;
  }

  std::string_view text_;
  const std::string& name_;
  MiniHeader lines_;
};

}  // namespace

Geometry parse_cbf_header(std::string_view bytes, const std::string& name) { return CbfHeader(bytes, name).read(); }

}  // namespace femtobragg::formats
