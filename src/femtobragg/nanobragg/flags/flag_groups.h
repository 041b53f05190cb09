// The parts of the table of flags, and what they have in common. Use option_table.h.
#pragma once

#include "femtobragg/nanobragg/flags/option_table.h"
#include "femtobragg/nanobragg/flags/output_selection.h"

namespace femtobragg::nanobragg {

/// The group of flags that are accepted for old scripts.
inline constexpr std::string_view no_effect = "Accepted, without effect";

std::vector<Flag> crystal_flags();  ///< and input files
std::vector<Flag> detector_flags();
std::vector<Flag> geometry_flags();     ///< geometry files and known detectors: not in nanoBragg's command line
std::vector<Flag> attenuation_flags();  ///< obstacles and matter in the way: not in nanoBragg's command line
std::vector<Flag> beam_flags();         ///< and sampling
std::vector<Flag> response_flags();     ///< what the detector makes of photons: not in nanoBragg's command line
std::vector<Flag> output_flags();       ///< and the run; and those without effect

/// A row that the short help explains.
inline Flag usual(Flag flag) {
  flag.usual = true;
  return flag;
}

inline double not_negative(const FlagValues& v, double value) {
  if (v.strict() && value < 0) v.refuse(0, "it must not be negative");
  return value;
}

inline std::int64_t step_count(const FlagValues& v) {
  const std::int64_t n = v.integer(0);
  if (v.strict() && n < 1) v.refuse(0, "at least one step is needed");
  return n;
}

inline void name_output(std::string& name, bool& named, const FlagValues& v) {
  if (v.strict() && names_choice(v.word(0))) v.refuse(0, "only files of -o hold a stage or a part");
  name = v.word(0);
  named = true;
}

}  // namespace femtobragg::nanobragg
