// Flags of input files and of the crystal, one row for each.
#include "femtobragg/nanobragg/flags/flag_groups.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/flags/background_words.h"
#include "femtobragg/physics/lattice_factor/shapes.h"

namespace femtobragg::nanobragg {
namespace {

using O = Options;
using V = FlagValues;

constexpr std::string_view structure = "Structure factors and input files";
constexpr std::string_view crystal = "Crystal";

void set_cells(O& o, std::initializer_list<std::size_t> axes, const V& v) {
  const std::int64_t n = v.integer(0);
  if (v.strict() && n < 1) v.refuse(0, "a crystal must have at least one unit cell along each axis");
  for (const std::size_t axis : axes) o.crystal.cells[axis] = std::max<std::int64_t>(1, n);
}

void set_size(O& o, std::initializer_list<std::size_t> axes, const V& v) {
  const double size = metres_from_mm(v.number(0));
  if (v.strict() && size < 0) v.refuse(0, "sizes must not be negative");
  for (const std::size_t axis : axes) o.crystal.size_m[axis] = size;
}

void set_whole_size(O& o, const V& v) {
  if (v.count() == 2) v.refuse("it takes one size or three, not two");
  std::array<double, 3> mm{};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t word = v.count() == 1 ? 0 : i;
    mm[i] = v.number(word);
    if (!(mm[i] > 0)) v.refuse(word, "sizes must be above zero");
  }
  o.crystal.whole_size_m = {metres_from_mm(mm[0]), metres_from_mm(mm[1]), metres_from_mm(mm[2])};
}

void set_whole_form(O& o, const V& v) {
  const std::string& word = v.word(0);
  if (word != "box" && word != "sphere" && word != "needle") v.refuse(0, "it must be box, sphere or needle");
  o.crystal.whole_form = word == "box"      ? CrystalForm::Box
                         : word == "sphere" ? CrystalForm::Sphere
                                            : CrystalForm::Needle;
}

void set_misset(O& o, const V& v) {
  if (v.word(0).find("rand") != std::string::npos) {
    o.crystal.misset_random = true;
    return;
  }
  if (v.count() < 3) {
    if (v.strict()) v.refuse(v.count() - 1, "it takes three angles, or 'random'");
    v.warn("needs three angles, or 'random'; ignored");
    return;
  }
  o.crystal.misset_random = false;
  o.crystal.misset_rad = {radians_from_degrees(v.number(0)), radians_from_degrees(v.number(1)),
                          radians_from_degrees(v.number(2))};
}

/// nanoBragg reads the words after -misset_seed as those of -misset, whatever they are.
void misset_from_seed_words(O& o, const V& v) {
  o.crystal.misset_random = v.word(0).find("rand") != std::string::npos || (o.crystal.misset_random && v.count() < 3);
  if (v.count() < 3) return;
  const auto angle = [&](std::size_t i) { return radians_from_degrees(number_prefix(v.word(i)).value); };
  o.crystal.misset_rad = {angle(0), angle(1), angle(2)};
}

void set_crystals(O& o, const V& v) {
  const std::string& word = v.word(0);
  if (word.empty()) v.refuse(0, "it must be a number or the name of a file");
  o.crystal.crystals.reset();
  o.crystal.crystals_file.clear();
  o.crystal.lattices.clear();
  if (!parse_number(word)) {
    o.crystal.crystals_file = word;
    return;
  }
  o.crystal.crystals = v.integer(0);
  if (*o.crystal.crystals < 1 || *o.crystal.crystals > 1000) v.refuse(0, "it must be from 1 to 1000");
}

void set_cell(O& o, const V& v) {
  o.crystal.cell_file.clear();
  if (v.strict() && v.count() == 1 && !parse_number(v.word(0))) {
    o.crystal.cell_given = false;
    o.crystal.cell = {};
    o.crystal.cell_file = v.word(0);
    if (v.word(0).empty()) v.refuse(0, "it must be the name of a file");
    return;
  }
  o.crystal.cell_given = true;
  for (std::size_t i = 0; i < v.count(); ++i) {
    o.crystal.cell[i] = v.number(i);
    if (v.strict() && o.crystal.cell[i] <= 0) v.refuse(i, "cell edges and angles must be above zero");
    if (v.strict() && i >= 3 && o.crystal.cell[i] >= 180) v.refuse(i, "cell angles must be below 180 degrees");
  }
  const bool whole = v.count() == 1 || v.count() == 3 || v.count() == 6;
  if (v.strict() && !whole)
    v.refuse("it takes six numbers, three edges at right angles, the edge of a cube, or a .cell file of CrystFEL");
}

void set_labels(O& o, const V& v) {
  o.factors.labels.clear();
  for (std::string_view rest = v.word(0); !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    if (end > 0) o.factors.labels.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (v.strict() && o.factors.labels.empty()) v.refuse(0, "it takes names of columns, separated by commas");
}

void set_anomalous(O& o, const V& v) {
  if (v.word(0) != "on" && v.word(0) != "off") v.refuse(0, "it must be on or off");
  o.factors.anomalous = v.word(0) == "on";
}

void set_draws(O& o, const V& v) {
  if (v.word(0) != "random" && v.word(0) != "even") v.refuse(0, "it must be random or even");
  o.crystal.mosaic_draws = v.word(0) == "even" ? DomainDraws::Even : DomainDraws::Random;
}

void set_method(O& o, const V& v) {
  o.factors.method = v.word(0);
  if (o.factors.method != "auto" && o.factors.method != "fft" && o.factors.method != "direct")
    v.refuse(0, "it must be auto, fft or direct");
}

void set_enlarged_cell(O& o, const V& v) {
  o.factors.enlarge = v.integer(0);
  if (o.factors.enlarge < 1 || o.factors.enlarge > 100) v.refuse(0, "it must be from 1 to 100");
}

/// A row for each crystal shape.
std::vector<Flag> flags_of_shapes() {
  std::vector<Flag> rows;
  for_each_type(physics::Shapes{}, [&]<class Shape>(Shape*) {
    std::vector<std::string_view> names(Shape::flags.begin(), Shape::flags.end());
    std::erase(names, std::string_view());
    rows.push_back({names, crystal, 0, 0, "", rows.empty() ? "on" : "off", Shape::help,
                    [](O& o, const V&) { o.crystal.shape = CrystalShape{place_in<Shape>(physics::Shapes{})}; }});
  });
  return rows;
}

}  // namespace

std::vector<std::string_view> shape_flags() {
  std::vector<std::string_view> names;
  for (const physics::ShapeInfo& shape : physics::shape_infos()) names.push_back(shape.flags.front());
  return names;
}

std::vector<Flag> crystal_flags() {
  // clang-format off
  std::vector<Flag> rows = {
      usual({{"hkl"}, structure, 1, 1, "FILE", "none", "reflection list: h k l F on each line, no symmetry applied; or MTZ, CIF, XDS, SHELX, SCALEPACK",
       [](O& o, const V& v) { o.factors.file = v.word(0); }}),
      usual({{"default_F"}, structure, 1, 1, "F", "0", "amplitude (electrons) of reflections that the list does not have",
       [](O& o, const V& v) { o.factors.default_amplitude = not_negative(v, v.number(0)); }}),
      {{"direct_beam"}, structure, 0, 0, "", "off", "render F(0,0,0) too, the spot of the direct beam", [](O& o, const V&) { o.factors.direct_beam = true; },
       false, false, 0, SIZE_MAX, true},
      {{"labels"}, structure, 1, 1, "F[,...]", "chosen", "column of amplitudes or intensities in the file of -hkl; F or I for the fourth column of a list", set_labels},
      usual({{"model"}, structure, 1, 1, "FILE", "none", "atomic model (PDB, mmCIF, CIF): gives cell, space group and structure factors",
       [](O& o, const V& v) { o.factors.model = v.word(0); }}),
      {{"k_sol"}, structure, 1, 1, "e/A^3", "0", "density of the bulk solvent around the model; 0: none",
       [](O& o, const V& v) { o.factors.k_sol_e_A3 = not_negative(v, v.number(0)); }},
      {{"b_sol"}, structure, 1, 1, "A^2", "46", "B of the bulk solvent",
       [](O& o, const V& v) { o.factors.b_sol_A2 = not_negative(v, v.number(0)); }},
      {{"anomalous"}, structure, 1, 1, "on | off", "on", "f' and f'' of the model's elements at the beam's wavelength", set_anomalous},
      {{"oversample_cell"}, structure, 1, 1, "n", "1", "a single cell of the model, its transform sampled n times more finely: no crystal", set_enlarged_cell},
      {{"fcalc_method"}, structure, 1, 1, "auto | fft | direct", "auto", "how the model's structure factors are calculated", set_method},
      {{"no_cache"}, structure, 0, 0, "", "off", "recalculate the model's structure factors and do not cache them",
       [](O& o, const V&) { o.run.cache = false; }},
      {{"dump", "dumpfile"}, structure, 1, 1, "FILE", "Fdump.bin", "binary copy of the structure factors, for fast reading",
       [](O& o, const V& v) { name_output(o.files.dump, o.files.dump_named, v); }},
      usual({{"mat", "matrix"}, structure, 1, 1, "FILE", "none", "orientation matrix as MOSFLM writes it: columns a* b* c* times the wavelength",
       [](O& o, const V& v) { o.crystal.matrix_file = v.word(0); }}),
      {{"img"}, structure, 1, 1, "FILE", "none", "SMV image whose header gives the geometry", [](O&, const V&) {}},
      {{"mask"}, structure, 1, 1, "FILE", "none", "image whose zero pixels are not rendered; the header of SMV gives the geometry",
       [](O& o, const V& v) { o.files.mask = v.word(0); }},
      {{"sourcefile"}, structure, 1, 1, "FILE", "none", "sources: X Y Z weight wavelength(m) on each line",
       [](O& o, const V& v) { o.beam.source_file = v.word(0); }},

      usual({{"cell"}, crystal, 1, 6, "a b c al be ga (A, deg)", "b = c = a, 90 deg", "unit cell; or a .cell file of CrystFEL", set_cell, false, true}),
      usual({{"misset"}, crystal, 1, 3, "x y z (deg) | random", "0 0 0", "rotations of the crystal about lab x, y, z, or a random orientation", set_misset}),
      {{"misset_seed"}, crystal, 1, 1, "N", "that of -seed", "seed of the random orientation",
       [](O& o, const V& v) {
         o.crystal.misset_seed = v.integer(0);
         if (v.quirk(Quirk::MissetSeedFlag)) misset_from_seed_words(o, v);
       }, false, false, 3},
      {{"crystals"}, crystal, 1, 1, "N | FILE", "1", "crystals in the beam at once: N, all but the first in random orientations; or a list, -misset and a weight on each line", set_crystals, false, false, 0, SIZE_MAX, true},
      usual({{"N"}, crystal, 1, 1, "N", "1", "unit cells along a, b and c", [](O& o, const V& v) { set_cells(o, {0, 1, 2}, v); }}),
      {{"Na"}, crystal, 1, 1, "N", "1", "unit cells along a", [](O& o, const V& v) { set_cells(o, {0}, v); }},
      {{"Nb"}, crystal, 1, 1, "N", "1", "unit cells along b", [](O& o, const V& v) { set_cells(o, {1}, v); }},
      {{"Nc"}, crystal, 1, 1, "N", "1", "unit cells along c", [](O& o, const V& v) { set_cells(o, {2}, v); }},
      {{"samplesize", "sample_size", "xtalsize", "xtal_size"}, crystal, 1, 1, "mm", "from -N", "size of the crystal along a, b and c, instead of -N",
       [](O& o, const V& v) { set_size(o, {0, 1, 2}, v); }},
      {{"sample_x", "sample_thick", "sample_thickness", "xtal_x", "xtal_thick", "xtal_thickness"}, crystal, 1, 1, "mm", "from -Na", "size along a",
       [](O& o, const V& v) { set_size(o, {0}, v); }},
      {{"sample_y", "sample_width", "xtal_y", "xtal_width", "width"}, crystal, 1, 1, "mm", "from -Nb", "size along b, at most the beam size",
       [](O& o, const V& v) { set_size(o, {1}, v); }},
      {{"sample_z", "sample_height", "xtal_z", "xtal_height", "height"}, crystal, 1, 1, "mm", "from -Nc", "size along c, at most the beam size",
       [](O& o, const V& v) { set_size(o, {2}, v); }},
      {{"crystal_size"}, crystal, 1, 3, "mm | x y z (mm)", "one block", "size of a crystal made of many such blocks, along lab x, y and z", set_whole_size, true, true},
      {{"crystal_form"}, crystal, 1, 1, "box | sphere | needle", "box", "its outer form; a needle is a cylinder along the longest size", set_whole_form, true},
      {{"fudge"}, crystal, 1, 1, "X", "1", "multiplies the squared distance from a spot: above 1 narrows round, gauss and tophat spots", 
       [](O& o, const V& v) {
         o.crystal.fudge = v.number(0);
         if (v.strict() && !(o.crystal.fudge > 0)) v.refuse(0, "it must be above zero");
       }},
      usual({{"mosaic", "mosaici", "mosaicity", "mosaic_spr", "mosaic_spread"}, crystal, 1, 1, "deg", "0", "largest tilt of a mosaic domain: twice its rms about an axis",
       [](O& o, const V& v) { o.crystal.mosaic_rad = not_negative(v, radians_from_degrees(v.number(0))); }}),
      {{"mosaic_domains", "mosaic_dom"}, crystal, 1, 1, "N", "as many as -accuracy needs; nanoBragg: 10", "number of mosaic domains",
       [](O& o, const V& v) { o.crystal.mosaic_domains = step_count(v); }},
      {{"mosaic_draws"}, crystal, 1, 1, "random | even", "random with -mosaic_domains, else even", "how tilts are chosen: by nanoBragg's random numbers, or evenly, which needs fewer domains", set_draws, false, false, 0, SIZE_MAX, true},
      {{"mosaic_seed"}, crystal, 1, 1, "N", "12345678", "seed of the mosaic domains", [](O& o, const V& v) { o.crystal.mosaic_seed = v.integer(0); }},
      {{"mosaic_rotations"}, crystal, 1, 1, "FILE", "drawn", "rotations of the mosaic domains in the lab frame: nine numbers on each line, or .npy (n, 3, 3); instead of -mosaic and -mosaic_domains",
       [](O& o, const V& v) {
         o.crystal.mosaic_rotations_file = v.word(0);
         if (v.word(0).empty()) v.refuse(0, "it must be the name of a file");
       }, false, false, 0, SIZE_MAX, true},
      {{"phi"}, crystal, 1, 1, "deg", "0", "spindle angle where the rotation begins", [](O& o, const V& v) { o.rotation.start_rad = radians_from_degrees(v.number(0)); }},
      usual({{"osc", "oscillation"}, crystal, 1, 1, "deg", "0", "rotation range about the spindle",
       [](O& o, const V& v) { o.rotation.steps_rad.range = not_negative(v, radians_from_degrees(v.number(0))); }}),
      {{"phistep"}, crystal, 1, 1, "deg", "from the count", "width of a step; each step is rendered at its middle",
       [](O& o, const V& v) { o.rotation.steps_rad.step = not_negative(v, radians_from_degrees(v.number(0))); }},
      usual({{"phisteps"}, crystal, 1, 1, "N", "as many as -accuracy needs; nanoBragg: 2", "number of steps of equal width over the range", [](O& o, const V& v) { o.rotation.steps_rad.count = step_count(v); }}),
      {{"dmin"}, crystal, 1, 1, "A", "0", "finest resolution rendered; 0: all", [](O& o, const V& v) { o.sampling.d_min_m = not_negative(v, metres_from_angstrom(v.number(0))); }},
      {{"water"}, crystal, 1, 1, "um", "0", "edge of a cube of water around the crystal", [](O& o, const V& v) { o.water_edge_m = not_negative(v, metres_from_um(v.number(0))); }},
      {{"background"}, crystal, 1, 1, "NAME|FILE[:KEY=VALUE,...]", "none", "scattering of non-crystalline material; repeat it for more: see `femtobragg materials` and its keys",
       [](O& o, const V& v) { o.backgrounds.push_back(background_of_words(v)); }, false, false, 0, SIZE_MAX, true},
  };
  // clang-format on
  // Above the factor that most of them have.
  const auto fudge = std::ranges::find_if(rows, [](const Flag& flag) { return flag.names.front() == "fudge"; });
  std::vector<Flag> shapes = flags_of_shapes();
  rows.insert(fudge, std::move_iterator(shapes.begin()), std::move_iterator(shapes.end()));
  return rows;
}

}  // namespace femtobragg::nanobragg
