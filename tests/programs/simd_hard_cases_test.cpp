// Command lines on which fast kernels once went wrong, by every device and number type against the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "femtobragg/backends/backend.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

using Words = std::vector<std::string>;

struct HardCase {
  const char* name;
  Words words;
};

/// A list of reflections of one amplitude.
std::string box_of_reflections(const std::array<int, 3>& low, const std::array<int, 3>& high) {
  std::string list;
  for (int h = low[0]; h <= high[0]; ++h)
    for (int k = low[1]; k <= high[1]; ++k)
      for (int l = low[2]; l <= high[2]; ++l)
        list += std::to_string(h) + " " + std::to_string(k) + " " + std::to_string(l) + " 100\n";
  return list;
}

std::vector<float> image_of(Words words, const std::string& device, const std::string& type,
                            const TemporaryFolder& folder) {
  const Words common = {"-device", device, "-dtype", type, "-oversample", "1", "-threads", "1", "-o", "a.bin"};
  words.insert(words.begin(), "simulate");
  words.insert(words.end(), common.begin(), common.end());
  const ProgramResult result = run_program("femtobragg", words, folder.path(), {.cpu_seconds = 10});
  EXPECT_EQ(result.status, 0) << result.err;
  return result.status == 0 ? read_floats(folder / "a.bin") : std::vector<float>{};
}

class SimdHardCases : public testing::TestWithParam<HardCase> {};

TEST_P(SimdHardCases, AgreeWithReference) {
  const TemporaryFolder folder;
  folder.write("lone.hkl", "0 0 4 100\n-40 -40 -40 0\n40 40 40 0\n");
  folder.write("slab.hkl", box_of_reflections({-40, -12, -20}, {40, 12, -3}));
  folder.write("cube.hkl", box_of_reflections({-12, -12, -12}, {12, 12, 12}));
  const std::vector<float> expected = image_of(GetParam().words, "reference", "float64", folder);
  ASSERT_FALSE(expected.empty());
  const double brightest = *std::ranges::max_element(expected);
  ASSERT_GT(brightest, 0);
  for (const auto& backend : backends::registered_backends())
    for (const backends::NumberType type : backend->number_types()) {
      if (backend->name() == "reference") continue;
      const std::string type_name = backends::name_of(type);
      const std::vector<float> actual = image_of(GetParam().words, backend->name(), type_name, folder);
      ASSERT_EQ(actual.size(), expected.size());
      const double allowed = type == backends::NumberType::Float64 ? 1e-7 : 2e-6;
      for (std::size_t i = 0; i < actual.size(); ++i)
        ASSERT_NEAR(actual[i], expected[i], allowed * brightest)
            << backend->name() << " " << type_name << ", pixel " << i;
    }
}

INSTANTIATE_TEST_SUITE_P(
    cases, SimdHardCases,
    testing::Values(
        HardCase{"one_reflection_far_from_the_others",
                 {"-hkl",  "lone.hkl",     "-cell", "200",          "200", "200",       "90",  "90",
                  "90",    "-lambda",      "1",     "-N",           "3",   "-distance", "100", "-pixel",
                  "0.172", "-detpixels_x", "256",   "-detpixels_y", "100"}},
        HardCase{
            "tile_longer_than_the_distance",
            {"-hkl", "slab.hkl", "-cell", "10",        "10",    "10",     "90", "90",           "90", "-lambda",
             "1",    "-N",       "3",     "-distance", "2",     "-pixel", "10", "-detpixels_x", "64", "-detpixels_y",
             "16",   "-xds",     "-ORGX", "26",        "-ORGY", "8"}},
        HardCase{"bent_to_a_ring",
                 {"-hkl", "cube.hkl", "-detpixels", "64", "-distance", "0.2", "-cell", "20", "20", "20", "90", "90",
                  "90", "-N", "5", "-curved_det", "-lambda", "1"}},
        HardCase{"fringes_of_200_cells",
                 {"-detpixels", "64", "-default_F", "100", "-cell", "40", "40", "40", "90", "90", "90", "-N", "200",
                  "-misset", "14", "88", "70"}},
        HardCase{"large_ellipsoid",
                 {"-detpixels", "64", "-default_F", "100", "-round_xtal", "-cell", "50", "50", "50", "90", "90", "90",
                  "-N", "100", "-misset", "14", "10", "85"}},
        HardCase{"sample_next_to_the_panel",
                 {"-default_F", "100", "-cell",   "5",   "5",          "5",  "90",
                  "90",         "90",  "-lambda", "1",   "-N",         "1",  "-nointerpolate",
                  "-distance",  "0.1", "-pixel",  "0.1", "-detpixels", "100"}},
        HardCase{"polarized_away", {"-default_F", "100",    "-cell",   "10",  "10",         "10", "90",
                                    "90",         "90",     "-lambda", "1",   "-N",         "1",  "-nointerpolate",
                                    "-distance",  "100",    "-pixel",  "0.1", "-detpixels", "20", "-twotheta",
                                    "90",         "-polar", "-1"}},
        // Half-way between lattice points: exp(-92) of a spot, less than floats can hold.
        HardCase{"nothing_but_tails",
                 {"-default_F", "100",     "-cell",      "50", "50",     "50",          "90",        "90",
                  "90",         "-lambda", "1",          "-N", "10",     "-gauss_xtal", "-distance", "1000",
                  "-pixel",     "0.02",    "-detpixels", "12", "-Xbeam", "10.12",       "-Ybeam",    "4.12"}},
        // A single pixel between fringes, a few, and between the spots of few cells.
        HardCase{"one_pixel", {"-direct_beam", "-default_F", "100",     "-cell", "50", "60", "70",        "90",
                               "90",           "90",         "-lambda", "1",     "-N", "30", "-distance", "100",
                               "-detpixels",   "1",          "-misset", "14",    "10", "85"}},
        HardCase{"pixels_between_spots",
                 {"-direct_beam", "-default_F", "100",        "-cell", "50",      "60", "70",        "90",
                  "90",           "90",         "-lambda",    "1",     "-N",      "8",  "-distance", "1000",
                  "-pixel",       "0.02",       "-detpixels", "10",    "-misset", "14", "10",        "85"}},
        HardCase{"lattice_too_dense_to_search",
                 {"-detpixels",
                  "64",
                  "-cell",
                  "300",
                  "300",
                  "300",
                  "90",
                  "90",
                  "90",
                  "-N",
                  "20",
                  "-gauss_xtal",
                  "-default_F",
                  "1",
                  "-mosaic",
                  "1",
                  "-mosaic_domains",
                  "25",
                  "-tolerance",
                  "1e-8"}}),
    [](const auto& named) { return std::string(named.param.name); });

}  // namespace
}  // namespace femtobragg::tests
