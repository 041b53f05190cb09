// Files are read whole, but not without end.
#include "femtobragg/formats/io/input_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "tests/run_program.h"

namespace femtobragg::formats {
namespace {

/// As on a machine with that much memory.
class MemoryOf {
 public:
  explicit MemoryOf(std::uint64_t bytes) { set_memory_limit_bytes(bytes); }
  ~MemoryOf() { set_memory_limit_bytes(before_); }

 private:
  std::uint64_t before_ = memory_limit_bytes();
};

void expect_refusal(const std::string& path, const std::string& rule) {
  try {
    read_file(path, "the mask");
    FAIL() << path << " was read to its end";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::Runtime);
    EXPECT_NE(std::string(error.what()).find("the mask '" + path + "'"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(rule), std::string::npos) << error.what();
  }
}

TEST(InputFile, DevicesWithoutEndAreRefused) {
  expect_refusal("/dev/zero", "1048576 bytes");
  const MemoryOf memory(1 << 20);
  expect_refusal("/dev/zero", "262144 bytes");
  EXPECT_EQ(read_file("/dev/zero", "the mask", 100).size(), 100u);
}

/// Larger than any matrix, but known by its first bytes.
TEST(InputFile, LargeFilesOfOtherKindsAreNamed) {
  const tests::TemporaryFolder folder;
  folder.write("x.mtz", "MTZ \1" + std::string(2 << 20, '\0'));
  try {
    read_text((folder / "x.mtz").string(), "the matrix file", InputKind::Matrix);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("is an MTZ file"), std::string::npos) << error.what();
  }
}

TEST(InputFile, FilesBeyondTheMemoryAreRefused) {
  const tests::TemporaryFolder folder;
  const std::string path = (folder / "hole").string();
  std::ofstream(path).close();
  std::filesystem::resize_file(path, std::uintmax_t{1} << 40);
  expect_refusal(path, "memory");
  EXPECT_EQ(read_file(path, "the mask", 100).size(), 100u);
}

TEST(InputFile, NoFileIsLongerThanItsKind) {
  const tests::TemporaryFolder folder;
  const std::string path = (folder / "long").string();
  std::ofstream(path).close();
  std::filesystem::resize_file(path, 2 << 20);
  EXPECT_THROW(read_file(path, "the matrix file", InputKind::Matrix), Error);
  EXPECT_EQ(read_file(path, "the spectrum", InputKind::Text).size(), 2u << 20);
  EXPECT_THROW(read_file("/dev/zero", "the matrix file", InputKind::Matrix), Error);
  EXPECT_THROW(read_file("/dev/zero", "the image", InputKind::Image), Error);
}

TEST(InputFile, PipesAreReadToTheirEnd) {
  const tests::TemporaryFolder folder;
  const std::string pipe = (folder / "pipe").string(), bytes(300000, 'x');
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe) << bytes; });
  EXPECT_EQ(read_file(pipe, "the mask"), bytes);
  writer.join();
}

}  // namespace
}  // namespace femtobragg::formats
