// The table of flags: its parts, one after the other.
#include "femtobragg/nanobragg/flags/option_table.h"

#include <utility>

#include "femtobragg/nanobragg/flags/flag_groups.h"

namespace femtobragg::nanobragg {

std::span<const Flag> flag_table() {
  static const std::vector<Flag> table = [] {
    std::vector<Flag> all;
    for (const auto part :
         {crystal_flags, detector_flags, geometry_flags, beam_flags, attenuation_flags, response_flags, output_flags})
      for (Flag& flag : part()) all.push_back(std::move(flag));
    return all;
  }();
  return table;
}

}  // namespace femtobragg::nanobragg
