// Groups, data sets and attributes read from files of HDF5.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>

#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/hdf5_calls.h"
#include "femtobragg/formats/io/hdf5_library.h"

namespace femtobragg::formats::hdf5 {
namespace {

/// Texts and lists beyond this are not what the files of this field hold.
constexpr std::size_t longest_text = 1 << 20, longest_list = 1 << 16, longest_name = 1 << 10;

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

/// Ways to pack that HDF5 needs plugins for.
struct Packer {
  int filter;
  const char* name;
};
constexpr Packer other_packings[] = {{307, "bzip2"},       {32000, "LZF"},        {32001, "Blosc"},
                                     {32004, "LZ4"},       {32008, "bitshuffle"}, {32013, "ZFP"},
                                     {32015, "Zstandard"}, {32017, "SZ"},         {32026, "Blosc2"}};

/// Files below the folder of the one that links to them, whatever the system makes of other paths.
bool is_below(const std::filesystem::path& target) {
  const std::filesystem::path plain = target.lexically_normal();
  return !target.empty() && target.is_relative() && plain != "." && *plain.begin() != "..";
}

/// A data set that a virtual one is put together from.
struct VirtualSource {
  std::string file, dataset;  ///< file empty: the same; data set empty: where nobody may look

  friend auto operator<=>(const VirtualSource&, const VirtualSource&) = default;
};

std::vector<VirtualSource> virtual_sources(hid_t properties) {
  std::vector<VirtualSource> sources;
  std::size_t count = 0;
  if (H5Pget_virtual_count(properties, &count) < 0 || count > longest_list) return {{}};
  const auto text = [&](auto&& ask, std::size_t i) {
    std::string name(longest_name, '\0');
    const ssize_t length = ask(properties, i, name.data(), name.size());
    name.resize(length < 0 || static_cast<std::size_t>(length) >= longest_name ? 0 : static_cast<std::size_t>(length));
    return name;
  };
  for (std::size_t i = 0; i < count; ++i) {
    VirtualSource source{text(H5Pget_virtual_filename, i), text(H5Pget_virtual_dsetname, i)};
    const bool here = source.file == ".", is_pattern = (source.file + source.dataset).find('%') != std::string::npos;
    if (source.dataset.empty() || is_pattern || !(here || is_below(source.file))) return {{}};
    if (source.dataset.front() != '/') source.dataset.insert(0, "/");
    if (here) source.file.clear();
    sources.push_back(std::move(source));
  }
  std::ranges::sort(sources);
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  return sources;
}

struct FileLink {
  std::string file, path;
};
/// What a link to another file names; nothing: it is no such link.
std::optional<FileLink> link_to_file(hid_t parent, const std::string& name) {
  H5L_info_t link{};
  if (H5Lget_info(parent, name.c_str(), &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_EXTERNAL) return {};
  std::string value(link.u.val_size, '\0');
  unsigned flags = 0;
  const char *file = nullptr, *path = nullptr;
  if (value.size() > 2 * longest_name ||
      H5Lget_val(parent, name.c_str(), value.data(), value.size(), H5P_DEFAULT) < 0 ||
      H5Lunpack_elink_val(value.data(), value.size(), &flags, &file, &path) < 0)
    return FileLink{};
  return FileLink{file, path};
}

/// Where a symbolic link leads; nothing: it is none.
std::optional<std::string> symbolic_link(hid_t parent, const std::string& name) {
  H5L_info_t link{};
  if (H5Lget_info(parent, name.c_str(), &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_SOFT) return {};
  std::string value(link.u.val_size, '\0');
  if (value.size() > longest_name || H5Lget_val(parent, name.c_str(), value.data(), value.size(), H5P_DEFAULT) < 0)
    return "";
  return text_before_zero(value);
}

bool is_number(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  return kind == H5T_INTEGER || kind == H5T_FLOAT || kind == H5T_ENUM;
}

}  // namespace

bool Object::has(const std::string& name) const { return H5Lexists(id_, name.c_str(), within_the_file()) > 0; }

Object Object::open(const std::string& path) const {
  Object object(H5Oopen(id_, path.c_str(), within_the_file()), file_,
                path.starts_with('/') ? path : place_ + "/" + path);
  if (!object) object.fail("cannot open an HDF5 object", "it must be in this file, not in another one that is linked");
  if (object.is_dataset()) object.require_own_numbers();
  return object;
}

void Object::require_own_numbers() const {
  const Id properties(H5Dget_create_plist(id_));
  const auto elsewhere = [&] {
    fail("the numbers are in another file, which is missing or not in the same folder",
         "give a file that contains them itself");
  };
  if (H5Pget_external_count(properties) != 0) elsewhere();
  if (H5Pget_layout(properties) != H5D_VIRTUAL) return;
  for (const VirtualSource& name : virtual_sources(properties))
    at_source(name.file, name.dataset, [&](hid_t source) {
      const Id own(source < 0 || H5Iget_type(source) != H5I_DATASET ? -1 : H5Dget_create_plist(source));
      if (own < 0 || H5Pget_layout(own) == H5D_VIRTUAL || H5Pget_external_count(own) != 0) elsewhere();
    });
}

void Object::at_source(const std::string& file, const std::string& dataset,
                       const std::function<void(std::int64_t)>& visit) const {
  const std::string path = (std::filesystem::path(file_).parent_path() / file).string();
  const Id other(file.empty() ? -1 : H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  const bool is_there = !dataset.empty() && (file.empty() || other >= 0);
  const Id source(is_there ? H5Oopen(file.empty() ? id_ : static_cast<hid_t>(other), dataset.c_str(), within_the_file())
                           : -1);
  visit(source);
}

std::uint64_t Object::stored_bytes() const {
  const Id properties(H5Dget_create_plist(id_));
  if (H5Pget_layout(properties) != H5D_VIRTUAL) return H5Dget_storage_size(id_);
  std::uint64_t bytes = 0;
  for (const VirtualSource& name : virtual_sources(properties))
    at_source(name.file, name.dataset, [&](hid_t source) {
      if (source >= 0) bytes += H5Dget_storage_size(source);
    });
  return bytes;
}

void Object::require_known_packing() const {
  const Id properties(H5Dget_create_plist(id_));
  for (int i = 0; i < H5Pget_nfilters(properties); ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(properties, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &config);
    if (filter < 0 || H5Zfilter_avail(filter) > 0) continue;
    const auto known = std::ranges::find(other_packings, static_cast<int>(filter), &Packer::filter);
    const std::string name = known == std::end(other_packings) ? "" : std::string(" (") + known->name + ")";
    // What HDF5 says of folders for plugins does not help.
    H5Eclear2(H5E_DEFAULT);
    fail("numbers compressed in an unsupported way",
         "filter " + std::to_string(filter) + name +
             "; `h5repack -f GZIP=5` compresses them so that every HDF5 library can read them");
  }
}

Object Object::open_beside(const std::string& name) const {
  constexpr int most_links = 16;
  return open_beside(name, most_links);
}

Object Object::open_beside(const std::string& name, int links) const {
  const auto link = link_to_file(id_, name);
  if (!link) {
    const auto soft = symbolic_link(id_, name);
    const std::size_t slash = soft ? soft->find_last_of('/') : std::string::npos;
    // One that leads to a link to a file, in some group.
    if (!soft || slash == std::string::npos || Id(H5Oopen(id_, name.c_str(), within_the_file())) >= 0)
      return open(name);
    if (links == 0) fail("the link " + name + " goes in circles");
    return open(slash == 0 ? "/" : soft->substr(0, slash)).open_beside(soft->substr(slash + 1), links - 1);
  }
  const std::filesystem::path target(link->file);
  if (!is_below(target))
    fail("the link " + name + " leads to " + in_quotes(link->file),
         "only links to files in the same folder, or below it, are followed");
  return open_file((std::filesystem::path(file_).parent_path() / target).string()).open(link->path);
}

std::string Object::where_link_leads(const std::string& name) const {
  if (const auto link = link_to_file(id_, name)) return "to another file, " + in_quotes(link->file);
  H5L_info_t info{};
  if (H5Lget_info(id_, name.c_str(), &info, H5P_DEFAULT) < 0 || info.type != H5L_TYPE_SOFT) return {};
  const Id object(H5Oopen(id_, name.c_str(), within_the_file()));
  return object < 0 ? "nowhere, or on to another file" : "";
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
  return H5Tget_class(type) != H5T_FLOAT;
}

int Object::bits_of_sign(bool with_sign) const {
  if (!holds_integers()) return 0;
  const Id type(H5Dget_type(id_));
  return (H5Tget_sign(type) != H5T_SGN_NONE) == with_sign ? static_cast<int>(H5Tget_precision(type)) : 0;
}

void Object::require_slice_in_file(std::size_t last_axes) const {
  require_known_packing();
  // Deflate's best ratio, and bitshuffle-LZ4 is below it; what is smaller than this is no danger.
  constexpr std::uint64_t best_ratio = 1040, harmless = 1 << 20;
  const std::vector<std::uint64_t> lengths = shape();
  const Id type(H5Dget_type(id_));
  std::uint64_t values = 1;
  for (std::size_t i = lengths.size() - std::min(lengths.size(), last_axes); i < lengths.size(); ++i) {
    const auto product = checked_product({values, lengths[i]});
    if (!product) fail("too many numbers");
    values = *product;
  }
  const auto claimed = checked_product({values, H5Tget_size(type)});
  if (const std::uint64_t stored = stored_bytes(); !claimed || (*claimed > harmless && *claimed / best_ratio > stored))
    fail("the numbers are not in the file",
         std::to_string(stored) + " bytes cannot contain " + std::to_string(values) + " of them");
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
  if (type < 0 || space < 0) fail("not text");
  const auto found = text_of(
      type, space, [&](hid_t memory, void* to) { return H5Dread(id_, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, to); });
  if (!found) fail("not text");
  return *found;
}

bool Object::has_attribute(const std::string& name) const { return H5Aexists(id_, name.c_str()) > 0; }

std::vector<double> Object::attribute_numbers(const std::string& name) const {
  if (!has_attribute(name)) return {};
  const Id attribute(H5Aopen(id_, name.c_str(), H5P_DEFAULT));
  const Id type(H5Aget_type(attribute)), space(H5Aget_space(attribute));
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (!is_number(type) || count < 0 || static_cast<std::uint64_t>(count) > longest_list)
    fail("the attribute " + name + " is not a short list of numbers");
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
  if (!found) fail("the attribute " + name + " is not text");
  return *found;
}

void Object::read_slice(std::uint64_t index, Number type, void* values, std::size_t last_axes) const {
  const Id space(H5Dget_space(id_)), memory(select_slice(space, shape(), index, last_axes));
  if (memory < 0 || H5Dread(id_, native(type), memory, space, H5P_DEFAULT, values) < 0)
    fail("cannot read frame " + std::to_string(index));
}

}  // namespace femtobragg::formats::hdf5
