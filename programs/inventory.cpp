// `femtobragg inventory`: the hot loops that are compiled in, and where to find their code.
#include <iostream>
#include <nlohmann/json.hpp>

#include "femtobragg/backends/backend.h"
#include "femtobragg/base/columns.h"
#include "femtobragg/base/error.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

using backends::HotLoop;
using nlohmann::ordered_json;

std::string numbers(const HotLoop& loop) { return std::to_string(loop.lanes) + " x " + name_of(loop.number_type); }

std::string text_of(const std::vector<HotLoop>& loops) {
  std::string text =
      "Innermost loops over crystal terms, for each instruction set that is compiled in.\nThe code of a loop is in "
      "functions whose names contain one of these symbols.\n";
  std::string set;
  for (const HotLoop& loop : loops) {
    if (loop.instruction_set != set) {
      set = loop.instruction_set;
      text += "\n" + set + (loop.runs_here ? "" : " (not on this processor)") + "\n";
    }
    text += "  " + padded(loop.shape, 26) + padded(numbers(loop), 14) +
            padded(loop.tile + ", " + std::to_string(loop.tile_pixels) + (loop.tile_pixels == 1 ? " pixel" : " pixels"),
                   20) +
            loop.source + "\n";
    for (const std::string& symbol : loop.symbols) text += "    " + symbol + "\n";
  }
  return text;
}

std::string json_of(const std::vector<HotLoop>& loops) {
  ordered_json list = ordered_json::array();
  for (const HotLoop& loop : loops)
    list.push_back({{"instruction_set", loop.instruction_set},
                    {"runs_here", loop.runs_here},
                    {"shape", loop.shape},
                    {"tile", loop.tile},
                    {"number_type", name_of(loop.number_type)},
                    {"lanes", loop.lanes},
                    {"tile_pixels", loop.tile_pixels},
                    {"symbols", loop.symbols},
                    {"source", loop.source}});
  return list.dump(2) + "\n";
}

}  // namespace

int inventory(const std::vector<std::string>& words) {
  bool as_json = false;
  CommandOptions options(
      "Lists the innermost loops of the kernels: lanes, instruction set, and where to find their code.",
      "femtobragg inventory");
  options.add("--json", as_json, "print JSON");
  if (!options.parse(words)) return 0;
  const std::vector<HotLoop> loops = backends::hot_loops();
  std::cout << (as_json ? json_of(loops) : text_of(loops));
  return 0;
}

}  // namespace femtobragg::programs
