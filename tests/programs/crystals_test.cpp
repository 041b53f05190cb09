// Several crystals in one image: flags, scenes, reports and files.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/programs/explain_run.h"

namespace femtobragg::tests {
namespace {

class Crystals : public Explain {
 protected:
  Crystals() { folder_.write("list.txt", "10 20 30\n50 70 20 0.3\n"); }
  static std::string crystal() {
    return "-default_F 100 -cell 70 80 90 -N 6 -lambda 1 -distance 80 -detpixels 60 -pixel 1 ";
  }
  Pixels image(const std::string& flags) { return image_of(simulate(crystal() + flags + " " + silence())); }
  std::vector<std::string> lines_of(const std::string& file) {
    std::vector<std::string> lines;
    std::istringstream text(read_bytes(folder_ / file));
    for (std::string line; std::getline(text, line);)
      if (!line.starts_with('#')) lines.push_back(line);
    return lines;
  }
};

TEST_F(Crystals, AreThoseOfAList) {
  const Pixels both = image("-crystals list.txt"), first = image("-misset 10 20 30"),
               second = image("-misset 50 70 20");
  const float most = std::ranges::max(both);
  for (std::size_t i = 0; i < both.size(); ++i) ASSERT_NEAR(both[i], first[i] + 0.3f * second[i], 1e-6f * most);
}

TEST_F(Crystals, AreDrawnBySeed) {
  const Pixels three = image("-crystals 3 -misset random -misset_seed 4");
  EXPECT_EQ(image("-crystals 3 -misset random -misset_seed 4"), three);
  EXPECT_NE(image("-crystals 3 -misset random -misset_seed 5"), three);
  // The first is as without the others, and one more leaves the others alone.
  const Pixels one = image("-misset random -misset_seed 4");
  EXPECT_EQ(image("-crystals 1 -misset random -misset_seed 4"), one);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_LE(one[i], three[i] * 1.000001f);
  const Pixels four = image("-crystals 4 -misset random -misset_seed 4");
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_LE(three[i], four[i] * 1.000001f);
}

TEST_F(Crystals, AreKeptByScenes) {
  for (const std::string flags : {"-crystals list.txt ", "-crystals 3 -misset 1 2 3 -misset_seed 7 ",
                                  "-crystals 2 -misset random -misset_seed 3 "}) {
    const Pixels first = image(flags + "-save_scene scene.toml");
    EXPECT_EQ(image_of(simulate("scene.toml " + silence())), first) << flags;
  }
  folder_.write("inline.toml",
                "[structure_factors]\ndefault_F_e = 100\n[crystal]\ncell_edges_A = [70, 80, 90]\ncells = [6, 6, 6]\n"
                "[[crystal.lattice]]\nmisset_deg = [10, 20, 30]\n[[crystal.lattice]]\nmisset_deg = [50, 70, 20]\n"
                "weight = 0.3\n[detector]\ndistance_mm = 80\npixels = [60, 60]\npixel_size_mm = 1\n");
  const Pixels scene = image_of(simulate("inline.toml " + silence()));
  EXPECT_GT(std::ranges::max(scene), 0);
  EXPECT_EQ(image_of(simulate("inline.toml -crystals list.txt " + silence())), scene);
}

TEST_F(Crystals, HaveTheirTruth) {
  ASSERT_EQ(simulate(crystal() + "-crystals list.txt -o i.npy -truth t.csv -truth t.stream -truth t.refl -truth t.h5 "
                                 "-expt t.expt")
                .status,
            0);
  const auto rows = lines_of("t.csv");
  EXPECT_NE(rows.at(0).find(",lattice"), std::string::npos);
  std::set<char> lattices;
  for (std::size_t i = 1; i < rows.size(); ++i) lattices.insert(rows[i].back());
  EXPECT_EQ(lattices, (std::set<char>{'0', '1'}));
  const std::string stream = read_bytes(folder_ / "t.stream");
  std::size_t crystals = 0;
  for (std::size_t at = 0; (at = stream.find("--- Begin crystal", at)) != std::string::npos; ++at) ++crystals;
  EXPECT_EQ(crystals, 2u);
  const json expt = json::parse(read_bytes(folder_ / "t.expt"));
  EXPECT_EQ(expt.at("experiment").size(), 2u);
  EXPECT_EQ(expt.at("experiment").at(1).at("crystal"), 1);
  EXPECT_NE(expt.at("crystal").at(0).at("real_space_a"), expt.at("crystal").at(1).at("real_space_a"));
}

TEST_F(Crystals, AreWhatExplainCounts) {
  const std::string flags = crystal() + "-crystals list.txt";
  const json explanation = explained(flags);
  EXPECT_EQ(count(explanation, "crystals"), 2);
  EXPECT_EQ(quantity(explanation, "crystal 1 misset").at("value"), "50 70 20");
  EXPECT_EQ(explanation.at("evaluations").get<double>(), 2 * explained(crystal()).at("evaluations").get<double>());
}

TEST_F(Crystals, AreRefusedWhereOneIsMeant) {
  for (const std::string flags : {"-crystals list.txt -truth_hkl_map m.npy", "-crystals list.txt -trace_pixel 3 3",
                                  "-crystals list.txt -misset 1 2 3", "-crystals list.txt -misset random",
                                  "-crystals 0", "-crystals 1001", "-crystals none.txt", "-crystals ''"}) {
    const ProgramResult result = simulate(crystal() + "-o i.npy " + flags);
    EXPECT_NE(result.status, 0) << flags;
    EXPECT_NE(result.err.find("error: "), std::string::npos) << flags;
  }
  const ProgramResult gradient = run_program(
      "femtobragg", words_of("gradient --wrt fluence --out g -- " + crystal() + "-crystals list.txt"), folder_.path());
  EXPECT_NE(gradient.status, 0);
  EXPECT_NE(gradient.err.find("-crystals"), std::string::npos) << gradient.err;
}

}  // namespace
}  // namespace femtobragg::tests
