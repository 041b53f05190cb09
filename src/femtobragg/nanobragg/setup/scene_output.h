// A run as a scene in a file.
#pragma once

#include <string>

#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// The scene that gives the run's experiment to the last bit. Throws Error(Usage) where none does: it names the quirk,
/// or the input, that no scene can hold.
femtobragg::Scene description_of(const Setup& run, const QuirkLog& quirks);

/// Does what -save_scene asks for, if it was given: writes the scene, which must give the same experiment when it is
/// read back, and keeps it for the images and experiment lists that will carry it.
void save_scene(Setup& run, const QuirkLog& quirks);

/// The text that a file of this name carries; empty: no scene was saved.
std::string carried_scene(const Setup& run, const std::string& path);

}  // namespace femtobragg::nanobragg
