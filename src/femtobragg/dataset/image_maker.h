// One image of a data set: rendered, recorded, labelled.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/assemble/assembly.h"
#include "femtobragg/base/mat3.h"
#include "femtobragg/dataset/settings.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/io/hdf5_file.h"
#include "femtobragg/model/pixel_mask.h"
#include "femtobragg/model/truth.h"
#include "femtobragg/recipe/recipe.h"
#include "femtobragg/simulate/simulation.h"

namespace femtobragg::dataset {

/// How labels of pixels are packed, whatever the images are.
inline constexpr formats::hdf5::Packing label_packing = formats::hdf5::Packing::BitshuffleLz4;

/// What files hold of an image. Empty: not asked for.
struct MadeImage {
  formats::PackedFrame counts;
  std::string classes;                           ///< packed, a byte for each pixel
  std::string spot_photons, background_photons;  ///< packed, a float for each pixel
  std::vector<TruthReflection> reflections;
  std::vector<double> resolutions_A;                ///< of each
  std::vector<std::pair<double, double>> spectrum;  ///< wavelengths (m) and weights
  double phi_start_rad = 0, phi_range_rad = 0;      ///< of the spindle
  std::vector<Mat3d> ub_per_A;                      ///< of each lattice: its columns are a*, b*, c*, lab frame
  std::vector<recipe::Cell> values;                 ///< that were drawn
  bool hit = true;
  double photons_of_spots = 0, photons_of_backgrounds = 0;  ///< expected, of the whole image
};

/// Seconds of processor time by kind of work.
struct WorkSeconds {
  double describing = 0, rendering = 0, labelling = 0, recording = 0, packing = 0;

  void add(const WorkSeconds& other);
};

/// Makes images one after another; what they have in common is kept. For one thread.
class ImageMaker {
 public:
  /// All of them must outlive it.
  ImageMaker(const recipe::Recipe& recipe, const Settings& settings, assemble::Rules& rules);
  ~ImageMaker();

  /// The same whatever was made before. Throws Error that names the image.
  MadeImage make(std::uint64_t image);

  const WorkSeconds& seconds() const { return seconds_; }

 private:
  struct Recorder;
  struct Photons;
  /// A part without spots, and its image, which is the same for many images.
  struct DarkPart {
    std::optional<Simulation> simulation;
    Image image;
  };
  void update(std::optional<Simulation>& simulation, Experiment experiment) const;
  Image rendered(std::optional<Simulation>& simulation, Experiment experiment) const;
  const Image& rendered(DarkPart& part, Experiment experiment) const;
  Photons photons_of(const Experiment& experiment, bool hit);
  void list_reflections(MadeImage& made, const Experiment& experiment, const Image& all);
  void pack(MadeImage& made, const Photons& photons, const std::vector<std::int32_t>& counts,
            const std::vector<std::uint8_t>& classes);

  const recipe::Recipe& recipe_;
  const Settings& settings_;
  assemble::Rules& rules_;
  std::optional<Simulation> spots_, whole_;  ///< without backgrounds, and with them
  DarkPart backgrounds_, ice_;
  std::unique_ptr<Recorder> recorder_;
  WorkSeconds seconds_;
};

}  // namespace femtobragg::dataset
