// `femtobragg quirks`: the lists of quirks, program after program.
#include <iostream>

#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/noisify/quirks.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

constexpr const char* of_nanobragg =
    "Quirks of nanoBragg. `nanoBragg` has all of them on, `femtobragg simulate` none;\n"
    "-quirks all|none|ID[,ID...] chooses.\n";
constexpr const char* of_noisify = "\nQuirks of noisify. `noisify` has all of them on.\n";

void print_row(std::string_view id, std::string_view on, std::string_view off) {
  std::cout << "\n" << id << "\n  on:  " << on << "\n  off: " << off << "\n";
}

}  // namespace

int quirks(const Words& words) {
  CommandOptions options(
      "Quirks of nanoBragg and noisify, with their ids:   femtobragg quirks\n`nanoBragg` has all of them on, "
      "`femtobragg "
      "simulate` none; -quirks all|none|ID[,ID...] chooses. `noisify` has all of its own on.",
      "femtobragg quirks");
  if (!options.parse(words)) return 0;
  std::cout << of_nanobragg;
  for (const nanobragg::QuirkInfo& quirk : nanobragg::quirk_table()) print_row(quirk.id, quirk.on, quirk.off);
  std::cout << of_noisify;
  for (const noisify::QuirkInfo& quirk : noisify::quirk_table())
    print_row(quirk.id, std::string(quirk.on) + (quirk.kept ? "" : "; ours refuses it"), quirk.off);
  return 0;
}

}  // namespace femtobragg::programs
