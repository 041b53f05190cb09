// Reading files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace femtobragg::formats {

/// What a file is read for, which limits its size.
enum class InputKind {
  Matrix,  ///< a few numbers
  Text,    ///< geometry, sources, spectra, records
  Data,    ///< reflections, models
  Image,
};

/// The bytes of a file. Throws Error(Runtime) that says why it cannot be read, and for more bytes than files of this
/// kind may have; `purpose` names what it was for. Pipes and devices may give 128 MiB at most (data: 256), or a quarter
/// of the memory if that is less, because some have no end.
std::string read_file(const std::string& path, const std::string& purpose, InputKind kind);
/// The same for data, and no more than the first `most` bytes.
std::string read_file(const std::string& path, const std::string& purpose, std::size_t most = SIZE_MAX);

/// The same for text, converted as by plain_text(). Also throws if it is not text.
std::string read_text(const std::string& path, const std::string& purpose, InputKind kind = InputKind::Text);

}  // namespace femtobragg::formats
