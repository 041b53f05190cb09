// One row for each flag with a unit: the least and most that the field uses, wide on both sides, and the slips that are
// known.
#include "femtobragg/nanobragg/setup/usual_values.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/plane.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/flags/field_flags.h"
#include "femtobragg/scene/fields.h"

namespace femtobragg::nanobragg {
namespace {

/// The typed number is in another unit, or belongs to another flag.
struct Slip {
  double factor;            ///< from the typed number to the right one
  std::string_view unit;    ///< that was typed
  std::string_view flag{};  ///< that takes the number; empty: the same flag
};

struct Usual {
  std::string_view flag;
  std::string_view unit;
  double least, most;  ///< of the size of a number; zero is always usual
  std::vector<Slip> slips{};
  std::string_view advice{};          ///< where no slip explains the number
  std::size_t first = 0, count = 99;  ///< which numbers after the flag
  bool vector = false;                ///< its length counts
};

constexpr double degrees_per_radian = 180 / pi;

const std::vector<Usual>& usual_values() {
  static const std::vector<Slip> um_for_mm = {{1e-3, "um"}, {1e3, "m"}}, mm_for_um = {{1e3, "mm"}, {1e6, "m"}},
                                 mm = {{1e3, "m"}, {1e-3, "um"}}, nm_for_A = {{10, "nm"}, {1e-2, "pm"}, {1e10, "m"}},
                                 fraction = {{100, "as a fraction"}}, rad = {{degrees_per_radian, "rad"}},
                                 rad_for_mrad = {{1e3, "rad"}, {1e-3, "urad"}};
  // clang-format off
  static const std::vector<Usual> table = {
      {"lambda", "A", 0.15, 10, {{10, "nm"}, {1e-2, "pm"}, {1e10, "m"}, {1, "eV", "energy"}, {1e3, "keV", "energy"}}},
      {"energy", "eV", 1000, 100000, {{1e3, "keV"}, {1e6, "MeV"}, {1, "A", "lambda"}}},
      {"dispersion", "%", 1e-3, 30, fraction},
      {"bandwidth", "%", 2e-3, 30, fraction},
      {"pink", "%", 0.1, 20, fraction, {}, 0, 1},
      {"sase", "%", 5e-3, 20, fraction, {}, 0, 1},
      {"two_colour", "eV", 1, 20000, {{1e3, "keV"}}, {}, 0, 1},
      {"two_colour", "%", 2e-3, 30, fraction, {}, 2, 1},
      {"divergence", "mrad", 8e-4, 30, rad_for_mrad},
      {"hdivrange", "mrad", 8e-4, 30, rad_for_mrad},
      {"vdivrange", "mrad", 8e-4, 30, rad_for_mrad},
      {"hdivstep", "mrad", 0, 30, rad_for_mrad},
      {"vdivstep", "mrad", 0, 30, rad_for_mrad},
      {"fluence", "photons/m^2", 1e15, 1e36, {{1e12, "photons/um^2"}, {1e6, "photons/mm^2"}, {1, "photons/s", "flux"}}},
      {"flux", "photons/s", 1e4, 1e28},
      {"exposure", "s", 1e-16, 60, {{1e-3, "ms"}, {1e-15, "fs"}}},
      {"beamsize", "mm", 1e-4, 1.5, um_for_mm},

      {"cell", "A", 2, 1500, nm_for_A, {}, 0, 3},
      {"cell", "deg", 20, 160, rad, {}, 3, 3},
      {"misset", "deg", 0, 360},
      {"samplesize", "mm", 1e-6, 1.5, um_for_mm},
      {"sample_x", "mm", 1e-6, 1.5, um_for_mm},
      {"sample_y", "mm", 1e-6, 1.5, um_for_mm},
      {"sample_z", "mm", 1e-6, 1.5, um_for_mm},
      {"crystal_size", "mm", 1e-4, 5, um_for_mm},
      {"water", "um", 0.1, 2000, mm_for_um},
      {"mosaic", "deg", 4e-3, 8, {{degrees_per_radian, "rad"}, {degrees_per_radian * 1e-3, "mrad"}}},
      {"phi", "deg", 0, 720},
      {"osc", "deg", 4e-3, 20, rad, "use -frames for a series, with -osc for each frame"},
      {"phistep", "deg", 0, 20, rad},
      {"dmin", "A", 0.3, 100, nm_for_A},
      {"default_F", "electrons", 1e-3, 1e7},
      {"fudge", "", 1e-3, 1e3},
      {"k_sol", "e/A^3", 0.02, 1.5, {{1e-3, "e/nm^3"}}},
      {"b_sol", "A^2", 2, 500, {{100, "nm^2"}}},

      {"pixel", "mm", 1e-3, 3, um_for_mm},
      {"detsize", "mm", 0.5, 1000, {{1, "pixels", "detpixels"}, {1e3, "m"}}},
      {"detsize_f", "mm", 0.5, 1000, {{1, "pixels", "detpixels_f"}, {1e3, "m"}}},
      {"detsize_s", "mm", 0.5, 1000, {{1, "pixels", "detpixels_s"}, {1e3, "m"}}},
      {"detpixels", "pixels", 1, 20000},
      {"detpixels_f", "pixels", 1, 20000},
      {"detpixels_s", "pixels", 1, 20000},
      {"distance", "mm", 4, 20000, mm},
      {"close_distance", "mm", 4, 20000, mm},
      {"pix0_vector", "m", 4e-3, 20, {{1, "mm", "pix0_vector_mm"}}, {}, 0, 3, true},
      {"pix0_vector_mm", "mm", 4, 20000, {{1, "m", "pix0_vector"}}, {}, 0, 3, true},
      {"twotheta", "deg", 0, 180},
      {"detector_rotx", "deg", 0, 180},
      {"detector_roty", "deg", 0, 180},
      {"detector_rotz", "deg", 0, 360},
      {"detector_abs", "um", 1, 1e5, mm_for_um},
      {"detector_thick", "um", 1, 5000, mm_for_um},
      {"sensor", "um", 4, 5000, {{1e-3, "um"}, {1e3, "mm"}}},

      {"adc", "counts", 0, 20000},
      {"png_percentile", "%", 50, 100, fraction},
      {"tolerance", "of the brightest pixel", 0, 0.01},
  };
  // clang-format on
  return table;
}

/// Flags whose numbers are angles in degrees.
const Alternatives angles = {"misset",   "phi",           "osc",           "phistep",
                             "twotheta", "detector_rotx", "detector_roty", "detector_rotz"};

/// The numbers among the words of a flag, whatever stands between them.
std::vector<double> numbers_in(const std::string& words) {
  std::vector<double> numbers;
  std::size_t begin = words.find(' ');
  while (begin < words.size()) {
    const std::size_t end = std::min(words.find_first_of(" :,", ++begin), words.size());
    const std::string word = words.substr(begin, end - begin);
    if (const auto number = parse_number(word)) numbers.push_back(*number);
    begin = end;
  }
  return numbers;
}

/// Those that the row is about. A sensor's thickness is in um, whatever unit was typed.
std::vector<double> numbers_of(const Usual& usual, const Options& options, const std::string& words) {
  if (usual.flag == "sensor") return {um_from_metres(options.detector.sensor_thickness_m)};
  const std::vector<double> all = numbers_in(words);
  if (usual.vector && all.size() == 3) return {norm(Vec3d{all[0], all[1], all[2]})};
  const std::size_t begin = std::min(usual.first, all.size()), end = std::min(begin + usual.count, all.size());
  return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)};
}

bool is_usual(const Usual& usual, double number) {
  const double size = std::abs(number);
  return size == 0 || (size >= usual.least && size <= usual.most);
}

const Usual* row_of(std::string_view flag) {
  const auto found = std::ranges::find(usual_values(), flag, &Usual::flag);
  return found == usual_values().end() ? nullptr : &*found;
}

/// "75 mm", "90 deg"
std::string with_unit(double number, std::string_view unit) {
  return format_number(number) + (unit.empty() ? "" : " ") + std::string(unit);
}

std::string guesses(const Usual& usual, double number) {
  std::string text;
  for (const Slip& slip : usual.slips) {
    const Usual* target = slip.flag.empty() ? &usual : row_of(slip.flag);
    const double meant = slip.factor * number;
    if (!target || !is_usual(*target, meant)) continue;
    const std::string flag = slip.flag.empty() ? "" : "-" + std::string(slip.flag) + " ";
    text += (text.empty() ? "did you mean " : " or ") + flag + (usual.vector ? "" : format_number(meant) + " ") + "(" +
            with_unit(number, slip.unit) + ")";
  }
  return text.empty() ? text : text + "?";
}

std::string range_words(const Usual& usual) {
  return usual.least > 0 ? format_number(usual.least) + " to " + with_unit(usual.most, usual.unit)
                         : "up to " + with_unit(usual.most, usual.unit);
}

/// Beyond the range by so much, numbers are no longer a slip to warn of: images would not be finite.
constexpr double beyond_reason = 1e6;

bool is_impossible(const Usual& usual, double number) {
  const double size = std::abs(number);
  return usual.least > 0 && !(size <= usual.most * beyond_reason && size >= usual.least / beyond_reason);
}

std::string doubt(const std::string& words, const Usual& usual, double number, std::string meaning) {
  if (is_impossible(usual, number))
    throw Error::usage({.what = "impossible value",
                        .where = words,
                        .value = with_unit(number, usual.unit),
                        .rule = "usual is " + range_words(usual),
                        .remedy = meaning.empty() ? "correct it" : meaning});
  if (meaning.empty()) meaning = "is that intended?";
  return words + ": " + with_unit(number, usual.unit) + " is unusual (" + range_words(usual) + "); " + meaning;
}

/// Of a round angle in radians, such as 1.5708: that angle in degrees; 0 for others.
double round_angle_in_radians(double number) {
  const double degrees = std::abs(number) * degrees_per_radian, nearest = 15 * std::round(degrees / 15);
  const bool short_form = std::abs(number) == 1.57 || std::abs(number) == 3.14;
  return nearest > 0 && nearest <= 360 && (short_form || std::abs(degrees - nearest) < 1e-3)
             ? std::copysign(nearest, number)
             : 0;
}

std::vector<std::string> doubtful_places(const Setup& setup) {
  const DetectorGeometry& g = setup.geometry;
  const double pixel_mm = mm_from_metres(g.pixel_m);
  const auto largest = static_cast<double>(std::max(g.n_fast, g.n_slow));
  std::vector<std::string> doubts;
  for (const std::string_view flag : {"Xbeam", "Ybeam", "Xclose", "Yclose", "ORGX", "ORGY"}) {
    const Origin* typed = setup.origins.last_flag({flag});
    const std::vector<double> numbers = typed ? numbers_in(typed->words) : std::vector<double>{};
    if (numbers.size() != 1) continue;
    const bool in_pixels = flag.starts_with("ORG");
    const double pixels = in_pixels ? numbers[0] : numbers[0] / pixel_mm;
    // A detector may stand beside the beam, but not by its own size.
    if (std::abs(pixels) <= 2 * largest) continue;
    if (!(std::abs(pixels) <= beyond_reason * largest))
      throw Error::usage({.what = "impossible value",
                          .where = typed->words,
                          .rule = "the detector has " + std::to_string(g.n_fast) + " x " + std::to_string(g.n_slow) +
                                  " pixels of " + format_number(pixel_mm) + " mm",
                          .remedy = "correct the command line"});
    const double meant = numbers[0] * pixel_mm;
    doubts.push_back(typed->words + ": " + with_unit(numbers[0], in_pixels ? "pixels" : "mm") +
                     " is far outside the detector of " + std::to_string(g.n_fast) + " x " + std::to_string(g.n_slow) +
                     " pixels of " + format_number(pixel_mm) + " mm; " +
                     (!in_pixels && std::abs(numbers[0]) <= largest
                          ? "did you mean " + format_number(meant) + " (" + with_unit(numbers[0], "pixels") + ")?"
                          : std::string("is that intended?")));
  }
  return doubts;
}

/// The flux of a pulse is that of its duration, not that of a second.
std::optional<std::string> doubtful_fluence(const Setup& setup) {
  const BeamScene& b = setup.options.beam;
  const Origin* flux = setup.origins.last_flag({"flux"});
  if (!flux || !b.flux_counts()) return {};
  const double photons = b.flux_per_s * b.exposure_s, fluence = setup.experiment.beam.fluence_per_m2;
  if (photons >= 1e3 && fluence >= 1e13 && fluence <= 1e36) return {};
  return flux->words + ": " + format_number(photons) + " photons in " + format_number(b.exposure_s) +
         " s, through a beam of " + format_number(mm_from_metres(b.size_m)) + " mm, are a fluence of " +
         format_number(fluence) + " photons/m^2: is that intended? -flux is in photons/s";
}

std::optional<std::string> doubtful_size(const Setup& setup) {
  constexpr double most_m = 1.5e-3;
  const Origin* count = setup.origins.last_flag({"N", "Na", "Nb", "Nc"});
  const Crystal& crystal = setup.experiment.crystal;
  const double edges_m[] = {crystal.axes.lengths_m.x, crystal.axes.lengths_m.y, crystal.axes.lengths_m.z};
  for (std::size_t i = 0; i < 3; ++i) {
    const double typed_m = setup.options.crystal.size_m[i];
    const std::string axis(1, "abc"[i]);
    if (typed_m > 0 && typed_m < 0.999 * edges_m[i])
      return "the sample size along " + axis + ", " + format_number(mm_from_metres(typed_m)) +
             " mm, is less than a unit cell: one cell is rendered";
    if (count && !(typed_m > 0) && crystal.cells[i] * edges_m[i] > most_m)
      return count->words + ": that many cells are " + format_number(mm_from_metres(crystal.cells[i] * edges_m[i])) +
             " mm along " + axis + "; is that intended?";
  }
  return {};
}

std::optional<std::string> doubtful_rotation(const Setup& setup) {
  const auto frames = static_cast<double>(setup.options.output.frames);
  const double all_deg = degrees_from_radians(setup.experiment.spindle.phi_range_rad) * frames;
  const Origin* osc = setup.origins.last_flag({"osc"});
  if (!osc || frames < 2 || all_deg <= 720) return {};
  return osc->words + ": " + format_number(frames) + " frames of it rotate the crystal by " + format_number(all_deg) +
         " deg; -osc is the rotation of one frame";
}

/// The suffix of a scene's key for a unit of the table.
std::string_view suffix_of_unit(std::string_view unit) {
  static constexpr std::pair<std::string_view, std::string_view> suffixes[] = {
      {"%", "percent"},   {"photons/m^2", "per_m2"}, {"photons/s", "per_s"},
      {"electrons", "e"}, {"e/A^3", "e_per_A3"},     {"A^2", "A2"}};
  const auto found = std::ranges::find(suffixes, unit, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(suffixes) ? unit : found->second;
}

/// A field's numbers in the unit of the row; none: it is not about them.
std::vector<double> numbers_of(const Usual& usual, scene::Units units, const scene::Value& value) {
  const auto* list = std::get_if<scene::NumberList>(&value);
  if (!list) return {};
  if (units.empty()) return usual.unit.empty() ? *list : scene::NumberList{};
  const auto unit = std::ranges::find(units, suffix_of_unit(usual.unit), &scene::Unit::suffix);
  std::vector<double> numbers;
  if (unit != units.end())
    for (const double number : *list) numbers.push_back(unit->from_base(number));
  return numbers;
}

/// What a scene says and no flag replaces. Its keys name their units, so that there are no slips to guess.
std::vector<std::string> doubtful_fields(const Setup& setup) {
  std::vector<std::string> doubts;
  if (!setup.from_scene) return doubts;
  for (const auto& section : scene::sections())
    for (const auto& field : section.fields) {
      const std::string name = std::string(section.name) + "." + std::string(field.name);
      const std::string flag = flag_of_field(name);
      // The wavelength may be that of a file.
      if (flag.empty() || flag == "lambda" || setup.origins.last_flag({flag})) continue;
      const std::optional<scene::Value> value = field.get(setup.scene);
      if (!value) continue;
      for (const Usual& usual : usual_values()) {
        if (usual.flag != flag) continue;
        for (const double number : numbers_of(usual, field.units, *value))
          if (!is_usual(usual, number)) {
            doubts.push_back(doubt(name, usual, number, {}));
            break;
          }
      }
    }
  return doubts;
}

/// What no flag gave: files of geometry, headers and spectra slip as people do.
std::vector<std::string> doubtful_files(const Setup& setup) {
  const auto unless = [&](const Alternatives& typed, double value) {
    return setup.origins.last_flag(typed) ? std::nullopt : std::optional(value);
  };
  return doubtful_file_numbers(
      {unless({"lambda", "energy"}, setup.experiment.beam.wavelength_m),
       unless({"distance", "close_distance", "pix0_vector", "pix0_vector_mm"}, setup.geometry.distance_m),
       unless({"pixel", "detsize", "detsize_f", "detsize_s"}, setup.geometry.pixel_m)});
}

}  // namespace

std::vector<std::string> doubtful_numbers(const Options& options, const Origins& origins) {
  std::vector<std::string> doubts;
  for (const Usual& usual : usual_values()) {
    const Origin* typed = origins.last_flag({usual.flag});
    if (!typed) continue;
    for (const double number : numbers_of(usual, options, typed->words)) {
      const bool absorbs_nothing = usual.flag == "detector_abs" && std::isinf(number);
      if (is_usual(usual, number) || absorbs_nothing) continue;
      std::string meaning = guesses(usual, number);
      if (meaning.empty() && !is_impossible(usual, number)) meaning = usual.advice;
      doubts.push_back(doubt(typed->words, usual, number, std::move(meaning)));
      break;
    }
  }
  for (const std::string_view flag : angles) {
    const Origin* typed = origins.last_flag({flag});
    if (!typed) continue;
    for (const double number : numbers_in(typed->words))
      if (const double degrees = round_angle_in_radians(number); degrees != 0) {
        doubts.push_back(typed->words + ": angles are in degrees; did you mean " + format_number(degrees) + " (" +
                         format_number(number) + " rad)?");
        break;
      }
  }
  return doubts;
}

std::vector<std::string> doubtful_file_numbers(const FileNumbers& numbers) {
  const struct {
    std::string_view name, flag;
    std::optional<double> value_m;
    double (*in_unit)(double metres);
  } rows[] = {{"the wavelength", "lambda", numbers.wavelength_m, angstrom_from_metres},
              {"the distance", "distance", numbers.distance_m, mm_from_metres},
              {"the pixel size", "pixel", numbers.pixel_m, mm_from_metres}};
  std::vector<std::string> doubts;
  for (const auto& row : rows) {
    const Usual& usual = *row_of(row.flag);
    const double value = row.value_m ? row.in_unit(*row.value_m) : 0;
    if (!is_usual(usual, value))
      doubts.push_back(std::string(row.name) + " is " + with_unit(value, usual.unit) + ", which is unusual (" +
                       range_words(usual) + "); check the file that it comes from");
  }
  return doubts;
}

std::vector<std::string> doubtful_file_numbers(const Geometry& geometry) {
  const Panel& panel = geometry.detector.panels.front();
  const double cosine = dot(unit(geometry.beam_direction), panel.normal);
  constexpr double steep = 0.1;  // along the beam a panel's plane meets it anywhere
  return doubtful_file_numbers(
      {geometry.wavelength_m,
       std::abs(cosine) > steep
           ? std::optional(distance_to_plane(panel.origin_m, panel.normal, unit(geometry.beam_direction)))
           : std::nullopt,
       panel.pixel_size_m});
}

std::vector<std::string> doubtful_quantities(const Setup& setup) {
  std::vector<std::string> doubts = doubtful_places(setup);
  for (const auto check : {doubtful_fluence, doubtful_size, doubtful_rotation})
    if (std::optional<std::string> text = check(setup)) doubts.push_back(std::move(*text));
  for (const auto check : {doubtful_fields, doubtful_files})
    for (std::string& text : check(setup)) doubts.push_back(std::move(text));
  return doubts;
}

}  // namespace femtobragg::nanobragg
