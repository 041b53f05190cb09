// Text as editors and spreadsheets save it, converted to plain text.
#pragma once

#include <string>
#include <string_view>

namespace femtobragg {

/// The same text in UTF-8 without a byte-order mark, whose lines end in '\n', whose blanks are blanks and whose minus
/// signs are '-': UTF-16 with its mark is converted, CR and CR LF become '\n', non-breaking and other wide blanks
/// become ' '. Plain text is returned without a copy. Throws Error(Runtime) that names the file for UTF-32, broken
/// UTF-16, zero bytes, which text never contains, and for text that begins like another kind of file.
std::string plain_text(std::string bytes, const std::string& name);

/// Throws Error(Runtime) if the text begins like another kind of file. `no_text`: see kind_of_file().
void require_text(std::string_view bytes, const std::string& name, bool no_text);

/// What commas mean in a line of numbers.
enum class Commas {
  Separate,  ///< "1.5,2" or "1.5, 2", or no commas at all
  Decimal,   ///< "1,5;2": ';' separates
  Unclear,   ///< "1,5 2": blanks separate too
};
Commas commas_in(std::string_view line);
/// Replaces decimal commas by points.
std::string with_points(std::string_view line);

}  // namespace femtobragg
