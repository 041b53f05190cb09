// Output files appear complete or not at all.
#include "femtobragg/formats/io/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/io/input_file.h"
#include "tests/run_program.h"

namespace femtobragg::formats {
namespace {

namespace fs = std::filesystem;

class OutputFiles : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }
  tests::TemporaryFolder folder_;
};

std::string message_of(auto&& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::Runtime);
    return error.what();
  }
  return "no error";
}

TEST_F(OutputFiles, NothingUnderTheNameBeforeCommit) {
  OutputFile file(path("x"));
  file.write("half");
  EXPECT_FALSE(fs::exists(path("x")));
  file.write(" and half");
  file.commit();
  EXPECT_EQ(tests::read_bytes(path("x")), "half and half");
  EXPECT_EQ(count(), 1u);
}

TEST_F(OutputFiles, NothingIsLeftWithoutCommit) {
  { OutputFile(path("x")).write("half"); }
  EXPECT_EQ(count(), 0u);
}

TEST_F(OutputFiles, AnOldFileStaysUntilCommit) {
  folder_.write("x", "old");
  { OutputFile(path("x")).write("new"); }
  EXPECT_EQ(tests::read_bytes(path("x")), "old");
  OutputFile file(path("x"));
  file.write("new");
  EXPECT_EQ(tests::read_bytes(path("x")), "old");
  file.commit();
  EXPECT_EQ(tests::read_bytes(path("x")), "new");
}

TEST_F(OutputFiles, ALinkStaysAndItsTargetIsReplaced) {
  fs::create_directory(path("data"));
  folder_.write("data/target", "old");
  fs::create_symlink("data/target", path("link"));
  OutputFile file(path("link"));
  file.write("new");
  file.commit();
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_FALSE(fs::is_symlink(path("data/target")));
  EXPECT_EQ(tests::read_bytes(path("data/target")), "new");
  EXPECT_EQ(count(), 2u);
}

TEST_F(OutputFiles, ALinkWithoutTargetMakesIt) {
  fs::create_symlink("target", path("link"));
  OutputFile file(path("link"));
  file.write("new");
  file.commit();
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(tests::read_bytes(path("target")), "new");
}

TEST_F(OutputFiles, ALinkToItselfIsRefused) {
  fs::create_symlink("b", path("a"));
  fs::create_symlink("a", path("b"));
  EXPECT_NE(message_of([&] { OutputFile file(path("a")); }).find("cannot write"), std::string::npos);
  EXPECT_TRUE(fs::is_symlink(path("a")));
  EXPECT_EQ(count(), 2u);
}

TEST_F(OutputFiles, DevicesAreWrittenDirectly) {
  OutputFile null("/dev/null");
  null.write("gone");
  null.commit();
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  OutputFile full("/dev/full");
  full.write("x");
  EXPECT_NE(message_of([&] { full.commit(); }).find("'/dev/full'"), std::string::npos);
}

TEST_F(OutputFiles, PermissionsOfNewFilesFollowTheMask) {
  const mode_t old = umask(027);
  OutputFile file(path("x"));
  file.commit();
  umask(old);
  EXPECT_EQ(fs::status(path("x")).permissions(), fs::perms(0640));
}

TEST_F(OutputFiles, Refusals) {
  EXPECT_NE(message_of([&] { OutputFile file(path("missing/x")); }).find("folder exists"), std::string::npos);
  EXPECT_NE(message_of([&] { OutputFile file(folder_.path().string()); }).find("name of a file"), std::string::npos);
  EXPECT_NE(message_of([] { OutputFile file(""); }).find("name of a file"), std::string::npos);
  EXPECT_NE(message_of([&] { OutputFile file(path(std::string(300, 'x'))); }).find("cannot write"), std::string::npos);
  EXPECT_EQ(count(), 0u);
}

TEST_F(OutputFiles, ProbingLeavesNothing) {
  require_writable(path("x"));
  EXPECT_EQ(count(), 0u);
  EXPECT_THROW(require_writable(path("missing/x")), Error);
}

TEST_F(OutputFiles, ProbingAPipeDoesNotOpenIt) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  fs::create_symlink("pipe", path("link"));
  const int reader = open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK);
  require_writable(path("pipe"));
  require_writable(path("link"));
  // A writer that came and went would have hung up.
  pollfd events{reader, POLLIN, 0};
  EXPECT_EQ(poll(&events, 1, 0), 0);
  close(reader);
}

TEST_F(OutputFiles, InputFiles) {
  folder_.write("x", std::string("a\0b\r\n", 5));
  EXPECT_EQ(read_file(path("x"), "the list"), std::string("a\0b\r\n", 5));
  folder_.write("long", std::string(200000, 'x'));
  EXPECT_EQ(read_file(path("long"), "the list").size(), 200000u);
  EXPECT_NE(message_of([&] { read_file(path("no"), "the list"); }).find("cannot read the list"), std::string::npos);
  EXPECT_NE(message_of([&] { read_file(folder_.path().string(), "the list"); }).find("folder"), std::string::npos);
  EXPECT_THROW(read_file("", "the list"), Error);
}

}  // namespace
}  // namespace femtobragg::formats
