// Header keys, one after the other.
#include "femtobragg/nanobragg/flags/header_geometry.h"

#include <tuple>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/image/smv.h"

namespace femtobragg::nanobragg {
namespace {

/// Where all keys together place the detector. Headers that only older rules can read have no such place.
std::optional<formats::SmvPlace> place_in(const GeometryHeader& header) try {
  return formats::smv_place(header.text, header.file);
} catch (const Error&) {
  if (header.strict) throw;
  return {};
}

void set_place(const GeometryHeader& header, const QuirkSet& quirks, DetectorOptions& d, Origins& origins) {
  const std::optional<formats::SmvPlace> place = place_in(header);
  StatedCentre& centre = d.header_centre;
  if (!place || place->centre) centre.point.reset();
  if (!place || !place->centre || place->swung) return;
  const std::string where = place->centre->keys + " in the header of " + header.file;
  centre.point = {metres_from_mm(place->centre->fast_mm), metres_from_mm(place->centre->slow_mm)};
  centre.by_convention = place->centre->keys.starts_with("BEAM_CENTER");
  if (!quirks.on(Quirk::HeaderCentre) && !centre.by_convention)
    for (const char* flag : {"Xbeam", "Ybeam"}) origins.by_header(flag, where);
  const auto distance_m = place->distance_mm ? std::optional(metres_from_mm(*place->distance_mm)) : std::nullopt;
  if (!header.strict || !place->turned.empty() || !distance_m || d.distance_m == distance_m) return;
  d.distance_m = distance_m;
  origins.by_header("distance", where);
}

}  // namespace

void apply_header(const GeometryHeader& header, const QuirkSet& quirks, Options& options, Origins& origins) {
  using formats::KeyMatch;
  const bool loose = quirks.on(Quirk::HeaderDistance);
  const KeyMatch match = loose ? KeyMatch::LastOccurrence : KeyMatch::Whole;
  const auto with = [&](const char* key, const char* flag, auto&& use) {
    const auto value = header.strict ? formats::smv_quantity(header.text, key, header.file)
                                     : formats::smv_number(header.text, key, match);
    if (!value) return;
    use(*value);
    origins.by_header(flag, std::string(key) + " in the header of " + header.file);
  };

  DetectorOptions& d = options.detector;
  d.n_fast = static_cast<std::int64_t>(header.n_fast);
  d.n_slow = static_cast<std::int64_t>(header.n_slow);
  for (const char* flag : {"detpixels_f", "detpixels_s"})
    origins.by_header(flag, "SIZE1 and SIZE2 in the header of " + header.file);
  with("PIXEL_SIZE", "pixel", [&](double mm) { d.pixel_m = metres_from_mm(mm); });
  d.size_fast_m = static_cast<double>(header.n_fast) * d.pixel_m;
  d.size_slow_m = static_cast<double>(header.n_slow) * d.pixel_m;
  with("DISTANCE", "distance", [&](double mm) { d.distance_m = metres_from_mm(mm); });
  with("CLOSE_DISTANCE", "close_distance", [&](double mm) {
    d.close_distance_m = metres_from_mm(mm);
    d.close_distance_from_header = true;
  });
  with("WAVELENGTH", "lambda", [&](double A) { options.beam.wavelength_m = metres_from_angstrom(A); });
  StatedCentre& centre = d.header_centre;
  with("BEAM_CENTER_X", "Xbeam", [&](double mm) { centre.x_m = metres_from_mm(mm); });
  with("BEAM_CENTER_Y", "Ybeam",
       [&](double mm) { centre.y_m = header.is_mask ? d.size_slow_m - metres_from_mm(mm) : metres_from_mm(mm); });
  set_place(header, quirks, d, origins);
  // Our own headers and nanoBragg's know the near point as XDS_ORGX; a plain ORGX wins.
  for (const char* key : {"XDS_ORGX", "ORGX"}) with(key, "ORGX", [&](double px) { d.org_x = px; });
  for (const char* key : {"XDS_ORGY", "ORGY"}) with(key, "ORGY", [&](double px) { d.org_y = px; });
  with("PHI", "phi", [&](double deg) { options.rotation.start_rad = radians_from_degrees(deg); });
  with("OSC_RANGE", "osc", [&](double deg) { options.rotation.steps_rad.range = radians_from_degrees(deg); });
  if (!quirks.on(Quirk::HeaderTwotheta))
    with("TWOTHETA", "twotheta", [&](double deg) { d.twotheta_rad = radians_from_degrees(deg); });
}

std::vector<std::string> header_doubts(const GeometryHeader& header, const Origins& origins) {
  if (!header.strict || header.is_mask) return {};
  const auto unsaid = [&](const Alternatives& flags) { return !origins.last(flags); };
  std::string missing;
  for (const auto& [key, flags, instead] :
       {std::tuple{"PIXEL_SIZE", Alternatives{"pixel", "detector"}, "-pixel"},
        {"DISTANCE", {"distance", "close_distance", "pix0_vector", "pix0_vector_mm"}, "-distance"},
        {"BEAM_CENTER_X", {"Xbeam", "Xclose", "ORGX", "pix0_vector", "pix0_vector_mm"}, "-Xbeam and -Ybeam"}})
    if (unsaid(flags)) missing += (missing.empty() ? "" : ", ") + std::string(key) + " (" + instead + ")";
  std::vector<std::string> doubts;
  if (!missing.empty())
    doubts.push_back("the header of " + header.file + " does not state " + missing + ": default values are used");
  if (formats::smv_place(header.text, header.file).slow_up &&
      !origins.last_flag({"adxv", "fdet_vector", "sdet_vector", "odet_vector"}))
    doubts.push_back(header.file + ": slow points up, as in ADXV's convention; without -adxv the image is mirrored");
  const bool turned =
      origins.last_flag({"detector_rotx", "detector_roty", "detector_rotz", "twotheta", "pix0_vector", "fdet_vector"});
  for (const std::string& sentence : formats::smv_contradictions(header.text, header.file))
    if (!turned || !sentence.ends_with("is tilted")) doubts.push_back(header.file + ": " + sentence);
  return doubts;
}

}  // namespace femtobragg::nanobragg
