// Writes CrystFEL geometry files.
#include <algorithm>
#include <cmath>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geom_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"

namespace femtobragg::formats {
namespace {

/// All digits of a double; CrystFEL's reader knows no exponents in directions.
std::string exact(double value) { return format_number(value, 17); }
std::string plain_number(double value) { return format_fixed(value + 0.0, 18); }  // no minus before a zero

std::string direction(const Vec3d& v) {
  const auto term = [](double value, char axis) { return (value < 0 ? " " : " +") + plain_number(value) + axis; };
  return (term(v.x, 'x') + term(v.y, 'y') + (v.z != 0 ? term(v.z, 'z') : std::string())).substr(1);
}

std::string panel_text(const Panel& panel, const std::string& name, double clen_m) {
  const Mat3d crystfel_from_ours = transpose(ours_from_crystfel);
  const Vec3d origin = crystfel_from_ours * panel.origin_m;
  std::string text;
  const auto line = [&](const char* key, const std::string& value) { text += name + "/" + key + " = " + value + "\n"; };
  line("min_fs", std::to_string(panel.data_fast));
  line("max_fs", std::to_string(panel.data_fast + panel.n_fast - 1));
  line("min_ss", std::to_string(panel.data_slow));
  line("max_ss", std::to_string(panel.data_slow + panel.n_slow - 1));
  line("res", exact(1 / panel.pixel_size_m));
  line("fs", direction(crystfel_from_ours * panel.fast_axis));
  line("ss", direction(crystfel_from_ours * panel.slow_axis));
  line("corner_x", exact(origin.x / panel.pixel_size_m));
  line("corner_y", exact(origin.y / panel.pixel_size_m));
  if (origin.z != clen_m) line("coffset", exact(origin.z - clen_m));
  if (std::isfinite(panel.saturation)) line("max_adu", exact(panel.saturation));
  return text;
}

void note_what_is_lost(const Geometry& g, std::vector<std::string>& notes) {
  const auto lost = [&](bool given, const char* what) {
    if (given) notes.push_back(std::string(what) + " is not written: the format cannot store it");
  };
  lost(g.polarization_fraction.has_value(), "the polarization");
  lost(g.spindle_axis.has_value(), "the spindle");
  lost(g.oscillation.has_value(), "the oscillation");
  lost(g.crystal.has_value(), "the crystal");
  lost(std::ranges::any_of(g.detector.panels, [](const Panel& p) { return p.sensor.thickness_m > 0; }), "the sensor");
}

}  // namespace

std::vector<std::string> geom_panel_names(const Detector& detector) {
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < detector.panels.size(); ++i) {
    std::string name = detector.panels[i].name;
    for (char& c : name)
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-')) c = '_';
    if (name.empty() || name.starts_with("bad") || name.starts_with("group") || name.starts_with("rigid_group") ||
        taken.contains(name))
      name = "p" + std::to_string(i);
    while (taken.contains(name)) name += "_";
    taken.insert(name);
    names.push_back(name);
  }
  return names;
}

std::string geom_text(const Geometry& geometry, std::vector<std::string>& notes) {
  if (geometry.detector.panels.empty())
    throw Error::usage({.what = "the geometry has no panels", .rule = "at least one is needed"});
  const Geometry g = turned(geometry, rotation_to_usual_frame(geometry));
  note_what_is_lost(g, notes);
  const auto& panels = g.detector.panels;
  const double clen_m = panels.front().origin_m.x;
  if (!(clen_m > 0))
    throw Error::runtime({.what = "the detector is not downstream of the sample",
                          .value = format_number(clen_m) + " m",
                          .rule = "CrystFEL's camera length must be above zero",
                          .remedy = "choose another format"});
  std::string text = "; Written by femtobragg: z along the beam, y up, the beam through x = y = 0.\n";
  if (g.wavelength_m)
    text += "photon_energy = " + exact(hc_eV_angstrom / angstrom_from_metres(*g.wavelength_m)) + " eV\n";
  text += "clen = " + exact(clen_m) + " m\nadu_per_photon = 1\n\n";
  text += "; as in the HDF5 images that femtobragg writes\ndata = /entry/data/data\ndim0 = %\ndim1 = ss\ndim2 = fs\n";
  const std::vector<std::string> names = geom_panel_names(g.detector);
  std::size_t region = 0;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    text += "\n" + panel_text(panels[i], names[i], clen_m);
    for (const PixelRectangle& r : masked_rectangles(panels[i])) {
      const std::string bad = "bad" + std::to_string(region++) + "/";
      text += bad + "panel = " + names[i] + "\n";
      text += bad + "min_fs = " + std::to_string(panels[i].data_fast + r.fast_begin) + "\n";
      text += bad + "max_fs = " + std::to_string(panels[i].data_fast + r.fast_end - 1) + "\n";
      text += bad + "min_ss = " + std::to_string(panels[i].data_slow + r.slow_begin) + "\n";
      text += bad + "max_ss = " + std::to_string(panels[i].data_slow + r.slow_end - 1) + "\n";
    }
  }
  return text;
}

}  // namespace femtobragg::formats
