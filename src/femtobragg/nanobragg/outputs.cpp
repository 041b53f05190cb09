// Scales, headers and writers of a run's files.
#include "femtobragg/nanobragg/outputs.h"

#include <algorithm>
#include <bit>
#include <future>
#include <memory>
#include <ostream>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/float_image.h"
#include "femtobragg/formats/grey_image.h"
#include "femtobragg/formats/output_file.h"
#include "femtobragg/formats/registry.h"
#include "femtobragg/formats/smv.h"
#include "femtobragg/nanobragg/structure_factor_setup.h"
#include "femtobragg/simulate/detector_response.h"

namespace femtobragg::nanobragg {
namespace {

// Of planned files: NumPy's for images of up to eight-digit sides, and about that of a PGM.
constexpr std::uint64_t npy_header_bytes = 128, pgm_header_bytes = 50;

class Writer {
 public:
  Writer(const Scene& scene, const Image& image, const ImageStatistics& statistics, const QuirkSet& quirks,
         std::ostream& out, std::ostream& err)
      : s_(scene),
        o_(scene.options.output),
        image_(image),
        panel_(scene.experiment.detector.panels.front()),
        header_(smv_header_of(scene, quirks)),
        out_(out),
        err_(err) {
    int_scale_ = o_.scale > 0 ? o_.scale : statistics.max > 0 ? 55000.0 / statistics.max : 1.0;
    pgm_scale_ = o_.pgm_scale > 0 ? o_.pgm_scale : statistics.rmsd > 0 ? 250.0 / (5.0 * statistics.rmsd) : int_scale_;
  }

  void float_image() {
    announce(o_.float_file, std::to_string(image_.pixels.size()) + " 4-byte floats");
    formats::write_raw_float(o_.float_file, image_);
  }
  void int_image() {
    out_ << "intfile_scale = " << format_number(int_scale_) << "\n";
    announce(o_.int_file, "2-byte integers");
    smv_scaled(o_.int_file);
  }
  void pgm() {
    out_ << "pgm_scale = " << format_number(pgm_scale_) << "\n";
    announce(o_.pgm_file, "1-byte integers");
    pgm_to(o_.pgm_file);
  }

  /// An image with counting noise that is written but not committed.
  struct NoiseImage {
    std::unique_ptr<formats::OutputFile> file;
    ResponseCounts counts;
  };
  NoiseImage count_noise() const { return smv_noise(o_.noise_file); }
  void noise(const NoiseImage& image) {
    commit(image, o_.noise_file);
    out_ << format_fixed(image.counts.photons, 0) << " photons on noise image (" << image.counts.overloads
         << " overloads)\n";
    announce(o_.noise_file, "2-byte integers");
  }

  void extra(const std::string& path) {
    using enum formats::ImageFormat;
    switch (formats::image_format_of(path)) {
      case RawFloat: formats::write_raw_float(path, image_); break;
      case NumPy: formats::write_npy(path, image_); break;
      case Smv: o_.noise ? commit(smv_noise(path), path) : smv_scaled(path); break;
      case Pgm: pgm_to(path); break;
      case Png: formats::write_preview_png(path, image_, {o_.png_scale, o_.png_percentile}); break;
    }
    out_ << "writing " << path << "\n";
  }

 private:
  void announce(const std::string& path, const std::string& what) {
    out_ << "writing " << path << " as " << what << "\n";
  }

  void warn_unusable(const std::string& path, const ResponseCounts& counts) {
    if (counts.unusable > 0)
      err_ << "warning: " << counts.unusable << " pixels of " << path << " cannot be stored as they are; stored as 0\n";
  }

  void smv_scaled(const std::string& path) {
    ResponseCounts counts;
    formats::write_smv(path, header_, image_.n_fast, image_.n_slow,
                       [&](std::size_t slow, std::span<std::uint16_t> row) {
                         scaled_row(image_, panel_, slow, int_scale_, o_.adc_offset, row, counts);
                       });
    warn_unusable(path, counts);
  }

  /// Each noise image of a run is the same: it starts from the same state of the generator.
  NoiseImage smv_noise(const std::string& path) const {
    RandomNumbers random = s_.random;
    std::int64_t seed = s_.noise_seed;
    const PoissonDeviate poisson = [&](double mean) {
      return static_cast<double>(random.poisson(static_cast<float>(mean), seed));
    };
    NoiseImage noisy{std::make_unique<formats::OutputFile>(path), {}};
    formats::write_smv(*noisy.file, header_, image_.n_fast, image_.n_slow,
                       [&](std::size_t slow, std::span<std::uint16_t> row) {
                         noisy_row(image_, panel_, slow, o_.adc_offset, poisson, row, noisy.counts);
                       });
    return noisy;
  }

  void commit(const NoiseImage& image, const std::string& path) {
    image.file->commit();
    warn_unusable(path, image.counts);
  }

  void pgm_to(const std::string& path) {
    formats::write_pgm(
        path, image_.n_fast, image_.n_slow, "pixels scaled by " + format_number(pgm_scale_),
        [&](std::size_t slow, std::span<std::uint8_t> row) { grey_row(image_, panel_, slow, pgm_scale_, row); });
  }

  const Scene& s_;
  const OutputOptions& o_;
  const Image& image_;
  const Panel& panel_;
  std::string header_;
  std::ostream& out_;
  std::ostream& err_;
  double int_scale_ = 1, pgm_scale_ = 1;
};

}  // namespace

std::string smv_header_of(const Scene& scene, const QuirkSet& quirks) {
  const DetectorGeometry& g = scene.geometry;
  const Spindle& spindle = scene.experiment.spindle;
  const auto mm = [](double m) { return format_number(mm_from_metres(m)); };
  const auto deg = [](double rad) { return format_number(degrees_from_radians(rad)); };
  const double half_pixel = 0.5 * g.pixel_m;
  const Vec3d& d = g.dials_origin_mm;
  const std::vector<formats::SmvEntry> entries = {
      {"DIM", "2"},
      {"BYTE_ORDER", std::endian::native == std::endian::little ? "little_endian" : "big_endian"},
      {"TYPE", "unsigned_short"},
      {"SIZE1", std::to_string(g.n_fast)},
      {"SIZE2", std::to_string(g.n_slow)},
      {"PIXEL_SIZE", mm(g.pixel_m)},
      {"DISTANCE", mm(g.distance_m)},
      {"WAVELENGTH", format_number(angstrom_from_metres(scene.experiment.beam.wavelength_m))},
      {"BEAM_CENTER_X", mm(g.xy_beam.fast)},
      {"BEAM_CENTER_Y", mm(g.xy_beam.slow)},
      {"ADXV_CENTER_X", mm(g.beam_point.fast)},
      {"ADXV_CENTER_Y", mm(g.size_slow_m - g.beam_point.slow)},
      {"MOSFLM_CENTER_X", mm(g.beam_point.slow - half_pixel)},
      {"MOSFLM_CENTER_Y", mm(g.beam_point.fast - half_pixel)},
      {"DENZO_X_BEAM", mm(g.beam_point.slow)},
      {"DENZO_Y_BEAM", mm(g.beam_point.fast)},
      {"DIALS_ORIGIN", format_number(d.x) + "," + format_number(d.y) + "," + format_number(d.z),
       !quirks.on(Quirk::HeaderDials)},
      {"XDS_ORGX", format_number(g.org_x)},
      {"XDS_ORGY", format_number(g.org_y)},
      {"CLOSE_DISTANCE", mm(g.close_distance_m)},
      {"PHI", deg(spindle.phi_start_rad)},
      {"OSC_START", deg(spindle.phi_start_rad)},
      {"OSC_RANGE", deg(spindle.phi_range_rad)},
      {"TWOTHETA", deg(g.twotheta_rad)},
      {"DETECTOR_SN", "000"},
      {"BEAMLINE", "fake"}};
  return formats::smv_header(entries, quirks.on(Quirk::HeaderOverflow));
}

OutputSelection select_outputs(const OutputOptions& o, bool only_named) {
  const bool all = !only_named;
  return {all || o.float_named, all || o.int_named, o.pgm && (all || o.pgm_named), o.noise && (all || o.noise_named)};
}

bool names_smv(const OutputOptions& o) {
  return std::ranges::any_of(
      o.extra, [](const std::string& path) { return formats::image_format_of(path) == formats::ImageFormat::Smv; });
}

void note_header_quirks(const Scene& scene, const OutputSelection& selection, QuirkLog& quirks) {
  const bool writes_smv = selection.int_image || selection.noise || names_smv(scene.options.output);
  quirks.changes(Quirk::HeaderDials, writes_smv);
  quirks.changes(Quirk::HeaderOverflow, writes_smv && smv_header_of(scene, quirks.set()).size() > 512);
}

std::vector<PlannedFile> planned_files(const Scene& scene, const QuirkSet& quirks, const OutputSelection& selection) {
  using enum formats::ImageFormat;
  const OutputOptions& o = scene.options.output;
  const std::uint64_t pixels = std::uint64_t{scene.geometry.n_fast} * scene.geometry.n_slow;
  const auto planned = [&](const std::string& path, formats::ImageFormat format, const char* smv) -> PlannedFile {
    switch (format) {
      case RawFloat: return {path, "photons as float32, no header", 4 * pixels};
      case NumPy: return {path, "photons as float32, NumPy array", npy_header_bytes + 4 * pixels};
      case Smv: return {path, smv, smv_header_of(scene, quirks).size() + 2 * pixels};
      case Pgm: return {path, "8-bit picture", pgm_header_bytes + pixels, false};
      case Png: break;
    }
    return {path, "8-bit preview, compressed", pixels, false};
  };
  const char *scaled = "SMV, scaled, without noise", *noisy = "SMV, photons with counting noise";
  std::vector<PlannedFile> files;
  if (asks_for_dump(scene.options.files, quirks))
    files.push_back({scene.options.files.dump, "structure factors for the next run",
                     dump_bytes(*scene.experiment.structure_factors, quirks), false});
  if (selection.float_image) files.push_back(planned(o.float_file, RawFloat, scaled));
  if (selection.int_image) files.push_back(planned(o.int_file, Smv, scaled));
  if (selection.pgm) files.push_back(planned(o.pgm_file, Pgm, scaled));
  if (selection.noise) files.push_back(planned(o.noise_file, Smv, noisy));
  for (const std::string& path : o.extra)
    files.push_back(planned(path, formats::image_format_of(path), o.noise ? noisy : scaled));
  // About a hundred bytes for each of the table's reflections, few of which are in an image.
  for (const std::string& path : o.truth)
    files.push_back({path, "reflections in the image", 100 * scene.reflections, false});
  if (!o.truth_hkl_map.empty())
    files.push_back(
        {o.truth_hkl_map, "brightest reflection of each pixel, NumPy array", npy_header_bytes + 6 * pixels});
  return files;
}

bool writes_noise(const OutputOptions& o, const OutputSelection& selection) {
  return selection.noise || (o.noise && names_smv(o));
}

void require_outputs_writable(const OutputOptions& o, const OutputSelection& selection) {
  std::vector<std::string> paths = o.extra;
  if (selection.float_image) paths.push_back(o.float_file);
  if (selection.int_image) paths.push_back(o.int_file);
  if (selection.pgm) paths.push_back(o.pgm_file);
  if (selection.noise) paths.push_back(o.noise_file);
  paths.insert(paths.end(), o.truth.begin(), o.truth.end());
  if (!o.truth_hkl_map.empty()) paths.push_back(o.truth_hkl_map);
  std::set<std::string> files;
  for (const std::string& path : paths) {
    formats::require_writable(path);
    const std::string file = formats::file_behind(path);
    if (!file.empty() && !files.insert(file).second)
      throw Error::usage({.what = "an output is named twice",
                          .value = in_quotes(path),
                          .rule = "each needs a file of its own",
                          .remedy = "give one of them another name"});
  }
}

void write_outputs(const Scene& scene, const Image& image, const ImageStatistics& statistics, const QuirkSet& quirks,
                   const OutputSelection& selection, std::ostream& out, std::ostream& err) {
  Writer writer(scene, image, statistics, quirks, out, err);
  const DetectorGeometry& g = scene.geometry;
  const double sub_pixel = g.pixel_m / static_cast<double>(scene.experiment.sampling.oversample);
  const std::size_t last = static_cast<std::size_t>(scene.experiment.sampling.oversample);
  // The place of the brightest pixel is that of its last sub-pixel.
  const auto place = [&](std::size_t pixel) {
    return statistics.has_max ? sub_pixel * static_cast<double>((pixel + 1) * last - 1) + sub_pixel / 2.0 : 0.0;
  };
  // Counting takes longer than the other files together, and its random numbers must be drawn one after the other.
  // Pipes and devices may be shared with other outputs: their turn must come.
  const bool alone = scene.options.run.threads != 1 && !formats::file_behind(scene.options.output.noise_file).empty();
  std::future<Writer::NoiseImage> noise;
  if (selection.noise)
    noise = std::async(alone ? std::launch::async : std::launch::deferred, [&] { return writer.count_noise(); });
  if (selection.float_image) writer.float_image();
  out << "max_I = " << format_number(statistics.max) << "  at " << format_number(place(statistics.max_fast)) << " "
      << format_number(place(statistics.max_slow)) << "\n";
  out << "mean= " << format_number(statistics.mean) << " rms= " << format_number(statistics.rms)
      << " rmsd= " << format_number(statistics.rmsd) << "\n";
  if (selection.int_image) writer.int_image();
  if (selection.pgm) writer.pgm();
  if (selection.noise) writer.noise(noise.get());
  for (const std::string& path : scene.options.output.extra) writer.extra(path);
}

}  // namespace femtobragg::nanobragg
