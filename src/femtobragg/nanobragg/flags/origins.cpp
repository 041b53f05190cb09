// A list that is searched from its end.
#include "femtobragg/nanobragg/flags/origins.h"

#include <algorithm>

namespace femtobragg::nanobragg {
namespace {

bool contains(const Alternatives& flags, const std::string& flag) {
  return std::ranges::find(flags, flag) != flags.end();
}

}  // namespace

const Origin* Origins::last(const Alternatives& flags) const {
  const auto found =
      std::find_if(entries_.rbegin(), entries_.rend(), [&](const Origin& o) { return contains(flags, o.flag); });
  return found == entries_.rend() ? nullptr : &*found;
}

const Origin* Origins::last_flag(const Alternatives& flags) const {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [&](const Origin& o) { return !o.header && contains(flags, o.flag); });
  return found == entries_.rend() ? nullptr : &*found;
}

void Origins::set(Origin origin) {
  std::erase_if(entries_, [&](const Origin& o) { return o.flag == origin.flag; });
  entries_.push_back(std::move(origin));
}

}  // namespace femtobragg::nanobragg
