// What a file is, and what of it this program uses: for every format that some command reads.
#pragma once

#include <string>
#include <vector>

namespace femtobragg::inspect {

struct Inspection {
  std::string path;
  std::string what;               ///< "NXmx image, 1 frame of 1030 x 1065 pixels"
  std::vector<std::string> used;  ///< what commands take from it, with the main numbers
  std::vector<std::string> not_used;
  std::vector<std::string> doubtful;  ///< what is assumed, or looks like a slip
  std::string wrong;                  ///< why it cannot be used as what it is; empty: it can
};

/// Recognises the file by its content, and reads it by the readers that the commands use. Does not throw for what is
/// wrong with the file.
Inspection inspect_file(const std::string& path);

}  // namespace femtobragg::inspect
