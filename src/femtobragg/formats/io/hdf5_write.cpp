// Groups, data sets and attributes made in files of HDF5.
#include <algorithm>

#include "femtobragg/formats/io/bitshuffle_lz4.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/hdf5_calls.h"
#include "femtobragg/formats/io/hdf5_filter.h"
#include "femtobragg/formats/io/hdf5_library.h"

namespace femtobragg::formats::hdf5 {
namespace {

/// As it is stored, on whatever machine.
hid_t stored(Number type) {
  switch (type) {
    case Number::Float32: return H5T_IEEE_F32LE;
    case Number::Float64: return H5T_IEEE_F64LE;
    case Number::Int32: return H5T_STD_I32LE;
    case Number::Int64: return H5T_STD_I64LE;
    case Number::UInt8: return H5T_STD_U8LE;
    case Number::UInt32: return H5T_STD_U32LE;
  }
  return -1;
}

std::size_t bytes_of(Number type) {
  switch (type) {
    case Number::UInt8: return 1;
    case Number::Float32:
    case Number::Int32:
    case Number::UInt32: return 4;
    case Number::Float64:
    case Number::Int64: return 8;
  }
  return 0;
}

constexpr int gzip_level = 1;

/// HDF5's shuffle: first bytes of all numbers, then the second ones, and so on.
std::string shuffled(std::string_view bytes, std::size_t element_bytes) {
  std::string result(bytes.size(), '\0');
  const std::size_t count = bytes.size() / element_bytes;
  for (std::size_t b = 0; b < element_bytes; ++b)
    for (std::size_t i = 0; i < count; ++i) result[b * count + i] = bytes[i * element_bytes + b];
  return result;
}

hid_t text_type(std::size_t length) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, std::max<std::size_t>(1, length));
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

/// Creation properties of data sets.
hid_t dataset_properties() {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(properties, false);
  return properties;
}

void pack(hid_t properties, const std::vector<std::uint64_t>& shape, Packing packing) {
  const std::vector<hsize_t> chunk(shape.begin(), shape.end());
  H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
  if (packing == Packing::Gzip) {
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, gzip_level);
  }
  if (packing == Packing::BitshuffleLz4) add_bitshuffle_lz4(properties);
}

}  // namespace

void Object::flush() const {
  if (H5Fflush(id_, H5F_SCOPE_GLOBAL) < 0) fail("cannot write all of the HDF5 file");
}

Object Object::made(std::int64_t id, const std::string& name) const {
  Object object(id, file_, name.starts_with('/') ? name : place_ + "/" + name);
  if (id < 0) object.fail("cannot write an HDF5 object");
  return object;
}

Object Object::make_group(const std::string& name, const std::string& nx_class) const {
  const Id properties(H5Pcreate(H5P_GROUP_CREATE));
  H5Pset_obj_track_times(properties, false);
  Object group = made(H5Gcreate2(id_, name.c_str(), H5P_DEFAULT, properties, H5P_DEFAULT), name);
  if (!nx_class.empty()) group.set("NX_class", nx_class);
  return group;
}

Object Object::write(const std::string& name, Number type, const void* values, const std::vector<std::uint64_t>& shape,
                     Packing packing) const {
  const Id space(space_of(shape)), properties(dataset_properties());
  if (packing != Packing::None) pack(properties, shape, packing);
  Object set = made(H5Dcreate2(id_, name.c_str(), stored(type), space, H5P_DEFAULT, properties, H5P_DEFAULT), name);
  if (H5Dwrite(set.id_, native(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) set.fail("cannot write numbers");
  return set;
}

Object Object::write(const std::string& name, std::span<const double> values, const std::vector<std::uint64_t>& shape,
                     const std::string& units) const {
  Object set = write(name, Number::Float64, values.data(), shape, Packing::None);
  if (!units.empty()) set.set("units", units);
  return set;
}

Object Object::write(const std::string& name, double value, const std::string& units) const {
  return write(name, {&value, 1}, {}, units);
}

Object Object::write_integers(const std::string& name, std::span<const std::int64_t> values,
                              const std::vector<std::uint64_t>& shape) const {
  return write(name, Number::Int64, values.data(), shape, Packing::None);
}

Object Object::write_integers(const std::string& name, std::span<const std::int32_t> values,
                              const std::vector<std::uint64_t>& shape) const {
  return write(name, Number::Int32, values.data(), shape, Packing::None);
}

Object Object::write_text(const std::string& name, const std::string& text) const {
  const Id space(H5Screate(H5S_SCALAR)), type(text_type(text.size())), properties(dataset_properties());
  Object set = made(H5Dcreate2(id_, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT), name);
  if (H5Dwrite(set.id_, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.c_str()) < 0) set.fail("cannot write a text");
  return set;
}

void Object::set(const std::string& attribute, const std::string& text) const {
  const Id space(H5Screate(H5S_SCALAR)), type(text_type(text.size()));
  const Id made_attribute(H5Acreate2(id_, attribute.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
  if (made_attribute < 0 || H5Awrite(made_attribute, type, text.c_str()) < 0)
    fail("cannot write the attribute " + attribute);
}

void Object::set(const std::string& attribute, std::span<const double> values) const {
  const hsize_t length = values.size();
  const Id space(H5Screate_simple(1, &length, nullptr));
  const Id made_attribute(H5Acreate2(id_, attribute.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT));
  if (made_attribute < 0 || H5Awrite(made_attribute, H5T_NATIVE_DOUBLE, values.data()) < 0)
    fail("cannot write the attribute " + attribute);
}

void Object::link(const std::string& name, const std::string& target) const {
  if (H5Lcreate_hard(id_, target.c_str(), id_, name.c_str(), H5P_DEFAULT, H5P_DEFAULT) < 0) fail("cannot link " + name);
}

Object Object::make_slices(const std::string& name, Number type, const std::vector<std::uint64_t>& shape,
                           Packing packing) const {
  const Id space(space_of(shape)), properties(dataset_properties());
  std::vector<std::uint64_t> chunk = shape;
  chunk.front() = 1;
  pack(properties, chunk, packing);
  return made(H5Dcreate2(id_, name.c_str(), stored(type), space, H5P_DEFAULT, properties, H5P_DEFAULT), name);
}

void Object::write_slice(std::uint64_t index, Number type, const void* values) const {
  const Id space(H5Dget_space(id_)), memory(select_slice(space, shape(), index));
  if (memory < 0 || H5Dwrite(id_, native(type), memory, space, H5P_DEFAULT, values) < 0)
    fail("cannot write frame " + std::to_string(index));
}

std::string packed_slice(std::string_view bytes, Number type, Packing packing) {
  switch (packing) {
    case Packing::None: return std::string(bytes);
    case Packing::Gzip: return deflated(shuffled(bytes, bytes_of(type)), gzip_level);
    case Packing::BitshuffleLz4: return compress_bitshuffle_lz4(bytes, bytes_of(type));
  }
  return {};
}

void Object::write_packed_slice(std::uint64_t index, std::string_view bytes) const {
  std::vector<hsize_t> offset(shape().size(), 0);
  offset.front() = index;
  if (H5Dwrite_chunk(id_, H5P_DEFAULT, 0, offset.data(), bytes.size(), bytes.data()) < 0)
    fail("cannot write frame " + std::to_string(index));
}

Object Object::make_virtual(const std::string& name, Number type, const std::vector<std::uint64_t>& shape,
                            std::span<const VirtualPart> parts, const std::string& source) const {
  const Id space(space_of(shape)), properties(dataset_properties());
  std::uint64_t begin = 0;
  for (const VirtualPart& part : parts) {
    std::vector<std::uint64_t> there = shape;
    there.front() = part.slices;
    const Id its_space(space_of(there));
    std::vector<hsize_t> start(shape.size(), 0);
    start.front() = begin;
    const std::vector<hsize_t> count(there.begin(), there.end());
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    H5Pset_virtual(properties, space, part.file.c_str(), source.c_str(), its_space);
    begin += part.slices;
  }
  const Id all(space_of(shape));
  return made(H5Dcreate2(id_, name.c_str(), stored(type), all, H5P_DEFAULT, properties, H5P_DEFAULT), name);
}

Object Object::write_plane(const std::string& name, std::span<const std::uint32_t> values,
                           const std::vector<std::uint64_t>& shape) const {
  return write(name, Number::UInt32, values.data(), shape, Packing::Gzip);
}

}  // namespace femtobragg::formats::hdf5
