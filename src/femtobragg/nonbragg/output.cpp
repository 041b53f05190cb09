// Images as nonBragg stores them.
#include "femtobragg/nonbragg/output.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <future>
#include <memory>
#include <ostream>
#include <span>
#include <vector>

#include "femtobragg/assemble/random_numbers.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/grey_image.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/io/separate_files.h"

namespace femtobragg::nonbragg {
namespace {

/// Cut off as x86 processors do it: what does not fit into an int becomes the smallest one.
std::int32_t cut_off(double value) {
  constexpr double limit = 2147483648.0;
  return value > -limit - 1 && value < limit ? static_cast<std::int32_t>(value) : INT32_MIN;
}

class Writer {
 public:
  Writer(const Setup& setup, const Image& image, const Statistics& statistics, std::ostream& out)
      : s_(setup), o_(setup.options.output), image_(image), header_(header_text(setup)), out_(out) {
    scale_ = o_.scale > 0 ? o_.scale : statistics.max > 0 ? 55000.0 / statistics.max : 1.0;
    pgm_scale_ = o_.pgm_scale > 0 ? o_.pgm_scale : statistics.rmsd > 0 ? 250.0 / (5.0 * statistics.rmsd) : scale_;
  }

  void scaled() {
    out_ << "intfile_scale = " << format_number(scale_) << "\n";
    announce(o_.int_file, "2-byte integers");
    formats::write_smv(o_.int_file, header_, image_.n_fast, image_.n_slow,
                       [&](std::size_t slow, std::span<std::uint16_t> row) { scaled(slow, row); });
  }

  void picture() {
    out_ << "pgm_scale = " << format_number(pgm_scale_) << "\n";
    announce(o_.pgm_file, "1-byte integers");
    const std::string comment = "pixels scaled by " + format_number(pgm_scale_);
    formats::write_pgm(o_.pgm_file, image_.n_fast, image_.n_slow, comment,
                       [&](std::size_t slow, std::span<std::uint8_t> row) {
                         fill_row(slow, rendered(slow), row, [&](double photons) {
                           const double grey = photons * pgm_scale_;
                           return static_cast<std::uint8_t>(cut_off(grey > 255.0 ? 255.0 : grey));
                         });
                       });
  }

  /// An image with counting noise that is written but not committed.
  struct NoiseImage {
    std::unique_ptr<formats::OutputFile> file;
    double photons = 0;
    std::size_t overloads = 0;
  };
  /// Deviates are drawn in raster order.
  NoiseImage count_noise(std::int64_t seed) const {
    assemble::RandomNumbers random;
    NoiseImage noise{std::make_unique<formats::OutputFile>(o_.noise_file)};
    const auto number_of = [&](double mean) {
      const double count = static_cast<double>(random.poisson(static_cast<float>(mean), seed));
      noise.photons += count;
      const double adu = count + o_.adc_offset;
      noise.overloads += adu > 65535.0;
      return static_cast<std::uint16_t>(cut_off(adu > 65535.0 ? 65535.0 : adu));
    };
    formats::write_smv(
        *noise.file, header_, image_.n_fast, image_.n_slow,
        [&](std::size_t slow, std::span<std::uint16_t> row) { fill_row(slow, rendered(slow), row, number_of); });
    return noise;
  }
  void noise(const NoiseImage& image) {
    image.file->commit();
    out_ << format_fixed(image.photons, 0) << " photons on noise image (" << image.overloads << " overloads)\n";
    announce(o_.noise_file, "2-byte integers");
  }

  void announce(const std::string& file, const std::string& what) {
    out_ << "writing " << file << " as " << what << "\n";
  }

 private:
  /// The rendered pixels of a row.
  std::span<const float> rendered(std::size_t slow) const {
    const RegionOfInterest& region = s_.geometry.region;
    if (slow < region.slow_begin || slow >= region.slow_end) return {};
    return image_.row(slow).subspan(region.fast_begin, region.width());
  }

  /// The numbers of a row, from values of its rendered pixels; zero elsewhere.
  template <class T, class NumberOf>
  void fill_row(std::size_t slow, std::span<const float> values, std::span<T> numbers, NumberOf&& number_of) const {
    std::ranges::fill(numbers, T{0});
    const std::size_t n = rendered(slow).size();
    T* const to = numbers.data() + s_.geometry.region.fast_begin;
    for (std::size_t k = 0; k < n; ++k) to[k] = number_of(static_cast<double>(values[k]));
  }

  void scaled(std::size_t slow, std::span<std::uint16_t> row) const {
    fill_row(slow, rendered(slow), row, [&](double photons) {
      const double value = photons * scale_ + o_.adc_offset;
      const float rounded = static_cast<float>(std::clamp(value, 0.0, 65535.0) + 0.5);
      return static_cast<std::uint16_t>(cut_off(static_cast<double>(rounded)));
    });
  }

  const Setup& s_;
  const OutputOptions& o_;
  const Image& image_;
  std::string header_;
  std::ostream& out_;
  double scale_ = 1, pgm_scale_ = 1;
};

std::int64_t clock_seed() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Statistics statistics_of(const Setup& setup, const Image& image, std::size_t count) {
  const RegionOfInterest& region = setup.geometry.region;
  Statistics result;
  double sum = 0, squares = 0;
  std::size_t brightest_fast = 0, brightest_slow = 0;
  for (std::size_t slow = region.slow_begin; slow < region.slow_end; ++slow) {
    const std::span<const float> row = image.row(slow);
    for (std::size_t fast = region.fast_begin; fast < region.fast_end; ++fast) {
      const float value = row[fast];
      sum += static_cast<double>(value);
      squares += static_cast<double>(value * value);
      result.negative += value < 0;
      if (!(static_cast<double>(value) > result.max)) continue;
      result.max = static_cast<double>(value);
      brightest_fast = fast;
      brightest_slow = slow;
    }
  }
  const auto freedom = [](std::size_t n) { return n > 1 ? static_cast<double>(n - 1) : 1.0; };
  result.mean = sum / static_cast<double>(std::max<std::size_t>(1, count));
  result.rms = std::sqrt(squares / freedom(count));
  if (result.max > 0) {
    const auto over = static_cast<std::size_t>(setup.options.oversample);
    const double edge = setup.geometry.pixel_m / static_cast<double>(over);
    const auto last = [&](std::size_t pixel) {
      return edge * static_cast<double>(pixel * over + over - 1) + edge / 2.0;
    };
    result.max_fast_m = last(brightest_fast);
    result.max_slow_m = last(brightest_slow);
  }

  const auto deviation = [&](double value) { return (value - result.mean) * (value - result.mean); };
  double deviations = 0;
  for (std::size_t slow = region.slow_begin; slow < region.slow_end; ++slow) {
    const float* const next = image.pixels.data() + slow * image.n_fast + 1;
    const bool whole = slow + 1 == image.n_slow && region.fast_end == image.n_fast;  // nothing follows
    for (std::size_t fast = region.fast_begin; fast + whole < region.fast_end; ++fast)
      deviations += deviation(static_cast<double>(next[fast]));
    if (whole && region.fast_end > region.fast_begin) deviations += deviation(0);
  }
  result.rmsd = std::sqrt(deviations / freedom(region.width() * region.height()));
  result.shifted = !region.empty() && deviation(static_cast<double>(image.pixels.front())) != deviation(0);
  return result;
}

std::string header_text(const Setup& setup) {
  const Geometry& g = setup.geometry;
  const Options& o = setup.options;
  const auto mm = [](double m) { return format_number(mm_from_metres(m)); };
  const auto degrees = [](double rad) { return format_number(degrees_from_radians(rad)); };
  const std::string phi = degrees(o.rotation.start_rad.value_or(0));
  std::vector<formats::SmvEntry> entries = formats::smv_pixel_entries({g.n_fast, g.n_slow});
  entries.insert(entries.end(), {{"PIXEL_SIZE", mm(g.pixel_m)},
                                 {"DISTANCE", mm(g.distance_m)},
                                 {"WAVELENGTH", format_number(angstrom_from_metres(o.beam.wavelength_m))},
                                 {"BEAM_CENTER_X", mm(g.beam_fast_m)},
                                 {"BEAM_CENTER_Y", mm(g.size_slow_m - g.beam_slow_m)},
                                 {"ORGX", format_number(g.close_fast_m / g.pixel_m)},
                                 {"ORGY", format_number(g.close_slow_m / g.pixel_m)},
                                 {"CLOSE_DISTANCE", mm(g.close_distance_m)},
                                 {"PHI", phi},
                                 {"OSC_START", phi},
                                 {"OSC_RANGE", degrees(setup.osc_range_rad)},
                                 {"TWOTHETA", degrees(o.detector.twotheta_rad)},
                                 {"DETECTOR_SN", "000"},
                                 {"BEAMLINE", "fake"}});
  return formats::smv_header(entries, false);
}

void require_outputs(const Options& options) {
  const OutputOptions& o = options.output;
  std::vector<std::string> outputs = {o.float_file, o.int_file, o.pgm_file};
  if (o.noise) outputs.push_back(o.noise_file);
  if (!options.inverse.image.empty()) outputs.push_back(options.inverse.table);
  formats::require_separate_files(std::vector{options.table.file, options.inverse.image, options.beam.sources},
                                  outputs);
  for (const std::string& file : outputs) formats::require_writable(file);
}

void write_images(const Setup& setup, const Rendering& rendering, const Statistics& statistics, std::ostream& out) {
  const Image& image = rendering.image;
  const OutputOptions& o = setup.options.output;
  out << "solid angle subtended by detector = " << format_number(rendering.solid_angle) << " steradian ( "
      << format_number(100.0 * rendering.solid_angle / 4.0 / pi) << "% sphere)\n";
  Writer writer(setup, image, statistics, out);
  // Counting takes longer than the other files together. Pipes and devices may be shared with them: their turn must
  // come.
  std::future<Writer::NoiseImage> noise;
  const auto alone = formats::file_behind(o.noise_file).empty() ? std::launch::deferred : std::launch::async;
  if (o.noise) noise = std::async(alone, [&] { return writer.count_noise(-o.seed.value_or(clock_seed())); });
  writer.announce(o.float_file, std::to_string(image.pixels.size()) + " 4-byte floats");
  formats::write_raw_float(o.float_file, image);
  out << "max_I = " << format_number(statistics.max) << "  at " << format_number(statistics.max_fast_m) << " "
      << format_number(statistics.max_slow_m) << "\n";
  out << "mean= " << format_number(statistics.mean) << " rms= " << format_number(statistics.rms)
      << " rmsd= " << format_number(statistics.rmsd) << "\n";
  writer.scaled();
  writer.picture();
  if (o.noise) writer.noise(noise.get());
}

void print_pixels(const Setup& setup, const Rendering& rendering, std::ostream& out) {
  const OutputOptions& o = setup.options.output;
  const RegionOfInterest& region = setup.geometry.region;
  for (std::size_t slow = region.slow_begin; slow < region.slow_end; ++slow)
    for (std::size_t fast = region.fast_begin; fast < region.fast_end; ++fast) {
      const std::array<std::int64_t, 2> here{static_cast<std::int64_t>(fast), static_cast<std::int64_t>(slow)};
      if (o.print_pixel && *o.print_pixel != here) continue;
      const LastSample& last = rendering.last[slow * setup.geometry.n_fast + fast];
      out << "pixel " << fast << " " << slow << ": s " << format_number(last.s_per_m * 1e-10, 10) << " 1/A, F "
          << format_number(last.f, 10) << ", polarization " << format_number(last.polarization, 10) << ", solid angle "
          << format_number(last.solid_angle, 10) << ", photons "
          << format_number(static_cast<double>(rendering.image.row(slow)[fast]), 10) << "\n";
    }
}

}  // namespace femtobragg::nonbragg
