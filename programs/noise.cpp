// `femtobragg noise`: counts drawn from an image of photons, once or many times.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/model/panel_windows.h"
#include "femtobragg/nanobragg/flags/series_names.h"
#include "femtobragg/simulate/detect.h"
#include "programs/command_options.h"
#include "programs/frame_geometry.h"
#include "programs/frame_notes.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

struct NoiseSettings {
  std::string from, to;
  std::int64_t seed = 1, repeat = 1;
  std::optional<std::int64_t> frame, noise_frame;
  std::optional<double> offset;
  double gain = 1;
};

/// The detector of an image whose header does not describe it.
Detector one_panel(const ImageShape& shape) {
  Detector detector;
  detector.panels.resize(1);
  detector.panels[0].n_fast = shape.n_fast;
  detector.panels[0].n_slow = shape.n_slow;
  return detector;
}

/// The image as expected photons. Throws Error(Usage) if it is none.
Image photons_of(const formats::Frame& frame, const ImageShape& shape, const std::string& name) {
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
  Image image{shape.n_fast, shape.n_slow, frame.pixels};
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    if (!std::isfinite(image.pixels[i]) || image.pixels[i] < 0) image.pixels[i] = 0;
  return image;
}

/// What the image says does not count gets no count.
void mask_out(Detector& detector, const formats::Frame& frame, const ImageShape& shape) {
  for (Panel& panel : detector.panels) {
    std::vector<std::uint8_t> live(panel.n_fast * panel.n_slow, 1);
    bool any = false;
    for_each_place(panel, shape, [&](std::size_t fast, std::size_t slow, std::size_t at) {
      const bool counts = frame.states[at] == PixelState::Counts || frame.states[at] == PixelState::Overloaded;
      if (counts && !panel.masked(fast, slow)) return;
      live[slow * panel.n_fast + fast] = 0;
      any = true;
    });
    if (any) panel.mask = std::move(live);
  }
}

class Noise {
 public:
  explicit Noise(const NoiseSettings& settings) : s_(settings) {
    const formats::Frame frame =
        formats::read_pixels(s_.from, s_.frame ? std::optional(static_cast<std::size_t>(*s_.frame)) : std::nullopt);
    tell_notes(frame, s_.from);
    if (!frame.shape)
      throw Error::usage({.what = "the shape of the image is unknown",
                          .where = in_quotes(s_.from),
                          .remedy = "convert it to .npy: femtobragg convert --shape FAST SLOW"});
    shape_ = *frame.shape;
    image_ = photons_of(frame, shape_, s_.from);
    std::string why;
    geometry_ = geometry_in(s_.from, frame.format, why);
    if (geometry_) tell_geometry_notes(*geometry_, s_.from);
    if (geometry_ && geometry_->detector.image_shape() != shape_) geometry_.reset();
    if (!geometry_ && to_.states_geometry == formats::StatesGeometry::Always)
      throw Error::usage({.what = std::string(to_.name) + " files need the detector position",
                          .where = in_quotes(s_.from),
                          .rule = why.empty() ? "images of this format do not have it" : why,
                          .remedy = "give an .nxs image, or write .tif"});
    detector_ = geometry_ ? geometry_->detector : one_panel(shape_);
    mask_out(detector_, frame, shape_);
    if (geometry_) geometry_->detector = detector_;
    for (std::size_t i = 0; i < frame.states.size(); ++i)
      if (frame.states[i] == PixelState::Overloaded) overloaded_.push_back(i);
    for (const Panel& panel : detector_.panels) saturation_ = std::min(saturation_, panel.saturation);
    if (geometry_ && to_.losses)
      for (const std::string& loss : to_.losses(s_.to, *geometry_, true)) std::cerr << "warning: " << loss << "\n";
    const bool sixteen_bits = to_.numbers == formats::Numbers::SixteenBits;
    constexpr double usual_pedestal = 40;
    response_ = {.counting_noise = true,
                 .gain = s_.gain,
                 .offset = s_.offset.value_or(sixteen_bits ? usual_pedestal : 0),
                 .rounding = sixteen_bits ? Rounding::CutOff : Rounding::Nearest};
  }

  /// The same as with that seed alone.
  void draw(const std::string& path, std::int64_t seed) const {
    const auto frame = static_cast<std::uint32_t>(s_.noise_frame.value_or(s_.frame.value_or(0)));
    Detection detection(image_, detector_, response_, {static_cast<std::uint64_t>(seed), frame});
    formats::ImageContents contents{.shape = shape_};
    contents.geometry = geometry_;
    contents.pedestal = response_.offset;
    contents.record = {{"photons_from", s_.from},
                       {"seed_noise", std::to_string(seed)},
                       {"frame_noise", std::to_string(frame)},
                       {"gain", format_number(response_.gain, 17)},
                       {"offset", format_number(response_.offset, 17)}};
    std::vector<std::int32_t> counts;
    bool visible = false;
    if (to_.numbers == formats::Numbers::SixteenBits) {
      contents.pixels = [&](std::size_t slow, std::span<std::uint16_t> row) {
        detection.row(slow, row);
        finish(row, slow * shape_.n_fast, visible);
      };
    } else {
      counts.resize(image_.pixels.size());
      for (std::size_t slow = 0; slow < shape_.n_slow; ++slow)
        detection.row(slow, std::span(counts).subspan(slow * shape_.n_fast, shape_.n_fast));
      finish(std::span(counts), 0, visible);
      contents.pixels = std::span<const std::int32_t>(counts);
    }
    to_.write(path, contents);
    const ResponseCounts& found = detection.counts();
    std::cout << "wrote " << path << ", seed " << seed << ", " << format_fixed(found.photons, 0)
              << " photons counted\n";
    if (found.photons > 0 && !visible)
      std::cerr << "warning: " << path << ": no photon is visible in the stored numbers, because --gain "
                << format_number(response_.gain) << " is too small\n";
    if (found.overloads > 0) std::cerr << "warning: " << path << ": overloaded: " << found.overloads << " pixels\n";
  }

 private:
  /// Numbers from pixel `begin` on: what is overloaded in the photons stays so, and whether any is above the offset.
  template <class T>
  void finish(std::span<T> numbers, std::size_t begin, bool& visible) const {
    const double full = std::min<double>(std::floor(saturation_) + 1, std::numeric_limits<T>::max());
    const auto first = std::ranges::lower_bound(overloaded_, begin);
    for (auto i = first; i != overloaded_.end() && *i < begin + numbers.size(); ++i)
      if (numbers[*i - begin] < full) numbers[*i - begin] = static_cast<T>(full);
    visible = visible || std::ranges::any_of(numbers, [&](T n) { return static_cast<double>(n) > response_.offset; });
  }

  const NoiseSettings& s_;
  const formats::ImageFormatInfo& to_ = formats::image_format_of(s_.to);
  ImageShape shape_;
  Image image_;
  std::optional<Geometry> geometry_;
  Detector detector_;
  Response response_;
  std::vector<std::size_t> overloaded_;  ///< pixels of the image, ascending
  double saturation_ = std::numeric_limits<double>::infinity();
};

void require_settings(const NoiseSettings& s) {
  const auto refuse = [](const char* flag, const std::string& value, const std::string& rule) {
    refuse_words("noise", flag, value, rule);
  };
  constexpr std::int64_t most_seed = 2147483646, most_repeats = 1000000;
  if (s.seed < 1 || s.seed > most_seed) refuse("--seed", std::to_string(s.seed), "it must be 1 to 2147483646");
  if (s.repeat < 1 || s.repeat > most_repeats) refuse("--repeat", std::to_string(s.repeat), "it must be 1 to 1000000");
  if (s.seed + s.repeat - 1 > most_seed)
    refuse("--repeat", std::to_string(s.repeat), "--seed plus --repeat must not exceed 2147483647");
  if (!(s.gain > 0) || !std::isfinite(s.gain))
    refuse("--gain", format_number(s.gain), "it must be above 0, and finite");
  if (s.frame && *s.frame < 0) refuse("--frame", std::to_string(*s.frame), "frames are counted from 0");
  if (s.noise_frame && (*s.noise_frame < 0 || *s.noise_frame > std::numeric_limits<std::uint32_t>::max()))
    refuse("--noise-frame", std::to_string(*s.noise_frame), "frames are counted from 0");
  const formats::ImageFormatInfo& to = formats::image_format_of(s.to);
  if (!to.for_counts())
    throw Error::usage({.what = "this format does not store counts",
                        .where = in_quotes(s.to),
                        .rule = "counts are whole numbers",
                        .remedy = "write .nxs, .cbf, .tif or .img, and convert that"});
  // The largest numbers are those of overloaded pixels.
  const bool sixteen_bits = to.numbers == formats::Numbers::SixteenBits;
  const double most = sixteen_bits ? 65534 : 2147483646;
  if (s.offset && !(*s.offset >= 0 && *s.offset <= most && *s.offset == std::floor(*s.offset)))
    refuse("--offset", format_number(*s.offset),
           "it must be a whole number from 0 to " + format_number(most, 10) + " in this format");
}

}  // namespace

int noise(const Words& words) {
  NoiseSettings s;
  CommandOptions options(
      "Draws counts from an image of expected photons, as a detector would count them. The same seed gives\n"
      "the same counts, which are those of simulate -seed.",
      "femtobragg noise");
  options.add("IMAGE", s.from, "photons: .npy, or noiseless .nxs or .tif").required();
  options.add("-o,--out", s.to, "image to write: .nxs, .cbf, .tif or .img").required().type("FILE");
  options.add("--seed", s.seed, "seed of the noise").shows_default();
  options
      .add("--repeat", s.repeat, "draw N times, with consecutive seeds, into numbered files; # in FILE is the number")
      .shows_default()
      .type("N");
  options.add("--gain", s.gain, "numbers stored for each photon").shows_default();
  options.add("--offset", s.offset, "number stored for no photons; default: 40 in .img, otherwise 0");
  options.add("--frame", s.frame, "frame of a series, counted from 0; default: the first");
  options.add("--noise-frame", s.noise_frame, "draw what simulate draws for this frame of a series; default: --frame");
  if (!options.parse(words)) return 0;
  require_settings(s);
  const auto path = [&](std::int64_t i) {
    return s.repeat > 1 ? nanobragg::frame_path(s.to, static_cast<std::size_t>(i + 1)) : s.to;
  };
  for (std::int64_t i = 0; i < s.repeat; ++i) formats::require_inputs_kept(Words{s.from}, Words{path(i)});
  const Noise noise(s);
  for (std::int64_t i = 0; i < s.repeat; ++i) noise.draw(path(i), s.seed + i);
  return 0;
}

}  // namespace femtobragg::programs
