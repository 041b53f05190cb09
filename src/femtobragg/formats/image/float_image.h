// Float images: a bare array of float32, or NumPy's .npy.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "femtobragg/model/image.h"

namespace femtobragg::formats {

/// Native float32 in raster order, no header.
void write_raw_float(const std::string& path, const Image& image);

/// Header size of NumPy arrays with up to eight-digit sides.
inline constexpr std::uint64_t npy_header_bytes = 128;

/// NumPy array of shape (slow, fast). Format: numpy.lib.format, version 1.0.
void write_npy(const std::string& path, const Image& image);

/// The same of float64: what is not a picture, such as a derivative.
void write_npy(const std::string& path, const ImageShape& shape, std::span<const double> values);

/// Matrices of 3 x 3 numbers, row by row: shape (n, 3, 3).
void write_npy_matrices(const std::string& path, std::span<const double> values);

/// Three 16-bit integers for each pixel, such as Miller indices: shape (slow, fast, 3).
void write_npy(const std::string& path, const ImageShape& shape, std::span<const std::int16_t> triples);

}  // namespace femtobragg::formats
