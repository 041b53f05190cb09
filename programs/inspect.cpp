// `femtobragg inspect`: what files are, and what of them is used.
#include <iostream>
#include <nlohmann/json.hpp>

#include "femtobragg/inspect/inspection.h"
#include "femtobragg/nanobragg/flags/field_flags.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

std::string in_text(const inspect::Inspection& file) {
  std::string text = file.path + ": " + file.what + "\n";
  const auto list = [&](const char* heading, const Words& lines) {
    if (lines.empty()) return;
    text += std::string("  ") + heading + ":\n";
    for (const std::string& line : lines) text += "    " + nanobragg::in_flags(line) + "\n";
  };
  list("used", file.used);
  list("not used", file.not_used);
  list("doubtful", file.doubtful);
  if (!file.wrong.empty()) list("wrong", {file.wrong});
  return text;
}

nlohmann::json in_json(const inspect::Inspection& file) {
  const auto texts = [](Words lines) {
    for (std::string& line : lines) line = nanobragg::in_flags(line);
    return lines;
  };
  return {{"file", file.path},
          {"what", file.what},
          {"used", texts(file.used)},
          {"not_used", texts(file.not_used)},
          {"doubtful", texts(file.doubtful)},
          {"wrong", file.wrong.empty() ? nlohmann::json() : nlohmann::json(nanobragg::in_flags(file.wrong))}};
}

}  // namespace

int inspect(const Words& words) {
  Words files;
  bool json = false;
  CommandOptions options("Says what files are, what of them is used, not used and doubtful.", "femtobragg inspect");
  options.footer("Exit status: 0 all files can be used, 1 something is wrong with one of them.");
  options
      .add("files", files, "images, geometries, models, reflections, tables, masks, scenes: whatever a command reads")
      .required()
      .type("FILE");
  options.add("--json", json, "print a JSON list instead of text");
  if (!options.parse(words)) return 0;
  bool wrong = false;
  nlohmann::json all = nlohmann::json::array();
  for (const std::string& path : files) {
    const inspect::Inspection found = inspect::inspect_file(path);
    wrong = wrong || !found.wrong.empty();
    if (json)
      all.push_back(in_json(found));
    else
      std::cout << in_text(found);
  }
  if (json) std::cout << all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  return wrong ? 1 : 0;
}

}  // namespace femtobragg::programs
