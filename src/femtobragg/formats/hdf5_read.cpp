// Groups, data sets and attributes read from files of HDF5.
#include <hdf5.h>

#include <cstring>
#include <optional>

#include "femtobragg/base/memory.h"
#include "femtobragg/formats/hdf5_library.h"

namespace femtobragg::formats::hdf5 {
namespace {

/// Texts and lists beyond this are not what the files of this field hold.
constexpr std::size_t longest_text = 1 << 20, longest_list = 1 << 16;

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

std::string Object::find_below(const std::string& name) const {
  struct Search {
    std::string ending, found;
  } search{"/" + name, {}};
  H5Lvisit(
      id_, H5_INDEX_NAME, H5_ITER_INC,
      [](hid_t, const char* relative, const H5L_info_t* link, void* out) -> herr_t {
        auto& wanted = *static_cast<Search*>(out);
        const std::string path = std::string("/") + relative;
        if (link->type != H5L_TYPE_HARD || !path.ends_with(wanted.ending)) return 0;
        wanted.found = path;
        return 1;
      },
      &search);
  return search.found.empty() ? search.found : place_ + search.found;
}

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

int Object::unsigned_bits() const {
  if (!holds_integers()) return 0;
  const Id type(H5Dget_type(id_));
  return H5Tget_sign(type) == H5T_SGN_NONE ? static_cast<int>(H5Tget_precision(type)) : 0;
}

void Object::require_slice_in_file() const {
  // Deflate's best ratio, and bitshuffle-LZ4 is below it; what is smaller than this is no danger.
  constexpr std::uint64_t best_ratio = 1040, harmless = 1 << 20;
  const std::vector<std::uint64_t> lengths = shape();
  const Id type(H5Dget_type(id_));
  std::uint64_t values = 1;
  for (std::size_t i = lengths.size() == 3 ? 1 : 0; i < lengths.size(); ++i) {
    const auto product = checked_product({values, lengths[i]});
    if (!product) fail("too many numbers");
    values = *product;
  }
  const auto claimed = checked_product({values, H5Tget_size(type)});
  if (!claimed || (*claimed > harmless && *claimed / best_ratio > H5Dget_storage_size(id_)))
    fail("the numbers are not in the file",
         std::to_string(H5Dget_storage_size(id_)) + " bytes cannot hold " + std::to_string(values) + " of them");
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

bool Object::has_attribute(const std::string& name) const { return H5Aexists(id_, name.c_str()) > 0; }

std::vector<double> Object::attribute_numbers(const std::string& name) const {
  if (!has_attribute(name)) return {};
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
  if (!has_attribute(name)) return {};
  const Id attribute(H5Aopen(id_, name.c_str(), H5P_DEFAULT));
  const Id type(H5Aget_type(attribute)), space(H5Aget_space(attribute));
  const auto found = text_of(type, space, [&](hid_t memory, void* to) { return H5Aread(attribute, memory, to); });
  if (!found) fail("the attribute " + name + " is not a text");
  return *found;
}

void Object::read_slice(std::uint64_t index, Number type, void* values) const {
  const Id space(H5Dget_space(id_)), memory(select_slice(space, shape(), index));
  if (memory < 0 || H5Dread(id_, native(type), memory, space, H5P_DEFAULT, values) < 0)
    fail("cannot read frame " + std::to_string(index));
}

}  // namespace femtobragg::formats::hdf5
