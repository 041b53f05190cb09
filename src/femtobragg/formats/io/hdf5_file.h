// The part of HDF5 that this library needs: groups, data sets and attributes, with our own errors and without access to
// other files.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace femtobragg::formats::hdf5 {

/// While it exists, HDF5 prints nothing and no other thread of this library calls it, because distributions build HDF5
/// for one thread at a time. May be nested.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  std::lock_guard<std::recursive_mutex> lock_;
  int (*print_)(std::int64_t, void*) = nullptr;
  void* data_ = nullptr;
};

enum class Number { Float32, Float64, Int32, Int64, UInt8, UInt32 };

/// How the chunks of a data set are compressed.
enum class Packing { None, Gzip, BitshuffleLz4 };

/// A slice as write_packed_slice() takes it: bytes of little-endian numbers, compressed. By any thread, without a
/// Session.
std::string packed_slice(std::string_view bytes, Number type, Packing packing);

/// A part of a data set that others hold: slices along the first axis.
struct VirtualPart {
  std::string file;  ///< relative to the folder of the file that refers to it
  std::uint64_t slices = 0;
};

/// An open object in a file. All members throw Error(Runtime) that names the file and the place in it.
class Object {
 public:
  Object() = default;
  Object(std::int64_t id, std::string file, std::string place);
  ~Object();
  Object(Object&& other) noexcept { *this = std::move(other); }
  Object& operator=(Object&& other) noexcept;

  explicit operator bool() const { return id_ >= 0; }
  /// For files: writes everything to the file, or throws.
  void flush() const;
  const std::string& place() const { return place_; }

  // Writing. Nothing has a time stamp, so that equal content makes equal files.
  Object make_group(const std::string& name, const std::string& nx_class) const;
  /// Without dimensions: one number.
  Object write(const std::string& name, std::span<const double> values, const std::vector<std::uint64_t>& shape,
               const std::string& units = {}) const;
  Object write(const std::string& name, double value, const std::string& units = {}) const;
  Object write_integers(const std::string& name, std::span<const std::int64_t> values,
                        const std::vector<std::uint64_t>& shape) const;
  Object write_integers(const std::string& name, std::span<const std::int32_t> values,
                        const std::vector<std::uint64_t>& shape) const;
  Object write_text(const std::string& name, const std::string& text) const;
  void set(const std::string& attribute, const std::string& text) const;
  void set(const std::string& attribute, std::span<const double> values) const;
  /// Makes another name for an object elsewhere in the file.
  void link(const std::string& name, const std::string& target) const;
  /// A chunked data set with one slice along the first axis per chunk, to be filled slice by slice.
  Object make_slices(const std::string& name, Number type, const std::vector<std::uint64_t>& shape,
                     Packing packing) const;
  void write_slice(std::uint64_t index, Number type, const void* values) const;
  /// The same of what packed_slice() has made, by the packing of the data set.
  void write_packed_slice(std::uint64_t index, std::string_view bytes) const;
  /// A data set whose slices are those of the data set `source` in other files, one after the other.
  Object make_virtual(const std::string& name, Number type, const std::vector<std::uint64_t>& shape,
                      std::span<const VirtualPart> parts, const std::string& source) const;
  /// Writes a whole data set that has no first axis to slice along.
  Object write_plane(const std::string& name, std::span<const std::uint32_t> values,
                     const std::vector<std::uint64_t>& shape) const;

  // Reading
  bool has(const std::string& name) const;
  Object open(const std::string& path) const;
  /// The same, or the target of a link to another file in the same folder or below it, which is how masters of
  /// detectors name their data; also where symbolic links lead there.
  Object open_beside(const std::string& name) const;
  /// Why a child of that name cannot be opened: its link leads to another file, or nowhere; empty: neither.
  std::string where_link_leads(const std::string& name) const;
  /// Nothing: there is no child of that name.
  Object find(const std::string& name) const;
  std::vector<std::string> names() const;  ///< in alphabetical order
  /// The path of the first object of that name in all groups below, in alphabetical order; empty: there is none.
  /// Objects that only symbolic links lead to are not found.
  std::string find_below(const std::string& name) const;
  bool is_group() const;
  bool is_dataset() const;
  std::vector<std::uint64_t> shape() const;
  /// Whether a data set holds integers, including booleans; false: floating-point numbers.
  bool holds_integers() const;
  /// Bits of a data set's unsigned integers; 0: they are signed, or floating-point numbers.
  int unsigned_bits() const { return bits_of_sign(false); }
  /// Bits of signed integers.
  int signed_bits() const { return bits_of_sign(true); }
  /// Throws if the file is too short for one slice, however it is compressed (fill values take no room), or if it is
  /// compressed in a way that cannot be read.
  void require_slice_in_file(std::size_t last_axes = 2) const;
  /// Reads a data set with at most `most` numbers.
  std::vector<double> numbers(std::size_t most) const;
  std::string text() const;
  bool has_attribute(const std::string& name) const;
  std::vector<double> attribute_numbers(const std::string& name) const;  ///< empty: there is none
  std::string attribute_text(const std::string& name) const;             ///< empty: there is none
  /// Reads one slice: the last axes completely, with the preceding axes counted through by `index`.
  void read_slice(std::uint64_t index, Number type, void* values, std::size_t last_axes = 2) const;

 private:
  [[noreturn]] void fail(const std::string& what, const std::string& rule = {}) const;
  Object open_beside(const std::string& name, int links) const;
  /// Throws where numbers are in files that are neither this one nor in its folder or below.
  void require_own_numbers() const;
  /// Calls visit with a data set of this file, or of another one beside it, or with a negative number: it is not there.
  void at_source(const std::string& file, const std::string& dataset,
                 const std::function<void(std::int64_t)>& visit) const;
  void require_known_packing() const;
  /// Bytes that its numbers take in the file.
  std::uint64_t stored_bytes() const;
  int bits_of_sign(bool with_sign) const;
  Object made(std::int64_t id, const std::string& name) const;
  Object write(const std::string& name, Number type, const void* values, const std::vector<std::uint64_t>& shape,
               Packing packing) const;

  std::int64_t id_ = -1;
  std::string file_, place_;
};

/// A file that appears under its name after `fill` has filled it. Not for devices and pipes.
void write_file(const std::string& path, const std::function<void(const Object& file)>& fill);
Object open_file(const std::string& path);
/// A file in memory.
Object open_bytes(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::formats::hdf5
