// From a scene to the record that its truth is written with.
#include "femtobragg/nanobragg/truth_output.h"

#include <algorithm>
#include <ostream>

#include "femtobragg/base/text.h"
#include "femtobragg/formats/float_image.h"
#include "femtobragg/formats/truth_file.h"
#include "femtobragg/nanobragg/config_report.h"
#include "femtobragg/nanobragg/conventions.h"
#include "femtobragg/nanobragg/run.h"
#include "femtobragg/simulate/hkl_map.h"
#include "femtobragg/simulate/truth.h"

namespace femtobragg::nanobragg {
namespace {

/// The beam of a convention along x, its polarization along z. Flags that turn the beam or its field do not count: the
/// frame stays that of the laboratory.
Mat3d standard_frame(Convention convention) {
  const ConventionRow& row = convention_row(convention);
  return {row.beam, cross(row.polarization, row.beam), row.polarization};
}

std::vector<formats::TruthParameter> parameters_of(const Scene& scene, const QuirkSet& quirks) {
  std::vector<formats::TruthParameter> parameters;
  for (const ConfigRow& row : config_rows(scene, quirks))
    parameters.push_back({row.section, row.name, row.value, row.unit, row.origin});
  return parameters;
}

std::vector<std::pair<std::string, std::int64_t>> seeds_of(const Scene& scene) {
  std::vector<std::pair<std::string, std::int64_t>> seeds = {{"noise", -scene.noise_seed}};
  if (scene.random_misset_rad) seeds.emplace_back("misset", -scene.misset_seed);
  if (!scene.experiment.crystal.mosaic_rotations.empty())
    seeds.emplace_back("mosaic", scene.options.crystal.mosaic_seed);
  return seeds;
}

/// Windows of the detector's image, as its pixels lie in it.
std::vector<std::int16_t> map_of_image(const Experiment& experiment, const ImageShape& shape, int threads) {
  std::vector<std::int16_t> map(shape.n_fast * shape.n_slow * no_reflection.size(), no_reflection.front());
  for (std::size_t number = 0; number < experiment.detector.panels.size(); ++number) {
    const Panel& panel = experiment.detector.panels[number];
    const std::vector<HklOfPixel> owners = hkl_map_of(experiment, number, threads);
    for (std::size_t i = 0; i < owners.size(); ++i) {
      const std::size_t slow = panel.data_slow + i / panel.n_fast, fast = panel.data_fast + i % panel.n_fast;
      std::ranges::copy(owners[i], map.begin() + static_cast<std::ptrdiff_t>(3 * (slow * shape.n_fast + fast)));
    }
  }
  return map;
}

}  // namespace

void write_truth_files(const Scene& scene, const QuirkSet& quirks, std::span<const std::string> words,
                       double image_photons, const RenderRequest& request, std::ostream& out) {
  const OutputOptions& o = scene.options.output;
  const Experiment& experiment = scene.experiment;
  if (!o.truth.empty()) {
    const Truth truth = truth_of(experiment, o.truth_fraction, request);
    const formats::TruthRecord record{.truth = truth,
                                      .experiment = experiment,
                                      .standard_frame = standard_frame(scene.geometry.convention),
                                      .program = std::string("femtobragg ") + version,
                                      .command = {words.begin(), words.end()},
                                      .parameters = parameters_of(scene, quirks),
                                      .seeds = seeds_of(scene),
                                      .image_photons = image_photons,
                                      .image = o.extra.empty() ? std::string() : o.extra.front()};
    out << truth.reflections.size() << " reflections with " << format_number(truth.photons)
        << " photons together; the image has " << format_number(image_photons) << "\n";
    for (const std::string& path : o.truth) {
      formats::write_truth(path, record);
      out << "writing " << path << "\n";
    }
  }
  if (o.truth_hkl_map.empty()) return;
  const ImageShape shape = experiment.detector.image_shape();
  formats::write_npy(o.truth_hkl_map, shape, map_of_image(experiment, shape, request.control.threads));
  out << "writing " << o.truth_hkl_map << "\n";
}

}  // namespace femtobragg::nanobragg
