// Writer of NXmx files.
#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/image/beam_frame.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/image/nxmx_frame.h"
#include "femtobragg/formats/image/simulated_time.h"
#include "femtobragg/formats/io/hdf5_file.h"
#include "femtobragg/model/unit_cell.h"

namespace femtobragg::formats {
namespace {

using hdf5::Number;
using hdf5::Object;

/// Readers insist on a sensor that is thicker than nothing: so thin that nothing is seen of it.
constexpr double surface_m = 1e-9;

constexpr const char* wavelength_place = "/entry/instrument/beam/incident_wavelength";

[[noreturn]] void refuse_nxmx(const std::string& path, const std::string& what, const std::string& rule) {
  throw Error::usage({.what = what, .where = in_quotes(path), .rule = rule});
}

bool stand_side_by_side(const Detector& detector) {
  const std::size_t n_fast = detector.image_shape().n_fast;
  return std::ranges::any_of(detector.panels, [&](const Panel& panel) { return panel.n_fast != n_fast; });
}

Number kind_of(const PixelData& pixels) {
  return std::holds_alternative<std::span<const float>>(pixels) ? Number::Float32 : Number::Int32;
}
Number kind_of(const PackedFrame& frame) { return frame.counts ? Number::Int32 : Number::Float32; }

hdf5::Packing packing_of(Compression compression) {
  switch (compression) {
    case Compression::Gzip: return hdf5::Packing::Gzip;
    case Compression::BitshuffleLz4: return hdf5::Packing::BitshuffleLz4;
    case Compression::None: return hdf5::Packing::None;
  }
  return {};
}

class Writer {
 public:
  /// `parts`: the files of a master; empty: it has its own frames.
  Writer(const std::string& path, const NxmxContents& contents, std::span<const hdf5::VirtualPart> parts = {})
      : path_(path),
        c_(contents),
        parts_(parts),
        g_(with_beam_along_x(contents.geometry)),
        shape_(g_.detector.image_shape()) {
    if (g_.detector.panels.empty()) refuse_nxmx(path, "the detector has no panels", "it needs at least one");
    for (const Panel& panel : g_.detector.panels) check(panel);
    require_memory(checked_product({shape_.n_fast, shape_.n_slow, sizeof(std::uint32_t)}), "the pixel mask",
                   std::to_string(shape_.n_fast) + " x " + std::to_string(shape_.n_slow) + " pixels",
                   "use fewer pixels");
  }

  /// Makes the data set of the pixels, and answers with the kind of its numbers.
  using MakePixels = std::function<Number(const Object& data)>;

  /// `make_pixels` may be null.
  void write(std::size_t frames, const MakePixels& make_pixels) {
    hdf5::write_file(path_, [&](const Object& file) {
      file.set("default", "entry");
      write_entry(file, frames);
      const Object detector = file.open("entry").open("instrument").open("detector");
      if (!make_pixels) return write_range(detector, Number::Float32);
      write_range(detector, make_pixels(file.open("entry").open("data")));
      // The detector is where some look for its pixels.
      detector.link("data", "/entry/data/data");
    });
  }

  Number write_frames(const Object& data, std::size_t frames, const FrameSource& source,
                      Compression compression) const {
    Object pixels;
    Number type = Number::Float32;
    for (std::size_t i = 0; i < frames; ++i) {
      const PixelData frame = source(i);
      const Number kind = kind_of(frame);
      if (i == 0) pixels = data.make_slices("data", type = kind, shape_of(frames), packing_of(compression));
      std::visit(
          [&](const auto& values) {
            require_alike(i, kind == type && values.size() == shape_.n_fast * shape_.n_slow);
            pixels.write_slice(i, kind, values.data());
          },
          frame);
    }
    return type;
  }

  Number write_packed(const Object& data, std::span<const PackedFrame> frames, Compression compression) const {
    const Number type = kind_of(frames.front());
    const Object pixels = data.make_slices("data", type, shape_of(frames.size()), packing_of(compression));
    for (std::size_t i = 0; i < frames.size(); ++i) {
      require_alike(i, kind_of(frames[i]) == type);
      pixels.write_packed_slice(i, frames[i].bytes);
    }
    return type;
  }

  Number write_virtual(const Object& data, std::size_t frames) const {
    data.make_virtual("data", Number::Int32, shape_of(frames), parts_, "/entry/data/data");
    return Number::Int32;
  }

 private:
  void check(const Panel& panel) const {
    if (panel.n_fast == 0 || panel.n_slow == 0) refuse_nxmx(path_, "a panel has no pixels", "it needs at least one");
    if (!is_finite(panel.origin_m) || !is_finite(panel.fast_axis) || !is_finite(panel.slow_axis) ||
        !(norm(panel.fast_axis) > 0) || !(norm(panel.slow_axis) > 0) || !(panel.pixel_size_m > 0))
      refuse_nxmx(path_, "the position of a panel is not finite",
                  "origin, axes and pixel size must be finite, and axes not zero");
  }

  std::size_t angles(std::size_t frames) const { return std::max<std::size_t>(1, frames); }

  void write_entry(const Object& file, std::size_t frames) const {
    const Object entry = file.make_group("entry", "NXentry");
    entry.set("default", "data");
    entry.write_text("definition", "NXmx");
    entry.write_text("start_time", simulated_time(0) + "Z");
    entry.write_text("end_time_estimated",
                     simulated_time(std::ceil(static_cast<double>(frames) * c_.exposure_s)) + "Z");
    entry.write_text("title", "simulated by femtoBragg");
    const Object source = entry.make_group("source", "NXsource");
    source.write_text("name", "simulation").set("short_name", "simulation");
    source.write_text("type", c_.pulsed ? "Free-Electron Laser" : "Synchrotron X-ray Source");
    source.write_text("probe", "x-ray");
    const Object data = entry.make_group("data", "NXdata");
    data.set("signal", "data");
    // Photons are (data + offset) x factor.
    if (c_.gain != 1) data.write("data_scaling_factor", 1 / c_.gain);
    if (c_.pedestal != 0) data.write("data_offset", -c_.pedestal);
    const Object instrument = entry.make_group("instrument", "NXinstrument");
    instrument.write_text("name", "femtoBragg").set("short_name", "femtoBragg");
    instrument.write_text("time_zone", "+00:00");
    write_beam(instrument.make_group("beam", "NXbeam"));
    write_detector(instrument.make_group("detector", "NXdetector"));
    write_sample(entry.make_group("sample", "NXsample"), angles(frames));
    write_record(entry.make_group("simulation", "NXcollection"));
  }

  static double mean_A(const NxmxContents::Wavelengths& spectrum) {
    double weights = 0, weighted = 0;
    for (const auto& [wavelength, weight] : spectrum) {
      weights += weight;
      weighted += weight * wavelength;
    }
    return weights > 0 ? angstrom_from_metres(weighted / weights) : 0;
  }

  /// One for all frames, or one for each.
  std::vector<double> wavelengths_A(bool has_spectrum) const {
    if (g_.wavelength_m && !(c_.pulsed && has_spectrum)) return {angstrom_from_metres(*g_.wavelength_m)};
    std::vector<double> means;
    if (has_spectrum)
      for (const auto& spectrum : c_.spectra) means.push_back(mean_A(spectrum));
    return means;
  }

  void write_wavelengths(const Object& beam) const {
    if (!parts_.empty() && c_.pulsed) {
      std::uint64_t frames = 0;
      for (const hdf5::VirtualPart& part : parts_) frames += part.slices;
      beam.make_virtual("incident_wavelength", Number::Float64, {frames}, parts_, wavelength_place)
          .set("units", "angstrom");
      return;
    }
    const bool has_spectrum =
        !c_.spectra.empty() && std::ranges::none_of(c_.spectra, [](const auto& spectrum) { return spectrum.empty(); });
    const std::vector<double> means = wavelengths_A(has_spectrum);
    if (!means.empty() && std::ranges::all_of(means, [](double mean) { return mean > 0; })) {
      const bool is_list = means.size() > 1 || (c_.pulsed && has_spectrum);
      const auto shape = is_list ? std::vector<std::uint64_t>{means.size()} : std::vector<std::uint64_t>{};
      const Object list = beam.write("incident_wavelength", means, shape, "angstrom");
      if (has_spectrum) list.set("variant", "incident_wavelength_1d");
    }
    if (has_spectrum) write_spectra(beam);
  }

  void write_beam(const Object& beam) const {
    write_wavelengths(beam);
    write_intensity(beam);
    if (!g_.polarization_fraction) return;
    const Vec3d axis = to_nexus(g_.polarization_axis.value_or(Vec3d{0, 0, 1}));
    const double angle = std::atan2(axis.y, axis.x), fraction = *g_.polarization_fraction;
    const double stokes[] = {1, fraction * std::cos(2 * angle), fraction * std::sin(2 * angle), 0};
    beam.write("incident_polarization_stokes", stokes, {4});
  }

  void write_intensity(const Object& beam) const {
    const double edges_m[] = {c_.beam_size_m, c_.beam_size_m};
    if (c_.beam_size_m > 0) {
      beam.write("incident_beam_size", edges_m, {2}, "m");
      beam.write_text("profile", c_.beam_profile == BeamProfile::Flat ? "rectangular" : "gaussian");
    }
    if (!(c_.fluence_per_m2 > 0) || !(c_.exposure_s > 0) || !std::isfinite(c_.fluence_per_m2)) return;
    const double flux = c_.fluence_per_m2 / c_.exposure_s;
    beam.write("flux", flux, "1/s/m^2");
    if (c_.beam_size_m > 0)
      beam.write("total_flux", flux * c_.beam_size_m * c_.beam_size_m / central_fluence(c_.beam_profile), "Hz");
  }

  /// Readers take a list under the plain name for one wavelength a frame: the spectrum is its variant. Where each frame
  /// has its own, there is a row for each, filled up with weights of zero.
  void write_spectra(const Object& beam) const {
    std::size_t width = 0;
    for (const auto& spectrum : c_.spectra) width = std::max(width, spectrum.size());
    std::vector<double> wavelengths, shares;
    for (const auto& spectrum : c_.spectra)
      for (std::size_t i = 0; i < width; ++i) {
        const auto& [wavelength, weight] = spectrum[std::min(i, spectrum.size() - 1)];
        wavelengths.push_back(angstrom_from_metres(wavelength));
        shares.push_back(i < spectrum.size() ? weight : 0);
      }
    const std::vector<std::uint64_t> shape = c_.spectra.size() == 1
                                                 ? std::vector<std::uint64_t>{width}
                                                 : std::vector<std::uint64_t>{c_.spectra.size(), width};
    beam.write("incident_wavelength_1d", wavelengths, shape, "angstrom");
    beam.write("incident_wavelength_1d_weights", shares, shape);
    beam.link("incident_wavelength_1d_weight", "/entry/instrument/beam/incident_wavelength_1d_weights");
  }

  static void set_axis(const Object& axis, const char* type, const Vec3d& vector, const std::string& depends_on) {
    axis.set("transformation_type", type);
    axis.set("vector", components(vector));
    axis.set("offset", components(Vec3d{}));
    axis.set("offset_units", "m");
    axis.set("depends_on", depends_on);
  }

  void write_detector(const Object& detector) const {
    const Panel& first = g_.detector.panels.front();
    const std::string name = g_.detector.name.empty() ? "simulated" : g_.detector.name;
    detector.write_text("description", name);
    detector.write_text("type", "pixel");
    detector.write("count_time", c_.exposure_s, "s");
    detector.write("frame_time", c_.exposure_s, "s");
    detector.write("distance", normal_distance_m(first), "m");
    const std::int64_t yes = 1;
    detector.write_integers("distance_derived", {&yes, 1}, {});
    if (const auto spot = beam_spot(first, g_.beam_direction)) {
      detector.write("beam_center_x", spot->fast_px + static_cast<double>(first.data_fast), "pixel");
      detector.write("beam_center_y", spot->slow_px + static_cast<double>(first.data_slow), "pixel");
    }
    detector.write("x_pixel_size", first.pixel_size_m * norm(first.fast_axis), "m");
    detector.write("y_pixel_size", first.pixel_size_m * norm(first.slow_axis), "m");
    const bool thick = first.sensor.thickness_m > 0;
    const Object thickness = detector.write("sensor_thickness", thick ? first.sensor.thickness_m : surface_m, "m");
    if (!thick) thickness.set("assumed", "yes");
    const Object material =
        detector.write_text("sensor_material", first.sensor.material.empty() ? "Si" : first.sensor.material);
    if (first.sensor.material.empty()) material.set("assumed", "yes");
    if (first.sensor.attenuation_per_m > 0) detector.write("sensor_attenuation", first.sensor.attenuation_per_m, "1/m");
    write_mask(detector);

    // The panels stand relative to a point on the beam, as far away as the first of them.
    const double distance = normal_distance_m(first);
    const Object chain = detector.make_group("transformations", "NXtransformations");
    set_axis(chain.write("distance", {&distance, 1}, {1}, "m"), "translation", {0, 0, 1}, ".");
    detector.write_text("depends_on", "/entry/instrument/detector/transformations/distance");
    const std::size_t digits = std::to_string(g_.detector.panels.size() - 1).size();
    for (std::size_t i = 0; i < g_.detector.panels.size(); ++i) {
      const std::string number = std::to_string(i);
      // Readers take them in alphabetical order.
      const std::string group =
          g_.detector.panels.size() == 1 ? "module" : "module_" + std::string(digits - number.size(), '0') + number;
      write_module(detector.make_group(group, "NXdetector_module"), g_.detector.panels[i], distance);
    }
  }

  /// Counts have 32 bits, whatever a pixel can tell apart.
  void write_range(const Object& detector, Number pixels) const {
    double saturation =
        pixels == Number::Int32 ? std::numeric_limits<std::int32_t>::max() : std::numeric_limits<double>::infinity();
    for (const Panel& panel : g_.detector.panels) saturation = std::min(saturation, panel.saturation);
    detector.write_integers("underload_value", {&c_.least, 1}, {});
    const std::int64_t bits = 32;
    detector.write_integers("bit_depth_readout", {&bits, 1}, {});
    if (!(saturation < 9e18)) return;
    const auto counts = static_cast<std::int64_t>(saturation);
    detector.write_integers("saturation_value", {&counts, 1}, {});
  }

  /// DIALS 3.12 takes no panel's mask out of an image where panels stand side by side, and fails: a second mask, which
  /// adds to the first that there is none of, it passes over. So it does where there is none.
  void write_mask(const Object& detector) const {
    const PixelMask mask = c_.mask.empty() ? mask_of_panels(g_.detector) : c_.mask;
    if (mask.size() != shape_.n_fast * shape_.n_slow)
      refuse_nxmx(path_, "the mask has another size than the image", "it must have all pixels of the detector's image");
    if (std::ranges::all_of(mask, [](std::uint32_t bits) { return bits == 0; })) return;
    detector.write_plane(stand_side_by_side(g_.detector) ? "pixel_mask_2" : "pixel_mask", mask,
                         {shape_.n_slow, shape_.n_fast});
  }

  static void write_module(const Object& module, const Panel& panel, double distance) {
    const std::int64_t origin[] = {static_cast<std::int64_t>(panel.data_slow),
                                   static_cast<std::int64_t>(panel.data_fast)};
    const std::int64_t size[] = {static_cast<std::int64_t>(panel.n_slow), static_cast<std::int64_t>(panel.n_fast)};
    const std::int64_t stride[] = {1, 1};
    module.write_integers("data_origin", origin, {2});
    module.write_integers("data_size", size, {2});
    module.write_integers("data_stride", stride, {2});
    if (!panel.name.empty()) module.write_text("local_name", panel.name);
    const std::string offset_path = module.place() + "/module_offset";
    const Vec3d offset = to_nexus(panel.origin_m) - Vec3d{0, 0, distance};
    const auto axis = [&](const char* name, double metres, const Vec3d& vector, const std::string& depends_on) {
      set_axis(module.write(name, {&metres, 1}, {1}, "m"), "translation", vector, depends_on);
    };
    axis("module_offset", norm(offset), norm(offset) > 0 ? unit(offset) : Vec3d{1, 0, 0},
         "/entry/instrument/detector/transformations/distance");
    const auto pixel = [&](const char* name, const Vec3d& direction) {
      axis(name, panel.pixel_size_m * norm(direction), to_nexus(unit(direction)), offset_path);
    };
    pixel("fast_pixel_direction", panel.fast_axis);
    pixel("slow_pixel_direction", panel.slow_axis);
  }

  void write_sample(const Object& sample, std::size_t count) const {
    sample.write_text("name", "crystal");
    if (g_.spindle_axis) {
      const Oscillation turn = g_.oscillation.value_or(Oscillation{});
      std::vector<double> begin(count), end(count);
      for (std::size_t i = 0; i < count; ++i) {
        begin[i] = degrees_from_radians(turn.start_rad + static_cast<double>(i) * turn.width_rad);
        end[i] = degrees_from_radians(turn.start_rad + static_cast<double>(i + 1) * turn.width_rad);
      }
      const Object axes = sample.make_group("transformations", "NXtransformations");
      set_axis(axes.write("omega", begin, {count}, "deg"), "rotation", to_nexus(unit(*g_.spindle_axis)), ".");
      axes.write("omega_end", end, {count}, "deg");
      axes.write("omega_increment_set", degrees_from_radians(turn.width_rad), "deg");
      sample.write_text("depends_on", "/entry/sample/transformations/omega");
    } else {
      sample.write_text("depends_on", ".");
    }
    if (g_.crystal) write_crystal(sample, *g_.crystal);
  }

  static void write_crystal(const Object& sample, const StatedCrystal& crystal) {
    const CrystalAxes& axes = crystal.axes;
    const std::array cell = numbers_of(cell_of(axes));
    sample.write("unit_cell", cell, {6});
    sample.write("unit_cell_abc", std::span(cell).first<3>(), {3}, "angstrom");
    sample.write("unit_cell_alphabetagamma", std::span(cell).last<3>(), {3}, "deg");
    if (!crystal.space_group.empty()) sample.write_text("space_group", crystal.space_group);
    // UB has a*, b*, c* as columns.
    const Mat3d ub = transpose(Mat3d{to_nexus(axes.a_star_A), to_nexus(axes.b_star_A), to_nexus(axes.c_star_A)});
    const auto numbers = [](const Mat3d& m) {
      return std::array{m.row_x.x, m.row_x.y, m.row_x.z, m.row_y.x, m.row_y.y,
                        m.row_y.z, m.row_z.x, m.row_z.y, m.row_z.z};
    };
    sample.write("ub_matrix", numbers(ub), {1, 3, 3}, "1/angstrom");
    sample.write("orientation_matrix", numbers(orientation_of(ub)), {1, 3, 3});
  }

  void write_record(const Object& record) const {
    record.write_text("program", "femtoBragg");
    if (c_.fluence_per_m2 > 0) record.write("fluence", c_.fluence_per_m2, "1/m^2");
    const Object texts = record.make_group("parameters", "NXcollection");
    for (const auto& [name, text] : c_.record) {
      std::string plain = name;
      std::ranges::replace(plain, '/', '_');
      if (plain.empty() || plain == "." || texts.has(plain))
        refuse_nxmx(path_, "the record has a duplicate or an empty name",
                    "names must differ and must not be empty: " + in_quotes(name));
      texts.write_text(plain, text);
    }
  }

  std::vector<std::uint64_t> shape_of(std::size_t frames) const { return {frames, shape_.n_slow, shape_.n_fast}; }

  void require_alike(std::size_t frame, bool is_like_the_first) const {
    if (!is_like_the_first)
      refuse_nxmx(path_, "frame " + std::to_string(frame) + " does not fit the series",
                  "all frames must have the same number type, and all pixels of the detector's image");
  }

  const std::string& path_;
  const NxmxContents& c_;
  std::span<const hdf5::VirtualPart> parts_;
  Geometry g_;
  ImageShape shape_;
};

}  // namespace

PackedFrame packed_frame(const PixelData& pixels, Compression compression) {
  const std::string_view bytes = std::visit(
      [](const auto& values) {
        return std::string_view(reinterpret_cast<const char*>(values.data()), values.size_bytes());
      },
      pixels);
  const Number kind = kind_of(pixels);
  return {hdf5::packed_slice(bytes, kind, packing_of(compression)), kind == Number::Int32};
}

namespace {

void require_frames(const std::string& path, std::size_t frames) {
  if (frames == 0) refuse_nxmx(path, "the series has no frames", "it needs at least one");
}

}  // namespace

void write_nxmx(const std::string& path, const NxmxContents& contents, std::size_t frames, const FrameSource& source,
                Compression compression) {
  require_frames(path, frames);
  const hdf5::Session session;
  Writer writer(path, contents);
  writer.write(frames, [&](const Object& data) { return writer.write_frames(data, frames, source, compression); });
}

void write_packed_nxmx(const std::string& path, const NxmxContents& contents, std::span<const PackedFrame> frames,
                       Compression compression) {
  require_frames(path, frames.size());
  const hdf5::Session session;
  Writer writer(path, contents);
  writer.write(frames.size(), [&](const Object& data) { return writer.write_packed(data, frames, compression); });
}

void write_nxmx_master(const std::string& path, const NxmxContents& contents,
                       std::span<const std::pair<std::string, std::uint64_t>> files) {
  std::vector<hdf5::VirtualPart> parts;
  std::size_t frames = 0;
  for (const auto& [file, count] : files) parts.push_back({file, count}), frames += count;
  require_frames(path, frames);
  const hdf5::Session session;
  Writer writer(path, contents, parts);
  writer.write(frames, [&](const Object& data) { return writer.write_virtual(data, frames); });
}

std::vector<std::string> nxmx_losses(const Geometry& geometry, bool counts) {
  const auto masks = [](const Panel& panel) { return std::ranges::find(panel.mask, 0) != panel.mask.end(); };
  if (counts || !stand_side_by_side(geometry.detector) || std::ranges::none_of(geometry.detector.panels, masks))
    return {};
  return {
      "DIALS 3.12 does not read masks of panels that are side by side, so masked pixels are zeros to it; with noise "
      "they are -1, which it ignores"};
}

void write_nxmx_geometry(const std::string& path, const Geometry& geometry) {
  NxmxContents contents;
  contents.geometry = geometry;
  const hdf5::Session session;
  Writer(path, contents).write(geometry.oscillation ? geometry.oscillation->frames : 1, {});
}

}  // namespace femtobragg::formats
