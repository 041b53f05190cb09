// One row for each field that messages of the library name.
#include "femtobragg/nanobragg/flags/field_flags.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "femtobragg/base/text.h"
#include "femtobragg/scene/fields.h"

namespace femtobragg::nanobragg {
namespace {

struct FieldFlag {
  std::string_view field, flag;
};

constexpr std::array field_flags = {
    FieldFlag{"attenuation.mask_below", "-mask_below"},
    FieldFlag{"attenuation.sample", "-absorber"},
    FieldFlag{"attenuation.sample_direction", "direction of -absorber"},
    FieldFlag{"attenuation.sample_material", "material of -absorber"},
    FieldFlag{"attenuation.sample_size", "size of -absorber"},
    FieldFlag{"background.material", "-background"},
    FieldFlag{"background.water", "-water"},
    FieldFlag{"beam.bandwidth", "-bandwidth"},
    FieldFlag{"beam.direction", "-beam_vector"},
    FieldFlag{"beam.dispersion", "-dispersion"},
    FieldFlag{"beam.dispersion_steps", "-dispsteps"},
    FieldFlag{"beam.energy", "-energy"},
    FieldFlag{"beam.exposure", "-exposure"},
    FieldFlag{"beam.fluence", "-fluence"},
    FieldFlag{"beam.flux", "-flux"},
    FieldFlag{"beam.horizontal_divergence", "-hdivrange"},
    FieldFlag{"beam.horizontal_divergence_step", "-hdivstep"},
    FieldFlag{"beam.horizontal_divergence_steps", "-hdivsteps"},
    FieldFlag{"beam.pink", "-pink"},
    FieldFlag{"beam.pink_bandwidth", "-pink"},
    FieldFlag{"beam.polarization", "-polar"},
    FieldFlag{"beam.polarization_axis", "-polar_vector"},
    FieldFlag{"beam.profile", "-beam_profile"},
    FieldFlag{"beam.sase", "-sase"},
    FieldFlag{"beam.sase_bandwidth", "-sase"},
    FieldFlag{"beam.shot", "-shot"},
    FieldFlag{"beam.size", "-beamsize"},
    FieldFlag{"beam.source_file", "-sourcefile"},
    FieldFlag{"beam.sources", "-sourcefile"},
    FieldFlag{"beam.spectrum_file", "-spectrum"},
    FieldFlag{"beam.spectrum_unit", "-spectrum_unit"},
    FieldFlag{"beam.two_colour", "-two_colour"},
    FieldFlag{"beam.two_colour_separation", "-two_colour"},
    FieldFlag{"beam.vertical_divergence", "-vdivrange"},
    FieldFlag{"beam.vertical_divergence_step", "-vdivstep"},
    FieldFlag{"beam.vertical_divergence_steps", "-vdivsteps"},
    FieldFlag{"beam.wavelength", "-lambda"},
    FieldFlag{"beam.wavelengths", "-wavelengths"},
    FieldFlag{"crystal.cell_edges and crystal.cell_angles", "-cell"},
    FieldFlag{"crystal.cell_edges", "-cell"},
    FieldFlag{"crystal.cell", "-cell"},
    FieldFlag{"crystal.cells", "-N"},
    FieldFlag{"crystal.crystals", "-crystals"},
    FieldFlag{"crystal.crystals_file", "-crystals"},
    FieldFlag{"crystal.fudge", "-fudge"},
    FieldFlag{"crystal.lattice", "-crystals"},
    FieldFlag{"crystal.lattices", "-crystals"},
    FieldFlag{"crystal.matrix_file", "-mat"},
    FieldFlag{"crystal.misset", "-misset"},
    FieldFlag{"crystal.misset_random", "-misset"},
    FieldFlag{"crystal.mosaic_domains", "-mosaic_domains"},
    FieldFlag{"crystal.mosaic_draws", "-mosaic_draws"},
    FieldFlag{"crystal.mosaic_rotations", "-mosaic_rotations"},
    FieldFlag{"crystal.mosaic_spread", "-mosaic"},
    FieldFlag{"crystal.size", "-samplesize"},
    FieldFlag{"crystal.whole_form", "-crystal_form"},
    FieldFlag{"crystal.whole_size", "-crystal_size"},
    FieldFlag{"detector.distance", "-distance"},
    FieldFlag{"detector.experiment", "-experiment"},
    FieldFlag{"detector.file", "-geometry"},
    FieldFlag{"detector.name", "-detector"},
    FieldFlag{"detector.pixels", "-detpixels_x and -detpixels_y"},
    FieldFlag{"detector.sensor", "-sensor"},
    FieldFlag{"detector.sensor.attenuation", "-detector_abs"},
    FieldFlag{"detector.sensor.material", "-sensor"},
    FieldFlag{"detector.sensor.layers", "-detector_thicksteps"},
    FieldFlag{"detector.sensor.thickness", "-detector_thick"},
    FieldFlag{"response.charge_sharing", "-charge_sharing"},
    FieldFlag{"response.counting", "-counting"},
    FieldFlag{"response.dark_current", "-dark_current"},
    FieldFlag{"response.dead_pixels", "-dead_pixels"},
    FieldFlag{"response.dead_time", "-dead_time"},
    FieldFlag{"response.dead_time_kind", "-dead_time_kind"},
    FieldFlag{"response.detector_seed", "-detector_seed"},
    FieldFlag{"response.exposure", "-exposure"},
    FieldFlag{"response.flat_field", "-flat_field"},
    FieldFlag{"response.escape_fraction", "-escape_fraction"},
    FieldFlag{"response.escape_length", "-escape_length"},
    FieldFlag{"response.flicker", "-flicker"},
    FieldFlag{"response.flicker_in_steps", "-flicker_in_steps"},
    FieldFlag{"response.flicker_seed", "-flicker_seed"},
    FieldFlag{"response.gain", "-gain"},
    FieldFlag{"response.gain_ranges", "-gain_ranges"},
    FieldFlag{"response.hot_pixels", "-hot_pixels"},
    FieldFlag{"response.mask_bad_pixels", "-show_bad_pixels"},
    FieldFlag{"response.name", "-response"},
    FieldFlag{"response.pedestal", "-pedestal"},
    FieldFlag{"response.point_spread", "-psf_fwhm"},
    FieldFlag{"response.point_spread_shape", "-psf"},
    FieldFlag{"response.quanta", "-quanta"},
    FieldFlag{"response.raw", "-raw"},
    FieldFlag{"response.readout_noise", "-readout_noise"},
    FieldFlag{"response.saturation", "-saturation"},
    FieldFlag{"response.shutter_jitter", "-shutter_jitter"},
    FieldFlag{"response.twinkling_pixels", "-twinkling_pixels"},
    FieldFlag{"rotation.axis", "-spindle_axis"},
    FieldFlag{"rotation.range", "-osc"},
    FieldFlag{"rotation.start", "-phi"},
    FieldFlag{"rotation.step", "-phistep"},
    FieldFlag{"rotation.steps", "-phisteps"},
    FieldFlag{"sampling.accuracy", "-accuracy"},
    FieldFlag{"sampling.d_min", "-dmin"},
    FieldFlag{"sampling.interpolate", "-interpolate"},
    FieldFlag{"sampling.interpolate = false", "-nointerpolate"},
    FieldFlag{"sampling.oversample", "-oversample"},
    FieldFlag{"series.frames", "-frames"},
    FieldFlag{"structure_factors.columns", "-labels"},
    FieldFlag{"structure_factors.default_F", "-default_F"},
    FieldFlag{"structure_factors.direct_beam", "-direct_beam"},
    FieldFlag{"structure_factors.file", "-hkl"},
    FieldFlag{"structure_factors.k_sol", "-k_sol"},
    FieldFlag{"structure_factors.model", "-model"},
    FieldFlag{"structure_factors.oversample_cell", "-oversample_cell"},
};

/// Lists whose entries flags add one by one.
struct ListFlags {
  std::string_view list, flags;
};
constexpr std::array list_flags = {
    ListFlags{"attenuation.obstacle[", "-beamstop or -shadow"},
    ListFlags{"attenuation.medium[", "-gas or -window"},
};

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// Neither part of a longer name nor of a path.
bool is_whole(std::string_view text, std::size_t end) {
  if (end >= text.size()) return true;
  const bool goes_on = text[end] == '.' && end + 1 < text.size() && in_name(text[end + 1]);
  return !in_name(text[end]) && text[end] != '[' && !goes_on;
}

/// The longest field that stands there, or null.
const FieldFlag* field_at(std::string_view text, std::size_t at) {
  if (at > 0 && (in_name(text[at - 1]) || text[at - 1] == '.' || text[at - 1] == '/')) return nullptr;
  const FieldFlag* found = nullptr;
  for (const FieldFlag& row : field_flags) {
    if (is_whole(text, at + row.field.size()) && text.substr(at).starts_with(row.field) &&
        (!found || row.field.size() > found->field.size()))
      found = &row;
  }
  return found;
}

/// "attenuation.obstacle[1].size" is "size of number 2 of -beamstop or -shadow": its words, and the length of what they
/// replace; 0 if none stands there.
std::pair<std::string, std::size_t> entry_at(std::string_view text, std::size_t at) {
  for (const ListFlags& row : list_flags) {
    if (!text.substr(at).starts_with(row.list)) continue;
    const std::size_t close = text.find(']', at);
    if (close == text.npos) return {};
    const auto number = parse_number(text.substr(at + row.list.size(), close - at - row.list.size()));
    if (!number) return {};
    std::size_t end = close + 1;
    if (end < text.size() && text[end] == '.')
      while (++end < text.size() && in_name(text[end])) {
      }
    const std::string key(end > close + 1 ? text.substr(close + 2, end - close - 2) : std::string_view());
    return {
        (key.empty() ? "" : key + " of ") + "number " + format_number(*number + 1) + " of " + std::string(row.flags),
        end - at};
  }
  return {};
}

/// Of 'a name' that begins there, with its quotes; 0 if none does.
std::size_t length_of_quote(std::string_view text, std::size_t at) {
  if (text[at] != '\'' || (at > 0 && in_name(text[at - 1]))) return 0;
  const std::size_t end = text.find('\'', at + 1);
  return end == text.npos ? 0 : end + 1 - at;
}

}  // namespace

std::string flag_of_field(std::string_view field) {
  const auto row = std::ranges::find(field_flags, field, &FieldFlag::field);
  return row == field_flags.end() ? "" : std::string(row->flag.substr(1));
}

std::vector<std::pair<std::string, std::string>> flags_of_fields(const femtobragg::Scene& scene) {
  std::vector<std::pair<std::string, std::string>> given;
  for (const auto& section : scene::sections()) {
    if (section.name.starts_with("detector")) continue;
    for (const auto& field : section.fields) {
      const std::string name = std::string(section.name) + "." + std::string(field.name);
      const std::string flag = flag_of_field(name);
      if (!flag.empty() && field.get(scene)) given.emplace_back(name, flag);
    }
  }
  return given;
}

std::string in_flags(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t quoted = length_of_quote(text, at);
    if (const auto [words, length] = entry_at(text, at); length > 0 && quoted == 0) {
      result += words;
      at += length;
      continue;
    }
    const FieldFlag* row = quoted > 0 ? nullptr : field_at(text, at);
    const std::size_t count = row ? row->field.size() : std::max<std::size_t>(quoted, 1);
    result += row ? row->flag : std::string_view(text).substr(at, count);
    at += count;
  }
  return result;
}

Error in_flags(const Error& error) {
  const ErrorText& parts = error.parts();
  return {error.kind(),
          {in_flags(parts.what), in_flags(parts.where), parts.value, in_flags(parts.rule), in_flags(parts.remedy)}};
}

}  // namespace femtobragg::nanobragg
