// `femtobragg quirks`: the list of quirks.
#include <iostream>

#include "femtobragg/nanobragg/flags/quirks.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {

int quirks(const Words& words) {
  CommandOptions options(
      "Quirks of nanoBragg, with their ids:   femtobragg quirks\n`nanoBragg` has all of them on, `femtobragg simulate` "
      "none; -quirks all|none|ID[,ID...] chooses.",
      "femtobragg quirks");
  if (!options.parse(words)) return 0;
  std::cout << "Quirks of nanoBragg. `nanoBragg` has all of them on, `femtobragg simulate` none;\n"
               "-quirks all|none|ID[,ID...] chooses.\n";
  for (const nanobragg::QuirkInfo& quirk : nanobragg::quirk_table())
    std::cout << "\n" << quirk.id << "\n  on:  " << quirk.on << "\n  off: " << quirk.off << "\n";
  return 0;
}

}  // namespace femtobragg::programs
