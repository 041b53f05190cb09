// Flags of geometry files and known detectors, one row for each; nanoBragg has none of them.
#include "femtobragg/nanobragg/flags/flag_groups.h"

#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/detectors/detector_list.h"

namespace femtobragg::nanobragg {
namespace {

using O = Options;
using V = FlagValues;

constexpr std::string_view group = "Geometry files and detectors";

void set_known_detector(O& o, const V& v) {
  const formats::KnownDetector& known = formats::detector_named(v.word(0));
  const ImageShape plane = formats::plane_shape(known);
  DetectorOptions& d = o.detector;
  d.known_name = std::string(known.name);
  d.n_fast = static_cast<std::int64_t>(plane.n_fast);
  d.n_slow = static_cast<std::int64_t>(plane.n_slow);
  d.pixel_m = metres_from_um(known.pixel_um);
}

/// "Si 450um", in one word or several.
void set_sensor(O& o, const V& v) {
  std::string text;
  for (std::size_t i = 0; i < v.count(); ++i) text += v.word(i) + " ";
  text = trimmed(text);
  const bool um = text.ends_with("um"), mm = text.ends_with("mm");
  if (!um && !mm) v.refuse("its thickness must be in um or mm, such as Si 450um");
  text.resize(text.size() - 2);
  text.resize(text.find_last_not_of(' ') + 1);
  const auto blank = text.find_last_of(' ');
  if (blank == text.npos) v.refuse("it must be a material and then a thickness, such as Si 450um");
  const auto thickness = parse_number(text.substr(blank + 1));
  if (!thickness || !(*thickness > 0)) v.refuse("its thickness must be a number above zero, such as Si 450um");
  if (!(*thickness < 1e6)) v.refuse("its thickness must be below 1000000");
  o.detector.sensor_thickness_m = mm ? metres_from_mm(*thickness) : metres_from_um(*thickness);
  o.detector.sensor_material = text.substr(0, text.find_last_not_of(' ', blank) + 1);
}

}  // namespace

std::vector<Flag> geometry_flags() {
  // clang-format off
  std::vector<Flag> flags = {
      usual({{"geometry"}, group, 1, 1, "FILE", "none", "detector, beam, spindle, oscillation and crystal of a DIALS, CrystFEL, pyFAI or XDS file or an image; flags override all but the detector's place",
       [](O& o, const V& v) { o.files.geometry = v.word(0); }}),
      {{"experiment"}, group, 1, 1, "N", "0", "which experiment of a DIALS list, or crystal of a CrystFEL stream, -geometry reads, counted from 0",
       [](O&, const V& v) { if (v.integer(0) < 0) v.refuse(0, "experiments are counted from 0"); }},
      usual({{"detector"}, group, 1, 1, "NAME", "none", "panels, pixels, gaps, sensor and saturation of a known detector; distance and beam centre as usual", set_known_detector}),
      {{"list_detectors"}, group, 0, 0, "", "", "print the known detectors", [](O& o, const V&) { o.run.list_detectors = true; }},
      {{"sensor"}, group, 1, 3, "MATERIAL THICKNESS", "a surface", "sensor material and thickness, such as Si 450um; absorption is derived from the wavelength, layers from the pixel size", set_sensor, false, true},
  };
  // clang-format on
  for (Flag& flag : flags) flag.simulate_only = true;
  return flags;
}

}  // namespace femtobragg::nanobragg
