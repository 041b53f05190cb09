// Reading whole files.
#pragma once

#include <string>

namespace femtobragg::formats {

/// All bytes of a file. Throws Error(Runtime) that says why it cannot be read; `purpose` names what it was for.
std::string read_file(const std::string& path, const std::string& purpose);

}  // namespace femtobragg::formats
