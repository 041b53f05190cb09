// Which files a run leaves, how large they are, and their order.
#include "femtobragg/nanobragg/run/outputs.h"

#include <algorithm>
#include <future>
#include <ostream>

#include "femtobragg/assemble/response.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/geometry/dials_mask.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/nanobragg/run/image_contents.h"
#include "femtobragg/nanobragg/run/image_writers.h"
#include "femtobragg/nanobragg/setup/structure_factor_setup.h"

namespace femtobragg::nanobragg {
namespace {

/// The numbers of a file, and what kind of file it is.
std::string in_words(const formats::ImageFormatInfo& format, bool noise) {
  const std::string kind(format.in_words);
  switch (format.numbers_written(noise)) {
    case formats::Numbers::Photons: return "photons as float32" + kind;
    case formats::Numbers::SixteenBits:
      return kind + (noise ? ", photons with counting noise" : ", scaled, without noise");
    case formats::Numbers::Counts:
      return (noise ? "photons with counting noise as int32" : "photons rounded to int32") + kind;
    default: return kind;
  }
}

}  // namespace

void note_header_quirks(const Setup& setup, const OutputSelection& selection, QuirkLog& quirks) {
  const bool writes_smv = selection.int_image || selection.noise || names_smv(setup.options.output);
  quirks.changes(Quirk::HeaderDials, writes_smv);
  quirks.changes(Quirk::HeaderBeamline, writes_smv);
  quirks.changes(Quirk::HeaderOverflow,
                 writes_smv && smv_header_of(setup, quirks.set(), noisy_response(setup)).size() > 512);
}

std::vector<PlannedFile> planned_files(const Setup& setup, const QuirkSet& quirks, const OutputSelection& selection) {
  const OutputOptions& o = setup.options.output;
  const ImageShape shape = setup.experiment.detector.image_shape();
  const std::uint64_t pixels = std::uint64_t{shape.n_fast} * shape.n_slow;
  std::vector<PlannedFile> files;
  if (asks_for_dump(setup.options, quirks))
    files.push_back({setup.options.files.dump, "structure factors for the next run",
                     dump_bytes(*setup.experiment.structure_factors, quirks), false});
  const auto plan = [&](const std::string& path, const formats::ImageFormatInfo& format, bool noise) {
    formats::ImageContents contents{.shape = shape};
    contents.header = header_for(setup, quirks, format, noise);
    files.push_back({path, in_words(format, noise), format.bytes(contents), format.exact_bytes});
  };
  using formats::image_format_named;
  if (selection.float_image) plan(o.float_file, image_format_named("raw"), false);
  if (selection.int_image) plan(o.int_file, image_format_named("SMV"), false);
  if (selection.pgm) plan(o.pgm_file, image_format_named("PGM"), false);
  if (selection.noise) plan(o.noise_file, image_format_named("SMV"), true);
  for (const std::string& path : o.extra)
    plan(path, formats::image_format_of(path), draws_counts(setup) && !choice_of(setup, path));
  if (!o.expt.empty())
    files.push_back({o.expt, "the experiment", 4000 * setup.experiment.detector.panels.size(), false});
  if (writes_dials_mask(setup, selection))
    files.push_back({formats::dials_mask_name(o.expt), "the mask of shadows for DIALS", pixels, false});
  // About a hundred bytes for each of the table's reflections, few of which are in an image.
  for (const std::string& path : o.truth)
    files.push_back({path, "reflections in the image", 100 * setup.reflections, false});
  if (!o.truth_hkl_map.empty())
    files.push_back(
        {o.truth_hkl_map, "brightest reflection of each pixel, NumPy array", formats::npy_header_bytes + 6 * pixels});
  if (!o.mosaic_rotations.empty())
    files.push_back({o.mosaic_rotations, "rotations of the mosaic domains",
                     80 * std::uint64_t{setup.experiment.crystal.mosaic_rotations.size()}, false});
  return files;
}

void require_panel_for_smv(const Setup& setup, const OutputSelection& selection) {
  const Detector& detector = setup.experiment.detector;
  const Panel& first = detector.panels.front();
  const bool one = detector.panels.size() == 1 && detector.image_shape() == ImageShape{first.n_fast, first.n_slow};
  if (!(selection.int_image || selection.noise || names_smv(setup.options.output))) return;
  // Older programs make edges that differ where axes are no unit vectors.
  if (!setup.experiment.sampling.compatibility.odd.panel_axes) formats::require_square_pixels(first);
  if (one) return;
  throw Error::usage(
      {.what = "an SMV image needs a detector that is one whole panel",
       .value = std::to_string(detector.panels.size()) + (detector.panels.size() == 1 ? " panel" : " panels"),
       .rule = "its header describes one panel, which must fill the image",
       .remedy = "name outputs with -o: .nxs contains everything, .cbf, .tif and .npy contain the pixels"});
}

void require_range_of_response(const Setup& setup, const OutputSelection& selection) {
  if (!setup.response) return;
  constexpr double largest = formats::smv_most_valid;
  if (selection.noise) assemble::require_range(*setup.response, largest, setup.options.output.noise_file);
  for (const std::string& path : setup.options.output.extra)
    if (formats::image_format_of(path).numbers == formats::Numbers::SixteenBits)
      assemble::require_range(*setup.response, largest, path);
}

namespace {

void print_statistics(const Setup& setup, const ImageStatistics& statistics, std::ostream& out) {
  const DetectorGeometry& g = setup.geometry;
  const std::size_t last = static_cast<std::size_t>(setup.experiment.sampling.oversample);
  // The place of the brightest pixel is that of its last sub-pixel.
  const auto place = [&](std::size_t pixel, double pixel_m) {
    const double sub_pixel = pixel_m / static_cast<double>(last);
    return statistics.has_max ? sub_pixel * static_cast<double>((pixel + 1) * last - 1) + sub_pixel / 2.0 : 0.0;
  };
  out << "max_I = " << format_number(statistics.max) << "  at " << format_number(place(statistics.max_fast, g.pixel_m))
      << " " << format_number(place(statistics.max_slow, g.pixel_slow_m)) << "\n";
  out << "mean= " << format_number(statistics.mean) << " rms= " << format_number(statistics.rms)
      << " rmsd= " << format_number(statistics.rmsd) << "\n";
}

}  // namespace

void write_outputs(const Setup& setup, const Image& image, const ImageStatistics& statistics, const QuirkSet& quirks,
                   const OutputSelection& selection, const SideImages& side, bool drop_in, std::ostream& out,
                   LossReport& losses) {
  ImageWriters writer(setup, image, statistics, quirks, side, out, losses);
  // Counting takes longer than the other files together, and its random numbers must be drawn one after the other.
  // Pipes and devices may be shared with other outputs: their turn must come.
  const bool alone = setup.options.run.threads != 1 && !formats::file_behind(setup.options.output.noise_file).empty();
  std::future<ImageWriters::NoiseImage> noise;
  if (selection.noise)
    noise = std::async(alone ? std::launch::async : std::launch::deferred, [&] { return writer.count_noise(); });
  if (selection.float_image) writer.float_image();
  if (drop_in) print_statistics(setup, statistics, out);
  if (selection.int_image) writer.int_image();
  if (selection.pgm) writer.pgm();
  if (selection.noise) writer.noise(noise.get());
  for (const std::string& path : setup.options.output.extra) writer.extra(path);
}

}  // namespace femtobragg::nanobragg
