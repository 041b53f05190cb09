// Help, and completion of words in shells.
#include <algorithm>

#include "femtobragg/nanobragg/flags/option_table.h"
#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

class Help : public testing::Test {
 protected:
  std::string femtobragg(const Words& words) {
    return expect_success(run_program("femtobragg", words, folder_.path())).out;
  }
  /// What may stand in place of the last word.
  Words complete(const Words& words) { return lines_of(femtobragg(after("complete", words))); }
  TemporaryFolder folder_;
};

bool has(const Words& words, const std::string& word) { return std::ranges::count(words, word) > 0; }

TEST_F(Help, IsShort) {
  const std::string text = femtobragg({"simulate", "--help"});
  expect_texts(text, {"Usual flags", "  -distance mm", "Examples", "--help=GROUP", "--help-all"});
  EXPECT_LT(std::ranges::count(text, '\n'), 115);
  std::size_t examples = 0;
  for (const std::string& line : lines_of(text)) examples += line.starts_with("  # ");
  EXPECT_EQ(examples, 5u);
  const auto usual = std::ranges::count_if(nanobragg::flag_table(), &nanobragg::Flag::usual);
  EXPECT_GE(usual, 18);
  EXPECT_LE(usual, 26);
}

TEST_F(Help, HasGroups) {
  const std::string detector = femtobragg({"simulate", "--help=detector"});
  expect_texts(detector, {"-twotheta deg", "-pixel -pixel_size"});
  EXPECT_EQ(detector.find("-osc "), std::string::npos);
  expect_texts(femtobragg({"simulate", "--help=output"}), {"Output formats", ".cbf"});
  EXPECT_EQ(drop_in({"--help=detector"}, folder_).status, 0);
  expect_refusal({"--help=lens"}, folder_, 2, {"'lens'", "structure, crystal, detector"});
}

TEST_F(Help, OfAllFlagsExplainsEach) {
  const std::string text = femtobragg({"simulate", "--help-all"});
  for (const nanobragg::Flag& flag : nanobragg::flag_table())
    EXPECT_NE(text.find("\n  -" + std::string(flag.names.front())), std::string::npos) << flag.names.front();
  EXPECT_EQ(drop_in({"--help-all"}, folder_).out.find("-geometry"), std::string::npos);
}

TEST_F(Help, FitsATerminal) {
  for (const Words& words : {Words{"simulate", "--help"}, Words{"simulate", "--help-all"}, Words{"--help"}})
    for (const std::string& line : lines_of(femtobragg(words))) EXPECT_LE(line.size(), 80u) << line;
}

TEST_F(Help, OfCommands) {
  const std::string text = femtobragg({"--help"});
  expect_texts(text, {"\nSimulate\n", "\nMeasure and fit\n", "\nCheck and convert\n", "  simulate "});
  EXPECT_EQ(femtobragg({"help"}), text);
  EXPECT_EQ(femtobragg({"help", "refine"}), femtobragg({"refine", "--help"}));
  EXPECT_EQ(femtobragg({"help", "scene", "new"}), femtobragg({"scene", "new", "--help"}));
  EXPECT_TRUE(femtobragg({"version"}).starts_with("femtobragg "));
  EXPECT_EQ(femtobragg({"version"}), femtobragg({"--version"}));
}

TEST_F(Help, CompletesCommands) {
  EXPECT_EQ(complete({"femtobragg", "simu"}), Words{"simulate"});
  EXPECT_TRUE(has(complete({"femtobragg", ""}), "refine"));
  EXPECT_EQ(complete({"femtobragg", "help", "gra"}), Words{"gradient"});
  EXPECT_EQ(complete({"femtobragg", "scene", "sh"}), Words{"show"});
  EXPECT_EQ(complete({"femtobragg", "nonsense", "x"}), Words{});
}

TEST_F(Help, CompletesFlagsInTheSpellingThatWasBegun) {
  EXPECT_EQ(complete({"femtobragg", "simulate", "-mosaic_s"}),
            (Words{"-mosaic_spr", "-mosaic_spread", "-mosaic_seed"}));
  EXPECT_TRUE(has(complete({"femtobragg", "simulate", "--mosaic-s"}), "--mosaic-seed"));
  EXPECT_EQ(complete({"femtobragg", "gradient", "--wr"}), Words{"--wrt"});
  EXPECT_EQ(complete({"femtobragg", "refine", "-per-"}), Words{"--per-image"});
  EXPECT_EQ(complete({"femtobragg", "refine", "--per_"}), Words{"--per_image"});
  EXPECT_EQ(complete({"femtobragg", "gradient", "--wrt", "cell", "--", "-dist"}), Words{"-distance"});
  EXPECT_TRUE(has(complete({"femtobragg", "gradient", "--"}), "--"));
  EXPECT_EQ(complete({"nanoBragg", "-geom"}), Words{});
  EXPECT_EQ(complete({"nb-compare", "--thr"}), Words{"--threshold"});
}

TEST_F(Help, CompletesValues) {
  EXPECT_EQ(complete({"femtobragg", "simulate", "-png_scale", ""}), (Words{"log", "linear"}));
  EXPECT_EQ(complete({"femtobragg", "simulate", "--dtype=float6"}), Words{"--dtype=float64"});
  EXPECT_TRUE(has(complete({"femtobragg", "simulate", "-detector", "pilatus-1"}), "pilatus-100k"));
  EXPECT_TRUE(has(complete({"femtobragg", "simulate", "--help="}), "--help=detector"));
  EXPECT_EQ(complete({"femtobragg", "explain", "--program", "n"}), Words{"nanoBragg"});
  // Files are the shell's.
  EXPECT_EQ(complete({"femtobragg", "simulate", "-hkl", "a"}), Words{});
}

/// As bash calls it, which takes "--dtype=f" for three words.
TEST_F(Help, CompletesInBash) {
  const auto reply = [&](const std::string& words, int at) {
    folder_.write("ask.bash", "export PATH='" FEMTOBRAGG_BIN "':$PATH\nsource '" FEMTOBRAGG_SOURCE
                              "/share/completions/femtobragg.bash'\nCOMP_WORDS=(" +
                                  words + ")\nCOMP_CWORD=" + std::to_string(at) +
                                  "\n_femtobragg\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
    return run_binary("/bin/bash", {"ask.bash"}, folder_.path()).out;
  };
  EXPECT_EQ(reply("femtobragg simu", 1), "simulate\n");
  EXPECT_EQ(reply("/usr/bin/femtobragg simulate -oscil", 2), "-oscillation\n");
  EXPECT_EQ(reply("femtobragg simulate --dtype = float6", 4), "float64\n");
  EXPECT_EQ(reply("femtobragg simulate --png-scale = ''", 4), "log\nlinear\n");
  EXPECT_EQ(reply("nanoBragg -fudg", 1), "-fudge\n");
  EXPECT_EQ(reply("femtobragg simulate -hkl a", 3), "\n");
}

}  // namespace
}  // namespace femtobragg::tests
