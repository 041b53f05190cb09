// Set-up of a run, stage by stage.
#include "femtobragg/nanobragg/scene.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/matrix_file.h"
#include "femtobragg/formats/tables/source_file.h"
#include "femtobragg/model/unit_cell.h"
#include "femtobragg/nanobragg/compatibility.h"
#include "femtobragg/nanobragg/contradictions.h"
#include "femtobragg/nanobragg/crystal_setup.h"
#include "femtobragg/nanobragg/sampling_setup.h"
#include "femtobragg/nanobragg/sensor_setup.h"
#include "femtobragg/nanobragg/spectrum_setup.h"
#include "femtobragg/nanobragg/stated_crystal.h"
#include "femtobragg/nanobragg/structure_factor_setup.h"
#include "femtobragg/nanobragg/usual_values.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::nanobragg {
namespace {

/// Nanoseconds are folded to the 31 bits that a seed may have.
std::int64_t clock_seed() {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return 1 + static_cast<std::int64_t>(now % 2147483646);
}

/// For QuirkLog::settle: any two results of a stage.
constexpr auto same = [](const auto& a, const auto& b) { return equivalent(a, b); };

class Builder {
 public:
  Builder(SceneInputs inputs, QuirkLog& quirks) : inputs_(std::move(inputs)), quirks_(quirks) {
    scene_.options = std::move(inputs_.options);
    scene_.origins = std::move(inputs_.origins);
  }

  Scene build() {
    if (strict()) require_nothing_replaced(scene_.origins);
    check_inputs();
    set_seeds();
    set_spectrum(scene_);
    check_wavelength();
    if (strict()) require_what_counts_divide(o_, scene_.origins);
    set_fluence_and_sizes();
    set_detector();
    set_crystal();
    set_sampling(scene_, quirks_, strict());
    set_beam();
    set_sensors(e_, o_, scene_.origins, quirks_, scene_.warnings);
    reach_over_spectrum(scene_);
    if (strict()) require_agreement(scene_, quirks_.set());
    tell_of_doubts();
    if (crystal_file_) complete_crystal(*crystal_file_, scene_);
    set_direct_beam(scene_, quirks_);
    spread_over_spectrum(scene_);
    set_compatibility(e_, o_, quirks_);
    validate(e_);
    return std::move(scene_);
  }

 private:
  bool on(Quirk quirk) const { return quirks_.on(quirk); }
  bool strict() const { return inputs_.reading == Reading::Strict; }
  void warn(std::string text) { scene_.warnings.push_back(std::move(text)); }

  const StatedCrystal* stated_crystal() const {
    return inputs_.geometry && inputs_.geometry->geometry.crystal ? &*inputs_.geometry->geometry.crystal : nullptr;
  }

  void check_inputs() {
    StructureFactorSetup factors = set_up_structure_factors(o_, quirks_);
    crystal_file_ = std::move(factors.crystal);
    if (crystal_file_) take_cell(*crystal_file_, stated_crystal(), scene_.options, scene_.origins);
    const bool has_cell = o_.crystal.cell_given && o_.crystal.cell[0] != 0;
    if (!factors.factors || (!has_cell && o_.files.matrix.empty() && !stated_crystal())) throw NothingToRender();
    e_.structure_factors = factors.factors;
    scene_.reflections = factors.reflections;
    scene_.file_notes = std::move(factors.notes);
    scene_.warnings = std::move(factors.warnings);
    if (inputs_.writes_dump && asks_for_dump(o_.files, quirks_.set()))
      write_dump(o_.files, *e_.structure_factors, quirks_.set(), scene_.file_notes, scene_.warnings);
    require_stol(o_.files);
  }

  void check_wavelength() const {
    const double wavelength = o_.beam.wavelength_m;
    if (wavelength > 0 && std::isfinite(wavelength)) return;
    throw Error::usage({.what = "impossible wavelength",
                        .value = format_number(angstrom_from_metres(wavelength)) + " A",
                        .rule = "it must be finite and above zero",
                        .remedy = "check -lambda, -energy and image headers"});
  }

  void set_seeds() {
    const std::int64_t clock = clock_seed();
    const bool random_misset = o_.crystal.misset_random;
    scene_.noise_seed = -o_.output.seed.value_or(clock);
    scene_.misset_seed = -o_.crystal.misset_seed.value_or(on(Quirk::SeedDefault) ? clock : -scene_.noise_seed);
    const bool misset_from_clock = random_misset && !o_.crystal.misset_seed;
    const bool noise_from_clock = inputs_.writes_noise && !o_.output.seed;
    quirks_.changes(Quirk::SeedDefault, misset_from_clock || noise_from_clock);
    if (!on(Quirk::SeedDefault) && !o_.output.seed && (misset_from_clock || noise_from_clock))
      scene_.clock_seed = clock;
  }

  void set_fluence_and_sizes() {
    const BeamOptions& b = o_.beam;
    size_m_ = o_.crystal.size_m;
    e_.beam.fluence_per_m2 = b.fluence_per_m2;
    if (b.beam_size_m < 0) return;
    for (const std::size_t axis : {1u, 2u})
      if (size_m_[axis] > b.beam_size_m) {
        warn(std::string("sample size along ") + (axis == 1 ? "b" : "c") + " clipped to the beam size, " +
             format_number(mm_from_metres(b.beam_size_m)) + " mm");
        size_m_[axis] = b.beam_size_m;
      }
    if (!b.flux_counts()) return;
    e_.beam.fluence_per_m2 = b.flux_per_s * b.exposure_s / b.beam_size_m / b.beam_size_m;
    if (b.beam_size_m > 0) return;
    if (strict())
      throw Error::usage({.what = "a flux through a beam of size zero",
                          .where = "-beamsize",
                          .value = "0",
                          .rule = "the fluence would be infinite",
                          .remedy = "give the beam a size, or -fluence"});
    warn("a flux through a beam of size zero: the fluence is infinite");
  }

  void set_detector() {
    using enum Quirk;
    if (inputs_.geometry) {
      require_nothing_else_places(*inputs_.geometry, scene_.origins, quirks_.set());
      require_one_orientation(*inputs_.geometry, scene_.origins);
    }
    scene_.geometry = quirks_.settle(
        {Pivot, ClosePoint, Pix0, CustomAxes, AxisLength, OdetSkew, TwothetaReport, HeaderCentre},
        [&](const QuirkSet& set) { return solve_geometry(o_.detector, set); }, same);
    if (inputs_.geometry)
      take_panels(*inputs_.geometry);
    else if (std::optional<Detector> arranged = arranged_detector(o_.detector, scene_.origins, scene_.geometry))
      take_panels(std::move(*arranged));
    else
      e_.detector.panels.push_back(panel_of(scene_.geometry));
    for (Panel& panel : e_.detector.panels) {
      panel.point_pixels = o_.detector.point_pixel;
      quirks_.changes(PointPixel, panel.point_pixels);
      panel.point_pixel_area_m2 = on(PointPixel) ? 1.0 : panel.pixel_size_m * panel.pixel_size_m * panel.area_ratio;
    }
  }

  void take_panels(GeometryFile& file) {
    for (std::string& remark : remarks_on_geometry(file, scene_.origins)) warn(std::move(remark));
    e_.detector = std::move(file.geometry.detector);
    if (e_.detector.panels.size() == 1) e_.detector.panels.front().region = region(scene_.geometry);
    scene_.file_notes.push_back("geometry of " + std::to_string(e_.detector.panels.size()) + " panels from " +
                                file.path);
  }

  /// Reports about one panel are about the first, as with those of files.
  void take_panels(Detector arranged) {
    e_.detector = std::move(arranged);
    scene_.geometry = geometry_of_panel(o_.detector, e_.detector.panels.front());
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

  RegionOfInterest region(const DetectorGeometry& g) const {
    const auto& roi = o_.detector.roi;
    const auto begin = [](std::int64_t v) { return static_cast<std::size_t>(std::max<std::int64_t>(0, v)); };
    const auto end = [](std::int64_t v, std::size_t n) {
      return v < 0 ? n : std::min(n, static_cast<std::size_t>(v) + 1);
    };
    return {begin(roi[0]), end(roi[1], g.n_fast), begin(roi[2]), end(roi[3], g.n_slow)};
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

  void set_crystal() {
    const CrystalOptions& c = o_.crystal;
    Crystal& crystal = e_.crystal;
    const ReciprocalAxes unturned = reciprocal_axes();
    if (c.misset_random) {
      quirks_.changes(Quirk::MissetRandom);
      scene_.random_misset_rad = random_misset(quirks_.set(), scene_.misset_seed, scene_.random);
    }
    const Vec3d misset = scene_.random_misset_rad.value_or(c.misset_rad);
    const auto turned = [&](const Vec3d& v) { return physics::rotate_about_lab_axes(v, misset); };
    const ReciprocalAxes reciprocal{turned(unturned.a), turned(unturned.b), turned(unturned.c)};
    crystal.axes = crystal_axes(reciprocal, scene_.typed_cell ? &*scene_.typed_cell : nullptr);
    const Vec3d &a = crystal.axes.a_m, &b = crystal.axes.b_m, &c_axis = crystal.axes.c_m;
    scene_.crystal_volume_A3 = scene_.typed_cell ? physics::cell_volume(cell_parameters(*scene_.typed_cell))
                                                 : std::abs(dot(a, cross(b, c_axis))) * 1e30;
    crystal.cells = cell_counts(c, size_m_, crystal.axes);
    crystal.shape = c.shape;
    crystal.fudge = c.fudge;
    if (on(Quirk::GaussWidth)) crystal.spot_width = SpotWidth::ReciprocalAngstrom;
    quirks_.changes(Quirk::GaussWidth, physics::shape_info(c.shape).by_width);
    crystal.mosaic_rotations = mosaic_rotations(c, scene_.random);
    crystal.mosaic_spread_rad = crystal.mosaic_rotations.empty() ? 0 : mosaic_spread_rad(c);
    if (c.mosaic_rad.value_or(-1) > 0 && !(c.mosaic_domains.value_or(-1) > 0))
      warn("mosaic spread without -mosaic_domains: 10 domains");
    if (c.mosaic_rad.value_or(-1) < 0 && c.mosaic_domains.value_or(1) > 1)
      warn("-mosaic_domains without -mosaic: one perfect domain");
    const SampledRange phi = quirks_.settle(
        {Quirk::StepRules}, [&](const QuirkSet& set) { return phi_steps(c, set); }, same);
    e_.spindle = {scene_.geometry.spindle,
                  phi.start,
                  phi.range,
                  phi.step,
                  phi.count,
                  on(Quirk::PhiEdges) ? StepRule::LeftEdges : StepRule::Middles};
    quirks_.changes(Quirk::PhiEdges, phi.step != 0);
    if (strict() && phi.range > 0 && phi.step < c.phi_steps_rad.step.value_or(0) * (1 - 1e-6))
      warn("-phistep does not divide -osc: " + std::to_string(phi.count) + " steps of " +
           format_number(degrees_from_radians(phi.step)) + " deg fill it");
    if (phi.count == 0) warn("-osc 0 with -phistep gives no phi steps: the image is not a number");
    note_phi_zero(phi);
    e_.sampling.d_min_m = c.d_min_m;
    e_.water_edge_m = c.water_m;
    quirks_.changes(Quirk::Water, c.water_m != 0);
  }

  void note_phi_zero(const SampledRange& phi) {
    bool zero = false, other = false;
    for (std::int64_t i = 0; i < phi.count && !(zero && other); ++i)
      (e_.spindle.phi_rad(i) == 0.0 ? zero : other) = true;
    quirks_.changes(Quirk::Phi0Carry, zero && other);
  }

  ReciprocalAxes reciprocal_axes() {
    const CrystalOptions& c = o_.crystal;
    if (c.cell_given && c.cell[0] != 0) scene_.typed_cell = completed_cell(c.cell);
    const auto from_cell = [&] {
      return quirks_.settle(
          {Quirk::TriclinicCell},
          [&](const QuirkSet& set) { return unturned_reciprocal_axes(*scene_.typed_cell, set); }, same);
    };
    const StatedCrystal* stated = stated_crystal();
    if (stated) {
      e_.crystal.space_group = stated->space_group;
      if (scene_.typed_cell) return turned_as(*stated, from_cell());
      return {stated->axes.a_star_A, stated->axes.b_star_A, stated->axes.c_star_A};
    }
    if (o_.files.matrix.empty()) return from_cell();
    std::string text;
    try {
      text = strict() ? formats::read_text(o_.files.matrix, "the matrix file", formats::InputKind::Matrix)
                      : formats::read_file(o_.files.matrix, "the matrix file", formats::InputKind::Matrix);
    } catch (const Error& error) {
      if (!on(Quirk::MatMissing) || !scene_.typed_cell) throw;
      quirks_.changes(Quirk::MatMissing);
      warn(error.what());
      return from_cell();
    }
    scene_.file_notes.push_back("orientation matrix from " + o_.files.matrix);
    if (scene_.typed_cell && !on(Quirk::TriclinicCell)) reciprocal_axes_of_cell(*scene_.typed_cell);
    if (strict())
      for (std::string& doubt : formats::doubts_about_matrix(text, o_.files.matrix, o_.beam.wavelength_m))
        warn(std::move(doubt));
    const ReciprocalAxes axes =
        reciprocal_axes_of_matrix(formats::parse_matrix(text, o_.files.matrix), o_.beam.wavelength_m);
    const auto real = real_axes(axes, nullptr);
    scene_.matrix_cell = cell_of_axes(real.a, real.b, real.c);
    return axes;
  }

  void tell_of_doubts() {
    if (strict())
      for (std::string& doubt : doubtful_quantities(scene_)) warn(std::move(doubt));
    for (std::string& remark : remarks_on_cells(scene_, inputs_.geometry ? &*inputs_.geometry : nullptr,
                                                crystal_file_ ? &*crystal_file_ : nullptr))
      warn(std::move(remark));
  }

  void set_beam() {
    using enum Quirk;
    const BeamOptions& b = o_.beam;
    Beam& beam = e_.beam;
    beam.direction = scene_.geometry.beam;
    beam.wavelength_m = b.wavelength_m;
    beam.apply_polarization = !b.no_polarization;
    beam.polarization_fraction = b.polarization;
    beam.polarization_axis = scene_.geometry.polarization;
    if (!o_.files.sources.empty()) {
      beam.sources = sources_from_file();
      warn_of_ignored_spread(scene_);
      return;
    }
    const bool needs_axis =
        b.polarization != 0 || b.horizontal_rad.range || b.vertical_rad.range || o_.detector.vectors.polarization;
    if (strict() && needs_axis && norm(scene_.geometry.vertical) == 0)
      throw Error::usage({.what = "the polarization axis lies along the beam",
                          .where = "-polar_vector",
                          .rule = "polarization and divergence need a direction across the beam",
                          .remedy = "give an electric field direction at right angles to the beam"});
    const auto range = [&](const StepOptions& axis, const char* flag) {
      return quirks_.settle(
          {StepRules, SpreadEnds, DivergenceGrid},
          [&](const QuirkSet& set) { return divergence_steps(axis, set, flag); }, same);
    };
    scene_.horizontal_rad = range(b.horizontal_rad, "-hdivrange, -hdivstep, -hdivsteps");
    scene_.vertical_rad = range(b.vertical_rad, "-vdivrange, -vdivstep, -vdivsteps");
    scene_.wavelength = quirks_.settle(
        {StepRules, SpreadEnds}, [&](const QuirkSet& set) { return dispersion_steps(b.dispersion, set); }, same);
    const SourceGrid grid{scene_.horizontal_rad, scene_.vertical_rad, scene_.wavelength, b.round_divergence,
                          on(SpreadEnds)};
    scene_.divergence = divergence_points(grid);
    beam.sources = sources_on_grid(grid, beam.direction, beam.polarization_axis, b.wavelength_m);
  }

  std::vector<Source> sources_from_file() {
    const std::string& path = o_.files.sources;
    const std::string text = formats::read_file(path, "the source file", formats::InputKind::Text);
    const formats::SourceDefaults defaults{-10.0 * scene_.geometry.beam, 1.0, o_.beam.wavelength_m};
    std::vector<Source> sources = quirks_.settle(
        {Quirk::SourceParse},
        [&](const QuirkSet& set) {
          const bool older = set.on(Quirk::SourceParse);
          return formats::parse_sources(older ? text : plain_text(text, path), path, defaults, older);
        },
        std::equal_to<>());
    const double first = sources.front().weight;
    const bool differ = std::ranges::any_of(sources, [&](const Source& s) { return s.weight != first; });
    quirks_.changes(Quirk::SourceWeights, differ);
    if (on(Quirk::SourceWeights))
      for (Source& source : sources) source.weight = 1;
    scene_.file_notes.push_back(std::to_string(sources.size()) + " sources from " + path);
    return sources;
  }

  SceneInputs inputs_;
  QuirkLog& quirks_;
  Scene scene_;
  const Options& o_ = scene_.options;
  Experiment& e_ = scene_.experiment;
  std::array<double, 3> size_m_{};
  std::optional<CrystalFile> crystal_file_;
};

}  // namespace

Scene build_scene(SceneInputs inputs, QuirkLog& quirks) { return Builder(std::move(inputs), quirks).build(); }

}  // namespace femtobragg::nanobragg
