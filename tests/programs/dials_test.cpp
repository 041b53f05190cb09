// DIALS as an independent client: it imports our series, finds the spots and indexes them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Vec3d vector_of(const json& j) { return {j.at(0), j.at(1), j.at(2)}; }

double degrees_between(const Vec3d& a, const Vec3d& b) {
  return degrees_from_radians(std::atan2(norm(cross(a, b)), dot(a, b)));
}

/// What an .expt file says of crystal and beam centre.
struct Solution {
  std::array<Vec3d, 3> axes_A;
  double beam_fast_px = 0, beam_slow_px = 0;

  explicit Solution(const fs::path& file) {
    const json expt = json::parse(read_bytes(file));
    const json& crystal = expt.at("crystal").at(0);
    axes_A = {vector_of(crystal.at("real_space_a")), vector_of(crystal.at("real_space_b")),
              vector_of(crystal.at("real_space_c"))};
    const json& panel = expt.at("detector").at(0).at("panels").at(0);
    const json& hierarchy = expt.at("detector").at(0).at("hierarchy");
    const Vec3d origin = vector_of(panel.at("origin")) + vector_of(hierarchy.at("origin"));
    const Vec3d fast = vector_of(panel.at("fast_axis")), slow = vector_of(panel.at("slow_axis"));
    const Vec3d normal = cross(fast, slow), beam = vector_of(expt.at("beam").at(0).at("direction"));
    const Vec3d spot = beam * (dot(origin, normal) / dot(beam, normal)) - origin;
    beam_fast_px = dot(spot, fast) / panel.at("pixel_size").at(0).get<double>();
    beam_slow_px = dot(spot, slow) / panel.at("pixel_size").at(1).get<double>();
  }

  double length(std::size_t i) const { return norm(axes_A[i]); }
  double angle(std::size_t i) const { return degrees_between(axes_A[(i + 1) % 3], axes_A[(i + 2) % 3]); }
};

class Dials : public testing::Test {
 protected:
  static constexpr std::size_t frames = 20;

  static void SetUpTestSuite() {
    if (!fs::exists("/usr/bin/dials.index")) return;
    folder_ = new TemporaryFolder;
    const Words words = {"simulate",    "-cell",
                         "40",          "45",
                         "50",          "82",
                         "85",          "77",
                         "-misset",     "15",
                         "25",          "35",
                         "-default_F",  "80",
                         "-N",          "10",
                         "-gauss_xtal", "-water",
                         "0.06",        "-lambda",
                         "1",           "-distance",
                         "120",         "-detpixels",
                         "1024",        "-pixel",
                         "0.172",       "-sensor",
                         "Si",          "450um",
                         "-osc",        "0.5",
                         "-phisteps",   "10",
                         "-frames",     std::to_string(frames),
                         "-oversample", "2",
                         "-fluence",    "3e28",
                         "-o",          "cbf_####.cbf",
                         "-o",          "smv_####.img",
                         "-o",          "nxmx.nxs",
                         "-expt",       "truth.expt",
                         "-seed",       "7",
                         "-quiet"};
    const ProgramResult result = run_program("femtobragg", words, folder_->path(), {.cpu_seconds = 280});
    ASSERT_EQ(result.status, 0) << result.err;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  void SetUp() override {
    if (!folder_) GTEST_SKIP() << "DIALS is not installed";
  }

  static ProgramResult dials(const std::string& command, const std::vector<std::string>& words,
                             const fs::path& folder) {
    return run_binary("/usr/bin/dials." + command, words, folder, {.cpu_seconds = 280});
  }

  /// The number of strong spots, and the solution.
  struct Outcome {
    std::string spots;
    Solution solution;
  };
  static Outcome indexed(const std::string& name, const std::vector<std::string>& files) {
    const fs::path folder = *folder_ / name;
    fs::create_directories(folder);
    std::vector<std::string> words;
    for (const std::string& file : files) words.push_back((*folder_ / file).string());
    const ProgramResult import = dials("import", words, folder);
    EXPECT_EQ(import.status, 0) << import.out << import.err;
    const ProgramResult found = dials("find_spots", {"imported.expt", "nproc=1"}, folder);
    EXPECT_EQ(found.status, 0) << found.out << found.err;
    const ProgramResult result = dials("index", {"imported.expt", "strong.refl", "nproc=1"}, folder);
    EXPECT_EQ(result.status, 0) << result.out << result.err;
    const std::size_t at = found.out.rfind("Saved ");
    return {at == std::string::npos ? "" : found.out.substr(at), Solution(folder / "indexed.expt")};
  }
  static std::vector<std::string> numbered(const std::string& stem, const std::string& suffix) {
    std::vector<std::string> files;
    for (std::size_t i = 1; i <= frames; ++i)
      files.push_back(stem + (i < 10 ? "000" : "00") + std::to_string(i) + suffix);
    return files;
  }

  static void expect_crystal(const Solution& found) {
    const Solution truth(*folder_ / "truth.expt");
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(found.length(i), truth.length(i), 2e-3 * truth.length(i));
      EXPECT_NEAR(found.angle(i), truth.angle(i), 0.05);
      const double turned = degrees_between(found.axes_A[i], truth.axes_A[i]);
      EXPECT_LT(std::min(turned, 180 - turned), 0.05) << "axis " << i;
    }
  }
  static void expect_beam_centre(const Solution& found) {
    const Solution truth(*folder_ / "truth.expt");
    EXPECT_NEAR(found.beam_fast_px, truth.beam_fast_px, 0.05);
    EXPECT_NEAR(found.beam_slow_px, truth.beam_slow_px, 0.05);
  }

  inline static TemporaryFolder* folder_ = nullptr;
};

/// DIALS moves the beam of simulated SMV images by a pixel: their beam centre is its own.
TEST_F(Dials, IndexesEachFormatAlike) {
  const Outcome nxmx = indexed("nxmx", {"nxmx.nxs"}), cbf = indexed("cbf", numbered("cbf_", ".cbf")),
                smv = indexed("smv", numbered("smv_", ".img"));
  for (const Outcome* outcome : {&nxmx, &cbf, &smv}) expect_crystal(outcome->solution);
  for (const Outcome* outcome : {&nxmx, &cbf}) expect_beam_centre(outcome->solution);
  EXPECT_NE(nxmx.spots.find("reflections"), std::string::npos) << nxmx.spots;
  EXPECT_EQ(cbf.spots, nxmx.spots);
  EXPECT_EQ(smv.spots, nxmx.spots);
}

}  // namespace
}  // namespace femtobragg::tests
