// Every command that the documentation shows is run: what it says must work.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;

struct ShownCommand {
  std::string page;
  int line = 0;
  std::string text;
};

std::ostream& operator<<(std::ostream& out, const ShownCommand& command) { return out << command.text; }

/// Lines of the ```sh blocks of a page.
std::vector<ShownCommand> commands_of(const std::string& page) {
  std::ifstream file(fs::path(FEMTOBRAGG_SOURCE) / page);
  std::vector<ShownCommand> commands;
  std::string line;
  bool inside = false;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.starts_with("```"))
      inside = line == "```sh";
    else if (inside && !line.empty() && !line.starts_with('#'))
      commands.push_back({page, number, line});
  }
  return commands;
}

std::vector<ShownCommand> all_commands() {
  std::vector<ShownCommand> all;
  for (const char* page :
       {"README.md", "docs/guide.md", "docs/formats.md", "docs/physics.md", "docs/benchmark.md", "docs/compare.md",
        "docs/trace.md", "docs/gradient.md", "docs/truth.md", "docs/fcalc.md", "docs/geometry.md"})
    for (ShownCommand& command : commands_of(page)) all.push_back(std::move(command));
  return all;
}

class ShownInDocs : public testing::TestWithParam<ShownCommand> {};

TEST_P(ShownInDocs, Runs) {
  const TemporaryFolder folder;
  fs::create_directory_symlink(fs::path(FEMTOBRAGG_SOURCE) / "examples", folder / "examples");
  const std::string script =
      "cd '" + folder.path().string() + "' && export PATH='" FEMTOBRAGG_BIN "':\"$PATH\" && set -e; " + GetParam().text;
  EXPECT_EQ(std::system(("( " + script + " ) > '" + (folder / "log").string() + "' 2>&1").c_str()), 0)
      << GetParam().text << "\n"
      << read_bytes(folder / "log");
}

INSTANTIATE_TEST_SUITE_P(Documentation, ShownInDocs, testing::ValuesIn(all_commands()),
                         [](const testing::TestParamInfo<ShownCommand>& shown) {
                           std::string name = shown.param.page + "_line_" + std::to_string(shown.param.line);
                           for (char& c : name)
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           return name;
                         });

/// Its commands build on each other.
TEST(Documentation, RefinePageRunsFromTopToBottom) {
  const TemporaryFolder folder;
  fs::create_directory_symlink(fs::path(FEMTOBRAGG_SOURCE) / "examples", folder / "examples");
  const std::vector<ShownCommand> commands = commands_of("docs/refine.md");
  EXPECT_GE(commands.size(), 10u);
  std::string script = "export PATH='" FEMTOBRAGG_BIN "':\"$PATH\"\nset -ex\n";
  for (const ShownCommand& command : commands) script += command.text + "\n";
  folder.write("script", script);
  const std::string run = "cd '" + folder.path().string() + "' && sh script > log 2>&1";
  EXPECT_EQ(std::system(run.c_str()), 0) << read_bytes(folder / "log");
}

TEST(Documentation, ShowsCommands) { EXPECT_GE(all_commands().size(), 12u); }

}  // namespace
}  // namespace femtobragg::tests
