// `femtobragg quirks`: the list of quirks, program by program.
#include <iostream>

#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nonbragg/quirks.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

/// The quirks of a program, behind a line about it.
template <class Rows>
void list(const char* about, const Rows& rows) {
  std::cout << about;
  for (const auto& quirk : rows)
    std::cout << "\n" << quirk.id << "\n  on:  " << quirk.on << "\n  off: " << quirk.off << "\n";
}

}  // namespace

int quirks(const Words& words) {
  CommandOptions options(
      "Quirks of nanoBragg and nonBragg, with their ids:   femtobragg quirks\n`nanoBragg` has all of them on, "
      "`femtobragg simulate` none; -quirks all|none|ID[,ID...] chooses. `nonBragg` always has all of its own.",
      "femtobragg quirks");
  if (!options.parse(words)) return 0;
  list(
      "Quirks of nanoBragg. `nanoBragg` has all of them on, `femtobragg simulate` none;\n"
      "-quirks all|none|ID[,ID...] chooses.\n",
      nanobragg::quirk_table());
  list(
      "\nQuirks of nonBragg. `nonBragg` always has all of them on, but for QB-psi, QB-pgm-length and\n"
      "QB-inverse-roi, which cannot be repeated.\n",
      nonbragg::quirk_table());
  return 0;
}

}  // namespace femtobragg::programs
