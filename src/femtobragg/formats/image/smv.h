// SMV images ("ADSC format", d*TREK): a text header of KEY=value; lines, then pixels, of 16 bits in older programs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/image/image_contents.h"
#include "femtobragg/formats/image/pixel_data.h"
#include "femtobragg/model/detector.h"

namespace femtobragg::formats {

class OutputFile;

/// Throws Error(Usage) for pixels that the header, which states one edge, would make square.
void require_square_pixels(const Panel& panel);

/// The largest number of 16 bits that is valid: one more says that a pixel is overloaded.
inline constexpr double smv_most_valid = 65534;

/// How a key is looked up in a header.
enum class KeyMatch {
  Whole,           ///< the text between line starts or semicolons and '='
  AnyCase,         ///< the same; where no key is spelled so, one that differs in case only
  LastOccurrence,  ///< the last place where the text occurs, even inside a longer key (as older programs)
};

/// The number after `key=`, or nothing.
std::optional<double> smv_number(std::string_view header, std::string_view key, KeyMatch match);
/// The text after `key=` up to a semicolon or the end of the line, or nothing.
std::optional<std::string> smv_text(std::string_view header, std::string_view key, KeyMatch match);

/// The number of a key that is known here, looked up in any case, in the unit that it has where none is stated: mm, A
/// or degrees. Nothing: there is no such key, or it has no value. Throws Error(Runtime) for what is not a number
/// and for unknown units; `name` is the file's.
std::optional<double> smv_quantity(std::string_view header, std::string_view key, const std::string& name);

/// Where the beam meets the detector, mm from the image's corner, by one or two keys of a header; and which keys.
struct SmvBeamCentre {
  double slow_mm = 0, fast_mm = 0;
  std::string keys;
};
/// The position of a detector by its header, for all readers.
struct SmvPlace {
  /// From DIALS_ORIGIN, else Denzo's, else BEAM_CENTER with X along slow; BEAM_CENTER if TWOTHETA swings the detector.
  /// Nothing: there is none.
  std::optional<SmvBeamCentre> centre;
  std::optional<double> distance_mm;
  bool slow_up = false;       ///< fast is to the right, looking along the beam
  bool spindle_known = true;  ///< it points along fast
  bool swung = false;         ///< by TWOTHETA
  std::string turned;         ///< why the detector is not upright; empty: it is
};
/// Throws Error(Runtime) for what is not a number.
SmvPlace smv_place(std::string_view header, const std::string& name);
/// Sentences about contradictions in a header: BEAM_CENTER, if in no usual convention it agrees with that of other
/// keys, distances, and the corner.
std::vector<std::string> smv_contradictions(std::string_view header, const std::string& name);

/// Whether a file begins as these images do.
bool is_smv(std::string_view bytes);
/// The lines of a header without its closing brace: up to HEADER_BYTES, or to the brace where the text runs beyond.
/// Braces in values are text. Throws Error(Runtime).
std::string_view smv_header_text(std::string_view bytes, const std::string& name);

/// What a header says of the pixels: saturation, pedestal. Throws Error(Runtime).
PixelRules smv_pixel_rules(std::string_view header, const std::string& name);
/// Pixels of the kind that TYPE or Data_type states, and what the header says of them. Throws Error(Runtime).
PixelArray parse_smv_pixels(std::string_view bytes, const std::string& name);

struct SmvImage {
  std::string header;  ///< text: HEADER_BYTES of it, or smv_header_text() where keys are matched as a whole
  std::size_t n_fast = 0, n_slow = 0;
  std::vector<std::uint16_t> pixels;  ///< as stored; swapped on request
  bool byte_order_matters = false;    ///< stored in the order that is not this machine's, and some pixel shows it
};

/// From the bytes of a file of 16-bit pixels; `name` is used in messages. `swap_foreign_bytes`: honour BYTE_ORDER.
/// Throws Error(Runtime) that names the key that is missing or wrong, or says that the file is too short.
SmvImage parse_smv(std::string_view bytes, const std::string& name, KeyMatch match, bool swap_foreign_bytes);

/// One line of a header to be written.
struct SmvEntry {
  std::string key, value;
  bool semicolon = true;  ///< older programs leave it out after some values
};

/// The header block. HEADER_BYTES and the closing lines are added. Long text grows the block in steps of 512 bytes;
/// with `overrun` the text runs on beyond 512 bytes unpadded, as older programs write it.
std::string smv_header(const std::vector<SmvEntry>& entries, bool overrun);

/// What every header begins with: kind and number of the pixels.
std::vector<SmvEntry> smv_pixel_entries(const ImageShape& shape);

/// Writes an image; the caller commits the file.
void write_smv(OutputFile& file, const std::string& header, std::size_t n_fast, std::size_t n_slow,
               const PixelRows& rows);
void write_smv(const std::string& path, const std::string& header, std::size_t n_fast, std::size_t n_slow,
               const PixelRows& rows);

}  // namespace femtobragg::formats
