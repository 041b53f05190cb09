// What a kernel reports while it computes. The trace is the simulation with another observer.
#pragma once

#include <cstddef>
#include <vector>

#include "femtobragg/base/vec3.h"

namespace femtobragg::kernel {

/// One point of the sensor: layer and sub-pixel.
struct SampleRecord {
  std::size_t layer = 0, sub_fast = 0, sub_slow = 0;
  Vec3d position_m;
  double distance_m = 0;
  Vec3d diffracted;
  double solid_angle_sr = 0;     ///< as applied to this sample
  double captured_fraction = 1;  ///< as applied to this sample
};

/// One incident ray at a sample.
struct RayRecord {
  std::size_t ray = 0;
  Vec3d incident;
  double wavelength_m = 0;
  Vec3d q_per_m;
  double polarization = 1;  ///< as applied to this ray
  bool beyond_resolution = false;
};

/// One orientation of the crystal for a ray.
struct TermRecord {
  std::size_t orientation = 0;  ///< phi step x mosaic domains + domain
  Vec3d a_m, b_m, c_m;
  Vec3d hkl, hkl0;
  Vec3d axis_factors;  ///< of shapes that are products of three; zero for others
  double lattice_factor = 0;
  double structure_factor = 0;
};

/// The totals at the end of a pixel.
struct PixelRecord {
  double sum = 0;  ///< sum of F_cell^2 F_latt^2 (and of legacy background), before scaling
  double captured_fraction = 0, polarization = 0, solid_angle_sr = 0;  ///< as applied at the end, or means over samples
  double photons = 0;
  double transmission = 1;  ///< of the way from the sample, in photons
};

struct NoObserver {
  static constexpr bool enabled = false;
};

/// Records everything. For single pixels: a term takes 200 bytes.
///
/// Kernels that work in lanes do not compute positions, distances, scattering vectors and the factors of single axes.
/// Their records have zeros there, and lattice factors without sign.
class Recorder {
 public:
  static constexpr bool enabled = true;

  struct Ray : RayRecord {
    std::vector<TermRecord> terms;
  };
  struct Sample : SampleRecord {
    std::vector<Ray> rays;
  };

  explicit Recorder(bool of_lanes = false) : of_lanes_(of_lanes) {}

  void sample(const SampleRecord& record) { samples_.push_back({record, {}}); }
  void ray(const RayRecord& record) { samples_.back().rays.push_back({record, {}}); }
  void term(const TermRecord& record) { samples_.back().rays.back().terms.push_back(record); }
  void pixel(const PixelRecord& record) { pixel_ = record; }

  const std::vector<Sample>& samples() const { return samples_; }
  const PixelRecord& pixel() const { return pixel_; }
  bool of_lanes() const { return of_lanes_; }

 private:
  bool of_lanes_;
  std::vector<Sample> samples_;
  PixelRecord pixel_;
};

}  // namespace femtobragg::kernel
