// The SHA-256 of a file, and bytes as text for self-contained pages.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace femtobragg::evidence {

/// The hash as 64 hexadecimal digits.
std::string sha256_of(std::string_view bytes);

/// Throws Error(Runtime) if the file cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

std::string base64_of(std::string_view bytes);

}  // namespace femtobragg::evidence
