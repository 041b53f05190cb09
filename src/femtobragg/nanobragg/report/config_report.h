// Every derived quantity of a run: what -show_config prints, and `femtobragg explain` reports in detail.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

struct ConfigRow {
  std::string section;  ///< what it is a quantity of
  std::string name, value, unit;
  std::string origin;   ///< flag, header, default, or what it follows from
  std::string formula;  ///< empty for what is used as given
};

std::vector<ConfigRow> config_rows(const Setup& setup, const QuirkSet& quirks);

/// One line for each row: name, value, unit, and where it came from.
std::string config_report(const Setup& setup, const QuirkSet& quirks);

}  // namespace femtobragg::nanobragg
