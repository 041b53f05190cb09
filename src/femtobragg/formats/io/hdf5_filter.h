// HDF5's filter 32008, bitshuffle-LZ4, which few installations of HDF5 include.
#pragma once

#include <cstdint>

namespace femtobragg::formats::hdf5 {

/// Registers the filter with HDF5, once. Requires a Session.
void register_bitshuffle_lz4();

/// Adds the filter to the creation properties of a chunked data set.
void add_bitshuffle_lz4(std::int64_t properties);

}  // namespace femtobragg::formats::hdf5
