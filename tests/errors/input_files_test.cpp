// Input files that are missing, unreadable, cut short or something else: exit 1 and one line that names the file.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

/// Flags that read a file, each with the words it needs beside the small run's.
const std::vector<std::string> file_flags = {"-hkl", "-mat", "-sourcefile", "-img", "-mask", "-dump", "-stol"};

std::string smv(const std::string& entries, std::size_t pixels = 64) {
  std::string text = "{\nHEADER_BYTES=512;\n" + entries + "}\f";
  text.resize(512, ' ');
  return text + std::string(2 * pixels, '\1');
}

/// Entries of a mask that fits the small run.
const std::string good_entries = "DIM=2;\nBYTE_ORDER=little_endian;\nTYPE=unsigned_short;\nSIZE1=8;\nSIZE2=8;\n";

std::string without(std::string text, const std::string& part) { return text.erase(text.find(part), part.size()); }

class InputFile : public testing::TestWithParam<std::string> {
 protected:
  TemporaryFolder folder_;
};

TEST_P(InputFile, Missing) {
  expect_refusal(small_run({GetParam(), "missing.file"}), folder_, 1, {"'missing.file'", "No such file"});
}

TEST_P(InputFile, Folder) {
  std::filesystem::create_directory(folder_ / "folder");
  expect_refusal(small_run({GetParam(), "folder"}), folder_, 1, {"'folder'", "it is a folder"});
}

TEST_P(InputFile, MustNotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "the superuser may read every file";
  folder_.write("secret", "1 2 3 4");
  chmod((folder_ / "secret").c_str(), 0);
  expect_refusal(small_run({GetParam(), "secret"}), folder_, 1, {"'secret'", "denied"});
}

TEST_P(InputFile, Empty) {
  folder_.write("empty", "");
  expect_refusal(small_run({GetParam(), "empty"}), folder_, 1, {"'empty'"});
}

TEST_P(InputFile, WithoutEnd) {
  const ProgramLimits limits{.memory_bytes = std::uint64_t{1} << 31};
  expect_refusal(small_run({GetParam(), "/dev/zero"}), folder_, 1, {"'/dev/zero'"}, limits);
}

TEST_P(InputFile, Binary) {
  std::string bytes;
  for (int i = 0; i < 4096; ++i) bytes += static_cast<char>(i * 37 + i / 256);
  folder_.write("noise", bytes);
  if (GetParam() == "-stol") GTEST_SKIP() << "any file that is not empty will do: it is never used";
  expect_refusal(small_run({GetParam(), "noise"}), folder_, 1, {"'noise'"});
}

TEST_P(InputFile, DropInNeverCrashes) {
  folder_.write("noise", std::string(3000, '\x9c'));
  folder_.write("zeros", std::string(3000, '\0'));
  std::filesystem::create_directory(folder_ / "folder");
  for (const char* file : {"noise", "zeros", "folder", "missing", ""}) {
    const ProgramResult result = drop_in(small_run({GetParam(), file}), folder_);
    EXPECT_TRUE(result.status == 0 || result.status == 9) << GetParam() << " " << file << " " << result.status;
    EXPECT_NE(result.err, "") << GetParam() << " " << file;
  }
}

INSTANTIATE_TEST_SUITE_P(flags, InputFile, testing::ValuesIn(file_flags),
                         [](const auto& parameter) { return parameter.param.substr(1); });

struct BadFile {
  std::string name, flag, bytes;
  int status;
  Words texts;
};
std::string name_of_file(const testing::TestParamInfo<BadFile>& parameter) { return parameter.param.name; }
void PrintTo(const BadFile& file, std::ostream* out) { *out << file.name; }

class BadInput : public testing::TestWithParam<BadFile> {};

TEST_P(BadInput, IsRefusedWithItsName) {
  const BadFile& bad = GetParam();
  const TemporaryFolder folder;
  folder.write("bad.file", bad.bytes);
  Words texts = bad.texts;
  if (bad.status == 1) texts.push_back("'bad.file'");
  expect_refusal(small_run({bad.flag, "bad.file"}), folder, bad.status, texts);
}

const std::vector<BadFile> lists = {
    {"comments_only", "-hkl", "# nothing\n\n  \n", 1, {"no reflections found"}},
    {"word", "-hkl", "1 2 3 4\n1 2 three 4\n", 1, {"line 2", "'1 2 three 4'"}},
    {"three_columns", "-hkl", "1 2 3 4\n\n# x\n1 2 3\n", 1, {"line 4", "'1 2 3'"}},
    {"fraction", "-hkl", "1 2.5 3 4\n", 1, {"line 1", "whole numbers"}},
    {"amplitude_nan", "-hkl", "1 2 3 nan\n", 1, {"line 1"}},
    {"amplitude_infinite", "-hkl", "1 2 3 1e999\n", 1, {"line 1"}},
    {"hexadecimal", "-hkl", "1 2 0x3 4\n", 1, {"line 1"}},
    {"carriage_returns", "-hkl", "1 2 3 4\r\n1 2 x 4\r\n", 1, {"line 2"}},
    {"wide_box", "-hkl", "-900000000 0 0 1\n900000000 900000000 900000000 1\n", 1, {"memory", "900000000"}},
    {"index_beyond_reason", "-hkl", "5000000000 0 0 1\n", 1, {"impossible index ranges", "5000000000"}},
    {"stray_index", "-hkl", "1 2 3 4\n1 20 30 4\n1000000 2 3 4\n", 1, {"line 3", "far from all others"}},
    {"amplitude_beyond_reason", "-hkl", "1 2 3 4\n1 2 4 1e308\n", 1, {"line 2", "an amplitude is impossible"}},
    {"header_without_amplitudes", "-hkl", "# h k l mult d\n1 2 3 4 5\n", 1, {"h k l mult d", "-labels"}},
    {"index_beyond_64_bits", "-hkl", "99999999999999999999999 0 0 1\n", 1, {"line 1"}},
    {"long_line", "-hkl", std::string(100000, 'x') + "\n", 1, {"line 1"}},
};
INSTANTIATE_TEST_SUITE_P(hkl, BadInput, testing::ValuesIn(lists), name_of_file);

const std::vector<BadFile> spectra = {
    {"weights_tiny", "-spectrum", "12000 1e-320\n12001 1e-320\n", 1, {"has no photons", "1e-290"}},
    {"weights_negative", "-spectrum", "12000 -1\n12001 -2\n", 1, {"has no photons", "where 2 below zero are treated"}},
};
INSTANTIATE_TEST_SUITE_P(spectrum, BadInput, testing::ValuesIn(spectra), name_of_file);

const std::vector<BadFile> matrices = {
    {"eight_numbers", "-mat", "1 0 0\n0 1 0\n0 0\n", 1, {"8 numbers", "nine"}},
    {"word", "-mat", "1 0 0\n0 x 0\n0 0 1\n", 1, {"4 numbers", "nine"}},
    {"infinite", "-mat", "inf 0 0\n0 1 0\n0 0 1\n", 1, {"0 numbers", "finite"}},
    {"singular", "-mat", "0.01 0 0\n0 0.01 0\n0 0 0\n", 2, {"does not span a volume", "-mat"}},
    {"zeros", "-mat", "0 0 0 0 0 0 0 0 0", 2, {"does not span a volume"}},
    {"tiny", "-mat", "1e-200 0 0 0 1e-200 0 0 0 1e-200", 2, {"does not span a volume"}},
};
INSTANTIATE_TEST_SUITE_P(mat, BadInput, testing::ValuesIn(matrices), name_of_file);

const std::vector<BadFile> sources = {
    {"comments_only", "-sourcefile", "# none\n", 1, {"no sources"}},
    {"separators_only", "-sourcefile", " ,;:!\t\n\r\n", 1, {"no sources"}},
    {"word", "-sourcefile", "-10 0 0 1 1e-10\n-10 0 x 1 1e-10\n", 1, {"line 2", "'x'"}},
    {"position_incomplete", "-sourcefile", "-10 0 0 1 1e-10\n-10 0\n", 1, {"line 2", "incomplete position"}},
    {"direction_zero", "-sourcefile", "0 0 0 1 1e-10\n", 2, {"no direction", "first three columns"}},
    {"direction_infinite", "-sourcefile", "inf 0 0 1 1e-10\n", 2, {"no direction"}},
    {"weight_negative", "-sourcefile", "-10 0 0 -1 1e-10\n", 2, {"weight", "-1"}},
    {"weights_zero", "-sourcefile", "-10 0 0 0 1e-10\n", 2, {"weight zero"}},
    {"weight_nan", "-sourcefile", "-10 0 0 nan 1e-10\n", 2, {"weight"}},
    {"wavelength_zero", "-sourcefile", "-10 0 0 1 0\n", 2, {"wavelength", "fifth column"}},
    {"wavelength_negative", "-sourcefile", "-10 0 0 1 -1e-10\n", 2, {"wavelength"}},
};
INSTANTIATE_TEST_SUITE_P(sourcefile, BadInput, testing::ValuesIn(sources), name_of_file);

const std::vector<BadFile> images = {
    {"not_smv", "-img", "P5\n8 8\n255\n" + std::string(64, 'x'), 1, {"HEADER_BYTES"}},
    {"only_magic", "-img", "{\nHEADER_BYT", 1, {"HEADER_BYTES"}},
    {"header_bytes_no_number", "-img", "{\nHEADER_BYTES=;\n}" + std::string(1000, ' '), 1, {"HEADER_BYTES"}},
    {"header_bytes_negative", "-img", "{\nHEADER_BYTES=-512;\n}" + std::string(1000, ' '), 1, {"HEADER_BYTES", "-512"}},
    {"header_bytes_too_large", "-img", "{\nHEADER_BYTES=99999;\n}" + std::string(1000, ' '), 1, {"HEADER_BYTES"}},
    {"no_size", "-img", smv(without(good_entries, "SIZE1=8;\n")), 1, {"no SIZE1"}},
    {"no_size2", "-img", smv(without(good_entries, "SIZE2=8;\n")), 1, {"no SIZE2"}},
    {"no_byte_order", "-img", smv(without(good_entries, "BYTE_ORDER=little_endian;\n")), 1, {"no BYTE_ORDER"}},
    {"size_negative", "-img", smv("SIZE1=-8;\nSIZE2=8;\nBYTE_ORDER=little_endian;\n"), 1, {"SIZE1", "-8"}},
    {"size_nan", "-img", smv("SIZE1=nan;\nSIZE2=8;\nBYTE_ORDER=little_endian;\n"), 1, {"SIZE1"}},
    {"size_overflow", "-img", smv("SIZE1=4e11;\nSIZE2=4e11;\nBYTE_ORDER=little_endian;\n"), 1, {"SIZE1", "4e+11"}},
    {"pixels_cut_short", "-img", smv(good_entries, 63), 1, {"8 x 8", "126 bytes"}},
    {"no_pixels", "-mask", smv(good_entries, 0), 1, {"8 x 8", "0 bytes"}},
    {"unknown_type",
     "-img",
     smv("SIZE1=8;\nSIZE2=8;\nBYTE_ORDER=little_endian;\nTYPE=complex;\n", 128),
     1,
     {"TYPE", "'complex'"}},
    {"mask_of_other_size", "-mask", smv("SIZE1=9;\nSIZE2=8;\nBYTE_ORDER=little_endian;\n", 72), 2, {"9 x 8", "8 x 8"}},
    {"distance_zero", "-img", smv(good_entries + "DISTANCE=0;\n"), 2, {"impossible distance", "image headers"}},
    {"distance_negative", "-img", smv(good_entries + "DISTANCE=-5;\n"), 2, {"impossible distance", "-5"}},
    {"distance_nan", "-img", smv(good_entries + "DISTANCE=nan;\n"), 2, {"impossible distance"}},
    {"distance_infinite", "-img", smv(good_entries + "DISTANCE=inf;\n"), 2, {"position"}},
    {"wavelength_zero", "-img", smv(good_entries + "WAVELENGTH=0;\n"), 2, {"wavelength"}},
    {"wavelength_nan", "-img", smv(good_entries + "WAVELENGTH=nan;\n"), 2, {"wavelength"}},
    {"centre_nan", "-img", smv(good_entries + "BEAM_CENTER_X=nan;\n"), 2, {"position", "beam centre"}},
    {"phi_nan", "-img", smv(good_entries + "PHI=nan;\n"), 2, {"spindle"}},
};
INSTANTIATE_TEST_SUITE_P(smv, BadInput, testing::ValuesIn(images), name_of_file);

TEST(BadInput, DistancesOfGeometryFilesAreNumbers) {
  const TemporaryFolder folder;
  folder.write("a.geom",
               "photon_energy = 12000\nres = 10000\np0/min_fs = 0\np0/max_fs = 9\np0/min_ss = 0\n"
               "p0/max_ss = 9\np0/fs = x\np0/ss = y\np0/corner_x = 0\np0/corner_y = 0\np0/clen = /clen\n");
  const Words run = {"-default_F", "1", "-cell", "50", "60", "70", "-o", "x.npy", "-geometry", "a.geom"};
  for (const char* distance : {"nan", "x", "inf"}) {
    Words words = run;
    words.insert(words.end(), {"-distance", distance});
    expect_refusal(words, folder, 2, {"wrong value", "-distance", distance});
  }
}

/// A detector that is cut down keeps its sensor, and loses its gaps.
TEST(BadInput, KnownDetectorsOfOtherPixelsAreTold) {
  const TemporaryFolder folder;
  const Words run = {
      "-default_F",           "1", "-cell", "50",   "60", "70", "-oversample", "1", "-detector", "pilatus-100k",
      "-detector_thicksteps", "1", "-o",    "x.npy"};
  EXPECT_EQ(expect_success(simulate(run, folder)).err, "");
  Words words = run;
  words.insert(words.end(), {"-detpixels", "8"});
  expect_texts(expect_success(simulate(words, folder)).err, {"pilatus-100k has 487 x 195", "8 x 8 pixels of 172 um"});
}

TEST(BadInput, FramesAreCountedFromZero) {
  const TemporaryFolder folder;
  folder.write("a.bin", std::string(16, '\0'));
  const Words words = {"convert", "a.bin", "b.npy", "--shape", "2", "2", "--frame", "-1"};
  expect_one_error(run_program("femtobragg", words, folder.path()), 2, {"--frame", "got -1", "counted from 0"});
}

/// Without -oversample the wavelength enters the automatic choice first; the message must still name the culprit.
TEST(BadInput, WavelengthOfAHeaderIsNamedBeforeItsConsequences) {
  const TemporaryFolder folder;
  folder.write("zero.img", smv(good_entries + "WAVELENGTH=0;\n"));
  expect_refusal({"-default_F", "100", "-cell", "50", "-img", "zero.img"}, folder, 2, {"wavelength"});
}

}  // namespace
}  // namespace femtobragg::tests
