// The list of drop-ins, and those that are no more than a call.
#include "programs/drop_ins.h"

#include <algorithm>
#include <iostream>

#include "femtobragg/noisify/float_add.h"
#include "femtobragg/noisify/noisify.h"

namespace femtobragg::programs {
namespace {

int noisify_drop_in(const std::vector<std::string>& words) { return noisify::run(words, std::cout, std::cerr); }
int float_add_drop_in(const std::vector<std::string>& words) { return noisify::float_add(words, std::cout, std::cerr); }

constexpr DropIn table[] = {
    {"nanoBragg", "render a diffraction image", nanobragg_drop_in},
    {"noisify", "turn photons into the numbers of a detector", noisify_drop_in},
    {"float_add", "add two float images", float_add_drop_in},
};

}  // namespace

std::span<const DropIn> drop_ins() { return table; }

const DropIn* find_drop_in(std::string_view program) {
  const auto* found =
      std::ranges::find_if(table, [&](const DropIn& drop_in) { return program.starts_with(drop_in.name); });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace femtobragg::programs
