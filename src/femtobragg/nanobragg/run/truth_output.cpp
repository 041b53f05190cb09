// From a scene to the record that its truth is written with.
#include "femtobragg/nanobragg/run/truth_output.h"

#include <algorithm>
#include <ostream>

#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/tables/truth_file.h"
#include "femtobragg/nanobragg/report/config_report.h"
#include "femtobragg/nanobragg/run/image_contents.h"
#include "femtobragg/nanobragg/run/run.h"
#include "femtobragg/simulate/hkl_map.h"
#include "femtobragg/simulate/lattices.h"
#include "femtobragg/simulate/scan_truth.h"
#include "femtobragg/simulate/truth.h"

namespace femtobragg::nanobragg {
namespace {

std::vector<formats::TruthParameter> parameters_of(const Setup& setup, const QuirkSet& quirks) {
  std::vector<formats::TruthParameter> parameters;
  for (const ConfigRow& row : config_rows(setup, quirks))
    parameters.push_back({row.section, row.name, row.value, row.unit, row.origin});
  return parameters;
}

std::vector<std::pair<std::string, std::int64_t>> seeds_of(const Setup& setup) {
  std::vector<std::pair<std::string, std::int64_t>> seeds = {{"noise", -setup.noise_seed}};
  if (setup.random_misset_rad || setup.options.crystal.crystals.value_or(1) > 1)
    seeds.emplace_back("misset", -setup.misset_seed);
  if (!setup.experiment.crystal.mosaic_rotations.empty() && setup.scene.crystal.mosaic_rotations_file.empty())
    seeds.emplace_back("mosaic", setup.options.crystal.mosaic_seed);
  return seeds;
}

/// The file that the image was written to, and where in it, if it can hold several.
void name_image(const Setup& setup, formats::TruthRecord& record) {
  const std::vector<std::string>& outputs = setup.options.output.extra;
  record.image = setup.series_image;
  if (record.image.empty() && !outputs.empty()) record.image = outputs.front();
  if (!record.image.empty() && formats::image_format_of(record.image).holds_series())
    record.frame_in_image = setup.frame;
}

/// Windows of the detector's image, as its pixels lie in it.
std::vector<HklOfPixel> map_of_image(const Simulation& simulation, const backends::Watch& watch) {
  const ImageShape shape = simulation.shape();
  std::vector<HklOfPixel> map(shape.n_fast * shape.n_slow, no_reflection);
  const auto row = [&](std::size_t number, std::size_t slow) {
    const Panel& panel = simulation.experiment().detector.panels[number];
    return map.data() + (panel.data_slow + slow) * shape.n_fast + panel.data_fast;
  };
  if (is_of_centres(simulation.plan())) {
    map_reflections(simulation.prepared(), row, watch);
    return map;
  }
  RenderRequest request = simulation.request();
  request.control.number_type = backends::NumberType::Float64;
  const auto centres = prepare(std::make_shared<const kernel::Plan>(plan_of_centres(simulation.plan())), request,
                               &simulation.prepared());
  map_reflections(*centres, row, watch);
  return map;
}

/// Whether a picture of the run shows predicted spots.
bool draws_spots(const OutputOptions& o) {
  return o.png_spots && std::ranges::any_of(o.extra, [](const std::string& path) {
           return formats::image_format_of(path).numbers == formats::Numbers::Preview;
         });
}

}  // namespace

void require_truth_of(const Setup& setup) {
  const OutputOptions& o = setup.options.output;
  if (!o.truth.empty() || draws_spots(o)) require_truth(setup.experiment);
  if (!o.truth_hkl_map.empty() || o.trace_pixel || o.print_pixels) require_one_lattice(setup.experiment);
}

namespace {

formats::TruthRecord record_of(const Setup& setup, const QuirkSet& quirks, std::span<const std::string> words,
                               const Truth& truth, double image_photons) {
  const Geometry geometry = geometry_of(setup);
  const Mat3d standard = standard_frame(setup);
  formats::TruthRecord record{.truth = truth,
                              .experiment = setup.experiment,
                              .frame = formats::rotation_to_usual_frame(geometry) * standard,
                              .expt_frame = formats::rotation_to_nearly_usual_frame(geometry) * standard,
                              .program = std::string("femtobragg ") + version,
                              .command = {words.begin(), words.end()},
                              .parameters = parameters_of(setup, quirks),
                              .seeds = seeds_of(setup),
                              .image_photons = image_photons,
                              .image = {},
                              .number = setup.frame};
  name_image(setup, record);
  return record;
}

/// So faint that what frames leave out is nothing in their sum.
constexpr double scan_fraction = 1e-6;
/// In pictures only reflections count that could be seen.
constexpr double picture_fraction = 1e-5;

/// Of the files that list it; the series' list needs more than the frame's.
double fraction_for(const Setup& setup) {
  const OutputOptions& o = setup.options.output;
  if (o.truth.empty()) return picture_fraction;
  return setup.scan_part.empty() ? o.truth_fraction : std::min(scan_fraction, o.truth_fraction);
}

}  // namespace

std::optional<Truth> truth_for_pictures(const Setup& setup, const Simulation& simulation, const Image& image,
                                        const TruthProgress& progress) {
  if (!draws_spots(setup.options.output)) return std::nullopt;
  return truth_of(simulation, image, fraction_for(setup), {.progress = progress("reflections")});
}

std::vector<formats::PictureSpot> spots_of(const std::optional<Truth>& truth) {
  std::vector<formats::PictureSpot> spots;
  if (truth)
    for (const TruthReflection& r : truth->reflections)
      spots.push_back({r.hkl, r.panel, r.fast_px, r.slow_px, r.photons});
  return spots;
}

void write_truth_files(const Setup& setup, const QuirkSet& quirks, std::span<const std::string> words,
                       double image_photons, const Simulation& simulation, const Image& image,
                       std::optional<Truth> known, const TruthProgress& progress, std::ostream& out) {
  const OutputOptions& o = setup.options.output;
  if (!o.truth.empty()) {
    const bool in_scan = !setup.scan_part.empty();
    Truth truth = known ? std::move(*known)
                        : truth_of(simulation, image, fraction_for(setup), {.progress = progress("reflections")});
    const formats::TruthRecord record = record_of(setup, quirks, words, truth, image_photons);
    if (in_scan) formats::write_truth_hdf5(setup.scan_part, record);
    keep_brightest(truth, o.truth_fraction);
    out << truth.reflections.size() << " reflections with " << format_number(truth.photons)
        << " photons together; the image has " << format_number(image_photons) << "\n";
    for (const std::string& path : o.truth) {
      formats::write_truth(path, record);
      out << "writing " << path << "\n";
    }
  }
  if (o.truth_hkl_map.empty()) return;
  const std::vector<HklOfPixel> map = map_of_image(simulation, {.progress = progress("map of reflections")});
  formats::write_npy(o.truth_hkl_map, simulation.shape(), {map.front().data(), map.size() * no_reflection.size()});
  out << "writing " << o.truth_hkl_map << "\n";
}

void write_scan_truth(const Setup& setup, const QuirkSet& quirks, std::span<const std::string> words,
                      const std::vector<std::string>& parts, const std::vector<ScanList>& lists, std::ostream& out) {
  ScanTruth scan(setup.experiment);
  double photons = 0;
  // Those of the parts are in the frame of their files.
  const Truth none;
  const Mat3d back = transpose(record_of(setup, quirks, words, none, 0).frame);
  for (const std::string& part : parts) {
    formats::TruthOfFile frame = formats::read_truth_hdf5(part);
    for (TruthReflection& r : frame.truth.reflections) r.diffracted = back * r.diffracted;
    scan.add(frame.truth);
    photons += frame.image_photons;
  }
  ScanTruth::Result whole = std::move(scan).take(setup.options.output.truth_fraction);
  formats::TruthRecord record = record_of(setup, quirks, words, whole.truth, photons);
  record.image = setup.options.output.extra.front();
  record.frame_in_image.reset();
  record.places = std::move(whole.places);
  for (const ScanList& list : lists) {
    if (formats::truth_format_of(list.path) == formats::TruthFormat::Stream)
      formats::write_text(list.path, formats::joined_streams(list.frames));
    else
      formats::write_truth(list.path, record);
    out << "writing " << list.path << "\n";
  }
}

}  // namespace femtobragg::nanobragg
