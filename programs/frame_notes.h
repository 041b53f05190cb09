// What a program reports about a frame that it has read.
#pragma once

#include <iostream>
#include <string>
#include <string_view>

#include "femtobragg/formats/image/frame.h"

namespace femtobragg::programs {

/// `option`: by which the program selects a frame, in place of the command that does so for those without one.
inline void tell_notes(const formats::Frame& frame, const std::string& name, const std::string& option = {}) {
  constexpr std::string_view command = "femtobragg convert --frame";
  for (std::string note : frame.notes) {
    if (const std::size_t at = note.find(command); !option.empty() && at != note.npos)
      note.replace(at, command.size(), option);
    std::cerr << "note: " << name << ": " << note << "\n";
  }
}

}  // namespace femtobragg::programs
