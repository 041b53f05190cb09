// Between HDF5's buffers of C and bitshuffle_lz4.h.
#include "femtobragg/formats/io/hdf5_filter.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

#include "femtobragg/base/memory.h"
#include "femtobragg/formats/io/bitshuffle_lz4.h"
#include "femtobragg/formats/io/hdf5_calls.h"

namespace femtobragg::formats::hdf5 {
namespace {

constexpr H5Z_filter_t filter_id = 32008;
constexpr unsigned lz4 = 2;
/// Client data as the filter's own library writes them: its version, bytes of an element, elements of a block (0: its
/// default), compressor.
enum ClientData : std::size_t { major, minor, element, block, compressor, client_data };

/// HDF5 asks this before a data set is made: the size of its elements is known by then.
herr_t set_element_size(hid_t properties, hid_t type, hid_t) {
  std::array<unsigned, client_data> values = {0, 4, static_cast<unsigned>(H5Tget_size(type)), 0, lz4};
  return H5Pmodify_filter(properties, filter_id, H5Z_FLAG_MANDATORY, values.size(), values.data());
}

std::string filtered(unsigned flags, std::size_t element_bytes, std::string_view bytes) {
  if (!(flags & H5Z_FLAG_REVERSE)) return compress_bitshuffle_lz4(bytes, element_bytes);
  std::uint64_t expected = 0;
  for (const char c : bytes.substr(0, 8)) expected = expected << 8 | static_cast<unsigned char>(c);
  require_memory(expected, "a chunk", std::to_string(expected) + " bytes", "check the file");
  return decompress_bitshuffle_lz4(bytes, element_bytes, expected, "a chunk");
}

/// Zero tells HDF5 that it failed.
std::size_t filter(unsigned flags, std::size_t count, const unsigned values[], std::size_t size, std::size_t* capacity,
                   void** buffer) {
  if (count <= compressor || values[compressor] != lz4 || values[element] == 0 || values[element] > 64) return 0;
  try {
    const std::string result = filtered(flags, values[element], {static_cast<const char*>(*buffer), size});
    void* const copy = H5allocate_memory(std::max<std::size_t>(1, result.size()), false);
    if (!copy) return 0;
    std::memcpy(copy, result.data(), result.size());
    H5free_memory(*buffer);
    *buffer = copy;
    *capacity = result.size();
    return result.size();
  } catch (const std::exception&) {
    return 0;
  }
}

}  // namespace

void register_bitshuffle_lz4() {
  static const bool done = [] {
    constexpr H5Z_class2_t description = {H5Z_CLASS_T_VERS, filter_id,        1,     1, "bitshuffle-LZ4",
                                          nullptr,          set_element_size, filter};
    return H5Zregister(&description) >= 0;
  }();
  static_cast<void>(done);
}

void add_bitshuffle_lz4(std::int64_t properties) {
  constexpr std::array<unsigned, client_data> values = {0, 4, 4, 0, lz4};
  H5Pset_filter(properties, filter_id, H5Z_FLAG_MANDATORY, values.size(), values.data());
}

}  // namespace femtobragg::formats::hdf5
