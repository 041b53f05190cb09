// Lines of CrystFEL's geometry files.
#include "femtobragg/formats/geom_text.h"

#include <algorithm>
#include <array>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry_parts.h"

namespace femtobragg::formats {
namespace {

/// What a panel can say, or what holds for all panels that follow.
constexpr std::array panel_keys = {
    "min_fs",  "max_fs",  "min_ss",         "max_ss",     "corner_x", "corner_y",         "fs",  "ss",  "res", "clen",
    "coffset", "max_adu", "adu_per_photon", "adu_per_eV", "no_index", "mask_edge_pixels", "bad", "data"};
/// What is said once.
constexpr std::array top_keys = {"photon_energy", "wavelength", "detector_shift_x", "detector_shift_y"};
/// Known, and said to be left out: they tell how images are read or treated.
constexpr std::array other_keys = {"mask",
                                   "mask_file",
                                   "mask_good",
                                   "mask_bad",
                                   "saturation_map",
                                   "saturation_map_file",
                                   "badrow_direction",
                                   "integr_radius",
                                   "rail_direction",
                                   "clen_for_centering",
                                   "rigid_group",
                                   "peak_list",
                                   "peak_list_type",
                                   "peak_info_location",
                                   "bandwidth",
                                   "photon_energy_bandwidth",
                                   "photon_energy_scale",
                                   "electron_voltage",
                                   "flag_lessthan",
                                   "flag_morethan",
                                   "flag_equal",
                                   "electron_wavelength"};
constexpr std::array region_keys = {"min_x",  "max_x",  "min_y",  "max_y", "min_fs",
                                    "max_fs", "min_ss", "max_ss", "panel"};

bool contains(const auto& list, std::string_view key) { return std::ranges::find(list, key) != list.end(); }

/// dim0 to dim9; masks may be numbered too.
bool is_dimension(std::string_view key) {
  return key.size() == 4 && key.starts_with("dim") && key[3] >= '0' && key[3] <= '9';
}
bool is_other(std::string_view key) {
  return contains(other_keys, key) || (key.starts_with("mask") && key.size() > 4 && key[4] >= '0' && key[4] <= '9');
}

class Parser {
 public:
  explicit Parser(const std::string& name) : name_(name) {}

  GeomText parse(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      ++line_;
      take(trimmed(text.substr(0, std::min(end, text.find(';')))));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    check_groups();
    for (const auto& [key, first] : left_out_)
      text_.notes.push_back(in_quotes(key) + " (line " + std::to_string(first) + ") is " +
                            (is_other(key) ? "not used" : "unknown, and not used"));
    return std::move(text_);
  }

 private:
  void take(std::string_view line) {
    if (line.empty()) return;
    const auto equals = line.find('=');
    const std::string_view target = trimmed(line.substr(0, std::min(equals, line.size())));
    const std::string_view value = equals == line.npos ? std::string_view() : trimmed(line.substr(equals + 1));
    if (target.empty() || value.empty())
      refuse("not a line of a geometry file", line, "lines read 'key = value' or 'panel/key = value'");
    const auto slash = target.find('/');
    if (slash == target.npos) return take_top(target, value);
    const std::string_view block = trimmed(target.substr(0, slash)), key = trimmed(target.substr(slash + 1));
    if (block.empty() || key.empty()) refuse("a line without a panel or a key", line, "lines read 'panel/key = value'");
    if (block.starts_with("bad"))
      take_region(block, key, value);
    else
      take_panel(block, key, value);
  }

  void take_top(std::string_view key, std::string_view value) {
    for (const std::string_view prefix : {"rigid_group_collection_", "rigid_group_", "group_"})
      if (key.starts_with(prefix)) return take_group(key.substr(prefix.size()), value);
    if (contains(panel_keys, key) || is_dimension(key) || contains(top_keys, key)) {
      text_.top[std::string(key)] = {std::string(value), line_};
      if (!contains(top_keys, key)) defaults_[std::string(key)] = {std::string(value), line_};
    } else
      leave_out(key);
  }

  void take_panel(std::string_view panel, std::string_view key, std::string_view value) {
    GeomBlock& block = block_named(panel, text_.panels, panel_index_, defaults_);
    if (contains(panel_keys, key) || is_dimension(key))
      block.fields[std::string(key)] = {std::string(value), line_};
    else
      leave_out(key);
  }

  void take_region(std::string_view region, std::string_view key, std::string_view value) {
    if (!contains(region_keys, key))
      refuse("unknown property of a bad region", key,
             "regions have min and max of x and y, or of fs and ss, and a panel");
    block_named(region, text_.bad_regions, region_index_, {}).fields[std::string(key)] = {std::string(value), line_};
  }

  GeomBlock& block_named(std::string_view name, std::vector<GeomBlock>& blocks,
                         std::map<std::string, std::size_t, std::less<>>& index, const GeomFields& fields) {
    const auto found = index.find(name);
    if (found != index.end()) return blocks[found->second];
    if (blocks.size() >= most_panels) refuse("too many panels or regions", name, "at most 10000");
    index.emplace(name, blocks.size());
    blocks.push_back({std::string(name), line_, fields});
    return blocks.back();
  }

  void take_group(std::string_view group, std::string_view value) {
    GeomGroup& g = text_.groups[std::string(group)];
    g = {line_, {}};
    while (!value.empty()) {
      const std::size_t comma = std::min(value.find(','), value.size());
      g.members.emplace_back(trimmed(value.substr(0, comma)));
      value.remove_prefix(std::min(comma + 1, value.size()));
    }
  }

  void leave_out(std::string_view key) {
    if (left_out_.size() < most_panels) left_out_.emplace(std::string(key.substr(0, 60)), line_);
  }

  void check_groups() {
    std::set<std::string> sound;
    for (const auto& [group, members] : text_.groups) check_group(group, sound);
    if (!text_.groups.empty())
      text_.notes.push_back(std::to_string(text_.groups.size()) + " groups of panels are checked, but not kept");
  }

  /// Depth first, without recursion: a file may nest groups as deep as it likes.
  void check_group(const std::string& start, std::set<std::string>& sound) {
    struct Step {
      const std::string* name;
      std::size_t next = 0;
    };
    std::vector<Step> path;
    std::set<std::string> on_path;
    const auto enter = [&](const std::string& name) {
      if (sound.contains(name)) return;
      path.push_back({&name});
      on_path.insert(name);
    };
    enter(start);
    while (!path.empty()) {
      const GeomGroup& group = text_.groups.find(*path.back().name)->second;
      if (path.back().next == group.members.size()) {
        sound.insert(*path.back().name);
        on_path.erase(*path.back().name);
        path.pop_back();
        continue;
      }
      const std::string& member = group.members[path.back().next++];
      line_ = group.line;
      const auto found = text_.groups.find(member);
      if (panel_index_.contains(member)) continue;
      if (found == text_.groups.end()) refuse("a group of something unknown", member, "members are panels or groups");
      if (on_path.contains(member)) refuse("a group that contains itself", member, "groups are nested, not circular");
      enter(found->first);
    }
  }

  [[noreturn]] void refuse(const char* what, std::string_view value, const char* rule) const {
    throw Error::runtime({.what = what,
                          .where = geom_place(name_, line_),
                          .value = in_quotes(value.substr(0, 60)),
                          .rule = rule,
                          .remedy = "correct the line"});
  }

  const std::string& name_;
  std::size_t line_ = 0;
  GeomText text_;
  GeomFields defaults_;
  std::map<std::string, std::size_t, std::less<>> panel_index_, region_index_;
  std::map<std::string, std::size_t> left_out_;  ///< keys, and the first line of each
};

}  // namespace

std::string geom_place(const std::string& name, std::size_t line) {
  return in_quotes(name) + " line " + std::to_string(line);
}

GeomText parse_geom_text(std::string_view text, const std::string& name) { return Parser(name).parse(text); }

}  // namespace femtobragg::formats
