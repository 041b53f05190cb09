// What a file that should be text is instead, by its first bytes.
#pragma once

#include <string_view>

namespace femtobragg {

struct FileKind {
  std::string_view name;    ///< "an MTZ file"
  std::string_view remedy;  ///< what takes it
};

/// Null: unknown. `no_text`: whether the file is known to be no text; some kinds begin with letters.
const FileKind* kind_of_file(std::string_view bytes, bool no_text);

}  // namespace femtobragg
