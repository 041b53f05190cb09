// The files that say what is in an image: -truth and -truth_hkl_map.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/formats/picture/preview.h"
#include "femtobragg/model/truth.h"
#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/setup/setup.h"
#include "femtobragg/simulate/simulation.h"

namespace femtobragg::nanobragg {

/// Throws Error(Usage) where flags ask for files of -truth or its spots in pictures, for a map of reflections or for
/// what goes into pixels, and the image will have none.
void require_truth_of(const Setup& setup);

/// Makes what follows how many pixels are done; may be null.
using TruthProgress = std::function<std::function<void(std::uint64_t)>(const char* what)>;

/// Computes and writes those that flags name, with a line about each. `words`: the command line; `image_photons`: sum
/// of `image`; `simulation`: which rendered it; `known`: the truth, if it is. Throws Error.
void write_truth_files(const Setup& setup, const QuirkSet& quirks, std::span<const std::string> words,
                       double image_photons, const Simulation& simulation, const Image& image,
                       std::optional<Truth> known, const TruthProgress& progress, std::ostream& out);

/// The truth that -png_spots draws; nothing: no picture shows it.
std::optional<Truth> truth_for_pictures(const Setup& setup, const Simulation& simulation, const Image& image,
                                        const TruthProgress& progress);
std::vector<formats::PictureSpot> spots_of(const std::optional<Truth>& truth);

/// The list of reflections of a whole series, and what its frames list in files of their own.
struct ScanList {
  std::string path;
  std::vector<std::string> frames;
};

/// Adds up the parts that write_truth_files() left of each frame (Setup::scan_part). `setup`: the first frame.
void write_scan_truth(const Setup& setup, const QuirkSet& quirks, std::span<const std::string> words,
                      const std::vector<std::string>& parts, const std::vector<ScanList>& lists, std::ostream& out);

}  // namespace femtobragg::nanobragg
