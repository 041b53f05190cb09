// What the sources of hdf5_file.h share of the C library; of no use to others.
#pragma once

#include <hdf5.h>

#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "femtobragg/formats/hdf5_file.h"

namespace femtobragg::formats::hdf5 {

static_assert(sizeof(hid_t) == sizeof(std::int64_t) && std::is_signed_v<hid_t>);
static_assert(std::is_same_v<herr_t, int>);

/// An identifier of HDF5's, given back.
class Id {
 public:
  explicit Id(hid_t id) : id_(id) {}
  ~Id() {
    if (id_ >= 0) H5Idec_ref(id_);
  }
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
};

/// A type of numbers in memory.
hid_t native(Number type);

inline hid_t space_of(std::span<const hsize_t> shape) {
  return shape.empty() ? H5Screate(H5S_SCALAR)
                       : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
}

inline std::vector<hsize_t> sizes(const std::vector<std::uint64_t>& shape) { return {shape.begin(), shape.end()}; }

}  // namespace femtobragg::formats::hdf5
