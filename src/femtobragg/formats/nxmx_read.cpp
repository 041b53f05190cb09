// Reader of NXmx files, ours and others'.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/unit_names.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/beam_frame.h"
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
    note_others(instrument, detector, g);
    read_probe(instrument, g);
    read_beam(instrument, g);
    read_detector(detector, g);
    check_detector(detector, g);
    if (const Object sample = entry_.find_child(entry_.group(), "sample", "NXsample")) read_sample(sample, g);
    return g;
  }

 private:
  /// Something that a geometry can do without: nothing, and a note, where a link leads to another file or nowhere.
  static Object optional(const Object& parent, const std::string& name, Geometry& g) {
    try {
      return parent.find(name);
    } catch (const Error&) {
      g.notes.push_back(parent.place() + "/" + name + " leads to another file or nowhere, and is not used.");
      return {};
    }
  }

  static bool is_of(const Object& object, const char* nx_class) {
    return object && object.is_group() && object.attribute_text("NX_class") == nx_class;
  }

  void note_others(const Object& instrument, const Object& detector, Geometry& g) const {
    std::size_t detectors = 0;
    for (const std::string& name : instrument.names()) detectors += is_of(optional(instrument, name, g), "NXdetector");
    if (detectors > 1)
      g.notes.push_back(std::to_string(detectors) + " detectors are described, of which " + detector.place() +
                        " is taken.");
  }

  void read_probe(const Object& instrument, Geometry& g) const {
    for (const Object* parent : {&instrument, &entry_.group()}) {
      const Object source = entry_.find_child(*parent, "source", "NXsource");
      const Object probe = source ? optional(source, "probe", g) : Object();
      if (!probe) continue;
      const std::string name = probe.text();
      if (name != "x-ray" && name != "X-ray" && name != "xray" && name != "photon")
        g.notes.push_back("The probe is " + in_quotes(name) + ": X-rays of its wavelength are simulated instead.");
      return;
    }
  }

  /// The wavelength, and what else is said of it.
  void read_wavelength(const Object& beam, Geometry& g) const {
    g.wavelength_m = entry_.quantity(beam, "incident_wavelength", Measure::Length);
    if (g.wavelength_m && !(*g.wavelength_m > 0)) entry_.fail(beam, "the wavelength must be above zero");
    const auto energy_eV = entry_.quantity(beam, "incident_energy", Measure::Energy);
    if (!energy_eV) return;
    if (!(*energy_eV > 0)) entry_.fail(beam, "the energy must be above zero");
    const double metres = metres_from_angstrom(angstrom_from_eV(*energy_eV));
    if (!g.wavelength_m)
      g.wavelength_m = metres;
    else if (std::abs(metres - *g.wavelength_m) > 1e-3 * metres)
      g.notes.push_back("The wavelength is " + format_number(angstrom_from_metres(*g.wavelength_m)) +
                        " A, but incident_energy means " + format_number(angstrom_from_metres(metres)) +
                        " A; the wavelength is taken.");
  }

  /// Polarized light along McStas' x, or turned from it.
  void read_beam(const Object& instrument, Geometry& g) const {
    Object beam = entry_.find_child(instrument, "beam", "NXbeam");
    if (const Object sample = entry_.find_child(entry_.group(), "sample", "NXsample"); sample && !beam)
      beam = entry_.find_child(sample, "beam", "NXbeam");
    if (!beam) return;
    read_wavelength(beam, g);
    const auto several = [](const Object& list) {
      return list && list.is_dataset() && !list.shape().empty() && list.shape().back() > 1;
    };
    if (const Object list = beam.find("incident_wavelength"); several(list))
      g.notes.push_back("The beam has several wavelengths, of which the first is taken.");
    else if (const std::string variant = list ? list.attribute_text("variant") : ""; !variant.empty())
      if (several(beam.find(variant)))
        g.notes.push_back("The beam has several wavelengths, and one that stands for them, which is taken.");
    Object stokes = beam.find("incident_polarization_stokes");
    if (!stokes) stokes = beam.find("incident_polarisation_stokes");
    if (!stokes) return;
    const std::vector<double> s = entry_.finite_numbers(stokes, most_frames);
    if (s.size() < 3 || !(s[0] > 0)) entry_.fail(stokes, "Stokes' parameters are four, the first above zero");
    g.polarization_fraction = std::hypot(s[1], s[2]) / s[0];
    const double angle = std::atan2(s[2], s[1]) / 2;
    const Vec3d axis = from_nexus({std::cos(angle), std::sin(angle), 0});
    // Both directions of a field are one.
    g.polarization_axis = axis.z < 0 ? -axis : axis;
  }

  Sensor read_sensor(const Object& detector, Geometry& g) const {
    Sensor sensor;
    if (const Object thickness = optional(detector, "sensor_thickness", g); thickness)
      if (thickness.attribute_text("assumed").empty())
        sensor.thickness_m = entry_.quantity(detector, "sensor_thickness", Measure::Length).value_or(0);
    if (const Object material = optional(detector, "sensor_material", g); material)
      if (material.attribute_text("assumed").empty()) sensor.material = material.text();
    if (sensor.material == "Silicon" || sensor.material == "silicon") sensor.material = "Si";
    if (const Object attenuation = detector.find("sensor_attenuation"))
      sensor.attenuation_per_m = entry_.finite_numbers(attenuation, 1).front();
    sensor.layer_step_m = sensor.thickness_m;
    if (sensor.thickness_m < 0 || sensor.attenuation_per_m < 0)
      entry_.fail(detector, "the sensor's thickness and attenuation are not negative");
    return sensor;
  }

  void read_detector(const Object& detector, Geometry& g) const {
    if (const Object text = optional(detector, "description", g)) g.detector.name = text.text();
    const Sensor sensor = read_sensor(detector, g);
    double saturation = std::numeric_limits<double>::infinity();
    if (const Object value = optional(detector, "saturation_value", g))
      if (const double most = entry_.finite_numbers(value, 1).front(); most > 0) saturation = most;
    std::vector<std::size_t> slabs;
    for (const std::string& name : detector.names()) {
      const Object module = name == "data" || is_pixel_mask(name) ? Object() : optional(detector, name, g);
      if (!is_of(module, "NXdetector_module")) continue;
      if (g.detector.panels.size() == most_panels) entry_.fail(detector, "too many modules");
      Panel panel = read_module(module, slabs, g);
      panel.sensor = sensor;
      panel.saturation = saturation;
      g.detector.panels.push_back(std::move(panel));
    }
    if (g.detector.panels.empty()) entry_.fail(detector, "it has no NXdetector_module");
    if (!slabs.empty()) stack_slabs(detector, slabs, g);
    require_separate_windows(g.detector, place_of(detector));
    read_masks(detector, slabs, g);
  }

  /// Data of the axes slab, slow and fast: the slabs lie one below the other along slow.
  void stack_slabs(const Object& detector, const std::vector<std::size_t>& slabs, Geometry& g) const {
    if (slabs.size() != g.detector.panels.size())
      entry_.fail(detector, "data_origin of all modules has as many numbers, two or three");
    std::size_t height = 0;
    for (const Panel& panel : g.detector.panels) height = std::max(height, panel.data_slow + panel.n_slow);
    for (std::size_t i = 0; i < slabs.size(); ++i) g.detector.panels[i].data_slow += slabs[i] * height;
    g.notes.push_back("The data have a dimension besides slow and fast: its slabs lie one below the other along slow.");
  }

  /// Slow and fast; of three numbers the first is put into `slab`.
  std::array<std::size_t, 2> pixel_counts(const Object& module, const std::string& field, double least,
                                          std::optional<std::size_t>& slab) const {
    const Object at = module.open(field);
    const std::vector<double> values = entry_.finite_numbers(at, 3);
    const std::size_t n = values.size();
    if (n < 2 || !std::ranges::all_of(values, [&](double v) { return v >= least && v <= largest_edge; }))
      entry_.fail(at, "it holds two or three counts of pixels, slow and fast last");
    if (n == 3) slab = static_cast<std::size_t>(values[0]);
    return {static_cast<std::size_t>(values[n - 2]), static_cast<std::size_t>(values[n - 1])};
  }

  Panel read_module(const Object& module, std::vector<std::size_t>& slabs, Geometry& g) const {
    Panel panel;
    if (const Object name = module.find("local_name")) panel.name = name.text();
    std::optional<std::size_t> slab, slabs_deep;
    const auto origin = pixel_counts(module, "data_origin", 0, slab);
    const auto size = pixel_counts(module, "data_size", 1, slabs_deep);
    if (slab.has_value() != slabs_deep.has_value() || slabs_deep.value_or(1) != 1)
      entry_.fail(module, "data_origin and data_size have as many numbers, and a module is one slab deep");
    if (slab) slabs.push_back(*slab);
    if (const Object stride = module.find("data_stride"))
      if (std::ranges::any_of(entry_.finite_numbers(stride, 3), [](double v) { return v != 1; }))
        entry_.fail(stride, "modules hold all pixels between their corners: strides are 1");
    panel.data_slow = origin[0];
    panel.data_fast = origin[1];
    panel.n_slow = size[0];
    panel.n_fast = size[1];
    const Object fast = module.open("fast_pixel_direction"), slow = module.open("slow_pixel_direction");
    for (const Object* axis : {&fast, &slow}) {
      if (!entry_.next_in_chain(*axis)) entry_.fail(*axis, "its depends_on says where the module stands");
      note_moves(*axis, g);
    }
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

  /// Once for all modules.
  void note_moves(const Object& axis, Geometry& g) const {
    std::size_t length = 0;
    for (Object at = entry_.next_in_chain(axis); at && length < longest_chain;
         at = entry_.next_in_chain(at), ++length) {
      const std::vector<double> values = entry_.finite_numbers(at, most_frames);
      const std::string note = "The detector moves during the series (" + at.place() + "): its first place is taken.";
      if (std::ranges::any_of(values, [&](double v) { return v != values.front(); }) &&
          std::ranges::find(g.notes, note) == g.notes.end())
        g.notes.push_back(note);
    }
  }

  /// What the detector says of its place besides the chains of axes.
  void check_detector(const Object& detector, Geometry& g) const {
    const Panel& panel = g.detector.panels.front();
    const auto differ = [](double a, double b, double share) { return std::abs(a - b) > share * std::abs(b); };
    const auto length = [&](const char* name) -> std::optional<double> {
      return optional(detector, name, g) ? entry_.quantity(detector, name, Measure::Length) : std::nullopt;
    };
    const auto note = [&](const std::string& what, const std::string& stated, const std::string& found) {
      g.notes.push_back(what + " is stated as " + stated + ", but the axes mean " + found + "; the axes are taken.");
    };
    const auto mm = [](double metres) { return format_number(mm_from_metres(metres)) + " mm"; };
    const double edges[] = {panel.pixel_size_m * norm(panel.fast_axis), panel.pixel_size_m * norm(panel.slow_axis)};
    for (const auto& [name, edge] : {std::pair("x_pixel_size", edges[0]), std::pair("y_pixel_size", edges[1])})
      if (const auto stated = length(name); stated && differ(*stated, edge, 1e-4)) note(name, mm(*stated), mm(edge));
    if (g.detector.panels.size() > 1) return;
    const auto spot = beam_spot(panel, g.beam_direction);
    const double along_m = spot ? spot->distance_m : normal_distance_m(panel);
    if (const auto stated = length("distance");
        stated && differ(*stated, along_m, 0.01) && differ(*stated, normal_distance_m(panel), 0.01))
      note("distance", mm(*stated), mm(along_m));
    if (!spot) return;
    constexpr double most_px = 2;
    for (const auto& [name, found] :
         {std::pair("beam_center_x", spot->fast_px), std::pair("beam_center_y", spot->slow_px)}) {
      const Object at = optional(detector, name, g);
      const std::string units = at ? at.attribute_text("units") : "m";
      if (!at || metres_in(units)) continue;
      const double stated = entry_.finite_numbers(at, most_frames).front();
      if (std::abs(stated - found) > most_px)
        note(name, format_number(stated) + " pixels", format_number(found) + " pixels");
    }
  }

  double pixel_edge(const Object& axis) const {
    const double metres = entry_.finite_numbers(axis, most_frames).front() *
                          entry_.factor_of(axis.attribute_text("units"), Measure::Length, axis);
    if (!(metres > 0 && metres < 1)) entry_.fail(axis, "a pixel is larger than nothing and smaller than a metre");
    return metres;
  }

  /// All masks together: "pixel_mask" and those that a number is added to.
  void read_masks(const Object& detector, const std::vector<std::size_t>& slabs, Geometry& g) const {
    for (const std::string& name : detector.names())
      if (is_pixel_mask(name)) read_mask(optional(detector, name, g), slabs, g);
  }

  void read_mask(const Object& mask, const std::vector<std::size_t>& slabs, Geometry& g) const {
    if (!mask || !mask.is_dataset()) return;
    const ImageShape shape = g.detector.image_shape();
    // Slabs have the same bytes as when they lie one below the other.
    std::vector<std::uint64_t> stored = mask.shape();
    const bool in_slabs = !slabs.empty() && stored.size() == 3;
    if (in_slabs) stored = {stored[0] * stored[1], stored[2]};
    if (stored != std::vector<std::uint64_t>{shape.n_slow, shape.n_fast}) {
      g.notes.push_back("The pixel mask has another shape than the image, and is left out.");
      return;
    }
    require_memory(checked_product({shape.n_fast, shape.n_slow, sizeof(std::uint32_t)}), "the pixel mask",
                   std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels", "check the file");
    mask.holds_integers();
    mask.require_slice_in_file();
    std::vector<std::uint32_t> bits(shape.n_fast * shape.n_slow);
    const std::uint64_t planes = in_slabs ? mask.shape()[0] : 1;
    for (std::uint64_t i = 0; i < planes; ++i)
      mask.read_slice(i, hdf5::Number::UInt32, bits.data() + i * (bits.size() / planes));
    for (Panel& panel : g.detector.panels) {
      std::vector<std::uint8_t> live(panel.n_fast * panel.n_slow);
      for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
        for (std::size_t fast = 0; fast < panel.n_fast; ++fast)
          live[slow * panel.n_fast + fast] =
              (bits[(panel.data_slow + slow) * shape.n_fast + panel.data_fast + fast] & bad_pixel_bits) == 0;
      if (std::ranges::find(live, 0) == live.end()) continue;
      if (!panel.mask.empty())
        for (std::size_t i = 0; i < live.size(); ++i) live[i] = live[i] && panel.mask[i];
      panel.mask = std::move(live);
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
    bool moved = false;
    Object at = sample.open(first);
    for (std::size_t length = 0; at; ++length, at = entry_.next_in_chain(at)) {
      if (length == longest_chain) entry_.fail(sample, "its chain of axes has no end");
      const std::vector<double> values = entry_.finite_numbers(at, most_frames);
      if (!entry_.is_rotation(at)) {
        moved = moved || std::ranges::any_of(values, [](double v) { return v != 0; });
        continue;
      }
      if (spindle.empty() || !std::ranges::all_of(values, [&](double v) { return v == values.front(); })) {
        if (!spindle.empty()) set_below = 1;
        spindle = at.place();
      }
    }
    if (moved) g.notes.push_back("Shifts of the sample on its goniometer are not used.");
    if (spindle.empty()) return;
    const Object axis = entry_.group().open(spindle);
    if (set_below != 0)
      g.notes.push_back("The goniometer has axes between the sample and the one that turns; they are left out.");
    g.spindle_axis = from_nexus(entry_.chain_of(axis, sample).rotation * unit(entry_.vector_of(axis)));
    const double factor = entry_.factor_of(axis.attribute_text("units"), Measure::Angle, axis);
    const std::vector<double> begin = entry_.finite_numbers(axis, most_frames);
    Oscillation turn{begin.front() * factor, 0, begin.size()};
    const std::size_t slash = spindle.rfind('/');
    const Object group = entry_.group().open(spindle.substr(0, slash));
    if (const Object end = group.find(spindle.substr(slash + 1) + "_end"))
      turn.width_rad = (entry_.finite_numbers(end, most_frames).front() - begin.front()) * factor;
    else if (begin.size() > 1)
      turn.width_rad = (begin[1] - begin[0]) * factor;
    else if (const Object width = group.find(spindle.substr(slash + 1) + "_increment_set"))
      turn.width_rad = entry_.finite_numbers(width, most_frames).front() * factor;
    note_uneven(begin, g);
    g.oscillation = turn;
  }

  static void note_uneven(const std::vector<double>& begin, Geometry& g) {
    for (std::size_t i = 2; i < begin.size(); ++i) {
      const double first = begin[1] - begin[0], step = begin[i] - begin[i - 1];
      if (std::abs(step - first) <= 0.01 * std::abs(first)) continue;
      g.notes.push_back("The spindle turns unevenly: all frames are as wide as the first.");
      return;
    }
  }

  /// What reciprocal lengths are in 1/angstrom.
  double reciprocal_factor(const Object& matrix) const {
    std::string units = matrix.attribute_text("units");
    if (units.empty()) return 1;
    if (units.starts_with("1/")) units = units.substr(2);
    for (const char* power : {"**-1", "^-1", "-1"})
      if (units.ends_with(power)) units.resize(units.size() - std::string_view(power).size());
    return metres_from_angstrom(1) / entry_.factor_of(units, Measure::Length, matrix);
  }

  /// The cell that is stated besides the matrix.
  void check_cell(const Object& sample, const CrystalAxes& axes, Geometry& g) const {
    const Object cell = optional(sample, "unit_cell", g);
    if (!cell) return;
    const std::vector<double> stated = entry_.finite_numbers(cell, 6 * most_frames);
    const auto angle = [](const Vec3d& u, const Vec3d& v) {
      return degrees_from_radians(std::acos(std::clamp(dot(unit(u), unit(v)), -1.0, 1.0)));
    };
    const double found[] = {angstrom_from_metres(norm(axes.a_m)),
                            angstrom_from_metres(norm(axes.b_m)),
                            angstrom_from_metres(norm(axes.c_m)),
                            angle(axes.b_m, axes.c_m),
                            angle(axes.c_m, axes.a_m),
                            angle(axes.a_m, axes.b_m)};
    constexpr double most = 2e-3;
    if (stated.size() < 6 || std::equal(found, found + 6, stated.begin(),
                                        [](double a, double b) { return std::abs(a - b) <= most * std::abs(b); }))
      return;
    g.notes.push_back("unit_cell is not the cell of ub_matrix, which is taken.");
  }

  void read_crystal(const Object& sample, const Object& matrix, Geometry& g) const {
    std::vector<double> m = entry_.finite_numbers(matrix, 9 * most_frames);
    if (m.size() < 9) entry_.fail(matrix, "it has nine numbers");
    if (m.size() > 9) g.notes.push_back("Of several matrices of the crystal the first is taken.");
    if (const double factor = reciprocal_factor(matrix); factor != 1)
      for (double& element : m) element *= factor;
    StatedCrystal crystal;
    const Vec3d a = from_nexus({m[0], m[3], m[6]}), b = from_nexus({m[1], m[4], m[7]}),
                c = from_nexus({m[2], m[5], m[8]});
    const double metres = metres_from_angstrom(1) / dot(a, cross(b, c));
    crystal.axes = axes_of_real(metres * cross(b, c), metres * cross(c, a), metres * cross(a, b), place_of(matrix));
    // As they stand in the file: two inversions round.
    crystal.axes.a_star_A = a;
    crystal.axes.b_star_A = b;
    crystal.axes.c_star_A = c;
    if (const Object group = optional(sample, "space_group", g)) crystal.space_group = group.text();
    check_cell(sample, crystal.axes, g);
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

}  // namespace femtobragg::formats
