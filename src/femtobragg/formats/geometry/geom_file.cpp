// From the blocks of a CrystFEL geometry file to panels.
#include "femtobragg/formats/geometry/geom_file.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <tuple>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/unit_names.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/geom_limits.h"
#include "femtobragg/formats/geometry/geom_text.h"
#include "femtobragg/formats/geometry/geom_values.h"
#include "femtobragg/formats/geometry/geometry_parts.h"

namespace femtobragg::formats {
namespace {

constexpr std::int64_t most_index = std::int64_t{1} << 31;

/// What tells apart the blocks of data that panels lie in.
struct DataBlock {
  std::string place;
  std::vector<std::int64_t> indices;  ///< of dimensions that are neither ss nor fs
  friend bool operator==(const DataBlock&, const DataBlock&) = default;
};

/// A panel with where it lies in its block.
struct PlacedPanel {
  Panel panel;  ///< data_fast and data_slow within the block
  const GeomBlock* block = nullptr;
  DataBlock data;
};

class GeomReader {
 public:
  GeomReader(GeomText text, const std::string& name, const GeometryGaps& gaps)
      : text_(std::move(text)), name_(name), gaps_(gaps) {}

  Geometry read() {
    if (text_.panels.empty())
      throw Error::runtime({.what = "the geometry file has no panels",
                            .where = in_quotes(name_),
                            .rule = "at least one 'panel/key = value' is needed",
                            .remedy = "correct the file"});
    geometry_.notes = std::move(text_.notes);
    read_wavelength();
    for (const GeomBlock& block : text_.panels) panels_.push_back(panel_of(block));
    for (PlacedPanel& placed : panels_) set_bad(placed.panel, *placed.block);
    for (const GeomBlock& region : text_.bad_regions) apply_region(region);
    lay_out();
    for (PlacedPanel& placed : panels_) geometry_.detector.panels.push_back(std::move(placed.panel));
    require_separate_windows(geometry_.detector, in_quotes(name_));
    return std::move(geometry_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const GeomValue& value, const std::string& rule) const {
    throw Error::runtime({.what = what,
                          .where = geom_place(name_, value.line),
                          .value = in_quotes(value.text.substr(0, 60)),
                          .rule = rule,
                          .remedy = "correct the line"});
  }
  [[noreturn]] void miss(const GeomBlock& block, const std::string& key, const char* remedy) const {
    throw Error::runtime({.what = in_quotes(block.name) + " has no " + key,
                          .where = geom_place(name_, block.line),
                          .rule = "it must be given, for the panel or above all panels",
                          .remedy = remedy});
  }
  static const GeomValue* find(const GeomFields& fields, std::string_view key) {
    const auto found = fields.find(key);
    return found == fields.end() ? nullptr : &found->second;
  }
  const GeomValue& need(const GeomBlock& block, const std::string& key) const {
    const GeomValue* value = find(block.fields, key);
    if (!value) miss(block, key, "add the line");
    return *value;
  }
  double number(const std::string& key, const GeomValue& value) const {
    const auto number = parse_number(value.text);
    if (!number || !std::isfinite(*number)) refuse("not a number for " + key, value, "it must be a finite number");
    return *number;
  }
  std::optional<double> number_if_given(const GeomBlock& block, const std::string& key) const {
    const GeomValue* value = find(block.fields, key);
    return value ? std::optional(number(key, *value)) : std::nullopt;
  }
  std::int64_t index(const std::string& key, const GeomValue& value) const {
    const double v = number(key, value);
    if (v != std::floor(v) || v < 0 || v >= static_cast<double>(most_index))
      refuse("not a pixel number for " + key, value, "it must be a whole number from 0 to 2^31");
    return static_cast<std::int64_t>(v);
  }

  /// 0, 1 or more, true, false.
  bool truth(const std::string& key, const GeomValue& value) const {
    if (const std::string word = in_lower_case(value.text); word == "true" || word == "false") return word == "true";
    const auto number = parse_number(value.text);
    if (!number || !std::isfinite(*number)) refuse("not yes or no for " + key, value, "it must be 1, 0, true or false");
    return *number != 0;
  }

  /// Nothing for a place in the images.
  std::optional<GeomMeasure> measure(const std::string& key, const GeomValue& value) const {
    if (is_place(value.text)) return {};
    if (const auto found = measure_of(value.text)) return found;
    refuse("not a number for " + key, value, "it must be a finite number with a unit, or a location in the images");
  }

  /// Metres; nothing for a place in the images.
  std::optional<double> length_m(const std::string& key, const GeomValue& value) const {
    const auto found = measure(key, value);
    if (!found) return {};
    const auto metres = found->unit.empty() ? std::optional(1.0) : metres_in(found->unit);
    if (!metres) refuse("unknown unit of " + key, value, "lengths must be in " + std::string(length_units));
    return found->value * *metres;
  }

  std::optional<double> stated_wavelength_m(const std::string& key, const GeomValue& value) {
    const auto found = measure(key, value);
    if (!found) {
      left_to_images(key == "wavelength" ? "the wavelength" : "the photon energy", value);
      return {};
    }
    if (key == "wavelength") {
      const auto metres = metres_in(found->unit);
      if (!metres) refuse("the wavelength has no unit", value, "it must be in m or A");
      return found->value * *metres;
    }
    if (!(found->value > 0)) refuse("impossible " + key, value, "it must be above zero");
    if (key == "electron_voltage") {
      const double volts = found->unit == "V" ? 1 : found->unit == "kV" ? 1e3 : found->unit == "MV" ? 1e6 : 0;
      if (volts == 0) refuse("the voltage has no unit", value, "it must be in V or kV");
      geometry_.notes.push_back("the beam is of electrons: X-rays of their wavelength are simulated instead");
      return electron_wavelength_m(found->value * volts);
    }
    const auto eV = found->unit.empty() ? std::optional(1.0) : electronvolts_in(found->unit);
    if (!eV) refuse("unknown unit of the photon energy", value, "it must be in " + std::string(energy_units));
    return metres_from_angstrom(angstrom_from_eV(found->value * *eV));
  }

  void read_wavelength() {
    const GeomValue* first = nullptr;
    for (const char* key : {"wavelength", "photon_energy", "electron_voltage"}) {
      const GeomValue* value = find(text_.top, key);
      const auto metres = value ? stated_wavelength_m(key, *value) : std::nullopt;
      if (!metres) continue;
      if (!(*metres > 0 && *metres < 1e-6))
        refuse("impossible wavelength", *value, "it must be above zero and below a micrometre");
      if (geometry_.wavelength_m && std::abs(*metres - *geometry_.wavelength_m) > 1e-4 * *metres)
        refuse("the wavelength differs from that of line " + std::to_string(first->line), *value,
               "give only one of wavelength, photon_energy and electron_voltage");
      if (!geometry_.wavelength_m) geometry_.wavelength_m = metres;
      first = value;
    }
  }

  void left_to_images(const std::string& what, const GeomValue& value) {
    geometry_.notes.push_back(what + " is left to the images (" + value.text + ", line " + std::to_string(value.line) +
                              ")");
  }

  PlacedPanel panel_of(const GeomBlock& block) {
    PlacedPanel placed;
    placed.block = &block;
    Panel& panel = placed.panel;
    panel.name = block.name;
    set_window(panel, block);
    const GeomValue* res = find(block.fields, "res");
    if (!res) miss(block, "res", "add 'res = PIXELS_PER_METRE'");
    const double per_metre = number("res", *res);
    if (!(per_metre > 0)) refuse("impossible resolution", *res, "res (pixels per metre) must be above zero");
    panel.pixel_size_m = 1 / per_metre;
    panel.fast_axis = ours_from_crystfel * direction("fs", need(block, "fs"));
    panel.slow_axis = ours_from_crystfel * direction("ss", need(block, "ss"));
    panel.origin_m =
        ours_from_crystfel * Vec3d{number("corner_x", need(block, "corner_x")) / per_metre + shift("x"),
                                   number("corner_y", need(block, "corner_y")) / per_metre + shift("y"), z_m(block)};
    complete_panel(panel, geom_place(name_, block.line) + ", panel " + in_quotes(block.name));
    set_saturation(panel, block);
    pixels_ += panel.n_fast * panel.n_slow;
    placed.data = data_block(block);
    return placed;
  }

  Vec3d direction(const std::string& key, const GeomValue& value) const {
    const auto v = direction_of(value.text);
    if (!v) refuse("not a direction for " + key, value, "it must be a sum such as 0.99x -0.004y");
    return *v;
  }

  void set_window(Panel& panel, const GeomBlock& block) const {
    const auto range = [&](const std::string& axis, std::size_t& first, std::size_t& count) {
      const std::int64_t min = index("min_" + axis, need(block, "min_" + axis));
      const GeomValue& last = need(block, "max_" + axis);
      const std::int64_t max = index("max_" + axis, last);
      if (max < min)
        refuse("panel " + in_quotes(block.name) + " ends before it begins", last,
               axis == "fs" ? "max_fs must not be below min_fs" : "max_ss must not be below min_ss");
      first = static_cast<std::size_t>(min);
      count = static_cast<std::size_t>(max - min + 1);
    };
    range("fs", panel.data_fast, panel.n_fast);
    range("ss", panel.data_slow, panel.n_slow);
  }

  double shift(const char* axis) {
    const GeomValue* value = find(text_.top, std::string("detector_shift_") + axis);
    if (!value) return 0;
    const auto metres = length_m("detector_shift", *value);
    if (!metres && panels_.empty()) left_to_images("a shift of the detector", *value);
    return metres.value_or(0);
  }

  /// clen + coffset. The overall clen may stand below the panels, too.
  double z_m(const GeomBlock& block) {
    const GeomValue* value = find(block.fields, "clen");
    if (!value) value = find(text_.top, "clen");
    const auto stated_m = value ? length_m("clen", *value) : std::nullopt;
    const bool by_flag = gaps_.clen_m || gaps_.distance_m;
    if (stated_m) require_no_length(geom_place(name_, value->line), gaps_);
    if (stated_m) return *stated_m + coffset_m(block);
    if (!value && !by_flag) miss(block, "clen", "add 'clen = METRES', or give detector.distance");
    if (!by_flag)
      throw Error::runtime({.what = "the camera length is left to the images",
                            .where = geom_place(name_, value->line),
                            .value = in_quotes(value->text.substr(0, 60)),
                            .rule = "a simulation needs a number",
                            .remedy = "give detector.distance (mm), from the sample to the first panel; for "
                                      "`femtobragg geometry`, --clen METRES, to which coffset is added"});
    const double clen_m = gaps_.clen_m ? *gaps_.clen_m : *gaps_.distance_m - coffset_m(text_.panels.front());
    if (value && panels_.empty()) left_to_images("the camera length, here " + format_number(clen_m) + " m,", *value);
    return clen_m + coffset_m(block);
  }

  double coffset_m(const GeomBlock& block) const {
    const GeomValue* value = find(block.fields, "coffset");
    if (!value) return 0;
    const auto metres = length_m("coffset", *value);
    if (!metres) refuse("not a length for coffset", *value, "it must be a length in m");
    return *metres;
  }

  void set_saturation(Panel& panel, const GeomBlock& block) {
    std::vector<std::string> notes;
    const GeomLimits limits{number_if_given(block, "max_adu"), number_if_given(block, "adu_per_photon"),
                            number_if_given(block, "adu_per_eV")};
    if (const auto photons = saturation_of(limits, geometry_.wavelength_m, notes)) panel.saturation = *photons;
    // Once for all panels.
    if (panels_.empty()) std::ranges::move(notes, std::back_inserter(geometry_.notes));
  }

  /// no_index means that a panel is ignored altogether.
  void set_bad(Panel& panel, const GeomBlock& block) {
    const std::size_t w = panel.n_fast, h = panel.n_slow;
    for (const char* key : {"bad", "no_index"})
      if (const GeomValue* bad = find(block.fields, key); bad && truth(key, *bad)) {
        require_maskable(pixels_, in_quotes(name_));
        mask_out(panel, {0, 0, w, h});
        geometry_.notes.push_back("panel " + in_quotes(block.name) + " is not rendered (" + key + ", line " +
                                  std::to_string(bad->line) + ")");
        return;
      }
    const GeomValue* value = find(block.fields, "mask_edge_pixels");
    if (!value) return;
    const auto edge = static_cast<std::size_t>(index("mask_edge_pixels", *value));
    if (edge == 0) return;
    require_maskable(pixels_, in_quotes(name_));
    mask_out(panel, {0, 0, w, edge});
    mask_out(panel, {0, h - std::min(h, edge), w, h});
    mask_out(panel, {0, 0, edge, h});
    mask_out(panel, {w - std::min(w, edge), 0, w, h});
  }

  DataBlock data_block(const GeomBlock& block) {
    DataBlock data;
    if (const GeomValue* place = find(block.fields, "data")) data.place = place->text;
    bool seen_ss = false, seen_fs = false;
    for (char digit = '0'; digit <= '9'; ++digit) {
      const GeomValue* dim = find(block.fields, std::string("dim") + digit);
      if (!dim || dim->text == "%") continue;
      bool& seen = dim->text == "ss" ? seen_ss : seen_fs;
      if (dim->text == "ss" || dim->text == "fs") {
        if (seen) refuse("a dimension is given twice", *dim, "ss and fs must be one dimension each");
        if (dim->text == "ss" && seen_fs) fast_first_ = true;
        seen = true;
      } else
        data.indices.push_back(index("a dimension", *dim));
    }
    return data;
  }

  void apply_region(const GeomBlock& region) {
    const bool by_pixels = find(region.fields, "min_fs") || find(region.fields, "max_fs") ||
                           find(region.fields, "min_ss") || find(region.fields, "max_ss");
    const bool by_place = find(region.fields, "min_x") || find(region.fields, "max_x") ||
                          find(region.fields, "min_y") || find(region.fields, "max_y");
    if (by_pixels == by_place)
      throw Error::runtime({.what = "region " + in_quotes(region.name) + " does not have bounds of one kind",
                            .where = geom_place(name_, region.line),
                            .rule = "its bounds must be in fs and ss, or in x and y",
                            .remedy = "correct the region"});
    const GeomValue* only = find(region.fields, "panel");
    if (only && std::ranges::none_of(panels_, [&](const PlacedPanel& p) { return p.panel.name == only->text; }))
      refuse("region " + in_quotes(region.name) + " on a panel that does not exist", *only, "name a panel of the file");
    require_maskable(pixels_, in_quotes(name_));
    bool any = false;
    for (PlacedPanel& placed : panels_) {
      if (only && placed.panel.name != only->text) continue;
      any = (by_pixels ? mask_pixels(placed.panel, region) : mask_place(placed, region)) || any;
    }
    if (!any)
      geometry_.notes.push_back("region " + in_quotes(region.name) + " (line " + std::to_string(region.line) +
                                ") masks no pixels: none is between its bounds");
  }

  /// Bounds included. Whether there is a pixel in them.
  bool mask_pixels(Panel& panel, const GeomBlock& region) const {
    const auto bound = [&](const char* key) { return static_cast<std::size_t>(index(key, need(region, key))); };
    const auto within = [](std::size_t v, std::size_t from) { return v > from ? v - from : 0; };
    const PixelRectangle r{within(bound("min_fs"), panel.data_fast), within(bound("min_ss"), panel.data_slow),
                           within(bound("max_fs") + 1, panel.data_fast), within(bound("max_ss") + 1, panel.data_slow)};
    mask_out(panel, r);
    return r.fast_begin < std::min(r.fast_end, panel.n_fast) && r.slow_begin < std::min(r.slow_end, panel.n_slow);
  }

  /// Pixels whose first corner lies inside; bounds are in pixels from the beam, and not included.
  bool mask_place(PlacedPanel& placed, const GeomBlock& region) const {
    const auto bound = [&](const char* key) { return number(key, need(region, key)); };
    const double min_x = bound("min_x"), max_x = bound("max_x"), min_y = bound("min_y"), max_y = bound("max_y");
    const GeomFields& fields = placed.block->fields;
    const Vec3d fs = *direction_of(find(fields, "fs")->text), ss = *direction_of(find(fields, "ss")->text);
    const double x = number("corner_x", *find(fields, "corner_x")), y = number("corner_y", *find(fields, "corner_y"));
    Panel& panel = placed.panel;
    const bool had_mask = !panel.mask.empty();
    need_mask(panel);
    bool any = false;
    for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
      for (std::size_t fast = 0; fast < panel.n_fast; ++fast) {
        const auto f = static_cast<double>(fast), s = static_cast<double>(slow);
        const double px = f * fs.x + s * ss.x + x, py = f * fs.y + s * ss.y + y;
        if (!(px > min_x && px < max_x && py > min_y && py < max_y)) continue;
        panel.mask[slow * panel.n_fast + fast] = 0;
        any = true;
      }
    if (!any && !had_mask) panel.mask.clear();
    return any;
  }

  /// One image of all blocks of data.
  void lay_out() {
    if (fast_first_) geometry_.notes.push_back("the images run along fs in their slow dimension; here ss is slow");
    std::vector<std::string> places;
    for (const PlacedPanel& p : panels_)
      if (std::ranges::find(places, p.data.place) == places.end()) places.push_back(p.data.place);
    const auto order = [&](const PlacedPanel* p) {
      return std::tuple(std::ranges::find(places, p->data.place) - places.begin(), p->data.indices);
    };
    std::vector<PlacedPanel*> sorted;
    for (PlacedPanel& p : panels_) sorted.push_back(&p);
    std::ranges::stable_sort(sorted, {}, order);
    std::size_t offset = 0, end = 0, blocks = 1;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      Panel& panel = sorted[i]->panel;
      if (i > 0 && sorted[i]->data != sorted[i - 1]->data) {
        offset = end;
        ++blocks;
      }
      panel.data_slow += offset;
      end = std::max(end, panel.data_slow + panel.n_slow);
    }
    if (blocks > 1)
      geometry_.notes.push_back(
          std::to_string(blocks) +
          " blocks of data are in one image, stacked along slow, in the order of their locations and indices");
  }

  GeomText text_;
  const std::string& name_;
  GeometryGaps gaps_;
  Geometry geometry_;
  std::vector<PlacedPanel> panels_;
  std::size_t pixels_ = 0;  ///< of all panels
  bool fast_first_ = false;
};

}  // namespace

Geometry parse_geom(std::string_view text, const std::string& name, const GeometryGaps& gaps) {
  return GeomReader(parse_geom_text(text, name), name, gaps).read();
}

}  // namespace femtobragg::formats
