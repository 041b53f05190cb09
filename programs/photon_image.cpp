// Photons in, counts out.
#include "programs/photon_image.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <utility>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/model/panel_windows.h"
#include "femtobragg/simulate/response_until.h"
#include "programs/frame_geometry.h"
#include "programs/frame_notes.h"

namespace femtobragg::programs {
namespace {

/// The detector of an image whose header does not describe it.
Detector one_panel(const ImageShape& shape) {
  Detector detector;
  detector.panels.resize(1);
  detector.panels[0].n_fast = shape.n_fast;
  detector.panels[0].n_slow = shape.n_slow;
  detector.panels[0].fast_axis = {0, 0, 1};
  detector.panels[0].slow_axis = {0, -1, 0};
  return detector;
}

/// The image as expected photons; takes the pixels of the frame. Throws Error(Usage) if it is none.
Image photons_of(formats::Frame& frame, const ImageShape& shape, const std::string& name) {
  if (!frame.counts.empty())
    throw Error::usage({.what = "the image holds whole numbers: counts already, or scaled photons",
                        .where = in_quotes(name),
                        .rule = "noise is drawn from expected photons, in floating-point numbers",
                        .remedy = "give the .npy, .bin, or noiseless .nxs or .tif of the simulation"});
  std::size_t wrong = 0, first = 0;
  for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
    const bool counted = frame.states[i] == PixelState::Counts || frame.states[i] == PixelState::NotANumber ||
                         frame.states[i] == PixelState::Negative;
    if (!counted || (std::isfinite(frame.pixels[i]) && frame.pixels[i] >= 0)) continue;
    if (wrong++ == 0) first = i;
  }
  if (wrong > 0)
    throw Error::usage({.what = "the image has pixels that do not hold a number of photons",
                        .where = in_quotes(name),
                        .value = format_number(static_cast<double>(frame.pixels[first])) + " at fast " +
                                 std::to_string(first % shape.n_fast) + ", slow " +
                                 std::to_string(first / shape.n_fast) + "; " + std::to_string(wrong) + " in all",
                        .rule = "photons must be finite and at least 0",
                        .remedy = "keep masked pixels in a format that has a mask, such as .nxs"});
  Image image{shape.n_fast, shape.n_slow, std::move(frame.pixels)};
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    if (!std::isfinite(image.pixels[i]) || image.pixels[i] < 0) image.pixels[i] = 0;
  return image;
}

/// What the image says does not count gets no count.
void mask_out(Detector& detector, const formats::Frame& frame, const ImageShape& shape) {
  const auto counts = [](PixelState state) { return state == PixelState::Counts || state == PixelState::Overloaded; };
  if (std::ranges::all_of(frame.states, counts)) return;
  for (Panel& panel : detector.panels) {
    std::vector<std::uint8_t> live(panel.n_fast * panel.n_slow, 1);
    bool any = false;
    for_each_place(panel, shape, [&](std::size_t fast, std::size_t slow, std::size_t at) {
      if (counts(frame.states[at]) && !panel.masked(fast, slow)) return;
      live[slow * panel.n_fast + fast] = 0;
      any = true;
    });
    if (any) panel.mask = std::move(live);
  }
}

double least_saturation(const Detector& detector) {
  double least = std::numeric_limits<double>::infinity();
  for (const Panel& panel : detector.panels) least = std::min(least, panel.saturation);
  return least;
}

/// What a file says besides its pixels.
formats::ImageContents contents_of(const PhotonImage& photons, const CountsOutput& output) {
  formats::ImageContents contents{.shape = photons.shape()};
  contents.geometry = photons.geometry;
  if (contents.geometry) contents.geometry->detector = as_read_out(photons.detector, output.response);
  contents.exposure.seconds = output.response.exposure_s;
  contents.saturation = least_saturation(as_read_out(photons.detector, output.response));
  contents.pedestal = output.response.offset;
  contents.gain = output.response.gain;
  contents.record = output.record;
  contents.compression = output.compression;
  return contents;
}

void tell_losses(const std::string& path, const formats::ImageContents& contents, bool counts) {
  const formats::ImageFormatInfo& format = formats::image_format_of(path);
  if (contents.geometry && format.losses)
    for (const std::string& loss : format.losses(path, *contents.geometry, counts))
      std::cerr << "warning: " << loss << "\n";
  if (counts && !format.states_gain && (contents.gain != 1 || contents.pedestal != 0))
    std::cerr << "warning: " << path
              << ": its header does not state gain and pedestal; those of .nxs, .cbf and .img do\n";
}

/// Numbers from pixel `begin` on: what is overloaded in the photons stays so, and whether any is above the offset.
template <class T>
void finish(std::span<T> numbers, std::size_t begin, const PhotonImage& photons, double offset, bool& visible) {
  const double full =
      std::min<double>(std::floor(least_saturation(photons.detector)) + 1, std::numeric_limits<T>::max());
  const auto first = std::ranges::lower_bound(photons.overloaded, begin);
  for (auto i = first; i != photons.overloaded.end() && *i < begin + numbers.size(); ++i)
    if (numbers[*i - begin] < full) numbers[*i - begin] = static_cast<T>(full);
  visible = visible || std::ranges::any_of(numbers, [&](T n) { return static_cast<double>(n) > offset; });
}

}  // namespace

PhotonImage read_photons(const std::string& path, std::optional<std::int64_t> frame_number) {
  formats::Frame frame =
      formats::read_pixels(path, frame_number ? std::optional(static_cast<std::size_t>(*frame_number)) : std::nullopt);
  tell_notes(frame, path, "--frame");
  if (!frame.shape)
    throw Error::usage({.what = "the shape of the image is unknown",
                        .where = in_quotes(path),
                        .remedy = "convert it to .npy: femtobragg convert --shape FAST SLOW"});
  const ImageShape shape = *frame.shape;
  PhotonImage photons;
  photons.name = path;
  photons.exposure_s = frame.exposure_s;
  photons.image = photons_of(frame, shape, path);
  photons.geometry = geometry_in(path, frame.format, photons.why_no_geometry);
  if (photons.geometry) tell_geometry_notes(*photons.geometry, path);
  if (photons.geometry && photons.geometry->detector.image_shape() != shape) photons.geometry.reset();
  photons.detector = photons.geometry ? photons.geometry->detector : one_panel(shape);
  mask_out(photons.detector, frame, shape);
  if (photons.geometry) photons.geometry->detector = photons.detector;
  for (std::size_t i = 0; i < frame.states.size(); ++i)
    if (frame.states[i] == PixelState::Overloaded) photons.overloaded.push_back(i);
  return photons;
}

void require_counts_format(const PhotonImage& photons, const std::string& path) {
  const formats::ImageFormatInfo& to = formats::image_format_of(path);
  if (!to.for_counts())
    throw Error::usage({.what = "this format does not store counts",
                        .where = in_quotes(path),
                        .rule = "counts are whole numbers",
                        .remedy = "write .nxs, .cbf, .tif or .img, and convert that"});
  if (photons.geometry || to.states_geometry != formats::StatesGeometry::Always) return;
  throw Error::usage(
      {.what = std::string(to.name) + " files need the detector position",
       .where = in_quotes(photons.name),
       .rule = photons.why_no_geometry.empty() ? "images of this format do not have it" : photons.why_no_geometry,
       .remedy = "give an .nxs image, or write .tif"});
}

void write_counts(const PhotonImage& photons, const CountsOutput& output) {
  const formats::ImageFormatInfo& to = formats::image_format_of(output.path);
  const Response& response = output.response;
  Detection detection(photons.image, photons.detector, response, output.key);
  formats::ImageContents contents = contents_of(photons, output);
  std::vector<std::int32_t> counts;
  bool visible = false;
  const std::size_t n_fast = photons.image.n_fast;
  if (to.numbers == formats::Numbers::SixteenBits) {
    contents.pixels = [&](std::size_t slow, std::span<std::uint16_t> row) {
      detection.row(slow, row);
      finish(row, slow * n_fast, photons, response.offset, visible);
    };
  } else {
    counts.resize(photons.image.pixels.size());
    for (std::size_t slow = 0; slow < photons.image.n_slow; ++slow)
      detection.row(slow, std::span(counts).subspan(slow * n_fast, n_fast));
    finish(std::span(counts), 0, photons, response.offset, visible);
    contents.pixels = std::span<const std::int32_t>(counts);
  }
  to.write(output.path, contents);
  const ResponseCounts& found = detection.counts();
  std::cout << "wrote " << output.path << ", seed " << output.key.seed;
  if (response.counting_noise) std::cout << ", " << format_fixed(found.photons, 0) << " photons counted";
  std::cout << "\n";
  tell_losses(output.path, contents, true);
  if (found.photons > 0 && !visible)
    std::cerr << "warning: " << output.path << ": no photon is visible in the stored numbers, because the gain of "
              << format_number(response.gain) << " is too small\n";
  if (found.overloads > 0)
    std::cerr << "warning: " << output.path << ": overloaded: " << found.overloads << " pixels\n";
  if (found.below_zero > 0)
    std::cerr << "warning: " << output.path << ": below zero, stored as 0: " << found.below_zero << " pixels\n";
  if (found.not_numbers > 0)
    std::cerr << "warning: " << output.path << ": not a number: " << found.not_numbers << " pixels\n";
}

void write_stage(const PhotonImage& photons, const CountsOutput& output, const std::string& stage) {
  const Image values = values_after(
      Detection(photons.image, photons.detector, stages_until(stages_of(output.response, output.key), stage)),
      photons.shape());
  formats::ImageContents contents = contents_of(
      photons, {output.path, response_until(output.response, stage), output.key, output.record, output.compression});
  contents.record.emplace_back("stage", stage);
  contents.pixels = values;
  formats::image_format_of(output.path).write(output.path, contents);
  std::cout << "wrote " << output.path << ", values after the stage " << stage << "\n";
  tell_losses(output.path, contents, false);
}

}  // namespace femtobragg::programs
