// The bridge to xraylib.
#include "femtobragg/simulate/scattering_factors.h"

#include <xraylib/xraylib.h>

#include <algorithm>
#include <string>

#include "femtobragg/base/error.h"
#include "femtobragg/base/late_library.h"
#include "femtobragg/base/text.h"
#include "late_files.h"

namespace femtobragg {
namespace scattering_tables {

constexpr LateLibrary xraylib{"xraylib", FEMTOBRAGG_XRAYLIB};
FEMTOBRAGG_LATE(xraylib, FF_Rayl)
FEMTOBRAGG_LATE(xraylib, SF_Compt)
FEMTOBRAGG_LATE(xraylib, xrl_clear_error)

/// One of their tables.
template <class Table>
double value(const Table& table, const char* what, int atomic_number, double stol_per_A) {
  xrl_error* problem = nullptr;
  const double found = table(atomic_number, stol_per_A, &problem);
  if (!problem) return found;
  const std::string reason = problem->message;
  xrl_clear_error(&problem);
  throw Error::usage({.what = std::string("no ") + what + " is known for element " + std::to_string(atomic_number),
                      .value = format_number(stol_per_A) + " 1/A",
                      .rule = reason});
}

}  // namespace scattering_tables

double form_factor_e(int atomic_number, double stol_per_A) {
  return scattering_tables::value(scattering_tables::FF_Rayl, "form factor", atomic_number, stol_per_A);
}

double incoherent_e2(int atomic_number, double stol_per_A) {
  // The table begins there; below, the function is a parabola.
  constexpr double first = 0.01;
  const double found = scattering_tables::value(scattering_tables::SF_Compt, "incoherent scattering function",
                                                atomic_number, std::max(stol_per_A, first));
  return stol_per_A < first ? found * stol_per_A * stol_per_A / (first * first) : found;
}

}  // namespace femtobragg
