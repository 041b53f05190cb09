// Pictures of images: PGM with given grey values, PNG previews for looking at.
#pragma once

#include <string>

#include "femtobragg/formats/image/image_contents.h"

namespace femtobragg::formats {

/// Binary PGM (P5), 8 bits, with a comment line.
void write_pgm(const std::string& path, std::size_t n_fast, std::size_t n_slow, const std::string& comment,
               const GreyRows& rows);

/// 8-bit grey PNG.
void write_png(const std::string& path, std::size_t n_fast, std::size_t n_slow, const GreyRows& rows);

/// What is drawn white and what black; between them the scale is as chosen.
struct GreyLevels {
  double white = 0, black = 0;
};

/// White is the median, or a thousandth of black where the ground is darker than that.
GreyLevels preview_levels(const Image& image, double percentile);

/// Writes a PNG preview, dark spots on a light ground as crystallographers are used to.
void write_preview_png(const std::string& path, const Image& image, GreyScale scale, const GreyLevels& levels);
void write_preview_png(const std::string& path, const Image& image, const PreviewOptions& options);

/// Writes a PNG of differences: grey where there is none, white and black at plus and minus the largest one.
void write_difference_png(const std::string& path, const Image& difference);

}  // namespace femtobragg::formats
