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

TEST(InspectCommand, PicturesAreForLookingAt) {
  const TemporaryFolder folder;
  const ProgramResult run = simulate({"-default_F", "100", "-cell", "50",         "60",    "70",     "90",    "90",
                                      "90",         "-N",  "5",     "-detpixels", "30",    "-pixel", "1",     "-o",
                                      "a.png",      "-o",  "a.nxs", "-truth",     "t.csv", "-truth", "t.refl"},
                                     folder);
  ASSERT_EQ(run.status, 0) << run.err;
  const ProgramResult told = run_program("femtobragg", {"inspect", "a.png", "a.nxs", "t.csv", "t.refl"}, folder.path());
  EXPECT_EQ(told.status, 0) << told.out;
  expect_texts(told.out, {"a.png: PNG picture for looking at, without photons", "a.nxs: NXmx image, 1 frame",
                          "t.csv: truth list of ", "t.refl: reflection table of DIALS, "});
  const ProgramResult geometry = run_program("femtobragg", {"geometry", "a.nxs", "-o", "a.expt"}, folder.path());
  EXPECT_EQ(geometry.status, 0) << geometry.err;
  EXPECT_TRUE(std::filesystem::exists(folder / "a.expt"));
  EXPECT_NE(run_program("femtobragg", {"geometry", "a.nxs", "b.expt", "-o", "a.expt"}, folder.path()).status, 0);
}

}  // namespace
}  // namespace femtobragg::tests
