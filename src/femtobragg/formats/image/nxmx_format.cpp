// NXmx files in the list of image formats.
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/image/registry.h"

namespace femtobragg::formats {

NxmxContents nxmx_contents_of(const ImageContents& contents, const std::string& path) {
  if (!contents.geometry)
    throw Error::usage({.what = "NXmx files need the detector position",
                        .where = in_quotes(path),
                        .rule = "the image has no geometry",
                        .remedy = "give it one, or write .tif or .npy"});
  NxmxContents result;
  result.geometry = *contents.geometry;
  result.spectra = {contents.exposure.spectrum};
  result.record = contents.record;
  result.exposure_s = contents.exposure.seconds;
  result.fluence_per_m2 = contents.exposure.fluence_per_m2;
  result.beam_size_m = contents.exposure.beam_size_m;
  result.beam_profile = contents.exposure.beam_profile;
  result.pulsed = contents.exposure.pulsed;
  result.mask = contents.mask;
  result.least = contents.least;
  result.pedestal = contents.pedestal;
  result.gain = contents.gain;
  return result;
}

namespace {

void write(const std::string& path, const ImageContents& contents) {
  const FrameSource pixels = [&](std::size_t) -> PixelData {
    if (std::holds_alternative<std::span<const std::int32_t>>(contents.pixels)) return counts_of(contents, path);
    return std::span<const float>(photons_of(contents, path).pixels);
  };
  write_nxmx(path, nxmx_contents_of(contents, path), 1, pixels, contents.compression);
}

}  // namespace

ImageFormatInfo nxmx_format() {
  return {.name = "NXmx",
          .suffixes = {".nxs", ".nx5", ".h5"},
          .description = "NeXus NXmx, HDF5: 32-bit counts, or photons as float32",
          .in_words = ", NeXus NXmx",
          .numbers = Numbers::PhotonsOrCounts,
          .states_geometry = StatesGeometry::Always,
          .write = write,
          // What is said of the run, in round numbers.
          .bytes = [](const ImageContents& c) -> std::uint64_t {
            return 30000 + 2 * std::uint64_t{c.shape.n_fast} * c.shape.n_slow;
          },
          .losses =
              [](const std::string& output, const Geometry& geometry, bool counts) {
                std::vector<std::string> losses = nxmx_losses(geometry, counts);
                for (std::string& loss : losses) loss = output + ": " + loss;
                return losses;
              },
          .recognise = [](std::string_view bytes) { return bytes.starts_with("\x89HDF\r\n\x1a\n"); },
          .parse = parse_nxmx_frame,
          .read = read_nxmx_frame,
          .needs_disk = true,
          .all_ones_mark = true,
          .states_gain = true,
          .states_mask = true,
          .packs = true,
          .choice_of_dials = 1};
}

}  // namespace femtobragg::formats
