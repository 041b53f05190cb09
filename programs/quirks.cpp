// `femtobragg quirks`: the list of quirks, program by program.
#include <iostream>
#include <string>

#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/noisify/quirks.h"
#include "femtobragg/nonbragg/quirks.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

void print_row(std::string_view id, const std::string& on, std::string_view off) {
  std::cout << "\n" << id << "\n  on:  " << on << "\n  off: " << off << "\n";
}

}  // namespace

int quirks(const Words& words) {
  CommandOptions options(
      "Quirks of nanoBragg, nonBragg and noisify, with their ids:   femtobragg quirks\n`nanoBragg` has all of them on, "
      "`femtobragg simulate` none; -quirks all|none|ID[,ID...] chooses.\n`nonBragg` and `noisify` always have all of "
      "their own.",
      "femtobragg quirks");
  if (!options.parse(words)) return 0;
  std::cout << "Quirks of nanoBragg. `nanoBragg` has all of them on, `femtobragg simulate` none;\n"
               "-quirks all|none|ID[,ID...] chooses.\n";
  for (const auto& quirk : nanobragg::quirk_table()) print_row(quirk.id, std::string(quirk.on), quirk.off);
  std::cout << "\nQuirks of nonBragg. `nonBragg` always has all of them on, but for QB-psi, QB-pgm-length and\n"
               "QB-inverse-roi, which cannot be repeated.\n";
  for (const auto& quirk : nonbragg::quirk_table()) print_row(quirk.id, std::string(quirk.on), quirk.off);
  std::cout << "\nQuirks of noisify. `noisify` always has all of them on.\n";
  for (const auto& quirk : noisify::quirk_table())
    print_row(quirk.id, std::string(quirk.on) + (quirk.kept ? "" : "; ours refuses it"), quirk.off);
  return 0;
}

}  // namespace femtobragg::programs
