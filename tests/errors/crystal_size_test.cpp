// Mistakes about crystals of many mosaic blocks, and about the beam that lights them.
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

class CrystalSizeMistake : public testing::TestWithParam<Mistake> {};

TEST_P(CrystalSizeMistake, IsRefusedInOneLine) {
  const TemporaryFolder folder;
  expect_refusal(small_run(GetParam().words), folder, 2, GetParam().texts);
}

const std::vector<Mistake> mistakes = {
    {"zero", {"-crystal_size", "0"}, {"-crystal_size", "'0'", "above zero"}},
    {"negative", {"-crystal_size", "0.05", "-0.05", "0.05"}, {"-crystal_size", "'-0.05'", "above zero"}},
    {"no_number", {"-crystal_size", "nan"}, {"-crystal_size", "'nan'", "must be a number"}},
    {"infinite", {"-crystal_size", "inf"}, {"-crystal_size", "'inf'", "finite"}},
    {"two_sizes", {"-crystal_size", "0.05", "0.1"}, {"-crystal_size", "'0.05 0.1'", "one size or three", "two"}},
    {"four_sizes", {"-crystal_size", "0.05", "0.1", "0.1", "0.1"}, {"unexpected word", "'0.1'"}},
    {"missing", {"-crystal_size"}, {"-crystal_size", "needs"}},
    {"one_cell", {"-crystal_size", "0.05", "-N", "1"}, {"without mosaic blocks", "-crystal_size", "-N"}},
    {"below_a_block", {"-crystal_size", "0.000001"}, {"smaller than one of its mosaic blocks", "-crystal_size"}},
    {"thinner_than_a_block", {"-crystal_size", "0.05", "0.05", "0.00001"}, {"smaller than one of its mosaic blocks"}},
    {"form", {"-crystal_size", "0.05", "-crystal_form", "cube"}, {"-crystal_form", "'cube'", "box, sphere or needle"}},
    {"needle_of_one_size", {"-crystal_size", "0.05", "-crystal_form", "needle"}, {"longest", "-crystal_size"}},
    {"profile", {"-crystal_size", "0.05", "-beam_profile", "round"}, {"-beam_profile", "'round'", "flat or gaussian"}},
    {"gaussian_without_size", {"-crystal_size", "0.05", "-beam_profile", "gaussian"}, {"-beam_profile", "-beamsize"}},
    {"gaussian_flux_without_size", {"-flux", "1e12", "-beam_profile", "gaussian"}, {"-beam_profile", "-beamsize"}},
    {"beam_without_size", {"-crystal_size", "0.05", "-beamsize", "0"}, {"-beamsize", "size zero"}},
};
INSTANTIATE_TEST_SUITE_P(sizes, CrystalSizeMistake, testing::ValuesIn(mistakes), name_of_mistake);

/// In both programs, and with -quiet.
struct CrystalSizeWarning : testing::Test {
  std::string warnings(Words more) {
    std::string all;
    for (const auto& run : {simulate, drop_in}) {
      Words words = small_run(more);
      words.insert(words.end(), {"-quiet", "-roi", "0", "1", "0", "1"});
      if (run == simulate) words.insert(words.end(), {"-o", "a.npy"});
      const ProgramResult result = run(words, folder_, {});
      EXPECT_EQ(result.status, 0) << result.err;
      all += result.err;
    }
    return all;
  }
  void expect(const Words& more, const std::string& text, int times = 2) {
    const std::string all = warnings(more);
    int found = 0;
    for (std::size_t at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++found;
    EXPECT_EQ(found, times) << text << "\nin " << all;
  }
  TemporaryFolder folder_;
};

TEST_F(CrystalSizeWarning, NamesFlagsWithoutEffect) {
  expect({"-crystal_form", "sphere"}, "warning: -crystal_form sphere has no effect");
  expect({"-beam_profile", "gaussian"}, "warning: -beam_profile gaussian has no effect");
  expect({"-beam_profile", "flat"}, "warning: -beam_profile flat has no effect");
  expect({"-crystal_form", "sphere", "-crystal_size", "0.05"}, "no effect", 0);
  expect({"-beam_profile", "gaussian", "-flux", "1e12", "-beamsize", "0.1"}, "no effect", 0);
}

TEST_F(CrystalSizeWarning, NamesTheBeamThatNobodyGave) {
  expect({"-crystal_size", "0.2"}, "without -beamsize the beam is 0.1 mm wide: it lights 25 % of the crystal");
  expect({"-crystal_size", "0.2", "-beamsize", "0.1"}, "-beamsize", 0);
  expect({"-crystal_size", "0.05"}, "-beamsize", 0);
}

TEST_F(CrystalSizeWarning, NamesABeamBelowABlock) {
  expect({"-crystal_size", "0.001", "-beamsize", "0.000001"}, "of one mosaic block");
}

}  // namespace
}  // namespace femtobragg::tests
