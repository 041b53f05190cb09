// Headers, and pixels in native order.
#include "femtobragg/noisify/output.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/grey_image.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::noisify {
namespace {

constexpr std::size_t pixels_at_once = 1 << 16;

template <class T>
StoredNumbers write_numbers(const std::string& path, const std::string& header, std::span<const float> photons,
                            const Settings& settings, double limit, Deviates* deviates) {
  StoredNumbers counts;
  formats::OutputFile file(path);
  file.write(header);
  std::vector<T> numbers(std::min(pixels_at_once, photons.size()));
  while (!photons.empty()) {
    const std::size_t count = std::min(pixels_at_once, photons.size());
    const std::span<T> part = std::span(numbers).first(count);
    store_numbers(photons.first(count), settings, limit, deviates, part, counts);
    file.write_values(std::span<const T>(part));
    photons = photons.subspan(count);
  }
  file.commit();
  return counts;
}

}  // namespace

std::string header_of(const Input& input, const Settings& s) {
  if (!input.header.empty()) return input.header;
  const double size_fast_m = input.pixel_m * static_cast<double>(input.n_fast);
  const double size_slow_m = input.pixel_m * static_cast<double>(input.n_slow);
  const auto mm = [](double m) { return format_number(mm_from_metres(m)); };
  const std::string phi = format_number(degrees_from_radians(s.phi_rad));
  return formats::smv_header(
      {{"DIM", "2"},
       {"BYTE_ORDER", std::endian::native == std::endian::little ? "little_endian" : "big_endian"},
       {"TYPE", s.bits == 32 ? "long_integer" : "unsigned_short"},
       {"SIZE1", std::to_string(input.n_fast)},
       {"SIZE2", std::to_string(input.n_slow)},
       {"PIXEL_SIZE", mm(input.pixel_m)},
       {"DISTANCE", mm(s.distance_m)},
       {"WAVELENGTH", format_number(angstrom_from_metres(s.wavelength_m))},
       {"BEAM_CENTER_X", mm(s.beam_x_m.value_or(size_fast_m / 2.0))},
       {"BEAM_CENTER_Y", mm(size_slow_m - s.beam_y_m.value_or(size_slow_m / 2.0))},
       {"PHI", phi},
       {"OSC_START", phi},
       {"OSC_RANGE", format_number(degrees_from_radians(s.osc_rad))},
       {"DETECTOR_SN", "000"},
       {"BEAMLINE", "fake"}},
      false);
}

StoredNumbers write_image(const std::string& path, const std::string& header, std::span<const float> photons,
                          const Settings& settings, double limit, Deviates* deviates) {
  return settings.bits == 32 ? write_numbers<std::uint32_t>(path, header, photons, settings, limit, deviates)
                             : write_numbers<std::uint16_t>(path, header, photons, settings, limit, deviates);
}

void write_grey(const std::string& path, std::span<const float> photons, std::size_t n_fast, const Settings& settings) {
  std::vector<std::uint16_t> numbers(n_fast);
  StoredNumbers counts;
  formats::write_pgm(
      path, n_fast, photons.size() / n_fast, "pixels scaled by 1", [&](std::size_t slow, std::span<std::uint8_t> row) {
        store_numbers(photons.subspan(slow * n_fast, n_fast), settings, 65535, nullptr, std::span(numbers), counts);
        std::ranges::transform(numbers, row.begin(), [](std::uint16_t number) {
          return static_cast<std::uint8_t>(std::min<std::uint16_t>(number, 255));
        });
      });
}

}  // namespace femtobragg::noisify
