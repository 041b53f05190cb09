// `femtobragg detect`: what a detector records of an image of expected photons.
#include <cmath>
#include <iostream>
#include <limits>
#include <optional>

#include "femtobragg/assemble/response.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/nanobragg/flags/field_flags.h"
#include "femtobragg/nanobragg/flags/output_selection.h"
#include "femtobragg/nanobragg/flags/parse_arguments.h"
#include "programs/command_options.h"
#include "programs/compression_option.h"
#include "programs/photon_image.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

struct DetectSettings {
  Words images;  ///< the input, then outputs
  std::int64_t seed = 1;
  std::optional<std::int64_t> frame, noise_frame;
  std::optional<double> energy_eV, pixel_mm, exposure_s;
  bool list = false;
  ResponseScene response;
  CompressionOption compression;
};

/// The flags of simulate for the response, as they are there, and the rest.
Words without_response_flags(const Words& words, ResponseScene& response) {
  Words flags, rest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const nanobragg::Flag* flag = words[i].starts_with("-") ? nanobragg::flag_in(words[i]) : nullptr;
    if (!flag || flag->group != nanobragg::response_group) {
      rest.push_back(words[i]);
      continue;
    }
    flags.push_back(words[i]);
    for (std::size_t k = 0; k < flag->max_values && i + 1 < words.size(); ++k) flags.push_back(words[++i]);
  }
  response = nanobragg::parse_arguments(flags, nanobragg::Reading::Strict, {}, {}).options.response;
  return rest;
}

/// Of the header, where no option states it.
double energy_keV(const DetectSettings& s, const PhotonImage& photons) {
  constexpr double keV_of_eV = 1e-3, usual_eV = hc_eV_angstrom;
  if (s.energy_eV) return *s.energy_eV * keV_of_eV;
  if (photons.geometry && photons.geometry->wavelength_m)
    return hc_eV_angstrom / angstrom_from_metres(*photons.geometry->wavelength_m) * keV_of_eV;
  if (!assemble::response_named(s.response.name.empty() ? "ideal" : s.response.name).make(1).adaptive.ranges.empty())
    throw Error::usage({.what = "the photon energy is unknown",
                        .where = in_quotes(photons.name),
                        .rule = "the numbers of " + s.response.name + " grow with it",
                        .remedy = "give --energy, in eV"});
  return usual_eV * keV_of_eV;
}

/// For an exposure that an option or the header states.
Response response_of(const DetectSettings& s, const PhotonImage& photons) try {
  const std::optional<double> exposure_s = s.exposure_s ? s.exposure_s : photons.exposure_s;
  const Response response = assemble::response_of(s.response, energy_keV(s, photons), exposure_s.value_or(1));
  if (!exposure_s && assemble::depends_on_exposure(response))
    throw Error::usage({.what = "the exposure is unknown",
                        .where = in_quotes(photons.name),
                        .rule = "dead time, dark current and shutter depend on it",
                        .remedy = "give --exposure, in s, or an .nxs image"});
  return response;
} catch (const Error& error) {
  throw nanobragg::in_flags(error);
}

void require_settings(const DetectSettings& s) {
  const auto refuse = [](const char* flag, const std::string& value, const std::string& rule) {
    refuse_words("detect", flag, value, rule);
  };
  constexpr std::int64_t most_seed = 2147483646;
  if (s.images.size() < 2) refuse("OUT", std::to_string(s.images.size()) + " names", "it takes IN and OUT");
  if (s.seed < 1 || s.seed > most_seed) refuse("--seed", std::to_string(s.seed), "it must be 1 to 2147483646");
  if (s.frame && *s.frame < 0) refuse("--frame", std::to_string(*s.frame), "frames are counted from 0");
  if (s.noise_frame && (*s.noise_frame < 0 || *s.noise_frame > std::numeric_limits<std::uint32_t>::max()))
    refuse("--noise-frame", std::to_string(*s.noise_frame), "frames are counted from 0");
  if (s.energy_eV && !(*s.energy_eV > 0 && std::isfinite(*s.energy_eV)))
    refuse("--energy", format_number(*s.energy_eV), "it must be above 0, and finite");
  if (s.exposure_s && !(*s.exposure_s > 0 && std::isfinite(*s.exposure_s)))
    refuse("--exposure", format_number(*s.exposure_s), "it must be above 0, and finite");
  if (s.pixel_mm && !(*s.pixel_mm > 0 && std::isfinite(*s.pixel_mm)))
    refuse("--pixel", format_number(*s.pixel_mm), "it must be above 0, and finite");
}

/// Of images whose header has none.
bool spreads(const Response& r) {
  return r.point_spread.fwhm_m > 0 || r.charge_sharing_fwhm_m > 0 || r.escape.fraction > 0;
}

void set_pixel_size(const DetectSettings& s, const Response& response, PhotonImage& photons) {
  if (photons.geometry && s.pixel_mm)
    refuse_words("detect", "--pixel", format_number(*s.pixel_mm),
                 "the header of " + photons.name + " states the pixels");
  if (photons.geometry) return;
  if (s.pixel_mm) photons.detector.panels[0].pixel_size_m = metres_from_mm(*s.pixel_mm);
  if (s.pixel_mm || !spreads(response)) return;
  throw Error::usage({.what = "the size of the pixels is unknown",
                      .where = in_quotes(photons.name),
                      .rule = "point spread, charge sharing and fluorescence reach over a length",
                      .remedy = "give --pixel, in mm, or an .nxs image"});
}

void require_output(const PhotonImage& photons, const Response& response, const nanobragg::NamedImage& output) {
  if (!output.choice.part.empty())
    refuse_words("detect", output.path, "part=" + output.choice.part, "only simulate knows the parts of an image");
  if (!output.choice.stage.empty()) return;
  require_counts_format(photons, output.path);
  if (formats::image_format_of(output.path).numbers == formats::Numbers::SixteenBits)
    assemble::require_range(response, formats::smv_most_valid, output.path);
}

}  // namespace

int detect_image(const Words& words) {
  DetectSettings s;
  const Words own = without_response_flags(words, s.response);
  CommandOptions options(
      "Writes what a detector records of an image of expected photons. -response NAME and the other flags of\n"
      "`femtobragg simulate --help=response` describe it; OUT:stage=NAME has the values after one of its stages.",
      "femtobragg detect");
  options.add("IMAGES", s.images, "IN: photons, as .npy, or noiseless .nxs or .tif; OUT...: .nxs, .cbf, .tif or .img")
      .type("IN OUT");
  options.add("--list", s.list, "list the known responses, with their figures and sources");
  options.add("--seed", s.seed, "seed of the noise").shows_default();
  options.add("--frame", s.frame, "frame of a series, counted from 0; default: the first");
  options.add("--noise-frame", s.noise_frame, "draw what simulate draws for this frame of a series; default: --frame");
  options.add("--energy", s.energy_eV, "photon energy in eV; default: of the header");
  options.add("--pixel", s.pixel_mm, "edge of a pixel in mm, where the header does not state it");
  options.add("--exposure", s.exposure_s,
              "exposure time in s, for dead time, dark current and shutter; default: of the header");
  s.compression.describe(options);
  if (!options.parse(own)) return 0;
  if (s.list && !s.images.empty()) refuse_words("detect", "--list", s.images.front(), "it takes no images");
  if (s.list) return std::cout << assemble::response_table(), 0;
  require_settings(s);
  const std::string& from = s.images.front();
  std::vector<nanobragg::NamedImage> outputs;
  Words paths;
  for (std::size_t i = 1; i < s.images.size(); ++i)
    paths.push_back(outputs.emplace_back(nanobragg::named_image(s.images[i])).path);
  formats::require_inputs_kept(Words{from}, paths);
  formats::require_outputs_apart(paths);
  const formats::Compression compression = s.compression.of(options, paths);
  PhotonImage photons = read_photons(from, s.frame);
  const Response response = response_of(s, photons);
  set_pixel_size(s, response, photons);
  for (const nanobragg::NamedImage& output : outputs) require_output(photons, response, output);
  if (response.flicker_in_steps)
    throw Error::usage({.what = "the photons of an image have no phi steps any more",
                        .where = "-flicker_in_steps",
                        .rule = "the light of phi steps changes while an image is rendered",
                        .remedy = "give it to `femtobragg simulate`"});
  const NoiseKey key{static_cast<std::uint64_t>(s.seed),
                     static_cast<std::uint32_t>(s.noise_frame.value_or(s.frame.value_or(0)))};
  for (const nanobragg::NamedImage& output : outputs) {
    const CountsOutput file{output.path,
                            response,
                            key,
                            {{"photons_from", from},
                             {"response", s.response.name},
                             {"seed_noise", std::to_string(key.seed)},
                             {"frame_noise", std::to_string(key.frame)}},
                            compression};
    output.choice.stage.empty() ? write_counts(photons, file) : write_stage(photons, file, output.choice.stage);
  }
  return 0;
}

}  // namespace femtobragg::programs
