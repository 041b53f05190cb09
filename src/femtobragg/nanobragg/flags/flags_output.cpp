// Flags of output files, of the run, and those without effect, one row for each.
#include <algorithm>

#include "femtobragg/base/words.h"
#include "femtobragg/nanobragg/flags/flag_groups.h"
#include "femtobragg/nanobragg/flags/output_selection.h"
#include "femtobragg/scene/scene_file.h"

#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/picture/colour_map.h"
#include "femtobragg/formats/picture/preview.h"
#include "femtobragg/formats/tables/truth_file.h"

namespace femtobragg::nanobragg {
namespace {

using O = Options;
using V = FlagValues;

constexpr std::string_view output = "Output";
constexpr std::string_view run = "Running";

void set_png_scale(O& o, const V& v) {
  if (v.word(0) != "log" && v.word(0) != "linear") v.refuse(0, "it must be log or linear");
  o.output.png.scale = v.word(0) == "log" ? formats::GreyScale::Log : formats::GreyScale::Linear;
}

void set_png_layout(O& o, const V& v) {
  if (v.word(0) != "lab" && v.word(0) != "data") v.refuse(0, "it must be lab or data");
  o.output.png.layout = v.word(0) == "lab" ? formats::PictureLayout::Lab : formats::PictureLayout::Data;
}

/// "grey | ink | ...".
std::string_view colour_choices() {
  static const std::string choices = [] {
    std::string names;
    for (const formats::ColourMap& map : formats::colour_maps())
      names += (names.empty() ? "" : " | ") + std::string(map.name);
    return names;
  }();
  return choices;
}

void set_png_size(O& o, const V& v) {
  const auto least = static_cast<std::int64_t>(formats::least_picture_edge);
  const auto most = static_cast<std::int64_t>(formats::most_picture_edge);
  if (v.integer(0) < least || v.integer(0) > most)
    v.refuse(0, "it must be " + std::to_string(least) + " to " + std::to_string(most));
  o.output.png.longest_edge = static_cast<std::size_t>(v.integer(0));
}

void set_png_rings_at(O& o, const V& v) {
  o.output.png.rings = true;
  if (const auto rings = formats::resolutions_of(v.word(0)))
    o.output.png.rings_A = *rings;
  else
    v.refuse(0, "it must be resolutions in A above zero, with commas");
}

/// Lenient: the word behind it may have nothing to do with it.
void set_help(O& o, const V& v) {
  o.run.help = "";
  if (v.count() > 0 && (v.strict() || std::ranges::count(help_topics(), v.word(0)) > 0)) o.run.help = v.word(0);
}

}  // namespace

bool names_output(const Flag& flag) {
  return flag.values == "FILE" && (flag.group == output || flag.names.front() == "stolout");
}

std::vector<Flag> output_flags() {
  // clang-format off
  return {
      usual({{"o"}, output, 1, 1, "FILE", "none", "image in the format of the suffix, instead of the usual outputs; repeatable. FILE:stage=NAME: after a stage of -response; FILE:part=NAME: a part",
       [](O& o, const V& v) {
         const auto [path, choice] = named_image(v.word(0));
         o.output.extra.push_back(path);
         if (choice != ImageChoice{}) o.output.choices[path] = choice;
       }}),
      usual({{"frames"}, output, 1, 1, "N", "1", "images of a series, each -osc further or the next shot of -sase; -o x_####.cbf numbers them. Continues where it was interrupted",
       [](O& o, const V& v) {
         o.output.frames = v.integer(0);
         if (o.output.frames < 1 || o.output.frames > 1000000) v.refuse(0, "it must be 1 to 1000000");
       }}),
      {{"save_scene"}, output, 1, 1, "FILE", "none", "write the rendered experiment as a scene, .toml or .json, for femtobragg simulate SCENE; .nxs and .expt files of the run carry it too",
       [](O& o, const V& v) {
         scene::notation_of(v.word(0));
         o.output.scene_file = v.word(0);
       }},
      {{"floatfile", "floatimage"}, output, 1, 1, "FILE", "floatimage.bin", "photons as float32", [](O& o, const V& v) { name_output(o.output.float_file, o.output.float_named, v); }},
      {{"intfile", "intimage"}, output, 1, 1, "FILE", "intimage.img", "SMV image, scaled, without noise", [](O& o, const V& v) { name_output(o.output.int_file, o.output.int_named, v); }},
      {{"pgmfile", "pgmimage"}, output, 1, 1, "FILE", "image.pgm", "8-bit picture",
       [](O& o, const V& v) {
         name_output(o.output.pgm_file, o.output.pgm_named, v);
         o.output.pgm = true;
       }},
      {{"nopgm"}, output, 0, 0, "", "off", "no PGM", [](O& o, const V&) { o.output.pgm = o.output.pgm_named = false; }},
      {{"noisefile", "noiseimage"}, output, 1, 1, "FILE", "noiseimage.img", "SMV image with counting noise, on photon scale",
       [](O& o, const V& v) {
         name_output(o.output.noise_file, o.output.noise_named, v);
         o.output.noise = true;
       }},
      {{"nonoise"}, output, 0, 0, "", "off", "no noise image, and photons are not counted; what else -response and its flags say stays", [](O& o, const V&) { o.output.noise = o.output.noise_named = false; }},
      usual({{"expt"}, output, 1, 1, "FILE", "none", "write the exact experiment, as DIALS' .expt or another geometry file", 
       [](O& o, const V& v) {
         formats::require_geometry_suffix(v.word(0));
         o.output.expt = v.word(0);
       }}),
      usual({{"truth"}, output, 1, 1, "FILE", "none", "write each reflection's position and photons: .h5, .csv, .refl or .stream; repeatable",
       [](O& o, const V& v) {
         formats::truth_format_of(v.word(0));
         o.output.truth.push_back(v.word(0));
       }}),
      {{"truth_hkl_map"}, output, 1, 1, "FILE", "none", "write the indices of each pixel's brightest reflection: NumPy int16 (slow, fast, 3)",
       [](O& o, const V& v) {
         if (suffix_of(v.word(0)) != ".npy") v.refuse(0, "its suffix must be .npy");
         o.output.truth_hkl_map = v.word(0);
       }},
      {{"mosaic_rotations_out"}, output, 1, 1, "FILE", "none", "write the rotations of the mosaic domains, for -mosaic_rotations: text, or a NumPy array with the suffix .npy",
       [](O& o, const V& v) {
         o.output.mosaic_rotations = v.word(0);
         if (v.word(0).empty()) v.refuse(0, "it must be the name of a file");
       }, false, false, 0, SIZE_MAX, true},
      {{"truth_fraction"}, output, 1, 1, "X", "1e-6", "exclude reflections with less than X times the photons of the brightest from -truth",
       [](O& o, const V& v) {
         o.output.truth_fraction = v.number(0);
         if (!(o.output.truth_fraction >= 0 && o.output.truth_fraction <= 1)) v.refuse(0, "it must be 0 to 1");
       }},
      {{"scale"}, output, 1, 1, "X", "55000 / brightest", "counts per photon of the noiseless image", [](O& o, const V& v) { o.output.scale = v.number(0); }},
      {{"pgmscale"}, output, 1, 1, "X", "50 / rmsd", "grey levels per photon of the PGM",
       [](O& o, const V& v) {
         o.output.pgm_scale = v.number(0);
         o.output.pgm = true;
       }},
      {{"compression"}, output, 1, 1, "gzip | bslz4 | none", "gzip", "how frames of .nxs files are packed; bslz4: bitshuffle-LZ4, as DECTRIS does, faster, for readers with its plugin",
       [](O& o, const V& v) { o.output.compression = formats::compression_named(v.word(0), "-compression"); }},
      {{"png_scale"}, output, 1, 1, "log | linear", "log", "scale of PNG pictures; log: logarithmic above the background", set_png_scale},
      {{"png_percentile"}, output, 1, 1, "P", "by the spots", "pixels above this percentile have the strongest colour in PNG pictures",
       [](O& o, const V& v) {
         o.output.png.percentile = v.number(0);
         if (o.output.png.percentile < 0 || o.output.png.percentile > 100) v.refuse(0, "it must be between 0 and 100");
       }},
      {{"png_colours"}, output, 1, 1, colour_choices(), "grey", "colours of PNG pictures",
       [](O& o, const V& v) {
         if (!formats::find_colour_map(v.word(0))) v.refuse(0, "it must be one of " + formats::colour_map_names());
         o.output.png.colours = v.word(0);
       }},
      {{"png_layout"}, output, 1, 1, "lab | data", "lab for several panels", "panels as they stand, looking along the beam, or as pixels lie in the image", set_png_layout},
      {{"png_size"}, output, 1, 1, "N", "pixel for pixel", "longest edge of PNG pictures; smaller ones show the brightest of several pixels", set_png_size},
      {{"png_bar"}, output, 0, 0, "", "off", "draw a bar of the colours with their photons in PNG pictures", [](O& o, const V&) { o.output.png.bar = true; }},
      {{"png_rings"}, output, 0, 0, "", "off", "draw rings of resolution, the beam centre and a scale bar in PNG pictures", [](O& o, const V&) { o.output.png.rings = true; }},
      {{"png_rings_at"}, output, 1, 1, "D,D...", "chosen to fit", "the resolutions of the rings (A); draws them", set_png_rings_at},
      {{"png_spots"}, output, 0, 0, "", "off", "circle the brightest reflections in PNG pictures, and label some; takes as long as -truth", [](O& o, const V&) { o.output.png_spots = true; }},
      {{"adc", "adcoffset", "adc_offset"}, output, 1, 1, "N", "40", "offset of both SMV images", [](O& o, const V& v) { o.output.adc_offset = v.number(0); }},
      usual({{"seed"}, output, 1, 1, "N", "the clock", "seed of the noise", [](O& o, const V& v) { o.output.seed = v.integer(0); }}),
      {{"printout"}, output, 0, 0, "", "off", "print all contributions to every pixel", [](O& o, const V&) { o.output.print_pixels = true; }},
      {{"printout_pixel"}, output, 2, 2, "fast slow", "all", "print all contributions to one pixel",
       [](O& o, const V& v) {
         o.output.print_pixels = true;
         if (v.count() == 2)
           o.output.print_pixel = {v.integer(0), v.integer(1)};
         else
           v.warn("needs fast slow; every pixel is printed");
       }, false, false, 0, 0},
      {{"trace_pixel"}, output, 2, 2, "slow fast", "off", "print every intermediate result for one pixel",
       [](O& o, const V& v) { o.output.trace_pixel = {v.integer(0), v.integer(1)}; }},
      {{"progress"}, output, 0, 0, "", "on", "show progress", [](O& o, const V&) { o.output.progress = true; }},
      {{"noprogress"}, output, 0, 0, "", "off", "show no progress", [](O& o, const V&) { o.output.progress = false; }},
      usual({{"show_config"}, output, 0, 0, "", "off", "print every derived quantity and its origin", [](O& o, const V&) { o.output.show_config = true; }}),
      {{"quiet"}, output, 0, 0, "", "off", "print errors and warnings only", [](O& o, const V&) { o.output.quiet = true; }},

      {{"quirks"}, run, 1, 1, "all | none | ID,ID...", "by program", "behaviours of nanoBragg to keep: `femtobragg quirks` lists them", [](O& o, const V& v) { o.run.quirks = v.word(0); }},
      {{"dtype"}, run, 1, 1, "float32 | float64", "simulate: float32, nanoBragg: float64", "number type of the calculation",
       [](O& o, const V& v) {
         o.run.number_type = v.word(0);
       }},
      {{"device"}, run, 1, 1, "NAME", "auto", "backend: auto, simd, reference; simd-NAME for one instruction set", [](O& o, const V& v) { o.run.device = v.word(0); }},
      {{"tolerance"}, run, 1, 1, "E", "0", "skip work that cannot change any pixel by more than E of the brightest; the run prints the bound",
       [](O& o, const V& v) {
         o.run.tolerance = v.number(0);
         if (!(o.run.tolerance >= 0 && o.run.tolerance < 1)) v.refuse(0, "it must be at least 0 and below 1");
       }},
      {{"threads"}, run, 1, 1, "N", "all cores", "number of threads; the image does not depend on it",
       [](O& o, const V& v) {
         o.run.threads = v.integer(0);
         if (o.run.threads < 1 || o.run.threads > 4096) v.refuse(0, "it must be 1 to 4096");
       }},
      {{"version"}, run, 0, 0, "", "", "print the version", [](O& o, const V&) { o.run.version = true; }},
      usual({{"h", "help"}, run, 0, 1, "[GROUP]", "", "print the usual flags, or all of a group", set_help}),
      {{"help_all"}, run, 0, 0, "", "", "print all flags", [](O& o, const V&) { o.run.help = "all"; }},

      {{"stol", "4stol", "Q"}, no_effect, 1, 1, "FILE", "none", "read and checked, not used", [](O& o, const V& v) { o.files.stol = v.word(0); }},
      {{"stolout"}, no_effect, 1, 1, "FILE", "none", "never written", [](O&, const V&) {}},
      {{"coherent"}, no_effect, 0, 0, "", "", "", [](O&, const V&) {}},
      {{"density", "sample_density"}, no_effect, 1, 1, "g/cm^3", "", "", [](O&, const V&) {}},
      {{"MW", "molec", "molecular_weight"}, no_effect, 1, 1, "Da", "", "", [](O&, const V&) {}},
  };
  // clang-format on
}

}  // namespace femtobragg::nanobragg
