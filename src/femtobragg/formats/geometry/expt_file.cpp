// Reader of DIALS experiment lists.
#include "femtobragg/formats/geometry/expt_file.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/rotation.h"
#include "femtobragg/base/rotation_check.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/expt_crystal.h"
#include "femtobragg/formats/geometry/expt_keys.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/io/json_values.h"
#include "femtobragg/model/coverage.h"

namespace femtobragg::formats {
namespace {

/// Where a panel or a group of panels stands, in the DIALS frame: columns of its axes, mm.
struct Frame {
  Vec3d fast{1, 0, 0}, slow{0, 1, 0}, origin_mm{};

  Vec3d point(const Vec3d& local) const { return origin_mm + direction(local); }
  Vec3d direction(const Vec3d& v) const { return v.x * fast + v.y * slow + v.z * cross(fast, slow); }
};

/// dxtbx makes axes unit vectors.
Frame local_frame(const JsonPlace& node) {
  if (!node.has("fast_axis") && !node.has("slow_axis") && !node.has("origin")) return {};
  const Vec3d fast = node.at("fast_axis").vector(), slow = node.at("slow_axis").vector();
  if (!(norm(fast) > 0) || !(norm(slow) > 0)) node.refuse("an axis has zero length", "an axis must be a direction");
  return {unit(fast), unit(slow), node.at("origin").vector()};
}

Frame placed(const Frame& parent, const Frame& local) {
  return {parent.direction(local.fast), parent.direction(local.slow), parent.point(local.origin_mm)};
}

class ExptReader {
 public:
  ExptReader(const nlohmann::json& json, const std::string& name, std::size_t asked)
      : root_(json, in_quotes(name)), name_(name), asked_(asked) {}

  Geometry read() {
    if (!root_.has("experiment") || !root_.at("experiment").is_list() || root_.at("experiment").size() == 0)
      root_.refuse("not an experiment list", "it needs a list 'experiment' with at least one entry");
    const std::size_t all = root_.at("experiment").size();
    if (asked_ >= all)
      throw Error::usage({.what = "there is no such experiment",
                          .where = in_quotes(name_),
                          .value = std::to_string(asked_),
                          .rule = "the list has " + std::to_string(all) + ", counted from 0",
                          .remedy = "correct detector.experiment"});
    const JsonPlace experiment = root_.at("experiment").item(asked_);
    if (all > 1)
      g_.notes.push_back("experiment " + std::to_string(asked_) + " of " + std::to_string(all) +
                         " is used; detector.experiment chooses another");
    name_others(experiment, expt_keys::experiment, "the experiment's");
    if (experiment.has("imageset")) read_imageset(experiment.at("imageset"));
    read_detector(model(experiment, "detector"));
    if (experiment.has("beam")) read_beam(model(experiment, "beam"));
    if (experiment.has("goniometer")) read_goniometer(model(experiment, "goniometer"));
    if (experiment.has("scan")) read_scan(model(experiment, "scan"));
    if (experiment.has("crystal")) read_crystal(model(experiment, "crystal"));
    return std::move(g_);
  }

 private:
  JsonPlace model(const JsonPlace& experiment, const char* kind) const {
    const std::size_t index = experiment.at(kind).count();
    const JsonPlace found = root_.at(kind).item(index);
    if (!found.is_object()) found.refuse("not a model", "it must be an object");
    return found;
  }

  void name_others(const JsonPlace& json, std::span<const std::string_view> known, const char* whose) {
    std::string names;
    for (const std::string& name : json.others(known)) names += (names.empty() ? "" : ", ") + in_quotes(name);
    if (!names.empty()) g_.notes.push_back(std::string(whose) + " " + names + " is not used");
  }

  /// Files of masks and maps that belong to the images.
  void read_imageset(const JsonPlace& index) {
    if (!root_.has("imageset") || !root_.at("imageset").is_list() || index.count() >= root_.at("imageset").size())
      return;
    const JsonPlace set = root_.at("imageset").item(index.count());
    for (const char* map : {"mask", "gain", "pedestal", "dx", "dy"})
      if (set.has(map) && set.at(map).value().is_string() && !set.at(map).text().empty())
        g_.notes.push_back("the imageset's " + std::string(map) + " " + in_quotes(set.at(map).text().substr(0, 60)) +
                           " is not used");
  }

  void read_detector(const JsonPlace& detector) {
    const JsonPlace panels = detector.at("panels");
    if (panels.size() == 0 || panels.size() > most_panels)
      panels.refuse("an impossible number of panels", "1 to 10000 are needed");
    frames_.assign(panels.size(), {});
    if (detector.has("hierarchy")) place_panels(detector.at("hierarchy"));
    for (std::size_t i = 0; i < panels.size(); ++i)
      g_.detector.panels.push_back(panel_of(panels.item(i), placed(frames_[i], local_frame(panels.item(i)))));
    if (overlapping_panels(g_.detector)) {
      stack_along_slow(g_.detector);
      g_.notes.push_back("panels have separate images: here they are in one image, stacked along slow");
    }
    require_separate_windows(g_.detector, in_quotes(name_));
    read_masks(panels);
    if (!detector_trusts_) g_.notes.push_back("trusted_range has no value above zero, and is not used");
    for (const auto& [note, first] : panel_notes_) g_.notes.push_back(note + " (" + first + ")");
  }

  /// Frames of groups, from the root on; without recursion, since files may nest them as deep as they like.
  void place_panels(const JsonPlace& root) {
    std::vector<std::pair<JsonPlace, Frame>> open = {{root, local_frame(root)}};
    while (!open.empty()) {
      const auto [node, frame] = std::move(open.back());
      open.pop_back();
      if (node.has("panel")) {
        const std::size_t panel = node.at("panel").count();
        if (panel >= frames_.size()) node.refuse("there is no such panel", "panels are numbered from 0");
        frames_[panel] = frame;
      }
      if (!node.has("children")) continue;
      const JsonPlace children = node.at("children");
      for (std::size_t i = 0; i < children.size(); ++i) {
        // A leaf that names a panel has no frame of its own: the panel has.
        const JsonPlace child(children.value()[i], in_quotes(name_) + " detector hierarchy");
        open.emplace_back(child, child.has("panel") ? frame : placed(frame, local_frame(child)));
      }
    }
  }

  Panel panel_of(const JsonPlace& json, const Frame& frame) {
    Panel panel;
    for (const std::string& name : json.others(expt_keys::panel))
      note("the panel's " + in_quotes(name) + " is not used", json);
    if (json.has("name")) panel.name = json.at("name").text();
    const JsonPlace size = json.at("image_size"), pixel = json.at("pixel_size");
    panel.n_fast = size.item(0).count();
    panel.n_slow = size.item(1).count();
    const double fast_mm = pixel.item(0).number(), slow_mm = pixel.item(1).number();
    if (!(fast_mm > 0) || !(slow_mm > 0)) pixel.refuse("impossible pixel size", "both edges (mm) must be above zero");
    panel.pixel_size_m = metres_from_mm(fast_mm);
    panel.origin_m = ours_from_dials * (frame.origin_mm / 1000.0);
    panel.fast_axis = ours_from_dials * frame.fast;
    panel.slow_axis = ours_from_dials * frame.slow;
    if (slow_mm != fast_mm) panel.slow_axis = panel.slow_axis * (slow_mm / fast_mm);
    if (json.has("femtobragg")) take_exact(panel, json.at("femtobragg"));
    if (json.has("raw_image_offset")) {
      panel.data_fast = json.at("raw_image_offset").item(0).count();
      panel.data_slow = json.at("raw_image_offset").item(1).count();
    }
    complete_panel(panel, json.path());
    read_sensor(panel, json);
    read_limits(panel, json);
    return panel;
  }

  static void take_exact(Panel& panel, const JsonPlace& json) {
    panel.pixel_size_m = json.at("pixel_size_m").number();
    panel.origin_m = ours_from_dials * json.at("origin_m").vector();
    panel.fast_axis = ours_from_dials * json.at("fast_axis").vector();
    panel.slow_axis = ours_from_dials * json.at("slow_axis").vector();
  }

  void read_sensor(Panel& panel, const JsonPlace& json) {
    Sensor& sensor = panel.sensor;
    if (json.has("thickness")) sensor.thickness_m = metres_from_mm(json.at("thickness").number());
    if (json.has("mu")) sensor.attenuation_per_m = 1000 * json.at("mu").number();
    if (json.has("material")) sensor.material = json.at("material").text();
    if (sensor.thickness_m < 0 || sensor.attenuation_per_m < 0)
      json.refuse("impossible sensor", "thickness and mu must not be negative");
    sensor.layer_step_m = sensor.thickness_m;
    if (!json.has("px_mm_strategy")) return;
    const JsonPlace strategy = json.at("px_mm_strategy");
    const std::string type = strategy.has("type") ? strategy.at("type").text() : std::string();
    if (type.starts_with("Parallax"))
      note("pixel positions are not corrected for parallax: the layers of the sensor produce it", json);
    else if (type.starts_with("Offset"))
      note("maps of pixel offsets are not used", json);
    else if (!type.empty() && type != "SimplePxMmStrategy")
      note("the px_mm_strategy " + in_quotes(type.substr(0, 60)) + " is unknown, and not used", json);
  }

  void read_limits(Panel& panel, const JsonPlace& json) {
    if (json.has("trusted_range")) {
      const double least = json.at("trusted_range").item(0).number(), most = json.at("trusted_range").item(1).number();
      if (least > most)
        json.at("trusted_range")
            .refuse("a range ends before it begins", "it must give the lowest and the highest valid value");
      if (least > 0) note("the lower end of trusted_range is not used", json);
      detector_trusts_ = detector_trusts_ && most > 0;
      if (most > 0 && most < expt_no_limit_counts) panel.saturation = most;
    }
    if (json.has("gain") && json.at("gain").number() != 1) note("the gain is not used", json);
    if (json.has("pedestal") && json.at("pedestal").number() != 0) note("the pedestal is not used", json);
  }

  /// Rectangles; when all panels are known to fit into memory.
  void read_masks(const JsonPlace& panels) {
    std::size_t pixels = 0, empty = 0;
    for (const Panel& panel : g_.detector.panels) pixels += panel.n_fast * panel.n_slow;
    for (std::size_t i = 0; i < g_.detector.panels.size(); ++i) {
      if (!panels.item(i).has("mask")) continue;
      const JsonPlace mask = panels.item(i).at("mask");
      if (mask.size() > 0) require_maskable(pixels, in_quotes(name_));
      for (std::size_t k = 0; k < mask.size(); ++k) {
        const auto edge = [&](std::size_t n) {  // rectangles may stick out on either side
          return static_cast<std::size_t>(std::clamp(mask.item(k).item(n).number(), 0.0, 2147483648.0));
        };
        const PixelRectangle r{edge(0), edge(1), edge(2), edge(3)};
        empty += r.fast_begin >= r.fast_end || r.slow_begin >= r.slow_end;
        mask_out(g_.detector.panels[i], r);
      }
    }
    if (empty > 0)
      g_.notes.push_back(counted(empty, "rectangle of a mask ends before it begins, and masks",
                                 "rectangles of masks end before they begin, and mask") +
                         " no pixels");
  }

  /// Once for all panels.
  void note(const std::string& text, const JsonPlace& where) {
    for (const auto& [known, first] : panel_notes_)
      if (known == text) return;
    panel_notes_.emplace_back(text, where.path().substr(in_quotes(name_).size() + 1));
  }

  void read_beam(const JsonPlace& beam) {
    g_.beam_direction = Vec3d{} - ours_from_dials * direction(beam.at("direction"));  // DIALS: towards the source
    if (beam.has("wavelength")) {
      const double angstrom = beam.at("wavelength").number();
      if (!(angstrom > 0)) beam.refuse("impossible wavelength", "it must be above zero");
      g_.wavelength_m = metres_from_angstrom(angstrom);
    } else
      g_.notes.push_back("the beam has no single wavelength");
    if (beam.has("wavelength") && beam.has("__id__") && beam.at("__id__").value().is_string() &&
        beam.at("__id__").text() == "PolychromaticBeam")
      g_.notes.push_back("the beam is polychromatic, but has a wavelength, which is used");
    if (beam.has("wavelength_range")) g_.notes.push_back("the beam's range of wavelengths is not used");
    name_others(beam, expt_keys::beam, "the beam's");
    // "x-ray", and as dxtbx's other versions spell it.
    if (beam.has("probe"))
      if (const std::string probe = beam.at("probe").text(); probe != "x-ray" && probe != "xray" && probe != "X-ray")
        g_.notes.push_back("the probe is " + in_quotes(probe) + ": X-rays of its wavelength are simulated instead");
    if (beam.has("polarization_fraction")) {
      const double fraction = beam.at("polarization_fraction").number();
      if (!(fraction >= 0 && fraction <= 1)) beam.refuse("impossible polarization", "its fraction must be 0 to 1");
      g_.polarization_fraction = 2 * fraction - 1;  // DIALS: 0.5 is unpolarized
    }
    if (beam.has("polarization_normal")) {
      const Vec3d field = cross(ours_from_dials * beam.at("polarization_normal").vector(), g_.beam_direction);
      if (!(norm(field) > 0)) beam.refuse("impossible polarization", "its normal must not be along the beam");
      g_.polarization_axis = Vec3d{} - unit(field);
    }
    for (const char* spread : {"divergence", "sigma_divergence"})
      if (beam.has(spread) && beam.at(spread).number() != 0)
        g_.notes.push_back(std::string("the beam's ") + spread + " is not used");
  }

  void read_goniometer(const JsonPlace& json) {
    name_others(json, expt_keys::goniometer, "the goniometer's");
    Mat3d fixed = Mat3d::identity();
    if (json.has("axes"))
      read_axes(json, fixed);
    else {
      axis_ = direction(json.at("rotation_axis"));
      if (json.has("fixed_rotation")) fixed = rotation(json.at("fixed_rotation"));
      if (json.has("setting_rotation")) setting_ = rotation(json.at("setting_rotation"));
    }
    fixed_ = fixed;
    const Vec3d spindle = setting_ * axis_;
    if (!(norm(spindle) > 0) || !std::isfinite(norm(spindle)))
      json.refuse("the spindle has no direction", "its rotation matrices are not rotations");
    g_.spindle_axis = unit(ours_from_dials * spindle);
  }

  /// Files round their numbers.
  static Mat3d rotation(const JsonPlace& json) {
    const Mat3d m = json.matrix();
    if (constexpr double most = 5e-3; !is_rotation(m, most))
      json.refuse("a matrix is not a rotation", "its rows must be unit vectors at right angles, right-handed");
    return m;
  }

  static Vec3d direction(const JsonPlace& json) {
    const Vec3d v = json.vector();
    if (!(norm(v) > 0) || !std::isfinite(norm(v))) json.refuse("a vector has no direction", "it must not be zero");
    return unit(v);
  }

  /// From the crystal outwards; axes before the one that scans turn the crystal, those after it the scanning axis.
  void read_axes(const JsonPlace& json, Mat3d& fixed) {
    const JsonPlace axes = json.at("axes"), angles = json.at("angles");
    const std::size_t scan = json.at("scan_axis").count();
    if (axes.size() > 100) axes.refuse("too many axes", "at most 100 are allowed");
    axis_ = direction(axes.item(scan));
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if (i == scan) continue;
      Mat3d& which = i < scan ? fixed : setting_;
      which = rotation_matrix(unit(direction(axes.item(i))), radians_from_degrees(angles.item(i).number())) * which;
    }
  }

  void read_scan(const JsonPlace& scan) {
    name_others(scan, expt_keys::scan, "the scan's");
    const JsonPlace range = scan.at("image_range");
    const double first = range.item(0).number(), last = range.item(1).number();
    if (!(last >= first) || last - first > 1e9)
      range.refuse("impossible range of images", "the last must not be before the first");
    Oscillation oscillation;
    oscillation.frames = static_cast<std::size_t>(last - first) + 1;
    const auto properties = turn_of_properties(scan, oscillation.frames);
    if (scan.has("oscillation")) {
      const double start = scan.at("oscillation").item(0).number(), width = scan.at("oscillation").item(1).number();
      oscillation.start_rad = radians_from_degrees(start);
      oscillation.width_rad = radians_from_degrees(width);
      constexpr double most = 1e-4;
      if (properties &&
          (std::abs(properties->first - start) > most || std::abs(properties->second.value_or(width) - width) > most))
        scan.refuse("two different oscillations", "'oscillation' must agree with 'properties'");
    } else if (properties) {
      oscillation.start_rad = radians_from_degrees(properties->first);
      oscillation.width_rad = radians_from_degrees(properties->second.value_or(0));
    } else {
      g_.notes.push_back("the scan does not rotate anything");
      return;
    }
    g_.oscillation = oscillation;
  }

  /// Start and width (degrees) of the newer way to state them, a start for each image.
  std::optional<std::pair<double, std::optional<double>>> turn_of_properties(const JsonPlace& scan,
                                                                             std::size_t frames) {
    if (!scan.has("properties") || !scan.at("properties").has("oscillation")) return std::nullopt;
    const JsonPlace properties = scan.at("properties"), starts = properties.at("oscillation");
    const double start = starts.item(0).number();
    std::optional<double> width, stated;
    if (starts.size() > 1) width = starts.item(1).number() - start;
    if (properties.has("oscillation_width")) stated = properties.at("oscillation_width").item(0).number();
    if (width && stated && std::abs(*width - *stated) > 1e-4)
      properties.refuse("two different widths of an oscillation",
                        "'oscillation_width' must be the step of 'oscillation'");
    if (starts.size() != frames)
      g_.notes.push_back("the scan has " + std::to_string(frames) + " images, but starts of " +
                         std::to_string(starts.size()) + " oscillations");
    std::vector<double> all(starts.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = starts.item(i).number();
    note_uneven_turn(all, g_.notes);
    return std::pair(start, width ? width : stated);
  }

  void read_crystal(const JsonPlace& json) {
    name_others(json, expt_keys::crystal, "the crystal's");
    const std::size_t frames = g_.oscillation ? g_.oscillation->frames : 0;
    g_.crystal = expt_crystal(json, ours_from_dials * (setting_ * fixed_), frames, g_.notes);
  }

  JsonPlace root_;
  const std::string& name_;
  std::size_t asked_;
  Geometry g_;
  std::vector<Frame> frames_;  ///< of what each panel belongs to
  bool detector_trusts_ = true;
  std::vector<std::pair<std::string, std::string>> panel_notes_;
  Vec3d axis_{1, 0, 0};
  Mat3d setting_ = Mat3d::identity(), fixed_ = Mat3d::identity();
};

}  // namespace

Geometry parse_expt(std::string_view text, const std::string& name, const GeometryGaps& gaps) {
  const nlohmann::json json = parse_json(text, name);
  return ExptReader(json, name, gaps.experiment.value_or(0)).read();
}

}  // namespace femtobragg::formats
