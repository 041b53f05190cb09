// The truth about an image, as files of the library.
#include "femtobragg/library/write_truth.h"

#include <gtest/gtest.h>

#include "femtobragg/assemble/assembly.h"
#include "femtobragg/base/error.h"
#include "femtobragg/formats/tables/truth_file.h"
#include "femtobragg/scene/scene_file.h"
#include "femtobragg/simulate/truth.h"
#include "tests/run_program.h"

namespace femtobragg {
namespace {

TEST(WriteTruth, ComesBack) {
  const Experiment experiment =
      assemble::assembled(scene::parse_scene("[detector]\npixels = [64, 64]\npixel_size_mm = 0.5\n"
                                             "[crystal]\ncell_edges_A = [40, 50, 60]\ncells = [8, 8, 8]\n"
                                             "[structure_factors]\ndefault_F_e = 100\n",
                                             "", scene::Notation::Toml, "."))
          .experiment;
  const Simulation simulation(experiment);
  const Image image = simulation.render().image;
  const Truth truth = truth_of(simulation, image, 1e-3);
  ASSERT_GT(truth.reflections.size(), 3u);
  const tests::TemporaryFolder folder;
  for (const char* name : {"t.h5", "t.csv", "t.refl", "t.stream"})
    write_truth((folder / name).string(), truth, experiment, {.image_photons = 12, .image = "still.cbf"});
  const formats::TruthOfFile read = formats::read_truth_hdf5((folder / "t.h5").string());
  ASSERT_EQ(read.truth.reflections.size(), truth.reflections.size());
  EXPECT_EQ(read.truth.reflections.front().hkl, truth.reflections.front().hkl);
  EXPECT_EQ(read.image_photons, 12);
  EXPECT_NE(tests::read_bytes(folder / "t.stream").find("still.cbf"), std::string::npos);
  EXPECT_THROW(write_truth((folder / "t.xyz").string(), truth, experiment), Error);
}

}  // namespace
}  // namespace femtobragg
