// What some files of a run hold beside the image.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "femtobragg/formats/picture/preview.h"
#include "femtobragg/model/image.h"

namespace femtobragg::nanobragg {

struct SideImages {
  std::vector<formats::PictureSpot> spots{};  ///< of pictures
  std::map<std::string, Image> parts{};       ///< photons of parts of the experiment
};

}  // namespace femtobragg::nanobragg
