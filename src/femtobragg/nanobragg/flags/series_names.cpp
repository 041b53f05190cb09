// A run of '#' is the number of the frame.
#include "femtobragg/nanobragg/flags/series_names.h"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/registry.h"

namespace femtobragg::nanobragg {
namespace fs = std::filesystem;

std::string numbered(std::size_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

std::vector<std::string> files_of_frame(const OutputOptions& o, const std::string& scan_part) {
  std::vector<std::string> files = o.extra;
  files.insert(files.end(), o.truth.begin(), o.truth.end());
  if (!o.truth_hkl_map.empty()) files.push_back(o.truth_hkl_map);
  if (!scan_part.empty()) files.push_back(scan_part);
  return files;
}

namespace {

/// Where a run of '#' begins in the last part of the path, and how long it is.
struct Hashes {
  std::size_t begin, length;
};
Hashes hashes_in(const std::string& path) {
  const std::size_t folder = path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/') + 1;
  const std::size_t begin = path.find('#', folder);
  if (begin == std::string::npos) return {begin, 0};
  const std::size_t end = path.find_first_not_of('#', begin);
  return {begin, (end == std::string::npos ? path.size() : end) - begin};
}

[[noreturn]] void refuse_name(const char* what, const std::string& path, const std::string& rule, const char* remedy) {
  throw Error::usage({.what = what, .value = in_quotes(path), .rule = rule, .remedy = remedy});
}

void require_one_number(const std::string& path) {
  const auto [begin, length] = hashes_in(path);
  if (length > 0 && path.find('#', begin + length) != std::string::npos)
    refuse_name("a name has two numbers", path, "one run of '#' marks the number of the frame", "keep one of them");
}

/// The numbered files of a series, each under a name of its own.
void require_names_apart(const OutputOptions& o) {
  const auto frames = static_cast<std::size_t>(o.frames);
  std::vector<std::string> patterns;
  std::unordered_set<std::string> taken;
  for (const std::string& path : files_of_frame(o))
    if (std::ranges::find(o.extra, path) != o.extra.end() && holds_all_frames(path))
      taken.insert(fs::path(path).lexically_normal().string());
    else
      patterns.push_back(fs::path(path).lexically_normal().string());
  for (const std::string& path : patterns) {
    const std::size_t digits = hashes_in(path).length;
    if (digits > 0 && digits < std::to_string(frames).size())
      refuse_name("too few digits for the frames", path,
                  std::to_string(frames) + " frames need " + std::to_string(std::to_string(frames).size()) + " '#'",
                  "use more '#'");
  }
  for (const std::string& path : o.truth)
    if (const std::string list = fs::path(scan_path(path)).lexically_normal().string(); !taken.insert(list).second)
      refuse_name("an output is named twice", list, "the list of the whole series needs its own file",
                  "give one of the outputs another name");
  // One pattern never meets itself.
  if (patterns.size() + taken.size() < 2) return;
  for (const std::string& path : patterns)
    for (std::size_t number = 1; number <= frames; ++number)
      if (const std::string file = frame_path(path, number); !taken.insert(file).second)
        refuse_name("an output is named twice", file, "each frame of each output needs its own file",
                    "give one of the outputs another name");
}

}  // namespace

void settle_names(OutputOptions& o) {
  for (const std::string& path : files_of_frame(o)) require_one_number(path);
  if (o.frames > 1) {
    if (hashes_in(o.expt).length > 0)
      refuse_name("the name of -expt has a number", o.expt, "it contains all frames", "remove the '#'");
    require_names_apart(o);
    return;
  }
  const auto number = [](std::string& path) {
    if (hashes_in(path).length > 0) path = frame_path(path, 1);
  };
  for (std::string& path : o.extra) number(path);
  for (std::string& path : o.truth) number(path);
  number(o.truth_hkl_map);
  number(o.expt);
}

std::string frame_pattern(const std::string& path) {
  if (hashes_in(path).length > 0) return path;
  const fs::path whole(path);
  fs::path named = whole.parent_path() / whole.stem();
  named += "_#####";
  named += whole.extension();
  return named.string();
}

std::string frame_path(const std::string& path, std::size_t number) {
  const std::string pattern = frame_pattern(path);
  const auto [begin, length] = hashes_in(pattern);
  return pattern.substr(0, begin) + numbered(number, length) + pattern.substr(begin + length);
}

bool holds_all_frames(const std::string& output) {
  return formats::image_format_of(output).holds_series() && hashes_in(output).length == 0;
}

std::string scan_path(const std::string& truth) {
  const auto [begin, length] = hashes_in(truth);
  if (length == 0) return truth;
  const std::size_t folder = truth.find_last_of('/') == std::string::npos ? 0 : truth.find_last_of('/') + 1;
  std::string stem = truth.substr(folder, begin - folder);
  while (!stem.empty() && (stem.back() == '_' || stem.back() == '-')) stem.pop_back();
  return truth.substr(0, folder) + (stem.empty() ? "scan" : stem) + truth.substr(begin + length);
}

std::string journal_path(const std::string& output) {
  const auto [begin, length] = hashes_in(output);
  std::string bare = length > 0 ? output.substr(0, begin) + output.substr(begin + length) : output;
  fs::path path(bare);
  path.replace_extension();
  std::string stem = path.string();
  while (!stem.empty() && (stem.back() == '_' || stem.back() == '-')) stem.pop_back();
  return stem + ".series";
}

}  // namespace femtobragg::nanobragg
