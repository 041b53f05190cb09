// One row for each field, in the order of files that are written.
#include "femtobragg/scene/fields.h"

#include <algorithm>

#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/scene/field_access.h"

namespace femtobragg::scene {
namespace {

using S = Scene;
using Row = Field<Scene>;

template <class... Listed>
constexpr std::array<std::string_view, sizeof...(Listed)> names_of(TypeList<Listed...>) {
  return {Listed::name...};
}
constexpr auto shapes = names_of(physics::Shapes{});
constexpr std::array<std::string_view, 2> spot_widths{"miller-indices", "reciprocal-angstrom"};
constexpr std::array<std::string_view, 2> step_rules{"middle", "start"};
constexpr std::array<std::string_view, 2> layer_rules{"centroid", "front-face"};
constexpr std::array<std::string_view, 4> factor_rules{"each-sample", "first-sample", "first-of-layer",
                                                       "running-product"};
constexpr std::array<std::string_view, 3> methods{"auto", "fft", "direct"};
constexpr std::array<std::string_view, 3> spectrum_units{"eV", "keV", "A"};

template <auto... path>
Row row(Kind kind, const Words& words, Units units = no_unit, std::size_t size = 0) {
  return plain<Scene, path...>(kind, words, units, size);
}

double number_of(const Value& v) { return std::get<NumberList>(v).at(0); }

/// A member of a description that is there as a whole or not at all.
template <auto description, auto part>
Row part_of(const Words& words, Units units) {
  return {words.name,
          Kind::Number,
          units,
          1,
          {},
          words.example,
          words.by_default,
          words.help,
          [](S& s, const Value& v) {
            auto& whole = s.beam.*description;
            if (!whole) whole.emplace();
            (*whole).*part = number_of(v);
          },
          [](const S& s) -> std::optional<Value> {
            const auto& whole = s.beam.*description;
            return whole ? std::optional(to_value((*whole).*part)) : std::nullopt;
          }};
}

Section<S> detector_section() {
  using D = DetectorScene;
  constexpr auto d = &S::detector;
  return {
      "detector",
      "Where the detector is and what its pixels are: a geometry file, [[detector.panel]] tables, or a detector "
      "that stands upright at a distance, with the direct beam in its middle.",
      {
          row<d, &D::file>(Kind::File,
                           {"file", "\"jungfrau.geom\"", "none",
                            "geometry file: CrystFEL .geom, DIALS .expt, pyFAI .poni, NXmx, imgCIF and others; it also "
                            "gives the beam, the rotation and the crystal that it states, where this scene does not"}),
          row<d, &D::name>(
              Kind::Text,
              {"name", "\"eiger2-4m\"", "none",
               "known detector, as in `femtobragg simulate -list_detectors`: pixels, gaps, sensor, saturation"}),
          Row{"pixels",
              Kind::Counts,
              no_unit,
              2,
              {},
              "[1024, 1024]",
              "of the known detector, or 1024 x 1024",
              "number along the fast and the slow axis",
              [](S& s, const Value& v) {
                const NumberList& n = std::get<NumberList>(v);
                s.detector.n_fast = static_cast<std::size_t>(n.at(0));
                s.detector.n_slow = static_cast<std::size_t>(n.at(1));
              },
              [](const S& s) -> std::optional<Value> {
                if (!s.detector.n_fast || !s.detector.n_slow) return {};
                return NumberList{static_cast<double>(*s.detector.n_fast), static_cast<double>(*s.detector.n_slow)};
              }}
              .from(1),
          row<d, &D::pixel_m>(Kind::Number,
                              {"pixel_size", "0.1", "of the known detector, or 0.1 mm", "edge of a pixel"}, lengths, 1)
              .above_zero(),
          row<d, &D::distance_m>(Kind::Number, {"distance", "100", "100 mm", "from the sample along the beam"}, lengths,
                                 1)
              .above_zero(),
          {"beam_centre",
           Kind::Numbers,
           pixels,
           2,
           {},
           "[512.0, 512.0]",
           "the middle",
           "where the direct beam meets the detector, along fast and slow; the outer corner of the first pixel is 0, 0",
           [](S& s, const Value& v) {
             const NumberList& n = std::get<NumberList>(v);
             s.detector.beam_centre_fast = n.at(0);
             s.detector.beam_centre_slow = n.at(1);
           },
           [](const S& s) -> std::optional<Value> {
             if (!s.detector.beam_centre_fast || !s.detector.beam_centre_slow) return {};
             return NumberList{*s.detector.beam_centre_fast, *s.detector.beam_centre_slow};
           }},
          row<d, &D::rotation_rad>(
              Kind::Numbers,
              {"rotation", "[0, 0, 0]", "none", "about lab x, y, z through the beam centre, in this order"}, angles, 3),
          row<d, &D::twotheta_rad>(Kind::Number, {"twotheta", "0", "0", "swing about the sample, about lab -z"}, angles,
                                   1),
          row<d, &D::mask_file>(Kind::File,
                                {"mask_file", "\"mask.npy\"", "none", "image whose zero pixels are not rendered"}),
      }};
}

Section<S> sensor_section() {
  using D = SensorScene;
  constexpr auto d = &S::detector;
  constexpr auto p = &DetectorScene::sensor;
  return {"detector.sensor",
          "The sensor of all panels. What is left out is what the known detector or the geometry file has; without "
          "either the sensor is a surface that absorbs every photon.",
          {
              row<d, p, &D::material>(
                  Kind::Text, {"material", "\"Si\"", "of the detector", "chemical formula: Si, CdTe, GaAs ..."}),
              Row{"thickness",
                  Kind::Number,
                  lengths,
                  1,
                  {},
                  "0.32",
                  "of the detector",
                  "with a material it sets how many photons are absorbed; alone, the sensor absorbs 1 - 1/e of them",
                  [](S& s, const Value& v) { s.detector.sensor.thickness_m = number_of(v); },
                  [](const S& s) -> std::optional<Value> {
                    const SensorScene& x = s.detector.sensor;
                    if (x.thickness_m) return to_value(*x.thickness_m);
                    if (!x.material.empty()) return to_value(x.material_thickness_m);
                    return {};
                  }}
                  .above_zero(),
              row<d, p, &D::attenuation_per_m>(
                  Kind::Number,
                  {"attenuation", "0.8", "of the material", "linear coefficient: photons absorbed per length"},
                  inverse_lengths, 1)
                  .from(0),
              row<d, p, &D::layers>(Kind::Count, {"layers", "4", "no thicker than a pixel is wide, at least two",
                                                  "in which depth is sampled"})
                  .from(1),
              row<d, p, &D::surface>(Kind::Flag, {"surface", "false", "false",
                                                  "every photon is absorbed where it arrives, whatever else is said"}),
              choice<S, layer_rules, d, p, &D::layer_rule>(
                  {"layer_rule", "\"centroid\"", "centroid",
                   "where layers lie: at the mean depth of what they absorb, or from the front face as in nanoBragg"}),
          }};
}

Section<S> beam_section() {
  using B = BeamScene;
  constexpr auto b = &S::beam;
  return {
      "beam",
      "Wavelength or spectrum, divergence, polarization and photons.",
      {
          row<b, &B::wavelength_m>(
              Kind::Number,
              {"wavelength", "1.0", "of the geometry file, the mean of the spectrum's file, or 1 A",
               "central wavelength"},
              wavelengths, 1)
              .above_zero(),
          Row{"energy",
              Kind::Number,
              energies,
              1,
              {},
              "12398.42",
              "from the wavelength",
              "photon energy, instead of the wavelength",
              [](S& s, const Value& v) { s.beam.wavelength_m = metres_from_angstrom(angstrom_from_eV(number_of(v))); },
              [](const S&) -> std::optional<Value> { return {}; }}
              .above_zero(),
          row<b, &B::direction>(Kind::Numbers,
                                {"direction", "[1, 0, 0]", "of the geometry file, or lab x", "of propagation"}, no_unit,
                                3),
          row<b, &B::polarization>(Kind::Number,
                                   {"polarization", "0.99", "of the geometry file, or 0",
                                    "Kahn factor, -1 to 1: 0 is unpolarized, 1 along the axis"},
                                   no_unit, 1)
              .within(-1, 1),
          row<b, &B::polarization_axis>(
              Kind::Numbers,
              {"polarization_axis", "[0, 0, 1]", "of the geometry file, or lab z", "direction of the electric field"},
              no_unit, 3),
          row<b, &B::no_polarization>(
              Kind::Flag, {"no_polarization", "false", "false", "the polarization factor is one everywhere"}),
          row<b, &B::horizontal_rad, &StepRange::range>(
              Kind::Number, {"horizontal_divergence", "0.5", "0", "full width along the polarization axis"},
              angles_mrad, 1)
              .from(0),
          row<b, &B::horizontal_rad, &StepRange::step>(
              Kind::Number,
              {"horizontal_divergence_step", "0.1", "from the number", "largest distance of neighbouring directions"},
              angles_mrad, 1)
              .from(0)
              .needing("horizontal_divergence"),
          row<b, &B::horizontal_rad, &StepRange::count>(
              Kind::Count,
              {"horizontal_divergence_steps", "5", "2 where there is a divergence", "number of directions"})
              .from(1)
              .needing("horizontal_divergence"),
          row<b, &B::vertical_rad, &StepRange::range>(
              Kind::Number, {"vertical_divergence", "0.5", "0", "full width across it"}, angles_mrad, 1)
              .from(0),
          row<b, &B::vertical_rad, &StepRange::step>(
              Kind::Number,
              {"vertical_divergence_step", "0.1", "from the number", "largest distance of neighbouring directions"},
              angles_mrad, 1)
              .from(0)
              .needing("vertical_divergence"),
          row<b, &B::vertical_rad, &StepRange::count>(
              Kind::Count, {"vertical_divergence_steps", "5", "2 where there is a divergence", "number of directions"})
              .from(1)
              .needing("vertical_divergence"),
          row<b, &B::round_divergence>(
              Kind::Flag, {"round_divergence", "true", "true", "leave out the corners of the grid of directions"}),
          row<b, &B::dispersion, &StepRange::range>(
              Kind::Number, {"dispersion", "0.1", "0", "full width of a flat spectrum over the wavelength"}, fractions,
              1)
              .from(0),
          row<b, &B::dispersion, &StepRange::count>(
              Kind::Count, {"dispersion_steps", "5", "2 where there is a dispersion", "number of wavelengths"})
              .from(1)
              .needing("dispersion"),
          row<b, &B::source_file>(Kind::File,
                                  {"source_file", "\"sources.txt\"", "none",
                                   "X Y Z weight wavelength(m) on each line, instead of divergence and spectrum"}),
          row<b, &B::spectrum_file>(Kind::File,
                                    {"spectrum_file", "\"spectrum.txt\"", "none",
                                     "energy or wavelength and weight on each line, or the beam of a NeXus file"}),
          Row{"spectrum_unit",
              Kind::Choice,
              no_unit,
              0,
              {spectrum_units.begin(), spectrum_units.end()},
              "\"eV\"",
              "from the numbers",
              "unit of the first column of the spectrum",
              [](S& s, const Value& v) {
                s.beam.spectrum_unit = formats::spectrum_unit_named(std::get<std::string>(v));
              },
              [](const S& s) -> std::optional<Value> {
                if (!s.beam.spectrum_unit) return {};
                return std::string(formats::name_of(*s.beam.spectrum_unit));
              }}
              .needing("spectrum_file"),
          part_of<&B::bandwidth, &GaussianBand::fwhm>(
              {"bandwidth", "0.5", "none", "Gaussian spectrum of that full width at half maximum"}, fractions)
              .within(0, 0.6),
          part_of<&B::pink, &PinkBand::fwhm>(
              {"pink_bandwidth", "2", "none", "harmonic of an undulator: full width at half maximum"}, fractions)
              .within(0, 0.2),
          part_of<&B::pink, &PinkBand::tail>(
              {"pink_tail", "3", "3", "half width of its tail to low energies over that of its edge"}, no_unit)
              .within(0.01, 100)
              .needing("pink_bandwidth"),
          part_of<&B::two_colour, &TwoColours::separation_eV>(
              {"two_colour_separation", "60", "none", "a second colour, that far above the first"}, energies),
          part_of<&B::two_colour, &TwoColours::ratio>(
              {"two_colour_ratio", "1", "1", "its photons for each of the first"}, no_unit)
              .from(0)
              .needing("two_colour_separation"),
          part_of<&B::two_colour, &TwoColours::fwhm>({"two_colour_bandwidth", "0.2", "0", "full width of both"},
                                                     fractions)
              .within(0, 0.6)
              .needing("two_colour_separation"),
          part_of<&B::sase, &SasePulse::fwhm>(
              {"sase_bandwidth", "0.3", "none",
               "pulse of a free-electron laser that starts from noise: full width of its envelope"},
              fractions)
              .within(1e-12, 0.6),
          part_of<&B::sase, &SasePulse::spikes>(
              {"sase_spikes", "10", "10", "width of the envelope over that of a spike"}, no_unit)
              .within(1, most_spikes)
              .needing("sase_bandwidth"),
          Row{"sase_seed",
              Kind::Count,
              no_unit,
              0,
              {},
              "1",
              "1",
              "of the pulses",
              [](S& s, const Value& v) {
                if (!s.beam.sase) s.beam.sase.emplace();
                s.beam.sase->seed = static_cast<std::uint64_t>(std::get<std::int64_t>(v));
              },
              [](const S& s) -> std::optional<Value> {
                if (!s.beam.sase || s.beam.sase->seed == SasePulse{}.seed) return {};
                return static_cast<std::int64_t>(s.beam.sase->seed);
              }}
              .from(0)
              .needing("sase_bandwidth"),
          row<b, &B::shot>(Kind::Count, {"shot", "0", "0", "which pulse, or which shot of a NeXus spectrum"}).from(0),
          row<b, &B::wavelengths>(
              Kind::Count, {"wavelengths", "100", "as many as the image needs", "of a spectrum that are rendered"})
              .within(1, 2'000'000),
          row<b, &B::wavelengths_as_rows>(
              Kind::Flag, {"wavelengths_as_rows", "false", "false", "those of the spectrum's file, as they are"}),
          row<b, &B::fluence_per_m2>(
              Kind::Number, {"fluence", "1.26e29", "1.25932e29, for which r_e^2 fluence is 1", "photons on the sample"},
              fluences, 1)
              .from(0),
          row<b, &B::flux_per_s>(
              Kind::Number, {"flux", "1e12", "0", "photons; with exposure and size it gives the fluence"}, fluxes, 1)
              .from(0),
          row<b, &B::exposure_s>(Kind::Number, {"exposure", "1", "1", "time of a frame"}, times, 1).from(0),
          row<b, &B::size_m>(Kind::Number,
                             {"size", "0.1", "0.1 mm", "edge of the beam, which also clips the crystal along b and c"},
                             lengths, 1)
              .from(0),
      }};
}

Section<S> crystal_section() {
  using C = CrystalScene;
  constexpr auto c = &S::crystal;
  return {
      "crystal",
      "Cell and orientation, size, shape and mosaic domains. A model or reflections with a cell of their own need "
      "none.",
      {
          Row{"cell_edges",
              Kind::Numbers,
              edges_A,
              3,
              {},
              "[79.1, 79.1, 38.4]",
              "of the model or the reflections",
              "a, b, c",
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
              "alpha, beta, gamma",
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
              .needing("cell_edges"),
          row<c, &C::matrix_file>(Kind::File,
                                  {"matrix_file", "\"A.mat\"", "none", "orientation matrix as MOSFLM writes it"}),
          {"axes",
           Kind::Numbers,
           lengths,
           9,
           {},
           "[...]",
           "none",
           "real axes a, b, c with the spindle at zero, three numbers each; a cell beside them keeps its own edges and "
           "angles",
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
          row<c, &C::space_group>(Kind::Text, {"space_group", "\"P 43 21 2\"", "of the model or the reflections",
                                               "for files that are written"}),
          row<c, &C::misset_rad>(Kind::Numbers,
                                 {"misset", "[10, 20, 30]", "none", "rotations about lab x, y, z, in this order"},
                                 angles, 3),
          row<c, &C::misset_random>(Kind::Flag, {"misset_random", "false", "false", "a random orientation instead"}),
          row<c, &C::misset_seed>(Kind::Count, {"misset_seed", "1", "1", "of the random orientation"})
              .needing("misset_random"),
          row<c, &C::cells>(Kind::Counts, {"cells", "[10, 10, 10]", "1, 1, 1", "unit cells along a, b, c"}, no_unit, 3)
              .from(1),
          row<c, &C::size_m>(Kind::Numbers,
                             {"size", "[0.01, 0.01, 0.01]", "from the cells",
                              "along a, b, c; instead of the number of cells where it is not zero"},
                             lengths, 3)
              .from(0),
          choice<S, shapes, c, &C::shape>({"shape", "\"parallelepiped\"", "parallelepiped",
                                           "of a mosaic domain, which sets the form of its spots"}),
          row<c, &C::fudge>(
              Kind::Number,
              {"fudge", "1", "1",
               "multiplies the squared distance from a spot: above 1 narrows the spots of rounded shapes"},
              no_unit, 1)
              .above_zero(),
          choice<S, spot_widths, c, &C::spot_width>(
              {"spot_width", "\"miller-indices\"", "miller-indices",
               "what the width of gaussian and tophat spots is proportional to; the other one is nanoBragg's"}),
          row<c, &C::mosaic_rad>(Kind::Number, {"mosaic_spread", "0.1", "0", "largest tilt of a mosaic domain"}, angles,
                                 1)
              .from(0),
          row<c, &C::mosaic_domains>(Kind::Count,
                                     {"mosaic_domains", "10", "10 where there is a spread", "number of domains"})
              .from(1)
              .needing("mosaic_spread"),
          row<c, &C::mosaic_seed>(Kind::Count, {"mosaic_seed", "12345678", "12345678", "of the domains"}),
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
                             {"columns", "[\"FP\"]", "chosen", "of amplitudes or intensities in that file"})
              .needing("file"),
          row<f, &F::model>(Kind::File, {"model", "\"1lyz.cif\"", "none",
                                         "atomic model: PDB, mmCIF or CIF; gives cell and space group, too"}),
          row<f, &F::default_amplitude>(
              Kind::Number, {"default_F", "100", "0", "amplitude of reflections that the file does not have"},
              electrons, 1)
              .from(0),
          row<f, &F::k_sol_e_A3>(Kind::Number, {"k_sol", "0.35", "0", "density of the bulk solvent around the model"},
                                 electron_densities, 1)
              .from(0)
              .needing("model"),
          row<f, &F::b_sol_A2>(Kind::Number, {"b_sol", "46", "46", "B of the bulk solvent"}, areas_A2, 1)
              .from(0)
              .needing("model"),
          row<f, &F::anomalous>(
              Kind::Flag, {"anomalous", "true", "true", "f' and f'' of the model's elements at the beam's wavelength"})
              .needing("model"),
          row<f, &F::enlarge>(Kind::Count,
                              {"oversample_cell", "1", "1",
                               "the model's cell alone, its transform sampled that many times finer: no crystal"})
              .within(1, 100)
              .needing("model"),
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
              .needing("model"),
          row<f, &F::direct_beam>(
              Kind::Flag, {"direct_beam", "false", "false", "render F(0,0,0) too, the spot of the direct beam"}),
      }};
}

Section<S> rotation_section() {
  using R = RotationScene;
  constexpr auto r = &S::rotation;
  return {"rotation",
          "The spindle; a still has none.",
          {
              row<r, &R::axis>(Kind::Numbers,
                               {"axis", "[0, 0, 1]", "of the geometry file, or lab z", "of the spindle, right-handed"},
                               no_unit, 3),
              row<r, &R::start_rad>(
                  Kind::Number, {"start", "0", "of the geometry file, or 0", "where the rotation begins"}, angles, 1),
              row<r, &R::steps_rad, &StepRange::range>(
                  Kind::Number, {"range", "0.5", "of the geometry file, or 0", "of a frame"}, angles, 1)
                  .from(0),
              row<r, &R::steps_rad, &StepRange::step>(
                  Kind::Number, {"step", "0.05", "from the number", "largest width of a step"}, angles, 1)
                  .from(0),
              row<r, &R::steps_rad, &StepRange::count>(
                  Kind::Count, {"steps", "10", "2 where there is a range", "number of steps of equal width"})
                  .from(1),
              choice<S, step_rules, r, &R::step_rule>(
                  {"step_angle", "\"middle\"", "middle",
                   "where in a step the crystal is rendered; nanoBragg's is the start"}),
          }};
}

Section<S> sampling_section() {
  using P = SamplingScene;
  constexpr auto p = &S::sampling;
  return {"sampling",
          "How finely the experiment is sampled.",
          {
              row<p, &P::oversample>(Kind::Count, {"oversample", "1", "from the sizes of spots and pixels",
                                                   "sub-pixels along each edge of a pixel"})
                  .from(0),
              row<p, &P::d_min_m>(Kind::Number, {"d_min", "1.6", "0", "finest resolution rendered; 0: no limit"},
                                  wavelengths, 1)
                  .from(0),
              row<p, &P::interpolate>(Kind::Flag,
                                      {"interpolate", "false", "true where there are at most two cells along an axis",
                                       "tricubic interpolation of structure factors"}),
          }};
}

Section<S> background_section() {
  return {"background",
          "What scatters beside the crystal.",
          {
              row<&S::water_edge_m>(Kind::Number,
                                    {"water", "100", "0", "edge of a cube of amorphous water around the crystal"},
                                    small_lengths, 1)
                  .from(0),
          }};
}

Section<S> compatibility_section() {
  using C = Compatibility;
  constexpr auto c = &S::compatibility;
  return {
      "compatibility",
      "How nanoBragg computes, where that is not right; for comparisons. The defaults are right.",
      {
          choice<S, factor_rules, c, &C::capture>(
              {"capture", "\"each-sample\"", "each-sample", "how the captured fraction enters a pixel"}),
          choice<S, factor_rules, c, &C::polarization>(
              {"polarization", "\"each-sample\"", "each-sample", "how the polarization factor enters a pixel"}),
          choice<S, factor_rules, c, &C::solid_angle>(
              {"solid_angle", "\"each-sample\"", "each-sample", "how the solid angle enters a pixel"}),
          row<c, &C::background_in_sum>(Kind::Flag,
                                        {"background_in_sum", "false", "false", "water starts the sum of Bragg terms"}),
          row<c, &C::interpolation_stops_for_good>(
              Kind::Flag, {"interpolation_stops_for_good", "false", "false", "at the first index outside the table"}),
          row<c, &C::phi_zero_keeps_orientation>(Kind::Flag,
                                                 {"phi_zero_keeps_orientation", "false", "false",
                                                  "an angle of exactly zero keeps the orientation of the step before"}),
          row<c, &C::polarization_ignores_off_switch>(Kind::Flag,
                                                      {"polarization_ignores_off_switch", "false", "false",
                                                       "it is computed for each sample although it is switched off"}),
          row<c, &C::solid_angle_over_steps>(Kind::Flag, {"solid_angle_over_steps", "false", "false",
                                                          "reported solid angles are divided by all steps"}),
          row<c, &C::bare_lattice_factors>(Kind::Flag, {"bare_lattice_factors", "false", "false",
                                                        "lattice factors lose their digits next to lattice points"}),
      }};
}

}  // namespace

std::span<const Section<Scene>> sections() {
  static const std::vector<Section<Scene>> all = {detector_section(), sensor_section(),     beam_section(),
                                                  crystal_section(),  factor_section(),     rotation_section(),
                                                  sampling_section(), background_section(), compatibility_section()};
  return all;
}

}  // namespace femtobragg::scene
