// The option --compression of commands that write images.
#pragma once

#include <string>
#include <utility>

#include "femtobragg/formats/image/image_contents.h"
#include "programs/command_options.h"

namespace femtobragg::programs {

class CompressionOption {
 public:
  /// `by_default`: one of the names.
  explicit CompressionOption(std::string by_default = "gzip") : name_(std::move(by_default)) {}

  void describe(CommandOptions& options);
  /// Throws Error(Usage) if it is given, and none of the outputs has a choice.
  formats::Compression of(const CommandOptions& options, const Words& outputs) const;

 private:
  std::string name_;
};

}  // namespace femtobragg::programs
