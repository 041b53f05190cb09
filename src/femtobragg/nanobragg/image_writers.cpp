// Scales, noise and writers of a run's images.
#include "femtobragg/nanobragg/image_writers.h"

#include <algorithm>
#include <ostream>

#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/cbf.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/grey_image.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/image/tiff.h"
#include "femtobragg/nanobragg/image_contents.h"

namespace femtobragg::nanobragg {

ImageWriters::ImageWriters(const Scene& scene, const Image& image, const ImageStatistics& statistics,
                           const QuirkSet& quirks, std::ostream& out, LossReport& losses)
    : s_(scene),
      o_(scene.options.output),
      image_(image),
      quirks_(quirks),
      coverage_(coverage_of(scene.experiment.detector)),
      header_(smv_header_of(scene, quirks)),
      out_(out),
      losses_(losses) {
  int_scale_ = o_.scale > 0 ? o_.scale : statistics.max > 0 ? 55000.0 / statistics.max : 1.0;
  pgm_scale_ = o_.pgm_scale > 0 ? o_.pgm_scale : statistics.rmsd > 0 ? 250.0 / (5.0 * statistics.rmsd) : int_scale_;
}

void ImageWriters::float_image() {
  announce(o_.float_file, std::to_string(image_.pixels.size()) + " 4-byte floats");
  formats::write_raw_float(o_.float_file, image_);
}

void ImageWriters::int_image() {
  out_ << "intfile_scale = " << format_number(int_scale_) << "\n";
  announce(o_.int_file, "2-byte integers");
  smv_scaled(o_.int_file);
}

void ImageWriters::pgm() {
  out_ << "pgm_scale = " << format_number(pgm_scale_) << "\n";
  announce(o_.pgm_file, "1-byte integers");
  pgm_to(o_.pgm_file);
}

ImageWriters::NoiseImage ImageWriters::count_noise() const { return smv_noise(o_.noise_file); }

void ImageWriters::noise(const NoiseImage& image) {
  commit(image, o_.noise_file);
  out_ << format_fixed(image.counts.photons, 0) << " photons on noise image (" << image.counts.overloads
       << " overloads)\n";
  announce(o_.noise_file, "2-byte integers");
}

void ImageWriters::extra(const std::string& path) {
  using enum formats::ImageFormat;
  note_header_losses(asked_name(path));
  switch (formats::image_format_of(path)) {
    case RawFloat: formats::write_raw_float(path, image_); break;
    case NumPy: formats::write_npy(path, image_); break;
    case Smv: o_.noise ? commit(smv_noise(path), path) : smv_scaled(path); break;
    case Cbf: cbf(path); break;
    case Nxmx: nxmx(path); break;
    case Tiff: tiff(path); break;
    case Pgm: pgm_to(path); break;
    case Png: formats::write_preview_png(path, image_, {o_.png_scale, o_.png_percentile}); break;
  }
  out_ << "writing " << path << "\n";
}

void ImageWriters::announce(const std::string& path, const std::string& what) {
  out_ << "writing " << path << " as " << what << "\n";
}

std::string ImageWriters::asked_name(const std::string& path) const {
  const auto at = std::ranges::find(o_.extra, path);
  return s_.asked_outputs.empty() || at == o_.extra.end()
             ? path
             : s_.asked_outputs[static_cast<std::size_t>(at - o_.extra.begin())];
}

void ImageWriters::note_header_losses(const std::string& output) {
  const formats::ImageFormat format = formats::image_format_of(output);
  if (format == formats::ImageFormat::Cbf)
    for (const std::string& loss : formats::cbf_losses(geometry_of(s_)))
      losses_.sentence("the header of " + output + " cannot say it: " + loss + "; a .nxs file can");
  if (format == formats::ImageFormat::Nxmx)
    for (const std::string& loss : formats::nxmx_losses(geometry_of(s_), o_.noise))
      losses_.sentence(output + ": " + loss);
}

void ImageWriters::note_unusable(const std::string& path, const ResponseCounts& counts, const char* stored) {
  losses_.pixels(asked_name(path), std::string("cannot be stored as they are; stored as ") + stored, counts.unusable);
}

void ImageWriters::note_loss(const std::string& path, const ResponseCounts& counts) {
  note_unusable(path, counts, "0");
  losses_.pixels(asked_name(path), "hold more than 16 bits; clipped at 65535", counts.overloads);
}

/// Each noise image of a run is the same: it starts from the same state of the generator.
PoissonDeviate ImageWriters::noise_deviates() const {
  return [random = s_.random, seed = s_.noise_seed](double mean) mutable {
    return static_cast<double>(random.poisson(static_cast<float>(mean), seed));
  };
}

void ImageWriters::smv_scaled(const std::string& path) {
  ResponseCounts counts;
  formats::write_smv(path, header_, image_.n_fast, image_.n_slow, [&](std::size_t slow, std::span<std::uint16_t> row) {
    scaled_row(image_, coverage_, slow, int_scale_, o_.adc_offset, row, counts);
  });
  note_loss(path, counts);
}

ImageWriters::NoiseImage ImageWriters::smv_noise(const std::string& path) const {
  const PoissonDeviate poisson = noise_deviates();
  NoiseImage noisy{std::make_unique<formats::OutputFile>(path), {}};
  formats::write_smv(*noisy.file, header_, image_.n_fast, image_.n_slow,
                     [&](std::size_t slow, std::span<std::uint16_t> row) {
                       noisy_row(image_, coverage_, slow, o_.adc_offset, poisson, row, noisy.counts);
                     });
  return noisy;
}

void ImageWriters::commit(const NoiseImage& image, const std::string& path) {
  image.file->commit();
  note_loss(path, image.counts);
}

void ImageWriters::pgm_to(const std::string& path) {
  formats::write_pgm(
      path, image_.n_fast, image_.n_slow, "pixels scaled by " + format_number(pgm_scale_),
      [&](std::size_t slow, std::span<std::uint8_t> row) { grey_row(image_, coverage_, slow, pgm_scale_, row); });
}

/// Counts of the whole image: with noise, or rounded where none is asked for.
std::vector<std::int32_t> ImageWriters::counts_for(const std::string& path) {
  const Detector& detector = s_.experiment.detector;
  const PoissonDeviate poisson = noise_deviates();
  ResponseCounts counts;
  std::vector<std::int32_t> pixels(image_.pixels.size());
  for (std::size_t slow = 0; slow < image_.n_slow; ++slow) {
    const std::span<std::int32_t> row = std::span(pixels).subspan(slow * image_.n_fast, image_.n_fast);
    if (o_.noise)
      counted_row(image_, detector, slow, poisson, row, counts);
    else
      rounded_row(image_, detector, slow, row, counts);
  }
  note_unusable(path, counts, "-1");
  losses_.pixels(asked_name(path), "are overloaded", counts.overloads);
  return pixels;
}

void ImageWriters::cbf(const std::string& path) {
  formats::write_cbf(path, formats::cbf_header_text(geometry_of(s_), cbf_frame_of(s_)), image_.shape(),
                     counts_for(path));
}

void ImageWriters::nxmx(const std::string& path) {
  const formats::NxmxContents contents = nxmx_contents_of(s_, quirks_);
  std::vector<std::int32_t> counts;
  if (o_.noise) counts = counts_for(path);
  formats::write_nxmx(path, contents, 1, [&](std::size_t) -> formats::PixelData {
    if (o_.noise) return std::span<const std::int32_t>(counts);
    return std::span<const float>(image_.pixels);
  });
}

void ImageWriters::tiff(const std::string& path) {
  if (o_.noise)
    formats::write_tiff(path, image_.shape(), std::span<const std::int32_t>(counts_for(path)));
  else
    formats::write_tiff(path, image_.shape(), std::span<const float>(image_.pixels));
}

}  // namespace femtobragg::nanobragg
