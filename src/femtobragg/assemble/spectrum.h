// The beam's spectrum: finely sampled, then as few of its wavelengths as give the image.
#pragma once

#include "femtobragg/assemble/assembly.h"

namespace femtobragg::assemble {

/// Whether the scene describes the spectrum, beyond a wavelength and a dispersion.
bool has_spectrum(const BeamScene& beam);

/// Reads or makes the spectrum, finely sampled, before anything else is set up. A beam without a wavelength takes the
/// mean of a file. Throws Error.
void set_spectrum(Assembled& result);

/// The sources of the finished beam take the shortest wavelength of the spectrum: its reach is that of all.
void reach_over_spectrum(Assembled& result);

/// The wavelengths of the spectrum that are rendered: as many as the scene says, or as the image needs.
Spectrum rendered_wavelengths(const Assembled& result);
/// So many of them, unless they are the rows of a file.
Spectrum sampled_wavelengths(const Assembled& result, std::int64_t count);

/// Each direction with each wavelength.
std::vector<Source> over_wavelengths(const std::vector<Source>& directions, const Spectrum& lines);

/// The finest resolution at which there are spots in the image.
double finest_resolution_m(const Experiment& experiment);

/// Gives each of them the rendered wavelengths instead.
void spread_over_spectrum(Assembled& result);

/// Files may list any wavelengths: that of the run is then a name.
void name_wavelength(Beam& beam);

}  // namespace femtobragg::assemble
