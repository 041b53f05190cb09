// Set-up of a run, stage by stage.
#include "femtobragg/nanobragg/setup/setup.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

#include "femtobragg/assemble/crystal.h"
#include "femtobragg/assemble/detector.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/detectors/detector_list.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/source_file.h"
#include "femtobragg/nanobragg/flags/experiment_flags.h"
#include "femtobragg/nanobragg/flags/field_flags.h"
#include "femtobragg/nanobragg/setup/cache_folder.h"
#include "femtobragg/nanobragg/setup/compatibility.h"
#include "femtobragg/nanobragg/setup/contradictions.h"
#include "femtobragg/nanobragg/setup/quirk_rules.h"
#include "femtobragg/nanobragg/setup/sight.h"
#include "femtobragg/nanobragg/setup/step_rules.h"
#include "femtobragg/nanobragg/setup/structure_factor_setup.h"
#include "femtobragg/nanobragg/setup/usual_values.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::nanobragg {
namespace {

/// Nanoseconds are folded to the 31 bits that a seed may have.
std::int64_t clock_seed() {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return 1 + static_cast<std::int64_t>(now % 2147483646);
}

class Builder {
 public:
  Builder(SetupInputs inputs, QuirkLog& quirks) : inputs_(std::move(inputs)), quirks_(quirks) {
    setup_.options = std::move(inputs_.options);
    setup_.origins = std::move(inputs_.origins);
    setup_.from_scene = inputs_.from_scene;
  }

  Setup build() {
    const auto rules = quirk_rules(setup_, quirks_, strict());
    if (strict()) {
      require_nothing_replaced(setup_.origins);
      require_one_spectrum(setup_.origins);
      require_mosaic_spread(o_.crystal);
    }
    require_stol(o_.files);
    set_seeds();
    describe();
    set_up(setup_, *rules);
    take_back();
    check_crystal_in_beam(setup_);
    warn_of_cut_spread(setup_);
    if (strict()) require_agreement(setup_, quirks_.set());
    tell_of_doubts();
    complete(setup_, *rules);
    set_compatibility(e_, o_, quirks_, inputs_.reading);
    for (auto* texts : {&setup_.warnings, &setup_.file_notes, &setup_.crystal_notes})
      for (std::string& text : *texts) text = as_described(setup_, text);
    return std::move(setup_);
  }

 private:
  using enum Quirk;

  bool on(Quirk quirk) const { return quirks_.on(quirk); }
  bool strict() const { return inputs_.reading == Reading::Strict; }
  void warn(std::string text) { setup_.warnings.push_back(std::move(text)); }

  void set_seeds() {
    const std::int64_t clock = clock_seed();
    const bool random_misset = o_.crystal.misset_random || o_.crystal.crystals.value_or(1) > 1;
    setup_.noise_seed = -o_.output.seed.value_or(clock);
    setup_.misset_seed = -o_.crystal.misset_seed.value_or(on(Quirk::SeedDefault) ? clock : -setup_.noise_seed);
    const bool misset_from_clock = random_misset && !o_.crystal.misset_seed;
    const bool draws =
        inputs_.writes_noise || (o_.response.flicker_in_steps.value_or(false) && !o_.response.flicker_seed);
    const bool noise_from_clock = draws && !o_.output.seed;
    quirks_.changes(Quirk::SeedDefault, misset_from_clock || noise_from_clock);
    setup_.serial_noise = on(Quirk::NoiseSerial);
    quirks_.changes(Quirk::NoiseSerial, inputs_.writes_noise);
    if (!on(Quirk::SeedDefault) && !o_.output.seed && (misset_from_clock || noise_from_clock))
      setup_.clock_seed = clock;
  }

  /// What flags, headers and quirks mean as a scene.
  void describe() {
    femtobragg::Scene& s = setup_.scene;
    s.beam = o_.beam;
    s.crystal = o_.crystal;
    s.structure_factors = o_.factors;
    if (o_.run.cache) s.structure_factors.cache_folder = cache_folder().string();
    s.rotation = o_.rotation;
    s.sampling = o_.sampling;
    s.water_edge_m = o_.water_edge_m;
    s.backgrounds = o_.backgrounds;
    s.attenuation = o_.attenuation;
    s.response = o_.response;
    if (s.response.given() && !o_.output.noise && !setup_.origins.given("counting")) s.response.counting = false;
    if (s.response.flicker_in_steps.value_or(false)) s.noise_seed = -setup_.noise_seed;
    s.frames = o_.output.frames;
    s.compatibility = o_.compatibility;
    if (s.compatibility == Compatibility{})
      s.compatibility.odd = possible_odd_values(o_, quirks_.set(), inputs_.reading);
    if (o_.beam.sase && setup_.origins.given("seed")) s.beam.sase->seed = static_cast<std::uint64_t>(*o_.output.seed);
    s.crystal.misset_seed = -setup_.misset_seed;
    if (on(GaussWidth)) s.crystal.spot_width = SpotWidth::ReciprocalAngstrom;
    if (inputs_.geometry && inputs_.geometry->geometry.crystal)
      setup_.geometry_crystal = {inputs_.geometry->path, *inputs_.geometry->geometry.crystal};
    if (on(PhiEdges)) s.rotation.step_rule = StepRule::LeftEdges;
    set_detector();
    s.beam.direction = setup_.geometry.beam;
    s.beam.polarization_axis = setup_.geometry.polarization;
    s.rotation.axis = setup_.geometry.spindle;
    s.detector.sensor = sensor();
    if (!o_.beam.source_file.empty()) warn_of_ignored_spread(setup_);
    const bool typed_axis = o_.detector.vectors.polarization.has_value();
    if (strict() && o_.beam.source_file.empty() && typed_axis && norm(setup_.geometry.vertical) == 0)
      assemble::Rules().polarization_along_beam();
  }

  void set_detector() {
    if (inputs_.geometry)
      require_nothing_else_places(*inputs_.geometry, inputs_.headers, setup_.origins, quirks_.set());
    setup_.geometry = quirks_.settle(
        {Pivot, ClosePoint, Pix0, CustomAxes, AxisLength, OdetSkew, TwothetaReport, HeaderCentre},
        [&](const QuirkSet& set) { return solve_geometry(o_.detector, set); }, same_results);
    Detector detector;
    if (inputs_.geometry)
      detector = detector_of(*inputs_.geometry);
    else if (std::optional<Detector> arranged = arranged_detector(o_.detector, setup_.origins, setup_.geometry))
      detector = std::move(*arranged);
    else
      detector.panels = {panel_of(setup_.geometry)};
    // Reports about one panel are about the first, as with those of files.
    if (!inputs_.geometry && detector.panels.size() > 1)
      setup_.geometry = geometry_of_panel(o_.detector, detector.panels.front());
    for (Panel& panel : detector.panels) {
      panel.point_pixels = o_.detector.point_pixel;
      quirks_.changes(PointPixel, panel.point_pixels);
      panel.point_pixel_area_m2 = on(PointPixel) ? 1.0 : panel.pixel_size_m * panel.pixel_size_m * panel.area_ratio;
    }
    setup_.distance_m = setup_.geometry.distance_m;
    setup_.scene.detector.name = detector.name;
    setup_.scene.detector.panels = std::move(detector.panels);
  }

  Detector detector_of(GeometryFile& file) {
    for (std::string& remark : remarks_on_geometry(file, setup_.origins)) warn(std::move(remark));
    Detector detector = std::move(file.geometry.detector);
    if (detector.panels.size() == 1 && setup_.origins.given("roi"))
      detector.panels.front().region = region(setup_.geometry);
    for (const GeometryHeader& header : inputs_.headers)
      if (header.is_mask)
        assemble::apply_mask(detector, ImageShape{header.n_fast, header.n_slow}, inputs_.mask_pixels, header.file);
    setup_.file_notes.push_back("geometry of " + counted(detector.panels.size(), "panel") + " from " + file.path);
    return detector;
  }

  Panel panel_of(const DetectorGeometry& g) {
    Panel panel;
    panel.origin_m = g.origin_m;
    panel.fast_axis = g.fast;
    panel.slow_axis = g.slow;
    panel.normal = g.normal;
    panel.pixel_size_m = g.pixel_m;
    panel.n_fast = g.n_fast;
    panel.n_slow = g.n_slow;
    panel.region = region(g);
    // Pixels of a skew pair of axes are parallelograms, which older programs take for squares.
    const double area = norm(cross(g.fast, g.slow));
    if (!on(Quirk::OdetSkew) && std::abs(area - 1) > 1e-9) panel.area_ratio = area;
    if (o_.detector.curved) {
      panel.curvature = on(Quirk::Curved) ? Curvature::LabAxes : Curvature::Spherical;
      panel.curvature_radius_m = g.distance_m;
      quirks_.changes(Quirk::Curved);
    }
    for (const GeometryHeader& header : inputs_.headers)
      if (header.is_mask) set_mask(panel, header);
    apply_known_detector(o_.detector, panel);
    if (const auto remark = remark_on_known_detector(o_.detector, panel)) warn(*remark);
    return panel;
  }

  std::optional<RegionOfInterest> region(const DetectorGeometry& g) const {
    const auto& roi = o_.detector.roi;
    const auto begin = [](std::int64_t v) { return static_cast<std::size_t>(std::max<std::int64_t>(0, v)); };
    const auto end = [](std::int64_t v, std::size_t n) {
      return v < 0 ? n : std::min(n, static_cast<std::size_t>(v) + 1);
    };
    const RegionOfInterest typed{begin(roi[0]), end(roi[1], g.n_fast), begin(roi[2]), end(roi[3], g.n_slow)};
    if (typed == RegionOfInterest{0, g.n_fast, 0, g.n_slow}) return {};
    return typed.empty() ? RegionOfInterest::nothing() : typed;
  }

  void set_mask(Panel& panel, const GeometryHeader& header) {
    if (header.n_fast != panel.n_fast || header.n_slow != panel.n_slow)
      throw Error::usage({.what = "the mask does not fit the detector",
                          .where = in_quotes(header.file),
                          .value = std::to_string(header.n_fast) + " x " + std::to_string(header.n_slow),
                          .rule = "the detector has " + std::to_string(panel.n_fast) + " x " +
                                  std::to_string(panel.n_slow) + " pixels",
                          .remedy = "use a mask made for this detector"});
    panel.mask = inputs_.mask_pixels;
    quirks_.changes(Quirk::RmsdMask);
  }

  SensorScene sensor() const {
    const DetectorOptions& d = o_.detector;
    SensorScene sensor = o_.scene_sensor;
    if (d.sensor_off) sensor.surface = !on(AbsorbZero);
    if (on(ThicknessLayers)) sensor.layer_rule = LayerRule::FrontFace;
    if (!d.sensor_material.empty()) {
      sensor.material = d.sensor_material;
      sensor.material_thickness_m = d.sensor_thickness_m;
    }
    if (d.sensor_material.empty() && !d.known_name.empty()) {
      const formats::KnownDetector& known = formats::detector_named(d.known_name);
      sensor.material = std::string(known.material);
      sensor.material_thickness_m = metres_from_um(known.thickness_um);
    }
    if (setup_.origins.given("detector_thick")) sensor.thickness_m = d.thickness_m;
    if (setup_.origins.given("detector_abs")) sensor.attenuation_per_m = d.attenuation_per_m;
    if (d.thickness_steps) sensor.layers = d.thickness_steps;
    return sensor;
  }

  /// What files said for the flags that nobody gave, and what the quirks of a stage changed.
  void take_back() {
    const assemble::Assembled& r = setup_;
    Options& o = setup_.options;
    o.beam.wavelength_m = r.scene.beam.wavelength_m;
    if (r.scene.crystal.cell_given && !o.crystal.cell_given) {
      o.crystal.cell_given = true;
      o.crystal.cell = r.scene.crystal.cell;
      const bool enlarged = r.cell_of_file && r.crystal_file->model && o.factors.enlarge > 1;
      if (r.cell_of_file)
        setup_.origins.by_header("cell", (enlarged ? "enlarged cell of " : "cell of ") + r.crystal_file->path);
    }
    if (inputs_.writes_dump && asks_for_dump(o_, quirks_.set()))
      write_dump(o_.files, *e_.structure_factors, quirks_.set(), setup_.file_notes, setup_.warnings);
    quirks_.changes(GaussWidth, physics::shape_info(o_.crystal.shape).by_width);
    quirks_.changes(Water, o_.water_edge_m != 0);
    note_phi();
    note_sensors();
    if (!strict() && e_.sampling.oversample < setup_.recommended_oversample)
      warn("the intensity varies across a pixel: -oversample " + std::to_string(setup_.recommended_oversample) +
           " is recommended");
  }

  void note_phi() {
    const Spindle& s = e_.spindle;
    quirks_.changes(PhiEdges, s.phi_step_rad != 0);
    if (strict() && s.phi_range_rad > 0 && s.phi_step_rad < o_.rotation.steps_rad.step.value_or(0) * (1 - 1e-6))
      warn("-phistep does not divide -osc: " + std::to_string(s.phi_steps) + " steps of " +
           format_number(degrees_from_radians(s.phi_step_rad)) + " deg fill it");
    if (s.phi_steps == 0) warn("-osc 0 with -phistep gives no phi steps: the image is not a number");
    bool zero = false, other = false;
    for (std::int64_t i = 0; i < s.phi_steps && !(zero && other); ++i) (s.phi_rad(i) == 0.0 ? zero : other) = true;
    quirks_.changes(Phi0Carry, zero && other);
  }

  void note_sensors() {
    for (const Panel& panel : e_.detector.panels) {
      const bool thick = panel.sensor.thickness_m > 0;
      quirks_.changes(ThicknessLayers, thick);
      quirks_.changes(AbsorbZero, thick ? o_.detector.sensor_off : o_.oversample.thick);
    }
  }

  void tell_of_doubts() {
    if (!strict()) return;
    for (std::string& doubt : doubtful_quantities(setup_)) warn(std::move(doubt));
  }

  SetupInputs inputs_;
  QuirkLog& quirks_;
  Setup setup_;
  const Options& o_ = setup_.options;
  Experiment& e_ = setup_.experiment;
};

}  // namespace

std::string as_described(const Setup& setup, const std::string& text) {
  return setup.from_scene ? text : in_flags(text);
}

Setup set_up(SetupInputs inputs, QuirkLog& quirks) {
  const bool from_scene = inputs.from_scene;
  try {
    return Builder(std::move(inputs), quirks).build();
  } catch (const NothingToRender&) {
    throw;
  } catch (const Error& error) {
    if (from_scene) throw;
    throw with_flags(error);
  }
}

}  // namespace femtobragg::nanobragg
