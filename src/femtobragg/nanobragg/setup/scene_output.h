// A run as a scene in a file.
#pragma once

#include <string>

#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// The scene that gives the run's experiment to the last bit. Throws Error(Usage) where none does: it names the quirk,
/// or the input, that no scene can hold.
femtobragg::Scene description_of(const Setup& run, const QuirkLog& quirks);

/// Writes it where -save_scene says, and reads it back first: it must give the same experiment.
void save_scene(const Setup& run, const QuirkLog& quirks);

}  // namespace femtobragg::nanobragg
