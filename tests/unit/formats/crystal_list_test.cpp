// Lists of crystals, right and wrong.
#include "femtobragg/formats/tables/crystal_list.h"

#include <gtest/gtest.h>

#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"

namespace femtobragg::tests {
namespace {

TEST(CrystalList, HasAnglesAndWeights) {
  const auto crystals = formats::parse_crystals("# split\n10 20 30 0.7\n\n 1,2,3 # twin\r\n", "list");
  ASSERT_EQ(crystals.size(), 2u);
  EXPECT_EQ(crystals[0].misset_rad.y, radians_from_degrees(20));
  EXPECT_EQ(crystals[0].weight, 0.7);
  EXPECT_EQ(crystals[1].misset_rad.z, radians_from_degrees(3));
  EXPECT_EQ(crystals[1].weight, 1);
}

TEST(CrystalList, RefusesWhatIsNone) {
  for (const char* text : {"", "# nothing\n", "1 2\n", "1 2 3 4 5\n", "1 2 x\n", "1 2 3 0\n", "1 2 3 -1\n", "1 2 nan\n",
                           "1 2 3 inf\n", "1 2 3\nh k l\n"})
    EXPECT_THROW(formats::parse_crystals(text, "list"), Error) << text;
}

}  // namespace
}  // namespace femtobragg::tests
