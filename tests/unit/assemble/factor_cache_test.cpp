// What was calculated once is found again; what was damaged is not.
#include "femtobragg/assemble/factor_cache.h"

#include <gtest/gtest.h>

#include "tests/run_program.h"

namespace femtobragg::assemble {
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

TEST(FactorCache, TheLeastRecentlyUsedGoFirst) {
  const tests::TemporaryFolder folder;
  const StructureFactors factors = StructureFactors::from_reflections({{1, 2, 3, 4.5}}, 3, "test");
  folder.write("other.txt", std::string(100000, 'x'));
  folder.write("killed.factors.part-fb999", "what a killed run left");
  keep(folder.path(), "a", factors);
  const std::uint64_t size = std::filesystem::file_size(folder / "a.factors"), two = 2 * size;
  keep(folder.path(), "b", factors, two);
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  for (const char* name : {"a.factors", "b.factors"}) std::filesystem::last_write_time(folder / name, long_ago);
  EXPECT_TRUE(cached(folder.path(), "a"));
  keep(folder.path(), "c", factors, two);
  EXPECT_TRUE(cached(folder.path(), "a"));
  EXPECT_FALSE(cached(folder.path(), "b"));
  EXPECT_TRUE(cached(folder.path(), "c"));
  keep(folder.path(), "d", factors, size / 2);
  EXPECT_FALSE(cached(folder.path(), "a"));
  EXPECT_TRUE(cached(folder.path(), "d")) << "the newest stays";
  EXPECT_TRUE(std::filesystem::exists(folder / "other.txt"));
  EXPECT_FALSE(std::filesystem::exists(folder / "killed.factors.part-fb999"));
}

}  // namespace
}  // namespace femtobragg::assemble
