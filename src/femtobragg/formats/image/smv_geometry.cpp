// Geometry from the headers of SMV images, and where they contradict themselves.
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/unit_names.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/header_files.h"
#include "femtobragg/formats/image/smv.h"

namespace femtobragg::formats {
namespace {

/// What numbers are in where no unit is stated.
enum class Kind { Millimetre, Angstrom, Degree, Pixel };

struct KnownKey {
  std::string_view key;
  Kind kind;
};
constexpr std::array<KnownKey, 19> smv_keys = {{{"PIXEL_SIZE", Kind::Millimetre},
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
     {Kind::Pixel, "pixels", [](std::string_view u) { return is_pixels(u) ? std::optional(1.0) : std::nullopt; }}}};

[[noreturn]] void refuse_header(const std::string& what, const std::string& where, const std::string& value,
                                const std::string& rule) {
  throw Error::runtime({.what = what, .where = where, .value = value, .rule = rule, .remedy = "correct the header"});
}

/// For geometry a number must be finite, and there.
double needed(std::string_view header, const char* key, const std::string& name) {
  const auto value = smv_quantity(header, key, name);
  if (!value || !std::isfinite(*value))
    refuse_header(std::string("the SMV header has no ") + key, in_quotes(name), "", "the geometry needs it");
  return *value;
}
double positive(std::string_view header, const char* key, const std::string& name, const std::string& what) {
  const double value = needed(header, key, name);
  if (!(value > 0)) refuse_header(what, in_quotes(name) + " " + key, format_number(value), "it must be above zero");
  return value;
}
std::size_t header_count(std::string_view header, const char* key, const std::string& name) {
  const double value = needed(header, key, name);
  if (!(value >= 1 && value < 1e9))
    refuse_header("impossible number of pixels", in_quotes(name) + " " + key, format_number(value),
                  "it must be above zero");
  return static_cast<std::size_t>(value);
}

/// "x,y,z", mm. Nothing: the header has none.
std::optional<Vec3d> dials_origin_mm(std::string_view header, const std::string& name) {
  const auto given = smv_text(header, "DIALS_ORIGIN", KeyMatch::AnyCase);
  if (!given || given->empty()) return {};
  std::string_view text = *given;
  const auto fail = [&] {
    refuse_header("not a position in DIALS_ORIGIN", in_quotes(name), in_quotes(given->substr(0, 60)),
                  "it must be x,y,z in mm");
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

/// How a header states DIALS_ORIGIN: the image's corner of an upright detector, by where the beam meets it and by the
/// distance. Programs write it in the frame of their run.
struct OriginFrame {
  Vec3d fast, slow, distance;
  bool slow_up;
  bool spindle_known;  ///< it points along fast
};
constexpr std::array<OriginFrame, 3> origin_frames = {
    {{{-1, 0, 0}, {0, 1, 0}, {0, 0, -1}, false, true},  // the usual one
     {{0, 0, 1}, {0, -1, 0}, {1, 0, 0}, false, false},  // XDS, DIALS
     {{0, 0, 1}, {0, 1, 0}, {1, 0, 0}, true, true}}};   // ADXV

/// Two numbers of which each is written with six digits.
bool same_digits(double a, double b) { return std::abs(a - b) <= 2e-5 * std::abs(b); }

/// What a header says of the place, each key for itself.
struct PlaceKeys {
  std::optional<double> distance, near, pixel, twotheta;
  std::optional<Vec3d> origin;
  std::optional<SmvBeamCentre> denzo, plain;
};

/// DIALS_ORIGIN as the corner of an upright detector that is where the other keys say; nothing: it is none.
std::optional<SmvPlace> place_by_origin(const PlaceKeys& keys) {
  const double reference = keys.near ? *keys.near : keys.distance.value_or(0);
  for (const OriginFrame& frame : origin_frames) {
    const double distance = dot(*keys.origin, frame.distance);
    const SmvBeamCentre centre{dot(*keys.origin, frame.slow), dot(*keys.origin, frame.fast), "DIALS_ORIGIN"};
    const bool usual = &frame == &origin_frames.front();
    if (!(distance > 0) || (!same_digits(distance, reference) && (keys.near || !usual))) continue;
    if (keys.denzo) {
      const double far = std::hypot(keys.denzo->slow_mm - centre.slow_mm, keys.denzo->fast_mm - centre.fast_mm);
      if (!(far <= 0.1 * keys.pixel.value_or(0) + 2e-5 * norm(*keys.origin))) continue;
    } else if (!usual && centre.slow_mm < 0)
      continue;  // of two frames that differ in this sign, the one that has the beam on the detector
    return SmvPlace{centre,        keys.distance && same_digits(distance, *keys.distance) ? *keys.distance : distance,
                    frame.slow_up, frame.spindle_known,
                    false,         {}};
  }
  return {};
}

SmvPlace place_by(const PlaceKeys& keys) {
  SmvPlace place;
  const auto mm = [](double value) { return format_number(value) + " mm"; };
  place.swung = keys.twotheta.value_or(0) != 0;
  if (!place.swung && keys.origin)
    if (std::optional<SmvPlace> by_origin = place_by_origin(keys)) return *std::move(by_origin);
  if (place.swung)
    place.turned = "TWOTHETA is " + format_number(*keys.twotheta) + " deg";
  else if (keys.near && keys.distance && !same_digits(*keys.distance, *keys.near))
    place.turned = "CLOSE_DISTANCE is " + mm(*keys.near) + ", but DISTANCE " + mm(*keys.distance);
  else if (keys.origin)
    place.turned = "DIALS_ORIGIN is not the corner of an upright detector that the other keys describe";
  // Swung about the sample it has another centre, and BEAM_CENTER may be that of before.
  place.centre = keys.denzo && !(place.swung && keys.plain) ? keys.denzo : keys.plain;
  place.distance_mm = keys.distance;
  return place;
}

std::optional<SmvBeamCentre> centre_by(std::string_view header, const char* slow, const char* fast,
                                       const std::string& name) {
  const auto centre = pair_of(header, slow, fast, name);
  if (!centre) return {};
  return SmvBeamCentre{centre->first, centre->second, std::string(slow) + " and " + fast};
}

}  // namespace

std::optional<double> smv_quantity(std::string_view header, std::string_view key, const std::string& name) {
  const auto text = smv_text(header, key, KeyMatch::AnyCase);
  if (!text || text->empty()) return {};
  const auto number = number_prefix(*text);
  const auto refused = [&](const std::string& what, const std::string& rule) {
    refuse_header(what + std::string(key), in_quotes(name), in_quotes(text->substr(0, 60)), rule);
  };
  if (number.length == 0) refused("not a number for ", "a number is expected");
  const std::string_view unit = trimmed(std::string_view(*text).substr(number.length));
  if (unit.empty()) return number.value;
  const Kind kind = std::ranges::find(smv_keys, key, &KnownKey::key)->kind;
  const KindUnits& known = *std::ranges::find(kind_units, kind, &KindUnits::kind);
  const auto factor = known.factor(unit);
  if (!factor) refused("unknown unit of ", "the number may be followed only by one of " + std::string(known.units));
  return number.value * *factor;
}

SmvPlace smv_place(std::string_view header, const std::string& name) {
  const auto number = [&](const char* key) { return smv_quantity(header, key, name); };
  return place_by({.distance = number("DISTANCE"),
                   .near = number("CLOSE_DISTANCE"),
                   .pixel = number("PIXEL_SIZE"),
                   .twotheta = number("TWOTHETA"),
                   .origin = dials_origin_mm(header, name),
                   // Denzo's centre is from the outer corner whatever wrote the header; that of BEAM_CENTER varies.
                   .denzo = centre_by(header, "DENZO_X_BEAM", "DENZO_Y_BEAM", name),
                   .plain = centre_by(header, "BEAM_CENTER_X", "BEAM_CENTER_Y", name)});
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
  constexpr double a_percent = 1e-2;
  const auto unlike = [&](double mm, double other) { return std::abs(mm - other) > a_percent * std::abs(other); };
  // Swung about the sample or only turned, it is as near as before or nearer.
  const bool turned =
      distance && near && unlike(*near, *distance * std::cos(twotheta)) && (twotheta == 0 || unlike(*near, *distance));
  constexpr const char* unknown = ": the header does not say how the detector is tilted";
  if (turned)
    sentences.push_back("CLOSE_DISTANCE is " + format_number(*near) + " mm, but DISTANCE " + format_number(*distance) +
                        " mm" + unknown);
  if (twotheta != 0) return sentences;
  const SmvPlace place = readable([&] { return smv_place(header, name); });
  if (!place.turned.empty() && !turned) sentences.push_back(place.turned + unknown);
  if (place.turned.empty() && distance && place.distance_mm && unlike(*place.distance_mm, *distance))
    sentences.push_back("DISTANCE is " + format_number(*distance) + " mm, but DIALS_ORIGIN at " +
                        format_number(*place.distance_mm) + " mm, which is used");
  const auto stated = readable([&] { return pair_of(header, "BEAM_CENTER_X", "BEAM_CENTER_Y", name); });
  const auto pixel = number("PIXEL_SIZE"), rows = number("SIZE2");
  if (!stated || !pixel || !rows || !place.centre) return sentences;
  // MOSFLM's, XDS's and ADXV's ways to say it; they differ by up to a pixel, too.
  const double x = stated->first, y = stated->second;
  const std::pair<double, double> readings[] = {{x, y}, {y, x}, {*rows * *pixel - y, x}};
  if (std::ranges::none_of(readings, [&](const auto& slow_fast) {
        return std::hypot(slow_fast.first - place.centre->slow_mm, slow_fast.second - place.centre->fast_mm) <=
               2 * *pixel;
      }))
    sentences.push_back("BEAM_CENTER " + format_number(x) + ", " + format_number(y) + " mm contradicts " +
                        place.centre->keys + ", used here: " + format_number(place.centre->slow_mm) +
                        " mm along slow, " + format_number(place.centre->fast_mm) + " mm along fast");
  return sentences;
}

Geometry parse_smv_geometry(std::string_view bytes, const std::string& name) {
  const std::string_view header = smv_header_text(bytes, name);
  const auto number = [&](const char* key) { return smv_quantity(header, key, name); };
  const double pixel_m = metres_from_mm(positive(header, "PIXEL_SIZE", name, "impossible pixel size"));
  const SmvPlace place = smv_place(header, name);
  if (!place.turned.empty())
    throw Error::runtime({.what = "the detector is tilted",
                          .where = in_quotes(name),
                          .value = place.turned,
                          .rule = "SMV headers do not say how a detector is tilted",
                          .remedy = "take the geometry from a .nxs or .expt file, or use `femtobragg simulate -img` "
                                    "with flags that rotate the detector"});
  if (!place.centre) needed(header, "BEAM_CENTER_X", name), needed(header, "BEAM_CENTER_Y", name);
  if (!place.distance_mm) needed(header, "DISTANCE", name);
  const SmvBeamCentre centre = *place.centre;
  const double distance_m = metres_from_mm(*place.distance_mm);
  if (!(distance_m > 0) || !std::isfinite(distance_m))
    refuse_header("impossible distance", in_quotes(name) + " DISTANCE", format_number(*place.distance_mm),
                  "it must be above zero");
  Panel panel = upright_panel(distance_m, pixel_m, pixel_m, metres_from_mm(centre.fast_mm) / pixel_m,
                              metres_from_mm(centre.slow_mm) / pixel_m);
  if (place.slow_up) {
    panel.slow_axis = -panel.slow_axis;
    panel.origin_m.y = -panel.origin_m.y;
  }
  panel.n_fast = header_count(header, "SIZE1", name);
  panel.n_slow = header_count(header, "SIZE2", name);
  if (const double most = smv_pixel_rules(header, name).most; std::isfinite(most)) panel.saturation = std::floor(most);
  complete_panel(panel, in_quotes(name));
  Geometry g;
  if (centre.keys.starts_with("BEAM_CENTER"))
    g.notes.push_back("BEAM_CENTER_X is read along slow, BEAM_CENTER_Y along fast, from the image's corner");
  std::ranges::move(smv_contradictions(header, name), std::back_inserter(g.notes));
  g.detector.panels.push_back(std::move(panel));
  require_separate_windows(g.detector, in_quotes(name));
  if (number("WAVELENGTH"))
    g.wavelength_m = metres_from_angstrom(positive(header, "WAVELENGTH", name, "impossible wavelength"));
  g.spindle_axis = Vec3d{0, 0, 1};
  const auto range = number("OSC_RANGE");
  const auto start = number("OSC_START") ? number("OSC_START") : number("PHI");
  if (start && range && std::isfinite(*start) && std::isfinite(*range))
    g.oscillation = Oscillation{radians_from_degrees(*start), radians_from_degrees(*range), 1};
  if (!place.spindle_known && (start.value_or(0) != 0 || range.value_or(0) != 0))
    g.notes.push_back(
        "the header does not say whether the spindle points along fast (XDS) or slow (DIALS): fast is used");
  return g;
}

}  // namespace femtobragg::formats
