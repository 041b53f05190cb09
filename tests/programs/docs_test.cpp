// Every command that the documentation shows is run: what it says must work.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
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
       {"README.md",        "docs/guide.md",   "docs/formats.md",   "docs/physics.md",     "docs/benchmark.md",
        "docs/compare.md",  "docs/trace.md",   "docs/gradient.md",  "docs/truth.md",       "docs/fcalc.md",
        "docs/geometry.md", "docs/scene.md",   "docs/pictures.md",  "docs/add.md",         "docs/gallery.md",
        "docs/nonbragg.md", "docs/noisify.md", "docs/obstacles.md", "docs/backgrounds.md", "docs/recipes.md"})
    for (ShownCommand& command : commands_of(page)) all.push_back(std::move(command));
  return all;
}

std::string name_of(const ShownCommand& command) {
  std::string name = command.page + "_line_" + std::to_string(command.line);
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
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
                         [](const testing::TestParamInfo<ShownCommand>& shown) { return name_of(shown.param); });

/// A documented rendering, without what it writes: the commands before it, its program, and its words.
struct ShownRun {
  std::string before, program, words;
};

std::optional<ShownRun> run_in(const std::string& text) {
  static const std::regex run("(.*&& *)?(femtobragg simulate|nanoBragg) ([^&|;]*)(.*)");
  static const std::regex outputs("-(o|truth|expt|save_scene|frames) +[^ ]+|-show_config|-quiet");
  std::smatch found;
  if (!std::regex_match(text, found, run)) return {};
  const std::string words = std::regex_replace(found[3].str(), outputs, "");
  const bool renders = words.find("help") == std::string::npos && words.find("list_detectors") == std::string::npos;
  return renders && words.starts_with('-') ? std::optional(ShownRun{found[1], found[2], words}) : std::nullopt;
}

std::vector<ShownCommand> all_runs() {
  std::vector<ShownCommand> all = all_commands();
  std::erase_if(all, [](const ShownCommand& command) { return !run_in(command.text); });
  return all;
}

class SavedScenes : public testing::TestWithParam<ShownCommand> {};

/// Flags, a scene, and the image of that scene: the same bytes as the image of the flags. A run that no scene holds is
/// refused, and only a quirk is a reason.
TEST_P(SavedScenes, GiveTheSameBytes) {
  const TemporaryFolder folder;
  fs::create_directory_symlink(fs::path(FEMTOBRAGG_SOURCE) / "examples", folder / "examples");
  const ShownRun run = *run_in(GetParam().text);
  const bool drop_in = run.program == "nanoBragg";
  const std::string direct = drop_in ? "-floatfile direct.bin" : "-o direct.bin",
                    number_type = drop_in ? " -dtype float64" : "";
  std::string devices;
  static const std::regex device("-(device|dtype|tolerance) +[^ ]+");
  for (std::sregex_iterator at(run.words.begin(), run.words.end(), device), end; at != end; ++at)
    devices += " " + at->str();
  const auto shell = [&](const std::string& script) {
    folder.write("script", "export PATH='" FEMTOBRAGG_BIN "':\"$PATH\"\nset -e\n" + script + "\n");
    return std::system(("cd '" + folder.path().string() + "' && sh script > log 2>&1").c_str());
  };
  const int status = shell("mkdir scenes; " + run.before + run.program + " " + run.words + " " + direct +
                           " -save_scene scenes/run.toml");
  if (status != 0) {
    const std::string log = read_bytes(folder / "log");
    ASSERT_NE(log.find("no scene can describe this run"), std::string::npos) << log;
    EXPECT_NE(log.find("-quirks Q-triclinic-cell"), std::string::npos) << log;
    return;
  }
  EXPECT_EQ(shell("femtobragg simulate scenes/run.toml -o again.bin" + (devices.empty() ? number_type : devices) +
                  " && cmp direct.bin again.bin"),
            0)
      << read_bytes(folder / "log") << read_bytes(folder / "scenes/run.toml");
}

INSTANTIATE_TEST_SUITE_P(Documentation, SavedScenes, testing::ValuesIn(all_runs()),
                         [](const testing::TestParamInfo<ShownCommand>& shown) { return name_of(shown.param); });

TEST(Documentation, ShowsRuns) { EXPECT_GE(all_runs().size(), 25u); }

/// Pages whose commands build on each other.
class PageFromTopToBottom : public testing::TestWithParam<const char*> {};

TEST_P(PageFromTopToBottom, Runs) {
  const TemporaryFolder folder;
  fs::create_directory_symlink(fs::path(FEMTOBRAGG_SOURCE) / "examples", folder / "examples");
  const std::vector<ShownCommand> commands = commands_of(std::string("docs/") + GetParam() + ".md");
  EXPECT_GE(commands.size(), 4u);
  std::string script = "export PATH='" FEMTOBRAGG_BIN "':\"$PATH\"\nset -ex\n";
  for (const ShownCommand& command : commands) script += command.text + "\n";
  folder.write("script", script);
  const std::string run = "cd '" + folder.path().string() + "' && sh script > log 2>&1";
  EXPECT_EQ(std::system(run.c_str()), 0) << read_bytes(folder / "log");
}

INSTANTIATE_TEST_SUITE_P(Documentation, PageFromTopToBottom,
                         testing::Values("refine", "realistic", "stills", "dials", "reproducibility", "detector",
                                         "realism"),
                         [](const testing::TestParamInfo<const char*>& page) { return std::string(page.param); });

TEST(Documentation, ShowsCommands) { EXPECT_GE(all_commands().size(), 12u); }

}  // namespace
}  // namespace femtobragg::tests
