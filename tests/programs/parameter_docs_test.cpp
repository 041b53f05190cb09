// The page about derivatives lists the parameters that the program has.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

using json = nlohmann::json;

/// The page's table, as the program's list makes it.
std::string table_of(const json& parameters) {
  std::string table = "| parameter | unit | transform | what it is |\n|---|---|---|---|\n";
  for (const json& row : parameters) {
    const auto text = [&](const char* key) { return row.at(key).get<std::string>(); };
    table += "| `" + text("name") + "` | " + text("unit") + " | " + text("transform") + " | " + text("help");
    if (!row.at("in_all").get<bool>()) table += "; not in `all`: " + text("same_as");
    table += " |\n";
  }
  return table;
}

TEST(Documentation, ListsAllParameters) {
  const TemporaryFolder folder;
  const ProgramResult result = run_program("femtobragg", {"parameters", "--json"}, folder.path());
  ASSERT_EQ(result.status, 0) << result.err;
  const std::string page = read_bytes(std::filesystem::path(FEMTOBRAGG_SOURCE) / "docs/gradient.md");
  const std::string expected = table_of(json::parse(result.out));
  EXPECT_GT(std::ranges::count(expected, '\n'), 30);
  const std::size_t begin = page.find("| parameter | unit |");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_EQ(page.substr(begin), expected) << "docs/gradient.md is out of date; the table now is\n" << expected;
}

}  // namespace
}  // namespace femtobragg::tests
