// By the table of flags: those that take a FILE.
#include "femtobragg/nanobragg/flags/file_arguments.h"

#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/flags/option_table.h"
#include "femtobragg/nanobragg/flags/options.h"
#include "femtobragg/nanobragg/flags/parse_arguments.h"

namespace femtobragg::nanobragg {
namespace {

namespace fs = std::filesystem;

bool is_dump(const Flag& flag) { return flag.names.front() == "dump"; }

/// Whether the word behind a flag names a file: of -crystals it may be a number.
bool takes_file(const Flag& flag, const std::string& word) {
  return flag.values == "FILE" || (flag.values.ends_with("| FILE") && !parse_number(word));
}

bool is_device(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored) && fs::is_other(path, ignored);
}

}  // namespace

FileArguments file_arguments(std::span<const std::string> typed, const fs::path& folder) {
  FileArguments result;
  const std::vector<std::string> words = separate_words(typed);
  result.words = words;
  const OutputOptions defaults;
  result.outputs = {defaults.float_file, defaults.int_file, defaults.pgm_file, defaults.noise_file};
  std::string dump = FileOptions().dump;
  bool reads_list = false;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const Flag* flag = flag_in(words[i]);
    if (!flag || !takes_file(*flag, words[i + 1])) continue;
    const fs::path named = folder / words[i + 1];
    if (is_dump(*flag)) {
      dump = named.filename().string();
      result.words[i + 1] = dump;
      result.names_dump = true;
      if (fs::is_regular_file(named)) result.dumps.push_back(named);
    } else if (names_output(*flag)) {
      if (named.has_filename() && !is_device(named)) result.words[i + 1] = named.filename().string();
      result.outputs.insert(result.words[i + 1]);
    } else {
      result.words[i + 1] = fs::absolute(named).lexically_normal().string();
      reads_list = reads_list || flag->names.front() == "hkl";
    }
  }
  if (reads_list || !result.dumps.empty()) result.outputs.insert(dump);
  return result;
}

std::vector<std::string> input_files(std::span<const std::string> typed) {
  const std::vector<std::string> words = separate_words(typed);
  std::vector<std::string> files;
  if (const auto scene = scene_argument(words)) files.push_back(*scene);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const Flag* flag = flag_in(words[i]);
    if (flag && takes_file(*flag, words[i + 1]) && !names_output(*flag)) files.push_back(words[i + 1]);
  }
  return files;
}

}  // namespace femtobragg::nanobragg
