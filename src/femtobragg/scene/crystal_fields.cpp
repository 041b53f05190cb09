// Fields of the crystal and of its structure factors, one row for each.
#include <algorithm>

#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/scene/scene_rows.h"

namespace femtobragg::scene {
namespace {

template <class... Listed>
constexpr std::array<std::string_view, sizeof...(Listed)> names_of(TypeList<Listed...>) {
  return {Listed::name...};
}
constexpr auto shapes = names_of(physics::Shapes{});
constexpr std::array<std::string_view, 3> domain_draws{"automatic", "random", "even"};
constexpr std::array<std::string_view, 2> spot_widths{"miller-indices", "reciprocal-angstrom"};
constexpr std::array<std::string_view, 3> forms{"box", "sphere", "needle"};
constexpr std::array<std::string_view, 3> methods{"auto", "fft", "direct"};

}  // namespace

Section<S> crystal_section() {
  using C = CrystalScene;
  constexpr auto c = &S::crystal;
  return {
      "crystal",
      "Cell and orientation, size, shape and mosaic domains. A model, or reflections that state their cell, make a "
      "cell unnecessary.",
      {
          Row{"cell_edges",
              Kind::Numbers,
              edges_A,
              3,
              {},
              "[79.1, 79.1, 38.4]",
              "that of the model or the reflections",
              "edges a, b, c",
              [](S& s, const Value& v) {
                const NumberList& n = std::get<NumberList>(v);
                s.crystal.cell_given = true;
                std::copy(n.begin(), n.begin() + 3, s.crystal.cell.begin());
              },
              [](const S& s) -> std::optional<Value> {
                if (!s.crystal.cell_given) return {};
                const auto& x = s.crystal.cell;
                return NumberList{x[0], x[1], x[2]};
              }}
              .above_zero(),
          Row{"cell_angles",
              Kind::Numbers,
              degrees_only,
              3,
              {},
              "[90, 90, 90]",
              "90, 90, 90",
              "angles alpha, beta, gamma",
              [](S& s, const Value& v) {
                const NumberList& n = std::get<NumberList>(v);
                std::copy(n.begin(), n.begin() + 3, s.crystal.cell.begin() + 3);
              },
              [](const S& s) -> std::optional<Value> {
                if (!s.crystal.cell_given) return {};
                const auto& x = s.crystal.cell;
                if (!(x[3] > 0) && !(x[4] > 0) && !(x[5] > 0)) return {};
                return NumberList{x[3], x[4], x[5]};
              }}
              .within(1e-6, 180 - 1e-6)
              .needing({"cell_edges"}),
          row<c, &C::cell_file>(
              Kind::File, {"cell", "\"lysozyme.cell\"", "none", "unit cell of CrystFEL, instead of edges and angles"})
              .excluding({"cell_edges"}),
          row<c, &C::matrix_file>(Kind::File,
                                  {"matrix_file", "\"A.mat\"", "none", "orientation matrix as MOSFLM writes it"}),
          {"axes",
           Kind::Numbers,
           lengths,
           9,
           {},
           "[...]",
           "none",
           "real axes a, b, c with the spindle at zero, three numbers each; a cell given with them keeps its own edges "
           "and angles",
           [](S& s, const Value& v) {
             const NumberList& n = std::get<NumberList>(v);
             s.crystal.axes = formats::axes_of_real({n.at(0), n.at(1), n.at(2)}, {n.at(3), n.at(4), n.at(5)},
                                                    {n.at(6), n.at(7), n.at(8)}, "crystal.axes");
           },
           [](const S& s) -> std::optional<Value> {
             if (!s.crystal.axes) return {};
             const CrystalAxes& x = *s.crystal.axes;
             return NumberList{x.a_m.x, x.a_m.y, x.a_m.z, x.b_m.x, x.b_m.y, x.b_m.z, x.c_m.x, x.c_m.y, x.c_m.z};
           }},
          row<c, &C::space_group>(Kind::Text, {"space_group", "\"P 43 21 2\"", "that of the model or the reflections",
                                               "space group for files that are written"}),
          row<c, &C::misset_rad>(Kind::Numbers,
                                 {"misset", "[10, 20, 30]", "none", "rotations about lab x, y, z, in this order"},
                                 angles, 3)
              .excluding({"misset_random"}),
          row<c, &C::misset_random>(Kind::Flag, {"misset_random", "true", "false", "use a random orientation instead"}),
          row<c, &C::misset_seed>(Kind::Count, {"misset_seed", "1", "1", "seed of random orientations"})
              .needing({"misset_random", "crystals"}),
          row<c, &C::crystals>(Kind::Count, {"crystals", "3", "1",
                                             "crystals in the beam at once; all but the first are oriented at random"})
              .within(1, 1000),
          row<c, &C::crystals_file>(Kind::File, {"crystals_file", "\"crystals.txt\"", "none",
                                                 "crystals in the beam: three angles of misset in degrees and a weight "
                                                 "on each line"})
              .excluding({"crystals", "misset", "misset_random"}),
          row<c, &C::cells>(Kind::Counts, {"cells", "[10, 10, 10]", "1, 1, 1", "unit cells along a, b, c"}, no_unit, 3)
              .from(1),
          row<c, &C::size_m>(Kind::Numbers,
                             {"size", "[0.01, 0.01, 0.01]", "from the cells",
                              "sizes along a, b, c; replaces the number of cells if it is not zero"},
                             lengths, 3)
              .from(0),
          row<c, &C::whole_size_m>(
              Kind::Numbers,
              {"whole_size", "[0.05, 0.05, 0.05]", "one block",
               "sizes of a crystal of many such blocks, along lab x, y, z with the spindle at zero"},
              lengths, 3)
              .above_zero(),
          choice<S, forms, c, &C::whole_form>({"whole_form", "\"box\"", "box",
                                               "outer form of such a crystal; a needle is a cylinder along the longest "
                                               "size"})
              .needing({"whole_size"}),
          choice<S, shapes, c, &C::shape>({"shape", "\"parallelepiped\"", "parallelepiped",
                                           "shape of a mosaic domain, which determines the form of its spots"}),
          row<c, &C::fudge>(
              Kind::Number,
              {"fudge", "1", "1",
               "factor for the squared distance from a spot: above 1 narrows the spots of rounded shapes"},
              no_unit, 1)
              .above_zero(),
          choice<S, spot_widths, c, &C::spot_width>(
              {"spot_width", "\"miller-indices\"", "miller-indices",
               "unit in which gaussian and tophat spots have a constant width; nanoBragg uses reciprocal-angstrom"}),
          row<c, &C::mosaic_rad>(Kind::Number, {"mosaic_spread", "0.1", "0", "largest tilt of a mosaic domain"}, angles,
                                 1)
              .from(0),
          row<c, &C::mosaic_domains>(Kind::Count,
                                     {"mosaic_domains", "10", "as many as the accuracy needs", "number of domains"})
              .from(1)
              .needing({"mosaic_spread"}),
          choice<S, domain_draws, c, &C::mosaic_draws>({"mosaic_draws", "\"automatic\"", "automatic",
                                                        "how tilts are chosen from their distribution; automatic: at "
                                                        "random, as nanoBragg does, if mosaic_domains "
                                                        "is given, otherwise even, which needs fewer domains"})
              .needing({"mosaic_spread"}),
          row<c, &C::mosaic_seed>(Kind::Count, {"mosaic_seed", "12345678", "12345678", "seed of the domains"}),
          row<c, &C::mosaic_rotations_file>(
              Kind::File, {"mosaic_rotations", "\"domains.npy\"", "drawn",
                           "rotations of the domains in the lab frame, instead of drawing them: nine numbers on each "
                           "line, or a NumPy array (n, 3, 3)"})
              .excluding({"mosaic_spread", "mosaic_domains"}),
      }};
}

Section<S> factor_section() {
  using F = FactorScene;
  constexpr auto f = &S::structure_factors;
  return {
      "structure_factors",
      "Amplitudes: reflections, an atomic model, or one for all.",
      {
          row<f, &F::file>(Kind::File, {"file", "\"lysozyme.mtz\"", "none",
                                        "reflections: MTZ, CIF, XDS, SHELX, SCALEPACK, or h k l F on each line"}),
          row<f, &F::labels>(Kind::Texts,
                             {"columns", "[\"FP\"]", "chosen", "columns of amplitudes or intensities in that file"})
              .needing({"file"}),
          row<f, &F::model>(Kind::File, {"model", "\"1lyz.cif\"", "none",
                                         "atomic model: PDB, mmCIF or CIF; also gives cell and space group"}),
          row<f, &F::default_amplitude>(
              Kind::Number, {"default_F", "100", "0", "amplitude of reflections that the file does not have"},
              electrons, 1)
              .from(0),
          row<f, &F::k_sol_e_A3>(Kind::Number, {"k_sol", "0.35", "0", "density of the bulk solvent around the model"},
                                 electron_densities, 1)
              .from(0)
              .needing({"model"}),
          row<f, &F::b_sol_A2>(Kind::Number, {"b_sol", "46", "46", "B of the bulk solvent"}, areas_A2, 1)
              .from(0)
              .needing({"model"}),
          row<f, &F::anomalous>(
              Kind::Flag, {"anomalous", "true", "true", "f' and f'' of the model's elements at the beam's wavelength"})
              .needing({"model"}),
          row<f, &F::enlarge>(
              Kind::Count,
              {"oversample_cell", "1", "1",
               "a single cell of the model, its transform sampled this many times more finely: no crystal"})
              .within(1, 100)
              .needing({"model"}),
          Row{"method",
              Kind::Choice,
              no_unit,
              0,
              {methods.begin(), methods.end()},
              "\"auto\"",
              "auto",
              "how the model's amplitudes are calculated",
              set<S, f, &F::method>,
              get<S, f, &F::method>}
              .needing({"model"}),
          row<f, &F::direct_beam>(
              Kind::Flag, {"direct_beam", "false", "false", "render F(0,0,0) too, the spot of the direct beam"}),
      }};
}

}  // namespace femtobragg::scene
