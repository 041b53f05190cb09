// Which files are written, and whether they can be.
#include "femtobragg/nanobragg/flags/output_selection.h"

#include <algorithm>
#include <filesystem>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/formats/tables/truth_file.h"
#include "femtobragg/nanobragg/flags/series_names.h"

namespace femtobragg::nanobragg {
namespace {

/// HDF5 cannot go back in pipes.
void require_disk_for_hdf5(const OutputOptions& o) {
  for (const std::string& path : o.extra)
    if (formats::image_format_of(path).needs_disk) formats::require_disk(path);
  for (const std::string& path : o.truth)
    if (formats::truth_format_of(path) == formats::TruthFormat::Hdf5) formats::require_disk(path);
  if (formats::is_nexus_name(o.expt)) formats::require_disk(o.expt);
}

struct ChoiceKey {
  std::string_view text;
  std::string ImageChoice::*member;
};
constexpr ChoiceKey choice_keys[] = {{":stage=", &ImageChoice::stage}, {":part=", &ImageChoice::part}};

[[noreturn]] void refuse_choice(const std::string& word, const std::string& what, const std::string& rule,
                                const std::string& remedy = "correct the name") {
  throw Error::usage({.what = what, .where = in_quotes(word), .rule = rule, .remedy = remedy});
}

}  // namespace

bool names_choice(const std::string& word) {
  return std::ranges::any_of(choice_keys, [&](const ChoiceKey& key) { return word.find(key.text) != word.npos; });
}

NamedImage named_image(const std::string& word) {
  NamedImage image{word, {}};
  for (const ChoiceKey& key : choice_keys) {
    const std::size_t at = word.rfind(key.text);
    if (at == word.npos) continue;
    if (image.path != word)
      refuse_choice(word, "a stage and a part", "a file holds the values after a stage, or the photons of a part");
    image.path = word.substr(0, at);
    image.choice.*key.member = word.substr(at + key.text.size());
    if ((image.choice.*key.member).empty())
      refuse_choice(word, "a name is missing", "write FILE" + std::string(key.text) + "NAME");
  }
  const formats::Numbers numbers = formats::image_format_of(image.path).numbers;
  using enum formats::Numbers;
  if (image.path == word || numbers == Photons || numbers == PhotonsOrCounts || numbers == Preview) return image;
  refuse_choice(word, "this format stores whole numbers", "parts of an image, and values after a stage, have fractions",
                "write .npy, .bin, .tif, .nxs or .png");
}

OutputSelection select_outputs(const OutputOptions& o, bool only_named) {
  const bool all = !only_named;
  return {all || o.float_named, all || o.int_named, o.pgm && (all || o.pgm_named), o.noise && (all || o.noise_named)};
}

bool names_smv(const OutputOptions& o) {
  return std::ranges::any_of(o.extra, [](const std::string& path) {
    return formats::image_format_of(path).numbers == formats::Numbers::SixteenBits;
  });
}

bool writes_noise(const OutputOptions& o, const OutputSelection& selection) {
  const auto has_stage = [](const auto& choice) { return !choice.second.stage.empty(); };
  if (std::ranges::any_of(o.choices, has_stage)) return true;
  return selection.noise || (o.noise && std::ranges::any_of(o.extra, [](const std::string& path) {
                               return formats::image_format_of(path).for_counts();
                             }));
}

bool writes_16_bit_counts(const OutputOptions& o, const OutputSelection& selection) {
  return selection.noise || std::ranges::any_of(o.extra, [&](const std::string& path) {
           return formats::image_format_of(path).numbers_written(o.noise) == formats::Numbers::SixteenBits;
         });
}

std::vector<std::string> output_files(const OutputOptions& o, const OutputSelection& selection) {
  std::vector<std::string> paths = o.extra;
  if (selection.float_image) paths.push_back(o.float_file);
  if (selection.int_image) paths.push_back(o.int_file);
  if (selection.pgm) paths.push_back(o.pgm_file);
  if (selection.noise) paths.push_back(o.noise_file);
  paths.insert(paths.end(), o.truth.begin(), o.truth.end());
  for (const std::string* path : {&o.expt, &o.scene_file, &o.truth_hkl_map, &o.mosaic_rotations})
    if (!path->empty()) paths.push_back(*path);
  return paths;
}

void require_inputs_kept(std::span<const std::string> inputs, const OutputOptions& o,
                         const OutputSelection& selection) {
  std::vector<std::string> paths = output_files(o, selection);
  if (o.frames > 1)
    for (const std::string& path : files_of_frame(o))
      for (std::int64_t number = 1; number <= o.frames; ++number) {
        const std::string file = frame_path(path, static_cast<std::size_t>(number));
        if (std::error_code ignored; std::filesystem::exists(file, ignored)) paths.push_back(file);
      }
  formats::require_inputs_kept(inputs, paths);
}

void require_outputs_writable(const OutputOptions& o, const OutputSelection& selection) {
  const std::vector<std::string> paths = output_files(o, selection);
  require_disk_for_hdf5(o);
  for (const std::string& path : paths) formats::require_writable(path);
  formats::require_outputs_apart(paths);
}

}  // namespace femtobragg::nanobragg
