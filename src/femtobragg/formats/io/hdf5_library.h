// What the sources of hdf5_file.h share; of no use to others.
#pragma once

#include <cstdint>
#include <vector>

#include "femtobragg/formats/io/hdf5_file.h"

namespace femtobragg::formats::hdf5 {

/// An identifier of HDF5's, given back; below zero: an error.
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

/// A type of numbers in memory.
std::int64_t native(Number type);
/// A data space; of no dimensions: one number.
std::int64_t space_of(const std::vector<std::uint64_t>& shape);
/// Selects the last axes whole, at one place of those before, counted through. Returns the data space of what is
/// selected.
std::int64_t select_slice(std::int64_t space, const std::vector<std::uint64_t>& shape, std::uint64_t index,
                          std::size_t last_axes = 2);

}  // namespace femtobragg::formats::hdf5
