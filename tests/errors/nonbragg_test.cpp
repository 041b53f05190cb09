// Mistakes on the command line of nonBragg: exit 9 and one line that names the file or flag and the rule.
#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

class NonBraggMistake : public testing::TestWithParam<Mistake> {};

TEST_P(NonBraggMistake, IsRefusedInOneLine) {
  const TemporaryFolder folder;
  folder.take(std::filesystem::path(FEMTOBRAGG_GOLDEN) / "nonbragg/inputs");
  folder.write("empty.stol", "\n  \n");
  folder.write("column.stol", "0.1\n0.2\n");
  folder.write("nan.stol", "0 3\n0.1 nan\n0.2 4\n");
  folder.write("bytes.stol", std::string("0.1 3\n\0\1 4\n", 11));
  folder.write("zero.txt", "-10 0 0 1 0\n");
  folder.write("cut.txt", "-10 0 0 1");
  folder.write("none.txt", "\n");
  std::vector<std::string> words = {"-stol", "liquid.stol", "-detpixels", "20", "-nonoise"};
  words.insert(words.end(), GetParam().words.begin(), GetParam().words.end());
  const ProgramResult result = run_program("nonBragg", words, folder.path());
  EXPECT_EQ(result.status, 9) << result.err;
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  EXPECT_TRUE(result.err.starts_with("error: ")) << result.err;
  for (const std::string& text : GetParam().texts) EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "floatimage.bin"));
}

const std::vector<Mistake> mistakes = {
    {"no_table", {"-stol", "no.stol"}, {"'no.stol'", "table of structure factors"}},
    {"empty_table", {"-stol", "empty.stol"}, {"'empty.stol'", "the table is empty"}},
    {"one_column", {"-stol", "column.stol"}, {"'column.stol'", "only one column"}},
    {"table_of_no_numbers", {"-stol", "nan.stol"}, {"'nan.stol'", "not finite"}},
    {"table_of_bytes", {"-stol", "bytes.stol"}, {"'bytes.stol'", "text"}},
    {"no_beam", {"-flux", "1e10", "-beamsize", "0"}, {"-beamsize", "must not be zero"}},
    {"two_outputs_of_one_name", {"-floatfile", "same.x", "-intfile", "same.x"}, {"same.x"}},
    {"output_over_the_table", {"-pgmfile", "liquid.stol"}, {"liquid.stol"}},
    {"no_image", {"-img", "no.img"}, {"'no.img'", "the image"}},
    {"image_of_another_kind", {"-img", "liquid.stol"}, {"'liquid.stol'", "SMV"}},
    {"image_of_another_size", {"-img", "measured.img"}, {"'measured.img'", "2288 pixels", "20 x 20"}},
    {"no_wavelength", {"-lambda", "0"}, {"-lambda", "must not be zero"}},
    {"word_for_wavelength", {"-lambda", "x"}, {"-lambda", "must not be zero"}},
    {"no_energy", {"-energy", "0"}, {"-lambda", "inf"}},
    {"no_mass", {"-MW", "0"}, {"-MW", "must not be zero"}},
    {"no_source", {"-sourcefile", "none.txt"}, {"'none.txt'", "no sources"}},
    {"source_without_wavelength", {"-sourcefile", "zero.txt"}, {"'zero.txt'", "source 1", "wavelength"}},
    {"source_cut_off", {"-sourcefile", "cut.txt"}, {"'cut.txt'", "source 1", "wavelength"}},
    {"no_pixel", {"-pixel", "0"}, {"-pixel", "above zero"}},
    {"negative_pixels", {"-detpixels_y", "-5"}, {"-detpixels_y", "-5", "at least one"}},
    {"no_distance", {"-distance", "0"}, {"-distance", "must not be zero"}},
    {"no_direction", {"-beam_vector", "0", "0", "0"}, {"-beam_vector", "length"}},
    {"parallel_axes", {"-sdet_vector", "0", "0", "2"}, {"-fdet_vector and -sdet_vector"}},
    {"too_many_pixels", {"-detpixels", "3000000000"}, {"-detpixels", "32 bits"}},
    {"infinite", {"-distance", "inf"}, {"-distance", "finite"}},
    {"output_in_no_folder", {"-floatfile", "no/such.bin"}, {"no/such.bin"}},
    {"picture_in_no_folder", {"-pgmfile", "no/such.pgm"}, {"no/such.pgm"}},
    {"noise_in_no_folder", {"-noisefile", "no/such.img"}, {"no/such.img"}},
};
INSTANTIATE_TEST_SUITE_P(nonbragg, NonBraggMistake, testing::ValuesIn(mistakes), name_of_mistake);

}  // namespace
}  // namespace femtobragg::tests
