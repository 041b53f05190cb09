// Why a measured pixel does not count: one list of reasons, for every format and every program.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)
namespace femtobragg {

enum class PixelState : std::uint8_t {
  Counts,
  Gap,         ///< between modules: there is no pixel
  Bad,         ///< a pixel that is broken, by the file's own word
  Masked,      ///< excluded by a mask, or not rendered
  Overloaded,  ///< more than it can distinguish: the value is a lower bound
  Sentinel,    ///< the largest number that the file's integers hold: no count, or far too many
  NotANumber,
  Negative,  ///< below zero, or below the least that the file says a pixel can hold
};

struct PixelStateInfo {
  PixelState state;
  std::string_view key;    ///< in records
  std::string_view words;  ///< after a number of pixels
};

inline constexpr std::array<PixelStateInfo, 8> pixel_states = {{
    {PixelState::Counts, "counts", "valid"},
    {PixelState::Gap, "gap", "in gaps"},
    {PixelState::Bad, "bad", "bad"},
    {PixelState::Masked, "masked", "masked"},
    {PixelState::Overloaded, "overloaded", "overloaded"},
    {PixelState::Sentinel, "sentinel", "without a count (all bits set)"},
    {PixelState::NotANumber, "not_finite", "not finite"},
    {PixelState::Negative, "negative", "below zero"},
}};

/// How many pixels are in each state.
class PixelTally {
 public:
  std::size_t& operator[](PixelState state) { return counts_[static_cast<std::size_t>(state)]; }
  std::size_t operator[](PixelState state) const { return counts_[static_cast<std::size_t>(state)]; }

  std::size_t excluded() const {
    std::size_t sum = 0;
    for (const PixelStateInfo& info : pixel_states)
      if (info.state != PixelState::Counts) sum += (*this)[info.state];
    return sum;
  }

  /// "3 masked, 15 overloaded"; "none" if every pixel is valid.
  std::string excluded_in_words() const {
    std::string text;
    for (const PixelStateInfo& info : pixel_states) {
      const std::size_t count = (*this)[info.state];
      if (info.state == PixelState::Counts || count == 0) continue;
      text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(info.words);
    }
    return text.empty() ? "none" : text;
  }

 private:
  std::array<std::size_t, pixel_states.size()> counts_{};
};

inline PixelTally tally_of(std::span<const PixelState> states) {
  PixelTally tally;
  for (const PixelState state : states) ++tally[state];
  return tally;
}

}  // namespace femtobragg
#pragma GCC visibility pop
