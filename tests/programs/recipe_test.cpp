// `femtobragg recipe`: what it tells, what it draws, and what it refuses.
#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

class RecipeCommand : public testing::Test {
 protected:
  ProgramResult check(const Words& words) {
    Words all{"recipe", "check"};
    all.insert(all.end(), words.begin(), words.end());
    return run_program("femtobragg", all, folder_.path());
  }
  void write(const std::string& entries) {
    folder_.write("r.toml",
                  "[recipe]\nimages = 4\n[detector]\npixels = [20, 30]\n[crystal]\ncell_edges_A = [50, 60, 70]\n"
                  "[structure_factors]\ndefault_F_e = 100\n" +
                      entries);
  }
  TemporaryFolder folder_;
};

const std::string exposure = "[[vary]]\npath = \"beam.exposure_s\"\ndistribution = \"grid\"\nvalues = [1, 2, 3, 4]\n";

TEST_F(RecipeCommand, SaysWhatIsDrawn) {
  write(exposure +
        "[[vary]]\npath = \"crystal.shape\"\ndistribution = \"grid\"\nvalues = [\"gaussian\", \"tophat\"]\n");
  const std::string text = expect_success(check({"r.toml"})).out;
  expect_texts(text, {"of 4 images", "beam.exposure_s: grid", "crystal.shape: grid", "gaussian (100 %)",
                      "hits: 4 of 4 images", "20 x 30 pixels, 0.0024 MB", "images a second"});
}

/// Four images of 20 x 30 pixels, two by two, with gaps of four.
TEST_F(RecipeCommand, DrawsASheet) {
  write(exposure);
  expect_texts(expect_success(check({"r.toml", "--sheet", "sheet.png"})).out, {"images 0 to 3"});
  const std::string bytes = read_bytes(folder_ / "sheet.png");
  ASSERT_GT(bytes.size(), 24u);
  const auto number = [&](std::size_t at) {
    return 256 * static_cast<unsigned char>(bytes[at + 2]) + static_cast<unsigned char>(bytes[at + 3]);
  };
  EXPECT_EQ(number(16), 44);
  EXPECT_EQ(number(20), 64);
}

TEST_F(RecipeCommand, RefusesWithThePlace) {
  write("[[vary]]\npath = \"beam.flux_per_s\"\ndistribution = \"uniform\"\nleast = -1\nmost = 4\n");
  const ProgramResult negative = check({"r.toml"});
  EXPECT_EQ(negative.status, 2);
  expect_texts(negative.err, {"beam.flux_per_s in line 9 of r.toml", "got -0.99", "it must be at least 0"});
  write(exposure);
  EXPECT_EQ(check({"r.toml", "--examples", "3"}).status, 2);
  EXPECT_NE(check({"none.toml"}).status, 0);
  EXPECT_EQ(run_program("femtobragg", {"recipe", "draw"}, folder_.path()).status, 2);
  const ProgramResult scene = run_program("femtobragg", {"simulate", "r.toml", "-o", "x.cbf"}, folder_.path());
  EXPECT_EQ(scene.status, 2);
  expect_texts(scene.err, {"a recipe, which has many scenes", "femtobragg recipe check"});
}

TEST_F(RecipeCommand, IsHelpedAndCompleted) {
  const auto out = [&](const Words& words) {
    return expect_success(run_program("femtobragg", words, folder_.path())).out;
  };
  EXPECT_EQ(out({"help", "recipe", "check"}), out({"recipe", "check", "--help"}));
  EXPECT_EQ(out({"complete", "femtobragg", "recipe", "ch"}), "check\n");
  EXPECT_EQ(out({"complete", "femtobragg", "recipe", "check", "--sh"}), "--sheet\n");
}

}  // namespace
}  // namespace femtobragg::tests
