// What a data set holds beside its recipe.
#pragma once

#include <cstdint>
#include <string>

#include "femtobragg/formats/image/image_contents.h"

namespace femtobragg::dataset {

/// Bytes of files follow from these, the recipe, its seed and the files that it names.
struct Settings {
  std::uint64_t first = 0;     ///< image of the recipe with which the data set begins
  std::uint64_t images = 100;  ///< of the whole data set
  std::uint64_t per_file = 100;
  formats::Compression compression = formats::Compression::BitshuffleLz4;
  double tolerance = 1e-4;       ///< of the brightest pixel of an image's spots
  bool spots = true;             ///< list reflections
  bool classes = true;           ///< what each pixel shows
  bool photons = false;          ///< expected photons of spots and of backgrounds, without noise
  double least_fraction = 1e-4;  ///< of the brightest reflection's photons that a listed one has

  std::uint64_t files() const { return (images + per_file - 1) / per_file; }
};

/// What this process does of it, and how. Changes no byte.
struct Work {
  std::uint64_t shard = 0, shards = 1;  ///< files `shard`, `shard` + `shards` ... are this process's
  int threads = 0;                      ///< 0: all cores
};

}  // namespace femtobragg::dataset
