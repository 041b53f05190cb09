// One stage after another; each is a function of the scene and of the stages before it.
#include "femtobragg/assemble/assembly.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "femtobragg/assemble/attenuation.h"
#include "femtobragg/assemble/backgrounds.h"
#include "femtobragg/assemble/crystal.h"
#include "femtobragg/assemble/crystal_in_beam.h"
#include "femtobragg/assemble/detector.h"
#include "femtobragg/assemble/response.h"
#include "femtobragg/assemble/sampling.h"
#include "femtobragg/assemble/sampling_choice.h"
#include "femtobragg/assemble/sensors.h"
#include "femtobragg/assemble/spectrum.h"
#include "femtobragg/assemble/stated_cells.h"
#include "femtobragg/assemble/step_ranges.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/cell_file.h"
#include "femtobragg/formats/tables/matrix_file.h"
#include "femtobragg/formats/tables/source_file.h"
#include "femtobragg/model/unit_cell.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/physics/rotation_vector.h"

namespace femtobragg::assemble {
namespace {

constexpr Vec3d usual_beam{1, 0, 0}, usual_axis{0, 0, 1};

class Builder {
 public:
  Builder(Assembled& result, Rules& rules) : r_(result), rules_(rules) {}

  void set_up() {
    read_geometry_file(r_);
    read_cell_file();
    orient();
    set_factors();
    set_spectrum(r_);
    set_fluence_and_sizes();
    e_.beam.wavelength_m = *s_.beam.wavelength_m;
    e_.beam.direction = s_.beam.direction.value_or(usual_beam);
    set_detector(r_);
    set_crystal();
    set_spindle();
    warn_beyond_scan();
    set_sampling(r_, rules_);
    set_beam();
    if (divides_surfaces()) rules_.layers_without_thickness();
    append(r_.warnings, set_sensors(e_, s_.detector.sensor));
    e_.water_edge_m = s_.water_edge_m;
    set_attenuation(r_);
    e_.sampling.compatibility = s_.compatibility;
    reach_over_spectrum(r_);
    if (rules_.chooses_counts() && choose_counts(r_, rules_)) {
      if (s_.crystal.mosaic_rotations_file.empty()) draw_mosaic();
      set_spindle();
      set_beam();
      reach_over_spectrum(r_);
    }
    set_lit_volume(r_);
    set_response();
  }

  void complete() {
    append(r_.warnings, remarks_on_cells(r_));
    if (r_.crystal_file) complete_crystal(*r_.crystal_file);
    set_direct_beam();
    spread_over_spectrum(r_);
    name_wavelength(e_.beam);
    set_backgrounds(r_);
    if (e_.beam.nominal_wavelength && !s_.beam.sources.empty())
      r_.warnings.push_back(
          "beam.wavelength is outside the range of beam.source: images are computed with the "
          "wavelengths of the sources, and headers state this one");
    append(r_.warnings, remarks_on_attenuation(e_));
    set_step_light(r_, 0);
    validate(e_);
  }

 private:
  /// Its numbers are then those of the scene.
  void read_cell_file() {
    CrystalScene& c = s_.crystal;
    if (c.cell_file.empty()) return;
    if (c.cell_given)
      throw Error::usage({.what = "the cell is given twice",
                          .where = "crystal.cell_edges and crystal.cell",
                          .value = c.cell_file,
                          .rule = "the file states edges and angles",
                          .remedy = "remove one of them"});
    formats::CellFile file = formats::parse_cell_file(formats::read_text(c.cell_file, "the unit cell"), c.cell_file);
    for (const std::string& note : file.notes) r_.warnings.push_back(c.cell_file + ": " + note);
    r_.file_notes.push_back("cell from " + c.cell_file);
    c.cell = file.cell;
    c.cell_given = true;
    c.cell_file.clear();
  }

  /// As the scene says, else as the geometry file.
  void orient() {
    CrystalScene& c = s_.crystal;
    const CrystalOfGeometry* stated = r_.geometry_crystal ? &*r_.geometry_crystal : nullptr;
    if (!c.matrix_file.empty() && (c.axes || stated))
      throw Error::usage({.what = "the crystal is oriented twice",
                          .where = "crystal.matrix_file " + c.matrix_file,
                          .value = stated ? stated->path : "",
                          .rule = stated ? "this geometry file states a crystal with its orientation"
                                         : "crystal.axes already orient it",
                          .remedy = "remove crystal.matrix_file; crystal.misset rotates that crystal further, and "
                                    "crystal.cell_edges replaces its cell"});
    if (!stated) return;
    if (!c.axes) {
      c.axes = stated->crystal.axes_at(s_.rotation.start_rad.value_or(stated->crystal.scan.start_rad));
      changes_ = true;
    }
    if (c.space_group.empty()) c.space_group = stated->crystal.space_group;
  }

  void set_factors() {
    FactorSource source = rules_.factors(s_.structure_factors);
    r_.crystal_file = std::move(source.crystal);
    CrystalScene& c = s_.crystal;
    if (r_.crystal_file)
      if (const auto cell = cell_for(*r_.crystal_file, s_.structure_factors, c)) {
        c.cell_given = r_.cell_of_file = true;
        c.cell = *cell;
      }
    const bool has_cell = c.cell_given && c.cell[0] != 0;
    const bool has_crystal = has_cell || !c.matrix_file.empty() || c.axes;
    const bool oriented_by_scene = has_cell || !c.matrix_file.empty() || (c.axes && !r_.geometry_crystal);
    const bool scatters = !s_.backgrounds.empty() || (s_.water_edge_m > 0 && !rules_.water_needs_crystal());
    if (!source.factors && !oriented_by_scene && scatters) {
      leave_out_crystal();
      return;
    }
    if (!source.factors || !has_crystal) throw NothingToRender(source.factors != nullptr, has_crystal);
    e_.structure_factors = std::move(source.factors);
    r_.reflections = source.reflections;
    append(r_.file_notes, std::move(source.notes));
    append(r_.warnings, std::move(source.warnings));
  }

  /// Backgrounds are rendered alone: the crystal in their place is a dark one. A cell as small asks for no sub-pixels.
  void leave_out_crystal() {
    r_.no_crystal = true;
    s_.crystal.mosaic_rad.reset();
    s_.crystal.mosaic_domains.reset();
    s_.crystal.mosaic_rotations_file.clear();
    if (!s_.crystal.axes) r_.cell = UnitCell{1, 1, 1, pi / 2, pi / 2, pi / 2};
    e_.structure_factors = uniform_factors(0).factors;
  }

  bool divides_surfaces() const {
    const SensorScene& sensor = s_.detector.sensor;
    return sensor.layers && !sensor.thickness_m && sensor.material_thickness_m == 0 &&
           std::ranges::none_of(e_.detector.panels, [](const Panel& p) { return p.sensor.thickness_m > 0; });
  }

  static void append(std::vector<std::string>& all, std::vector<std::string> more) {
    for (std::string& text : more) all.push_back(std::move(text));
  }

  void set_fluence_and_sizes() {
    const BeamScene& b = s_.beam;
    size_m_ = s_.crystal.size_m;
    e_.beam.fluence_per_m2 = b.fluence_per_m2;
    if (b.size_m < 0) return;
    for (const std::size_t axis : {1u, 2u})
      if (size_m_[axis] > b.size_m) {
        r_.warnings.push_back(std::string("sample size along ") + (axis == 1 ? "b" : "c") +
                              " clipped to the beam size, " + format_number(mm_from_metres(b.size_m)) + " mm");
        size_m_[axis] = b.size_m;
      }
    if (!b.flux_counts()) return;
    e_.beam.fluence_per_m2 = b.flux_per_s * b.exposure_s / b.size_m / b.size_m * central_fluence(b.profile);
    if (b.size_m > 0) return;
    rules_.infinite_fluence(r_.warnings);
  }

  void set_crystal() {
    CrystalScene& c = s_.crystal;
    Crystal& crystal = e_.crystal;
    crystal.space_group = c.space_group;
    const ReciprocalAxes unturned = unturned_axes();
    if (c.misset_random) {
      std::int64_t seed = -c.misset_seed.value_or(1);
      r_.random_misset_rad = rules_.random_misset_rad(seed, r_.random);
    }
    const Vec3d misset_rad = r_.random_misset_rad.value_or(c.misset_rad);
    crystal.axes = misset_axes(unturned, misset_rad, r_.cell);
    set_lattices(unturned, misset_rad);
    r_.crystal_volume_A3 = r_.cell
                               ? cell_volume(*r_.cell)
                               : std::abs(triple_product(crystal.axes.a_m, crystal.axes.b_m, crystal.axes.c_m)) * 1e30;
    crystal.cells = cell_counts(c, size_m_, crystal.axes);
    crystal.shape = c.shape;
    crystal.fudge = c.fudge;
    crystal.spot_width = c.spot_width;
    if (!c.mosaic_rotations_file.empty()) {
      crystal.mosaic_rotations = listed_mosaic_rotations(c);
      crystal.mosaic_spread_rad = 0;
      for (const Mat3d& rotation : crystal.mosaic_rotations)
        crystal.mosaic_spread_rad = std::max(crystal.mosaic_spread_rad, norm(physics::vector_of_rotation(rotation)));
      r_.file_notes.push_back(counted(crystal.mosaic_rotations.size(), "mosaic domain") + " from " +
                              c.mosaic_rotations_file);
      return;
    }
    draw_mosaic();
    if (!rules_.chooses_counts() && c.mosaic_rad.value_or(-1) > 0 && !(c.mosaic_domains.value_or(-1) > 0))
      r_.warnings.push_back("mosaic spread without crystal.mosaic_domains: 10 domains");
    if (c.mosaic_rad.value_or(-1) < 0 && c.mosaic_domains.value_or(1) > 1)
      r_.warnings.push_back("crystal.mosaic_domains without crystal.mosaic_spread: one perfect domain");
  }

  void set_lattices(const ReciprocalAxes& unturned, const Vec3d& first_misset_rad) {
    r_.lattices = listed_crystals(s_.crystal, first_misset_rad);
    if (r_.lattices.empty()) return;
    for (const formats::ListedCrystal& one : r_.lattices)
      e_.lattices.push_back({misset_axes(unturned, one.misset_rad, r_.cell), one.weight});
    e_.crystal.axes = e_.lattices.front().axes;
    if (!s_.crystal.crystals_file.empty())
      r_.file_notes.push_back(counted(r_.lattices.size(), "crystal") + " from " + s_.crystal.crystals_file);
    if (r_.geometry_crystal && !r_.geometry_crystal->crystal.at_scan_points.empty())
      throw Error::usage({.what = "several crystals, and a crystal that changes during its scan",
                          .where = r_.geometry_crystal->path,
                          .rule = "a crystal with axes for each frame is the only one in the beam",
                          .remedy = "leave one crystal"});
  }

  void draw_mosaic() {
    Crystal& crystal = e_.crystal;
    crystal.mosaic_rotations = mosaic_rotations(s_.crystal, r_.random);
    crystal.mosaic_spread_rad = crystal.mosaic_rotations.empty() ? 0 : mosaic_spread_rad(s_.crystal);
  }

  ReciprocalAxes unturned_axes() {
    const CrystalScene& c = s_.crystal;
    if (c.cell_given && c.cell[0] != 0) r_.cell = completed_cell(c.cell);
    if (c.axes) {
      if (r_.cell) return turned_as(*c.axes, rules_.upright_axes(*r_.cell));
      return {c.axes->a_star_A, c.axes->b_star_A, c.axes->c_star_A};
    }
    if (c.matrix_file.empty()) return rules_.upright_axes(*r_.cell);
    const std::optional<std::string> text = rules_.matrix_text(c.matrix_file, r_);
    if (!text) return rules_.upright_axes(*r_.cell);
    r_.file_notes.push_back("orientation matrix from " + c.matrix_file);
    const ReciprocalAxes axes =
        reciprocal_axes_of_matrix(formats::parse_matrix(*text, c.matrix_file), *s_.beam.wavelength_m);
    const auto real = real_axes(axes, nullptr);
    r_.matrix_cell = cell_of_axes(real.a, real.b, real.c);
    if (r_.cell) rules_.require_cell(*r_.cell, *r_.matrix_cell);
    return axes;
  }

  void set_response() {
    if (!s_.response.given()) return;
    constexpr double keV_of_eV = 1e-3;
    const double energy_eV = hc_eV_angstrom / angstrom_from_metres(e_.beam.wavelength_m);
    r_.response = response_of(s_.response, keV_of_eV * energy_eV, s_.beam.exposure_s);
    e_.recording = recording_of(*r_.response);
  }

  void set_spindle() {
    const SampledRange phi = rules_.phi_steps(s_.rotation);
    e_.spindle = {
        s_.rotation.axis.value_or(usual_axis), phi.start, phi.range, phi.step, phi.count, s_.rotation.step_rule};
  }

  /// Of all frames, for a crystal that changes with them.
  void warn_beyond_scan() {
    const double begin = e_.spindle.phi_start_rad;
    const double end = begin + static_cast<double>(s_.frames) * e_.spindle.phi_range_rad;
    if (changes_ && r_.geometry_crystal->crystal.beyond_scan(begin, end))
      r_.warnings.push_back("the rotation goes outside the scan of " + r_.geometry_crystal->path +
                            ": there the crystal has the axes at the nearest scan point");
  }

  void set_beam() {
    const BeamScene& b = s_.beam;
    Beam& beam = e_.beam;
    beam.apply_polarization = !b.no_polarization;
    beam.polarization_fraction = b.polarization.value_or(0);
    beam.polarization_axis = b.polarization_axis.value_or(usual_axis);
    if (!b.sources.empty()) {
      beam.sources = b.sources;
      return;
    }
    if (!b.source_file.empty()) {
      beam.sources = rules_.sources(b.source_file, {-10.0 * beam.direction, 1.0, *b.wavelength_m});
      r_.file_notes.push_back(std::to_string(beam.sources.size()) + " sources from " + b.source_file);
      return;
    }
    const bool needs_axis = beam.polarization_fraction != 0 || b.horizontal_rad.range || b.vertical_rad.range;
    if (needs_axis && norm(cross(beam.direction, beam.polarization_axis)) == 0) rules_.polarization_along_beam();
    r_.horizontal_rad = rules_.divergence_steps(b.horizontal_rad, true);
    r_.vertical_rad = rules_.divergence_steps(b.vertical_rad, false);
    r_.dispersion = rules_.dispersion_steps(b.dispersion);
    const SourceGrid grid{r_.horizontal_rad, r_.vertical_rad, r_.dispersion, b.round_divergence,
                          rules_.grid_has_ends()};
    r_.divergence = divergence_points(grid);
    beam.sources = sources_on_grid(grid, beam.direction, beam.polarization_axis, *b.wavelength_m);
  }

  /// What is left when beam, crystal and detector are set up: the space group, and a model's structure factors.
  void complete_crystal(CrystalFile& file) {
    e_.crystal.space_group = file.space_group;
    if (file.model) {
      e_.structure_factors = rules_.model_factors(file, s_.structure_factors, e_);
      r_.reflections = e_.structure_factors->values.size();
    }
    r_.crystal_notes = std::move(file.notes);
    append(r_.warnings, std::move(file.warnings));
  }

  /// F(0,0,0) is excluded from images unless it is asked for. Interpolated amplitudes keep it, and so do crystals of
  /// one or two cells: there it is a point of a curve.
  void set_direct_beam() {
    const StructureFactors& given = *e_.structure_factors;
    if (e_.sampling.interpolate || s_.structure_factors.direct_beam || given.of_direct_beam() == 0) return;
    if (rules_.direct_beam_shines(e_)) return;
    StructureFactors dark = given;
    dark.leave_out_direct_beam();
    e_.structure_factors = std::make_shared<const StructureFactors>(std::move(dark));
  }

  Assembled& r_;
  Rules& rules_;
  Scene& s_ = r_.scene;
  Experiment& e_ = r_.experiment;
  bool changes_ = false;  ///< the crystal, during the scan of its geometry file
  std::array<double, 3> size_m_{};
};

}  // namespace

NothingToRender::NothingToRender(bool has_factors, bool has_crystal)
    : Error(Kind::Usage,
            {.what = "nothing to render",
             .rule = std::string(has_factors ? ""
                                             : "structure factors (structure_factors.file, structure_factors.default_F "
                                               "or structure_factors.model) ") +
                     (has_factors || has_crystal ? "" : "and ") +
                     (has_crystal ? "" : "a crystal (crystal.cell_edges or crystal.matrix_file) ") +
                     (has_factors ? "is needed" : "are needed"),
             .remedy = "`femtobragg scene new` and `femtobragg simulate --help` list all that can be given"}) {}

std::optional<std::string> Rules::matrix_text(const std::string& path, Assembled& result) {
  std::string text = formats::read_text(path, "the matrix file", formats::InputKind::Matrix);
  for (std::string& doubt : formats::doubts_about_matrix(text, path, *result.scene.beam.wavelength_m))
    result.warnings.push_back(std::move(doubt));
  return text;
}

ReciprocalAxes Rules::upright_axes(const UnitCell& cell) { return upright_reciprocal_axes(cell); }

void Rules::require_cell(const UnitCell& cell, const UnitCell& of_matrix) {
  reciprocal_axes_of_cell(cell);
  require_cell_of_matrix(cell, of_matrix, "crystal.cell_edges", "crystal.matrix_file");
}

Vec3d Rules::random_misset_rad(std::int64_t& seed, RandomNumbers& random) {
  return assemble::random_misset_rad(seed, random);
}

SampledRange Rules::phi_steps(const RotationScene& rotation) { return assemble::phi_steps(rotation); }

SampledRange Rules::divergence_steps(const StepRange& steps, bool horizontal) {
  const std::string name = horizontal ? "beam.horizontal_divergence" : "beam.vertical_divergence";
  return spread_steps(steps, {name, name + "_step", name + "_steps"});
}

SampledRange Rules::dispersion_steps(const StepRange& steps) {
  return spread_steps(steps, {"beam.dispersion", "", "beam.dispersion_steps"});
}

std::vector<Source> Rules::sources(const std::string& path, const formats::SourceDefaults& defaults) {
  const std::string text = formats::read_file(path, "the source file", formats::InputKind::Text);
  return formats::parse_sources(plain_text(text, path), path, defaults, false);
}

bool Rules::interpolates(const Experiment& experiment) {
  return std::ranges::any_of(experiment.crystal.cells, [](double n) { return n <= 2; });
}

void Rules::infinite_fluence(std::vector<std::string>&) {
  throw Error::usage({.what = "a flux through a beam of size zero",
                      .where = "beam.size",
                      .value = "0",
                      .rule = "the fluence would be infinite",
                      .remedy = "give the beam a size, or beam.fluence"});
}

void Rules::polarization_along_beam() {
  throw Error::usage({.what = "the polarization axis is along the beam",
                      .where = "beam.polarization_axis",
                      .rule = "polarization and divergence need a direction across the beam",
                      .remedy = "give an electric field direction at right angles to the beam"});
}

void Rules::layers_without_thickness() {
  throw Error::usage({.what = "sensor layers without a thickness",
                      .where = "detector.sensor.layers",
                      .rule = "by itself it has no effect",
                      .remedy = "give detector.sensor.thickness too"});
}

void set_up(Assembled& result, Rules& rules) { Builder(result, rules).set_up(); }
void complete(Assembled& result, Rules& rules) { Builder(result, rules).complete(); }

Assembled assembled(Scene scene, Rules& rules) {
  Assembled result;
  result.scene = std::move(scene);
  set_up(result, rules);
  complete(result, rules);
  return result;
}

Assembled assembled(Scene scene) {
  Rules rules;
  return assembled(std::move(scene), rules);
}

}  // namespace femtobragg::assemble
