// Shot to experiment to photons to counts; labels on the way.
#include "femtobragg/dataset/image_maker.h"

#include <time.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "femtobragg/base/error.h"
#include "femtobragg/dataset/pixel_classes.h"
#include "femtobragg/formats/io/hdf5_file.h"
#include "femtobragg/simulate/detect.h"
#include "femtobragg/simulate/lattices.h"
#include "femtobragg/simulate/parts.h"
#include "femtobragg/simulate/pixel_mask.h"
#include "femtobragg/simulate/spectrum.h"
#include "femtobragg/simulate/truth.h"

namespace femtobragg::dataset {

namespace hdf5 = formats::hdf5;

namespace {

/// Of this thread.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Adds the processor time of a block to a sum.
class Timed {
 public:
  explicit Timed(double& sum) : sum_(sum), begin_(processor_seconds()) {}
  ~Timed() { sum_ += processor_seconds() - begin_; }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  double& sum_;
  double begin_;
};

bool has_backgrounds(const Experiment& e) { return !e.backgrounds.empty() || e.water_edge_m > 0; }

bool is_ice(const Background& background) { return background.name.starts_with("ice"); }

std::vector<Mat3d> orientations_of(const Experiment& experiment) {
  std::vector<Mat3d> all;
  const auto add = [&](const CrystalAxes& axes) {
    all.push_back(transpose(Mat3d{axes.a_star_A, axes.b_star_A, axes.c_star_A}));
  };
  for (const Lattice& lattice : experiment.lattices) add(lattice.axes);
  if (experiment.lattices.empty()) add(experiment.crystal.axes);
  return all;
}

double sum_of(const Image& image) {
  return std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0,
                         [](double sum, float photons) { return sum + static_cast<double>(photons); });
}

/// The same for all images whose backgrounds are: the crystal's place is taken by another one, which is dark.
Experiment without_spots(const Experiment& experiment) {
  Experiment dark = with_only(experiment, "background");
  dark.crystal = Crystal{};
  dark.crystal.axes = CrystalAxes::from_reciprocal({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
  return dark;
}

Experiment with_ice_alone(Experiment dark) {
  std::erase_if(dark.backgrounds, [](const Background& one) { return !is_ice(one); });
  dark.water_edge_m = 0;
  return dark;
}

}  // namespace

void WorkSeconds::add(const WorkSeconds& other) {
  describing += other.describing;
  rendering += other.rendering;
  labelling += other.labelling;
  recording += other.recording;
  packing += other.packing;
}

/// A detector with its response, and what follows from both for all images.
struct ImageMaker::Recorder {
  Detector detector;
  Attenuation attenuation;
  Response response;
  Detector read_out;
  PixelMask mask;
  double saturation = 0;

  Recorder(const Experiment& experiment, const Response& of)
      : detector(experiment.detector),
        attenuation(experiment.attenuation),
        response(of),
        read_out(as_read_out(detector, response)),
        saturation(std::numeric_limits<double>::infinity()) {
    for (const Panel& panel : read_out.panels) saturation = std::min(saturation, panel.saturation);
    // Bad pixels are bad whether files mark them or not; what is masked by the scene is no shadow.
    Response marking = response;
    marking.bad_pixels.masked = true;
    mask = pixel_mask_of(experiment, &marking);
    const PixelMask dark = mask_of_panels(experiment.detector);
    for (std::size_t i = 0; i < mask.size(); ++i)
      if (dark[i] != 0) mask[i] |= pixel_bits::gap;
  }

  bool fits(const Experiment& experiment, const Response& other) const {
    return response == other && detector == experiment.detector && attenuation == experiment.attenuation;
  }

  std::vector<std::int32_t> counts(const Image& photons, const NoiseKey& key) const {
    Detection detection(photons, read_out, stages_of(response, key), response.rounding, 1);
    std::vector<std::int32_t> counts(photons.pixels.size());
    for (std::size_t slow = 0; slow < photons.n_slow; ++slow)
      detection.row(slow, std::span(counts).subspan(slow * photons.n_fast, photons.n_fast));
    return counts;
  }
};

ImageMaker::ImageMaker(const recipe::Recipe& recipe, const Settings& settings, assemble::Rules& rules)
    : recipe_(recipe), settings_(settings), rules_(rules) {}
ImageMaker::~ImageMaker() = default;

void ImageMaker::update(std::optional<Simulation>& simulation, Experiment experiment) const {
  if (simulation) return simulation->update(std::move(experiment));
  RenderRequest request;
  request.control = {.number_type = backends::NumberType::Float32, .tolerance = settings_.tolerance, .threads = 1};
  simulation.emplace(std::move(experiment), request);
}

Image ImageMaker::rendered(std::optional<Simulation>& simulation, Experiment experiment) const {
  update(simulation, std::move(experiment));
  return simulation->render().image;
}

const Image& ImageMaker::rendered(DarkPart& part, Experiment experiment) const {
  if (!part.simulation || !(part.simulation->experiment() == experiment))
    part.image = rendered(part.simulation, std::move(experiment));
  return part.image;
}

/// Expected photons of an image.
struct ImageMaker::Photons {
  Image spots, backgrounds, ice, all;  ///< backgrounds, ice: empty where there are none
};

ImageMaker::Photons ImageMaker::photons_of(const Experiment& experiment, bool hit) {
  const Timed timed(seconds_.rendering);
  const ImageShape shape = experiment.detector.image_shape();
  Photons photons;
  photons.spots = hit ? rendered(spots_, without_backgrounds(experiment)) : Image::zeros(shape.n_fast, shape.n_slow);
  photons.all = photons.spots;
  if (!has_backgrounds(experiment)) return photons;
  const Experiment dark = without_spots(experiment);
  photons.backgrounds = rendered(backgrounds_, dark);
  for (std::size_t i = 0; i < photons.all.pixels.size(); ++i) photons.all.pixels[i] += photons.backgrounds.pixels[i];
  if (settings_.classes && std::ranges::any_of(experiment.backgrounds, is_ice))
    photons.ice = rendered(ice_, with_ice_alone(dark));
  return photons;
}

MadeImage ImageMaker::make(std::uint64_t image) try {
  const auto [shot, assembled] = [&] {
    const Timed timed(seconds_.describing);
    recipe::Shot drawn = recipe_.shot(image);
    assemble::Assembled complete = assemble::assembled(drawn.scene, rules_);
    return std::pair(std::move(drawn), std::move(complete));
  }();
  const Experiment& experiment = assembled.experiment;
  MadeImage made;
  made.values = shot.values;
  made.hit = shot.hit && !assembled.no_crystal;
  made.spectrum = wavelengths_and_weights(experiment.beam);
  if (made.spectrum.empty()) made.spectrum = {{experiment.beam.sources.front().wavelength_m, 1.0}};
  made.phi_start_rad = experiment.spindle.phi_start_rad;
  made.phi_range_rad = experiment.spindle.phi_range_rad;
  if (made.hit) made.ub_per_A = orientations_of(experiment);
  const Photons photons = photons_of(experiment, made.hit);
  made.photons_of_spots = sum_of(photons.spots);
  made.photons_of_backgrounds = sum_of(photons.backgrounds);
  if (made.hit && settings_.spots) list_reflections(made, experiment, photons.all);

  const Response response = assembled.response.value_or(Response{.counting_noise = true});
  const std::vector<std::int32_t> counts = [&] {
    const Timed timed(seconds_.recording);
    if (!recorder_ || !recorder_->fits(experiment, response))
      recorder_ = std::make_unique<Recorder>(experiment, response);
    const auto seed =
        static_cast<std::uint64_t>(shot.scene.noise_seed.value_or(static_cast<std::int64_t>(recipe_.seed())));
    return recorder_->counts(photons.all, {seed, static_cast<std::uint32_t>(image)});
  }();
  std::vector<std::uint8_t> classes;
  if (settings_.classes) {
    const Timed timed(seconds_.labelling);
    classes = classes_of({photons.spots.pixels, photons.backgrounds.pixels, photons.ice.pixels, counts, recorder_->mask,
                          recorder_->saturation});
  }
  pack(made, photons, counts, classes);
  return made;
} catch (const Error& error) {
  ErrorText parts = error.parts();
  parts.what = "image " + std::to_string(image) + ": " + parts.what;
  throw Error(error.kind(), parts);
}

void ImageMaker::list_reflections(MadeImage& made, const Experiment& experiment, const Image& all) {
  const Timed timed(seconds_.labelling);
  if (has_backgrounds(experiment)) update(whole_, experiment);
  const Simulation& simulation = has_backgrounds(experiment) ? *whole_ : *spots_;
  made.reflections = truth_of(simulation, all, settings_.least_fraction).reflections;
  for (const TruthReflection& r : made.reflections) {
    const CrystalAxes& axes =
        experiment.lattices.empty() ? experiment.crystal.axes : experiment.lattices.at(r.lattice).axes;
    made.resolutions_A.push_back(resolution_A(axes, r.hkl));
  }
}

void ImageMaker::pack(MadeImage& made, const Photons& photons, const std::vector<std::int32_t>& counts,
                      const std::vector<std::uint8_t>& classes) {
  const Timed timed(seconds_.packing);
  made.counts = formats::packed_frame(std::span(counts), settings_.compression);
  if (settings_.classes)
    made.classes = hdf5::packed_slice({reinterpret_cast<const char*>(classes.data()), classes.size()},
                                      hdf5::Number::UInt8, label_packing);
  if (!settings_.photons) return;
  const auto packed = [](std::span<const float> values) {
    return hdf5::packed_slice({reinterpret_cast<const char*>(values.data()), values.size_bytes()},
                              hdf5::Number::Float32, label_packing);
  };
  made.spot_photons = packed(photons.spots.pixels);
  made.background_photons =
      packed(photons.backgrounds.pixels.empty() ? std::vector<float>(counts.size()) : photons.backgrounds.pixels);
}

}  // namespace femtobragg::dataset
