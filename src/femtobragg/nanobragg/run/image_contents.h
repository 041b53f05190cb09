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

/// What the command line calls a file of -o: that of a frame of a series has another name.
std::string asked_name(const Setup& setup, const std::string& path);
/// What a file of -o holds instead of the image, or null.
const ImageChoice* choice_of(const Setup& setup, const std::string& path);
/// What makes the numbers of SMV images: photons times `scale`; and counted photons, or what the detector makes of
/// them.
Response scaled_response(const Setup& setup, double scale);
Response noisy_response(const Setup& setup);

/// The header that nanoBragg's kin writes in that format, before the scale of images without noise is known, which does
/// not change its length; empty: the format's own.
std::string header_for(const Setup& setup, const QuirkSet& quirks, const formats::ImageFormatInfo& format, bool noise);

/// Whether a mask for DIALS belongs to the list of -expt: where obstacles cast shadows on images that the list names.
bool writes_dials_mask(const Setup& setup, const OutputSelection& selection);

/// Writes the file of -expt, if requested, with its mask, and prints their names. An experiment list names the images
/// of the run. Throws Error.
void write_expt(const Setup& setup, const OutputSelection& selection, std::ostream& out, std::ostream& err);

/// Lines of the SMV header of an image whose numbers are those of that response.
std::string smv_header_of(const Setup& setup, const QuirkSet& quirks, const Response& response);

}  // namespace femtobragg::nanobragg
