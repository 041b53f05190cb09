// What a program reports about a frame that it has read.
#pragma once

#include <iostream>
#include <string>

#include "femtobragg/formats/image/frame.h"

namespace femtobragg::programs {

inline void tell_notes(const formats::Frame& frame, const std::string& name) {
  for (const std::string& note : frame.notes) std::cerr << "note: " << name << ": " << note << "\n";
}

}  // namespace femtobragg::programs
