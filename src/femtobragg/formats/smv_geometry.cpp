// Geometry from the headers of SMV images, and where they contradict themselves.
#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/unit_names.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry_parts.h"
#include "femtobragg/formats/header_files.h"
#include "femtobragg/formats/smv.h"

namespace femtobragg::formats {
namespace {

/// What numbers are in where no unit is stated.
enum class Kind { Millimetre, Angstrom, Degree, Pixel };

struct KnownKey {
  std::string_view key;
  Kind kind;
};
constexpr std::array<KnownKey, 19> known_keys = {{{"PIXEL_SIZE", Kind::Millimetre},
                                                  {"DISTANCE", Kind::Millimetre},
                                                  {"CLOSE_DISTANCE", Kind::Millimetre},
                                                  {"WAVELENGTH", Kind::Angstrom},
                                                  {"BEAM_CENTER_X", Kind::Millimetre},
                                                  {"BEAM_CENTER_Y", Kind::Millimetre},
                                                  {"DENZO_X_BEAM", Kind::Millimetre},
                                                  {"DENZO_Y_BEAM", Kind::Millimetre},
                                                  {"XDS_ORGX", Kind::Pixel},
                                                  {"XDS_ORGY", Kind::Pixel},
                                                  {"ORGX", Kind::Pixel},
                                                  {"ORGY", Kind::Pixel},
                                                  {"PHI", Kind::Degree},
                                                  {"OSC_START", Kind::Degree},
                                                  {"OSC_RANGE", Kind::Degree},
                                                  {"TWOTHETA", Kind::Degree},
                                                  {"SIZE1", Kind::Pixel},
                                                  {"SIZE2", Kind::Pixel},
                                                  {"DETECTOR_DIMENSIONS", Kind::Pixel}}};

struct KindUnits {
  Kind kind;
  std::string_view units;
  std::optional<double> (*factor)(std::string_view unit);  ///< to what is meant without one
};

std::optional<double> scaled(std::optional<double> factor, double one) {
  return factor ? std::optional(*factor / one) : std::nullopt;
}
constexpr std::array<KindUnits, 4> kind_units = {
    {{Kind::Millimetre, length_units, [](std::string_view u) { return scaled(metres_in(u), metres_from_mm(1)); }},
     {Kind::Angstrom, length_units, [](std::string_view u) { return scaled(metres_in(u), metres_from_angstrom(1)); }},
     {Kind::Degree, angle_units, [](std::string_view u) { return scaled(radians_in(u), radians_from_degrees(1)); }},
     {Kind::Pixel, "pixels", [](std::string_view u) {
        return u == "pixels" || u == "pixel" || u == "px" ? std::optional(1.0) : std::nullopt;
      }}}};

[[noreturn]] void refuse(const std::string& what, const std::string& where, const std::string& value,
                         const std::string& rule) {
  throw Error::runtime({.what = what, .where = where, .value = value, .rule = rule, .remedy = "correct the header"});
}

/// For geometry a number must be finite, and there.
double needed(std::string_view header, const char* key, const std::string& name) {
  const auto value = smv_quantity(header, key, name);
  if (!value || !std::isfinite(*value))
    refuse(std::string("an SMV header without ") + key, in_quotes(name), "", "geometry needs it");
  return *value;
}
double positive(std::string_view header, const char* key, const std::string& name, const std::string& what) {
  const double value = needed(header, key, name);
  if (!(value > 0)) refuse(what, in_quotes(name) + " " + key, format_number(value), "it is above zero");
  return value;
}
std::size_t count(std::string_view header, const char* key, const std::string& name) {
  const double value = needed(header, key, name);
  if (!(value >= 1 && value < 1e9))
    refuse("impossible number of pixels", in_quotes(name) + " " + key, format_number(value), "it is above zero");
  return static_cast<std::size_t>(value);
}

/// "x,y,z", mm. Nothing: the header has none.
std::optional<Vec3d> dials_origin_mm(std::string_view header, const std::string& name) {
  const auto given = smv_text(header, "DIALS_ORIGIN", KeyMatch::AnyCase);
  if (!given || given->empty()) return {};
  std::string_view text = *given;
  const auto fail = [&] {
    refuse("no position in DIALS_ORIGIN", in_quotes(name), in_quotes(given->substr(0, 60)), "it is x,y,z in mm");
  };
  Vec3d v;
  for (double* component : {&v.x, &v.y, &v.z}) {
    const auto number = number_prefix(text);
    if (number.length == 0 || !std::isfinite(number.value)) fail();
    *component = number.value;
    text.remove_prefix(number.length);
    text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
  }
  if (!text.empty()) fail();
  return v;
}

std::optional<std::pair<double, double>> pair_of(std::string_view header, const char* first, const char* second,
                                                 const std::string& name) {
  const auto x = smv_quantity(header, first, name), y = smv_quantity(header, second, name);
  return x && y ? std::optional(std::pair(*x, *y)) : std::nullopt;
}

/// Of an upright detector.
SmvBeamCentre centre_of(const Vec3d& dials_origin_mm) {
  return {dials_origin_mm.y, -dials_origin_mm.x, "DIALS_ORIGIN"};
}
std::optional<SmvBeamCentre> denzo_centre(std::string_view header, const std::string& name) {
  const auto centre = pair_of(header, "DENZO_X_BEAM", "DENZO_Y_BEAM", name);
  if (!centre) return {};
  return SmvBeamCentre{centre->first, centre->second, "DENZO_X_BEAM and DENZO_Y_BEAM"};
}

}  // namespace

std::optional<double> smv_quantity(std::string_view header, std::string_view key, const std::string& name) {
  const auto text = smv_text(header, key, KeyMatch::AnyCase);
  if (!text || text->empty()) return {};
  const auto number = number_prefix(*text);
  const auto refused = [&](const std::string& what, const std::string& rule) {
    refuse(what + std::string(key), in_quotes(name), in_quotes(text->substr(0, 60)), rule);
  };
  if (number.length == 0) refused("no number for ", "a number stands there");
  const std::string_view unit = trimmed(std::string_view(*text).substr(number.length));
  if (unit.empty()) return number.value;
  const Kind kind = std::ranges::find(known_keys, key, &KnownKey::key)->kind;
  const KindUnits& known = *std::ranges::find(kind_units, kind, &KindUnits::kind);
  const auto factor = known.factor(unit);
  if (!factor) refused("unknown unit of ", "behind the number stands nothing, or one of " + std::string(known.units));
  return number.value * *factor;
}

std::optional<SmvBeamCentre> smv_beam_centre(std::string_view header, const std::string& name) {
  if (const auto origin = dials_origin_mm(header, name)) return centre_of(*origin);
  // Denzo's centre is from the outer corner whatever wrote the header; that of BEAM_CENTER varies.
  if (auto denzo = denzo_centre(header, name)) return denzo;
  if (const auto plain = pair_of(header, "BEAM_CENTER_X", "BEAM_CENTER_Y", name))
    return SmvBeamCentre{plain->first, plain->second, "BEAM_CENTER_X and BEAM_CENTER_Y"};
  return {};
}

std::vector<std::string> smv_contradictions(std::string_view header, const std::string& name) {
  std::vector<std::string> sentences;
  // What the run does not use may be anything.
  const auto readable = [&](auto&& read) -> decltype(read()) {
    try {
      return read();
    } catch (const Error& error) {
      sentences.push_back(error.parts().what + " " + error.parts().value + ": not compared");
      return {};
    }
  };
  const auto number = [&](const char* key) { return readable([&] { return smv_quantity(header, key, name); }); };
  const auto distance = number("DISTANCE"), near = number("CLOSE_DISTANCE");
  const double twotheta = radians_from_degrees(number("TWOTHETA").value_or(0));
  const auto origin = readable([&] { return dials_origin_mm(header, name); });
  constexpr double a_percent = 1e-2;
  const auto unlike = [&](double mm, double other) { return std::abs(mm - other) > a_percent * std::abs(other); };
  // Swung about the sample or only turned, it is as near as before or nearer.
  const bool turned =
      distance && near && unlike(*near, *distance * std::cos(twotheta)) && (twotheta == 0 || unlike(*near, *distance));
  if (turned && !origin)
    sentences.push_back("CLOSE_DISTANCE is " + format_number(*near) + " mm, but DISTANCE " + format_number(*distance) +
                        " mm: the header does not say how the detector is turned");
  // Runs in other frames write it in theirs: it is then not at the nearest point.
  const bool upright = !turned && twotheta == 0, origin_fits = origin && !(near && unlike(-origin->z, *near));
  if (origin_fits && upright && distance && unlike(-origin->z, *distance))
    sentences.push_back("DISTANCE is " + format_number(*distance) + " mm, but DIALS_ORIGIN at " +
                        format_number(-origin->z) + " mm");
  const auto stated = readable([&] { return pair_of(header, "BEAM_CENTER_X", "BEAM_CENTER_Y", name); });
  const auto pixel = number("PIXEL_SIZE"), rows = number("SIZE2");
  if (!stated || !pixel || !rows) return sentences;
  // MOSFLM's, XDS's and ADXV's ways to say it; they differ by up to a pixel, too.
  const double x = stated->first, y = stated->second;
  const std::pair<double, double> readings[] = {{x, y}, {y, x}, {*rows * *pixel - y, x}};
  const auto check = [&](const std::optional<SmvBeamCentre>& centre) {
    if (centre && std::ranges::none_of(readings, [&](const auto& slow_fast) {
          return std::hypot(slow_fast.first - centre->slow_mm, slow_fast.second - centre->fast_mm) <= 2 * *pixel;
        }))
      sentences.push_back("BEAM_CENTER " + format_number(x) + ", " + format_number(y) + " mm contradicts " +
                          centre->keys + ", which put the beam at " + format_number(centre->slow_mm) +
                          " mm along slow and " + format_number(centre->fast_mm) + " mm along fast");
  };
  if (twotheta == 0) check(readable([&] { return denzo_centre(header, name); }));
  if (origin_fits && upright) check(centre_of(*origin));
  return sentences;
}

Geometry parse_smv_geometry(std::string_view bytes, const std::string& name) {
  const std::string_view header = smv_header_text(bytes, name);
  const auto number = [&](const char* key) { return smv_quantity(header, key, name); };
  const double pixel_m = metres_from_mm(positive(header, "PIXEL_SIZE", name, "impossible pixel size"));
  if (const double angle = number("TWOTHETA").value_or(0); angle != 0)
    refuse("a turned detector", in_quotes(name) + " TWOTHETA", format_number(angle) + " deg",
           "headers do not say about which axis");
  const auto origin_mm = dials_origin_mm(header, name);
  const double distance_m = origin_mm ? -metres_from_mm(origin_mm->z)
                                      : metres_from_mm(positive(header, "DISTANCE", name, "impossible distance"));
  const double near_m = metres_from_mm(number("CLOSE_DISTANCE").value_or(mm_from_metres(distance_m)));
  // Six digits are written.
  if (!(std::abs(near_m - distance_m) <= 2e-5 * std::abs(near_m)))
    refuse("a turned detector", in_quotes(name) + " CLOSE_DISTANCE", format_number(mm_from_metres(near_m)) + " mm",
           std::string(origin_mm ? "DIALS_ORIGIN" : "DISTANCE") + " is " + format_number(mm_from_metres(distance_m)) +
               " mm along the beam, and headers do not say how the detector is turned");
  if (!origin_mm && !smv_beam_centre(header, name))
    needed(header, "BEAM_CENTER_X", name), needed(header, "BEAM_CENTER_Y", name);
  const SmvBeamCentre centre = *smv_beam_centre(header, name);
  Panel panel = upright_panel(distance_m, pixel_m, pixel_m, metres_from_mm(centre.fast_mm) / pixel_m,
                              metres_from_mm(centre.slow_mm) / pixel_m);
  panel.n_fast = count(header, "SIZE1", name);
  panel.n_slow = count(header, "SIZE2", name);
  if (const double most = smv_pixel_rules(header, name).most; std::isfinite(most)) panel.saturation = std::floor(most);
  complete_panel(panel, in_quotes(name));
  Geometry g;
  if (centre.keys.starts_with("BEAM_CENTER"))
    g.notes.push_back("BEAM_CENTER_X is taken along slow, BEAM_CENTER_Y along fast, from the image's corner");
  for (std::string& sentence : smv_contradictions(header, name))
    g.notes.push_back(std::move(sentence) + "; these count");
  g.detector.panels.push_back(std::move(panel));
  require_separate_windows(g.detector, in_quotes(name));
  if (number("WAVELENGTH"))
    g.wavelength_m = metres_from_angstrom(positive(header, "WAVELENGTH", name, "impossible wavelength"));
  g.spindle_axis = Vec3d{0, 0, 1};
  const auto range = number("OSC_RANGE");
  const auto start = number("OSC_START") ? number("OSC_START") : number("PHI");
  if (start && range && std::isfinite(*start) && std::isfinite(*range))
    g.oscillation = Oscillation{radians_from_degrees(*start), radians_from_degrees(*range), 1};
  return g;
}

}  // namespace femtobragg::formats
