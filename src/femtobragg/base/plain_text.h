// Text as editors and spreadsheets save it, made plain.
#pragma once

#include <string>
#include <string_view>

namespace femtobragg {

/// The same text in UTF-8 without a byte-order mark, whose lines end in '\n', whose blanks are blanks and whose minus
/// signs are '-': UTF-16 with its mark is converted, CR and CR LF become '\n', non-breaking and other wide blanks
/// become ' '. Plain text is handed through without a copy. Throws Error(Runtime) that names the file for UTF-32,
/// broken UTF-16, zero bytes, which no text holds, and what begins as another kind of file does.
std::string plain_text(std::string bytes, const std::string& name);

/// Throws Error(Runtime) for what begins as another kind of file does. `no_text`: see kind_of_file().
void require_text(std::string_view bytes, const std::string& name, bool no_text);

/// What commas mean in a line of numbers.
enum class Commas {
  Separate,  ///< "1.5,2" or "1.5, 2" or none at all
  Decimal,   ///< "1,5;2": ';' separates
  Unclear,   ///< "1,5 2": blanks separate too
};
Commas commas_in(std::string_view line);
/// Decimal commas as points.
std::string with_points(std::string_view line);

}  // namespace femtobragg
