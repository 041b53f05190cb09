// nonBragg, from the words of its command line to its files.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace femtobragg::nonbragg {

/// Returns the exit status for success and usage. Throws Error for everything else.
int run(std::span<const std::string> words, std::ostream& out, std::ostream& err);

}  // namespace femtobragg::nonbragg
