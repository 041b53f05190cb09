// Masters of DECTRIS detectors that do not call themselves NXmx: what their own fields say in its place.
#pragma once

#include "femtobragg/formats/io/hdf5_file.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

class NexusEntry;

/// Whether an NXentry without definition has the fields of such a detector.
bool looks_like_eiger_master(const hdf5::Object& entry);

/// The one panel of an NXdetector without modules: by its geometry, or by beam centre and distance. Sensor and
/// saturation are not set. Throws Error(Runtime) that names what is missing.
Panel eiger_panel(const NexusEntry& entry, const hdf5::Object& detector);

/// Spindle and oscillation of an NXsample whose depends_on names none.
void read_eiger_turn(const NexusEntry& entry, const hdf5::Object& sample, Geometry& geometry);

}  // namespace femtobragg::formats
