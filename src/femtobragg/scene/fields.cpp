// One row for each field, in the order of files that are written.
#include "femtobragg/scene/fields.h"

#include <algorithm>

#include "femtobragg/scene/scene_rows.h"

namespace femtobragg::scene {
namespace {

constexpr std::array<std::string_view, 2> step_rules{"middle", "start"};
constexpr std::array<std::string_view, 2> layer_rules{"centroid", "front-face"};
constexpr std::array<std::string_view, 4> factor_rules{"each-sample", "first-sample", "first-of-layer",
                                                       "running-product"};

Section<S> detector_section() {
  using D = DetectorScene;
  constexpr auto d = &S::detector;
  return {
      "detector",
      "Where the detector is and what its pixels are: a geometry file, [[detector.panel]] tables, or an upright "
      "detector at a distance, with the direct beam in its middle.",
      {
          row<d, &D::file>(Kind::File,
                           {"file", "\"jungfrau.geom\"", "none",
                            "geometry file: CrystFEL .geom, DIALS .expt, pyFAI .poni, NXmx, imgCIF and others; it also "
                            "gives the beam, the rotation and the crystal that it states, if this scene does not"}),
          row<d, &D::experiment>(Kind::Count, {"experiment", "0", "0, the first",
                                               "which experiment of a DIALS list, or crystal of a CrystFEL stream, the "
                                               "file is read for"})
              .from(0)
              .needing({"file"}),
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
              "those of the known detector, or 1024 x 1024",
              "numbers along the fast and the slow axis",
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
                              {"pixel_size", "0.1", "that of the known detector, or 0.1 mm", "edge of a pixel"},
                              lengths, 1)
              .above_zero(),
          row<d, &D::distance_m>(Kind::Number, {"distance", "100", "100 mm", "distance from the sample along the beam"},
                                 lengths, 1)
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
              {"rotation", "[0, 0, 0]", "none", "rotations about lab x, y, z through the beam centre, in this order"},
              angles, 3),
          row<d, &D::twotheta_rad>(Kind::Number, {"twotheta", "0", "0", "rotation around the sample, about lab -z"},
                                   angles, 1),
          row<d, &D::mask_file>(Kind::File,
                                {"mask_file", "\"mask.npy\"", "none", "image whose zero pixels are not rendered"}),
      }};
}

Section<S> sensor_section() {
  using D = SensorScene;
  constexpr auto d = &S::detector;
  constexpr auto p = &DetectorScene::sensor;
  return {
      "detector.sensor",
      "The sensor of all panels. Missing values come from the known detector or the geometry file; without either, the "
      "sensor is a surface that absorbs every photon.",
      {
          row<d, p, &D::material>(
              Kind::Text, {"material", "\"Si\"", "that of the detector", "chemical formula: Si, CdTe, GaAs ..."}),
          Row{"thickness",
              Kind::Number,
              lengths,
              1,
              {},
              "0.32",
              "that of the detector",
              "thickness; with a material it determines how many photons are absorbed; alone, the sensor absorbs 1 - "
              "1/e of them",
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
              {"attenuation", "0.8", "that of the material", "linear coefficient: photons absorbed per length"},
              inverse_lengths, 1)
              .from(0),
          row<d, p, &D::layers>(Kind::Count, {"layers", "4", "with a material, as few as keep errors small; else 2",
                                              "number of layers that sample the depth"})
              .from(1),
          row<d, p, &D::surface>(
              Kind::Flag,
              {"surface", "false", "false", "every photon is absorbed where it arrives, whatever the other keys say"}),
          choice<S, layer_rules, d, p, &D::layer_rule>({"layer_rule", "\"centroid\"", "centroid",
                                                        "depth of the layers: the mean depth of the photons that they "
                                                        "absorb, or from the front face as in nanoBragg"}),
      }};
}

Section<S> rotation_section() {
  using R = RotationScene;
  constexpr auto r = &S::rotation;
  return {
      "rotation",
      "The spindle; a still has none.",
      {
          row<r, &R::axis>(
              Kind::Numbers,
              {"axis", "[0, 0, 1]", "that of the geometry file, or lab z", "axis of the spindle, right-handed"},
              no_unit, 3),
          row<r, &R::start_rad>(Kind::Number,
                                {"start", "0", "that of the geometry file, or 0", "angle where the rotation begins"},
                                angles, 1),
          row<r, &R::steps_rad, &StepRange::range>(
              Kind::Number, {"range", "0.5", "that of the geometry file, or 0", "rotation range of a frame"}, angles, 1)
              .from(0),
          row<r, &R::steps_rad, &StepRange::step>(
              Kind::Number, {"step", "0.05", "from the number", "largest width of a step"}, angles, 1)
              .from(0),
          row<r, &R::steps_rad, &StepRange::count>(
              Kind::Count, {"steps", "10", "as many as the accuracy needs", "number of steps of equal width"})
              .from(1),
          choice<S, step_rules, r, &R::step_rule>(
              {"step_angle", "\"middle\"", "middle",
               "angle within a step at which the crystal is rendered; nanoBragg uses the start"}),
      }};
}

Section<S> series_section() {
  return {"series",
          "Several images of one crystal.",
          {
              row<&S::frames>(Kind::Count, {"frames", "180", "1",
                                            "number of images: each continues the rotation where the one before ended, "
                                            "or is lit by the next shot of a pulsed beam"})
                  .within(1, 1000000),
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
                                      {"interpolate", "false", "true if there are at most two cells along an axis",
                                       "tricubic interpolation of structure factors"}),
              row<p, &P::accuracy>(Kind::Number,
                                   {"accuracy", "0.01", "0.01",
                                    "relative error of integrated intensities that chosen numbers of rotation steps, "
                                    "sources and mosaic domains may cause"},
                                   no_unit, 1)
                  .within(1e-9, 1),
          }};
}

Section<S> background_section() {
  return {"background",
          "What scatters besides the crystal.",
          {
              row<&S::water_edge_m>(Kind::Number,
                                    {"water", "100", "0", "edge of a cube of amorphous water around the crystal"},
                                    small_lengths, 1)
                  .from(0),
          }};
}

Section<S> noise_section() {
  return {"noise",
          "What is drawn at random when counts are written.",
          {
              row<&S::noise_seed>(Kind::Count, {"seed", "1", "from the clock", "seed of counting noise"}),
          }};
}

Section<S> compatibility_section() {
  using C = Compatibility;
  constexpr auto c = &S::compatibility;
  return {"compatibility",
          "How nanoBragg computes where that is not correct; for comparisons. The defaults are correct.",
          {
              choice<S, factor_rules, c, &C::capture>(
                  {"capture", "\"each-sample\"", "each-sample", "how the captured fraction enters a pixel"}),
              choice<S, factor_rules, c, &C::polarization>(
                  {"polarization", "\"each-sample\"", "each-sample", "how the polarization factor enters a pixel"}),
              choice<S, factor_rules, c, &C::solid_angle>(
                  {"solid_angle", "\"each-sample\"", "each-sample", "how the solid angle enters a pixel"}),
              row<c, &C::background_in_sum>(
                  Kind::Flag, {"background_in_sum", "false", "false", "water starts the sum of Bragg terms"}),
              row<c, &C::interpolation_stops_for_good>(Kind::Flag,
                                                       {"interpolation_stops_for_good", "false", "false",
                                                        "interpolation stops at the first index outside the table"}),
              row<c, &C::phi_zero_keeps_orientation>(
                  Kind::Flag, {"phi_zero_keeps_orientation", "false", "false",
                               "an angle of exactly zero keeps the orientation of the step before"}),
              row<c, &C::polarization_ignores_off_switch>(
                  Kind::Flag, {"polarization_ignores_off_switch", "false", "false",
                               "polarization is computed for each sample although it is switched off"}),
              row<c, &C::solid_angle_over_steps>(Kind::Flag, {"solid_angle_over_steps", "false", "false",
                                                              "reported solid angles are divided by all steps"}),
              row<c, &C::bare_lattice_factors>(Kind::Flag, {"bare_lattice_factors", "false", "false",
                                                            "lattice factors lose precision next to lattice points"}),
              row<c, &C::odd, &OddValues::panel_axes>(
                  Kind::Flag, {"odd_panel_axes", "false", "false",
                               "panels with axes, normal and area that do not belong together, or seen from behind"}),
              row<c, &C::odd, &OddValues::crystal_axes>(
                  Kind::Flag, {"odd_crystal_axes", "false", "false",
                               "real and reciprocal axes that are not quite each other's duals"}),
              row<c, &C::odd, &OddValues::spindle_axis>(
                  Kind::Flag, {"odd_spindle_axis", "false", "false", "spindle axes of any length, even zero"}),
              row<c, &C::odd, &OddValues::polarization>(
                  Kind::Flag,
                  {"odd_polarization", "false", "false", "fractions beyond -1 to 1, and field axes along the beam"}),
              row<c, &C::odd, &OddValues::fluence>(
                  Kind::Flag, {"odd_fluence", "false", "false", "fluences below zero, or infinite"}),
              row<c, &C::odd, &OddValues::fudge>(Kind::Flag,
                                                 {"odd_fudge", "false", "false", "fudge factors of zero or below"}),
              row<c, &C::odd, &OddValues::negative_edges>(
                  Kind::Flag, {"odd_negative_edges", "false", "false",
                               "negative edges of the water, and negative resolution limits"}),
              row<c, &C::odd, &OddValues::no_phi_steps>(
                  Kind::Flag, {"odd_no_phi_steps", "false", "false", "no phi steps; the image is then not a number"}),
          }};
}

}  // namespace

std::span<const Section<Scene>> sections() {
  static const std::vector<Section<Scene>> all = {
      detector_section(), sensor_section(), beam_section(),         crystal_section(),    factor_section(),
      rotation_section(), series_section(), sampling_section(),     background_section(), attenuation_section(),
      response_section(), noise_section(),  compatibility_section()};
  return all;
}

std::vector<std::string> files_of(const Scene& scene) {
  std::vector<std::string> files;
  for (const Section<Scene>& section : sections())
    for (const Field<Scene>& field : section.fields)
      if (field.kind == Kind::File)
        if (const std::optional<Value> value = field.get(scene)) files.push_back(std::get<std::string>(*value));
  for (const BackgroundScene& background : scene.backgrounds)
    if (!background.file.empty()) files.push_back(background.file);
  return files;
}

}  // namespace femtobragg::scene
