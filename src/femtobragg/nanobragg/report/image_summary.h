// What a run of simulate tells about its image: where it is bright, and how much light there is.
#pragma once

#include <string>

#include "femtobragg/nanobragg/setup/setup.h"
#include "femtobragg/simulate/statistics.h"

namespace femtobragg::nanobragg {

/// Lines about an image.
std::string image_summary(const Setup& setup, const ImageStatistics& statistics, double solid_angle_sr);

/// One line about a frame of a series, with the names of the files that it has for itself.
std::string frame_summary(const Setup& setup, const ImageStatistics& statistics, std::size_t frames);

}  // namespace femtobragg::nanobragg
