// Quirks of the command line, and the right meaning of the same flags.
#include <gtest/gtest.h>

#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using ParserQuirks = QuirkRun;

TEST_F(ParserQuirks, TwothetaAxisSetsTheAxisOnly) {
  // The polarization vector is CUSTOM's own: it only selects the CUSTOM convention, as any vector does.
  expect_right("Q-twotheta-axis-flag", "-twotheta_axis 3 4 0", "-polar_vector 0 0 1");
  expect_right("Q-twotheta-axis-flag", "-twotheta 20 -twotheta_axis 0 0 -1", "-twotheta_axis 0 0 -1 -twotheta 20");
}

TEST_F(ParserQuirks, TwothetaAxisHidesWhereTheAngleFollows) {
  const ProgramResult result =
      simulate("-quirks Q-twotheta-axis-flag " + base() + "-twotheta_axis 0 0 -1 -twotheta 20");
  EXPECT_EQ(announced(result.err), std::set<std::string>{});
}

TEST_F(ParserQuirks, MissetSeedSetsTheSeedOnly) {
  const std::string flags = crystal() + "-misset_seed 5 " + detector() + silence();
  const Pixels plain = image_of(drop_in("-quirks none " + crystal() + detector() + silence()));
  expect_same(image_of(drop_in("-quirks none " + flags)), plain);
  expect_same(image_of(simulate(flags)), plain);
  // With the quirk the seed and the two words after it are angles: 5, `-lambda` (0) and 1 degrees.
  const ProgramResult on = drop_in("-quirks Q-misset-seed-flag " + flags);
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-misset-seed-flag"});
  expect_same(image_of(on), image_of(drop_in("-quirks none " + crystal() + "-misset 5 0 1 " + detector() + silence())));
}

TEST_F(ParserQuirks, MissetSeedQuirkWorksInBothDoors) {
  const std::string flags = "-quirks Q-misset-seed-flag " + crystal() + "-misset_seed 5 " + detector() + silence();
  const ProgramResult result = simulate(flags);
  EXPECT_EQ(announced(result.err), std::set<std::string>{"Q-misset-seed-flag"});
  const Pixels strict = image_of(result);
  expect_same(strict, image_of(drop_in(flags)));
}

TEST_F(ParserQuirks, MissetSeedHidesBehindALaterMisset) {
  const ProgramResult result =
      drop_in("-quirks Q-misset-seed-flag -misset_seed 5 " + crystal() + misset() + detector() + silence());
  EXPECT_EQ(announced(result.err), std::set<std::string>{});
}

TEST_F(ParserQuirks, CurvedDetectorCountsAsTheLastWord) {
  const Pixels off = right("-curved_det");
  expect_same(off, right("-curved_det -nopgm"));
  const Pixels on = with_quirk("Q-curved-last", "-curved_det");
  expect_different(off, on);
  expect_same(on, right(""));
}

TEST_F(ParserQuirks, SimulateReadsStrictly) {
  expect_refused("-distance", 2);
  expect_refused("-distance 90mm", 2);
  expect_refused("-detpixels 5.9", 2);
  expect_refused("-hdiv 3", 2);
  expect_refused("stray", 2);
  expect_refused("-quirks Q-none-such", 2);
  EXPECT_NE(simulate(base() + "-hdiv 3").err.find("-hdivrange"), std::string::npos);
}

TEST_F(ParserQuirks, DropInPassesOverWhatItDoesNotKnow) {
  const Pixels plain = image_of(drop_in(base()));
  for (const std::string extra : {"-hdiv 3", "stray", "-distance", "-unknown_flag"}) {
    const ProgramResult result = drop_in(base() + extra);
    EXPECT_NE(result.err.find("warning: "), std::string::npos) << extra;
    EXPECT_EQ(image_of(result), plain) << extra;
  }
  EXPECT_EQ(drop_in(base() + "-quirks Q-none-such").status, 9);
}

}  // namespace
}  // namespace femtobragg::tests
