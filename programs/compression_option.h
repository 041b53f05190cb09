// The option --compression of commands that write images.
#pragma once

#include <string>

#include "femtobragg/formats/image/image_contents.h"
#include "programs/command_options.h"

namespace femtobragg::programs {

class CompressionOption {
 public:
  void describe(CommandOptions& options);
  /// Throws Error(Usage) if it is given, and none of the outputs has a choice.
  formats::Compression of(const CommandOptions& options, const Words& outputs) const;

 private:
  std::string name_ = "gzip";
};

}  // namespace femtobragg::programs
