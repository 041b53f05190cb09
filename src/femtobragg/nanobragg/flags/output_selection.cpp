// Which files are written, and whether they can be.
#include "femtobragg/nanobragg/flags/output_selection.h"

#include <algorithm>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/formats/tables/truth_file.h"

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

}  // namespace

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
  return selection.noise || (o.noise && std::ranges::any_of(o.extra, [](const std::string& path) {
                               return formats::image_format_of(path).for_counts();
                             }));
}

bool writes_16_bit_counts(const OutputOptions& o, const OutputSelection& selection) {
  return selection.noise || std::ranges::any_of(o.extra, [&](const std::string& path) {
           return formats::image_format_of(path).numbers_written(o.noise) == formats::Numbers::SixteenBits;
         });
}

void require_outputs_writable(const OutputOptions& o, const OutputSelection& selection) {
  std::vector<std::string> paths = o.extra;
  if (selection.float_image) paths.push_back(o.float_file);
  if (selection.int_image) paths.push_back(o.int_file);
  if (selection.pgm) paths.push_back(o.pgm_file);
  if (selection.noise) paths.push_back(o.noise_file);
  paths.insert(paths.end(), o.truth.begin(), o.truth.end());
  if (!o.expt.empty()) paths.push_back(o.expt);
  if (!o.truth_hkl_map.empty()) paths.push_back(o.truth_hkl_map);
  if (!o.mosaic_rotations.empty()) paths.push_back(o.mosaic_rotations);
  require_disk_for_hdf5(o);
  std::set<std::string> files;
  for (const std::string& path : paths) {
    formats::require_writable(path);
    const std::string file = formats::file_behind(path);
    if (!file.empty() && !files.insert(file).second)
      throw Error::usage({.what = "an output is named twice",
                          .value = in_quotes(path),
                          .rule = "each needs its own file",
                          .remedy = "give one of them another name"});
  }
}

}  // namespace femtobragg::nanobragg
