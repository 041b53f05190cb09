// Runs with crystals from files, and fcalc; other programs' structure factors where they are installed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include "test_paths.h"
#include "tests/run_program.h"
#include "tests/shared_data.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

const std::string models = FEMTOBRAGG_SOURCE "/examples/models/";
const Words small_image = {"-lambda", "1", "-distance", "60", "-detpixels", "64", "-pixel", "1", "-nonoise", "-quiet"};

/// Runs simulate or fcalc with a cache of the folder's own.
ProgramResult run(const std::string& command, Words words, const TemporaryFolder& folder, Words more = {}) {
  words.insert(words.begin(), {"FEMTOBRAGG_CACHE=" + (folder / "cache").string(),
                               (fs::path(FEMTOBRAGG_BIN) / "femtobragg").string(), command});
  words.insert(words.end(), more.begin(), more.end());
  return run_binary("/usr/bin/env", words, folder.path());
}

std::vector<float> image_of(const Words& words, const TemporaryFolder& folder) {
  Words all = words;
  all.insert(all.end(), {"-o", "image.bin"});
  const ProgramResult result = run("simulate", all, folder, small_image);
  EXPECT_EQ(result.status, 0) << result.err;
  return read_floats(folder / "image.bin");
}

using Hkl = std::array<int, 3>;
using Factors = std::map<Hkl, double>;

Factors factors_in(const std::string& text) {
  std::istringstream lines(text);
  Factors factors;
  double f = 0;
  for (Hkl hkl{}; lines >> hkl[0] >> hkl[1] >> hkl[2] >> f;) factors[hkl] = f;
  return factors;
}

Factors calculated(const Words& words, const TemporaryFolder& folder) {
  const ProgramResult result = run("fcalc", words, folder);
  EXPECT_EQ(result.status, 0) << result.err;
  return factors_in(result.out);
}

/// sum |dF| / sum |F| over the indices of the other list.
double r_factor(const Factors& ours, const Factors& other) {
  double deviations = 0, sum = 0;
  for (const auto& [hkl, f] : other) {
    const auto found = ours.find(hkl);
    EXPECT_NE(found, ours.end());
    if (found == ours.end()) return 1;
    deviations += std::abs(found->second - f), sum += f;
  }
  return sum > 0 ? deviations / sum : 1;
}

TEST(ModelRuns, CacheGivesTheSameImageAndIsRepaired) {
  const TemporaryFolder folder;
  const Words words = {"-model", models + "halite.cif", "-N", "5"};
  const std::vector<float> first = image_of(words, folder);
  EXPECT_GT(*std::ranges::max_element(first), 0);
  std::vector<fs::path> entries(fs::directory_iterator(folder / "cache"), fs::directory_iterator{});
  ASSERT_EQ(entries.size(), 1u);
  const std::string kept = read_bytes(entries[0]);
  EXPECT_EQ(image_of(words, folder), first);
  folder.write("cache/" + entries[0].filename().string(), kept.substr(0, kept.size() / 2));
  EXPECT_EQ(image_of(words, folder), first);
  EXPECT_EQ(read_bytes(entries[0]), kept);
  // Other settings, another entry; none without a cache.
  Words plain = words;
  plain.insert(plain.end(), {"-anomalous", "off"});
  EXPECT_NE(image_of(plain, folder), first);
  plain.insert(plain.end(), {"-no_cache", "-k_sol", "0", "-fcalc_method", "fft"});
  image_of(plain, folder);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "cache"), fs::directory_iterator{}), 2);
}

/// All ways to the same table, to the seven digits of an MTZ file.
TEST(ModelRuns, ModelMtzCifAndListGiveTheSameImage) {
  const TemporaryFolder folder;
  const Words run_words = {"-N", "5", "-dmin", "0.8"};
  const auto with = [&](Words words) {
    words.insert(words.end(), run_words.begin(), run_words.end());
    return image_of(words, folder);
  };
  const std::vector<float> by_model = with({"-model", models + "halite.cif"});
  for (const char* name : {"f.mtz", "f.cif", "f.hkl"})
    ASSERT_EQ(run("fcalc", {models + "halite.cif", "--dmin", "0.5", "--wavelength", "1", "--out", name}, folder).status,
              0);
  const float most = *std::ranges::max_element(by_model);
  for (const Words& words :
       {Words{"-hkl", "f.mtz"}, Words{"-hkl", "f.cif"}, Words{"-hkl", "f.hkl", "-cell", "5.6402"}}) {
    const std::vector<float> image = with(words);
    ASSERT_EQ(image.size(), by_model.size());
    for (std::size_t i = 0; i < image.size(); ++i) ASSERT_NEAR(image[i], by_model[i], 3e-6 * most) << words[1];
  }
}

TEST(ModelRuns, TellsWhatItTookAndWhatIsMissing) {
  const TemporaryFolder folder;
  ASSERT_EQ(run("fcalc", {models + "halite.cif", "--dmin", "1", "--out", "f.cif"}, folder).status, 0);
  const ProgramResult unknown = run("fcalc", {models + "halite.cif", "--dmin", "1", "--out", "f.xyz"}, folder);
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("'f.xyz'"), std::string::npos) << unknown.err;
  std::string text = read_bytes(folder / "f.cif");
  text.erase(text.find("0 0 0 "), text.find('\n', text.find("0 0 0 ")) + 1 - text.find("0 0 0 "));
  folder.write("f.cif", text);
  const ProgramResult result = run("simulate", {"-hkl", "f.cif", "-detpixels", "16", "-o", "x.bin"}, folder);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("F_calc (chosen among"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find(", F(0,0,0)"), std::string::npos) << result.err;
  const ProgramResult wrong = run("simulate", {"-hkl", "f.cif", "-labels", "FP", "-o", "x.bin"}, folder);
  EXPECT_EQ(wrong.status, 1);
  EXPECT_NE(wrong.err.find("index_h index_k index_l F_calc"), std::string::npos) << wrong.err;
}

TEST(ModelRuns, Contradictions) {
  const TemporaryFolder folder;
  const std::string model = models + "halite.cif";
  for (const Words& words :
       {Words{"-model", model, "-hkl", "x.hkl"}, Words{"-model", model, "-dump", "x.bin"},
        Words{"-model", model, "-oversample_cell", "2", "-N", "4"},
        Words{"-model", model, "-oversample_cell", "2", "-cell", "5"}, Words{"-model", model, "-anomalous", "maybe"},
        Words{"-model", model, "-fcalc_method", "slow"}, Words{"-model", model, "-oversample_cell", "0"},
        Words{"-model", model, "-labels", ","}})
    EXPECT_EQ(run("simulate", words, folder, small_image).status, 2) << words[2];
  const ProgramResult other = run("simulate", {"-model", model, "-cell", "7", "-o", "x.bin"}, folder, small_image);
  EXPECT_EQ(other.status, 0) << other.err;
  EXPECT_NE(other.err.find("check that it is the same crystal"), std::string::npos) << other.err;
}

/// Older programs know lists of numbers only, and so does the one that takes their place.
TEST(ModelRuns, DropInReadsNumbersOnly) {
  const TemporaryFolder folder;
  ASSERT_EQ(run("fcalc", {models + "halite.cif", "--dmin", "1", "--out", "f.mtz"}, folder).status, 0);
  EXPECT_EQ(run_program("nanoBragg", {"-hkl", "f.mtz", "-cell", "10", "-detpixels", "8"}, folder.path()).status, 9);
}

TEST(Fcalc, FinerIndicesHoldTheCoarserOnes) {
  const TemporaryFolder folder;
  const Factors one = calculated({models + "benzene.pdb", "--dmin", "2"}, folder);
  const Factors three = calculated({models + "benzene.pdb", "--dmin", "2", "--oversample-cell", "3"}, folder);
  for (const auto& [hkl, f] : one) EXPECT_NEAR(three.at({3 * hkl[0], 3 * hkl[1], 3 * hkl[2]}), f, 1e-6 * (1 + f));
}

using NameAndResolution = std::pair<const char*, const char*>;

class AgainstGemmi : public testing::TestWithParam<NameAndResolution> {};
/// Fewer, since cctbx takes seconds to start.
class AgainstCctbx : public testing::TestWithParam<NameAndResolution> {};

bool gemmi_is_there() { return std::system("gemmi --version > /dev/null 2>&1") == 0; }

/// What the program gemmi calculates without anomalous scattering.
Factors calculated_by_gemmi(const fs::path& model, Words options, const TemporaryFolder& folder) {
  options.insert(options.begin(), {"gemmi", "sfcalc", "-w0"});
  options.push_back(model.string());
  const ProgramResult gemmi = run_binary("/usr/bin/env", options, folder.path());
  EXPECT_EQ(gemmi.status, 0) << gemmi.err;
  std::string text = gemmi.out;
  std::ranges::replace_if(
      text, [](char c) { return c == '(' || c == ')'; }, ' ');
  Factors factors;
  std::istringstream lines(text);
  double f = 0, phase = 0;
  for (Hkl hkl{}; lines >> hkl[0] >> hkl[1] >> hkl[2] >> f >> phase;) factors[hkl] = f;
  return factors;
}

/// With a fine grid gemmi comes within 2e-7 of the exact sum; at its default within 6e-5.
TEST_P(AgainstGemmi, SameAmplitudes) {
  const auto [name, d_min] = GetParam();
  FEMTOBRAGG_SHARED_FILE(file, name);
  if (!gemmi_is_there()) GTEST_SKIP() << "there is no program gemmi";
  const TemporaryFolder folder;
  const Factors theirs = calculated_by_gemmi(file, {std::string("--dmin=") + d_min}, folder);
  ASSERT_GT(theirs.size(), 20u);
  for (const char* method : {"direct", "fft"})
    EXPECT_LT(r_factor(calculated({file.string(), "--dmin", d_min, "--method", method}, folder), theirs), 1e-4);
}

/// Solvent, on a mask of the same grid. It changes these amplitudes by 15 % in the mean.
TEST(Solvent, IsThatOfGemmi) {
  FEMTOBRAGG_SHARED_FILE(file, "1orc.pdb");
  if (!gemmi_is_there()) GTEST_SKIP() << "there is no program gemmi";
  const TemporaryFolder folder;
  const Words grid_of_0_4_A = {"--dmin=3", "--rate=3.75"};
  Words with_solvent = grid_of_0_4_A;
  with_solvent.insert(with_solvent.end(), {"--ksolv=0.35", "--bsolv=46"});
  const Factors theirs = calculated_by_gemmi(file, with_solvent, folder);
  ASSERT_GT(theirs.size(), 1000u);
  const Words ours = {file.string(), "--dmin", "3", "--k-sol", "0.35", "--b-sol", "46"};
  EXPECT_LT(r_factor(calculated(ours, folder), theirs), 1e-4);
  EXPECT_GT(r_factor(calculated(ours, folder), calculated_by_gemmi(file, grid_of_0_4_A, folder)), 0.1);
}

/// An amplitude does not depend on how far the image reaches.
TEST(Solvent, IsTheSameForAllResolutions) {
  FEMTOBRAGG_SHARED_FILE(file, "1orc.pdb");
  const TemporaryFolder folder;
  const auto to = [&](const char* d_min) {
    return calculated({file.string(), "--dmin", d_min, "--k-sol", "0.35", "--b-sol", "46"}, folder);
  };
  const Factors few = to("4");
  ASSERT_GT(few.size(), 1000u);
  EXPECT_LT(r_factor(to("2"), few), 1e-6);
}

/// cctbx, with f' and f'' set to those of our table: gemmi's Python module tells them.
TEST_P(AgainstCctbx, SameAmplitudesOfFriedelMates) {
  const auto [name, d_min] = GetParam();
  FEMTOBRAGG_SHARED_FILE(file, name);
  if (std::system("/usr/bin/python3 -c 'import iotbx.pdb, iotbx.cif, gemmi' > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "python3 has no cctbx and gemmi";
  const TemporaryFolder folder;
  folder.write("sum.py", R"(import sys, iotbx.pdb, iotbx.cif, gemmi
path, d_min, wavelength = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
small = path.endswith('.cif')
crystal = (list(iotbx.cif.reader(path).build_crystal_structures().values())[0] if small
           else iotbx.pdb.input(path).xray_structure_simple())
crystal.scattering_type_registry(table='it1992')
for atom in crystal.scatterers():
    z = gemmi.Element(atom.element_symbol()).atomic_number
    atom.fp, atom.fdp = gemmi.cromer_liberman(z=z, energy=12398.42 / wavelength) if z > 2 else (0, 0)
f = crystal.structure_factors(d_min=d_min, algorithm='direct', anomalous_flag=True).f_calc()
for hkl, value in zip(f.indices(), f.data()):
    print(*hkl, abs(value))
)");
  const ProgramResult other =
      run_binary("/usr/bin/python3", {"sum.py", file.string(), d_min, "1.3"}, folder.path(), {.cpu_seconds = 250});
  ASSERT_EQ(other.status, 0) << other.err;
  const Factors theirs = factors_in(other.out);
  ASSERT_GT(theirs.size(), 20u);
  EXPECT_LT(r_factor(calculated({file.string(), "--dmin", d_min, "--wavelength", "1.3"}, folder), theirs), 1e-4);
}

std::string name_of(const testing::TestParamInfo<NameAndResolution>& of) {
  std::string name = of.param.first;
  std::erase_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); });
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, AgainstGemmi,
                         testing::Values(std::pair{"1orc.pdb", "3"}, std::pair{"2ERL.pdb", "3"},
                                         std::pair{"5e5z.pdb", "1.6"}, std::pair{"7n2l.pdb", "1.6"},
                                         std::pair{"1pfe.cif.gz", "3"}, std::pair{"2013551.cif", "0.8"},
                                         std::pair{"4003024.cif", "0.9"}),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Models, AgainstCctbx,
                         testing::Values(std::pair{"2ERL.pdb", "3"}, std::pair{"5e5z.pdb", "1.6"}), name_of);

}  // namespace
}  // namespace femtobragg::tests
