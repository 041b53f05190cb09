// A grid of runs over everything that affects the cost of an image: size, cell, crystal, oversampling, wavelength.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/evidence/benchmark/size_record.h"
#include "femtobragg/evidence/benchmark/verification.h"

namespace femtobragg::evidence {

struct SweepPoint {
  std::size_t edge = 0;  ///< pixels
  std::string cell;      ///< "cubic" or "triclinic"
  int cells = 1;         ///< -N
  int oversample = 1;
  double wavelength_A = 1;

  std::vector<std::string> words() const;
};

/// Every combination of these edges with both cells, N 1 5 10 20, oversample 1 2 4, wavelength 0.5 1 1.5 6.2.
std::vector<SweepPoint> sweep_grid(const std::vector<std::size_t>& edges);

struct SweepResult {
  SweepPoint point;
  double set_up_s = 0, render_s = 0;  ///< median of warm runs
  double evaluations = 0;             ///< crystal terms
  std::optional<double> peer_s;       ///< whole process
  std::string ran_on;
  Verification verification;  ///< nothing is timed unless it passed
};

/// `set_up` makes the plan for point.words().
SweepResult measure_point(const SweepPoint& point, const SetUp& set_up, const RenderRequest& request, int iterations,
                          const std::optional<std::string>& peer);

/// A list, an object for each point.
std::string sweep_json(const std::vector<SweepResult>& results, const SizeCircumstances& circumstances);

/// Seconds by edge, both on logarithmic scales: a line for each cell and oversampling, showing medians over crystals
/// and wavelengths; dashed for the other program.
std::string sweep_svg(const std::vector<SweepResult>& results, const SizeCircumstances& circumstances);

}  // namespace femtobragg::evidence
