// Outputs that would replace what a command reads, by whatever name: the input is kept, and nothing is written.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

class ReplacedInputs : public testing::Test {
 protected:
  ProgramResult command(const std::string& text) const {
    std::istringstream in(text);
    Words words;
    for (std::string word; in >> word;) words.push_back(word);
    return run_program("femtobragg", words, folder_.path());
  }
  void expect_done(const std::string& text) const {
    const ProgramResult result = command(text);
    EXPECT_EQ(result.status, 0) << text << "\n" << result.err;
  }
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      if (entry.is_regular_file()) files[entry.path().filename()] = read_bytes(entry.path());
    return files;
  }
  void expect_refused(const std::string& text, const std::string& why = "the output would replace the input",
                      int status = 2) const {
    const auto before = contents();
    const ProgramResult result = command(text);
    EXPECT_EQ(result.status, status) << text << "\n" << result.err;
    EXPECT_NE(result.err.find(why), std::string::npos) << text << "\n" << result.err;
    EXPECT_TRUE(contents() == before) << text;
  }
  static std::string run(const std::string& more) {
    return "simulate -default_F 100 -cell 70 80 90 -N 3 -lambda 1 -distance 80 -detpixels 16 -pixel 1 -threads 1 " +
           more;
  }
  TemporaryFolder folder_;
};

TEST_F(ReplacedInputs, OfAddNoiseAndConvert) {
  expect_done(run("-nonoise -o k.nxs -o a.npy -truth k.h5"));
  std::filesystem::create_symlink("a.npy", folder_ / "link.npy");
  std::filesystem::create_hard_link(folder_ / "a.npy", folder_ / "hard.npy");
  expect_refused("add a.npy a.npy -o s.h5 --truth k.h5 k.h5 --truth-out s.h5", "an output is named twice");
  expect_refused("add k.nxs k.nxs -o s.nxs --truth k.h5 k.h5 --truth-out k.h5");
  const std::string detour = "../" + folder_.path().filename().string() + "/a.npy";
  for (const std::string& path :
       {std::string("a.npy"), std::string("./a.npy"), std::string("link.npy"), std::string("hard.npy"), detour}) {
    expect_refused("add a.npy:2 -o " + path);
    expect_refused("convert a.npy " + path + " --scale 2");
  }
  expect_refused("noise k.nxs -o k.nxs");
  expect_done("add k.nxs -o n_2.nxs");
  expect_refused("noise n_2.nxs -o n_#.nxs --repeat 3");
  expect_refused("convert k.nxs k.h5 --png-spots k.h5", "--png-spots");
  expect_done("convert a.npy b.npy");
}

TEST_F(ReplacedInputs, OfSimulate) {
  expect_done(
      run("-o a.img -o p.npy -expt x.expt -save_scene s.toml -mosaic 0.5 -mosaic_domains 3 "
          "-mosaic_rotations_out r.txt"));
  expect_refused("simulate -default_F 100 -cell 70 80 90 -N 3 -lambda 1 -geometry x.expt -expt x.expt");
  expect_refused("simulate -default_F 100 -cell 70 80 90 -N 3 -lambda 1 -geometry x.expt -expt ./x.expt");
  expect_refused("simulate -default_F 100 -cell 70 80 90 -N 3 -lambda 1 -img a.img -o a.img");
  expect_refused("simulate s.toml -save_scene s.toml");
  expect_refused(run("-mask p.npy -o p.npy"));
  expect_refused(run("-mosaic_rotations r.txt -mosaic_rotations_out r.txt"));
  folder_.write("split.toml", "0 0 0\n");
  expect_refused(run("-crystals split.toml -save_scene split.toml"));
  // A scene's own files, and a frame of a series.
  expect_done(run("-mosaic_rotations r.txt -save_scene with_list.toml"));
  expect_refused("simulate with_list.toml -mosaic_rotations_out r.txt");
  expect_done(run("-nonoise -o s_2.nxs"));
  expect_refused("simulate -default_F 100 -cell 70 80 90 -N 3 -geometry s_2.nxs -osc 1 -frames 3 -o s_#.nxs");
  // The drop-in does as nanoBragg does.
  EXPECT_EQ(run_program("nanoBragg", small_run({"-img", "a.img", "-intfile", "a.img"}), folder_.path()).status, 0);
}

TEST_F(ReplacedInputs, OutputsOfOneKindAndOfOneName) {
  expect_refused(run("-mosaic_rotations_out a.txt -mosaic_rotations_out b.txt"), "an output is requested twice");
  expect_refused(run("-expt a.expt -expt b.expt"), "an output is requested twice");
  expect_refused(run("-save_scene a.json -expt a.json"), "an output is named twice");
  expect_done(run("-expt a.expt -expt a.expt -o a.npy -o b.npy"));
}

TEST_F(ReplacedInputs, OfOtherCommands) {
  expect_done(run("-nonoise -o first_float.bin -o t.npy -expt x.expt"));
  expect_refused("geometry x.expt x.expt");
  expect_refused("compare --images first_float.bin t.npy --outdir .", "the output would replace the input", 1);
  const std::string arguments = " -- -default_F 100 -cell 70 80 90 -N 3 -lambda 1 -geometry x.expt";
  expect_refused("refine --target t.npy --refine fluence --expt x.expt" + arguments);
  expect_refused("refine --target t.npy --refine fluence --expt o.json --amplitudes o.json" + arguments,
                 "an output is named twice");
  folder_.write("g_photons.npy", read_bytes(folder_ / "t.npy"));
  expect_refused("gradient --wrt fluence --weights g_photons.npy --out g" + arguments);
  folder_.write("m.cif", "data_x\n");
  expect_refused("fcalc m.cif --dmin 3 --out m.cif");
}

}  // namespace
}  // namespace femtobragg::tests
