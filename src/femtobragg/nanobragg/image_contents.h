// What image files say of a run besides the pixels.
#pragma once

#include <iosfwd>

#include "femtobragg/formats/image/cbf.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/nanobragg/outputs.h"
#include "femtobragg/nanobragg/quirks.h"
#include "femtobragg/nanobragg/scene.h"

namespace femtobragg::nanobragg {

/// From the run's lab frame to that of model/geometry.h: the convention's beam becomes x, its fast axis z. Flags that
/// turn the beam do not count.
Mat3d standard_frame(const Scene& scene);

/// The run's geometry in the frame of model/geometry.h, turned by standard_frame(). The rotation has as many
/// frames as the run.
Geometry geometry_of(const Scene& scene);

/// The nominal one; of pulses, which scatter about it, the mean of this one.
double wavelength_m_of(const Scene& scene);

/// Of all sources together, m; empty where there is one wavelength.
formats::NxmxContents::Wavelengths wavelengths_and_weights(const Beam& beam);

/// With the spectrum, if there is more than one wavelength, and a record of all parameters and seeds.
formats::NxmxContents nxmx_contents_of(const Scene& scene, const QuirkSet& quirks);

/// Writes the file of -expt, if one is asked for, and prints its name. An experiment list names the images of the run.
/// Throws Error.
void write_expt(const Scene& scene, const OutputSelection& selection, std::ostream& out, std::ostream& err);

formats::CbfFrame cbf_frame_of(const Scene& scene);

/// Lines of the SMV header.
std::string smv_header_of(const Scene& scene, const QuirkSet& quirks);

}  // namespace femtobragg::nanobragg
