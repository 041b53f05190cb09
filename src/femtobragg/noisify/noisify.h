// The drop-in noisify: from the words of its command line to its files.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace femtobragg::noisify {

/// Returns the exit status for success, usage and help. Throws Error for everything else.
int run(std::span<const std::string> words, std::ostream& out, std::ostream& err);

}  // namespace femtobragg::noisify
