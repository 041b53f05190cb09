// Tables of structure factors as nonBragg reads and interpolates them.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/nonbragg/table.h"

namespace femtobragg::nonbragg {
namespace {

double f_at(const Table& table, double s, std::size_t near = 0) {
  return intervals(table)[nearest_row(table, s, near)].at(s);
}

TEST(NonBraggTable, LinesBeyondIt) {
  const Table table = parse_table("0.1 5\n0.2 7\n\n0.3 6\n0.4 4\n", 1e10, "t");
  EXPECT_NEAR(f_at(table, 0.02e10), 3.4, 1e-12);
  EXPECT_NEAR(f_at(table, 0.55e10), 1, 1e-12);
  EXPECT_NEAR(f_at(table, 0.2e10), 7, 1e-12);
}

TEST(NonBraggTable, OfTwoRowsAndOfOne) {
  const Table two = parse_table("0.1 5\n0.3 6\n", 1e10, "t");
  EXPECT_NEAR(f_at(two, 0), 4.5, 1e-12);
  const Table one = parse_table("0.2 5\n", 1e10, "t");
  for (const double s : {0.0, 0.1e10, 0.2e10, 3e10}) EXPECT_NEAR(f_at(one, s), 5, 1e-9);
}

TEST(NonBraggTable, CubicBetweenRows) {
  const Table table = parse_table("0.12 6.02175\n0.125 6.50245\n0.13 7.00266\n0.135 7.50233\n", 1e10, "t");
  EXPECT_NEAR(f_at(table, 1268414230.67798), 6.68546389780028, 1e-12);
}

TEST(NonBraggTable, FieldsAndLines) {
  const Table table = parse_table("0.1;5,9 9\r\n ,;:\n0.2\n# 3\n0.3:-2x", 10, "t");
  EXPECT_EQ(table.rows(), 4u);
  EXPECT_EQ(table.s_per_m, (std::vector<double>{-1e99, -1e98, 1, 2, 0, 3, 1e98, 1e99}));
  EXPECT_EQ(table.f, (std::vector<double>{5, 5, 5, 0, 3, -2, -2, -2}));
  EXPECT_EQ(table.comment_rows, 1u);
  EXPECT_EQ(table.missing_f, 1u);
  EXPECT_FALSE(table.sorted);
}

TEST(NonBraggTable, LongLinesAreSeveral) {
  const Table table = parse_table("0.1 5" + std::string(10234, ' ') + "0.2 6\n", 1, "t");
  EXPECT_EQ(table.rows(), 2u);
}

TEST(NonBraggTable, EqualRowsDivideByZero) {
  EXPECT_FALSE(std::isfinite(f_at(parse_table("0 1\n0 2\n0.1 3\n", 1, "t"), 0.05)));
  EXPECT_TRUE(std::isnan(f_at(parse_table("# s F\n# ice\n0.1 3\n", 1, "t"), 0.05)));
}

/// Where rows are not sorted the interval depends on the one before.
TEST(NonBraggTable, UnsortedRowsRemember) {
  const Table table = parse_table("0.1 1\n0.3 3\n0.2 2\n0.4 4\n", 1, "t");
  EXPECT_NE(nearest_row(table, 0.25, 1), nearest_row(table, 0.25, 5));
}

TEST(NonBraggTable, NeedsRowsOfTwoColumns) {
  EXPECT_THROW(parse_table("", 1, "t"), Error);
  EXPECT_THROW(parse_table(" \n,\n", 1, "t"), Error);
  EXPECT_THROW(parse_table("0.1\n0.2\n", 1, "t"), Error);
}

}  // namespace
}  // namespace femtobragg::nonbragg
