// The list of known responses, one row for each.
#include "femtobragg/assemble/response.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/simulate/stages/exposure.h"

namespace femtobragg::assemble {
namespace {

constexpr std::string_view assumed = "assumed: no published figure";
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double counter_20_bits = 1048575, counter_32_bits = 4294967295, word_16_bits = 65535;

/// Full width at half maximum of charge in silicon, after drifting through the whole sensor: the most that it can be.
/// That of many photons spreads over neighbouring pixels; a counter gives each photon to one pixel.
constexpr std::string_view diffusion =
    "thermal diffusion through the whole sensor at 150 V (assumed) and 293 K, 2.355 d sqrt(2 k T / q V)";

constexpr ResponseFigure ideal_figures[] = {{"photons are counted, and nothing else happens", "definition"}};

constexpr ResponseFigure pilatus_figures[] = {
    {"counts of 20 bits", "DECTRIS, PILATUS3 X: 20 bits"},
    {"dead time 100 ns with instant retrigger",
     "the time is our estimate, the inverse of the largest rate of 1e7 photons/s in a pixel (DECTRIS); retrigger: "
     "T. Loeliger et al., IEEE NSS/MIC (2012) 610, P. Trueb et al., J. Synchrotron Rad. 22 (2015) 701"},
    {"0.015 % of the pixels are dead", "header of a PILATUS3 6M (1 mm sensor): 852 of 5.7 million pixels are flagged"},
    {"no read-out noise, no pedestal", "counts above a threshold of half the photon energy"}};

constexpr ResponseFigure eiger_figures[] = {
    {"dead time 100 ns with instant retrigger",
     "retrigger: DECTRIS, EIGER2 user manual; the time is our estimate, the inverse of the largest rate of 1e7 "
     "photons/s in a pixel (DECTRIS)"},
    {"counts of 32 bits", "DECTRIS, EIGER2: frames of 16 bits are summed"},
    {"0.07 counts an hour in the dark", "DECTRIS, EIGER X features"},
    {"0.01 % of the pixels are dead", assumed},
    {"no read-out noise, no pedestal", "counts above a threshold of half the photon energy"}};

constexpr ResponseFigure jungfrau_figures[] = {
    {"three ranges: 41.5, -1.39, -0.11 ADU/keV", "defaults of psana (LCLS)"},
    {"noise of the first 83 electrons of 3.6 eV, for 10 us of integration",
     "F. Leonarski et al., Struct. Dyn. 7 (2020) 014305"},
    {"noise of the others 2.5 ADU", assumed},
    {"the ranges change at 250 keV and 8 MeV",
     "about 25 and 800 photons of 10 keV: European XFEL, JUNGFRAU documentation; principle: A. Mozzanica et al., "
     "J. Instrum. 9 (2014) C05010"},
    {"pedestals 2500, 14500, 14500 ADU", assumed},
    {"14 bits; ranges have the codes 0, 1, 3", "PSI, JUNGFRAU; psana, UtilsJungfrau"},
    {"charge spreads over 14 um (FWHM) in 320 um of silicon", diffusion},
    {"photons are computed back from the numbers, unless raw is asked for", "as facilities do it"}};

constexpr ResponseFigure agipd_figures[] = {
    {"first range 7.5 ADU/keV", assumed},
    {"noise of the first 0.95 keV", "below 1 keV: A. Allahgholi et al., J. Synchrotron Rad. 26 (2019) 74"},
    {"gains of the others smaller by 40 and by 4.5 more, their noise 2 ADU", assumed},
    {"the ranges change at 600 keV and 31 MeV", assumed},
    {"more than 1e4 photons of 12 keV (here 2.5e4: 14 bits)", "A. Allahgholi et al., J. Synchrotron Rad. 26 (2019) 74"},
    {"pedestals 4000 ADU", assumed},
    {"charge spreads over 22 um (FWHM) in 500 um of silicon", diffusion},
    {"photons are computed back from the numbers, unless raw is asked for", "as facilities do it"}};

constexpr ResponseFigure epix_figures[] = {
    {"high gain 162, low gain 1.62 ADU for each photon of 9.5 keV, changing by themselves",
     "T. B. van Driel et al., J. Synchrotron Rad. 27 (2020) 608"},
    {"noise 0.325 and 13 keV", "T. B. van Driel et al., J. Synchrotron Rad. 27 (2020) 608"},
    {"the range changes at 760 keV, 80 photons of 9.5 keV",
     "T. B. van Driel et al., J. Synchrotron Rad. 27 (2020) 608"},
    {"pedestals 3100 ADU", assumed},
    {"14 bits, and one for the range", "psana, epix10k"},
    {"charge spreads over 22 um (FWHM) in 500 um of silicon", diffusion},
    {"photons are computed back from the numbers, unless raw is asked for", "as facilities do it"}};

constexpr ResponseFigure rayonix_figures[] = {
    {"point spread of a fibre taper, 80 um (FWHM)", "as simulations of Rayonix detectors with cctbx use it"},
    {"sensitivity of pixels within 1 %, read-out noise 1 ADU",
     "as simulations of Rayonix detectors with cctbx use them"},
    {"1 ADU for each photon", assumed},
    {"pedestal 10 ADU", "as simulations with cctbx use it"},
    {"16 bits", "Rayonix"}};

constexpr ResponseFigure fibre_ccd_figures[] = {
    {"point spread of a fibre taper, g = 30 um: 46 um (FWHM)",
     "J. M. Holton, C. Nielsen & K. A. Frankel, J. Synchrotron Rad. 19 (2012) 1006; MLFSOM"},
    {"7.3 electrons for each photon, 4 electrons for each ADU", "J. M. Holton, MLFSOM, for an ADSC Q315r"},
    {"read-out noise 11.5 electrons", "J. M. Holton, MLFSOM"},
    {"sensitivity of pixels within 1 %", "J. M. Holton, MLFSOM, where ripples are 10 pixels wide"},
    {"pedestal 40 ADU, 16 bits", "J. M. Holton, MLFSOM; ADSC"}};

Response counter() { return {.counting_noise = true}; }

Response ideal(double) { return counter(); }

Response pilatus(double) {
  Response r = counter();
  r.dead_time = {DeadTimeKind::Retrigger, 1e-7};
  r.saturation = counter_20_bits;
  r.bad_pixels.dead = 1.5e-4;
  return r;
}

Response eiger(double) {
  constexpr double seconds_of_hour = 3600;
  Response r = counter();
  r.dead_time = {DeadTimeKind::Retrigger, 1e-7};
  r.dark_electrons_per_s = 0.07 / seconds_of_hour;
  r.saturation = counter_32_bits;
  r.bad_pixels.dead = 1e-4;
  return r;
}

/// An integrating sensor of silicon, whose charge spreads so far.
Response integrating(double fwhm_um) {
  Response r = counter();
  r.point_spread = {SpreadShape::Gaussian, metres_from_um(fwhm_um)};
  return r;
}

/// Of one range, in the numbers of the converter and keV.
GainRange range_of(double photon_keV, double most_keV, double adu_per_keV, double pedestal, double noise,
                   unsigned code) {
  return {most_keV / photon_keV, adu_per_keV * photon_keV, pedestal, noise, code};
}

Response jungfrau(double keV) {
  constexpr double keV_of_electron = 0.0036, first = 41.5;
  Response r = integrating(14);
  r.adaptive.ranges = {range_of(keV, 250, first, 2500, 83 * keV_of_electron * first, 0),
                       range_of(keV, 8000, -1.39, 14500, 2.5, 1), range_of(keV, infinity, -0.11, 14500, 2.5, 3)};
  return r;
}

Response agipd(double keV) {
  constexpr double first = 7.5, second = first / 40, third = second / 4.5;
  Response r = integrating(22);
  r.adaptive.ranges = {range_of(keV, 600, first, 4000, 0.95 * first, 0), range_of(keV, 31000, second, 4000, 2, 1),
                       range_of(keV, infinity, third, 4000, 2, 2)};
  return r;
}

Response epix(double keV) {
  constexpr double high = 162 / 9.5, low = 1.62 / 9.5;
  Response r = integrating(22);
  r.adaptive.ranges = {range_of(keV, 760, high, 3100, 0.325 * high, 0),
                       range_of(keV, infinity, low, 3100, 13 * low, 1)};
  return r;
}

Response rayonix(double) {
  Response r = counter();
  r.flat_field = 0.01;
  r.point_spread = {SpreadShape::Fibre, metres_from_um(80)};
  r.readout_noise = 1;
  r.offset = 10;
  r.saturation = word_16_bits - 1;
  return r;
}

Response fibre_ccd(double) {
  constexpr double electrons_of_photon = 7.3, electrons_of_number = 4;
  Response r = counter();
  r.flat_field = 0.01;
  r.point_spread = {SpreadShape::Fibre, metres_from_um(46)};
  r.quanta = electrons_of_photon;
  r.gain = electrons_of_photon / electrons_of_number;
  r.readout_noise = 11.5 / electrons_of_number;
  r.offset = 40;
  r.saturation = word_16_bits - 1;
  return r;
}

constexpr std::array responses{
    KnownResponse{"ideal", "a detector that counts every photon", ideal_figures, ideal},
    KnownResponse{"pilatus", "PILATUS3: pixels that count", pilatus_figures, pilatus},
    KnownResponse{"eiger", "EIGER2: pixels that count", eiger_figures, eiger},
    KnownResponse{"jungfrau", "JUNGFRAU: pixels with three gains", jungfrau_figures, jungfrau},
    KnownResponse{"agipd", "AGIPD: pixels with three gains", agipd_figures, agipd},
    KnownResponse{"epix10k", "ePix10k: pixels with two gains", epix_figures, epix},
    KnownResponse{"rayonix", "Rayonix MX-HS: CCD with a fibre taper", rayonix_figures, rayonix},
    KnownResponse{"fibre-ccd", "ADSC Q315r: CCD with a fibre taper", fibre_ccd_figures, fibre_ccd},
};

template <class T>
void take(const std::optional<T>& given, T& value) {
  if (given) value = *given;
}

void take_ranges(const std::vector<GainRange>& given, std::vector<GainRange>& ranges) {
  if (given.empty()) return;
  std::vector<GainRange> result = given;
  if (given.size() == ranges.size())
    for (std::size_t i = 0; i < result.size(); ++i) result[i].code = ranges[i].code;
  ranges = std::move(result);
}

constexpr std::size_t numbers_of_range = 4;

}  // namespace

std::span<const KnownResponse> known_responses() { return responses; }

const KnownResponse& response_named(std::string_view name) {
  const std::string wanted = in_lower_case(name);
  const auto found = std::ranges::find(responses, wanted, &KnownResponse::name);
  if (found != responses.end()) return *found;
  std::string names;
  for (const KnownResponse& one : responses) names += (names.empty() ? "" : ", ") + std::string(one.name);
  throw Error::usage({.what = "unknown response",
                      .where = "response.name",
                      .value = in_quotes(std::string(name)),
                      .rule = "known are " + names,
                      .remedy = "`femtobragg detect --list` shows what each does"});
}

std::string response_table() {
  std::string text;
  for (const KnownResponse& one : responses) {
    text += std::string(one.name) + ": " + std::string(one.about) + "\n";
    for (const ResponseFigure& figure : one.figures)
      text += "  " + std::string(figure.text) + "\n      " + std::string(figure.source) + "\n";
  }
  return text;
}

std::vector<GainRange> gain_ranges_of(std::span<const double> numbers) {
  if (numbers.empty() || numbers.size() % numbers_of_range != 0)
    throw Error::usage({.what = "a range of gain is incomplete",
                        .where = "response.gain_ranges",
                        .value = std::to_string(numbers.size()) + " numbers",
                        .rule = "each must have four numbers: gain, pedestal, noise, most photons",
                        .remedy = "complete the list"});
  std::vector<GainRange> ranges;
  for (std::size_t i = 0; i < numbers.size(); i += numbers_of_range)
    ranges.push_back({.most_photons = numbers[i + 3],
                      .gain = numbers[i],
                      .pedestal = numbers[i + 1],
                      .noise = numbers[i + 2],
                      .code = static_cast<unsigned>(ranges.size())});
  return ranges;
}

std::vector<double> numbers_of(std::span<const GainRange> ranges) {
  std::vector<double> numbers;
  for (const GainRange& range : ranges)
    numbers.insert(numbers.end(), {range.gain, range.pedestal, range.noise, range.most_photons});
  return numbers;
}

bool depends_on_exposure(const Response& r) {
  return r.dead_time.seconds > 0 || r.dark_electrons_per_s > 0 || r.shutter_jitter_s > 0;
}

Response response_of(const ResponseScene& scene, double photon_keV, double exposure_s) {
  Response r = response_named(scene.name.empty() ? "ideal" : scene.name).make(photon_keV);
  r.exposure_s = exposure_s;
  take(scene.counting, r.counting_noise);
  take(scene.flicker, r.flicker);
  take(scene.shutter_jitter_s, r.shutter_jitter_s);
  take(scene.flicker_in_steps, r.flicker_in_steps);
  take(scene.flat_field, r.flat_field);
  take(scene.charge_sharing_m, r.charge_sharing_fwhm_m);
  take(scene.escape_fraction, r.escape.fraction);
  take(scene.escape_length_m, r.escape.length_m);
  take(scene.point_spread_shape, r.point_spread.shape);
  take(scene.point_spread_m, r.point_spread.fwhm_m);
  take(scene.dead_time_kind, r.dead_time.kind);
  take(scene.dead_time_s, r.dead_time.seconds);
  take(scene.quanta, r.quanta);
  take(scene.dark_current_per_s, r.dark_electrons_per_s);
  take(scene.gain, r.gain);
  take_ranges(scene.gain_ranges, r.adaptive.ranges);
  take(scene.raw, r.adaptive.raw);
  take(scene.readout_noise, r.readout_noise);
  take(scene.pedestal, r.offset);
  take(scene.saturation, r.saturation);
  take(scene.dead_pixels, r.bad_pixels.dead);
  take(scene.hot_pixels, r.bad_pixels.hot);
  take(scene.twinkling_pixels, r.bad_pixels.twinkling);
  take(scene.mask_bad_pixels, r.bad_pixels.masked);
  if (scene.detector_seed) r.detector_seed = static_cast<std::uint64_t>(*scene.detector_seed);
  if (r.adaptive.raw && r.adaptive.ranges.empty())
    throw Error::usage({.what = "raw numbers of a detector whose gain does not adapt",
                        .where = "response.raw",
                        .rule = "jungfrau, agipd and epix10k have ranges of gain",
                        .remedy = "name one of them, or give gain_ranges"});
  validate(r);
  return r;
}

void set_step_light(Assembled& result, std::size_t frame) {
  Spindle& spindle = result.experiment.spindle;
  if (!result.response || !result.response->flicker_in_steps) return;
  constexpr std::uint64_t low_48_bits = 0xffff'ffff'ffff;
  const auto seed =
      static_cast<std::uint64_t>(result.scene.response.flicker_seed.value_or(result.scene.noise_seed.value_or(1))) &
      low_48_bits;
  spindle.step_light = stages::light_of_steps(*result.response, {seed, static_cast<std::uint32_t>(frame)},
                                              static_cast<std::size_t>(spindle.phi_steps));
}

void require_range(const Response& response, double largest, const std::string& path) {
  const double counts_to = largest_number(response);
  if (!std::isfinite(counts_to) || counts_to <= largest) return;
  throw Error::usage({.what = "this format does not store the numbers of the response",
                      .where = in_quotes(path),
                      .value = "numbers up to " + format_number(largest, 10),
                      .rule = "the detector counts to " + format_number(counts_to, 10),
                      .remedy = "write .cbf, .nxs or .tif, or lower response.saturation"});
}

}  // namespace femtobragg::assemble
