// Pictures of images: PGM with given grey values, PNG previews for looking at.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "femtobragg/model/image.h"

namespace femtobragg::formats {

/// Fills one row of grey values; rows are asked for in order.
using GreyRows = std::function<void(std::size_t slow, std::span<std::uint8_t> row)>;

/// Binary PGM (P5), 8 bits, with a comment line.
void write_pgm(const std::string& path, std::size_t n_fast, std::size_t n_slow, const std::string& comment,
               const GreyRows& rows);

/// 8-bit grey PNG.
void write_png(const std::string& path, std::size_t n_fast, std::size_t n_slow, const GreyRows& rows);

enum class GreyScale { Log, Linear };

struct PreviewOptions {
  GreyScale scale = GreyScale::Log;
  double percentile = 99.9;  ///< of the pixels: this value and all above are drawn black; 0 to 100
};

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
