// Reader of NXmx files, ours and others'.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <tuple>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/unit_names.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/beam_frame.h"
#include "femtobragg/formats/image/eiger_master.h"
#include "femtobragg/formats/image/nexus_entry.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/image/nxmx_frame.h"
#include "femtobragg/formats/image/nxmx_rules.h"
#include "femtobragg/formats/image/nxmx_sample.h"
#include "femtobragg/formats/io/hdf5_file.h"

namespace femtobragg::formats {
namespace {

using hdf5::Object;

constexpr double largest_edge = 1 << 20;

class NxmxReader {
 public:
  NxmxReader(const Object& file, std::string name) : entry_(file, std::move(name)) {}

  Geometry geometry() {
    Geometry g;
    const Object instrument = entry_.child(entry_.group(), "instrument", "NXinstrument");
    const Object detector = entry_.child(instrument, "detector", "NXdetector");
    if (entry_.is_eiger_master())
      g.notes.push_back(
          "The file does not state the definition NXmx: it is read as the master file of a DECTRIS detector.");
    note_others(instrument, detector, g);
    read_probe(instrument, g);
    read_beam(instrument, g);
    read_detector(detector, g);
    check_detector(detector, g);
    optional(entry_.group(), "sample", g);
    if (const Object sample = entry_.find_child(entry_.group(), "sample", "NXsample"))
      read_nxmx_sample(entry_, sample, g);
    return g;
  }

 private:
  static Object optional(const Object& parent, const std::string& name, Geometry& g) {
    return find_or_note(parent, name, g.notes);
  }

  static bool is_of(const Object& object, const char* nx_class) {
    return object && object.is_group() && object.attribute_text("NX_class") == nx_class;
  }

  void note_others(const Object& instrument, const Object& detector, Geometry& g) const {
    std::size_t detectors = 0;
    for (const std::string& name : instrument.names()) detectors += is_of(optional(instrument, name, g), "NXdetector");
    if (detectors > 1)
      g.notes.push_back(std::to_string(detectors) + " detectors are described; " + detector.place() + " is used.");
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
    if (energy_eV && !(*energy_eV > 0)) entry_.fail(beam, "the energy must be above zero");
    g.wavelength_m = wavelength_of(g.wavelength_m, energy_eV, g.notes);
  }

  /// Polarized light along McStas' x, or turned from it.
  void read_beam(const Object& instrument, Geometry& g) const {
    Object beam = entry_.find_child(instrument, "beam", "NXbeam"), other;
    if (const Object sample = entry_.find_child(entry_.group(), "sample", "NXsample"))
      other = entry_.find_child(sample, "beam", "NXbeam");
    if (!beam) beam = std::move(other);
    if (!beam) return;
    read_wavelength(beam, g);
    if (other) {
      const auto its = entry_.quantity(other, "incident_wavelength", Measure::Length);
      if (its && g.wavelength_m && std::abs(*its - *g.wavelength_m) > 1e-3 * *its)
        g.notes.push_back("The wavelength of the sample's beam differs from that of the instrument, which is used.");
    }
    for (const char* spread : {"incident_wavelength_spread", "incident_beam_divergence"})
      if (const Object at = optional(beam, spread, g); at && at.is_dataset())
        if (std::ranges::any_of(entry_.finite_numbers(at, most_frames), [](double v) { return v != 0; }))
          g.notes.push_back("The beam's " + std::string(spread) + " is not used.");
    const auto several = [](const Object& list) {
      return list && list.is_dataset() && !list.shape().empty() && list.shape().back() > 1;
    };
    if (const Object list = beam.find("incident_wavelength"); several(list))
      g.notes.push_back("The beam has several wavelengths; the first is used.");
    else if (const std::string variant = list ? list.attribute_text("variant") : ""; !variant.empty())
      if (several(beam.find(variant)))
        g.notes.push_back("The beam has several wavelengths and one that represents them, which is used.");
    Object stokes = beam.find("incident_polarization_stokes");
    if (!stokes) stokes = beam.find("incident_polarisation_stokes");
    if (!stokes) return;
    const std::vector<double> s = entry_.finite_numbers(stokes, most_frames);
    if (s.size() < 3 || !(s[0] > 0)) entry_.fail(stokes, "there must be four Stokes parameters, the first above zero");
    const double polarized = std::hypot(s[1], s[2], s.size() > 3 ? s[3] : 0) / s[0];
    if (!(polarized <= 1.001))
      entry_.fail(stokes, "the polarized part must not exceed the whole beam, the first Stokes parameter");
    g.polarization_fraction = std::min(1.0, std::hypot(s[1], s[2]) / s[0]);
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
      sensor.attenuation_per_m =
          entry_.finite_numbers(attenuation, 1).front() * entry_.per_metre(attenuation).value_or(1);
    sensor.layer_step_m = sensor.thickness_m;
    if (!(sensor.thickness_m >= 0 && sensor.thickness_m < 0.1) || sensor.attenuation_per_m < 0)
      entry_.fail(detector,
                  "the sensor's thickness and attenuation must not be negative, and it must be thinner than 0.1 m");
    return sensor;
  }

  void read_detector(const Object& detector, Geometry& g) const {
    if (const Object text = optional(detector, "description", g)) g.detector.name = text.text();
    const Sensor sensor = read_sensor(detector, g);
    std::vector<std::size_t> slabs;
    for (const std::string& name : detector.names()) {
      const Object module = name == "data" || is_pixel_rule(name) ? Object() : optional(detector, name, g);
      if (!is_of(module, "NXdetector_module")) continue;
      if (g.detector.panels.size() == most_panels) entry_.fail(detector, "too many modules");
      Panel panel = read_module(module, slabs, g);
      panel.sensor = sensor;
      g.detector.panels.push_back(std::move(panel));
    }
    if (g.detector.panels.empty() && entry_.is_eiger_master()) {
      Panel panel = eiger_panel(entry_, detector);
      panel.sensor = sensor;
      complete_panel(panel, place_of(detector));
      g.detector.panels.push_back(std::move(panel));
    }
    if (g.detector.panels.empty()) entry_.fail(detector, "it has no NXdetector_module");
    const std::vector<std::uint64_t> stored = lengths_of_images(detector);
    if (!slabs.empty()) stack_slabs(detector, slabs, stored, g);
    require_separate_windows(g.detector, place_of(detector));
    check_images(detector, image_axes(stored, !slabs.empty()), g);
    apply_rules(detector, g);
  }

  /// Of the images in this file; empty: there are none, or they are in another.
  std::vector<std::uint64_t> lengths_of_images(const Object& detector) const try {
    const Object data = entry_.find_child(entry_.group(), "data", "NXdata");
    const std::string signal = data ? data.attribute_text("signal") : "";
    Object images = data ? data.find(signal.empty() ? "data" : signal) : Object();
    if (!images) images = detector.find("data");
    return images && images.is_dataset() ? images.shape() : std::vector<std::uint64_t>();
  } catch (const Error&) {
    return {};
  }

  /// Modules are cut out of the images.
  void check_images(const Object& detector, const std::optional<ImageAxes>& axes, Geometry& g) const {
    if (!axes) return;
    const auto words = [](const ImageShape& s) { return std::to_string(s.n_fast) + " x " + std::to_string(s.n_slow); };
    const ImageShape modules = g.detector.image_shape();
    if (modules.n_fast > axes->shape.n_fast || modules.n_slow > axes->shape.n_slow)
      entry_.fail(detector, "the modules' data_origin and data_size require images of " + words(modules) +
                                " pixels, and those of the file have " + words(axes->shape));
    if (modules != axes->shape)
      g.notes.push_back("The images have " + words(axes->shape) + " pixels, of which modules cover " + words(modules) +
                        ".");
  }

  /// Data of the axes slab, slow and fast: the slabs are stacked along slow.
  void stack_slabs(const Object& detector, const std::vector<std::size_t>& slabs,
                   const std::vector<std::uint64_t>& stored, Geometry& g) const {
    if (slabs.size() != g.detector.panels.size())
      entry_.fail(detector, "data_origin of all modules must have the same number of values, two or three");
    std::size_t height = stored.size() > 2 ? stored[stored.size() - 2] : 0;
    for (const Panel& panel : g.detector.panels) height = std::max(height, panel.data_slow + panel.n_slow);
    for (std::size_t i = 0; i < slabs.size(); ++i) g.detector.panels[i].data_slow += slabs[i] * height;
    g.notes.push_back("The data have another dimension besides slow and fast: its slabs are stacked along slow.");
  }

  /// Slow and fast; of three numbers the first is put into `slab`.
  std::array<std::size_t, 2> pixel_counts(const Object& module, const std::string& field, double least,
                                          std::optional<std::size_t>& slab) const {
    const Object at = module.open(field);
    const std::vector<double> values = entry_.finite_numbers(at, 3);
    const std::size_t n = values.size();
    if (n < 2 || !std::ranges::all_of(values, [&](double v) { return v >= least && v <= largest_edge; }))
      entry_.fail(at, "it must have two or three pixel counts, slow and fast last");
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
      entry_.fail(module,
                  "data_origin and data_size must have the same number of values, and a module must be one slab deep");
    if (slab) slabs.push_back(*slab);
    if (const Object stride = module.find("data_stride"))
      if (std::ranges::any_of(entry_.finite_numbers(stride, 3), [](double v) { return v != 1; }))
        entry_.fail(stride, "modules must include all pixels between their corners: strides must be 1");
    panel.data_slow = origin[0];
    panel.data_fast = origin[1];
    panel.n_slow = size[0];
    panel.n_fast = size[1];
    const Object fast = module.open("fast_pixel_direction"), slow = module.open("slow_pixel_direction");
    for (const Object* axis : {&fast, &slow}) {
      if (!entry_.next_in_chain(*axis)) entry_.fail(*axis, "its depends_on must give the module's position");
      if (entry_.is_rotation(*axis)) entry_.fail(*axis, "a row of pixels must be a translation");
      if (std::ranges::any_of(axis->attribute_numbers("offset"), [](double v) { return v != 0; }))
        note_once("Offsets of the directions of pixels are not used: module_offset gives a module's position.", g);
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

  void note_moves(const Object& axis, Geometry& g) const {
    std::size_t length = 0;
    for (Object at = entry_.next_in_chain(axis); at && length < longest_chain;
         at = entry_.next_in_chain(at), ++length) {
      const std::vector<double> values = entry_.finite_numbers(at, most_frames);
      if (std::ranges::any_of(values, [&](double v) { return v != values.front(); }))
        note_once("The detector moves during the series (" + at.place() + "): its first position is used.", g);
    }
  }

  /// Once for all modules.
  static void note_once(const std::string& note, Geometry& g) {
    if (std::ranges::find(g.notes, note) == g.notes.end()) g.notes.push_back(note);
  }

  /// What the detector says of its place besides the chains of axes.
  void check_detector(const Object& detector, Geometry& g) const {
    const Panel& panel = g.detector.panels.front();
    const auto differ = [](double a, double b, double share) { return std::abs(a - b) > share * std::abs(b); };
    const auto length = [&](const char* name) -> std::optional<double> {
      return optional(detector, name, g) ? entry_.quantity(detector, name, Measure::Length) : std::nullopt;
    };
    const auto note = [&](const std::string& what, const std::string& stated, const std::string& found) {
      g.notes.push_back(what + " is stated as " + stated + ", but the axes mean " + found + "; the axes are used.");
    };
    const auto mm = [](double metres) { return format_number(mm_from_metres(metres)) + " mm"; };
    const double edges[] = {panel.pixel_size_m * norm(panel.fast_axis), panel.pixel_size_m * norm(panel.slow_axis)};
    for (const auto& [name, edge] : {std::pair("x_pixel_size", edges[0]), std::pair("y_pixel_size", edges[1])})
      if (const auto stated = length(name); stated && differ(*stated, edge, 1e-4)) note(name, mm(*stated), mm(edge));
    if (g.detector.panels.size() > 1) return;
    const auto spot = beam_spot(panel, g.beam_direction);
    const double along_m = spot ? spot->distance_m : normal_distance_m(panel);
    for (const char* name : {"distance", "detector_distance"})
      if (const auto stated = length(name);
          stated && differ(*stated, along_m, 0.01) && differ(*stated, normal_distance_m(panel), 0.01))
        note(name, mm(*stated), mm(along_m));
    if (const auto shift = length("detector_z_offset"); shift && *shift != 0)
      g.notes.push_back("detector_z_offset, " + mm(*shift) + ", is not used: the axes give the detector's position.");
    if (!spot) return;
    constexpr double most_px = 2;
    for (const auto& [name, found, edge] :
         {std::tuple("beam_center_x", spot->fast_px, edges[0]), {"beam_center_y", spot->slow_px, edges[1]}}) {
      const Object at = optional(detector, name, g);
      if (!at) continue;
      const std::string units = at.attribute_text("units");
      const auto metres = metres_in(units);
      const double stated = entry_.finite_numbers(at, most_frames).front();
      if (std::abs((metres ? stated * *metres / edge : stated) - found) > most_px)
        note(name, format_number(stated) + " " + (metres ? units : "pixels"), format_number(found) + " pixels");
    }
  }

  double pixel_edge(const Object& axis) const {
    const double metres = entry_.finite_numbers(axis, most_frames).front() *
                          entry_.factor_of(axis.attribute_text("units"), Measure::Length, axis);
    if (!(metres > 0 && metres < 1)) entry_.fail(axis, "a pixel must be larger than zero and smaller than a metre");
    return metres;
  }

  /// Masked pixels are not rendered.
  void apply_rules(const Object& detector, Geometry& g) const {
    const ImageShape shape = g.detector.image_shape();
    PixelRules rules = read_pixel_rules(entry_, detector, shape, 0);
    std::ranges::move(rules.notes, std::back_inserter(g.notes));
    for (Panel& panel : g.detector.panels) {
      panel.saturation = rules.most;
      if (rules.mask.empty()) continue;
      std::vector<std::uint8_t> live(panel.n_fast * panel.n_slow);
      for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
        for (std::size_t fast = 0; fast < panel.n_fast; ++fast)
          live[slow * panel.n_fast + fast] =
              rules.mask[(panel.data_slow + slow) * shape.n_fast + panel.data_fast + fast] == PixelState::Counts;
      if (std::ranges::find(live, 0) != live.end()) panel.mask = std::move(live);
    }
  }

  std::string place_of(const Object& object) const { return in_quotes(entry_.file_name()) + " " + object.place(); }

  NexusEntry entry_;
};

}  // namespace

Geometry read_nxmx_geometry(const std::string& path) {
  const hdf5::Session session;
  return NxmxReader(hdf5::open_file(path), path).geometry();
}

std::optional<std::string> read_nxmx_record(const std::string& path, const std::string& name) {
  const hdf5::Session session;
  const hdf5::Object file = hdf5::open_file(path);
  hdf5::Object at = file.find("entry");
  for (const std::string& group : {std::string("simulation"), std::string("parameters"), name}) {
    if (!at) return {};
    at = at.find(group);
  }
  return at ? std::optional(at.text()) : std::nullopt;
}

Geometry parse_nxmx_geometry(std::string_view bytes, const std::string& name) {
  const hdf5::Session session;
  return NxmxReader(hdf5::open_bytes(bytes, name), name).geometry();
}

}  // namespace femtobragg::formats
