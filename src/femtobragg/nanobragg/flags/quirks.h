// The places where nanoBragg's answer is not the right one: each can be switched on to get its numbers.
#pragma once

#include <bitset>
#include <cstddef>
#include <exception>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace femtobragg::nanobragg {

enum class Quirk {
  TwothetaAxisFlag,
  MissetSeedFlag,
  CurvedLast,
  TriclinicCell,
  MatMissing,
  MissetRandom,
  SeedDefault,
  Pivot,
  ClosePoint,
  Pix0,
  CustomAxes,
  AxisLength,
  OdetSkew,
  TwothetaReport,
  XtalsizeInterp,
  StepRules,
  PhiEdges,
  SpreadEnds,
  DivergenceGrid,
  SourceWeights,
  SourceParse,
  HklParse,
  FdumpStale,
  FdumpBytes,
  DirectBeam,
  HeaderDistance,
  HeaderTwotheta,
  HeaderCentre,
  HeaderSwap,
  Phi0Carry,
  InterpOff,
  RunningSum,
  FirstSubpixel,
  ThicknessLayers,
  AbsorbZero,
  NopolarLost,
  Water,
  Curved,
  PointPixel,
  GaussWidth,
  SolidAngle,
  RmsdMask,
  HeaderOverflow,
  HeaderDials,
  HeaderBeamline,
  RoundNode,
  NoiseSerial,
  count_
};
inline constexpr std::size_t quirk_count = static_cast<std::size_t>(Quirk::count_);

struct QuirkInfo {
  Quirk quirk;
  std::string_view id;
  std::string_view on;   ///< what nanoBragg does
  std::string_view off;  ///< what is right
};

/// All quirks, in the order of the enumeration.
std::span<const QuirkInfo> quirk_table();
const QuirkInfo& info(Quirk quirk);

/// Which quirks are on.
class QuirkSet {
 public:
  static QuirkSet all() { return QuirkSet(std::bitset<quirk_count>().set()); }
  static QuirkSet none() { return {}; }
  /// From "all", "none" or ids separated by commas. Throws Error(Usage) for an unknown id.
  static QuirkSet parse(std::string_view text);

  QuirkSet() = default;
  bool on(Quirk quirk) const { return bits_[static_cast<std::size_t>(quirk)]; }
  QuirkSet with(Quirk quirk) const {
    return QuirkSet(std::bitset<quirk_count>(bits_).set(static_cast<std::size_t>(quirk)));
  }
  QuirkSet without(Quirk quirk) const {
    return QuirkSet(std::bitset<quirk_count>(bits_).reset(static_cast<std::size_t>(quirk)));
  }

  friend bool operator==(const QuirkSet&, const QuirkSet&) = default;

 private:
  explicit QuirkSet(std::bitset<quirk_count> bits) : bits_(bits) {}
  std::bitset<quirk_count> bits_;
};

/// The quirks of a run, and which of them change it.
class QuirkLog {
 public:
  explicit QuirkLog(QuirkSet set) : set_(set) {}

  const QuirkSet& set() const { return set_; }
  bool on(Quirk quirk) const { return set_.on(quirk); }
  /// Notes that a quirk, if it is on, changes this run.
  void changes(Quirk quirk, bool condition = true) {
    if (condition && set_.on(quirk)) active_ = active_.with(quirk);
  }
  bool active(Quirk quirk) const { return active_.on(quirk); }

  /// Runs a stage of the set-up; each quirk that the stage knows changes the run if the stage without it gives
  /// another result, or refuses.
  template <class Stage, class Same>
  auto settle(std::initializer_list<Quirk> known, Stage&& stage, Same&& same) {
    auto result = stage(set_);
    for (const Quirk quirk : known) {
      if (!set_.on(quirk)) continue;
      bool differs = true;
      try {
        differs = !same(stage(set_.without(quirk)), result);
      } catch (const std::exception&) {
      }
      changes(quirk, differs);
    }
    return result;
  }

 private:
  QuirkSet set_, active_;
};

/// Whether two numbers are equal but for rounding.
bool nearly_equal(double a, double b);

}  // namespace femtobragg::nanobragg
