// The drop-in float_add: sums of float images.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace femtobragg::noisify {

/// Returns the exit status for success, usage and help. Throws Error for everything else.
int float_add(std::span<const std::string> words, std::ostream& out, std::ostream& err);

}  // namespace femtobragg::noisify
