// The names in the list of known detectors.
#include "femtobragg/library/detector_names.h"

#include "femtobragg/formats/detectors/detector_list.h"

namespace femtobragg {

std::vector<std::string> detector_names() {
  std::vector<std::string> names;
  for (const formats::KnownDetector& detector : formats::known_detectors()) names.emplace_back(detector.name);
  return names;
}

}  // namespace femtobragg
