// What image files say of a run besides the pixels.
#pragma once

#include <iosfwd>

#include "femtobragg/formats/image/registry.h"
#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/run/outputs.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// Rotates the run's lab frame to that of model/geometry.h: the convention's beam becomes x, its fast axis z. Flags
/// that rotate the beam are ignored.
Mat3d standard_frame(const Setup& setup);

/// The run's geometry in the frame of model/geometry.h, turned by standard_frame(). The rotation has as many
/// frames as the run.
Geometry geometry_of(const Setup& setup);

/// The nominal wavelength; for pulses, which scatter about it, the mean of this one.
double wavelength_m_of(const Setup& setup);

/// What a file of that format states besides its pixels: the geometry, the spectrum, if there is more than one
/// wavelength, and a record of all parameters and seeds.
formats::ImageContents contents_for(const Setup& setup, const QuirkSet& quirks, const std::string& path);

/// The header that nanoBragg's kin writes in that format; empty: the format's own.
std::string header_for(const Setup& setup, const QuirkSet& quirks, const formats::ImageFormatInfo& format);

/// Writes the file of -expt, if requested, and prints its name. An experiment list names the images of the run.
/// Throws Error.
void write_expt(const Setup& setup, const OutputSelection& selection, std::ostream& out, std::ostream& err);

/// Lines of the SMV header.
std::string smv_header_of(const Setup& setup, const QuirkSet& quirks);

}  // namespace femtobragg::nanobragg
