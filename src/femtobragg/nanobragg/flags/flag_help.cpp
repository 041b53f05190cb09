// The help text: usual flags, groups, examples.
#include <algorithm>
#include <iterator>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/nanobragg/flags/option_table.h"

namespace femtobragg::nanobragg {
namespace {

constexpr std::size_t help_column = 26;

/// Commands, each with what it is for; "PROGRAM" stands for the program's name.
struct HelpExample {
  std::string_view what, command;
};
constexpr HelpExample examples_of_both[] = {
    {"a still, all amplitudes equal, as an image for adxv or MOSFLM",
     "PROGRAM -cell 79 79 38 -misset 10 20 30 -default_F 100 -N 20 \\\n    -distance 200 -detpixels 512 -pixel 0.3 -o "
     "still.img"},
    {"one degree of rotation in ten steps, amplitudes from a list of h k l F",
     "PROGRAM -hkl my.hkl -cell 79 79 38 -N 20 -osc 1 -phisteps 10 \\\n    -o turn.cbf"},
};
constexpr HelpExample examples_of_simulate[] = {
    {"an atomic model on a known detector, with an experiment for DIALS",
     "PROGRAM -model my.pdb -detector pilatus-300k -N 20 \\\n    -misset random -o still_0001.cbf -expt still.expt"},
    {"100 frames of 0.1 degrees in one file; an interrupted series continues",
     "PROGRAM -model my.pdb -N 20 -osc 0.1 -frames 100 -o series.nxs"},
    {"the same experiment from a file, with another wavelength", "PROGRAM my.toml -lambda 1.2 -o still.png"},
};
constexpr HelpExample examples_of_drop_in[] = {
    {"a beam of 10^12 photons/s on 0.05 mm, and a crystal of several domains",
     "PROGRAM -hkl my.hkl -mat A.mat -flux 1e12 -beamsize 0.05 -mosaic 0.2 \\\n    -mosaic_domains 20"},
    {"nanoBragg's geometry, with the origin of XDS", "PROGRAM -hkl my.hkl -mat A.mat -xds -ORGX 512.5 -ORGY 512.5"},
    {"the same run without nanoBragg's quirks", "PROGRAM -hkl my.hkl -mat A.mat -quirks none"},
};

std::string topic_of(std::string_view group) { return in_lower_case(group.substr(0, group.find_first_of(" ,"))); }

/// Lines of one flag: what is typed, then what it does.
std::string flag_lines(const Flag& flag, bool all_names) {
  std::string left = "  ";
  for (const std::string_view name : flag.names) {
    left += (left.size() > 2 ? " -" : "-") + std::string(name);
    if (!all_names) break;
  }
  if (!flag.values.empty()) left += " " + std::string(flag.values);
  std::string right(flag.help);
  if (!flag.default_text.empty()) right += (right.empty() ? "[" : " [") + std::string(flag.default_text) + "]";
  if (right.empty()) return left + "\n";
  const bool fits = left.size() + 2 <= help_column;
  left = "  " + wrapped(left.substr(2), 2);
  return (fits ? left_aligned(left, help_column) : left + "\n" + std::string(help_column, ' ')) +
         wrapped(right, help_column) + "\n";
}

std::string format_lines() {
  std::string text = "\nOutput formats of -o\n";
  for (const formats::ImageFormatInfo& format : formats::image_formats()) {
    std::string line = "  ";
    for (const std::string_view suffix : format.suffixes) line += std::string(suffix) + " ";
    text += left_aligned(line, help_column) + wrapped(format.description, help_column) + "\n";
  }
  return text;
}

class Help {
 public:
  explicit Help(Program program)
      : strict_(program == Program::Simulate), name_(strict_ ? "femtobragg simulate" : "nanoBragg") {
    std::ranges::copy_if(flag_table(), std::back_inserter(flags_),
                         [&](const Flag& flag) { return strict_ || !flag.simulate_only; });
  }

  std::string usual() const {
    std::string text = beginning() + "\nUsual flags\n";
    for (const Flag& flag : flags_)
      if (flag.usual) text += flag_lines(flag, false);
    text += "\nExamples\n";
    for (const HelpExample& example : examples_of_both) text += example_lines(example);
    for (const HelpExample& example : strict_ ? examples_of_simulate : examples_of_drop_in)
      text += example_lines(example);
    text += "\nAll flags by group (--help=GROUP explains those of a group, --help-all all)\n";
    for (const std::string& topic : help_topics()) {
      std::string names;
      for (const Flag& flag : flags_)
        if (topic_of(flag.group) == topic) names += (names.empty() ? "-" : " -") + std::string(flag.names.front());
      if (!names.empty()) text += padded("  " + topic, names_column) + wrapped(names, names_column) + "\n";
    }
    return text;
  }

  std::string of(const std::string& topic) const {
    std::string text = topic == "all" ? beginning() : "";
    std::string_view group;
    for (const Flag& flag : flags_) {
      if (topic != "all" && topic_of(flag.group) != topic) continue;
      if (flag.group != group) text += (text.empty() ? "" : "\n") + std::string(group = flag.group) + "\n";
      text += flag_lines(flag, true);
    }
    return topic == "all" || topic == "output" ? text + format_lines() : text;
  }

 private:
  static constexpr std::size_t names_column = 14;

  std::string beginning() const {
    const auto paragraph = [](const std::string& text) { return wrapped(text) + "\n"; };
    std::string text = "usage: " + name_ + (strict_ ? " [SCENE]" : "") + " FLAGS\n\n";
    text += paragraph("Renders the X-ray diffraction image of a crystal" +
                      std::string(strict_ ? " with corrected physics" : " with nanoBragg's numbers") +
                      ". It needs structure factors (-hkl, -dump or -default_F) and a crystal (-cell or -mat), or "
                      "-model, which gives both.");
    if (strict_)
      text += paragraph(
          "SCENE is a .toml or .json file that describes an experiment (femtobragg scene --help); flags replace what "
          "it says.");
    return text + paragraph(
                      "Flags may have one dash or two, and - or _ in their names; -flag=value is the same as -flag "
                      "value, and x,y,z the same as three numbers x y z.");
  }

  std::string example_lines(const HelpExample& example) const {
    std::string command(example.command);
    command.replace(command.find("PROGRAM"), 7, name_);
    return "  # " + std::string(example.what) + "\n  " + command + "\n";
  }

  bool strict_;
  std::string name_;
  std::vector<Flag> flags_;
};

}  // namespace

std::vector<std::string> help_topics() {
  std::vector<std::string> topics;
  for (const Flag& flag : flag_table())
    if (const std::string topic = topic_of(flag.group); std::ranges::find(topics, topic) == topics.end())
      topics.push_back(topic);
  return topics;
}

std::string help_text(Program program, const std::string& topic) {
  const Help help(program);
  if (topic.empty()) return help.usual();
  const std::vector<std::string> topics = help_topics();
  if (topic != "all" && std::ranges::find(topics, topic) == topics.end()) {
    std::string names;
    for (const std::string& known : topics) names += known + ", ";
    throw Error::usage({.what = "unknown group of flags",
                        .where = "-help",
                        .value = in_quotes(topic),
                        .rule = "the groups are " + names + "and all",
                        .remedy = "use one of them"});
  }
  return help.of(topic);
}

}  // namespace femtobragg::nanobragg
