// Bitshuffle-LZ4 blocks as HDF5's filter 32008 stores them (K. Masui et al., Astron. Comput. 12 (2015) 181).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace femtobragg::formats {

/// Number of elements in a block: 8192 bytes' worth, at least 128, a multiple of eight.
std::size_t bitshuffle_block(std::size_t element_bytes);

/// Layout: total size as 8 bytes, block size as 4, both big-endian; then for each block 4 bytes of length and LZ4 of
/// its transposed bits; trailing elements that do not fill a group of eight are stored as they are. `bytes` holds whole
/// elements of 1 to 64 bytes.
std::string compress_bitshuffle_lz4(std::string_view bytes, std::size_t element_bytes);

/// Throws Error(Runtime) if the result is not exactly `expected_bytes`; `name` is used in messages.
std::string decompress_bitshuffle_lz4(std::string_view packed, std::size_t element_bytes, std::size_t expected_bytes,
                                      const std::string& name);

}  // namespace femtobragg::formats
