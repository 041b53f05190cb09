// Flags in all spellings, empty values, and names that nearly are flags, commands, options or parameters.
#include <nlohmann/json.hpp>

#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

class Spelling : public testing::Test {
 protected:
  std::vector<float> image(const Words& words) {
    expect_success(simulate(small_run(words), folder_));
    return read_floats(folder_ / "floatimage.bin");
  }
  ProgramResult command(const Words& words) { return run_program("femtobragg", words, folder_.path()); }
  TemporaryFolder folder_;
};

TEST_F(Spelling, OfFlagsIsFree) {
  const std::vector<float> plain = image({"-misset", "10", "20", "30", "-close_distance", "90"});
  EXPECT_NE(plain, image({}));
  EXPECT_EQ(image({"--misset=10,20,30", "--close-distance=90"}), plain);
  EXPECT_EQ(image({"-misset", "10,20,30", "-close-distance", "90"}), plain);
  expect_success(drop_in(small_run({"--misset=10,20,30", "--close-distance=90"}), folder_));
  const std::vector<float> dropped = read_floats(folder_ / "floatimage.bin");
  expect_success(drop_in(small_run({"-misset", "10", "20", "30", "-close_distance", "90"}), folder_));
  EXPECT_EQ(read_floats(folder_ / "floatimage.bin"), dropped);
}

TEST_F(Spelling, OfOptionsAndOfTheRunBehindThem) {
  const Words usual = {"gradient", "--wrt", "distance", "--dtype", "float64", "--"};
  const Words free = {"gradient", "-wrt=distance", "-dtype", "float64", "--"};
  const auto with = [](Words words, const Words& more) {
    const Words run = small_run(more);
    words.insert(words.end(), run.begin(), run.end());
    return words;
  };
  const std::string expected = expect_success(command(with(usual, {"-misset", "10", "20", "30"}))).out;
  EXPECT_EQ(expect_success(command(with(free, {"--misset=10,20,30"}))).out, expected);
  const std::string trace = expect_success(command(with({"trace", "--pixel", "3", "4", "--"}, {"-k_sol", "0"}))).out;
  EXPECT_EQ(expect_success(command(with({"trace", "-pixel=3,4", "--"}, {"--k-sol=0"}))).out, trace);
}

TEST_F(Spelling, ListsOfAWrongLengthAreCounted) {
  expect_refusal(small_run({"-roi=0,5,0"}), folder_, 2, {"-roi", "xmin xmax ymin ymax", "got 3 values"});
  expect_refusal(small_run({"-roi", "0", "5", "0"}), folder_, 2, {"-roi", "got 3 values"});
  expect_refusal(small_run({"-misset=1,2,3,4"}), folder_, 2, {"'4'", "-misset takes", "got 4 values"});
  expect_refusal(small_run({"--nopgm=yes"}), folder_, 2, {"'yes'", "-nopgm takes no value"});
}

TEST_F(Spelling, EmptyValuesAreRefused) {
  for (const char* flag :
       {"-hkl", "-mat", "-img", "-mask", "-floatfile", "-quirks", "-geometry", "-sourcefile", "-model", "-device"})
    expect_refusal(small_run({flag, ""}), folder_, 2, {flag});
  for (const char* flag : {"-o", "-save_scene", "-detector"}) expect_refusal(small_run({flag, ""}), folder_, 2, {"''"});
  expect_refusal(small_run({"-hkl="}), folder_, 2, {"empty value", "-hkl", "it takes FILE"});
  expect_drop_in_error(small_run({"-mat", ""}), folder_, {"empty value", "-mat"});
}

TEST_F(Spelling, NearNamesOfFlags) {
  const std::pair<const char*, const char*> meant[] = {
      {"-lambda_A", "-lambda?"},     {"-distance_mm", "-distance?"},
      {"-eta", "-mosaic?"},          {"-ncells", "-N?"},
      {"-G", "-fluence?"},           {"-misset-random", "-misset random?"},
      {"--detektor=x", "-detector?"}};
  for (const auto& [typed, name] : meant)
    expect_refusal(small_run({typed}), folder_, 2, {"unknown flag", std::string("did you mean ") + name});
}

TEST_F(Spelling, NearNamesOfCommandsAndOptions) {
  expect_one_error(command({"simulat", "x"}), 2, {"unknown command 'simulat'", "did you mean simulate?"});
  expect_one_error(command({"-cell", "5"}), 2, {"'-cell'", "a flag of femtobragg simulate", "put the command first"});
  expect_one_error(command({"my.toml"}), 2, {"'my.toml'", "femtobragg simulate my.toml"});
  expect_one_error(command({"help", "refin"}), 2, {"did you mean refine?"});
  expect_one_error(command({"gradient", "--wtr", "cell"}), 2, {"unknown option '--wtr'", "did you mean --wrt?"});
  expect_one_error(command({"refine", "-cell", "5"}), 2,
                   {"unknown option '-cell'", "put the flags of the run after --"});
  expect_one_error(command({"explain", "a", "b"}), 2, {"unexpected 'a', 'b'", "put the flags of the run after --"});
  EXPECT_NE(command({"compare", "a.npy", "b.npy"}).err.find("unexpected 'a.npy', 'b.npy'; image files follow --images"),
            std::string::npos);
}

TEST_F(Spelling, NearNamesOfParameters) {
  const std::pair<const char*, const char*> meant[] = {{"scale", "fluence or F_scale?"},
                                                       {"eta", "mosaic_spread?"},
                                                       {"ncells", "cells?"},
                                                       {"N", "cells?"},
                                                       {"G", "fluence?"},
                                                       {"lambda", "wavelength?"},
                                                       {"distance_mm", "distance?"},
                                                       {"cel", "cell_a?"}};
  for (const auto& [typed, name] : meant) {
    Words words = {"gradient", "--wrt", typed, "--"};
    const Words run = small_run();
    words.insert(words.end(), run.begin(), run.end());
    const ProgramResult result = command(words);
    EXPECT_EQ(result.status, 2);
    if (std::string(typed) != "cel")
      expect_texts(result.err, {"unknown parameter", std::string("did you mean ") + name});
  }
}

/// Before the image is looked at.
TEST_F(Spelling, UnknownParametersComeBeforeSizes) {
  expect_success(simulate(small_run({"-o", "target.npy"}), folder_));
  Words words = {"refine", "--target", "target.npy", "--refine", "eta", "--"};
  const Words run = small_run({"-detpixels", "9"});
  words.insert(words.end(), run.begin(), run.end());
  expect_one_error(command(words), 2, {"unknown parameter", "did you mean mosaic_spread?"});
}

}  // namespace
}  // namespace femtobragg::tests
