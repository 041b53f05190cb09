// `femtobragg inventory` lists the loops that run; tools/check_hot_loops looks at their machine code.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "femtobragg/backends/backend.h"
#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

using json = nlohmann::json;

class Inventory : public testing::Test {
 protected:
  ProgramResult run(const Words& words) { return run_program("femtobragg", words, folder_.path()); }
  json listed() {
    const ProgramResult result = run({"inventory", "--json"});
    EXPECT_EQ(result.status, 0) << result.err;
    return json::parse(result.out);
  }
  TemporaryFolder folder_;
};

TEST_F(Inventory, OneLoopForEachShapeTileAndNumberType) {
  const json loops = listed();
  std::set<std::string> names, symbols, sets;
  for (const json& loop : loops) {
    const std::string set = loop.at("instruction_set"), shape = loop.at("shape"), tile = loop.at("tile"),
                      type = loop.at("number_type");
    EXPECT_TRUE(names.insert(set + shape + tile + type).second) << loop;
    for (const std::string symbol : loop.at("symbols")) EXPECT_TRUE(symbols.insert(symbol).second) << symbol;
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(FEMTOBRAGG_SOURCE) / loop.at("source"))) << loop;
    sets.insert(set);
    const int lanes = loop.at("lanes"), pixels = loop.at("tile_pixels");
    EXPECT_EQ(pixels % lanes, 0) << loop;
    const int width = lanes * (type == "float32" ? 4 : 8);
    const int expected = set == "none" ? 8 : set == "avx512" ? 64 : set == "avx2" ? 32 : 16;
    EXPECT_EQ(width, expected) << loop;
  }
  // Six shapes, two widths and two number types, but no floats for the shape with edges; and the plain loop of the reference.
  EXPECT_EQ(loops.size(), (sets.size() - 1) * 22 + 1);
}

TEST_F(Inventory, KnowsWhatThisProcessorHas) {
  std::set<std::string> here, backends;
  for (const json& loop : listed())
    if (loop.at("runs_here")) here.insert(loop.at("instruction_set"));
  for (const auto& backend : backends::registered_backends())
    backends.insert(backend->name() == "reference" ? "none" : backend->name().substr(5));
  EXPECT_EQ(here, backends);
}

/// What a run says it will use is in the list.
TEST_F(Inventory, HoldsTheLoopThatARunUses) {
  const json loops = listed();
  for (const Words& flags :
       {Words{"-N", "5"}, {"-N", "20"}, {"-tophat_spots"}, {"-gauss_xtal", "-tolerance", "1e-3"}}) {
    Words words = {"explain", "--json", "--calibration", "0", "--", "-default_F", "1",
                   "-cell",   "50",     "-detpixels",    "99"};
    words.insert(words.end(), flags.begin(), flags.end());
    const json used = json::parse(run(words).out).at("loop");
    const bool found = std::ranges::any_of(loops, [&](const json& loop) {
      return loop.at("runs_here") && std::ranges::all_of(used.items(), [&](const auto& entry) {
               return loop.at(entry.key()) == entry.value();
             });
    });
    EXPECT_TRUE(found) << used;
  }
}

TEST_F(Inventory, Options) {
  expect_texts(run({"inventory"}).out, {"parallelepiped", " x float32", "TileKernel<", "src/femtobragg/kernel/"});
  EXPECT_EQ(run({"inventory", "--help"}).status, 0);
  const ProgramResult wrong = run({"inventory", "all"});
  EXPECT_EQ(wrong.status, 2);
  expect_texts(wrong.err, {"error: femtobragg inventory"});
}

}  // namespace
}  // namespace femtobragg::tests
