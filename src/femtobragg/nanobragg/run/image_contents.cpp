// From a set-up run to the headers of its image files.
#include "femtobragg/nanobragg/run/image_contents.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <limits>
#include <ostream>
#include <sstream>

#include "femtobragg/assemble/crystal_in_beam.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/formats/detectors/detector_list.h"
#include "femtobragg/formats/geometry/dials_mask.h"
#include "femtobragg/formats/geometry/expt_writer.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/nanobragg/flags/conventions.h"
#include "femtobragg/nanobragg/report/config_report.h"
#include "femtobragg/nanobragg/run/run.h"
#include "femtobragg/nanobragg/run/series.h"
#include "femtobragg/nanobragg/setup/scene_output.h"
#include "femtobragg/simulate/detect.h"
#include "femtobragg/simulate/pixel_mask.h"
#include "femtobragg/simulate/response_until.h"
#include "femtobragg/simulate/spectrum.h"

namespace femtobragg::nanobragg {

double wavelength_m_of(const Setup& setup) {
  const Beam& beam = setup.experiment.beam;
  if (!assemble::has_shots(setup.options.beam)) return beam.wavelength_m;
  double weights = 0, weighted = 0;
  for (const Source& source : beam.sources) {
    weights += source.weight;
    weighted += source.weight * source.wavelength_m;
  }
  return weights > 0 ? weighted / weights : beam.wavelength_m;
}

Mat3d standard_frame(const Setup& setup) {
  const ConventionRow& row = convention_row(setup.geometry.convention);
  return {row.beam, cross(row.fast, row.beam), row.fast};
}

namespace {

/// Of -detector, where no flag makes it another.
std::string detector_name(const Setup& setup) {
  const std::string& typed = setup.options.detector.known_name;
  const Detector& detector = setup.experiment.detector;
  if (!detector.name.empty() || typed.empty()) return detector.name;
  const formats::KnownDetector& known = formats::detector_named(typed);
  return detector.image_shape() == ImageShape{known.n_fast, known.n_slow} ? std::string(known.name) : "";
}

}  // namespace

Geometry geometry_of(const Setup& setup) {
  Geometry g = geometry_stated_of(setup.experiment, static_cast<std::size_t>(setup.options.output.frames));
  g.detector.name = detector_name(setup);
  g.wavelength_m = wavelength_m_of(setup);
  return formats::turned(std::move(g), standard_frame(setup));
}

namespace {

/// 0: unknown.
double flux_per_s(const Setup& setup) {
  const BeamScene& beam = setup.options.beam;
  return beam.flux_counts() ? beam.flux_per_s : 0;
}

formats::Exposure exposure_of(const Setup& setup) {
  const BeamScene& beam = setup.options.beam;
  formats::Exposure exposure;
  exposure.seconds = beam.exposure_s;
  exposure.start_s = static_cast<double>(setup.frame) * beam.exposure_s;
  exposure.flux_per_s = flux_per_s(setup);
  exposure.fluence_per_m2 = setup.experiment.beam.fluence_per_m2;
  if (beam.flux_counts() || setup.origins.given("beamsize") || assemble::has_many_blocks(setup.options.crystal)) {
    exposure.beam_size_m = beam.size_m;
    exposure.beam_profile = beam.profile;
  }
  exposure.pulsed = assemble::has_shots(setup.options.beam);
  exposure.spectrum = wavelengths_and_weights(setup.experiment.beam);
  return exposure;
}

/// With the bad pixels of the response, where images are what it records.
PixelMask mask_of(const Setup& setup, const std::optional<Response>& response) {
  return pixel_mask_of(setup.experiment, response ? &*response : nullptr);
}

}  // namespace

std::string asked_name(const Setup& setup, const std::string& path) {
  const std::vector<std::string>& extra = setup.options.output.extra;
  const auto at = std::ranges::find(extra, path);
  return setup.asked_outputs.empty() || at == extra.end()
             ? path
             : setup.asked_outputs[static_cast<std::size_t>(at - extra.begin())];
}

const ImageChoice* choice_of(const Setup& setup, const std::string& path) {
  const auto& choices = setup.options.output.choices;
  const auto found = choices.find(asked_name(setup, path));
  return found == choices.end() ? nullptr : &found->second;
}

Response scaled_response(const Setup& setup, double scale) {
  return {.gain = scale, .offset = setup.options.output.adc_offset, .rounding = Rounding::NearestInFloat};
}

Response noisy_response(const Setup& setup) {
  if (setup.response) return *setup.response;
  return {.counting_noise = true, .offset = setup.options.output.adc_offset, .rounding = Rounding::CutOff};
}

std::string header_for(const Setup& setup, const QuirkSet& quirks, const formats::ImageFormatInfo& format, bool noise) {
  if (format.numbers != formats::Numbers::SixteenBits) return {};
  return smv_header_of(setup, quirks, noise ? noisy_response(setup) : scaled_response(setup, 1));
}

namespace {

/// Of a file of counts, or of values after a stage; nothing: photons, or counted ones.
std::optional<Response> response_in(const Setup& setup, const std::string& path) {
  const ImageChoice* const choice = choice_of(setup, path);
  if (!choice || !setup.response) return setup.response;
  return choice->stage.empty() ? std::nullopt : std::optional(response_until(*setup.response, choice->stage));
}

}  // namespace

formats::ImageContents contents_for(const Setup& setup, const QuirkSet& quirks, const std::string& path) {
  const formats::ImageFormatInfo& format = formats::image_format_of(path);
  formats::ImageContents contents{.shape = setup.experiment.detector.image_shape()};
  contents.header = header_for(setup, quirks, format, draws_counts(setup));
  contents.preview = setup.options.output.png;
  contents.compression = setup.options.output.compression;
  if (format.numbers == formats::Numbers::Preview) contents.geometry = geometry_of(setup);
  const std::optional<Response> response = format.for_counts() ? response_in(setup, path) : std::nullopt;
  if (response) {
    contents.pedestal = response->offset;
    contents.gain = response->gain;
    contents.saturation = stated_saturation(*response);
  }
  if (format.states_geometry == formats::StatesGeometry::No) return contents;
  contents.geometry = geometry_of(setup);
  if (response) contents.geometry->detector = as_read_out(contents.geometry->detector, *response);
  contents.exposure = exposure_of(setup);
  if (format.states_mask) contents.mask = mask_of(setup, response);
  std::string kept;
  for (const QuirkInfo& quirk : quirk_table())
    if (quirks.on(quirk.quirk)) kept += (kept.empty() ? "" : ",") + std::string(quirk.id);
  contents.record = {{"version", version},
                     {"configuration", config_report(setup, quirks)},
                     {"quirks", kept.empty() ? "none" : kept},
                     {"response", setup.response ? setup.scene.response.name : ""},
                     {"seed_noise", std::to_string(-setup.noise_seed)},
                     {"frame_noise", std::to_string(setup.serial_noise ? 0 : setup.frame)},
                     {"seed_misset", std::to_string(-setup.misset_seed)},
                     {"seed_mosaic", std::to_string(setup.options.crystal.mosaic_seed)}};
  if (const ImageChoice* const choice = choice_of(setup, path))
    contents.record.emplace_back(choice->stage.empty() ? "part" : "stage",
                                 choice->stage.empty() ? choice->part : choice->stage);
  if (std::string scene = carried_scene(setup, path); !scene.empty())
    contents.record.emplace_back("scene", std::move(scene));
  return contents;
}

namespace {

/// DIALS wants one HDF5 file of a series, and numbers in the names of files that hold one image.
bool dials_finds(const std::string& file, const formats::ImageFormatInfo& format, bool series) {
  if (format.holds_series()) return !series || holds_all_frames(file);
  const std::string stem = std::filesystem::path(file).stem().string();
  return series || (!stem.empty() && stem.back() >= '0' && stem.back() <= '9');
}

/// The best that DIALS reads. The geometry of image files does not count: the list has its own, with as many panels as
/// the image must have.
std::string image_for_dials(const Setup& setup, const OutputSelection& selection) {
  const OutputOptions& o = setup.options.output;
  const Detector& detector = setup.experiment.detector;
  const Panel& first = detector.panels.front();
  const bool one = detector.panels.size() == 1 && detector.image_shape() == ImageShape{first.n_fast, first.n_slow},
             series = o.frames > 1;
  // It wants a list for each still.
  if (series && setup.experiment.spindle.phi_range_rad == 0) return {};
  std::vector<std::string> files = o.extra;
  if (selection.noise) files.push_back(o.noise_file);
  if (selection.int_image) files.push_back(o.int_file);
  const std::string* best = nullptr;
  std::size_t best_choice = std::numeric_limits<std::size_t>::max();
  for (const std::string& file : files) {
    if (o.choices.contains(file)) continue;
    const formats::ImageFormatInfo& format = formats::image_format_of(file);
    const bool says_panels = format.states_geometry == formats::StatesGeometry::Always;
    if (format.choice_of_dials == 0 || format.choice_of_dials >= best_choice || !(one || says_panels) ||
        !dials_finds(file, format, series) || !(series || !formats::file_behind(file).empty()))
      continue;
    best = &file;
    best_choice = format.choice_of_dials;
  }
  return best ? *best : std::string();
}

formats::ExptImages images_for_dials(const Setup& setup, const OutputSelection& selection) {
  const OutputOptions& o = setup.options.output;
  formats::ExptImages images;
  images.exposure_s = setup.options.beam.exposure_s;
  images.flux_per_s = flux_per_s(setup);
  images.scene = carried_scene(setup, o.expt);
  const std::string file = image_for_dials(setup, selection);
  if (file.empty()) return images;
  const formats::ImageFormatInfo& format = formats::image_format_of(file);
  const bool series = o.frames > 1;
  if (masks_shadows(setup.experiment))
    images.mask = std::filesystem::path(formats::dials_mask_name(o.expt)).filename().string();
  images.holds_all = format.holds_series();
  images.name = formats::path_seen_from(std::filesystem::absolute(o.expt).parent_path(),
                                        series && !images.holds_all ? frame_pattern(file) : file);
  for (std::size_t i = 0; i < static_cast<std::size_t>(o.frames); ++i)
    images.files.push_back(images.holds_all || !series ? images.name : frame_path(images.name, i + 1));
  constexpr double most_int32 = std::numeric_limits<std::int32_t>::max();
  constexpr double most_uint16 = std::numeric_limits<std::uint16_t>::max();
  const formats::Numbers numbers = format.numbers_written(draws_counts(setup));
  if (numbers == formats::Numbers::Counts) images.saturation = most_int32;
  if (numbers == formats::Numbers::SixteenBits) {
    const bool scaled = file == o.int_file || !draws_counts(setup);
    images.pedestal = (scaled ? scaled_response(setup, 1) : noisy_response(setup)).offset;
    images.saturation = most_uint16 - images.pedestal;
  }
  return images;
}

/// With notes of what the format cannot carry.
std::vector<std::string> write_geometry_of(const Setup& setup, const OutputSelection& selection) {
  const std::string& path = setup.options.output.expt;
  const Geometry geometry = geometry_of(setup);
  if (!formats::is_expt_name(path)) return formats::write_geometry(path, geometry);
  std::vector<std::string> notes;
  const formats::ExptImages images = images_for_dials(setup, selection);
  if (images.files.empty() && setup.experiment.spindle.phi_range_rad != 0)
    notes.push_back(
        "DIALS finds no image of this run, so it treats the sweep as a still: name a .nxs of all "
        "frames with -o, or a .cbf or .img with a number in its name");
  if (assemble::has_shots(setup.options.beam) && setup.options.output.frames > 1)
    notes.push_back("its wavelength is that of the first pulse; each frame has its own, which only .nxs files record");
  if (!images.mask.empty())
    formats::write_text(formats::dials_mask_name(path),
                        formats::dials_mask_bytes(geometry.detector, mask_of(setup, setup.response)));
  formats::write_text(path, formats::expt_text(geometry, images, notes));
  return notes;
}

}  // namespace

bool writes_dials_mask(const Setup& setup, const OutputSelection& selection) {
  const std::string& path = setup.options.output.expt;
  return formats::is_expt_name(path) && masks_shadows(setup.experiment) && !image_for_dials(setup, selection).empty();
}

void write_expt(const Setup& setup, const OutputSelection& selection, std::ostream& out, std::ostream& err) {
  const std::string& path = setup.options.output.expt;
  if (path.empty()) return;
  for (const std::string& loss : write_geometry_of(setup, selection))
    err << "warning: " << path << ": " << loss << "\n";
  if (writes_dials_mask(setup, selection)) out << "writing " << formats::dials_mask_name(path) << "\n";
  out << "writing " << path << "\n";
}

namespace {

/// A scale is as long as any other: how long headers are is known before the image is.
std::string gain_text(const Response& response) {
  if (response.rounding != Rounding::NearestInFloat) return format_number(response.gain);
  std::ostringstream text;
  text << std::scientific << std::setprecision(5) << response.gain;
  return text.str();
}

}  // namespace

std::string smv_header_of(const Setup& setup, const QuirkSet& quirks, const Response& response) {
  const DetectorGeometry& g = setup.geometry;
  const Spindle& spindle = setup.experiment.spindle;
  const auto mm = [](double m) { return format_number(mm_from_metres(m)); };
  const auto deg = [](double rad) { return format_number(degrees_from_radians(rad)); };
  const double half_pixel = 0.5 * g.pixel_m;
  const Vec3d& d = g.dials_origin_mm;
  const bool older = quirks.on(Quirk::HeaderBeamline), fake = older || g.convention == Convention::Adxv;
  const DetectorPoint centre = older || fake || x_is_slow(g.convention)
                                   ? g.xy_beam
                                   : xy_from_beam_point(Convention::Mosflm, g.beam_point, g.size_slow_m, g.pixel_m);
  std::vector<formats::SmvEntry> entries = formats::smv_pixel_entries({g.n_fast, g.n_slow});
  const std::vector<formats::SmvEntry> place = {
      {"PIXEL_SIZE", mm(g.pixel_m)},
      {"DISTANCE", mm(g.distance_m)},
      {"WAVELENGTH", format_number(angstrom_from_metres(wavelength_m_of(setup)))},
      {"BEAM_CENTER_X", mm(centre.fast)},
      {"BEAM_CENTER_Y", mm(centre.slow)},
      {"ADXV_CENTER_X", mm(g.beam_point.fast)},
      {"ADXV_CENTER_Y", mm(g.size_slow_m - g.beam_point.slow)},
      {"MOSFLM_CENTER_X", mm(g.beam_point.slow - half_pixel)},
      {"MOSFLM_CENTER_Y", mm(g.beam_point.fast - half_pixel)},
      {"DENZO_X_BEAM", mm(g.beam_point.slow)},
      {"DENZO_Y_BEAM", mm(g.beam_point.fast)},
      {"DIALS_ORIGIN", format_number(d.x) + "," + format_number(d.y) + "," + format_number(d.z),
       !quirks.on(Quirk::HeaderDials)},
      {"XDS_ORGX", format_number(g.org_x)},
      {"XDS_ORGY", format_number(g.org_y)},
      {"CLOSE_DISTANCE", mm(g.close_distance_m)},
      {"PHI", deg(spindle.phi_start_rad)},
      {"OSC_START", deg(spindle.phi_start_rad)},
      {"OSC_RANGE", deg(spindle.phi_range_rad)},
      {"TWOTHETA", deg(g.twotheta_rad)},
      {"DETECTOR_SN", "000"}};
  entries.insert(entries.end(), place.begin(), place.end());
  const std::string pedestal = format_number(response.offset);
  // DIALS takes the beam centre for ADXV's where the beamline is fake, for MOSFLM's elsewhere; there it wants a time,
  // and makes a gain up from the number of pixels.
  entries.push_back({"BEAMLINE", fake ? "fake" : "femtoBragg"});
  if (!fake) {
    entries.push_back({"TIME", format_number(setup.options.beam.exposure_s)});
    entries.push_back({"IMAGE_PEDESTAL", pedestal});
    entries.push_back({"GAIN", gain_text(response)});
    if (stated_saturation(response) < formats::smv_most_valid)
      entries.push_back({"CCD_IMAGE_SATURATION", format_number(std::floor(stated_saturation(response)) + 1, 10)});
  }
  // Without it readers of simulated images take an offset of one.
  if (!quirks.on(Quirk::HeaderOverflow)) entries.push_back({"ADC_OFFSET", pedestal});
  return formats::smv_header(entries, quirks.on(Quirk::HeaderOverflow));
}

}  // namespace femtobragg::nanobragg
