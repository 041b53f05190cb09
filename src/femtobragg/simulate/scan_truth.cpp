// Sums over frames, weighted by photons.
#include "femtobragg/simulate/scan_truth.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/units.h"
#include "femtobragg/simulate/truth.h"

namespace femtobragg {

ScanTruth::ScanTruth(const Experiment& first)
    : start_rad_(first.spindle.phi_start_rad), width_rad_(first.spindle.phi_range_rad) {
  if (width_rad_ != 0) across_ = cross(unit(first.beam.direction), first.spindle.axis);
}

int ScanTruth::side_of(const TruthReflection& r) const {
  return norm(across_) > 1e-6 && dot(r.diffracted, across_) < 0 ? -1 : 1;
}

void ScanTruth::add_to(Row& row, const TruthReflection& r, double frame) {
  TruthReflection& sums = row.sums;
  sums.photons += r.photons;
  // Counts of different frames are independent: their variances add up.
  sums.sigma = std::hypot(sums.sigma, r.sigma);
  sums.background += r.background;
  sums.pixels += r.photons * r.pixels;
  sums.fast_px += r.photons * r.fast_px;
  sums.slow_px += r.photons * r.slow_px;
  sums.wavelength_m += r.photons * r.wavelength_m;
  sums.phi_rad += r.photons * r.phi_rad;
  sums.excitation_per_A += r.photons * r.excitation_per_A;
  sums.diffracted = sums.diffracted + r.photons * r.diffracted;
  row.place.frame += r.photons * frame;
}

void ScanTruth::add(const Truth& frame) {
  const std::size_t number = frames_++;
  photons_ += frame.photons;
  const double start = start_rad_ + static_cast<double>(number) * width_rad_;
  for (const TruthReflection& r : frame.reflections) {
    std::vector<Row>& rows = rows_[{r.lattice, r.panel, r.hkl, side_of(r)}];
    // A crossing takes less than a quarter of a turn; after a turn comes another one.
    const bool another = rows.empty() || std::abs(r.phi_rad - rows.back().last_phi_rad) > pi / 2 + std::abs(width_rad_);
    if (another) {
      Row& row = rows.emplace_back();
      row.sums.hkl = r.hkl;
      row.sums.panel = r.panel;
      row.sums.lattice = r.lattice;
      row.sums.amplitude = r.amplitude;
      row.place.first_frame = number;
    }
    Row& row = rows.back();
    row.place.last_frame = number;
    row.last_phi_rad = r.phi_rad;
    const double within = width_rad_ != 0 ? std::clamp((r.phi_rad - start) / width_rad_, 0.0, 1.0) : 0;
    add_to(row, r, static_cast<double>(number) + within);
  }
}

ScanTruth::Result ScanTruth::take(double fraction) && {
  std::vector<Row> all;
  double brightest = 0;
  for (auto& [key, rows] : rows_)
    for (Row& row : rows) {
      if (row.sums.hkl != std::array<std::int64_t, 3>{}) brightest = std::max(brightest, row.sums.photons);
      all.push_back(row);
    }
  std::erase_if(all, [&](const Row& row) { return row.sums.photons < fraction * brightest; });
  for (Row& row : all) {
    TruthReflection& r = row.sums;
    for (double* sum :
         {&r.pixels, &r.fast_px, &r.slow_px, &r.wavelength_m, &r.phi_rad, &r.excitation_per_A, &row.place.frame})
      *sum /= r.photons;
    r.diffracted = unit(r.diffracted);
  }
  std::ranges::stable_sort(all, {}, [](const Row& row) {
    return std::tuple(row.sums.lattice, row.sums.panel, row.sums.hkl, row.place.frame);
  });
  Result result;
  result.truth.fraction = fraction;
  result.truth.photons = photons_;
  for (const Row& row : all) {
    result.truth.reflections.push_back(row.sums);
    result.places.push_back(row.place);
  }
  return result;
}

}  // namespace femtobragg
