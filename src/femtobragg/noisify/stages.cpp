// Which steps are single precision, and in which order deviates are drawn, decides the images.
#include "femtobragg/noisify/stages.h"

#include <cmath>
#include <limits>
#include <type_traits>

namespace femtobragg::noisify {
namespace {

/// By way of a wider number; zero beyond its range.
template <class T>
T wrapped(double value, StoredNumbers& counts) {
  using Wide = std::conditional_t<sizeof(T) == 2, std::int32_t, std::int64_t>;
  constexpr double most = static_cast<double>(std::numeric_limits<Wide>::max() / 2 + 1) * 2;
  if (!(value < most && value >= -most)) return 0;
  const Wide whole = static_cast<Wide>(value);
  const double rest = value - static_cast<double>(whole);
  counts.cut_off += rest >= 0.5 || rest < -0.5;
  return static_cast<T>(whole);
}

}  // namespace

Deviates::Deviates(std::int64_t seed, std::optional<std::int64_t> calib_seed)
    : first_seed_(-seed), seed_(-seed), calib_seed_(calib_seed ? -*calib_seed : 123456789) {}

double draw_photons(std::span<float> photons, const Settings& s, Deviates& deviates) {
  double sum = 0;
  for (float& pixel : photons) {
    double mean = static_cast<double>(pixel);
    if (s.flicker > 0) mean *= 1.0 + s.flicker * static_cast<double>(deviates.gaussian());
    if (s.calibration > 0) mean *= 1.0 + s.calibration * static_cast<double>(deviates.calibration());
    pixel = deviates.poisson(static_cast<float>(mean));
    sum += static_cast<double>(pixel);
  }
  return sum;
}

template <class T>
void store_numbers(std::span<const float> photons, const Settings& s, double limit, Deviates* deviates,
                   std::span<T> numbers, StoredNumbers& counts) {
  const bool reads_out = deviates && s.readout > 0;
  for (std::size_t i = 0; i < photons.size(); ++i) {
    double value = static_cast<double>(photons[i]) * s.gain + s.adc;
    if (reads_out) value += s.readout * static_cast<double>(deviates->gaussian());
    counts.overloads += value > limit;
    counts.negative += value <= -1;
    counts.not_numbers += std::isnan(value);
    if (value > limit) value = limit;
    numbers[i] = wrapped<T>(value, counts);
  }
}
template void store_numbers(std::span<const float>, const Settings&, double, Deviates*, std::span<std::uint16_t>,
                            StoredNumbers&);
template void store_numbers(std::span<const float>, const Settings&, double, Deviates*, std::span<std::uint32_t>,
                            StoredNumbers&);

}  // namespace femtobragg::noisify
