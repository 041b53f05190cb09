// The environment decides.
#include "femtobragg/nanobragg/setup/cache_folder.h"

#include <cstdlib>
#include <string>
#include <utility>

namespace femtobragg::nanobragg {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

std::filesystem::path cache_folder() {
  if (const std::string own = variable("FEMTOBRAGG_CACHE"); !own.empty()) return own;
  for (const auto& [name, below] : {std::pair{"XDG_CACHE_HOME", "femtobragg"}, std::pair{"HOME", ".cache/femtobragg"}})
    // Relative names would mean the working folder.
    if (const std::filesystem::path base = variable(name); base.is_absolute()) return base / below;
  return {};
}

}  // namespace femtobragg::nanobragg
