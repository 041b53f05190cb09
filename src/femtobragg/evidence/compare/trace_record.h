// Traces of other programs, as lists of named quantities.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::evidence {

struct TracedQuantity {
  std::string name;
  std::vector<double> numbers;
  std::string text;  ///< text of values that are not numbers
};

struct TraceRecord {
  std::vector<TracedQuantity> quantities;
  /// Written by an instrumented nanoBragg, with its misnomers corrected: see notes.
  bool of_older_program = false;
  std::vector<std::string> notes;  ///< what was converted
};

/// Reads lines `TRACE name v...`, `TRACE_C: name v...`, `TRACE_C:name=v...`, `TRACE_PY: ...` among others, or, if there
/// are none of these, lines `name v...`; '#' begins a comment. Brackets, semicolons and labels such as `rotx:` are
/// ignored. Quantities that older programs misname or print in another unit get their correct name and unit.
TraceRecord parse_trace(std::string_view text);

}  // namespace femtobragg::evidence
