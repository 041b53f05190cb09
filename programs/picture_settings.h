// How commands draw PNG pictures: their options.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/formats/picture/preview.h"
#include "programs/command_options.h"
#include "programs/truth_lists.h"

namespace femtobragg::programs {

/// The options --png-... of a command that may write a picture.
class PictureSettings {
 public:
  void describe(CommandOptions& options);
  /// Throws Error(Usage) if an option is given and the output is no picture.
  void require_picture(const CommandOptions& options, const std::string& output) const;
  /// Empty: none.
  const std::string& spots_file() const { return spots_; }
  /// Reads the list of spots, and warns if it seems to be that of another image. Throws Error.
  formats::PreviewOptions options(const ListedImage& image) const;

 private:
  std::string scale_ = "log", colours_ = "grey", layout_, rings_at_, spots_;
  std::optional<double> percentile_;
  std::size_t size_ = 0;
  bool bar_ = false, rings_ = false;
};

}  // namespace femtobragg::programs
