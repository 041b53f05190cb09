// Recognises, by its first bytes, what kind of file was given where text was expected.
#pragma once

#include <string_view>

namespace femtobragg {

struct FileKind {
  std::string_view name;    ///< "an MTZ file"
  std::string_view remedy;  ///< which flag or program reads it
};

/// Null: unknown. `no_text`: whether the file is known not to be text; some kinds begin with letters.
const FileKind* kind_of_file(std::string_view bytes, bool no_text);

}  // namespace femtobragg
