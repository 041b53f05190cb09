// Messages about fields, for somebody who typed flags.
#include "femtobragg/nanobragg/flags/field_flags.h"

#include <gtest/gtest.h>

#include "femtobragg/nanobragg/flags/option_table.h"
#include "femtobragg/scene/fields.h"

namespace femtobragg::nanobragg {
namespace {

TEST(FieldFlags, MessagesSpeakOfFlags) {
  EXPECT_EQ(in_flags("give beam.wavelengths, or use a smaller crystal"), "give -wavelengths, or use a smaller crystal");
  EXPECT_EQ(in_flags("rotation.range, rotation.step, rotation.steps"), "-osc, -phistep, -phisteps");
  EXPECT_EQ(in_flags("detector.sensor.thickness without detector.sensor.attenuation: x"),
            "-detector_thick without -detector_abs: x");
  // The name of a file is none of a field.
  EXPECT_EQ(in_flags("/data/beam.size"), "/data/beam.size");
  EXPECT_EQ(in_flags("my_beam.size"), "my_beam.size");
  EXPECT_EQ(in_flags("beam.sizes"), "beam.sizes");
  EXPECT_EQ(in_flags("'my beam.size' of beam.size"), "'my beam.size' of -beamsize");
  EXPECT_EQ(in_flags("5 sources from beam.sources.txt"), "5 sources from beam.sources.txt");
  EXPECT_EQ(in_flags("beam.sources[1].wavelength_m"), "beam.sources[1].wavelength_m");
  EXPECT_EQ(in_flags("the beam's beam.size."), "the beam's -beamsize.");
  // A flag may stand for a value.
  EXPECT_EQ(in_flags("give sampling.interpolate = false"), "give -nointerpolate");
}

/// Flags that a scene's fields stand for exist.
TEST(FieldFlags, EveryFlagExists) {
  femtobragg::Scene scene;
  scene.beam.wavelength_m = 1e-10;
  scene.beam.polarization = 0.5;
  scene.crystal.cell_given = true;
  scene.crystal.cell = {1, 1, 1, 90, 90, 90};
  scene.crystal.mosaic_rad = 0.1;
  scene.structure_factors.default_amplitude = 1;
  scene.rotation.start_rad = 1;
  scene.sampling.d_min_m = 1e-10;
  scene.water_edge_m = 1;
  const auto given = flags_of_fields(scene);
  EXPECT_EQ(given.size(), 8u);
  for (const auto& [field, flag] : given) EXPECT_NE(find_flag(flag), nullptr) << field << " " << flag;
}

}  // namespace
}  // namespace femtobragg::nanobragg
