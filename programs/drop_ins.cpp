// One row for each other name of the program; CMake makes and installs the links from this list.
#include "programs/drop_ins.h"

#include <algorithm>

#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

constexpr DropIn table[] = {
    {"nanoBragg", drop_in, 9, "nanoBragg's command line: diffraction images of crystals"},
    {"nonBragg", nonbragg, 9, "nonBragg's command line: scattering of amorphous materials"},
    {"noisify", noisify, 9, "noisify's command line: the numbers of a detector for an image of photons"},
    {"float_add", float_add, 9, "float_add's command line: sums of float images"},
    {"nb-compare", nb_compare, 0, "the same as femtobragg compare"},
};

}  // namespace

std::span<const DropIn> drop_ins() { return table; }

const DropIn* drop_in_named(std::string_view file) {
  const auto found = std::ranges::find_if(table, [&](const DropIn& row) { return file.starts_with(row.name); });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace femtobragg::programs
