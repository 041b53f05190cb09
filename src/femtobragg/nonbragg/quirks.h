// The places where nonBragg's answer is not the right one. All are always on.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "femtobragg/formats/image/smv.h"
#include "femtobragg/nonbragg/output.h"

namespace femtobragg::nonbragg {

/// A finished run, to judge which quirks changed it.
struct FinishedRun {
  const Setup& setup;
  const Rendering& rendering;
  const Statistics& statistics;
  const formats::SmvImage* image = nullptr;  ///< of the inverse mode
};

struct QuirkRow {
  std::string_view id;
  std::string_view on;                            ///< what nonBragg does
  std::string_view off;                           ///< what is right
  bool (*changes)(const FinishedRun&) = nullptr;  ///< null: not reproduced
};

std::span<const QuirkRow> quirk_table();
/// A line for each quirk that changed the run.
std::string quirk_report(const FinishedRun& run);

}  // namespace femtobragg::nonbragg
