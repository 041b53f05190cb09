// Runs for the acceptance tests, and what a crystal of one unit cell scatters: an image in closed form.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "femtobragg/base/vec3.h"
#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {

/// A flat detector square to the beam under the MOSFLM convention. Lengths in metres, places on it in pixels.
struct FlatMosflm {
  double distance = 0.1, pixel = 5e-4;
  double f_beam = 0.0185, s_beam = 0.0145;  ///< one pixel and a half beyond the middle of 72 x 56 pixels, in the corner
  std::size_t n_fast = 72, n_slow = 56;

  Vec3d position(double fast, double slow) const { return {distance, s_beam - slow * pixel, fast * pixel - f_beam}; }
  Vec3d centre(std::size_t fast, std::size_t slow) const {
    return position(static_cast<double>(fast) + 0.5, static_cast<double>(slow) + 0.5);
  }
  double solid_angle(const Vec3d& x) const { return pixel * pixel * distance / std::pow(norm(x), 3); }
};

/// The polarization factor for a beam along x with its electric field along z.
inline double polarization(const Vec3d& x, double fraction) {
  const Vec3d d = x / norm(x);
  return 0.5 * (1 + d.x * d.x - fraction * (d.z * d.z - d.y * d.y));
}

/// Miller indices of a cubic cell along x, y, z; lengths in angstrom.
inline Vec3d cubic_indices(const Vec3d& x, double cell, double wavelength) {
  return (x / norm(x) - Vec3d{1, 0, 0}) * (cell / wavelength);
}

/// Ties go down.
inline int nearest(double index) { return static_cast<int>(std::ceil(index - 0.5)); }

class AcceptanceRun : public QuirkRun {
 protected:
  /// A crystal of one cell on the detector FlatMosflm{}: each pixel holds F^2, solid angle and polarization only.
  static std::string one_cell() {
    return "-cell 100 100 100 90 90 90 -N 1 -default_F 100 -oversample 1 " + detector() + silence();
  }
  /// A cubic crystal that makes spots.
  static std::string five_cells() {
    return "-cell 100 100 100 90 90 90 -N 5 -default_F 100 -lambda 6.2 -distance 100 -pixel 0.1 -detpixels 64 "
           "-oversample 1 " +
           silence();
  }

  ProgramResult ran(const ProgramResult& result) const {
    EXPECT_EQ(result.status, 0) << result.err;
    return result;
  }
  std::string report(const std::string& flags) { return ran(drop_in(flags)).out; }
  Pixels image(const std::string& flags) { return image_of(drop_in(flags)); }

  /// The keys of an image's header, in their order.
  std::vector<std::pair<std::string, std::string>> header_lines(const std::string& file) const {
    std::vector<std::pair<std::string, std::string>> lines;
    const std::string bytes = read_bytes(folder_ / file);
    std::istringstream stream(bytes.substr(0, bytes.find('}')));
    for (std::string line; std::getline(stream, line);) {
      const std::size_t equals = line.find('=');
      if (equals == std::string::npos) continue;
      const std::size_t end = line.ends_with(';') ? line.size() - 1 : line.size();
      lines.emplace_back(line.substr(0, equals), line.substr(equals + 1, end - equals - 1));
    }
    return lines;
  }
  /// A number of an image's header.
  double header(const std::string& key, const std::string& file = "intimage.img") const {
    for (const auto& [name, value] : header_lines(file))
      if (name == key) return std::stod(value);
    ADD_FAILURE() << key << " is not in the header of " << file;
    return std::nan("");
  }
  /// The pixels of an image with a header of 512 bytes.
  std::vector<std::uint16_t> integers(const std::string& file = "intimage.img") const {
    const std::string bytes = read_bytes(folder_ / file).substr(512);
    std::vector<std::uint16_t> pixels(bytes.size() / 2);
    std::memcpy(pixels.data(), bytes.data(), 2 * pixels.size());
    return pixels;
  }
};

inline double sum_of(const Pixels& image) {
  double sum = 0;
  for (const float pixel : image) sum += static_cast<double>(pixel);
  return sum;
}

inline Vec3d vector_of(const std::vector<double>& v) { return {v.at(0), v.at(1), v.at(2)}; }

inline void expect_vector(const Vec3d& actual, const Vec3d& expected, double tolerance) {
  EXPECT_NEAR(actual.x, expected.x, tolerance);
  EXPECT_NEAR(actual.y, expected.y, tolerance);
  EXPECT_NEAR(actual.z, expected.z, tolerance);
}

/// Each pixel is what the formula says of its row and column, but for rounding to float32.
template <class Formula>
void expect_pixels(const Pixels& image, const FlatMosflm& panel, const Formula& expected) {
  ASSERT_EQ(image.size(), panel.n_fast * panel.n_slow);
  for (std::size_t i = 0; i < image.size(); ++i) {
    const double value = expected(i % panel.n_fast, i / panel.n_fast);
    ASSERT_NEAR(static_cast<double>(image[i]), value, 2e-7 * value) << "pixel " << i;
  }
}

}  // namespace femtobragg::tests
