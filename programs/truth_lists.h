// Whether a list of reflections is that of an image.
#pragma once

#include <optional>
#include <string>

#include "femtobragg/formats/image/frame.h"
#include "femtobragg/formats/tables/truth_file.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::programs {

/// What a list is checked against.
struct ListedImage {
  std::string name;
  double photons = 0;       ///< of valid pixels, without the pedestal
  bool overloaded = false;  ///< in some pixels: it may have more
  bool counts = false;      ///< of whole numbers, which noise or a scale has changed
  std::optional<ImageShape> shape{};
  const Geometry* geometry = nullptr;  ///< null: unknown
};
ListedImage listed_image(const std::string& name, const formats::Frame& frame, const Geometry* geometry);

/// Throws Error(Usage) for a reflection that is not on the image's panels.
void require_places(const formats::TruthOfFile& list, const std::string& name, const ListedImage& image);

/// "the list of 'b.h5' is of an image with 10 photons; 'a.npy' has 20"; nothing: they agree to 5 %, and for counts
/// within statistics.
std::optional<std::string> difference_of_photons(const formats::TruthOfFile& list, const std::string& name,
                                                 const ListedImage& image);

}  // namespace femtobragg::programs
