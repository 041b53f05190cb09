// What `femtobragg inspect` prints, as text and JSON, and how it exits.
#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

TEST(InspectCommand, SaysWhatFilesAreAndExitsByIt) {
  const TemporaryFolder folder;
  std::filesystem::copy_file(std::filesystem::path(FEMTOBRAGG_SOURCE) / "examples/geometry/tilted.expt",
                             folder / "a.expt");
  folder.write("bad.cell", "CrystFEL unit cell file version 1.0\na = 5\n");
  const auto inspect = [&](const Words& words) {
    return run_program("femtobragg", after("inspect", words), folder.path());
  };
  const ProgramResult good = inspect({"a.expt"});
  EXPECT_EQ(good.status, 0);
  expect_texts(good.out, {"a.expt: DIALS geometry\n", "used:", "wavelength 1 A"});
  const ProgramResult both = inspect({"a.expt", "bad.cell"});
  EXPECT_EQ(both.status, 1);
  expect_texts(both.out, {"bad.cell: unit cell that cannot be read\n", "wrong:", "no unit of a"});
  const ProgramResult json = inspect({"--json", "bad.cell"});
  EXPECT_EQ(json.status, 1);
  expect_texts(json.out, {"\"file\": \"bad.cell\"", "\"wrong\": \"", "\"not_used\": []"});
}

}  // namespace
}  // namespace femtobragg::tests
