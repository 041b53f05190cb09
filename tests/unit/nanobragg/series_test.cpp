// Names and the journal of rotation series.
#include "femtobragg/nanobragg/run/series.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "femtobragg/base/error.h"

namespace femtobragg::nanobragg {
namespace {

namespace fs = std::filesystem;

TEST(FramePath, NumbersHashes) {
  EXPECT_EQ(frame_path("a/x_####.cbf", 7), "a/x_0007.cbf");
  EXPECT_EQ(frame_path("x#.cbf", 123), "x123.cbf");
  EXPECT_EQ(frame_path("a#/x_##.img", 7), "a#/x_07.img");
}

TEST(FramePath, GoesBeforeTheSuffix) {
  EXPECT_EQ(frame_path("a.b/x.cbf", 7), "a.b/x_00007.cbf");
  EXPECT_EQ(frame_path("x", 7), "x_00007");
}

TEST(JournalPath, LeavesTheNumberOut) {
  EXPECT_EQ(journal_path("a/x_####.cbf"), "a/x.series");
  EXPECT_EQ(journal_path("x.nxs"), "x.series");
}

class Journal : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("femtobragg_journal_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string written(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }

  fs::path folder_;
};

TEST_F(Journal, RemembersFilesAsTheyWere) {
  const std::vector<std::string> files = {written("1.cbf", "one"), written("1.png", "two")};
  SeriesJournal(path("x.series"), 5).add(files);
  EXPECT_TRUE(SeriesJournal(path("x.series"), 5).finished(files));
  written("1.png", "twO");
  EXPECT_FALSE(SeriesJournal(path("x.series"), 5).finished(files));
  EXPECT_TRUE(SeriesJournal(path("x.series"), 5).finished(std::vector{files[0]}));
  fs::remove(files[0]);
  EXPECT_FALSE(SeriesJournal(path("x.series"), 5).finished(std::vector{files[0]}));
}

TEST_F(Journal, KnowsItsSeries) {
  SeriesJournal(path("x.series"), 5).add(std::vector{written("1.cbf", "one")});
  EXPECT_THROW(SeriesJournal(path("x.series"), 6), Error);
}

TEST_F(Journal, BelongsToOneProcess) {
  const auto refused = [&] {
    try {
      SeriesJournal(path("x.series"), 5);
      return false;
    } catch (const Error& error) {
      return std::string(error.what()).find("another process") != std::string::npos;
    }
  };
  const auto files = std::vector{written("1.cbf", "one")};
  {
    SeriesJournal journal(path("x.series"), 5);
    EXPECT_TRUE(refused());
    journal.add(files);
    EXPECT_TRUE(refused()) << "the rewritten journal is locked too";
    journal.add(files);
    EXPECT_TRUE(refused());
  }
  EXPECT_TRUE(SeriesJournal(path("x.series"), 5).finished(files));
}

TEST_F(Journal, LeavesNothingBeforeTheFirstFrame) {
  { const SeriesJournal journal(path("x.series"), 5); }
  EXPECT_FALSE(fs::exists(path("x.series")));
}

TEST_F(Journal, RefusesDamage) {
  // A run that was killed before its first frame leaves an empty one.
  EXPECT_NO_THROW(SeriesJournal(written("a.series", ""), 5));
  EXPECT_THROW(SeriesJournal(written("b.series", "femtobragg series 1 5\n12 x"), 5), Error);
  EXPECT_NO_THROW(SeriesJournal(written("c.series", "femtobragg series 1 5\n"), 5));
}

TEST_F(Journal, SeriesDifferByWordsAndInputs) {
  const std::string hkl = written("a.hkl", "1 0 0 5\n"), out = written("a.img", "old");
  const auto identity = [](std::vector<std::string> words) { return series_identity(words); };
  const auto before = identity({"-hkl", hkl, "-o", out, "-threads", "2"});
  EXPECT_EQ(identity({"-hkl", hkl, "-o", out, "-threads", "1"}), before);
  EXPECT_NE(identity({"-hkl", hkl, "-o", out, "-N", "3"}), before);
  written("a.img", "new");
  EXPECT_EQ(identity({"-hkl", hkl, "-o", out}), before);
  written("a.hkl", "1 0 0 6\n");
  EXPECT_NE(identity({"-hkl", hkl, "-o", out}), before);
}

}  // namespace
}  // namespace femtobragg::nanobragg
