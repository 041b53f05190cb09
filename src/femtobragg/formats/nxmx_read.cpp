// Reader of NXmx files, ours and others'.
#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/mat3.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/hdf5_file.h"
#include "femtobragg/formats/nxmx.h"
#include "femtobragg/formats/nxmx_frame.h"

namespace femtobragg::formats {
namespace {

using hdf5::Object;

constexpr std::size_t most_frames = 1 << 20, most_panels = 1 << 14, longest_chain = 64;
constexpr double largest_edge = 1 << 20;
constexpr std::uint32_t bad_pixel_bits = 0xffff;

[[noreturn]] void fail(const std::string& file, const Object& at, const std::string& rule) {
  throw Error::runtime(
      {.what = "not a usable NXmx file", .where = in_quotes(file) + (at ? ", " + at.place() : ""), .rule = rule});
}

struct Unit {
  std::string_view name;
  double factor;
};
constexpr Unit lengths[] = {{"m", 1},         {"metre", 1}, {"meter", 1},        {"mm", 1e-3},        {"um", 1e-6},
                            {"micron", 1e-6}, {"nm", 1e-9}, {"angstrom", 1e-10}, {"Angstrom", 1e-10}, {"A", 1e-10}};
constexpr Unit angles[] = {{"deg", pi / 180}, {"degree", pi / 180}, {"degrees", pi / 180}, {"rad", 1}, {"radian", 1}};

/// An axis of a chain: the point x goes to rotation x + shift.
struct Step {
  Mat3d rotation = Mat3d::identity();
  Vec3d shift;
};

Vec3d vec3_from(const std::vector<double>& v) { return {v[0], v[1], v[2]}; }

Mat3d rotation_about(const Vec3d& axis, double angle) {
  const Vec3d u = unit(axis);
  const double c = std::cos(angle), s = std::sin(angle), k = 1 - c;
  return {{c + k * u.x * u.x, k * u.x * u.y - s * u.z, k * u.x * u.z + s * u.y},
          {k * u.y * u.x + s * u.z, c + k * u.y * u.y, k * u.y * u.z - s * u.x},
          {k * u.z * u.x - s * u.y, k * u.z * u.y + s * u.x, c + k * u.z * u.z}};
}

class Reader {
 public:
  Reader(const Object& file, std::string name) : name_(std::move(name)), entry_(find_entry(file)) {}

  Geometry geometry() {
    Geometry g;
    const Object instrument = child(entry_, "instrument", "NXinstrument");
    const Object detector = child(instrument, "detector", "NXdetector");
    read_beam(instrument, g);
    read_detector(detector, g);
    if (const Object sample = find_child(entry_, "sample", "NXsample")) read_sample(sample, g);
    for (Panel& panel : g.detector.panels)
      for (Vec3d* v : {&panel.origin_m, &panel.fast_axis, &panel.slow_axis}) *v = from_nexus(*v);
    for (Panel& panel : g.detector.panels) set_normal(panel);
    return g;
  }

  NxmxFrame frame(std::size_t index) const {
    const Object data = pixels();
    const std::vector<std::uint64_t> shape = data.shape();
    if (shape.size() != 2 && shape.size() != 3) fail(name_, data, "images have the axes frame, slow and fast");
    NxmxFrame result;
    result.frames = shape.size() == 3 ? shape.front() : 1;
    if (index >= result.frames)
      throw Error::usage({.what = "no such frame",
                          .where = in_quotes(name_),
                          .value = std::to_string(index),
                          .rule = "it holds " + std::to_string(result.frames) + ", counted from 0"});
    result.pixels.shape = {shape.back(), shape[shape.size() - 2]};
    const ImageShape& s = result.pixels.shape;
    if (s.n_fast == 0 || s.n_slow == 0) fail(name_, data, "the frames have no pixels");
    require_memory(checked_product({s.n_fast, s.n_slow, sizeof(float)}), "a frame of " + in_quotes(name_),
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
  Object find_entry(const Object& file) const {
    for (const std::string& name : file.names()) {
      Object entry = file.open(name);
      if (!entry.is_group() || entry.attribute_text("NX_class") != "NXentry") continue;
      const Object definition = entry.find("definition");
      if (definition && definition.text() == "NXmx") return entry;
    }
    fail(name_, {}, "it needs an NXentry with the definition NXmx");
  }

  /// The child of that class, the one of the usual name first.
  Object find_child(const Object& parent, const std::string& usual, const std::string& nx_class) const {
    if (Object found = parent.find(usual); found && found.is_group() && found.attribute_text("NX_class") == nx_class)
      return found;
    for (const std::string& name : parent.names()) {
      // What leads to other files is none of ours.
      Object found = parent.has(name) ? parent.open(name) : Object();
      if (found && found.is_group() && found.attribute_text("NX_class") == nx_class) return found;
    }
    return {};
  }
  Object child(const Object& parent, const std::string& usual, const std::string& nx_class) const {
    Object found = find_child(parent, usual, nx_class);
    if (!found) fail(name_, parent, "it has no " + nx_class);
    return found;
  }

  Object pixels() const {
    const Object data = child(entry_, "data", "NXdata");
    const std::string signal = data.attribute_text("signal");
    return data.open(signal.empty() ? "data" : signal);
  }

  double factor_of(const std::string& unit, std::span<const Unit> known, const Object& at) const {
    for (const Unit& candidate : known)
      if (candidate.name == unit) return candidate.factor;
    fail(name_, at, "its unit " + in_quotes(unit) + " is none that is known here");
  }

  std::vector<double> finite_numbers(const Object& at, std::size_t most) const {
    std::vector<double> values = at.numbers(most);
    if (values.empty() || !std::ranges::all_of(values, [](double v) { return std::isfinite(v); }))
      fail(name_, at, "it must hold finite numbers");
    return values;
  }

  std::optional<double> quantity(const Object& parent, const std::string& name, std::span<const Unit> known) const {
    const Object at = parent.find(name);
    if (!at) return std::nullopt;
    return finite_numbers(at, most_frames).front() * factor_of(at.attribute_text("units"), known, at);
  }

  /// Polarized light along McStas' x, or turned from it.
  void read_beam(const Object& instrument, Geometry& g) const {
    Object beam = find_child(instrument, "beam", "NXbeam");
    if (const Object sample = find_child(entry_, "sample", "NXsample"); sample && !beam)
      beam = find_child(sample, "beam", "NXbeam");
    if (!beam) return;
    g.wavelength_m = quantity(beam, "incident_wavelength", lengths);
    if (g.wavelength_m && !(*g.wavelength_m > 0)) fail(name_, beam, "the wavelength must be above zero");
    if (const Object list = beam.find("incident_wavelength"); list && list.shape().size() > 0)
      if (const auto all = list.shape(); all.front() > 1)
        g.notes.push_back("The beam has several wavelengths, of which the first is taken.");
    const Object stokes = beam.find("incident_polarization_stokes");
    if (!stokes) return;
    const std::vector<double> s = finite_numbers(stokes, most_frames);
    if (s.size() < 3 || !(s[0] > 0)) fail(name_, stokes, "Stokes' parameters are four, the first above zero");
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
        sensor.thickness_m = quantity(detector, "sensor_thickness", lengths).value_or(0);
    if (const Object material = detector.find("sensor_material"); material)
      if (material.attribute_text("assumed").empty()) sensor.material = material.text();
    if (const Object attenuation = detector.find("sensor_attenuation"))
      sensor.attenuation_per_m = finite_numbers(attenuation, 1).front();
    sensor.layer_step_m = sensor.thickness_m;
    if (sensor.thickness_m < 0 || sensor.attenuation_per_m < 0)
      fail(name_, detector, "the sensor's thickness and attenuation are not negative");
    double saturation = std::numeric_limits<double>::infinity();
    if (const Object value = detector.find("saturation_value")) saturation = finite_numbers(value, 1).front();
    for (const std::string& name : detector.names()) {
      const Object module = detector.has(name) && name != "data" ? detector.open(name) : Object();
      if (!module || !module.is_group() || module.attribute_text("NX_class") != "NXdetector_module") continue;
      if (g.detector.panels.size() == most_panels) fail(name_, detector, "too many modules");
      Panel panel = read_module(module);
      panel.sensor = sensor;
      panel.saturation = saturation;
      g.detector.panels.push_back(std::move(panel));
    }
    if (g.detector.panels.empty()) fail(name_, detector, "it has no NXdetector_module");
    const ImageShape shape = g.detector.image_shape();
    double in_panels = 0;
    for (const Panel& panel : g.detector.panels)
      in_panels += static_cast<double>(panel.n_fast) * static_cast<double>(panel.n_slow);
    if (in_panels > static_cast<double>(shape.n_fast) * static_cast<double>(shape.n_slow))
      fail(name_, detector, "its modules overlap in the image");
    read_mask(detector, g);
  }

  std::array<std::size_t, 2> pixel_counts(const Object& module, const std::string& field, double least) const {
    const Object at = module.open(field);
    const std::vector<double> values = finite_numbers(at, 2);
    if (values.size() != 2 || !std::ranges::all_of(values, [&](double v) { return v >= least && v <= largest_edge; }))
      fail(name_, at, "it holds two counts of pixels, slow and fast");
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
    panel.region = {0, panel.n_fast, 0, panel.n_slow};
    const Object fast = module.open("fast_pixel_direction"), slow = module.open("slow_pixel_direction");
    const Step stands = chain_of(fast, module);
    const double fast_m = pixel_edge(fast), slow_m = pixel_edge(slow);
    panel.pixel_size_m = fast_m;
    panel.origin_m = stands.shift;
    panel.fast_axis = stands.rotation * unit(vector_of(fast));
    panel.slow_axis = chain_of(slow, module).rotation * unit(vector_of(slow));
    if (std::abs(slow_m - fast_m) > 1e-9 * fast_m) panel.slow_axis = (slow_m / fast_m) * panel.slow_axis;
    panel.area_ratio = norm(cross(panel.fast_axis, panel.slow_axis));
    if (!(panel.area_ratio > 1e-6)) fail(name_, module, "fast and slow pixels must run in different directions");
    if (std::abs(panel.area_ratio - 1) < 1e-9) panel.area_ratio = 1;
    return panel;
  }

  Vec3d vector_of(const Object& axis) const {
    const std::vector<double> v = axis.attribute_numbers("vector");
    if (v.size() != 3 || !is_finite(vec3_from(v)) || !(norm(vec3_from(v)) > 0))
      fail(name_, axis, "its attribute vector needs three finite numbers, not all zero");
    return vec3_from(v);
  }

  double pixel_edge(const Object& axis) const {
    const double metres =
        finite_numbers(axis, most_frames).front() * factor_of(axis.attribute_text("units"), lengths, axis);
    if (!(metres > 0 && metres < 1)) fail(name_, axis, "a pixel is larger than nothing and smaller than a metre");
    return metres;
  }

  Step step_of(const Object& axis) const {
    Step step;
    const std::string type = axis.attribute_text("transformation_type"), units = axis.attribute_text("units");
    const double value = finite_numbers(axis, most_frames).front();
    if (type == "rotation")
      step.rotation = rotation_about(vector_of(axis), value * factor_of(units, angles, axis));
    else
      step.shift = value * (value == 0 ? 0 : factor_of(units, lengths, axis)) * vector_of(axis);
    const std::vector<double> offset = axis.attribute_numbers("offset");
    if (offset.empty() || offset == std::vector<double>{0, 0, 0}) return step;
    if (offset.size() != 3 || !is_finite(vec3_from(offset))) fail(name_, axis, "an offset has three finite numbers");
    const std::string offset_units = axis.attribute_text("offset_units");
    step.shift = step.shift + factor_of(offset_units.empty() ? units : offset_units, lengths, axis) * vec3_from(offset);
    return step;
  }

  /// The axis that an axis stands on; nothing: it stands on the ground. Relative names start where the axis is.
  Object next_in_chain(const Object& axis) const {
    const std::string target = axis.attribute_text("depends_on");
    if (target.empty() || target == ".") return {};
    if (target.starts_with('/')) return entry_.open(target);
    return entry_.open(axis.place().substr(0, axis.place().rfind('/') + 1) + target);
  }

  /// All that an axis stands on, in one: of what depends on it.
  Step chain_of(const Object& axis, const Object& from) const {
    Step whole;
    Object at = next_in_chain(axis);
    for (std::size_t length = 0; at; ++length, at = next_in_chain(at)) {
      if (length == longest_chain) fail(name_, from, "its chain of axes has no end");
      const Step step = step_of(at);
      whole = {step.rotation * whole.rotation, step.rotation * whole.shift + step.shift};
    }
    return whole;
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
    for (std::size_t length = 0; at; ++length, at = next_in_chain(at)) {
      if (length == longest_chain) fail(name_, sample, "its chain of axes has no end");
      if (at.attribute_text("transformation_type") != "rotation") continue;
      const std::vector<double> values = finite_numbers(at, most_frames);
      if (spindle.empty() || !std::ranges::all_of(values, [&](double v) { return v == values.front(); })) {
        if (!spindle.empty()) set_below = 1;
        spindle = at.place();
      }
    }
    if (spindle.empty()) return;
    const Object axis = entry_.open(spindle);
    if (set_below != 0)
      g.notes.push_back("The goniometer has axes between the sample and the one that turns; they are left out.");
    g.spindle_axis = from_nexus(chain_of(axis, sample).rotation * unit(vector_of(axis)));
    const double factor = factor_of(axis.attribute_text("units"), angles, axis);
    const std::vector<double> begin = finite_numbers(axis, most_frames);
    Oscillation turn{begin.front() * factor, 0, begin.size()};
    const std::size_t slash = spindle.rfind('/');
    const Object group = entry_.open(spindle.substr(0, slash));
    if (const Object end = group.find(spindle.substr(slash + 1) + "_end"))
      turn.width_rad = (finite_numbers(end, most_frames).front() - begin.front()) * factor;
    else if (begin.size() > 1)
      turn.width_rad = (begin[1] - begin[0]) * factor;
    g.oscillation = turn;
  }

  void read_crystal(const Object& sample, const Object& matrix, Geometry& g) const {
    const std::vector<double> m = finite_numbers(matrix, 9 * most_frames);
    if (m.size() < 9) fail(name_, matrix, "it has nine numbers");
    StatedCrystal crystal;
    const Vec3d a = from_nexus({m[0], m[3], m[6]}), b = from_nexus({m[1], m[4], m[7]}),
                c = from_nexus({m[2], m[5], m[8]});
    const double volume = dot(a, cross(b, c));
    if (!(std::abs(volume) > 0)) fail(name_, matrix, "its columns must not lie in a plane");
    CrystalAxes& axes = crystal.axes;
    axes.a_star_A = a;
    axes.b_star_A = b;
    axes.c_star_A = c;
    const double metres = metres_from_angstrom(1) / volume;
    axes.a_m = metres * cross(b, c);
    axes.b_m = metres * cross(c, a);
    axes.c_m = metres * cross(a, b);
    axes.lengths_m = {norm(axes.a_m), norm(axes.b_m), norm(axes.c_m)};
    if (!is_finite(axes.a_m) || !is_finite(axes.b_m) || !is_finite(axes.c_m))
      fail(name_, matrix, "it must have an inverse");
    if (const Object group = sample.find("space_group")) crystal.space_group = group.text();
    g.crystal = std::move(crystal);
  }

  static void set_normal(Panel& panel) {
    panel.normal = unit(cross(panel.fast_axis, panel.slow_axis));
    const Vec3d middle = panel.origin_m +
                         0.5 * panel.pixel_size_m * static_cast<double>(panel.n_fast) * panel.fast_axis +
                         0.5 * panel.pixel_size_m * static_cast<double>(panel.n_slow) * panel.slow_axis;
    if (dot(middle, panel.normal) < 0) panel.normal = -panel.normal;
  }

  std::string name_;
  Object entry_;
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
