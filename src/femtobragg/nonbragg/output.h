// What a run leaves: statistics, images, and the lines that scripts read.
#pragma once

#include <iosfwd>

#include "femtobragg/nonbragg/pixel.h"

namespace femtobragg::nonbragg {

struct Statistics {
  double max = 0, max_fast_m = 0, max_slow_m = 0;
  double mean = 0, rms = 0, rmsd = 0;
  bool shifted = false;  ///< whether leaving the first pixel out changes rmsd
  std::size_t negative = 0;
};

/// Squares are in single precision. `count`: what mean and rms divide by. rmsd leaves the first pixel out and takes the
/// one after the last in.
Statistics statistics_of(const Setup& setup, const Image& image, std::size_t count);

/// The header of both SMV images.
std::string header_text(const Setup& setup);

/// Throws Error(Runtime) if an output cannot be written.
void require_outputs(const Options& options);

/// Writes all images, and says so on `out`. Throws Error(Runtime).
void write_images(const Setup& setup, const Rendering& rendering, const Statistics& statistics, std::ostream& out);

/// Lines for every pixel that is asked for.
void print_pixels(const Setup& setup, const Rendering& rendering, std::ostream& out);

}  // namespace femtobragg::nonbragg
