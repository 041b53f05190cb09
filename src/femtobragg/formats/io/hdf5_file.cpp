// Files of HDF5, the library's lock, and what can be said of any object.
#include "femtobragg/formats/io/hdf5_file.h"

#include <algorithm>
#include <filesystem>
#include <type_traits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/hdf5_calls.h"
#include "femtobragg/formats/io/hdf5_filter.h"
#include "femtobragg/formats/io/hdf5_library.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::formats::hdf5 {
namespace {

static_assert(sizeof(hid_t) == sizeof(std::int64_t) && std::is_signed_v<hid_t>);
static_assert(std::is_same_v<herr_t, int>);

std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
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
  // What failed in the operating system is described at length, with addresses and times.
  constexpr std::string_view told = "error message = '";
  if (const std::size_t at = text.find(told); at != text.npos) {
    text = text.substr(at + told.size());
    text.resize(std::min(text.find('\''), text.size()));
  }
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace

Id::~Id() {
  if (id_ >= 0) H5Idec_ref(id_);
}

std::int64_t native(Number type) {
  switch (type) {
    case Number::Float32: return H5T_NATIVE_FLOAT;
    case Number::Float64: return H5T_NATIVE_DOUBLE;
    case Number::Int32: return H5T_NATIVE_INT32;
    case Number::Int64: return H5T_NATIVE_INT64;
    case Number::UInt8: return H5T_NATIVE_UINT8;
    case Number::UInt32: return H5T_NATIVE_UINT32;
  }
  return -1;
}

std::int64_t space_of(const std::vector<std::uint64_t>& shape) {
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  return sizes.empty() ? H5Screate(H5S_SCALAR)
                       : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
}

std::int64_t select_slice(std::int64_t space, const std::vector<std::uint64_t>& shape, std::uint64_t index,
                          std::size_t last_axes) {
  std::vector<std::uint64_t> selected = shape;
  std::vector<hsize_t> start(shape.size(), 0);
  for (std::size_t axis = shape.size() - std::min(shape.size(), last_axes); axis-- > 0;) {
    if (shape[axis] == 0) return -1;
    start[axis] = index % shape[axis];
    index /= shape[axis];
    selected[axis] = 1;
  }
  const std::vector<hsize_t> count(selected.begin(), selected.end());
  if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0) return -1;
  return space_of(selected);
}

Session::Session() : lock_(library_mutex()) {
  // All files are closed here. A file that could not be written would be closed again at the end of the program, and
  // crash it.
  H5dont_atexit();
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

void Object::fail(const std::string& what, const std::string& rule) const {
  const std::string why = reason();
  throw Error::runtime({.what = what,
                        .where = in_quotes(file_) + (place_.empty() ? "" : ", " + place_),
                        .rule = rule + (!rule.empty() && !why.empty() ? ": " : "") + why});
}

bool Object::is_group() const { return H5Iget_type(id_) == H5I_GROUP || H5Iget_type(id_) == H5I_FILE; }
bool Object::is_dataset() const { return H5Iget_type(id_) == H5I_DATASET; }

void write_file(const std::string& path, const std::function<void(const Object& file)>& fill) {
  OutputFile output(path);
  {
    const Id properties(H5Pcreate(H5P_FILE_CREATE));
    H5Pset_obj_track_times(properties, false);
    // HDF5's own lock would wait for the one that the file has already.
    const Id access(H5Pcreate(H5P_FILE_ACCESS));
    H5Pset_file_locking(access, false, true);
    const std::string temporary = output.hand_over().string();
    const Object file(H5Fcreate(temporary.c_str(), H5F_ACC_TRUNC, properties, access), path, "");
    if (!file) throw Error::runtime({.what = "cannot write " + in_quotes(path), .rule = reason()});
    fill(file);
    file.flush();
  }
  output.commit();
}

Object open_file(const std::string& path) {
  std::error_code ignored;
  if (const auto status = std::filesystem::status(path, ignored);
      std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    throw Error::runtime({.what = "cannot read the HDF5 file " + in_quotes(path),
                          .rule = "HDF5 needs a file, not a pipe, device or folder",
                          .remedy = "store it first"});
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
