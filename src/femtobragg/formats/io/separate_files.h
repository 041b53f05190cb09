// Commands keep what they read, and write each output to a file of its own.
#pragma once

#include <span>
#include <string>

namespace femtobragg::formats {

/// Throws Error(Usage) if an output is one of the inputs, by whatever name: the input would be lost. Empty names and
/// devices are no files.
void require_inputs_kept(std::span<const std::string> inputs, std::span<const std::string> outputs);

/// Throws Error(Usage) if two outputs are one file: the second would replace the first.
void require_outputs_apart(std::span<const std::string> outputs);

/// Both.
void require_separate_files(std::span<const std::string> inputs, std::span<const std::string> outputs);

}  // namespace femtobragg::formats
