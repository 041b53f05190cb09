// Records beside files; a manifest in the end.
#include "femtobragg/dataset/folder.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/formats/io/digest.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::dataset {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* description_name = "dataset.json";
constexpr const char* manifest_name = "manifest.json";

std::string numbered(const char* stem, std::uint64_t block, const char* suffix) {
  constexpr std::size_t digits = 6;
  const std::string number = std::to_string(block);
  return stem + std::string(digits - std::min(digits, number.size()), '0') + number + suffix;
}

ordered_json json_of(const FileRecord& record) {
  return {{"name", record.name}, {"bytes", record.bytes}, {"sha256", record.sha256}};
}

std::string_view name_of(formats::Compression compression) {
  return std::ranges::find(formats::compression_names, compression, &formats::CompressionName::compression)->name;
}

/// What bytes follow from; files by their content.
std::string described(const recipe::Recipe& recipe, const Settings& s) {
  ordered_json files = ordered_json::array();
  for (const std::string& file : recipe.files())
    files.push_back({{"name", fs::path(file).filename().string()}, {"sha256", formats::sha256_of_file(file)}});
  const ordered_json all = {{"format", "femtobragg data set 1"},
                            {"program", std::string("femtobragg ") + version},
                            {"seed", recipe.seed()},
                            {"first", s.first},
                            {"images", s.images},
                            {"images_per_file", s.per_file},
                            {"compression", name_of(s.compression)},
                            {"tolerance", s.tolerance},
                            {"labels", {{"spots", s.spots}, {"classes", s.classes}, {"photons", s.photons}}},
                            {"least_fraction", s.least_fraction},
                            {"recipe", ordered_json::parse(recipe.canonical_text())},
                            {"files", files}};
  return all.dump(1) + "\n";
}

std::vector<FileRecord> records_in(const fs::path& path, const std::string& description_sha256) try {
  const ordered_json record = ordered_json::parse(formats::read_text(path.string(), "the record of a block"));
  if (record.at("description_sha256") != description_sha256)
    throw Error::usage({.what = "the folder has images of another data set",
                        .where = in_quotes(path.string()),
                        .rule = "they belong to a dataset.json that is no longer there",
                        .remedy = "choose another folder, or remove this one"});
  std::vector<FileRecord> records;
  for (const ordered_json& one : record.at("files"))
    records.push_back(
        {one.at("name").get<std::string>(), one.at("bytes").get<std::uint64_t>(), one.at("sha256").get<std::string>()});
  return records;
} catch (const nlohmann::json::exception& error) {
  throw Error::runtime({.what = "the record of finished files is damaged",
                        .where = in_quotes(path.string()),
                        .rule = error.what(),
                        .remedy = "remove it to make the images again"});
}

/// Tables end, and lines may leave what the scene takes.
void require_images(const recipe::Recipe& recipe, const Settings& s) {
  constexpr std::uint64_t end = std::uint64_t{1} << 32;
  if (s.first >= end || s.images > end - s.first)
    throw Error::usage({.what = "a recipe has no such images",
                        .value = std::to_string(s.images) + " from image " + std::to_string(s.first) + " on",
                        .rule = "their numbers are below " + std::to_string(end)});
  recipe.shot(s.first);
  recipe.shot(s.first + s.images - 1);
}

/// The first key whose value differs.
std::string difference(const std::string& before, const std::string& now) {
  const ordered_json a = ordered_json::parse(before, nullptr, false), b = ordered_json::parse(now);
  if (!a.is_object()) return "it is damaged";
  for (const auto& [key, value] : b.items())
    if (!a.contains(key) || a[key] != value) return "another " + key;
  return "more";
}

}  // namespace

Folder::Folder(fs::path path, const recipe::Recipe& recipe, const Settings& settings)
    : path_(std::move(path)), settings_(settings), description_(described(recipe, settings)) {
  require_images(recipe, settings);
  formats::make_folder(path_);
  const fs::path file = path_ / description_name;
  if (!fs::exists(file)) describe(file);
  const std::string before = formats::read_text(file.string(), "the description of the data set");
  if (before != description_)
    throw Error::usage({.what = "the folder holds another data set",
                        .where = in_quotes(file.string()),
                        .value = difference(before, description_),
                        .rule = "a data set is continued with the recipe, files and program that began it",
                        .remedy = "choose another folder, or remove this one"});
}

/// The first of several processes gives it.
void Folder::describe(const fs::path& file) const {
  const fs::path mine = path_ / (std::string(description_name) + "." + std::to_string(getpid()));
  formats::write_text(mine, description_);
  std::error_code is_there, ignored;
  fs::create_hard_link(mine, file, is_there);
  fs::remove(mine, ignored);
  if (is_there && !fs::exists(file)) formats::write_text(file, description_);  // there are no links on this disk
}

Block Folder::block(std::uint64_t number) const {
  const std::uint64_t begin = number * settings_.per_file;
  return {number, settings_.first + begin, std::min(settings_.per_file, settings_.images - begin)};
}

std::vector<std::string> Folder::names_of(std::uint64_t block) const {
  return {images_name(block), labels_name(block), values_name(block)};
}
std::string Folder::images_name(std::uint64_t block) const { return numbered("images_", block, ".nxs"); }
std::string Folder::labels_name(std::uint64_t block) const { return numbered("labels_", block, ".h5"); }
std::string Folder::values_name(std::uint64_t block) const { return numbered("values_", block, ".csv"); }
fs::path Folder::lock_of(std::uint64_t block) const { return path_ / numbered("block_", block, ".lock"); }
fs::path Folder::record_of(std::uint64_t block) const { return path_ / numbered("block_", block, ".json"); }

FileRecord Folder::record(const std::string& name) const {
  return {name, fs::file_size(file(name)), formats::sha256_of_file(file(name))};
}

std::optional<std::vector<FileRecord>> Folder::finished(std::uint64_t block, bool read_again) const {
  const fs::path path = record_of(block);
  if (!fs::exists(path)) return std::nullopt;
  const std::vector<FileRecord> records = records_in(path, formats::sha256_of(description_));
  const std::vector<std::string> names = names_of(block);
  if (!std::ranges::equal(records, names, {}, &FileRecord::name))
    throw Error::runtime({.what = "the record of finished files is that of others",
                          .where = in_quotes(path.string()),
                          .rule = "it must list " + names[0] + ", " + names[1] + " and " + names[2],
                          .remedy = "remove it to make the images again"});
  for (const FileRecord& record : records) {
    const auto require = [&](bool holds, const std::string& rule) {
      if (holds) return;
      throw Error::runtime({.what = "a finished file is not what it was",
                            .where = in_quotes(file(record.name).string()),
                            .rule = rule,
                            .remedy = "remove " + in_quotes(path.string()) + " to make the images again"});
    };
    std::error_code missing;
    const std::uint64_t bytes = fs::file_size(file(record.name), missing);
    require(!missing && bytes == record.bytes, "it must have " + std::to_string(record.bytes) + " bytes");
    require(!read_again || formats::sha256_of_file(file(record.name)) == record.sha256,
            "its SHA-256 must be " + record.sha256);
  }
  return records;
}

void Folder::finish(std::uint64_t block) const {
  ordered_json list = ordered_json::array();
  for (const std::string& name : names_of(block)) list.push_back(json_of(record(name)));
  const ordered_json all = {{"description_sha256", formats::sha256_of(description_)}, {"files", list}};
  formats::write_text(record_of(block), all.dump(1) + "\n");
}

bool Folder::has_manifest() const { return fs::exists(path_ / manifest_name); }

void Folder::write_manifest(const std::vector<std::string>& more) const {
  ordered_json manifest = ordered_json::parse(description_), list = ordered_json::array();
  for (std::uint64_t i = 0; i < blocks(); ++i) {
    const std::vector<FileRecord> files = finished(i, false).value();
    for (const FileRecord& one : files) list.push_back(json_of(one));
  }
  for (const std::string& name : more) list.push_back(json_of(record(name)));
  manifest["contents"] = list;
  formats::write_text(path_ / manifest_name, manifest.dump(1) + "\n");
}

}  // namespace femtobragg::dataset
