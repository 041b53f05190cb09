// Finding flags by name, guessing what was meant, and the help text.
#include <algorithm>
#include <cctype>
#include <utility>

#include "femtobragg/base/near_words.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/nanobragg/flags/option_table.h"

namespace femtobragg::nanobragg {
namespace {

constexpr std::size_t most_suggested = 4;

bool same_but_for_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// The flags whose names begin so, each by its first such name.
std::vector<std::string_view> flags_that_begin(std::string_view name) {
  std::vector<std::string_view> found;
  for (const Flag& flag : flag_table()) {
    const auto fits = std::ranges::find_if(flag.names, [&](std::string_view full) { return full.starts_with(name); });
    if (fits != flag.names.end()) found.push_back(*fits);
  }
  return found;
}

/// Flags of other programs and old scripts, and what is meant.
constexpr std::pair<std::string_view, std::string_view> old_names[] = {{"dispstep", "dispsteps"},
                                                                       {"hdiv", "hdivrange"},
                                                                       {"vdiv", "vdivrange"},
                                                                       {"detector_twotheta", "twotheta"},
                                                                       {"detsize_x", "detsize_f"},
                                                                       {"detsize_y", "detsize_s"},
                                                                       {"thick", "detector_thick"},
                                                                       {"detector_thickness", "detector_thick"},
                                                                       {"xdet_vector", "fdet_vector"},
                                                                       {"ydet_vector", "sdet_vector"},
                                                                       {"zdet_vector", "odet_vector"},
                                                                       {"dump_pixel", "trace_pixel"},
                                                                       {"exposure_time", "exposure"},
                                                                       {"pdb", "model"},
                                                                       {"cif", "model"},
                                                                       {"mtz", "hkl"},
                                                                       {"oscillation_range", "osc"},
                                                                       {"pixel_mm", "pixel"},
                                                                       {"beam_centre_x", "Xbeam"},
                                                                       {"beam_centre_y", "Ybeam"},
                                                                       {"output", "o"}};

}  // namespace

const Flag* find_flag(std::string_view name) {
  for (const Flag& flag : flag_table())
    if (std::ranges::find(flag.names, name) != flag.names.end()) return &flag;
  return nullptr;
}

std::string nearest_flag(std::string_view name) {
  for (const auto& [old, current] : old_names)
    if (old == name) return std::string(current);
  for (const Flag& flag : flag_table())
    for (const std::string_view candidate : flag.names)
      if (same_but_for_case(name, candidate)) return std::string(candidate);
  if (const auto longer = flags_that_begin(name); name.size() >= 3 && longer.size() == 1) return std::string(longer[0]);
  std::string nearest;
  std::size_t best = most_slips(name.size()) + 1;
  for (const Flag& flag : flag_table())
    for (const std::string_view candidate : flag.names) {
      // Lengths alone tell the least distance: no need to look at words of absurd length letter by letter.
      if (std::max(name.size(), candidate.size()) - std::min(name.size(), candidate.size()) >= best) continue;
      if (const std::size_t d = edit_distance(name, candidate); d < best) {
        best = d;
        nearest = candidate;
      }
    }
  if (!nearest.empty() || name.size() < 3) return nearest;
  const auto longer = flags_that_begin(name);
  if (longer.size() > most_suggested) return {};
  for (const std::string_view flag : longer) nearest += (nearest.empty() ? "" : " or -") + std::string(flag);
  return nearest;
}

std::string help_text(std::string_view program, bool strict) {
  std::string text = "usage: " + std::string(program) + (strict ? " [SCENE]" : "") +
                     " FLAGS\n\nRenders the X-ray diffraction image of a crystal" +
                     (strict ? " with corrected physics" : " with nanoBragg's numbers") +
                     ".\nIt needs structure factors (-hkl, -dump or -default_F) and a crystal (-cell or -mat),\nor "
                     "-model, which gives both.\n";
  if (strict)
    text +=
        "SCENE is a .toml or .json file that describes an experiment (femtobragg scene --help); flags replace what it "
        "says.\n";
  std::string_view group;
  for (const Flag& flag : flag_table()) {
    if (flag.simulate_only && !strict) continue;
    if (flag.group != group) text += "\n" + std::string(group = flag.group) + "\n";
    std::string line = "  ";
    for (const std::string_view name : flag.names) line += (line.size() > 2 ? " -" : "-") + std::string(name);
    if (!flag.values.empty()) line += "  " + std::string(flag.values);
    constexpr std::size_t column = 40;
    line += line.size() < column ? std::string(column - line.size(), ' ')
            : flag.help.empty()  ? ""
                                 : "\n" + std::string(column, ' ');
    line += flag.help;
    if (!flag.default_text.empty()) line += "  [" + std::string(flag.default_text) + "]";
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  text += "\nOutput formats of -o:\n";
  for (const formats::ImageFormatInfo& format : formats::image_formats()) {
    std::string line = "  ";
    for (const std::string_view suffix : format.suffixes) line += std::string(suffix) + " ";
    text += line + std::string(line.size() < 20 ? 20 - line.size() : 0, ' ') + std::string(format.description) + "\n";
  }
  return text;
}

}  // namespace femtobragg::nanobragg
