// Lines of CrystFEL's geometry files.
#include "femtobragg/formats/geometry/geom_text.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/geom_values.h"
#include "femtobragg/formats/geometry/geometry_parts.h"

namespace femtobragg::formats {
namespace {

/// What becomes of a key.
enum class Use {
  Panel,  ///< a panel can say it, or it holds for all panels that follow
  Top,    ///< said once
  Inert,  ///< tells how images are read or treated
  Named,  ///< would change images, and is not used
};
struct Key {
  std::string_view name;
  Use use;
  std::string_view remark = {};  ///< of a named one
};
constexpr std::array keys = {
    Key{"min_fs", Use::Panel},
    Key{"max_fs", Use::Panel},
    Key{"min_ss", Use::Panel},
    Key{"max_ss", Use::Panel},
    Key{"corner_x", Use::Panel},
    Key{"corner_y", Use::Panel},
    Key{"fs", Use::Panel},
    Key{"ss", Use::Panel},
    Key{"res", Use::Panel},
    Key{"clen", Use::Panel},
    Key{"coffset", Use::Panel},
    Key{"max_adu", Use::Panel},
    Key{"adu_per_photon", Use::Panel},
    Key{"adu_per_eV", Use::Panel},
    Key{"no_index", Use::Panel},
    Key{"mask_edge_pixels", Use::Panel},
    Key{"bad", Use::Panel},
    Key{"data", Use::Panel},
    Key{"photon_energy", Use::Top},
    Key{"wavelength", Use::Top},
    Key{"electron_voltage", Use::Top},
    Key{"detector_shift_x", Use::Top},
    Key{"detector_shift_y", Use::Top},
    Key{"bandwidth", Use::Named, "beam.bandwidth or beam.spectrum_file spreads wavelengths"},
    Key{"photon_energy_bandwidth", Use::Named, "beam.bandwidth or beam.spectrum_file spreads wavelengths"},
    Key{"photon_energy_scale", Use::Named, "energies are used as given"},
    Key{"mask", Use::Named, "its pixels are rendered, but bad regions are not"},
    Key{"saturation_map", Use::Named, "max_adu is"},
    Key{"mask_file", Use::Inert},
    Key{"mask_good", Use::Inert},
    Key{"mask_bad", Use::Inert},
    Key{"saturation_map_file", Use::Inert},
    Key{"badrow_direction", Use::Inert},
    Key{"integr_radius", Use::Inert},
    Key{"rail_direction", Use::Inert},
    Key{"clen_for_centering", Use::Inert},
    Key{"peak_list", Use::Inert},
    Key{"peak_list_type", Use::Inert},
    Key{"peak_info_location", Use::Inert},
    Key{"flag_lessthan", Use::Inert},
    Key{"flag_morethan", Use::Inert},
    Key{"flag_equal", Use::Inert},
};
constexpr std::array region_keys = {"min_x",  "max_x",  "min_y",  "max_y", "min_fs",
                                    "max_fs", "min_ss", "max_ss", "panel"};

bool contains(const auto& list, std::string_view key) { return std::ranges::find(list, key) != list.end(); }

/// dim0 to dim9.
bool is_dimension(std::string_view key) {
  return key.size() == 4 && key.starts_with("dim") && key[3] >= '0' && key[3] <= '9';
}

/// Masks may be numbered: mask0_data and the like are as mask, mask_file, mask_good and mask_bad.
const Key* key_named(std::string_view name) {
  const bool numbered =
      name.size() > 6 && name.starts_with("mask") && name[4] >= '0' && name[4] <= '9' && name[5] == '_';
  if (numbered) {
    const std::string_view what = name.substr(6);
    name = what == "data" ? "mask" : what == "file" ? "mask_file" : what == "goodbits" ? "mask_good" : "mask_bad";
    if (name == "mask_bad" && what != "badbits") return nullptr;
  }
  const auto found = std::ranges::find(keys, name, &Key::name);
  return found == keys.end() ? nullptr : &*found;
}

bool is_used(std::string_view name) {
  const Key* key = key_named(name);
  return is_dimension(name) || (key && (key->use == Use::Panel || key->use == Use::Top));
}

/// Steps from one word to another: letters put in, taken out or changed.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t before = std::exchange(row[0], i);
    for (std::size_t j = 1; j < row.size(); ++j) {
      const std::size_t changed = before + (from[i - 1] != to[j - 1]);
      before = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string nearest_key(std::string_view name) {
  const auto far = [&](const Key& key) { return distance(name, key.name); };
  return std::string(std::ranges::min_element(keys, {}, far)->name);
}

class Parser {
 public:
  explicit Parser(const std::string& name) : name_(name) {}

  GeomText parse(std::string_view text) {
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      ++line_;
      take(trimmed(line.substr(0, line.find(';'))));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    check_groups();
    note_what_is_left_out();
    return std::move(text_);
  }

 private:
  void take(std::string_view line) {
    if (line.empty()) return;
    const auto equals = line.find('=');
    const std::string_view target = trimmed(line.substr(0, std::min(equals, line.size())));
    const std::string_view value = equals == line.npos ? std::string_view() : trimmed(line.substr(equals + 1));
    if (target.empty() || value.empty())
      refuse("not a line of a geometry file", line, "lines must read 'key = value' or 'panel/key = value'");
    const auto slash = target.find('/');
    if (slash == target.npos) return take_top(target, value);
    const std::string_view block = trimmed(target.substr(0, slash)), key = trimmed(target.substr(slash + 1));
    if (block.empty() || key.empty())
      refuse("a line has no panel or no key", line, "lines must read 'panel/key = value'");
    if (block.starts_with("bad"))
      take_region(block, key, value);
    else
      take_panel(block, key, value);
  }

  void note_what_is_left_out() {
    std::string inert;
    for (const auto& [key, first] : left_out_) {
      const std::string named = in_quotes(key) + " (line " + std::to_string(first) + ")";
      const Key* known = key_named(key);
      if (!known && key != "rigid_group")
        text_.notes.push_back(named + " is unknown, and not used; the nearest key is " + nearest_key(key));
      else if (known && known->use == Use::Named)
        text_.notes.push_back(named + " is not used: " + std::string(known->remark));
      else if (known && known->use == Use::Top)
        text_.notes.push_back(named + " is set for a panel, and not used: it applies to all panels");
      else
        inert += (inert.empty() ? "" : ", ") + named;
    }
    if (!inert.empty()) text_.notes.push_back(inert + ": these keys describe how images are read, and are not used");
    std::string below;
    for (const auto& [key, value] : defaults_)
      if (value.line > last_panel_line_ && (key != "clen" || all_have_clen()))
        below += (below.empty() ? "" : ", ") + in_quotes(key) + " (line " + std::to_string(value.line) + ")";
    if (!below.empty() && !text_.panels.empty())
      text_.notes.push_back(below + ": not used, because it applies only to panels that follow, and none does");
    if (repeated_ > 0)
      text_.notes.push_back(counted(repeated_, "line replaces", "lines replace") +
                            " a value that was given before; the first is line " + std::to_string(first_repeated_));
  }

  /// One below them counts for panels without.
  bool all_have_clen() const {
    return std::ranges::all_of(text_.panels, [](const GeomBlock& panel) { return panel.fields.contains("clen"); });
  }

  void take_top(std::string_view key, std::string_view value) {
    for (const std::string_view prefix : {"rigid_group_collection_", "rigid_group_", "group_"})
      if (key.starts_with(prefix)) return take_group(key.substr(prefix.size()), value);
    if (!is_used(key)) return leave_out(key);
    const Key* known = key_named(key);
    const bool once = known && known->use == Use::Top;
    GeomValue& place = text_.top[std::string(key)];
    // What panels share may change between them.
    if (place.line > 0 && place.text != value && (once || place.line > last_panel_line_) && repeated_++ == 0)
      first_repeated_ = line_;
    place = {std::string(value), line_};
    if (!once) defaults_[std::string(key)] = place;
  }

  void take_panel(std::string_view panel, std::string_view key, std::string_view value) {
    const std::size_t before = text_.panels.size();
    GeomBlock& block = block_named(panel, text_.panels, panel_index_, defaults_);
    if (text_.panels.size() > before) last_panel_line_ = line_;
    const Key* known = key_named(key);
    if (!is_used(key) || (known && known->use == Use::Top)) return leave_out(key);
    GeomValue& place = block.fields[std::string(key)];
    // Lines before a panel's first are those of all panels.
    if (place.line >= block.line && place.text != value && repeated_++ == 0) first_repeated_ = line_;
    place = {std::string(value), line_};
  }

  void take_region(std::string_view region, std::string_view key, std::string_view value) {
    if (!contains(region_keys, key))
      refuse("unknown property of a bad region", key,
             "regions can have min and max of x and y, or of fs and ss, and a panel");
    GeomValue& place = block_named(region, text_.bad_regions, region_index_, {}).fields[std::string(key)];
    if (place.line > 0 && place.text != value && repeated_++ == 0) first_repeated_ = line_;
    place = {std::string(value), line_};
  }

  GeomBlock& block_named(std::string_view name, std::vector<GeomBlock>& blocks,
                         std::map<std::string, std::size_t, std::less<>>& index, const GeomFields& fields) {
    const auto found = index.find(name);
    if (found != index.end()) return blocks[found->second];
    if (blocks.size() >= most_panels) refuse("too many panels or regions", name, "at most 10000 are allowed");
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
      text_.notes.push_back(counted(text_.groups.size(), "group of panels is", "groups of panels are") +
                            " checked, but not used");
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
      if (found == text_.groups.end())
        refuse("a group has an unknown member", member, "members must be panels or groups");
      if (on_path.contains(member)) refuse("a group contains itself", member, "groups can be nested, not circular");
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
  std::size_t last_panel_line_ = 0;              ///< where the last panel is mentioned first
  std::size_t repeated_ = 0, first_repeated_ = 0;
};

}  // namespace

std::string geom_place(const std::string& name, std::size_t line) {
  return in_quotes(name) + " line " + std::to_string(line);
}

GeomText parse_geom_text(std::string_view text, const std::string& name) { return Parser(name).parse(text); }

bool leaves_camera_length(std::string_view text, const std::string& name) {
  const GeomText parsed = parse_geom_text(text, name);
  const auto of = [](const GeomFields& fields) {
    const auto found = fields.find("clen");
    return found == fields.end() ? nullptr : &found->second;
  };
  return std::ranges::any_of(parsed.panels, [&](const GeomBlock& panel) {
    const GeomValue* value = of(panel.fields) ? of(panel.fields) : of(parsed.top);
    return value && is_place(value->text);
  });
}

}  // namespace femtobragg::formats
