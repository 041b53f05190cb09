// Reading files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace femtobragg::formats {

/// The bytes of a file, `most` of them at most. Throws Error(Runtime) that says why it cannot be read; `purpose` names
/// what it was for. Files may be as large as the memory; pipes and devices hold a GiB, or a quarter of the memory if
/// that is less, because some have no end.
std::string read_file(const std::string& path, const std::string& purpose, std::size_t most = SIZE_MAX);

/// The same of a text, made plain as plain_text() does. Throws for what is no text, too.
std::string read_text(const std::string& path, const std::string& purpose);

}  // namespace femtobragg::formats
