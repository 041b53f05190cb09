// Dumps with checksums, a file for each key.
#include "femtobragg/assemble/factor_cache.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/tables/structure_factor_dump.h"

namespace femtobragg::assemble {
namespace {

namespace fs = std::filesystem;

/// FNV-1a with 128 bits (Fowler, Noll, Vo): no secret is to be kept, only chance to be beaten.
class Hash {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) state_ = (state_ ^ static_cast<unsigned char>(c)) * prime_;
  }
  std::string text() const {
    char digits[33];
    std::snprintf(digits, sizeof digits, "%016llx%016llx", static_cast<unsigned long long>(state_ >> 64),
                  static_cast<unsigned long long>(state_));
    return digits;
  }

 private:
  __extension__ using Number = unsigned __int128;
  static constexpr Number prime_ = (Number{1} << 88) + 0x13b;
  Number state_ = (Number{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
};

constexpr const char* suffix = ".factors";
fs::path entry(const fs::path& folder, const std::string& key) { return folder / (key + suffix); }

/// The newest stays whatever its size. Other processes may remove files at the same time.
void shrink(const fs::path& folder, const fs::path& newest, std::uint64_t most_bytes) {
  struct Entry {
    fs::file_time_type used;
    std::uint64_t bytes;
    fs::path file;
  };
  formats::remove_abandoned(folder, [](const std::string& name) { return name.ends_with(suffix); });
  std::vector<Entry> entries;
  std::error_code failed, ignored;
  std::uint64_t total = 0;
  for (const fs::directory_entry& found : fs::directory_iterator(folder, ignored)) {
    if (found.path().extension() != suffix || !found.is_regular_file(ignored)) continue;
    const std::uint64_t bytes = found.file_size(failed);
    if (failed) continue;
    total += bytes;
    if (found.path() != newest) entries.push_back({found.last_write_time(ignored), bytes, found.path()});
  }
  std::ranges::sort(entries, {}, &Entry::used);
  for (const Entry& old : entries) {
    if (total <= most_bytes) break;
    fs::remove(old.file, ignored);
    total -= old.bytes;
  }
}

}  // namespace

std::string cache_key(std::string_view bytes, std::string_view settings) {
  Hash hash;
  hash.add(std::to_string(settings.size()) + " ");
  hash.add(settings);
  hash.add(bytes);
  return hash.text();
}

std::optional<StructureFactors> cached(const fs::path& folder, const std::string& key) try {
  const fs::path file = entry(folder, key);
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return std::nullopt;
  const std::string bytes = formats::read_file(file.string(), "the cached structure factors");
  // Only our own dumps have checksums.
  if (!bytes.starts_with("femtobragg")) return std::nullopt;
  std::optional<StructureFactors> factors = formats::parse_dump(bytes, file.string(), {}).factors;
  fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
  return factors;
} catch (const Error&) {
  return std::nullopt;
}

void keep(const fs::path& folder, const std::string& key, const StructureFactors& factors, std::uint64_t most_bytes) {
  formats::make_folder(folder);
  // A pipe in its place would wait for somebody to read.
  std::error_code ignored;
  const fs::path file = entry(folder, key);
  if (fs::exists(file, ignored) && !fs::is_regular_file(file, ignored)) return;
  formats::write_dump(file.string(), factors);
  shrink(folder, file, most_bytes);
}

}  // namespace femtobragg::assemble
