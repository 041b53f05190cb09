// HDF5's filter 32008, bitshuffle-LZ4, which few installations of HDF5 bring along.
#pragma once

#include <cstdint>

namespace femtobragg::formats::hdf5 {

/// Makes the filter known to HDF5, once. While a Session lives.
void register_bitshuffle_lz4();

/// Adds the filter to the creation properties of a data set of chunks.
void add_bitshuffle_lz4(std::int64_t properties);

}  // namespace femtobragg::formats::hdf5
