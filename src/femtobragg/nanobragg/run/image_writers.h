// One image of a run in each of the formats.
#pragma once

#include <iosfwd>
#include <memory>
#include <span>
#include <string>

#include "femtobragg/formats/image/image_contents.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/report/loss_report.h"
#include "femtobragg/nanobragg/run/side_images.h"
#include "femtobragg/nanobragg/setup/setup.h"
#include "femtobragg/simulate/detect.h"
#include "femtobragg/simulate/statistics.h"

namespace femtobragg::nanobragg {

/// Says on `out` what it writes, and in `losses` what a file cannot hold. All that it is given must
/// outlive it. Members throw Error(Runtime).
class ImageWriters {
 public:
  ImageWriters(const Setup& setup, const Image& image, const ImageStatistics& statistics, const QuirkSet& quirks,
               const SideImages& side, std::ostream& out, LossReport& losses);

  void float_image();
  void int_image();
  void pgm();

  /// An image with counting noise that is written but not committed.
  struct NoiseImage {
    std::unique_ptr<formats::OutputFile> file;
    ResponseCounts counts;
  };
  NoiseImage count_noise() const;
  void noise(const NoiseImage& image);

  /// A file of -o, in the format of its suffix.
  void extra(const std::string& path);

 private:
  /// A file of -o that holds something else than the image.
  void chosen(const std::string& path, const ImageChoice& choice, formats::ImageContents& contents);
  void announce(const std::string& path, const std::string& what);
  /// What the command line calls a file.
  std::string asked_name(const std::string& path) const;
  /// What the headers of an output cannot express.
  void note_header_losses(const std::string& path);
  void note_unstated_gain(const std::string& path);
  void note_unusable(const std::string& path, const ResponseCounts& counts, const std::string& not_a_number);
  /// Warnings about a file of 16 bits; `recorded`: by the response, whose saturation counts.
  void note_loss(const std::string& path, const ResponseCounts& counts, bool recorded);
  // What the detector makes of the image.
  Response scaled() const;
  Response noisy() const;
  Response counted() const;
  Response grey() const;
  NoiseKey noise_key() const;
  Detection detected(const Response& response) const;
  std::string grey_comment() const;

  const Setup& s_;
  const OutputOptions& o_;
  const Image& image_;
  const QuirkSet& quirks_;
  const SideImages& side_;
  std::ostream& out_;
  LossReport& losses_;
  double int_scale_ = 1, pgm_scale_ = 1;
};

}  // namespace femtobragg::nanobragg
