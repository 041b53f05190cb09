// Reader of .poni files.
#include "femtobragg/formats/poni_file.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/detector_list.h"
#include "femtobragg/formats/geometry_parts.h"
#include "femtobragg/formats/json_values.h"

namespace femtobragg::formats {
namespace {

/// pyFAI: 1 up, 2 to the right of who looks along the beam, 3 along the beam.
constexpr Mat3d ours_from_pyfai{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}};

struct Line {
  std::string value;
  std::size_t number = 0;
};

class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : name_(name) {
    std::size_t number = 0;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = trimmed(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      ++number;
      const auto colon = line.find(':');
      if (line.empty() || line[0] == '#' || colon == line.npos) continue;
      // Calibrations are appended: the last one counts.
      lines_[std::string(trimmed(line.substr(0, colon)))] = {std::string(trimmed(line.substr(colon + 1))), number};
    }
  }

  Geometry read() {
    if (const Line* version = find("poni_version")) {
      const double v = number("poni_version", *version);
      if (!(v >= 1 && v < 3)) refuse("unknown version of a .poni file", version, "1 and 2 are known");
    }
    read_config();
    set_size();
    place();
    if (const Line* wavelength = find("Wavelength"); wavelength && wavelength->value != "None") {
      geometry_.wavelength_m = number("Wavelength", *wavelength);
      if (!(*geometry_.wavelength_m > 0)) refuse("impossible wavelength", wavelength, "it must be above zero (m)");
    }
    if (const Line* spline = find("SplineFile"); spline && spline->value != "None" && !spline->value.empty())
      geometry_.notes.push_back("the distortion map " + in_quotes(spline->value) + " is not used");
    if (known_) {
      panel_.mask = gap_mask(*known_);
      if (panel_.mask.size() != panel_.n_fast * panel_.n_slow) panel_.mask.clear();
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
  [[noreturn]] void refuse(const std::string& what, const Line* line, const char* rule) const {
    throw Error::runtime({.what = what,
                          .where = in_quotes(name_) + (line ? " line " + std::to_string(line->number) : ""),
                          .value = line ? in_quotes(line->value.substr(0, 60)) : "",
                          .rule = rule,
                          .remedy = "correct the file"});
  }
  double number(const std::string& key, const Line& line) const {
    const auto value = parse_number(line.value);
    if (!value || !std::isfinite(*value)) refuse("no number for " + key, &line, "it must be a finite number");
    return *value;
  }
  std::optional<double> number_if_given(const std::string& key) const {
    const Line* line = find(key);
    return line ? std::optional(number(key, *line)) : std::nullopt;
  }

  void read_config() {
    const Line* detector = find("Detector");
    if (detector) {
      panel_.name = detector->value;
      known_ = find_detector(detector->value);
      if (known_ && known_->arrangement) {
        geometry_.notes.push_back("where the panels of " + in_quotes(detector->value) +
                                  " stand is not told; taken as one");
        known_ = nullptr;
      }
    }
    pixel_slow_m_ = number_if_given("PixelSize1");
    pixel_fast_m_ = number_if_given("PixelSize2");
    const Line* config = find("Detector_config");
    if (!config) return;
    const std::string where = in_quotes(name_) + " line " + std::to_string(config->number);
    const nlohmann::json json = parse_json(config->value, name_);
    const JsonPlace place(json, where);
    if (place.has("pixel1")) pixel_slow_m_ = place.at("pixel1").number();
    if (place.has("pixel2")) pixel_fast_m_ = place.at("pixel2").number();
    if (place.has("max_shape")) {
      panel_.n_slow = place.at("max_shape").item(0).count();
      panel_.n_fast = place.at("max_shape").item(1).count();
    }
    if (place.has("orientation")) orientation_ = place.at("orientation").count();
    if (orientation_ > 4) place.at("orientation").refuse("unknown orientation", "1 to 4 are known, 0 is 3");
    for (const char* map : {"splineFile", "splinefile", "x_offset_file", "filename"})
      if (place.has(map)) geometry_.notes.push_back(std::string("what ") + map + " tells of the pixels is not used");
  }

  void set_size() {
    if (known_) {
      const double pixel_m = metres_from_um(known_->pixel_um);
      const auto scaled = [&](std::size_t count, const std::optional<double>& pixel) {
        return pixel && *pixel > 0 ? std::round(static_cast<double>(count) * pixel_m / *pixel)
                                   : static_cast<double>(count);
      };
      if (panel_.n_fast == 0) {
        const double fast = scaled(known_->n_fast, pixel_fast_m_), slow = scaled(known_->n_slow, pixel_slow_m_);
        if (!(fast >= 1 && fast < 1e9 && slow >= 1 && slow < 1e9))
          refuse("impossible pixel size", find("Detector_config"), "it does not fit the detector");
        panel_.n_fast = static_cast<std::size_t>(fast);
        panel_.n_slow = static_cast<std::size_t>(slow);
      }
      if (!pixel_fast_m_) pixel_fast_m_ = pixel_m;
      if (!pixel_slow_m_) pixel_slow_m_ = pixel_m;
      if (known_->saturation > 0) panel_.saturation = known_->saturation;
    }
    if (panel_.n_fast == 0 || panel_.n_slow == 0)
      refuse("the detector's size is not told", find("Detector"),
             "it needs max_shape in Detector_config, or the name of a known detector");
    if (!pixel_fast_m_ || !pixel_slow_m_) refuse("the pixel size is not told", find("Detector"), "it needs one");
    if (!(*pixel_fast_m_ > 0) || !(*pixel_slow_m_ > 0))
      refuse("impossible pixel size", find("Detector_config"), "both edges are above zero");
  }

  void place() {
    if (!find("Distance")) refuse("no distance", nullptr, "it needs a line 'Distance: METRES'");
    const double distance = number("Distance", *find("Distance"));
    if (!(distance > 0)) refuse("impossible distance", find("Distance"), "it must be above zero (m)");
    const auto value = [&](const char* key) { return number_if_given(key).value_or(0); };
    const double r1 = value("Rot1"), r2 = value("Rot2"), r3 = value("Rot3");
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
        to_ours * Vec3d{(flip_slow ? height : 0) - value("Poni1"), (flip_fast ? width : 0) - value("Poni2"), distance};
    panel_.fast_axis = to_ours * Vec3d{0, flip_fast ? -1.0 : 1.0, 0};
    panel_.slow_axis = to_ours * Vec3d{flip_slow ? -1.0 : 1.0, 0, 0};
    if (p1 != p2) panel_.slow_axis = panel_.slow_axis * (p1 / p2);
    complete_panel(panel_, in_quotes(name_));
    if (orientation_ != 0)
      geometry_.notes.push_back("pixels run as orientation " + std::to_string(orientation_) + " says");
  }

  const std::string& name_;
  std::map<std::string, Line> lines_;
  Geometry geometry_;
  Panel panel_;
  const KnownDetector* known_ = nullptr;
  std::optional<double> pixel_fast_m_, pixel_slow_m_;
  std::size_t orientation_ = 0;
};

}  // namespace

Geometry parse_poni(std::string_view text, const std::string& name) { return Reader(text, name).read(); }

}  // namespace femtobragg::formats
