// Checksums that identify files, and bytes as text.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace femtobragg::formats {

/// The SHA-256 as 64 hexadecimal digits.
std::string sha256_of(std::string_view bytes);

/// Throws Error(Runtime) if the file cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

/// The MD5, which headers of images state, as base64.
std::string md5_base64(std::string_view bytes);

std::string base64_of(std::string_view bytes);

}  // namespace femtobragg::formats
