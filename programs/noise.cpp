// `femtobragg noise`: counts drawn from an image of photons, once or many times.
#include <cmath>
#include <limits>
#include <optional>

#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/nanobragg/flags/series_names.h"
#include "programs/command_options.h"
#include "programs/photon_image.h"
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

/// The same as with that seed alone.
void draw(const PhotonImage& photons, const NoiseSettings& s, const std::string& path, std::int64_t seed) {
  const bool sixteen_bits = formats::image_format_of(path).numbers == formats::Numbers::SixteenBits;
  constexpr double usual_pedestal = 40;
  const Response response{.counting_noise = true,
                          .gain = s.gain,
                          .offset = s.offset.value_or(sixteen_bits ? usual_pedestal : 0),
                          .rounding = sixteen_bits ? Rounding::CutOff : Rounding::Nearest};
  const auto frame = static_cast<std::uint32_t>(s.noise_frame.value_or(s.frame.value_or(0)));
  write_counts(photons, {path,
                         response,
                         {static_cast<std::uint64_t>(seed), frame},
                         {{"photons_from", s.from},
                          {"seed_noise", std::to_string(seed)},
                          {"frame_noise", std::to_string(frame)},
                          {"gain", format_number(response.gain, 17)},
                          {"offset", format_number(response.offset, 17)}}});
}

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
  // The largest numbers are those of overloaded pixels.
  const bool sixteen_bits = formats::image_format_of(s.to).numbers == formats::Numbers::SixteenBits;
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
  const PhotonImage photons = read_photons(s.from, s.frame);
  require_counts_format(photons, s.to);
  for (std::int64_t i = 0; i < s.repeat; ++i) draw(photons, s, path(i), s.seed + i);
  return 0;
}

}  // namespace femtobragg::programs
