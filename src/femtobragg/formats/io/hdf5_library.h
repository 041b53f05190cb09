// Shared by the sources of hdf5_file.h; not for others.
#pragma once

#include <cstdint>
#include <vector>

#include "femtobragg/formats/io/hdf5_file.h"

namespace femtobragg::formats::hdf5 {

/// An HDF5 identifier, released by the destructor; negative: an error.
class Id {
 public:
  explicit Id(std::int64_t id) : id_(id) {}
  ~Id();
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  operator std::int64_t() const { return id_; }

 private:
  std::int64_t id_;
};

/// A number type in memory.
std::int64_t native(Number type);
/// A data space; without dimensions: one number.
std::int64_t space_of(const std::vector<std::uint64_t>& shape);
/// Selects one slice: the last axes completely, with the preceding axes counted through. Returns the data space of the
/// selection.
std::int64_t select_slice(std::int64_t space, const std::vector<std::uint64_t>& shape, std::uint64_t index,
                          std::size_t last_axes = 2);

}  // namespace femtobragg::formats::hdf5
