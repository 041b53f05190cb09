// `femtobragg quirks`: the list of quirks.
#include <iostream>

#include "femtobragg/base/error.h"
#include "femtobragg/nanobragg/flags/quirks.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {

int quirks(const std::vector<std::string>& words) {
  const bool help = !words.empty() && (words[0] == "-h" || words[0] == "--help");
  if (!words.empty() && !help)
    throw Error::usage(
        {.what = "unexpected word", .where = "femtobragg quirks", .value = words[0], .rule = "it takes no arguments"});
  std::cout << "Quirks of nanoBragg. `nanoBragg` has all of them on, `femtobragg simulate` none;\n"
               "-quirks all|none|ID[,ID...] chooses.\n";
  if (help) return 0;
  for (const nanobragg::QuirkInfo& quirk : nanobragg::quirk_table())
    std::cout << "\n" << quirk.id << "\n  on:  " << quirk.on << "\n  off: " << quirk.off << "\n";
  return 0;
}

}  // namespace femtobragg::programs
