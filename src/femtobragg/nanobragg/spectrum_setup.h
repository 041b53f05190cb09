// The beam's spectrum from files and flags.
#pragma once

#include "femtobragg/nanobragg/scene.h"

namespace femtobragg::nanobragg {

/// Whether a flag describes the spectrum, beyond -lambda and -dispersion.
bool has_spectrum(const Options& options);

/// Reads or makes the spectrum that flags ask for, finely sampled, before anything else is set up: without -lambda,
/// -energy or a header, the mean of a file becomes the wavelength of the run. Throws Error.
void set_spectrum(Scene& scene);

/// The sources of the finished beam take the shortest wavelength of the spectrum: reach and sight are those of all.
void reach_over_spectrum(Scene& scene);

/// Gives each of them the wavelengths of the spectrum instead: as many as -wavelengths says, or as the image needs.
void spread_over_spectrum(Scene& scene);

/// The pulse of -sase: without -seed that of the first seed, whatever seeds the noise.
SasePulse pulse_of(const Scene& scene);

/// Whether shots may differ: pulses of -sase, rows of a NeXus spectrum.
bool has_shots(const Options& options);

/// The same scene, lit by another shot, where there are several.
void take_shot(Scene& scene, std::int64_t shot);

/// Throws Error(Runtime) where a series runs past the shots of the spectrum's file.
void require_shots(const Scene& scene, std::size_t frames);

/// A source file is the whole beam: warns where flags spread directions or wavelengths, which then are not used.
void warn_of_ignored_spread(Scene& scene);

}  // namespace femtobragg::nanobragg
