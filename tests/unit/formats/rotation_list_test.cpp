// Rotations of mosaic domains: text and NumPy, written and read back, and what is no rotation.
#include "femtobragg/formats/tables/rotation_list.h"
#include "femtobragg/base/rotation_check.h"
#include "femtobragg/physics/rotation.h"
#include "tests/run_program.h"
#include "tests/unit/refusals.h"

namespace femtobragg::formats {
namespace {

using tests::expect_in;
using tests::message_of;

const std::vector<Mat3d> two = {rotation_matrix(unit(Vec3d{1, 2, 3}), 0.1),
                                rotation_matrix(unit(Vec3d{0, 1, -1}), 2.0)};

TEST(RotationLists, AreReadBackToTheBit) {
  const tests::TemporaryFolder folder;
  for (const char* name : {"r.txt", "r.npy"}) {
    const std::string path = (folder / name).string();
    write_rotations(path, two);
    EXPECT_EQ(parse_rotations(tests::read_bytes(path), path), two) << name;
  }
}

TEST(RotationLists, RoundedOnesAreMadeExact) {
  const auto read = parse_rotations("# comment\n0.98007, -0.19867, 0, 0.19867, 0.98007, 0, 0, 0, 1\n", "r.txt");
  ASSERT_EQ(read.size(), 1u);
  EXPECT_TRUE(is_rotation(read[0], 1e-14));
  EXPECT_NEAR(read[0].row_x.y, -0.19867, 1e-5);
}

TEST(RotationLists, OthersAreRefused) {
  const auto refusal = [](const std::string& text) { return message_of([&] { parse_rotations(text, "r.txt"); }); };
  expect_in(refusal("1 0 0 0 1 0 0 0 1\n1 0 0 0 1 0 0 0 1.1\n"), {"not a rotation", "line 2", "unit vectors"});
  expect_in(refusal("1 0 0 0 1 0 0 0 -1\n"), {"right-handed"});
  expect_in(refusal("1 0 0 0 1 0 0 0\n"), {"nine numbers", "line 1"});
  expect_in(refusal("1 0 0 0 1 0 0 0 nan\n"), {"not finite"});
  expect_in(refusal("# nothing\n"), {"no rotations"});
}

}  // namespace
}  // namespace femtobragg::formats
