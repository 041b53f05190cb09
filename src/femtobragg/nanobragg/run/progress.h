// Progress of a run, as nanoBragg prints it or as one updating line.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace femtobragg::nanobragg {

using ProgressCallback = std::function<void(std::uint64_t rendered)>;

/// nanoBragg's `N% done` lines: `area` is the number of pixels that it expects, `total` the number that will be
/// rendered.
ProgressCallback percent_lines(std::uint64_t area, std::uint64_t total, std::ostream& out);

/// One line that is written over: percent, rate, time left. `what`: its first words; empty: it is the image.
ProgressCallback updating_line(std::uint64_t total, std::ostream& err, const std::string& what = {});

}  // namespace femtobragg::nanobragg
