// Fits to images with overloaded, masked and bad pixels, in every format: within three sigma of the truth.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/tiff.h"
#include "test_paths.h"
#include "tests/errors/mistake.h"
#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using nlohmann::json;

constexpr std::size_t edge = 128;
/// A block where there is no pixel, and some that are bad.
constexpr std::size_t first = 20, width = 40, height = 32, bad_pixels = 7, overloaded_pixels = 15;

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

class RefinePixels : public testing::Test {
 protected:
  static Words arguments(const Words& misset) {
    Words words = words_of(
        "-cell 34.77 39.17 48.31 90 90 90 -lambda 0.98 -distance 100 -detpixels 128 -pixel 0.4 -N 20 -mosaic 0.2 "
        "-mosaic_domains 5 -oversample 1 -fluence 1e26 -hkl " +
        std::string(FEMTOBRAGG_SOURCE) + "/examples/cro/cro_2.5A_P1.hkl -misset");
    words.insert(words.end(), misset.begin(), misset.end());
    return words;
  }

  void SetUp() override {
    Words words = arguments({"10", "20", "30"});
    words.insert(words.end(), {"-o", "clean.cbf", "-seed", "5"});
    expect_success(run_program("femtobragg", after("simulate", words), folder_.path()));
    counts_ = formats::read_pixels((folder_ / "clean.cbf").string()).counts;
    for (std::size_t slow = first; slow < first + height; ++slow) std::fill_n(&counts_[slow * edge + first], width, -1);
    std::fill_n(&counts_[100 * edge], bad_pixels, -2);
    std::vector<std::int64_t> sorted = counts_;
    std::ranges::sort(sorted, std::greater<>());
    cutoff_ = sorted[overloaded_pixels];
    overloaded_ =
        static_cast<std::size_t>(std::ranges::count_if(counts_, [&](std::int64_t count) { return count > cutoff_; }));
    ASSERT_GE(overloaded_, 5u);
    for (std::int64_t& count : counts_) count = std::min(count, cutoff_ + 1);
  }

  /// The counts, with other numbers for pixels without one.
  template <class T>
  std::vector<T> stored(T gap, T bad, T pedestal = 0) const {
    std::vector<T> values;
    for (const std::int64_t count : counts_)
      values.push_back(count == -1 ? gap : count == -2 ? bad : static_cast<T>(static_cast<T>(count) + pedestal));
    return values;
  }
  std::string cutoff_line() const { return "# Count_cutoff " + std::to_string(cutoff_) + " counts\n"; }

  std::string cbf(const std::string& type, const std::string& data) const {
    return "###CBF: x\ndata_x\n_array_data.header_contents\n;\n# Pixel_size 0.0004 m x 0.0004 m\n" + cutoff_line() +
           "# Wavelength 0.98 A\n# Detector_distance 0.1 m\n# Beam_xy (65, 65) "
           "pixels\n;\n--CIF-BINARY-FORMAT-SECTION--\n"
           "X-Binary-Size: " +
           std::to_string(data.size()) + "\nX-Binary-Element-Type: \"" + type +
           "\"\nX-Binary-Size-Fastest-Dimension: 128\nX-Binary-Size-Second-Dimension: 128\n\n\x0c\x1a\x04\xd5" + data;
  }
  static std::string smv(const std::string& keys, const std::string& data) {
    std::string text = "{\nHEADER_BYTES=512;\nSIZE1=128;\nSIZE2=128;\nBYTE_ORDER=little_endian;\n" + keys + "}\n\f";
    text.resize(512, ' ');
    return text + data;
  }

  /// Fits, compares with the truth, and returns the numbers of excluded pixels.
  json fit(const std::string& image) const {
    Words words = words_of("refine --target " + image + " --refine misset,fluence --levels 0 --report R --");
    const Words start = arguments({"10.02", "19.98", "30.02"});
    words.insert(words.end(), start.begin(), start.end());
    const ProgramResult result = run_program("femtobragg", words, folder_.path());
    EXPECT_EQ(result.status, 0) << image << result.err;
    if (result.status != 0) return {};
    const json record = json::parse(read_bytes(folder_ / "R/refinement.json"));
    const double truth[] = {10, 20, 30, 1e26};
    for (std::size_t i = 0; i < 4; ++i) {
      const double value = record["parameters"][i]["value"], sigma = record["parameters"][i]["standard_error"];
      EXPECT_LT(std::abs(value - truth[i]), 3 * sigma)
          << image << " " << record["parameters"][i]["name"] << " " << value;
    }
    return record["images"][0];
  }

  void expect_excluded(const std::string& image, std::size_t gap, std::size_t bad, std::size_t sentinel) const {
    const json excluded = fit(image);
    EXPECT_EQ(excluded["gap"], gap) << image;
    EXPECT_EQ(excluded["bad"], bad) << image;
    EXPECT_EQ(excluded["sentinel"], sentinel) << image;
    EXPECT_EQ(excluded["overloaded"], overloaded_) << image;
    EXPECT_EQ(excluded["usable_pixels"], edge * edge - width * height - bad_pixels - overloaded_) << image;
  }

  TemporaryFolder folder_;
  std::vector<std::int64_t> counts_;
  std::int64_t cutoff_ = 0;
  std::size_t overloaded_ = 0;
};

constexpr std::size_t gaps = width * height;

TEST_F(RefinePixels, OfCbf) {
  folder_.write("a.cbf", cbf("signed 32-bit integer", bytes_of(stored<std::int32_t>(-1, -2))));
  expect_excluded("a.cbf", gaps, bad_pixels, 0);
  folder_.write("b.cbf", cbf("unsigned 32-bit integer", bytes_of(stored<std::uint32_t>(0xffffffff, 0xffffffff))));
  expect_excluded("b.cbf", 0, 0, gaps + bad_pixels);
}

TEST_F(RefinePixels, OfNxmx) {
  folder_.write("a.cbf", cbf("signed 32-bit integer", bytes_of(stored<std::int32_t>(-1, -2))));
  expect_success(run_program("femtobragg", {"convert", "a.cbf", "a.nxs"}, folder_.path()));
  expect_excluded("a.nxs", gaps, bad_pixels, 0);
}

TEST_F(RefinePixels, OfSmv) {
  const std::string full = std::to_string(cutoff_ + 1);
  folder_.write("a.img",
                smv("Data_type=long int;\nSATURATED_VALUE=" + full + ";\n", bytes_of(stored<std::int32_t>(-1, -2))));
  expect_excluded("a.img", gaps, bad_pixels, 0);
  folder_.write(
      "b.img",
      smv("TYPE=unsigned_short;\nIMAGE_PEDESTAL=10;\nCCD_IMAGE_SATURATION=" + std::to_string(cutoff_ + 11) + ";\n",
          bytes_of(stored<std::uint16_t>(0, 0, 10))));
  expect_excluded("b.img", gaps + bad_pixels, 0, 0);
}

TEST_F(RefinePixels, OfTiff) {
  formats::write_tiff((folder_ / "a.tif").string(), {edge, edge},
                      std::span<const std::int32_t>(stored<std::int32_t>(-1, -2)), cutoff_line());
  expect_excluded("a.tif", gaps, bad_pixels, 0);
}

/// Bare floats state nothing: a mask of any format does.
TEST_F(RefinePixels, OfArraysWithAMask) {
  folder_.write("a.bin", bytes_of(stored<float>(0, 0)));
  std::vector<std::int32_t> live;
  for (const std::int64_t count : counts_) live.push_back(count >= 0);
  formats::write_tiff((folder_ / "mask.tif").string(), {edge, edge}, std::span<const std::int32_t>(live));
  Words words = words_of("refine --target a.bin --mask mask.tif --refine misset,fluence --levels 0 --report R --");
  const Words start = arguments({"10.02", "19.98", "30.02"});
  words.insert(words.end(), start.begin(), start.end());
  expect_success(run_program("femtobragg", words, folder_.path()));
  EXPECT_EQ(json::parse(read_bytes(folder_ / "R/refinement.json"))["images"][0]["masked"], gaps + bad_pixels);
}

}  // namespace
}  // namespace femtobragg::tests
