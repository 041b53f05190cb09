// `femtobragg materials`: what -background knows by name.
#include "femtobragg/assemble/materials.h"

#include <iostream>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/flags/background_words.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {

int materials(const Words& words) {
  CommandOptions options(
      "Non-crystalline materials, for `femtobragg simulate -background NAME:KEY=VALUE,...`:   femtobragg materials",
      "femtobragg materials");
  if (!options.parse(words)) return 0;
  constexpr std::size_t name = 14, density = 14, mass = 12, indent = 4;
  std::cout << padded("name", name) << padded("g/cm^3", density) << padded("g/mol", mass) << "\n";
  for (const assemble::Material& m : assemble::materials()) {
    std::cout << padded(std::string(m.name), name) << padded(format_number(m.density_g_per_cm3, 4), density)
              << padded(format_number(m.molar_mass_g_per_mol, 6), mass) << "\n";
    for (const std::string_view text : {m.computed, m.source})
      std::cout << std::string(indent, ' ') << wrapped(text, indent) << "\n";
  }
  std::cout << "\nkeys: " << wrapped(nanobragg::background_keys(), 6) << "\n";
  return 0;
}

}  // namespace femtobragg::programs
