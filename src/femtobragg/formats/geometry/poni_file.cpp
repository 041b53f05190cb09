// Reader of .poni files.
#include "femtobragg/formats/geometry/poni_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/detectors/detector_list.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/io/json_values.h"

namespace femtobragg::formats {
namespace {

/// pyFAI: 1 up, 2 to the right, looking along the beam, 3 along the beam.
constexpr Mat3d ours_from_pyfai{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}};

struct Line {
  std::string value;
  std::size_t number = 0;
};

constexpr std::array poni_keys = {"poni_version", "detector",   "detector_config", "pixelsize1", "pixelsize2",
                                  "distance",     "poni1",      "poni2",           "rot1",       "rot2",
                                  "rot3",         "wavelength", "splinefile",      "parallax"};
/// Of pyFAI's detectors, by the beginnings of their names: pixels on a cylinder or of six corners.
constexpr std::array not_flat = {"aarhus",  "cirpad", "xcirpad",  "rapid",        "cylindrical",
                                 "pixirad", "hex",    "xpadflat", "xpads540flat", "d5"};
/// With wider pixels at the edges of their chips.
constexpr std::array uneven = {"imxpad", "jungfrau"};

/// Whether a detector's name, without blanks and the like, begins with one of the list.
bool begins_as(std::string_view name, const auto& list) {
  std::string plain = in_lower_case(name);
  std::erase_if(plain, [](unsigned char c) { return std::isalnum(c) == 0; });
  return std::ranges::any_of(list, [&](const char* begin) { return plain.starts_with(begin); });
}

class PoniReader {
 public:
  PoniReader(std::string_view text, const std::string& name, const GeometryGaps& gaps) : name_(name), gaps_(gaps) {
    std::size_t number = 0;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = trimmed(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      ++number;
      const auto colon = line.find(':');
      if (line.empty() || line[0] == '#') continue;
      std::string key = colon == line.npos ? std::string() : in_lower_case(trimmed(line.substr(0, colon)));
      if (key == "dist") key = "distance";
      if (std::ranges::find(poni_keys, key) == poni_keys.end()) {
        geometry_.notes.push_back("line " + std::to_string(number) + ", " + in_quotes(line.substr(0, 60)) +
                                  ", is unknown, and not used");
        continue;
      }
      // Calibrations are appended: the last one counts.
      Line& place = lines_[key];
      const std::string_view value = trimmed(line.substr(colon + 1));
      appended_ = appended_ || (place.number > 0 && place.value != value);
      place = {std::string(value), number};
    }
    if (appended_) geometry_.notes.push_back("the file has several calibrations; the last one is used");
  }

  Geometry read() {
    if (const Line* version = find("poni_version")) {
      const double v = number("poni_version", *version);
      constexpr std::array versions = {1.0, 2.0, 2.1, 3.0};
      if (std::ranges::find(versions, v) == versions.end())
        refuse("unknown version of a .poni file", version, "it must be 1, 2, 2.1 or 3");
    }
    read_config();
    take_flags();
    set_size();
    place();
    if (const Line* wavelength = find("wavelength"); wavelength && !is_none(*wavelength)) {
      geometry_.wavelength_m = number("Wavelength", *wavelength);
      if (!(*geometry_.wavelength_m > 0)) refuse("impossible wavelength", wavelength, "it must be above zero (m)");
    }
    if (const Line* spline = find("splinefile"); spline && !is_none(*spline))
      geometry_.notes.push_back("the distortion map " + in_quotes(spline->value) + " is not used");
    if (const Line* parallax = find("parallax"); parallax && !is_none(*parallax)) {
      const std::string corrected = in_lower_case(parallax->value);
      if (corrected == "true")
        geometry_.notes.push_back(
            "positions are not corrected for parallax: the layers of a sensor with a thickness produce it");
      else if (corrected != "false")
        refuse("unknown value of parallax", parallax, "it must be True or False");
    }
    if (known_) {
      panel_.mask = gap_mask(*known_);
      if (!panel_.mask.empty() && (panel_.n_fast != known_->n_fast || panel_.n_slow != known_->n_slow)) {
        panel_.mask.clear();
        geometry_.notes.push_back("gaps of " + std::string(known_->name) + " are not masked: it has different pixels");
      }
    }
    geometry_.detector.name = panel_.name;
    geometry_.detector.panels.push_back(std::move(panel_));
    return std::move(geometry_);
  }

 private:
  const Line* find(const std::string& key) const {
    const auto found = lines_.find(key);
    return found == lines_.end() ? nullptr : &found->second;
  }
  static bool is_none(const Line& line) { return line.value.empty() || in_lower_case(line.value) == "none"; }
  [[noreturn]] void refuse(const std::string& what, const Line* line, const std::string& rule) const {
    throw Error::runtime({.what = what,
                          .where = in_quotes(name_) + (line ? " line " + std::to_string(line->number) : ""),
                          .value = line ? in_quotes(line->value.substr(0, 60)) : "",
                          .rule = rule,
                          .remedy = "correct the file"});
  }
  double number(const std::string& key, const Line& line) const {
    const auto value = parse_number(line.value);
    if (!value || !std::isfinite(*value)) refuse("not a number for " + key, &line, "it must be a finite number");
    return *value;
  }
  std::optional<double> number_if_given(const std::string& key) const {
    const Line* line = find(key);
    return line ? std::optional(number(key, *line)) : std::nullopt;
  }

  void read_config() {
    if (const Line* detector = find("detector"); detector && !is_none(*detector)) read_name(*detector);
    pixel_slow_m_ = number_if_given("pixelsize1");
    pixel_fast_m_ = number_if_given("pixelsize2");
    const Line* config = find("detector_config");
    if (!config || is_none(*config)) return;
    const std::string where = in_quotes(name_) + " line " + std::to_string(config->number);
    const nlohmann::json json = parse_json(config->value, name_);
    const JsonPlace place(json, where);
    if (!place.is_object())
      place.refuse("no detector", "it must be an object such as {\"pixel1\": 1e-4, \"pixel2\": 1e-4}");
    read_pixel(place, "pixel1", pixel_slow_m_);
    read_pixel(place, "pixel2", pixel_fast_m_);
    if (place.has("max_shape")) {
      panel_.n_slow = place.at("max_shape").item(0).count();
      panel_.n_fast = place.at("max_shape").item(1).count();
    }
    if (place.has("orientation")) orientation_ = place.at("orientation").count();
    if (orientation_ > 4)
      place.at("orientation").refuse("unknown orientation", "it must be 1 to 4, or 0, which means 3");
    if (place.has("sensor")) read_sensor(place.at("sensor"));
    for (const auto& [key, value] : json.items()) {
      constexpr std::array known = {"pixel1", "pixel2", "max_shape", "orientation", "sensor"};
      if (std::ranges::find(known, key) == known.end() && !value.is_null())
        geometry_.notes.push_back("what " + in_quotes(key.substr(0, 60)) + " says about the pixels is not used");
    }
  }

  void read_name(const Line& line) {
    panel_.name = line.value;
    known_ = find_detector(line.value);
    if (begins_as(line.value, not_flat))
      refuse("the detector is not a plane of rectangles", &line, "pixels must be in one plane and have four corners");
    if (begins_as(line.value, uneven) && !(known_ && known_->arrangement))
      geometry_.notes.push_back("pixels at edges of chips are assumed to be as large as the others");
    if (known_ && known_->arrangement) {
      geometry_.notes.push_back("the positions of the panels of " + in_quotes(line.value) +
                                " are not stated; they are treated as one panel");
      known_ = nullptr;
    }
  }

  static void read_pixel(const JsonPlace& config, const char* key, std::optional<double>& pixel_m) {
    if (!config.has(key)) return;
    const double stated = config.at(key).number();
    if (pixel_m && std::abs(*pixel_m - stated) > 1e-6 * std::abs(stated))
      config.at(key).refuse("two different pixel sizes", "PixelSize1, PixelSize2 and Detector_config must agree");
    pixel_m = stated;
  }

  void read_sensor(const JsonPlace& sensor) {
    if (!sensor.is_object())
      return geometry_.notes.push_back("the sensor is not used: it is not an object with material and thickness");
    if (sensor.has("thickness")) panel_.sensor.thickness_m = sensor.at("thickness").number();
    if (!(panel_.sensor.thickness_m >= 0 && panel_.sensor.thickness_m < 0.1))
      sensor.at("thickness").refuse("impossible sensor", "its thickness (m) must be below a decimetre");
    panel_.sensor.layer_step_m = panel_.sensor.thickness_m;
    if (sensor.has("material")) panel_.sensor.material = sensor.at("material").text();
  }

  /// Of flags, for a file that does not say.
  void take_flags() {
    const auto refuse_flag = [&](const char* what, const std::string& value) {
      throw Error::usage({.what = what,
                          .where = in_quotes(name_),
                          .value = value,
                          .rule = "pixel counts are only for .poni files that do not state them",
                          .remedy = "remove the detector's name and pixel counts"});
    };
    const bool counts = gaps_.n_fast || gaps_.n_slow;
    if (!counts && gaps_.detector.empty()) return;
    if (panel_.n_fast > 0 || known_) refuse_flag("pixel counts, although the file states them", gaps_.detector);
    if (!gaps_.detector.empty()) {
      known_ = &detector_named(gaps_.detector);
      if (known_->arrangement)
        refuse_flag("the detector has several panels, but the file describes one", gaps_.detector);
      const double pixel_m = metres_from_um(known_->pixel_um);
      for (const auto& stated : {pixel_fast_m_, pixel_slow_m_})
        if (stated && std::abs(*stated - pixel_m) > 1e-4 * pixel_m)
          refuse_flag("the pixels of the detector differ from those of the file", gaps_.detector);
    }
    if (!counts) return;
    if (!gaps_.n_fast || !gaps_.n_slow) refuse_flag("the number of pixels is given along one edge only", "");
    panel_.n_fast = *gaps_.n_fast;
    panel_.n_slow = *gaps_.n_slow;
  }

  void set_size() {
    if (known_) {
      const double pixel_m = metres_from_um(known_->pixel_um);
      const auto scaled = [&](std::size_t count, const std::optional<double>& pixel) {
        const double binned = pixel && *pixel > 0 ? *pixel / pixel_m : 1;
        if (std::abs(binned - std::round(binned)) < 0.02 && binned > 0.5)
          return std::round(static_cast<double>(count) / std::round(binned));
        other_pixels_ = true;
        return static_cast<double>(count);
      };
      if (panel_.n_fast == 0) {
        const double fast = scaled(known_->n_fast, pixel_fast_m_), slow = scaled(known_->n_slow, pixel_slow_m_);
        if (!(fast >= 1 && fast < 1e9 && slow >= 1 && slow < 1e9))
          refuse("impossible pixel size", find("detector_config"), "it must fit the detector");
        panel_.n_fast = static_cast<std::size_t>(fast);
        panel_.n_slow = static_cast<std::size_t>(slow);
      }
      if (other_pixels_)
        geometry_.notes.push_back(
            "pixels of " + std::string(known_->name) + " are " + format_number(known_->pixel_um) +
            " um wide, but the file says otherwise: the file's size and the detector's number of pixels are used");
      if (!pixel_fast_m_) pixel_fast_m_ = pixel_m;
      if (!pixel_slow_m_) pixel_slow_m_ = pixel_m;
      if (known_->saturation > 0) panel_.saturation = known_->saturation;
    }
    if (panel_.n_fast == 0 || panel_.n_slow == 0)
      throw Error::runtime(
          {.what = "the number of pixels is not stated",
           .where = in_quotes(name_),
           .rule = "a .poni file must have max_shape in Detector_config, or the name of a known detector",
           .remedy = "give detector.pixels or detector.name; for `femtobragg geometry`, --detpixels FAST "
                     "SLOW or --detector NAME"});
    if (!pixel_fast_m_ || !pixel_slow_m_) refuse("the pixel size is not stated", find("detector"), "it must be given");
    if (!(*pixel_fast_m_ > 0) || !(*pixel_slow_m_ > 0))
      refuse("impossible pixel size", find("detector_config"), "both edges must be above zero");
  }

  void place() {
    if (!find("distance")) refuse("no distance", nullptr, "it needs a line 'Distance: METRES'");
    const double distance = number("Distance", *find("distance"));
    if (!(distance > 0)) refuse("impossible distance", find("distance"), "it must be above zero (m)");
    const auto value = [&](const char* key) { return number_if_given(key).value_or(0); };
    std::string missing;
    for (const char* key : {"poni1", "poni2", "rot1", "rot2", "rot3"})
      if (!find(key)) missing += (missing.empty() ? "" : ", ") + std::string(key);
    if (!missing.empty()) geometry_.notes.push_back(missing + " are not stated; 0 is used");
    const double r1 = value("rot1"), r2 = value("rot2"), r3 = value("rot3");
    // Rotations 1 and 2 are left-handed.
    const Mat3d about_1{{1, 0, 0}, {0, std::cos(r1), std::sin(r1)}, {0, -std::sin(r1), std::cos(r1)}};
    const Mat3d about_2{{std::cos(r2), 0, -std::sin(r2)}, {0, 1, 0}, {std::sin(r2), 0, std::cos(r2)}};
    const Mat3d about_3{{std::cos(r3), -std::sin(r3), 0}, {std::sin(r3), std::cos(r3), 0}, {0, 0, 1}};
    const Mat3d to_ours = ours_from_pyfai * (about_3 * (about_2 * about_1));
    const bool flip_slow = orientation_ == 1 || orientation_ == 2, flip_fast = orientation_ == 1 || orientation_ == 4;
    const double p1 = *pixel_slow_m_, p2 = *pixel_fast_m_;
    const double height = static_cast<double>(panel_.n_slow) * p1, width = static_cast<double>(panel_.n_fast) * p2;
    panel_.pixel_size_m = p2;
    panel_.origin_m =
        to_ours * Vec3d{(flip_slow ? height : 0) - value("poni1"), (flip_fast ? width : 0) - value("poni2"), distance};
    panel_.fast_axis = to_ours * Vec3d{0, flip_fast ? -1.0 : 1.0, 0};
    panel_.slow_axis = to_ours * Vec3d{flip_slow ? -1.0 : 1.0, 0, 0};
    if (p1 != p2) panel_.slow_axis = panel_.slow_axis * (p1 / p2);
    complete_panel(panel_, in_quotes(name_));
    if (flip_fast || flip_slow)
      geometry_.notes.push_back("pixels are ordered as orientation " + std::to_string(orientation_) + " says");
  }

  const std::string& name_;
  const GeometryGaps& gaps_;
  bool appended_ = false, other_pixels_ = false;
  std::map<std::string, Line> lines_;
  Geometry geometry_;
  Panel panel_;
  const KnownDetector* known_ = nullptr;
  std::optional<double> pixel_fast_m_, pixel_slow_m_;
  std::size_t orientation_ = 0;
};

}  // namespace

Geometry parse_poni(std::string_view text, const std::string& name, const GeometryGaps& gaps) {
  return PoniReader(text, name, gaps).read();
}

}  // namespace femtobragg::formats
