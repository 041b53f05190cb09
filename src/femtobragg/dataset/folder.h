// The folder of a data set: which files it has, which of them are finished, and what they must be.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/dataset/settings.h"
#include "femtobragg/recipe/recipe.h"

namespace femtobragg::dataset {

/// A finished file.
struct FileRecord {
  std::string name;  ///< relative to the folder
  std::uint64_t bytes = 0;
  std::string sha256;

  friend bool operator==(const FileRecord&, const FileRecord&) = default;
};

/// Images that are in the same files.
struct Block {
  std::uint64_t number = 0;  ///< of the block
  std::uint64_t first = 0, images = 0;
};

class Folder {
 public:
  /// Makes it, or takes up what is there. Throws Error(Usage) if it holds another data set, Error(Runtime) if it cannot
  /// be written.
  Folder(std::filesystem::path path, const recipe::Recipe& recipe, const Settings& settings);

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t blocks() const { return settings_.files(); }
  Block block(std::uint64_t number) const;
  /// Of the images, the labels, and the table of what was drawn.
  std::vector<std::string> names_of(std::uint64_t block) const;
  std::string images_name(std::uint64_t block) const;  ///< "images_000012.nxs"
  std::string labels_name(std::uint64_t block) const;
  std::string values_name(std::uint64_t block) const;
  std::filesystem::path file(const std::string& name) const { return path_ / name; }
  /// One process at a time makes a block: this is the name of its lock.
  std::filesystem::path lock_of(std::uint64_t block) const;

  /// The files of a block that is finished; nothing: it is not. Throws Error(Runtime) where finished files were changed
  /// or removed since.
  std::optional<std::vector<FileRecord>> finished(std::uint64_t block, bool read_again) const;
  /// Takes note that the files of a block are complete.
  void finish(std::uint64_t block) const;

  /// What all files follow from, as JSON.
  const std::string& description() const { return description_; }
  bool has_manifest() const;
  /// Writes the manifest, of all files and of these. Only when all blocks are finished.
  void write_manifest(const std::vector<std::string>& more) const;

 private:
  void describe(const std::filesystem::path& file) const;
  std::filesystem::path record_of(std::uint64_t block) const;
  FileRecord record(const std::string& name) const;

  std::filesystem::path path_;
  Settings settings_;
  std::string description_;
};

}  // namespace femtobragg::dataset
