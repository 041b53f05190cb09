// Which files a run leaves, how large they are, and their order.
#include "femtobragg/nanobragg/outputs.h"

#include <algorithm>
#include <future>
#include <ostream>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/formats/tables/truth_file.h"
#include "femtobragg/nanobragg/image_contents.h"
#include "femtobragg/nanobragg/image_writers.h"
#include "femtobragg/nanobragg/structure_factor_setup.h"

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

/// The numbers of a file, and what kind of file it is.
std::string in_words(const formats::ImageFormatInfo& format, bool noise) {
  const std::string kind(format.in_words);
  switch (numbers_written(format, noise)) {
    case formats::Numbers::Photons: return "photons as float32" + kind;
    case formats::Numbers::SixteenBits:
      return kind + (noise ? ", photons with counting noise" : ", scaled, without noise");
    case formats::Numbers::Counts:
      return (noise ? "photons with counting noise as int32" : "photons rounded to int32") + kind;
    default: return kind;
  }
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

void note_header_quirks(const Scene& scene, const OutputSelection& selection, QuirkLog& quirks) {
  const bool writes_smv = selection.int_image || selection.noise || names_smv(scene.options.output);
  quirks.changes(Quirk::HeaderDials, writes_smv);
  quirks.changes(Quirk::HeaderBeamline, writes_smv);
  quirks.changes(Quirk::HeaderOverflow, writes_smv && smv_header_of(scene, quirks.set()).size() > 512);
}

std::vector<PlannedFile> planned_files(const Scene& scene, const QuirkSet& quirks, const OutputSelection& selection) {
  const OutputOptions& o = scene.options.output;
  const ImageShape shape = scene.experiment.detector.image_shape();
  const std::uint64_t pixels = std::uint64_t{shape.n_fast} * shape.n_slow;
  std::vector<PlannedFile> files;
  if (asks_for_dump(scene.options, quirks))
    files.push_back({scene.options.files.dump, "structure factors for the next run",
                     dump_bytes(*scene.experiment.structure_factors, quirks), false});
  const auto plan = [&](const std::string& path, const formats::ImageFormatInfo& format, bool noise) {
    formats::ImageContents contents{.shape = shape};
    contents.header = header_for(scene, quirks, format);
    files.push_back({path, in_words(format, noise), format.bytes(contents), format.exact_bytes});
  };
  using formats::image_format_named;
  if (selection.float_image) plan(o.float_file, image_format_named("raw"), false);
  if (selection.int_image) plan(o.int_file, image_format_named("SMV"), false);
  if (selection.pgm) plan(o.pgm_file, image_format_named("PGM"), false);
  if (selection.noise) plan(o.noise_file, image_format_named("SMV"), true);
  for (const std::string& path : o.extra) plan(path, formats::image_format_of(path), o.noise);
  if (!o.expt.empty())
    files.push_back({o.expt, "the experiment", 4000 * scene.experiment.detector.panels.size(), false});
  // About a hundred bytes for each of the table's reflections, few of which are in an image.
  for (const std::string& path : o.truth)
    files.push_back({path, "reflections in the image", 100 * scene.reflections, false});
  if (!o.truth_hkl_map.empty())
    files.push_back(
        {o.truth_hkl_map, "brightest reflection of each pixel, NumPy array", formats::npy_header_bytes + 6 * pixels});
  return files;
}

void require_one_panel_for_smv(const Scene& scene, const OutputSelection& selection) {
  const Detector& detector = scene.experiment.detector;
  const Panel& first = detector.panels.front();
  const bool one = detector.panels.size() == 1 && detector.image_shape() == ImageShape{first.n_fast, first.n_slow};
  if (one || !(selection.int_image || selection.noise || names_smv(scene.options.output))) return;
  throw Error::usage(
      {.what = "an SMV image of a detector that is not one whole panel",
       .value = std::to_string(detector.panels.size()) + (detector.panels.size() == 1 ? " panel" : " panels"),
       .rule = "its header knows one panel, which fills the image",
       .remedy = "name outputs with -o: .nxs says everything, .cbf, .tif and .npy hold the pixels"});
}

bool writes_noise(const OutputOptions& o, const OutputSelection& selection) {
  return selection.noise || (o.noise && std::ranges::any_of(o.extra, [](const std::string& path) {
                               return formats::image_format_of(path).for_counts();
                             }));
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
  require_disk_for_hdf5(o);
  std::set<std::string> files;
  for (const std::string& path : paths) {
    formats::require_writable(path);
    const std::string file = formats::file_behind(path);
    if (!file.empty() && !files.insert(file).second)
      throw Error::usage({.what = "an output is named twice",
                          .value = in_quotes(path),
                          .rule = "each needs a file of its own",
                          .remedy = "give one of them another name"});
  }
}

void write_outputs(const Scene& scene, const Image& image, const ImageStatistics& statistics, const QuirkSet& quirks,
                   const OutputSelection& selection, std::ostream& out, LossReport& losses) {
  ImageWriters writer(scene, image, statistics, quirks, out, losses);
  const DetectorGeometry& g = scene.geometry;
  const double sub_pixel = g.pixel_m / static_cast<double>(scene.experiment.sampling.oversample);
  const std::size_t last = static_cast<std::size_t>(scene.experiment.sampling.oversample);
  // The place of the brightest pixel is that of its last sub-pixel.
  const auto place = [&](std::size_t pixel) {
    return statistics.has_max ? sub_pixel * static_cast<double>((pixel + 1) * last - 1) + sub_pixel / 2.0 : 0.0;
  };
  // Counting takes longer than the other files together, and its random numbers must be drawn one after the other.
  // Pipes and devices may be shared with other outputs: their turn must come.
  const bool alone = scene.options.run.threads != 1 && !formats::file_behind(scene.options.output.noise_file).empty();
  std::future<ImageWriters::NoiseImage> noise;
  if (selection.noise)
    noise = std::async(alone ? std::launch::async : std::launch::deferred, [&] { return writer.count_noise(); });
  if (selection.float_image) writer.float_image();
  out << "max_I = " << format_number(statistics.max) << "  at " << format_number(place(statistics.max_fast)) << " "
      << format_number(place(statistics.max_slow)) << "\n";
  out << "mean= " << format_number(statistics.mean) << " rms= " << format_number(statistics.rms)
      << " rmsd= " << format_number(statistics.rmsd) << "\n";
  if (selection.int_image) writer.int_image();
  if (selection.pgm) writer.pgm();
  if (selection.noise) writer.noise(noise.get());
  for (const std::string& path : scene.options.output.extra) writer.extra(path);
}

}  // namespace femtobragg::nanobragg
