// What some files of a run hold beside the image.
#pragma once

#include <map>
#include <span>
#include <string>

#include "femtobragg/formats/picture/preview.h"
#include "femtobragg/model/image.h"

namespace femtobragg::nanobragg {

struct SideImages {
  std::span<const formats::PictureSpot> spots{};  ///< of pictures
  std::map<std::string, Image> parts{};           ///< photons of parts of the experiment
};

}  // namespace femtobragg::nanobragg
