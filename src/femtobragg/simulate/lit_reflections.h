// Reflections that an experiment lights, and what each of them gives: how finely spreads have to be sampled.
#pragma once

#include <cstddef>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/base/vec3.h"
#include "femtobragg/model/experiment.h"

namespace femtobragg {

/// Full width at half maximum of a Gaussian over its standard deviation.
inline constexpr double fwhm_of_gaussian = 2.3548;

/// What kernels sum over: each orientation by each source.
struct SampledSpreads {
  std::vector<double> phi_rad;
  std::vector<Mat3d> domains;  ///< empty: a perfect crystal
  std::vector<Source> sources;

  std::size_t size() const { return phi_rad.size() * (domains.empty() ? 1 : domains.size()) * sources.size(); }
};

/// How far spreads reach, whichever way they are sampled: full widths.
struct SpreadWidths {
  double phi_rad = 0;
  double divergence_rad = 0;
  double wavelength = 0;         ///< relative
  double mean_wavelength_m = 0;  ///< 0: that of the experiment's sources
  double tilt_rad = 0;           ///< largest tilt of a mosaic domain
};

class LitReflections {
 public:
  /// At most `most` of the reflections that the sweep lights on the detector, spread evenly among them. Those with an
  /// amplitude, where the table is already there.
  LitReflections(const Experiment& experiment, const SpreadWidths& widths, std::size_t most);

  std::size_t size() const { return reflections_.size(); }

  /// The integrated intensity of each of the first `count`, as a fraction of that of a reflection which all samples
  /// light fully. A sample whose Ewald sphere misses the lattice point by e (1/m) gives exp(-e^2 / 2 s^2), where s is
  /// the width of the spot projected on the diffracted ray d: s^2 = (w / 2.355)^2 sum (a*_i . d / N_i)^2 for a shape
  /// whose spots are w / N_i wide at half maximum, in indices.
  std::vector<double> intensities(const SampledSpreads& spreads, std::size_t count) const;

  /// What becomes of reflections that pass through the sphere, but get nothing from either of two samplings.
  enum class Dark {
    Ignored,
    Missed,  ///< they change by the mean intensity of the others: steps of the rotation jump over them
  };
  /// The mean change of such intensities from one sampling to another, weighted by intensity; 1 where all are dark.
  double mean_change(const std::vector<double>& from, const std::vector<double>& to, Dark dark) const;

 private:
  struct Reflection {
    Vec3d scattering_per_m;  ///< with the spindle at zero
    double width_per_m;      ///< s
    bool crosses;            ///< it passes through the sphere in the sweep
  };

  bool reaches_detector(const Vec3d& ray) const;
  double width_along(const Vec3d& ray) const;

  const Experiment& experiment_;
  std::vector<Reflection> reflections_;
};

}  // namespace femtobragg
