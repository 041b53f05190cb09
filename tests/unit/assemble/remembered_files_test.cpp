// Files that are read once for many experiments.
#include "femtobragg/assemble/remembered_files.h"

#include <gtest/gtest.h>

#include "femtobragg/scene/scene_file.h"
#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::assemble {
namespace {

class Remembered : public testing::Test {
 protected:
  Experiment made(const std::string& toml) {
    return assembled(scene::parse_scene(toml, "x.toml", scene::Notation::Toml, folder_.path()), files_).experiment;
  }

  tests::TemporaryFolder folder_;
  RememberedFiles files_;
};

TEST_F(Remembered, ReflectionsAreReadOnceForOneDescription) {
  folder_.write("a.hkl", "1 0 0 5\n2 0 0 7\n");
  const std::string list = "[structure_factors]\nfile = \"a.hkl\"\n", cell = "[crystal]\ncell_edges_A = [40, 50, 60]\n";
  const Experiment first = made(list + cell);
  folder_.write("a.hkl", "1 0 0 6\n");
  const Experiment turned = made(list + cell + "misset_deg = [1, 2, 3]\n");
  EXPECT_EQ(*turned.structure_factors, *first.structure_factors);
  EXPECT_NE(turned, first);
  const Experiment other = made(list + "default_F_e = 3\n" + cell);
  EXPECT_FALSE(*other.structure_factors == *first.structure_factors) << "another description: read again";
}

TEST_F(Remembered, ModelsAreCalculatedOnceForOneResolution) {
  const std::string model = "[structure_factors]\nmodel = \"" FEMTOBRAGG_SOURCE
                            "/examples/models/benzene.pdb\"\n[detector]\npixels = [32, 32]\n";
  const Experiment near = made(model + "distance_mm = 5\n"), again = made(model + "distance_mm = 5\n"),
                   far = made(model + "distance_mm = 50\n");
  EXPECT_EQ(near, again);
  EXPECT_NE(near.structure_factors->values.size(), far.structure_factors->values.size());
  EXPECT_EQ(*made(model + "distance_mm = 5\n").structure_factors, *near.structure_factors);
}

}  // namespace
}  // namespace femtobragg::assemble
