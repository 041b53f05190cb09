// Everything that programs use of the installed library.
//
//   #include <femtobragg/femtobragg.h>
//   using namespace femtobragg;
//
//   const Experiment experiment = assemble::assembled(scene::read_scene("still.toml")).experiment;
//   const Rendering rendering = Simulation(experiment).render();
//   write_image("still.cbf", rendering.image, experiment);
//
// docs/library.md explains how to build with it, and what may be called from which thread.
#pragma once

// Experiments: values of a crystal, a beam and a detector (model/experiment.h), or made from a description.
#include "femtobragg/assemble/assembly.h"
#include "femtobragg/assemble/remembered_files.h"
#include "femtobragg/base/rotation.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/model/experiment.h"
#include "femtobragg/model/geometry.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/scene/scene_file.h"
#include "femtobragg/simulate/sensor_material.h"
#include "femtobragg/simulate/spectrum.h"

// Images, their derivatives, and fits.
#include "femtobragg/backends/backend.h"
#include "femtobragg/gradients/gradient.h"
#include "femtobragg/refine/orientation_search.h"
#include "femtobragg/refine/refinement.h"
#include "femtobragg/refine/smooth_background.h"
#include "femtobragg/simulate/detect.h"
#include "femtobragg/simulate/parts.h"
#include "femtobragg/simulate/point_of_panel.h"
#include "femtobragg/simulate/record.h"
#include "femtobragg/simulate/simulation.h"
#include "femtobragg/simulate/truth.h"

// Files.
#include "femtobragg/base/version.h"
#include "femtobragg/formats/image/beam_frame.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/library/detector_names.h"
#include "femtobragg/library/write_image.h"
#include "femtobragg/library/write_truth.h"
