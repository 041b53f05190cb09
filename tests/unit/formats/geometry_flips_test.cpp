// Nothing in silence: each word and number of a geometry file changed once changes what is read, is named, or is
// refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/geometry/expt_file.h"
#include "femtobragg/formats/geometry/geom_file.h"
#include "femtobragg/formats/geometry/poni_file.h"
#include "femtobragg/formats/image/header_files.h"

namespace femtobragg::formats {
namespace {

using Parse = Geometry (*)(const std::string& text);

/// All that is read, and all that is said.
std::string outcome(Parse parse, const std::string& text) {
  try {
    const Geometry g = parse(text);
    std::vector<std::string> notes;
    std::string all = expt_text(g, notes);
    for (const Panel& p : g.detector.panels) all += format_number(p.saturation, 12) + " " + p.sensor.material;
    for (const std::string& note : g.notes) all += note + "\n";
    return all;
  } catch (const Error& error) {
    return error.what();
  }
}

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-' || c == '+';
}

std::string changed(const std::string& word) {
  if (const auto number = parse_number(word)) return format_number(*number == 0 ? 0.37 : 1.37 * *number, 12);
  return word + "z";
}

/// What says nothing of what is simulated: a word in lines that hold a text; without a word, all from that text on.
struct Inert {
  std::string in_line, word = {};
};

/// Changes one word after another.
void expect_each_word_to_matter(Parse parse, const std::string& text, const std::vector<Inert>& inert) {
  const std::string before = outcome(parse, text);
  ASSERT_EQ(before.find("; "), std::string::npos) << before.substr(0, 300);
  for (std::size_t at = 0; at < text.size();) {
    if (!in_word(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) ++end;
    const std::string word = text.substr(at, end - at);
    const std::size_t line = text.rfind('\n', at) == text.npos ? 0 : text.rfind('\n', at) + 1;
    const std::string whole_line = text.substr(line, text.find('\n', at) - line);
    const bool is_inert = std::ranges::any_of(inert, [&](const Inert& i) {
      const std::size_t found = whole_line.find(i.in_line);
      return found != whole_line.npos && (i.word.empty() ? line + found <= at : i.word == word);
    });
    const bool matters = is_inert || outcome(parse, text.substr(0, at) + changed(word) + text.substr(end)) != before;
    EXPECT_TRUE(matters) << word << " became " << changed(word) << " in: " << whole_line;
    at = end;
  }
}

TEST(GeometryFlips, CrystfelFiles) {
  expect_each_word_to_matter(
      [](const std::string& text) { return parse_geom(text, "x", {}); },
      "; a comment\nphoton_energy = 9000 eV\nadu_per_photon = 2\nclen = 100 mm\ncoffset = 0.002 m\nres = 10000\n"
      "max_adu = 1000\ndetector_shift_x = 1 mm\ndetector_shift_y = 0.001 m\nmask_edge_pixels = 1\nno_index = 0\n"
      "p/min_fs = 0\np/max_fs = 9\np/min_ss = 0\np/max_ss = 4\np/corner_x = -5\np/corner_y = -2\np/fs = 0.9x +0.1z\n"
      "p/ss = y\nq/min_fs = 0\nq/max_fs = 9\nq/min_ss = 5\nq/max_ss = 9\nq/corner_x = -5\nq/corner_y = 4\nq/fs = x\n"
      "q/ss = y\nq/coffset = 0.003\nbad1/panel = q\nbad1/min_fs = 2\nbad1/max_fs = 3\nbad1/min_ss = 6\nbad1/max_ss = "
      "7\n"
      "bad2/min_x = -3\nbad2/max_x = 2\nbad2/min_y = 4\nbad2/max_y = 6\n",
      {{"; "}, {"no_index"}});
}

TEST(GeometryFlips, PoniFiles) {
  expect_each_word_to_matter(
      [](const std::string& text) { return parse_poni(text, "x", {}); },
      "# a comment\nponi_version: 2\nDetector: Detector\nDetector_config: {\"pixel1\": 1e-4, "
      "\"pixel2\": 2e-4, \"max_shape\": [48, 64], \"orientation\": 2, \"sensor\": {\"material\": "
      "\"CdTe\", \"thickness\": 1e-3}}\nDistance: 0.2\nPoni1: 0.01\nPoni2: 0.012\nRot1: 0.1\n"
      "Rot2: 0.2\nRot3: 0.3\nWavelength: 1e-10\n",
      {{"# "}, {"poni_version: "}});
}

const std::string short_header =
    "###CBF: VERSION 1.5\n\ndata_x\n_array_data.header_contents\n;\n# Detector: simulated\n# Pixel_size 1e-4 m x 2e-4 "
    "m\n"
    "# Silicon sensor, thickness 0.00045 m\n# Count_cutoff 60000 counts\n# Wavelength 1.1 A\n# Detector_distance 0.2 "
    "m\n"
    "# Beam_xy (20.5, 11.5) pixels\n# Start_angle 3 deg.\n# Angle_increment 0.5 deg.\n;\n";
const std::string binary = "X-Binary-Size-Fastest-Dimension: 30\nX-Binary-Size-Second-Dimension: 20\n";

TEST(GeometryFlips, ShortCbfHeaders) {
  expect_each_word_to_matter([](const std::string& text) { return parse_cbf_header(text, "x"); }, short_header + binary,
                             {{"###CBF"},
                              {"data_"},
                              {"_array_data"},
                              {"Detector: "},
                              {"Pixel_size", "x"},
                              {"_angle", "deg."},
                              {"_increment", "deg."},
                              {" counts"},
                              {"sensor", "thickness"},
                              {" pixels"}});
}

TEST(GeometryFlips, AxesOfImgcif) {
  const std::string axes =
      "###CBF: VERSION 1.5\n\ndata_x\nloop_\n_axis.id\n_axis.type\n_axis.equipment\n_axis.depends_on\n_axis.vector[1]\n"
      "_axis.vector[2]\n_axis.vector[3]\n_axis.offset[1]\n_axis.offset[2]\n_axis.offset[3]\n"
      "OMEGA rotation goniometer . 1 0.1 0.2 . . .\nSOURCE general source . 0 0.1 1 . . .\n"
      "TTH rotation detector . 1 0.1 0.1 . . .\nZ translation detector TTH 0.1 0.1 -1 1 2 3\n"
      "EX translation detector Z 1 0 0.1 -1.8 1.2 0.1\nEY translation detector EX 0.1 -1 0.1 0.1 0.2 0.3\n"
      "loop_\n_diffrn_scan_axis.axis_id\n_diffrn_scan_axis.angle_start\n_diffrn_scan_axis.angle_increment\n"
      "_diffrn_scan_axis.displacement_start\nOMEGA 30 0.2 0\nTTH 20 0 0\nZ 0 0 150\n"
      "loop_\n_array_structure_list.array_id\n_array_structure_list.index\n_array_structure_list.dimension\n"
      "_array_structure_list.precedence\n_array_structure_list.direction\n_array_structure_list.axis_set_id\n"
      "A1 1 30 1 increasing EX\nA1 2 20 2 decreasing EY\n"
      "loop_\n_array_structure_list_axis.axis_set_id\n_array_structure_list_axis.axis_id\n"
      "_array_structure_list_axis.displacement\n_array_structure_list_axis.displacement_increment\n"
      "EX EX 0.1 0.15\nEY EY 0.2 0.16\n_diffrn_radiation_wavelength.wavelength 0.9\n_array_intensities.overload 1000\n";
  expect_each_word_to_matter([](const std::string& text) { return parse_cbf_header(text, "x"); }, axes + binary,
                             {{"###CBF"},
                              {"data_x"},
                              {"_array_structure_list.index"},
                              {"OMEGA rotation", "."},
                              {"SOURCE", "SOURCE"},
                              {"SOURCE", "general"},
                              {"SOURCE", "."},
                              {" detector ", "detector"},
                              {"OMEGA 30", "0"},
                              {"TTH 20", "0"},
                              {"Z 0 0", "0"},
                              {"A1 1 30", "1"},
                              {"A1 2 20", "2"},
                              {"X-Binary-Size"}});
}

const char* experiments = R"({"__id__": "ExperimentList",
"experiment": [{"__id__": "Experiment", "identifier": "1", "beam": 0, "detector": 0, "goniometer": 0, "scan": 0,
  "crystal": 0, "imageset": 0}],
"imageset": [{"__id__": "ImageSequence", "template": "x_####.cbf"}],
"beam": [{"__id__": "monochromatic", "direction": [0.1, 0, 1], "wavelength": 1.1, "divergence": 0, "sigma_divergence": 0,
  "polarization_normal": [0, 1, 0.1], "polarization_fraction": 0.7, "flux": 1e11, "transmission": 1, "probe": "x-ray"}],
"detector": [{"panels": [
  {"name": "p", "type": "SENSOR_PAD", "fast_axis": [1, 0.1, 0], "slow_axis": [0.1, -1, 0], "origin": [-3, 2, 1],
   "raw_image_offset": [0, 0], "image_size": [30, 20], "pixel_size": [0.1, 0.2], "trusted_range": [-1, 65535],
   "thickness": 0.45, "material": "Si", "mu": 4.1, "mask": [[1, 2, 3, 4]], "gain": 1, "pedestal": 0,
   "px_mm_strategy": {"type": "SimplePxMmStrategy"}},
  {"name": "q", "type": "SENSOR_PAD", "fast_axis": [1, 0, 0.1], "slow_axis": [0, -1, 0], "origin": [0, 3, 0.5],
   "raw_image_offset": [0, 25], "image_size": [30, 20], "pixel_size": [0.1, 0.1], "trusted_range": [-1, 65535]}],
  "hierarchy": {"name": "d", "fast_axis": [1, 0.1, 0], "slow_axis": [0.1, 1, 0], "origin": [0.1, 0.2, -100],
    "children": [{"panel": 0}, {"name": "g", "fast_axis": [1, 0, 0.1], "slow_axis": [0.1, 1, 0], "origin": [1, 2, 3],
      "children": [{"panel": 1}]}]}}],
"goniometer": [{"axes": [[1, 0.1, 0], [0.1, 0, 1], [1, 0, 0.2]], "angles": [10, 20, 30], "names": ["PHI", "KAPPA", "OMEGA"],
  "scan_axis": 1}],
"scan": [{"image_range": [1, 3], "oscillation": [5, 0.1], "batch_offset": 0, "exposure_time": [1, 1, 1],
  "epochs": [0, 1, 2]}],
"crystal": [{"__id__": "crystal", "real_space_a": [50, 1, 2], "real_space_b": [3, 60, 4], "real_space_c": [5, 6, 70],
  "space_group_hall_symbol": " P 1"}]})";

/// Says nothing of what is simulated: names, times, what is kept of the images, the strength of the beam, where the
/// axis stood that scans, and which values below zero count.
bool is_inert_in_experiments(const std::string& pointer) {
  const auto has = [&](const char* part) { return pointer.find(part) != pointer.npos; };
  return has("__id__") || has("identifier") || has("/type") || has("/imageset") || has("/flux") ||
         has("/transmission") || has("/names") || has("/batch_offset") || has("/exposure_time") || has("/epochs") ||
         has("/hierarchy/name") || has("/children/1/name") || has("/angles/1") || has("/trusted_range/0");
}

TEST(GeometryFlips, Experiments) {
  const auto parse = [](const std::string& text) { return parse_expt(text, "x"); };
  const nlohmann::json json = nlohmann::json::parse(experiments);
  const std::string before = outcome(parse, json.dump());
  ASSERT_EQ(before.front(), '{') << before;
  int changes = 0;
  const nlohmann::json leaves = json.flatten();
  for (const auto& [pointer, value] : leaves.items()) {
    if (is_inert_in_experiments(pointer)) continue;
    nlohmann::json other = json;
    nlohmann::json& leaf = other[nlohmann::json::json_pointer(pointer)];
    if (value.is_string())
      leaf = value.get<std::string>() + "z";
    else if (value.is_number_integer())
      leaf = value.get<int>() + 1;
    else
      leaf = 1.37 * value.get<double>();
    EXPECT_TRUE(outcome(parse, other.dump()) != before) << pointer << " became " << leaf;
    ++changes;
  }
  EXPECT_GT(changes, 100);
}

/// A key that is written wrongly is a key that is missing, and one too many.
TEST(GeometryFlips, KeysOfExperiments) {
  const auto parse = [](const std::string& text) { return parse_expt(text, "x"); };
  const std::string text = nlohmann::json::parse(experiments).dump(), before = outcome(parse, text);
  for (std::size_t at = text.find("\":"); at != text.npos; at = text.find("\":", at + 1)) {
    const std::string key = text.substr(text.rfind('"', at - 1) + 1, at - text.rfind('"', at - 1) - 1);
    if (is_inert_in_experiments("/" + key) || key == "name" || key == "template") continue;
    EXPECT_TRUE(outcome(parse, text.substr(0, at) + "z" + text.substr(at)) != before)
        << key << " after " << text.substr(at < 60 ? 0 : at - 60, 60);
  }
}

}  // namespace
}  // namespace femtobragg::formats
