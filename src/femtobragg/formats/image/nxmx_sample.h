// The sample of an NXmx file: the axes that turn it, and its crystal.
#pragma once

#include "femtobragg/formats/image/nexus_entry.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// Spindle, oscillation and crystal of an NXsample.
void read_nxmx_sample(const NexusEntry& entry, const hdf5::Object& sample, Geometry& geometry);

}  // namespace femtobragg::formats
