// Marks, clipping and warnings on the way from a frame to a file.
#include "programs/frame_writer.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/simulate/detect.h"
#include "femtobragg/simulate/stored_row.h"
#include "programs/frame_geometry.h"

namespace femtobragg::programs {
namespace {

using formats::Frame;

/// What a pixel without a count holds in files of signed numbers, as DECTRIS writes them; nothing: its value stays.
std::optional<std::int32_t> mark_of(PixelState state) {
  switch (state) {
    case PixelState::Gap:
    case PixelState::Masked:
    case PixelState::Sentinel: return -1;
    case PixelState::Bad: return -2;
    default: return std::nullopt;
  }
}

class FrameWriter {
 public:
  FrameWriter(const FrameOutput& settings, const Frame& file, const ImageShape& shape)
      : s_(settings), file_(file), shape_(shape) {
    const double pedestal = s_.scale * file_.pedestal.value_or(0);
    if (sixteen_bits())
      pedestal_ = pedestal + s_.offset;
    else
      offset_ -= pedestal;
    writes_counts_ = writes_counts();
  }

  void write() {
    tell_of_pixels_without_counts();
    formats::ImageContents contents{.shape = shape_};
    contents.geometry = stated_geometry();
    contents.record = s_.record;
    contents.compression = s_.compression;
    contents.record.emplace_back("offset", format_number(offset_, 17));
    contents.saturation = saturation();
    overloaded_ = overloaded_value(contents.geometry);
    contents.pedestal = pedestal_;
    contents.least = least();
    std::string about = std::to_string(shape_.n_fast) + " x " + std::to_string(shape_.n_slow) + " pixels";
    if (to_.numbers == formats::Numbers::Preview) contents.preview = s_.preview;
    contents.tell_picture = [&](const formats::PictureReport& report) {
      about = formats::in_words(report);
      for (const std::string& missing : formats::missing_in(report))
        std::cerr << "warning: " << s_.to << ": " << missing << "\n";
    };
    if (contents.geometry && to_.losses)
      for (const std::string& loss : to_.losses(s_.to, *contents.geometry, writes_counts_))
        std::cerr << "warning: " << loss << "\n";
    if (to_.numbers == formats::Numbers::Grey)
      write_grey(contents);
    else if (sixteen_bits())
      write_sixteen_bits(contents);
    else if (writes_counts_)
      write_counts(contents);
    else
      write_photons(contents);
    std::cout << "wrote " << s_.to << ", " << about << "\n";
  }

 private:
  bool sixteen_bits() const { return to_.numbers == formats::Numbers::SixteenBits; }
  bool holds_counts() const { return !file_.counts.empty(); }

  /// Counts stay counts where the format has them and none becomes a mark by what is taken off.
  bool writes_counts() const {
    if (to_.numbers == formats::Numbers::PhotonsOrCounts) return holds_counts() && counts_like_marks() == 0;
    return to_.for_counts();
  }

  double written(std::size_t i) const {
    const double value = holds_counts() ? static_cast<double>(file_.counts[i]) : static_cast<double>(file_.pixels[i]);
    return value * s_.scale + offset_;
  }

  bool records_overloads() const { return to_.says_overloads || (to_.for_counts() && saturation() < no_saturation); }

  /// What makes readers see that a pixel is overloaded, where its own value may not: that of a sum, or a rounded one.
  double overloaded_value(const std::optional<Geometry>& geometry) const {
    double most = saturation();
    if (geometry)
      for (const Panel& panel : geometry->detector.panels) most = std::min(most, panel.saturation);
    return records_overloads() && most < no_saturation ? std::floor(most) + 1 : -no_saturation;
  }

  /// How many counts would be read as marks, being -1 or -2.
  std::size_t counts_like_marks() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < file_.states.size(); ++i) {
      if (mark_of(file_.states[i])) continue;
      const double rounded = std::floor(written(i) + 0.5);
      count += rounded == -1 || rounded == -2;
    }
    return count;
  }

  /// Where a mark takes the place of what was stored.
  void tell_of_pixels_without_counts() const {
    PixelTally replaced;
    for (std::size_t i = 0; i < file_.states.size(); ++i)
      if (const auto mark = mark_of(file_.states[i]))
        if (sixteen_bits() || !writes_counts_ || !holds_counts() || file_.counts[i] != *mark)
          ++replaced[file_.states[i]];
    if (replaced.excluded() > 0)
      std::cerr << "note: " << replaced.excluded() << " pixels of " << s_.from << " have no count ("
                << replaced.excluded_in_words() << "): stored as "
                << (sixteen_bits()   ? "0"
                    : writes_counts_ ? "-1, or -2 where bad"
                                     : "NaN")
                << "\n";
    if (const std::size_t marks = to_.numbers == formats::Numbers::Counts ? counts_like_marks() : 0; marks > 0)
      std::cerr << "warning: " << marks << " pixels of " << s_.to
                << " are -1 or -2, which readers interpret as gaps and bad pixels: use --offset N to add a pedestal; "
                   ".nxs and .tif store such pixels as floating point numbers\n";
    if (const std::size_t below = file_.tally()[PixelState::Negative]; below > 0)
      std::cerr << "note: " << below << " pixels of " << s_.from
                << " are below the lowest valid value that it states: stored with their values\n";
    const std::size_t overloaded = file_.tally()[PixelState::Overloaded];
    if (overloaded > 0 && !records_overloads())
      std::cerr << "warning: " << overloaded << " pixels of " << s_.from << " are overloaded, which " << s_.to
                << " cannot record: their values are lower bounds\n";
  }

  Image photons() const {
    Image image = Image::zeros(shape_.n_fast, shape_.n_slow);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      float& pixel = image.pixels[i];
      pixel = mark_of(file_.states[i]) ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(written(i));
      if (file_.states[i] == PixelState::Overloaded) pixel = std::max(pixel, static_cast<float>(overloaded_));
      if (std::isinf(pixel) && std::isfinite(file_.pixels[i]))
        throw Error::usage({.what = "a pixel is too large for the file",
                            .where = in_quotes(s_.to),
                            .value = format_number(written(i)),
                            .rule = "photons must be numbers up to 3.4e38",
                            .remedy = "give a smaller --scale or --offset"});
    }
    return image;
  }

  /// Whole numbers of another kind, and a warning of what it cannot hold.
  template <class To>
  std::vector<To> whole_numbers() const {
    std::vector<To> values(file_.pixels.size());
    StoredCounts counts;
    const auto store = [&]<class From>(std::vector<From> from) {
      for (std::size_t i = 0; i < from.size(); ++i)
        if (mark_of(file_.states[i])) from[i] = 0;
      stored_row<From, To>(from, s_.scale, offset_, values, counts);
    };
    if (holds_counts())
      store(file_.counts);
    else
      store(file_.pixels);
    constexpr To none = std::is_signed_v<To> ? To(-1) : To{0};
    const auto warn = [&](std::uint64_t count, const std::string& what, std::int64_t stored) {
      if (count > 0)
        std::cerr << "warning: " << count << " pixels of " << s_.to << " cannot be stored as they are, " << what
                  << "; stored as " << stored << "\n";
    };
    warn(counts.too_large, "being too large", std::numeric_limits<To>::max());
    warn(counts.too_small, "being too small", std::numeric_limits<To>::min());
    warn(counts.not_numbers, "not being numbers", none);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(file_.pixels[i])) values[i] = none;
      if (const auto mark = mark_of(file_.states[i])) values[i] = std::is_signed_v<To> ? static_cast<To>(*mark) : To{0};
      constexpr double most = std::numeric_limits<To>::max();
      if (file_.states[i] == PixelState::Overloaded && overloaded_ > static_cast<double>(values[i]))
        values[i] = static_cast<To>(std::min(overloaded_, most));
    }
    return values;
  }

  /// The largest of the pixels that are written that a pixel can tell apart.
  double saturation() const {
    const double most = file_.most * s_.scale + offset_;
    return most > 0 ? most : no_saturation;
  }

  /// Where the detector stands, for formats that can say it. Warns where a header is written without it, though the
  /// source has one.
  std::optional<Geometry> stated_geometry() const {
    const bool picture = to_.numbers == formats::Numbers::Preview;
    if (to_.states_geometry == formats::StatesGeometry::No && !picture) return std::nullopt;
    std::optional<Geometry> g = s_.geometry;
    if (g && g->detector.image_shape() != shape_) g.reset();
    const std::string& why = s_.why_no_geometry;
    if (!g && to_.states_geometry == formats::StatesGeometry::Always)
      throw Error::usage({.what = std::string(to_.name) + " files need the detector position",
                          .where = in_quotes(s_.from),
                          .rule = why.empty() ? "images of this format do not have it" : why,
                          .remedy = "convert from an image whose header has it, or write .tif or .npy"});
    if (!g) return warn_of_loss(why);
    tell_geometry_notes(*g, s_.from);
    for (Panel& panel : g->detector.panels) {
      const double most = std::min(panel.saturation, file_.most) * s_.scale + offset_;
      panel.saturation = most > 0 ? most : no_saturation;
    }
    return g;
  }

  std::optional<Geometry> warn_of_loss(const std::string& why) const {
    if (why.empty() || to_.numbers == formats::Numbers::Preview) return std::nullopt;
    std::cerr << "warning: the header of " << s_.to << " does not give the detector position: " << why << "\n";
    return std::nullopt;
  }

  void write_sixteen_bits(formats::ImageContents& contents) const {
    const std::vector<std::uint16_t> values = whole_numbers<std::uint16_t>();
    contents.pixels = [&](std::size_t slow, std::span<std::uint16_t> row) {
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(slow * shape_.n_fast), shape_.n_fast, row.begin());
    };
    to_.write(s_.to, contents);
  }

  void write_counts(formats::ImageContents& contents) const {
    const std::vector<std::int32_t> values = whole_numbers<std::int32_t>();
    contents.pixels = std::span<const std::int32_t>(values);
    to_.write(s_.to, contents);
  }

  void write_photons(formats::ImageContents& contents) const {
    const Image image = photons();
    contents.pixels = image;
    to_.write(s_.to, contents);
  }

  void write_grey(formats::ImageContents& contents) const {
    const Image image = photons();
    Detector one_panel;
    one_panel.panels.resize(1);
    one_panel.panels[0].n_fast = shape_.n_fast;
    one_panel.panels[0].n_slow = shape_.n_slow;
    Detection detection(image, one_panel, {.rounding = Rounding::CutOff});
    contents.comment = "pixels scaled by " + format_number(s_.scale);
    contents.pixels = [&](std::size_t slow, std::span<std::uint8_t> row) { detection.row(slow, row); };
    to_.write(s_.to, contents);
  }

  /// Of the pixels that count.
  std::int64_t least() const {
    double least = 0;
    for (std::size_t i = 0; i < file_.states.size(); ++i)
      if (file_.states[i] == PixelState::Counts) least = std::min(least, written(i));
    return static_cast<std::int64_t>(std::max(std::floor(least), -9e18));
  }

  static constexpr double no_saturation = std::numeric_limits<double>::infinity();

  const FrameOutput& s_;
  const formats::ImageFormatInfo& to_ = formats::image_format_of(s_.to);
  const Frame& file_;
  ImageShape shape_;
  double offset_ = s_.offset;  ///< of pixels as they stand, after --scale
  double pedestal_ = 0;        ///< of what is written
  bool writes_counts_ = false;
  double overloaded_ = -no_saturation;  ///< the least that overloaded pixels are stored as
};

}  // namespace

void write_frame(const FrameOutput& output, const formats::Frame& frame, const ImageShape& shape) {
  FrameWriter(output, frame, shape).write();
}

}  // namespace femtobragg::programs
