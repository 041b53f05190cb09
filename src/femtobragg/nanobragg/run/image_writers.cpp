// Scales, noise and writers of a run's images.
#include "femtobragg/nanobragg/run/image_writers.h"

#include <algorithm>
#include <optional>
#include <ostream>

#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/grey_image.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/nanobragg/run/image_contents.h"

namespace femtobragg::nanobragg {
namespace {

/// Rows of a file, from a detection that outlives it.
template <class T>
auto rows_of(Detection& detection) {
  return [&detection](std::size_t slow, std::span<T> row) { detection.row(slow, row); };
}

}  // namespace

ImageWriters::ImageWriters(const Setup& setup, const Image& image, const ImageStatistics& statistics,
                           const QuirkSet& quirks, const SideImages& side, std::ostream& out, LossReport& losses)
    : s_(setup), o_(setup.options.output), image_(image), quirks_(quirks), side_(side), out_(out), losses_(losses) {
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
  Detection detection = detected(scaled());
  formats::write_smv(o_.int_file, smv_header_of(s_, quirks_, scaled()), image_.n_fast, image_.n_slow,
                     rows_of<std::uint16_t>(detection));
  note_loss(o_.int_file, detection.counts(), false);
}

void ImageWriters::pgm() {
  out_ << "pgm_scale = " << format_number(pgm_scale_) << "\n";
  announce(o_.pgm_file, "1-byte integers");
  Detection detection = detected(grey());
  formats::write_pgm(o_.pgm_file, image_.n_fast, image_.n_slow, grey_comment(), rows_of<std::uint8_t>(detection));
}

ImageWriters::NoiseImage ImageWriters::count_noise() const {
  NoiseImage image{std::make_unique<formats::OutputFile>(o_.noise_file), {}};
  Detection detection = detected(noisy());
  formats::write_smv(*image.file, smv_header_of(s_, quirks_, noisy()), image_.n_fast, image_.n_slow,
                     rows_of<std::uint16_t>(detection));
  image.counts = detection.counts();
  return image;
}

void ImageWriters::noise(const NoiseImage& image) {
  image.file->commit();
  note_loss(o_.noise_file, image.counts, s_.response.has_value());
  out_ << format_fixed(image.counts.photons, 0) << " photons on noise image (" << image.counts.overloads
       << " overloads)\n";
  announce(o_.noise_file, "2-byte integers");
}

void ImageWriters::extra(const std::string& path) {
  note_header_losses(path);
  const formats::ImageFormatInfo& format = formats::image_format_of(path);
  formats::ImageContents contents = contents_for(s_, quirks_, path);
  if (const ImageChoice* choice = choice_of(s_, path)) return chosen(path, *choice, contents);
  std::optional<Detection> rows;
  Counts counts;
  const formats::Numbers numbers = format.numbers_written(draws_counts(s_));
  switch (numbers) {
    case formats::Numbers::Counts:
      counts = detect(detected(counted()), image_.shape());
      contents.pixels = std::span<const std::int32_t>(counts.pixels);
      note_unusable(path, counts.counts, "-1");
      losses_.pixels(asked_name(path), "are overloaded", counts.counts.overloads);
      note_unstated_gain(path);
      break;
    case formats::Numbers::SixteenBits: {
      const Response response = draws_counts(s_) ? noisy() : scaled();
      contents.header = smv_header_of(s_, quirks_, response);
      contents.pixels = rows_of<std::uint16_t>(rows.emplace(detected(response)));
      break;
    }
    case formats::Numbers::Grey:
      contents.pixels = rows_of<std::uint8_t>(rows.emplace(detected(grey())));
      contents.comment = grey_comment();
      break;
    default: contents.pixels = image_;
  }
  std::string about;
  if (numbers == formats::Numbers::Preview) {
    contents.preview.spots.assign(side_.spots.begin(), side_.spots.end());
    contents.tell_picture = [&](const formats::PictureReport& report) {
      about = ", " + formats::in_words(report);
      for (const std::string& missing : formats::missing_in(report))
        losses_.sentence(asked_name(path) + ": " + missing);
    };
  }
  format.write(path, contents);
  if (numbers == formats::Numbers::SixteenBits) note_loss(path, rows->counts(), s_.response.has_value());
  out_ << "writing " << path << about << "\n";
}

void ImageWriters::chosen(const std::string& path, const ImageChoice& choice, formats::ImageContents& contents) {
  Image after_stage;
  if (!choice.stage.empty())
    after_stage = values_after(
        Detection(image_, s_.experiment.detector, stages_until(stages_of(counted(), noise_key()), choice.stage),
                  Rounding::Nearest, static_cast<int>(s_.options.run.threads)),
        image_.shape());
  contents.pixels = choice.stage.empty() ? side_.parts.at(choice.part) : after_stage;
  formats::image_format_of(path).write(path, contents);
  out_ << "writing " << path << ", "
       << (choice.stage.empty() ? "photons of the part " + choice.part : "values after the stage " + choice.stage)
       << "\n";
}

void ImageWriters::announce(const std::string& path, const std::string& what) {
  out_ << "writing " << path << " as " << what << "\n";
}

std::string ImageWriters::asked_name(const std::string& path) const { return nanobragg::asked_name(s_, path); }

void ImageWriters::note_header_losses(const std::string& path) {
  const std::string output = asked_name(path);
  const formats::ImageFormatInfo& format = formats::image_format_of(output);
  if (!format.losses || !header_for(s_, quirks_, format, draws_counts(s_)).empty()) return;
  const bool counts = draws_counts(s_) && !choice_of(s_, path);
  for (const std::string& loss : format.losses(output, geometry_of(s_), counts)) losses_.sentence(loss);
}

void ImageWriters::note_unstated_gain(const std::string& path) {
  const std::string output = asked_name(path);
  if (!s_.response || formats::image_format_of(output).states_gain) return;
  if (s_.response->gain != 1 || s_.response->offset != 0)
    losses_.sentence(output + ": its header does not state gain and pedestal; those of .nxs, .cbf and .img do");
}

void ImageWriters::note_unusable(const std::string& path, const ResponseCounts& counts,
                                 const std::string& not_a_number) {
  losses_.pixels(asked_name(path), "are below zero; stored as 0", counts.below_zero);
  losses_.pixels(asked_name(path), "are not a number; stored as " + not_a_number, counts.not_numbers);
}

void ImageWriters::note_loss(const std::string& path, const ResponseCounts& counts, bool recorded) {
  note_unusable(path, counts, "0");
  losses_.pixels(asked_name(path), recorded ? "are overloaded" : "need more than 16 bits; clipped at 65535",
                 counts.overloads);
}

Response ImageWriters::scaled() const { return scaled_response(s_, int_scale_); }
Response ImageWriters::noisy() const { return noisy_response(s_); }
Response ImageWriters::counted() const { return s_.response.value_or(Response{.counting_noise = o_.noise}); }
Response ImageWriters::grey() const { return {.gain = pgm_scale_, .rounding = Rounding::CutOff}; }

/// Seeds below zero have keys of their own.
NoiseKey ImageWriters::noise_key() const {
  constexpr std::uint64_t low_48_bits = 0xffff'ffff'ffff;
  return {static_cast<std::uint64_t>(-s_.noise_seed) & low_48_bits, static_cast<std::uint32_t>(s_.frame)};
}

/// Each noise image of a run is the same: it starts from the same state of the generator.
Detection ImageWriters::detected(const Response& response) const {
  const Detector& detector = s_.experiment.detector;
  const int threads = static_cast<int>(s_.options.run.threads);
  if (!s_.serial_noise) return Detection(image_, detector, response, noise_key(), threads);
  const auto poisson = [random = s_.random, seed = s_.noise_seed](double mean) mutable {
    return static_cast<double>(random.poisson(static_cast<float>(mean), seed));
  };
  return Detection(image_, detector, serial_stages_of(response, poisson), response.rounding, threads);
}

std::string ImageWriters::grey_comment() const { return "pixels scaled by " + format_number(pgm_scale_); }

}  // namespace femtobragg::nanobragg
