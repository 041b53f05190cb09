// Header keys, one after the other.
#include "femtobragg/nanobragg/header_geometry.h"

#include <tuple>

#include "femtobragg/formats/smv.h"

namespace femtobragg::nanobragg {

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
  with("BEAM_CENTER_X", "Xbeam", [&](double mm) { d.x_beam_m = metres_from_mm(mm); });
  with("BEAM_CENTER_Y", "Ybeam",
       [&](double mm) { d.y_beam_m = header.is_mask ? d.size_slow_m - metres_from_mm(mm) : metres_from_mm(mm); });
  // Our own headers and nanoBragg's know the near point as XDS_ORGX; a plain ORGX wins.
  for (const char* key : {"XDS_ORGX", "ORGX"}) with(key, "ORGX", [&](double px) { d.org_x = px; });
  for (const char* key : {"XDS_ORGY", "ORGY"}) with(key, "ORGY", [&](double px) { d.org_y = px; });
  with("PHI", "phi", [&](double deg) { options.crystal.phi_rad = radians_from_degrees(deg); });
  with("OSC_RANGE", "osc", [&](double deg) { options.crystal.phi_steps_rad.range = radians_from_degrees(deg); });
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
    doubts.push_back("the header of " + header.file + " does not state " + missing + ": usual values are taken");
  for (const std::string& sentence : formats::smv_contradictions(header.text, header.file))
    doubts.push_back(header.file + ": " + sentence + "; " +
                     (sentence.starts_with("BEAM") ? "BEAM_CENTER" : sentence.substr(0, sentence.find(' '))) +
                     " counts, unless a flag says otherwise");
  return doubts;
}

}  // namespace femtobragg::nanobragg
