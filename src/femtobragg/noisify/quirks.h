// The places where noisify's answer is not the right one. Ours has all of them.
#pragma once

#include <bitset>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace femtobragg::noisify {

enum class Quirk {
  CalibrationStream,
  CalibSeedDefault,
  SeedIdle,
  FlickerPixel,
  CalibrationDefault,
  PsfWrap,
  PsfRemainder,
  PsfFaint,
  PsfInt,
  Int32Clip,
  NegativeWrap,
  Truncate,
  ShapeGuess,
  Detsize,
  FileSize,
  Name,
  HeaderCopy,
  HeaderMissing,
  Bits,
  PhiPrefix,
  Fluence,
  Seed,
  Warnings,
  count_
};
inline constexpr std::size_t quirk_count = static_cast<std::size_t>(Quirk::count_);

struct QuirkInfo {
  Quirk quirk;
  std::string_view id;
  std::string_view on;   ///< what noisify does
  std::string_view off;  ///< what is right
  bool kept = true;      ///< otherwise ours refuses such a run
};

/// All quirks, in the order of the enumeration.
std::span<const QuirkInfo> quirk_table();

/// Those that change a run.
class ActiveQuirks {
 public:
  void changes(Quirk quirk, bool condition = true) {
    if (condition) bits_.set(static_cast<std::size_t>(quirk));
  }
  bool active(Quirk quirk) const { return bits_.test(static_cast<std::size_t>(quirk)); }
  /// A line for each.
  std::string report() const;

 private:
  std::bitset<quirk_count> bits_;
};

}  // namespace femtobragg::noisify
