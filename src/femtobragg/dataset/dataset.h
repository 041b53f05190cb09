// Data sets: many images of a recipe, with labels, in files of some hundred.
//
// Image k depends on the recipe, its seed and k alone, and the bytes of a file on its images alone: threads, processes
// and machines share the work as they like, and a run that was killed is continued.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "femtobragg/dataset/folder.h"
#include "femtobragg/dataset/image_maker.h"
#include "femtobragg/dataset/settings.h"
#include "femtobragg/recipe/recipe.h"

namespace femtobragg::dataset {

/// What a run did.
struct Outcome {
  std::uint64_t made = 0, kept = 0;  ///< images
  std::uint64_t elsewhere = 0;       ///< images that are not finished: other shards and processes make them
  std::uint64_t bytes = 0;           ///< of the files that were made
  double seconds = 0;                ///< that passed
  WorkSeconds work;                  ///< processor time of all threads
  double writing = 0;                ///< seconds in which a thread wrote files
  bool complete = false;             ///< the manifest is written
};

/// What is told while it runs.
struct Listener {
  std::function<void(std::uint64_t made, std::uint64_t of)> progress{};  ///< from one thread at a time
  std::function<void(const std::string&text)> note{}, warn{};
};

/// Makes what is not there yet. Throws Error for recipes whose images do not fit into one data set, for images that
/// cannot be made, and for files that cannot be written or are not what they were; backends::Stopped when asked to.
Outcome make(const recipe::Recipe& recipe, const Folder& folder, const Settings& settings, const Work& work,
             const Listener& listener, std::stop_token stop = {});

/// Bytes of memory that a run takes at most for images that are not written yet, if an image is not smaller when
/// packed.
std::uint64_t memory_bytes(const Settings& settings, const ImageShape& shape, int threads);

}  // namespace femtobragg::dataset
