// The C library of HDF5, call by call.
#include "femtobragg/formats/hdf5_file.h"

#include <hdf5.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/bitshuffle_lz4.h"
#include "femtobragg/formats/hdf5_filter.h"

namespace femtobragg::formats::hdf5 {
namespace {

static_assert(sizeof(hid_t) == sizeof(std::int64_t) && std::is_signed_v<hid_t>);
static_assert(std::is_same_v<herr_t, int>);

/// Texts and lists beyond this are not what the files of this field hold.
constexpr std::size_t longest_text = 1 << 20, longest_list = 1 << 16;

std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

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

herr_t refuse_external_link(const char*, const char*, const char*, const char*, unsigned*, hid_t, void*) { return -1; }

/// Properties of every look-up: links lead to no other file.
hid_t within_the_file() {
  static const hid_t properties = [] {
    const hid_t made = H5Pcreate(H5P_LINK_ACCESS);
    H5Pset_elink_cb(made, refuse_external_link, nullptr);
    return made;
  }();
  return properties;
}

/// The innermost reason that HDF5 knows for the failure of the last call.
std::string reason() {
  std::string text;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* entry, void* out) -> herr_t {
        auto& found = *static_cast<std::string*>(out);
        if (found.empty() && entry->desc) found = entry->desc;
        return 0;
      },
      &text);
  return text;
}

hid_t native(Number type) {
  switch (type) {
    case Number::Float32: return H5T_NATIVE_FLOAT;
    case Number::Float64: return H5T_NATIVE_DOUBLE;
    case Number::Int32: return H5T_NATIVE_INT32;
    case Number::Int64: return H5T_NATIVE_INT64;
    case Number::UInt32: return H5T_NATIVE_UINT32;
  }
  return -1;
}

/// As it is stored, on whatever machine.
hid_t stored(Number type) {
  switch (type) {
    case Number::Float32: return H5T_IEEE_F32LE;
    case Number::Float64: return H5T_IEEE_F64LE;
    case Number::Int32: return H5T_STD_I32LE;
    case Number::Int64: return H5T_STD_I64LE;
    case Number::UInt32: return H5T_STD_U32LE;
  }
  return -1;
}

hid_t space_of(std::span<const hsize_t> shape) {
  return shape.empty() ? H5Screate(H5S_SCALAR)
                       : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
}

std::vector<hsize_t> sizes(const std::vector<std::uint64_t>& shape) { return {shape.begin(), shape.end()}; }

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

void pack(hid_t properties, std::span<const hsize_t> chunk, Packing packing) {
  H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
  if (packing == Packing::Gzip) {
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, 1);
  }
  if (packing == Packing::BitshuffleLz4) add_bitshuffle_lz4(properties);
}

std::string text_before_zero(const std::string& bytes) { return bytes.substr(0, bytes.find('\0')); }

/// The text that a data set or an attribute holds; `read` is given the type and where the bytes go.
template <class Read>
std::optional<std::string> text_of(hid_t type, hid_t space, Read&& read) {
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) return std::nullopt;
  const Id memory(H5Tcopy(type));
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    if (read(memory, &text) < 0 || !text) return std::nullopt;
    const std::string copy(text, strnlen(text, longest_text));
    H5Dvlen_reclaim(memory, space, H5P_DEFAULT, &text);
    return copy;
  }
  const std::size_t length = H5Tget_size(type);
  if (length > longest_text) return std::nullopt;
  std::string text(length, '\0');
  if (read(memory, text.data()) < 0) return std::nullopt;
  return text_before_zero(text);
}

bool is_number(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  return kind == H5T_INTEGER || kind == H5T_FLOAT;
}

}  // namespace

Session::Session() : lock_(library_mutex()) {
  H5open();
  H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  register_bitshuffle_lz4();
}
Session::~Session() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

Object::Object(std::int64_t id, std::string file, std::string place)
    : id_(id), file_(std::move(file)), place_(std::move(place)) {}

Object::~Object() {
  if (id_ >= 0) H5Idec_ref(id_);
}

Object& Object::operator=(Object&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(file_, other.file_);
  std::swap(place_, other.place_);
  return *this;
}

bool Object::flush() const { return H5Fflush(id_, H5F_SCOPE_GLOBAL) >= 0; }

void Object::fail(const std::string& what, const std::string& rule) const {
  const std::string why = reason();
  throw Error::runtime({.what = what,
                        .where = in_quotes(file_) + (place_.empty() ? "" : ", " + place_),
                        .rule = rule + (!rule.empty() && !why.empty() ? ": " : "") + why});
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

Object Object::write(const std::string& name, std::span<const double> values, const std::vector<std::uint64_t>& shape,
                     const std::string& units) const {
  const Id space(space_of(sizes(shape))), properties(dataset_properties());
  Object set = made(H5Dcreate2(id_, name.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, properties, H5P_DEFAULT), name);
  if (H5Dwrite(set.id_, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    set.fail("cannot write numbers");
  if (!units.empty()) set.set("units", units);
  return set;
}

Object Object::write(const std::string& name, double value, const std::string& units) const {
  return write(name, {&value, 1}, {}, units);
}

Object Object::write_integers(const std::string& name, std::span<const std::int64_t> values,
                              const std::vector<std::uint64_t>& shape) const {
  const Id space(space_of(sizes(shape))), properties(dataset_properties());
  Object set = made(H5Dcreate2(id_, name.c_str(), H5T_STD_I64LE, space, H5P_DEFAULT, properties, H5P_DEFAULT), name);
  if (H5Dwrite(set.id_, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    set.fail("cannot write integers");
  return set;
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
  const Id space(space_of(sizes(shape))), properties(dataset_properties());
  std::vector<hsize_t> chunk = sizes(shape);
  chunk.front() = 1;
  pack(properties, chunk, packing);
  return made(H5Dcreate2(id_, name.c_str(), stored(type), space, H5P_DEFAULT, properties, H5P_DEFAULT), name);
}

void Object::write_slice(std::uint64_t index, Number type, const void* values) const {
  const Id space(H5Dget_space(id_));
  std::vector<hsize_t> count = sizes(shape()), start(count.size(), 0);
  start.front() = index;
  count.front() = 1;
  const Id memory(space_of(count));
  if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0 ||
      H5Dwrite(id_, native(type), memory, space, H5P_DEFAULT, values) < 0)
    fail("cannot write frame " + std::to_string(index));
}

Object Object::write_plane(const std::string& name, std::span<const std::uint32_t> values,
                           const std::vector<std::uint64_t>& shape) const {
  const Id space(space_of(sizes(shape))), properties(dataset_properties());
  pack(properties, sizes(shape), Packing::Gzip);
  Object set = made(H5Dcreate2(id_, name.c_str(), H5T_STD_U32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT), name);
  if (H5Dwrite(set.id_, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    set.fail("cannot write " + name);
  return set;
}

bool Object::has(const std::string& name) const { return H5Lexists(id_, name.c_str(), within_the_file()) > 0; }

Object Object::open(const std::string& path) const {
  Object object(H5Oopen(id_, path.c_str(), within_the_file()), file_,
                path.starts_with('/') ? path : place_ + "/" + path);
  if (!object) object.fail("cannot open an HDF5 object", "it must be in this file, not behind a link to another");
  if (!object.is_dataset()) return object;
  const Id properties(H5Dget_create_plist(object.id_));
  if (H5Pget_layout(properties) == H5D_VIRTUAL || H5Pget_external_count(properties) != 0)
    object.fail("the numbers are in another file", "give the file that holds them");
  return object;
}

Object Object::find(const std::string& name) const { return has(name) ? open(name) : Object(); }

std::vector<std::string> Object::names() const {
  std::vector<std::string> all;
  H5Literate(
      id_, H5_INDEX_NAME, H5_ITER_INC, nullptr,
      [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
        auto& list = *static_cast<std::vector<std::string>*>(out);
        list.emplace_back(name);
        return list.size() < longest_list ? 0 : 1;
      },
      &all);
  return all;
}

bool Object::is_group() const { return H5Iget_type(id_) == H5I_GROUP || H5Iget_type(id_) == H5I_FILE; }
bool Object::is_dataset() const { return H5Iget_type(id_) == H5I_DATASET; }

std::vector<std::uint64_t> Object::shape() const {
  const Id space(is_dataset() ? H5Dget_space(id_) : -1);
  const int axes = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
  if (axes < 0) fail("not a data set");
  std::vector<hsize_t> lengths(static_cast<std::size_t>(axes));
  H5Sget_simple_extent_dims(space, lengths.data(), nullptr);
  return {lengths.begin(), lengths.end()};
}

bool Object::holds_integers() const {
  const Id type(is_dataset() ? H5Dget_type(id_) : -1);
  if (type < 0 || !is_number(type)) fail("not a data set of numbers");
  return H5Tget_class(type) == H5T_INTEGER;
}

std::vector<double> Object::numbers(std::size_t most) const {
  const Id type(is_dataset() ? H5Dget_type(id_) : -1), space(is_dataset() ? H5Dget_space(id_) : -1);
  if (type < 0 || space < 0 || !is_number(type)) fail("not a data set of numbers");
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (count < 0 || static_cast<std::uint64_t>(count) > most)
    fail("too many numbers", "at most " + std::to_string(most));
  std::vector<double> values(static_cast<std::size_t>(count));
  if (!values.empty() && H5Dread(id_, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    fail("cannot read numbers");
  return values;
}

std::string Object::text() const {
  const Id type(is_dataset() ? H5Dget_type(id_) : -1), space(is_dataset() ? H5Dget_space(id_) : -1);
  if (type < 0 || space < 0) fail("not a text");
  const auto found = text_of(
      type, space, [&](hid_t memory, void* to) { return H5Dread(id_, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, to); });
  if (!found) fail("not a text");
  return *found;
}

std::vector<double> Object::attribute_numbers(const std::string& name) const {
  if (H5Aexists(id_, name.c_str()) <= 0) return {};
  const Id attribute(H5Aopen(id_, name.c_str(), H5P_DEFAULT));
  const Id type(H5Aget_type(attribute)), space(H5Aget_space(attribute));
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (!is_number(type) || count < 0 || static_cast<std::uint64_t>(count) > longest_list)
    fail("the attribute " + name + " does not hold a few numbers");
  std::vector<double> values(static_cast<std::size_t>(count));
  if (!values.empty() && H5Aread(attribute, H5T_NATIVE_DOUBLE, values.data()) < 0)
    fail("cannot read the attribute " + name);
  return values;
}

std::string Object::attribute_text(const std::string& name) const {
  if (H5Aexists(id_, name.c_str()) <= 0) return {};
  const Id attribute(H5Aopen(id_, name.c_str(), H5P_DEFAULT));
  const Id type(H5Aget_type(attribute)), space(H5Aget_space(attribute));
  const auto found = text_of(type, space, [&](hid_t memory, void* to) { return H5Aread(attribute, memory, to); });
  if (!found) fail("the attribute " + name + " is not a text");
  return *found;
}

void Object::read_slice(std::uint64_t index, Number type, void* values) const {
  const Id space(H5Dget_space(id_));
  std::vector<hsize_t> count = sizes(shape()), start(count.size(), 0);
  if (count.size() == 3) {
    start.front() = index;
    count.front() = 1;
  }
  const Id memory(space_of(count));
  if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0 ||
      H5Dread(id_, native(type), memory, space, H5P_DEFAULT, values) < 0)
    fail("cannot read frame " + std::to_string(index));
}

Object create_file(const std::string& path, const std::string& name) {
  const Id properties(H5Pcreate(H5P_FILE_CREATE));
  H5Pset_obj_track_times(properties, false);
  Object file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, properties, H5P_DEFAULT), name, "");
  if (!file) throw Error::runtime({.what = "cannot write " + in_quotes(name), .rule = reason()});
  return file;
}

void close_file(Object file) {
  if (!file.flush()) throw Error::runtime({.what = "cannot write all of the HDF5 file", .rule = reason()});
}

Object open_file(const std::string& path) {
  Object file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), path, "");
  if (!file)
    throw Error::runtime({.what = "cannot read the HDF5 file " + in_quotes(path),
                          .rule = reason(),
                          .remedy = "check the name, and that the file is complete"});
  return file;
}

Object open_bytes(std::string_view bytes, const std::string& name) {
  const Id properties(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fapl_core(properties, 1 << 16, false);
  // HDF5 copies the bytes and does not write to these.
  H5Pset_file_image(properties, const_cast<char*>(bytes.data()), bytes.size());
  Object file(H5Fopen("in memory", H5F_ACC_RDONLY, properties), name, "");
  if (!file) throw Error::runtime({.what = "damaged HDF5 file", .where = in_quotes(name), .rule = reason()});
  return file;
}

}  // namespace femtobragg::formats::hdf5
