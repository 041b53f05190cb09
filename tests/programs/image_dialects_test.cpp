// Images of every dialect, read by us and by other programs; and no field of an image file is passed over.
#include <gtest/gtest.h>

#include "test_paths.h"
#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

constexpr int missing_package = 77;

void run_client(const std::string& script, const Words& arguments) {
  const TemporaryFolder folder;
  const std::string python = "/usr/bin/python3";
  if (!std::filesystem::exists(python)) GTEST_SKIP() << "no " << python;
  Words words = {"-W", "ignore", std::string(FEMTOBRAGG_SOURCE) + "/tests/clients/" + script,
                 std::string(FEMTOBRAGG_BIN) + "/femtobragg"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const ProgramResult result = run_binary(python, words, folder.path());
  if (result.status == missing_package) GTEST_SKIP() << result.out;
  EXPECT_EQ(result.status, 0) << result.out << result.err;
}

TEST(ImageDialects, AreReadAsOtherProgramsReadThem) { run_client("image_dialects.py", {"1", "150"}); }

TEST(ImageDialects, NoFieldIsPassedOver) { run_client("image_fields.py", {}); }

}  // namespace
}  // namespace femtobragg::tests
