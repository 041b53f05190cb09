// PGM pictures with given grey values.
#pragma once

#include <string>

#include "femtobragg/formats/image/image_contents.h"

namespace femtobragg::formats {

/// Binary PGM (P5), 8 bits, with a comment line.
void write_pgm(const std::string& path, std::size_t n_fast, std::size_t n_slow, const std::string& comment,
               const GreyRows& rows);

}  // namespace femtobragg::formats
