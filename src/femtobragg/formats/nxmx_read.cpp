// Reader of NXmx files, ours and others'.
#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry_parts.h"
#include "femtobragg/formats/hdf5_file.h"
#include "femtobragg/formats/nexus_entry.h"
#include "femtobragg/formats/nxmx.h"
#include "femtobragg/formats/nxmx_frame.h"

namespace femtobragg::formats {
namespace {

using hdf5::Object;

constexpr double largest_edge = 1 << 20;
constexpr std::uint32_t bad_pixel_bits = 0xffff;

class Reader {
 public:
  Reader(const Object& file, std::string name) : entry_(file, std::move(name)) {}

  Geometry geometry() {
    Geometry g;
    const Object instrument = entry_.child(entry_.group(), "instrument", "NXinstrument");
    const Object detector = entry_.child(instrument, "detector", "NXdetector");
    read_beam(instrument, g);
    read_detector(detector, g);
    if (const Object sample = entry_.find_child(entry_.group(), "sample", "NXsample")) read_sample(sample, g);
    return g;
  }

  NxmxFrame frame(std::size_t index) const {
    const Object data = pixels();
    const std::vector<std::uint64_t> shape = data.shape();
    if (shape.size() != 2 && shape.size() != 3) entry_.fail(data, "images have the axes frame, slow and fast");
    NxmxFrame result;
    result.frames = shape.size() == 3 ? shape.front() : 1;
    if (index >= result.frames)
      throw Error::usage({.what = "no such frame",
                          .where = in_quotes(entry_.file_name()),
                          .value = std::to_string(index),
                          .rule = "it holds " + std::to_string(result.frames) + ", counted from 0"});
    result.pixels.shape = {shape.back(), shape[shape.size() - 2]};
    const ImageShape& s = result.pixels.shape;
    if (s.n_fast == 0 || s.n_slow == 0) entry_.fail(data, "the frames have no pixels");
    require_memory(checked_product({s.n_fast, s.n_slow, sizeof(float)}), "a frame of " + in_quotes(entry_.file_name()),
                   std::to_string(s.n_fast) + " x " + std::to_string(s.n_slow) + " pixels", "check the file");
    const auto read = [&]<class T>(T, hdf5::Number type) {
      std::vector<T> values(s.n_fast * s.n_slow);
      data.read_slice(index, type, values.data());
      result.pixels.values = std::move(values);
    };
    if (data.holds_integers())
      read(std::int32_t{}, hdf5::Number::Int32);
    else
      read(float{}, hdf5::Number::Float32);
    return result;
  }

 private:
  Object pixels() const {
    const Object data = entry_.child(entry_.group(), "data", "NXdata");
    const std::string signal = data.attribute_text("signal");
    return data.open(signal.empty() ? "data" : signal);
  }

  /// Polarized light along McStas' x, or turned from it.
  void read_beam(const Object& instrument, Geometry& g) const {
    Object beam = entry_.find_child(instrument, "beam", "NXbeam");
    if (const Object sample = entry_.find_child(entry_.group(), "sample", "NXsample"); sample && !beam)
      beam = entry_.find_child(sample, "beam", "NXbeam");
    if (!beam) return;
    g.wavelength_m = entry_.quantity(beam, "incident_wavelength", lengths);
    if (g.wavelength_m && !(*g.wavelength_m > 0)) entry_.fail(beam, "the wavelength must be above zero");
    const auto several = [](const Object& list) {
      return list && list.is_dataset() && !list.shape().empty() && list.shape().back() > 1;
    };
    if (const Object list = beam.find("incident_wavelength"); several(list))
      g.notes.push_back("The beam has several wavelengths, of which the first is taken.");
    else if (const std::string variant = list ? list.attribute_text("variant") : ""; !variant.empty())
      if (several(beam.find(variant)))
        g.notes.push_back("The beam has several wavelengths, and one that stands for them, which is taken.");
    const Object stokes = beam.find("incident_polarization_stokes");
    if (!stokes) return;
    const std::vector<double> s = entry_.finite_numbers(stokes, most_frames);
    if (s.size() < 3 || !(s[0] > 0)) entry_.fail(stokes, "Stokes' parameters are four, the first above zero");
    g.polarization_fraction = std::hypot(s[1], s[2]) / s[0];
    const double angle = std::atan2(s[2], s[1]) / 2;
    const Vec3d axis = from_nexus({std::cos(angle), std::sin(angle), 0});
    // Both directions of a field are one.
    g.polarization_axis = axis.z < 0 ? -axis : axis;
  }

  void read_detector(const Object& detector, Geometry& g) const {
    if (const Object text = detector.find("description")) g.detector.name = text.text();
    Sensor sensor;
    if (const Object thickness = detector.find("sensor_thickness"); thickness)
      if (thickness.attribute_text("assumed").empty())
        sensor.thickness_m = entry_.quantity(detector, "sensor_thickness", lengths).value_or(0);
    if (const Object material = detector.find("sensor_material"); material)
      if (material.attribute_text("assumed").empty()) sensor.material = material.text();
    if (const Object attenuation = detector.find("sensor_attenuation"))
      sensor.attenuation_per_m = entry_.finite_numbers(attenuation, 1).front();
    sensor.layer_step_m = sensor.thickness_m;
    if (sensor.thickness_m < 0 || sensor.attenuation_per_m < 0)
      entry_.fail(detector, "the sensor's thickness and attenuation are not negative");
    double saturation = std::numeric_limits<double>::infinity();
    if (const Object value = detector.find("saturation_value"))
      if (const double most = entry_.finite_numbers(value, 1).front(); most > 0) saturation = most;
    for (const std::string& name : detector.names()) {
      const Object module = detector.has(name) && name != "data" ? detector.open(name) : Object();
      if (!module || !module.is_group() || module.attribute_text("NX_class") != "NXdetector_module") continue;
      if (g.detector.panels.size() == most_panels) entry_.fail(detector, "too many modules");
      Panel panel = read_module(module);
      panel.sensor = sensor;
      panel.saturation = saturation;
      g.detector.panels.push_back(std::move(panel));
    }
    if (g.detector.panels.empty()) entry_.fail(detector, "it has no NXdetector_module");
    require_separate_windows(g.detector, place_of(detector));
    read_mask(detector, g);
  }

  std::array<std::size_t, 2> pixel_counts(const Object& module, const std::string& field, double least) const {
    const Object at = module.open(field);
    const std::vector<double> values = entry_.finite_numbers(at, 2);
    if (values.size() != 2 || !std::ranges::all_of(values, [&](double v) { return v >= least && v <= largest_edge; }))
      entry_.fail(at, "it holds two counts of pixels, slow and fast");
    return {static_cast<std::size_t>(values[0]), static_cast<std::size_t>(values[1])};
  }

  Panel read_module(const Object& module) const {
    Panel panel;
    if (const Object name = module.find("local_name")) panel.name = name.text();
    const auto origin = pixel_counts(module, "data_origin", 0), size = pixel_counts(module, "data_size", 1);
    panel.data_slow = origin[0];
    panel.data_fast = origin[1];
    panel.n_slow = size[0];
    panel.n_fast = size[1];
    const Object fast = module.open("fast_pixel_direction"), slow = module.open("slow_pixel_direction");
    const Step stands = entry_.chain_of(fast, module);
    const double fast_m = pixel_edge(fast), slow_m = pixel_edge(slow);
    panel.pixel_size_m = fast_m;
    panel.origin_m = from_nexus(stands.shift);
    panel.fast_axis = from_nexus(stands.rotation * unit(entry_.vector_of(fast)));
    panel.slow_axis = from_nexus(entry_.chain_of(slow, module).rotation * unit(entry_.vector_of(slow)));
    if (std::abs(slow_m - fast_m) > 1e-9 * fast_m) panel.slow_axis = (slow_m / fast_m) * panel.slow_axis;
    complete_panel(panel, place_of(module));
    if (std::abs(panel.area_ratio - 1) < 1e-9) panel.area_ratio = 1;
    return panel;
  }

  double pixel_edge(const Object& axis) const {
    const double metres = entry_.finite_numbers(axis, most_frames).front() *
                          entry_.factor_of(axis.attribute_text("units"), lengths, axis);
    if (!(metres > 0 && metres < 1)) entry_.fail(axis, "a pixel is larger than nothing and smaller than a metre");
    return metres;
  }

  void read_mask(const Object& detector, Geometry& g) const {
    const Object mask = detector.find("pixel_mask");
    if (!mask || mask.shape().size() != 2) return;
    const ImageShape shape = g.detector.image_shape();
    if (mask.shape() != std::vector<std::uint64_t>{shape.n_slow, shape.n_fast}) {
      g.notes.push_back("The pixel mask has another shape than the image, and is left out.");
      return;
    }
    require_memory(checked_product({shape.n_fast, shape.n_slow, sizeof(std::uint32_t)}), "the pixel mask",
                   std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels", "check the file");
    mask.holds_integers();
    std::vector<std::uint32_t> bits(shape.n_fast * shape.n_slow);
    mask.read_slice(0, hdf5::Number::UInt32, bits.data());
    for (Panel& panel : g.detector.panels) {
      std::vector<std::uint8_t> live(panel.n_fast * panel.n_slow);
      for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
        for (std::size_t fast = 0; fast < panel.n_fast; ++fast)
          live[slow * panel.n_fast + fast] =
              (bits[(panel.data_slow + slow) * shape.n_fast + panel.data_fast + fast] & bad_pixel_bits) == 0;
      if (std::ranges::find(live, 0) != live.end()) panel.mask = std::move(live);
    }
  }

  void read_sample(const Object& sample, Geometry& g) const {
    const Object depends_on = sample.find("depends_on");
    const std::string first = depends_on ? depends_on.text() : ".";
    if (!first.empty() && first != ".") read_spindle(sample, first, g);
    if (const Object ub = sample.find("ub_matrix")) read_crystal(sample, ub, g);
  }

  /// The axis that turns during the series, or the one next to the sample.
  void read_spindle(const Object& sample, const std::string& first, Geometry& g) const {
    std::string spindle;
    double set_below = 0;
    Object at = sample.open(first);
    for (std::size_t length = 0; at; ++length, at = entry_.next_in_chain(at)) {
      if (length == longest_chain) entry_.fail(sample, "its chain of axes has no end");
      if (at.attribute_text("transformation_type") != "rotation") continue;
      const std::vector<double> values = entry_.finite_numbers(at, most_frames);
      if (spindle.empty() || !std::ranges::all_of(values, [&](double v) { return v == values.front(); })) {
        if (!spindle.empty()) set_below = 1;
        spindle = at.place();
      }
    }
    if (spindle.empty()) return;
    const Object axis = entry_.group().open(spindle);
    if (set_below != 0)
      g.notes.push_back("The goniometer has axes between the sample and the one that turns; they are left out.");
    g.spindle_axis = from_nexus(entry_.chain_of(axis, sample).rotation * unit(entry_.vector_of(axis)));
    const double factor = entry_.factor_of(axis.attribute_text("units"), angles, axis);
    const std::vector<double> begin = entry_.finite_numbers(axis, most_frames);
    Oscillation turn{begin.front() * factor, 0, begin.size()};
    const std::size_t slash = spindle.rfind('/');
    const Object group = entry_.group().open(spindle.substr(0, slash));
    if (const Object end = group.find(spindle.substr(slash + 1) + "_end"))
      turn.width_rad = (entry_.finite_numbers(end, most_frames).front() - begin.front()) * factor;
    else if (begin.size() > 1)
      turn.width_rad = (begin[1] - begin[0]) * factor;
    g.oscillation = turn;
  }

  void read_crystal(const Object& sample, const Object& matrix, Geometry& g) const {
    const std::vector<double> m = entry_.finite_numbers(matrix, 9 * most_frames);
    if (m.size() < 9) entry_.fail(matrix, "it has nine numbers");
    StatedCrystal crystal;
    const Vec3d a = from_nexus({m[0], m[3], m[6]}), b = from_nexus({m[1], m[4], m[7]}),
                c = from_nexus({m[2], m[5], m[8]});
    const double metres = metres_from_angstrom(1) / dot(a, cross(b, c));
    crystal.axes = axes_of_real(metres * cross(b, c), metres * cross(c, a), metres * cross(a, b), place_of(matrix));
    // As they stand in the file: two inversions round.
    crystal.axes.a_star_A = a;
    crystal.axes.b_star_A = b;
    crystal.axes.c_star_A = c;
    if (const Object group = sample.find("space_group")) crystal.space_group = group.text();
    g.crystal = std::move(crystal);
  }

  std::string place_of(const Object& object) const { return in_quotes(entry_.file_name()) + " " + object.place(); }

  NexusEntry entry_;
};

}  // namespace

Geometry read_nxmx_geometry(const std::string& path) {
  const hdf5::Session session;
  return Reader(hdf5::open_file(path), path).geometry();
}

Geometry parse_nxmx_geometry(std::string_view bytes, const std::string& name) {
  const hdf5::Session session;
  return Reader(hdf5::open_bytes(bytes, name), name).geometry();
}

NxmxFrame read_nxmx_frame(const std::string& path, std::size_t frame) {
  const hdf5::Session session;
  return Reader(hdf5::open_file(path), path).frame(frame);
}

NxmxFrame parse_nxmx_frame(std::string_view bytes, const std::string& name, std::size_t frame) {
  const hdf5::Session session;
  return Reader(hdf5::open_bytes(bytes, name), name).frame(frame);
}

}  // namespace femtobragg::formats
