// Nothing stale can be read: the folder holds only what is put there.
#include "femtobragg/evidence/dual_run.h"

#include <algorithm>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/io/digest.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/io/input_file.h"

namespace femtobragg::evidence {
namespace {

namespace fs = std::filesystem;

/// The last -floatfile wins, so this name is where the image is found, whatever the arguments say.
constexpr const char* float_name = "floatimage.bin";

void copy_into(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, failed);
  if (failed)
    throw Error::runtime(
        {.what = "cannot copy a file", .where = from.string(), .value = to.string(), .rule = failed.message()});
}

/// By name; none where the folder is gone or cannot be read.
std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  fs::recursive_directory_iterator entries(folder, fs::directory_options::skip_permission_denied, failed);
  for (; !failed && entries != fs::recursive_directory_iterator(); entries.increment(failed))
    if (entries->is_symlink() || !entries->is_directory())
      names.push_back(entries->path().lexically_relative(folder).string());
  std::ranges::sort(names);
  return names;
}

bool is_plain_file(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() == fs::file_type::regular;
}

/// The shape in the header of an SMV image among the files, if there is one.
std::optional<ImageShape> smv_shape_among(const std::vector<std::string>& names, const fs::path& folder) {
  for (const std::string& name : names) {
    if (!name.ends_with(".img") || !is_plain_file(folder / name)) continue;
    try {
      const formats::SmvImage image =
          formats::parse_smv(formats::read_file(folder / name, "the image"), name, formats::KeyMatch::Whole, false);
      return ImageShape{image.n_fast, image.n_slow};
    } catch (const Error&) {
      // Not one that tells.
    }
  }
  return std::nullopt;
}

}  // namespace

Runner reference_runner(const std::string& label) {
  return {label,
          own_binary(),
          "nanoBragg",
          {"-device", "reference", "-dtype", "float64"},
          "femtoBragg's own reference backend"};
}

RunnerResult run_captured(const Runner& runner, const SharedArguments& shared, const fs::path& out, int threads) {
  RunnerResult result;
  result.runner = runner;
  result.sha256 = formats::sha256_of_file(runner.binary);
  std::vector<std::string> words = shared.words;
  words.insert(words.end(), runner.more.begin(), runner.more.end());
  words.insert(words.end(), {"-floatfile", float_name});
  result.command = {runner.binary, words, threads, runner.name};

  const TemporaryFolder folder;
  std::set<std::string> expected = shared.outputs;
  expected.insert(float_name);
  for (const fs::path& dump : shared.dumps) {
    copy_into(dump, folder.path() / dump.filename());
    expected.insert(dump.filename().string());
  }
  result.run = run_in_folder(result.command, folder.path(), out / (runner.label + "_stdout.txt"),
                             out / (runner.label + "_stderr.txt"));
  const std::vector<std::string> left = files_in(folder.path());
  std::ranges::copy_if(left, std::back_inserter(result.unexpected_files),
                       [&](const std::string& name) { return !expected.contains(name); });
  result.header_shape = smv_shape_among(left, folder.path());
  if (is_plain_file(folder.path() / float_name)) {
    result.float_file = out / (runner.label + "_float.bin");
    copy_into(folder.path() / float_name, result.float_file);
  }
  return result;
}

}  // namespace femtobragg::evidence
