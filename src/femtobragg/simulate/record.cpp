// Point spread, gain and pedestal of whole images.
#include "femtobragg/simulate/record.h"

#include <omp.h>

#include "femtobragg/simulate/response_stage.h"
#include "femtobragg/simulate/stages/spread.h"

namespace femtobragg {
namespace {

int threads_of(int threads) { return threads > 0 ? threads : omp_get_max_threads(); }

/// value = f(value) in pixels that record something, zero elsewhere in rendered regions.
template <class F>
void change(std::vector<double>& values, const Detector& detector, F&& f) {
  const ImageShape shape = detector.image_shape();
  const PixelRuns runs(detector);
  for (std::size_t slow = 0; slow < shape.n_slow; ++slow)
    runs.for_each(slow, [&](const PixelRun& run) {
      for (std::size_t at = run.begin; at < run.end; ++at) {
        double& value = values[slow * shape.n_fast + at];
        value = run.masked(at) ? 0.0 : f(value);
      }
    });
}

void darken_masked(std::vector<double>& values, const Detector& detector) {
  change(values, detector, [](double value) { return value; });
}

}  // namespace

void spread_light(std::vector<double>& photons, const Detector& detector, const PointSpread& spread, int threads) {
  if (!(spread.fwhm_m > 0)) return;
  darken_masked(photons, detector);
  stages::spread(photons, detector, spread, threads_of(threads));
  darken_masked(photons, detector);
}

void spread_light_rate(std::vector<double>& photons, const Detector& detector, const PointSpread& spread, int threads) {
  darken_masked(photons, detector);
  stages::spread_rate(photons, detector, spread, threads_of(threads));
  darken_masked(photons, detector);
}

std::size_t light_reach(const PointSpread& spread, const Panel& panel) { return stages::reach_of(spread, panel); }

std::vector<double> recorded(std::vector<double> photons, const Detector& detector, const Recording& recording,
                             int threads) {
  spread_light(photons, detector, recording.point_spread, threads);
  change(photons, detector, [&](double value) { return recording.number_of(value); });
  return photons;
}

Image recorded(const Image& photons, const Detector& detector, const Recording& recording, int threads) {
  if (recording == Recording{}) return photons;
  const std::vector<double> numbers =
      recorded(std::vector<double>(photons.pixels.begin(), photons.pixels.end()), detector, recording, threads);
  return {photons.n_fast, photons.n_slow, {numbers.begin(), numbers.end()}};
}

}  // namespace femtobragg
