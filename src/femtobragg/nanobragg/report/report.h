// What a run says about itself: the set-up, and the quirks that change it.
#pragma once

#include <string>

#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// The set-up, in the lines and the order of nanoBragg's output.
std::string setup_report(const Setup& setup);

// What several reports say in the same words.
std::string cell_words(const UnitCell& cell);
std::string cells_text(const Crystal& crystal);
/// How many of them the beam lights.
std::string blocks_text(const Crystal& crystal);
RealAxes real_axes_A(const CrystalAxes& axes);

/// Real axes in columns, with eight decimals.
std::string real_axes_text(const Vec3d& a_A, const Vec3d& b_A, const Vec3d& c_A);

/// The line that announces a quirk.
std::string quirk_line(Quirk quirk);

/// One line for each quirk that is on and changes the run.
std::string quirk_report(const QuirkLog& quirks);

}  // namespace femtobragg::nanobragg
