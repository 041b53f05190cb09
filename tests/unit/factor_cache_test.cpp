// What was calculated once is found again; what was damaged is not.
#include "femtobragg/nanobragg/factor_cache.h"

#include <gtest/gtest.h>

#include "tests/run_program.h"

namespace femtobragg::nanobragg {
namespace {

TEST(FactorCache, KeepsAndFinds) {
  const tests::TemporaryFolder folder;
  const auto place = folder / "made/for/it";
  const StructureFactors factors = StructureFactors::from_reflections({{1, 2, 3, 4.5}, {-1, 0, 2, 7}}, 3, "test");
  const std::string key = cache_key("bytes", "settings");
  EXPECT_EQ(cached(place, key), std::nullopt);
  keep(place, key, factors);
  EXPECT_EQ(cached(place, key), factors);
  EXPECT_EQ(cached(place, cache_key("bytes", "settings2")), std::nullopt);
}

TEST(FactorCache, KeysFollowContentAndSettings) {
  EXPECT_EQ(cache_key("a", "b").size(), 32u);
  EXPECT_EQ(cache_key("a", "b"), cache_key("a", "b"));
  EXPECT_NE(cache_key("a", "b"), cache_key("b", "a"));
  EXPECT_NE(cache_key("ab", ""), cache_key("b", "a"));
}

TEST(FactorCache, IgnoresDamagedEntries) {
  const tests::TemporaryFolder folder;
  const StructureFactors factors = StructureFactors::from_reflections({{1, 2, 3, 4.5}}, 3, "test");
  keep(folder.path(), "k", factors);
  const std::string whole = tests::read_bytes(folder / "k.factors");
  for (const std::string& bytes : {whole.substr(0, whole.size() - 1), whole + "x", std::string("hello"), std::string(),
                                   whole.substr(0, whole.size() - 1) + char(whole.back() ^ 1)}) {
    folder.write("k.factors", bytes);
    EXPECT_EQ(cached(folder.path(), "k"), std::nullopt);
  }
  keep(folder.path(), "k", factors);
  EXPECT_EQ(cached(folder.path(), "k"), factors);
}

}  // namespace
}  // namespace femtobragg::nanobragg
