// The files that a command line requests.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "femtobragg/nanobragg/flags/options.h"

namespace femtobragg::nanobragg {

/// A file of -o, and what it holds.
struct NamedImage {
  std::string path;
  ImageChoice choice;
};
/// FILE, FILE:stage=NAME or FILE:part=NAME. Throws Error(Usage) for unknown suffixes, for formats that cannot hold
/// it, and where a name is missing.
NamedImage named_image(const std::string& word);
/// Whether a word says :stage= or :part=, whatever it is the name of.
bool names_choice(const std::string& word);

/// Which files are written: all of nanoBragg's, or only those that the command line names.
struct OutputSelection {
  bool float_image = true, int_image = true, pgm = true, noise = true;
};
OutputSelection select_outputs(const OutputOptions& options, bool only_named);

/// Whether a file of -o is an SMV image.
bool names_smv(const OutputOptions& options);
/// Whether some image with counting noise is written.
bool writes_noise(const OutputOptions& options, const OutputSelection& selection);
/// Whether some of them has 16 bits for a pixel.
bool writes_16_bit_counts(const OutputOptions& options, const OutputSelection& selection);

/// The files that are written, those of a series by their patterns.
std::vector<std::string> output_files(const OutputOptions& options, const OutputSelection& selection);
/// Throws Error(Usage) if one of the files that are written, in any frame of a series, is one of the inputs.
void require_inputs_kept(std::span<const std::string> inputs, const OutputOptions& options,
                         const OutputSelection& selection);

/// Throws Error(Runtime) for the first file that cannot be written, Error(Usage) for one that is named twice.
void require_outputs_writable(const OutputOptions& options, const OutputSelection& selection);

}  // namespace femtobragg::nanobragg
