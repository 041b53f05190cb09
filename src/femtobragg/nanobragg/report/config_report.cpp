// One row for each quantity; only what gave the value may be named as its origin.
#include "femtobragg/nanobragg/report/config_report.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/text.h"
#include "femtobragg/model/unit_cell.h"
#include "femtobragg/nanobragg/flags/option_table.h"
#include "femtobragg/nanobragg/report/report.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/simulate/detect.h"
#include "femtobragg/simulate/sensor_layers.h"

namespace femtobragg::nanobragg {
namespace {

std::string mm(double m) { return format_number(mm_from_metres(m), 10); }
std::string deg(double rad) { return format_number(degrees_from_radians(rad), 10); }
std::string vec(const Vec3d& v) {
  return format_number(v.x, 8) + " " + format_number(v.y, 8) + " " + format_number(v.z, 8);
}

class ConfigRows {
 public:
  ConfigRows(const Setup& setup, const QuirkSet& quirks) : s_(setup), q_(quirks) {}

  std::vector<ConfigRow> rows() {
    section_ = "Beam";
    beam();
    section_ = "Detector";
    frame();
    panels();
    detector();
    directions();
    sensor();
    section_ = "Crystal";
    if (s_.no_crystal)
      add("crystal", "none", "", "only backgrounds scatter");
    else
      crystal();
    domains_and_phi();
    section_ = "Sampling";
    sampling();
    section_ = "Obstacles and attenuation";
    attenuation();
    section_ = "Response of the detector";
    response();
    return std::move(rows_);
  }

 private:
  /// Each part of the value is set by one of its alternatives.
  using Parts = std::vector<Alternatives>;

  /// A value that flags or headers give; `otherwise` says where it came from if none did.
  ConfigRow& given(const std::string& name, const std::string& value, const char* unit, const Parts& parts,
                   const std::string& otherwise = "default") {
    std::vector<std::string> origins;
    for (const Alternatives& flags : parts)
      if (const Origin* origin = o_.last(flags); origin && std::ranges::find(origins, origin->words) == origins.end())
        origins.push_back(origin->words);
    std::string joined;
    for (const std::string& words : origins) joined += (joined.empty() ? "" : ", ") + words;
    // Flags place a known detector as a whole.
    const bool by_the_whole = section_ == first_panel && !o_.given("geometry");
    return add(name, value, unit, joined.empty() ? otherwise : (by_the_whole ? "with all panels, by " : "") + joined);
  }
  ConfigRow& derived(const std::string& name, const std::string& value, const char* unit, const std::string& from,
                     const std::string& formula = {}) {
    return add(name, value, unit, "from " + from, formula);
  }
  ConfigRow& add(const std::string& name, const std::string& value, const char* unit, const std::string& origin,
                 const std::string& formula = {}) {
    return rows_.emplace_back(ConfigRow{section_, name, value, unit, origin, formula});
  }

  void beam() {
    const Beam& b = e_.beam;
    const double wavelength_A = angstrom_from_metres(b.wavelength_m);
    given("wavelength", format_number(wavelength_A, 10), "A", {{"lambda", "energy"}});
    derived("energy", format_number(hc_eV_angstrom / wavelength_A, 10), "eV", "the wavelength", "h c / wavelength");
    const Parts grid = {{"divergence", "hdivrange"},
                        {"divergence", "vdivrange"},
                        {"divsteps", "hdivsteps"},
                        {"divsteps", "vdivsteps"},
                        {"hdivstep"},
                        {"vdivstep"},
                        {"dispersion"},
                        {"dispsteps"},
                        spectrum_flags,
                        {"wavelengths"}};
    const bool on_grid = options_.beam.source_file.empty();
    given("sources", std::to_string(b.sources.size()), "", on_grid ? grid : Parts{{"sourcefile"}}).formula =
        on_grid
            ? "divergence points x wavelengths, " + std::to_string(s_.divergence.size()) + " x " +
                  std::to_string(s_.spectrum.empty() ? s_.dispersion.count : static_cast<std::int64_t>(s_.wavelengths))
            : "one for each line of the file";
    if (!s_.spectrum.empty()) spectrum();
    const BeamScene& typed = options_.beam;
    const bool of_flux = typed.flux_counts();
    given("fluence", format_number(b.fluence_per_m2), "photons/m^2",
          of_flux ? Parts{{"flux"}, {"exposure"}, {"beamsize"}} : Parts{{"fluence"}})
        .formula = !of_flux                                 ? ""
                   : typed.profile == BeamProfile::Gaussian ? "4 ln 2 / pi x flux x exposure / beam size^2"
                                                            : "flux x exposure / beam size^2";
    given("polarization", b.apply_polarization ? format_number(b.polarization_fraction) : "off", "",
          {{"polar", "nopolar"}});
  }

  void spectrum() {
    const double mean = mean_wavelength_m(s_.spectrum);
    given("mean wavelength", format_number(angstrom_from_metres(mean), 10), "A", {spectrum_flags});
    given("spectrum",
          format_number(angstrom_from_metres(s_.spectrum.front().wavelength_m), 8) + " to " +
              format_number(angstrom_from_metres(s_.spectrum.back().wavelength_m), 8),
          "A", {spectrum_flags});
    given("wavelengths", std::to_string(s_.wavelengths), "", {{"wavelengths"}}, "as required by the image");
    if (!options_.beam.sase) return;
    given("pulse", std::to_string(s_.scene.beam.shot), "", {{"shot"}});
    given("pulse seed", std::to_string(static_cast<std::int64_t>(s_.scene.beam.sase->seed)), "", {{"seed"}});
  }

  void frame() {
    const bool custom = g_.convention == Convention::Custom;
    given("convention", std::string(convention_row(g_.convention).name), "",
          custom ? custom_flags() : Parts{{"mosflm", "xds", "adxv", "denzo", "dials"}});
    add("pivot", g_.pivot == PivotPoint::Beam ? "beam" : "sample", "", pivot_origin());
    axis("beam direction", g_.beam, "beam_vector", vectors_.beam);
    axis("polarization axis", g_.polarization, "polar_vector", vectors_.polarization);
    axis("spindle axis", g_.spindle, "spindle_axis", vectors_.spindle);
  }

  /// Where there are several, what follows is of the first.
  void panels() {
    const std::vector<Panel>& panels = e_.detector.panels;
    if (panels.size() < 2) return;
    const ImageShape shape = e_.detector.image_shape();
    given("panels",
          std::to_string(panels.size()) + " in an image of " + std::to_string(shape.n_fast) + " x " +
              std::to_string(shape.n_slow),
          "", {{"detector", "geometry"}});
    section_ = first_panel;
    add("first panel", panel_.name.empty() ? "0" : panel_.name, "",
        "the rows that follow, down to the sensor, describe this panel");
    add("place in the image", "fast " + std::to_string(panel_.data_fast) + ", slow " + std::to_string(panel_.data_slow),
        "px", "from the geometry");
  }

  Parts custom_flags() const {
    Parts flags;
    for (const auto& [flag, vector] : vector_flags())
      if (*vector) flags.push_back({flag});
    flags.push_back(pix0_flags);
    return flags;
  }

  std::vector<std::pair<std::string_view, const std::optional<Vec3d>*>> vector_flags() const {
    const AxisVectors& v = vectors_;
    return {{"fdet_vector", &v.fast},      {"sdet_vector", &v.slow},          {"odet_vector", &v.normal},
            {"beam_vector", &v.beam},      {"polar_vector", &v.polarization}, {"spindle_axis", &v.spindle},
            {"twotheta_axis", &v.twotheta}};
  }

  std::string pivot_origin() const {
    Alternatives flags = {"Xbeam", "Ybeam", "Xclose", "Yclose", "ORGX", "ORGY", "close_distance"};
    switch (g_.pivot_rule) {
      case PivotRule::Convention: return "from the convention";
      case PivotRule::PivotFlag: return o_.last({"pivot"})->words;
      case PivotRule::Twotheta: return o_.last({"twotheta", "twotheta_axis"})->words;
      case PivotRule::LastFlag: break;
    }
    if (q_.on(Quirk::Pivot))
      for (const char* more : {"distance", "pivot", "mosflm", "xds", "adxv", "denzo", "dials", "twotheta"})
        flags.push_back(more);
    if (q_.on(Quirk::TwothetaAxisFlag)) flags.push_back("twotheta_axis");
    const Origin* origin = o_.last_flag(flags);
    return origin ? origin->words : "default";
  }

  void detector() {
    const DetectorOptions& typed = options_.detector;
    given("pixels", std::to_string(g_.n_fast) + " x " + std::to_string(g_.n_slow), "",
          {typed.n_fast ? Alternatives{"detpixels", "detpixels_f", "detector"} : Alternatives{"detsize", "detsize_f"},
           typed.n_slow ? Alternatives{"detpixels", "detpixels_s", "detector"} : Alternatives{"detsize", "detsize_s"}});
    const bool square = g_.pixel_slow_m == g_.pixel_m;
    given("pixel size", mm(g_.pixel_m) + (square ? "" : " x " + mm(g_.pixel_slow_m)), "mm", {{"pixel", "detector"}});
    const std::string size = mm(g_.size_fast_m) + " x " + mm(g_.size_slow_m);
    if (typed.n_fast && typed.n_slow)
      derived("detector size", size, "mm", "the pixels", "pixels x pixel size");
    else
      given("detector size", size, "mm", {{"detsize", "detsize_f"}, {"detsize", "detsize_s"}});
    const Alternatives along_beam{typed.close_distance_m ? "close_distance" : "distance"};
    given("distance", mm(g_.distance_m), "mm", {by_pix0_ ? pix0_flags : along_beam});
    derived("close distance", mm(g_.close_distance_m), "mm", "the detector in its final position", "origin . normal");
    given("beam centre X Y", mm(g_.xy_beam.fast) + " " + mm(g_.xy_beam.slow), "mm",
          by_pix0_ ? Parts{pix0_flags} : Parts{centre_flags(true), centre_flags(false)});
    derived("beam point fast slow", mm(g_.beam_point.fast) + " " + mm(g_.beam_point.slow), "mm",
            "the detector in its final position", "distance x beam direction - origin, along fast and slow");
    derived("near point fast slow", mm(g_.near_point.fast) + " " + mm(g_.near_point.slow), "mm",
            "the detector in its final position", "-origin . fast axis, -origin . slow axis");
    derived("XDS ORGX ORGY", format_number(g_.org_x) + " " + format_number(g_.org_y), "px", "the near point",
            "near point / pixel size + 0.5");
    region();
  }

  /// Of the flags that may give the beam centre along X or Y, the one that did.
  Alternatives centre_flags(bool x) const {
    const bool fast = x != x_is_slow(g_.convention);
    const char* centre = x ? "Xbeam" : "Ybeam";
    if (!g_.centre_follows && !g_.near_point_is_centre()) return {centre};
    const char* near = fast ? "Xclose" : "Yclose";
    if (!o_.given(near)) near = fast ? "ORGX" : "ORGY";
    const bool near_first = g_.centre_follows && g_.pivot == PivotPoint::Sample;
    const char *first = near_first ? near : centre, *second = near_first ? centre : near;
    return {o_.given(first) ? first : second};
  }

  void region() {
    const RegionOfInterest r = panel_.rendered_region();
    // As it is typed: both ends included.
    const auto range = [](std::size_t begin, std::size_t end) {
      return std::to_string(begin) + " to " + std::to_string(static_cast<std::int64_t>(end) - 1);
    };
    given("region of interest", range(r.fast_begin, r.fast_end) + ", " + range(r.slow_begin, r.slow_end), "px",
          {{"roi"}});
    if (!panel_.mask.empty())
      given("mask", options_.files.mask.empty() ? "gaps and bad pixels" : options_.files.mask, "",
            {{"mask"}, {"detector", "geometry"}});
  }

  void directions() {
    given("detector rotations", deg(g_.rotation_rad.x) + " " + deg(g_.rotation_rad.y) + " " + deg(g_.rotation_rad.z),
          "deg", {{"detector_rotx"}, {"detector_roty"}, {"detector_rotz"}});
    const bool axis_is_angle = q_.on(Quirk::TwothetaAxisFlag);
    given("2-theta", deg(g_.twotheta_rad), "deg",
          {axis_is_angle ? Alternatives{"twotheta", "twotheta_axis"} : Alternatives{"twotheta"}});
    if (by_pix0_)
      given("origin", vec(1000.0 * g_.origin_m), "mm", {pix0_flags});
    else
      derived("origin", vec(1000.0 * g_.origin_m), "mm", "centre, distance and rotations");
    derived("fast axis", vec(g_.fast), "", axis_words("fdet_vector", vectors_.fast) + " and rotations");
    derived("slow axis", vec(g_.slow), "", axis_words("sdet_vector", vectors_.slow) + " and rotations");
    derived("normal", vec(g_.normal), "", "the axes and rotations");
  }

  std::string axis_words(const char* flag, const std::optional<Vec3d>& typed) const {
    return typed ? o_.last({flag})->words : "the convention";
  }
  void axis(const char* name, const Vec3d& value, const char* flag, const std::optional<Vec3d>& typed) {
    add(name, vec(value), "", (typed ? "" : "from ") + axis_words(flag, typed));
  }

  void sensor() {
    const Sensor& sensor = panel_.sensor;
    const bool switched_off = options_.detector.sensor_off && sensor.thickness_m == 0;
    given("sensor thickness", format_number(um_from_metres(sensor.thickness_m)), "um",
          {switched_off                 ? Alternatives{"detector_abs"}
           : o_.given("detector_thick") ? Alternatives{"detector_thick"}
           : o_.given("sensor")         ? Alternatives{"sensor"}
           : sensor.thickness_m > 0     ? Alternatives{"detector", "geometry"}
                                        : Alternatives{}});
    if (!(sensor.thickness_m > 0)) return;
    const bool of_material = !sensor.material.empty() && !o_.given("detector_thick");
    if (of_material) add("sensor material", sensor.material, "", "as the thickness");
    given("sensor attenuation", format_number(sensor.attenuation_per_m), "1/m", {{"detector_abs"}},
          of_material ? "from the material and the wavelength" : "from the thickness")
        .formula =
        of_material && !o_.given("detector_abs") ? "photoelectric cross section x density" : "1 / attenuation depth";
    const bool as_needed = of_material && sensor.layer_rule == LayerRule::Centroid;
    ConfigRow& layers = given("sensor layers", std::to_string(sensor.layers), "", {{"detector_thicksteps"}},
                              as_needed ? "as few as keep errors small" : "default");
    if (!as_needed || o_.given("detector_thicksteps")) return;
    const LayerErrors errors = layer_errors(panel_);
    layers.formula = "a spot one pixel wide moves by at most " + format_number(errors.shift_px, 2) + " px, and " +
                     format_number(100 * errors.share, 2) + "% of it are in a wrong pixel";
  }

  void crystal() {
    const Crystal& c = e_.crystal;
    const auto real = real_axes_A(c.axes);
    given("unit cell", cell_words(cell_of_axes(real.a, real.b, real.c)), "A deg", {{"cell"}, {"mat"}});
    derived("cell volume", format_number(s_.crystal_volume_A3), "A^3", "the cell", "a . (b x c)");
    misset();
    if (!s_.lattices.empty()) crystals_in_beam();
    derived("a", vec(real.a), "A", "cell, matrix and misset");
    derived("b", vec(real.b), "A", "cell, matrix and misset");
    derived("c", vec(real.c), "A", "cell, matrix and misset");
    const auto size = [&](std::size_t i, const char* length, const char* count) {
      return options_.crystal.size_m[i] > 0 ? Alternatives{"samplesize", length} : Alternatives{"N", count};
    };
    given("cells", cells_text(c), "", {size(0, "sample_x", "Na"), size(1, "sample_y", "Nb"), size(2, "sample_z", "Nc")})
        .formula = by_size() ? "ceil(size / cell edge)" : "";
    const physics::ShapeInfo& shape = physics::shape_info(c.shape);
    given("shape", std::string(shape.adjective), "", {shape_flags()});
    if (c.lit_volume_m3 > 0) whole_crystal();
    if (shape.has_fudge) given("fudge", format_number(c.fudge), "", {{"fudge"}});
  }

  void crystals_in_beam() {
    given("crystals", std::to_string(s_.lattices.size()), "", {{"crystals"}});
    const std::string from = options_.crystal.crystals ? "the seed of random orientations" : "the list";
    for (std::size_t i = 0; i < s_.lattices.size(); ++i) {
      const std::string crystal = "crystal " + std::to_string(i);
      derived(crystal + " misset", misset_words(s_.lattices[i].misset_rad), "deg",
              i == 0 && options_.crystal.crystals ? "misset" : from);
      if (s_.lattices[i].weight != 1) derived(crystal + " weight", format_number(s_.lattices[i].weight), "", from);
    }
  }

  void whole_crystal() {
    const Crystal& c = e_.crystal;
    const CrystalScene& scene = options_.crystal;
    const auto um3 = [](double m3) { return format_number(m3 * 1e18); };
    const Vec3d size{um_from_metres(scene.whole_size_m.x), um_from_metres(scene.whole_size_m.y),
                     um_from_metres(scene.whole_size_m.z)};
    given("whole crystal", vec(size), "um", {{"crystal_size"}, {"crystal_form"}});
    given("beam profile", options_.beam.profile == BeamProfile::Flat ? "flat" : "gaussian", "", {{"beam_profile"}});
    given("beam size", format_number(mm_from_metres(options_.beam.size_m)), "mm", {{"beamsize"}});
    derived("lit volume", um3(c.lit_volume_m3), "um^3", "crystal and beam profile",
            "beam profile over its middle, integrated over the crystal; mean over the phi steps");
    derived("mosaic blocks", format_number(lit_blocks(c)), "", "lit volume, cells and cell",
            "lit volume / (cells x cell volume)");
  }

  bool by_size() const {
    return std::ranges::any_of(options_.crystal.size_m, [](double size) { return size > 0; });
  }

  static std::string misset_words(const Vec3d& m) { return deg(m.x) + " " + deg(m.y) + " " + deg(m.z); }

  void misset() {
    const Alternatives flags =
        q_.on(Quirk::MissetSeedFlag) ? Alternatives{"misset", "misset_seed"} : Alternatives{"misset"};
    if (!s_.random_misset_rad) {
      given("misset", misset_words(options_.crystal.misset_rad), "deg", {flags});
      return;
    }
    const Origin* seed = o_.last({"misset_seed"});
    if (!seed && !q_.on(Quirk::SeedDefault)) seed = o_.last({"seed"});
    add("misset", misset_words(*s_.random_misset_rad), "deg",
        o_.last(flags)->words + ", " + (seed ? seed->words : "the clock"));
  }

  std::string chosen(std::string_view field) const {
    const auto found = std::ranges::find(s_.sampling.spreads, field, &assemble::SampledSpread::field);
    const bool by_accuracy = found != s_.sampling.spreads.end() && !found->given;
    return by_accuracy ? "as many as -accuracy needs" : "default";
  }

  void domains_and_phi() {
    if (!s_.no_crystal) domains();
    const Spindle& spindle = e_.spindle;
    given("phi start", deg(spindle.phi_start_rad), "deg", {{"phi"}});
    given("phi steps", std::to_string(spindle.phi_steps) + " x " + deg(spindle.phi_step_rad), "deg",
          {{"osc"}, {"phistep"}, {"phisteps"}}, chosen("rotation.steps"))
        .formula = spindle.phi_step_rad == 0                ? ""
                   : spindle.step_rule == StepRule::Middles ? "phi start + (i + 1/2) x phi step, i from 0"
                                                            : "phi start + i x phi step, i from 0";
  }

  void domains() {
    const double spread = std::max(0.0, options_.crystal.mosaic_rad.value_or(0));
    const std::size_t domains = e_.crystal.mosaic_rotations.size();
    given("mosaic spread", deg(spread), "deg", {{"mosaic"}});
    given("mosaic domains", std::to_string(std::max<std::size_t>(1, domains)), "",
          spread > 0 ? Parts{{"mosaic_domains"}} : Parts{{"mosaic_rotations"}}, chosen("crystal.mosaic_domains"));
    if (domains > 0 && options_.crystal.mosaic_rotations_file.empty())
      given("mosaic seed", std::to_string(options_.crystal.mosaic_seed), "", {{"mosaic_seed"}});
  }

  /// None of them: no row.
  void attenuation() {
    const Attenuation& a = e_.attenuation;
    const auto per_mm = [](const Matter& m) { return format_number(m.attenuation_per_m.value_or(0) / 1000, 6); };
    const auto of_what = [](const Matter& m) { return m.material.empty() ? "" : m.material + ", "; };
    for (std::size_t i = 0; i < a.obstacles.size(); ++i) {
      const Obstacle& o = a.obstacles[i];
      static constexpr std::string_view shapes[] = {"disc", "square", "rod", "polygon"};
      std::string text(shapes[static_cast<std::size_t>(o.shape)]);
      if (o.size_m > 0) text += " of " + mm(o.size_m) + " mm";
      text += o.is_on_panel() ? " on panel " + std::to_string(o.panel) : " at " + mm(o.distance_m) + " mm";
      if (o.arm_width_m > 0) text += ", arm " + mm(o.arm_width_m) + " mm";
      text += ", passes " + format_number(o.thickness_m > 0
                                              ? std::exp(-o.matter.attenuation_per_m.value_or(0) * o.thickness_m)
                                              : o.transmission,
                                          4);
      given(o.name.empty() ? "obstacle " + std::to_string(i + 1) : o.name, text, "",
            {{o.shape == ObstacleShape::Polygon ? "shadow" : "beamstop"}}, "the scene");
    }
    for (std::size_t i = 0; i < a.media.size(); ++i) {
      const Medium& m = a.media[i];
      const std::string end = std::isfinite(m.end_m()) ? mm(m.end_m()) + " mm" : "the pixels";
      given("medium " + std::to_string(i + 1),
            of_what(m.matter) + mm(m.from_m) + " mm to " + end + ", mu " + per_mm(m.matter), "1/mm",
            {{m.thickness_m ? "window" : "gas"}}, "the scene");
    }
    if (a.sample.form != SampleForm::Thin)
      given("sample",
            std::string(a.sample.form == SampleForm::Slab ? "slab" : "cylinder") + " of " + mm(a.sample.thickness_m) +
                " mm, " + of_what(a.sample.matter) + "mu " + per_mm(a.sample.matter),
            "1/mm", {{"absorber"}}, "the scene");
    if (a.lit.width_m > 0) given("lit sample", mm(a.lit.width_m), "mm", {{"beamsize"}});
  }

  /// None: no row.
  void response() {
    if (!s_.response) return;
    const Response& r = *s_.response;
    const std::string name = s_.scene.response.name.empty() ? "ideal" : s_.scene.response.name, its = "of " + name;
    given("response", name, "", {{"response"}});
    std::string stages;
    for (const Stage& stage : stages_of(r, {})) stages += (stages.empty() ? "" : ", ") + std::string(name_of(stage));
    derived("stages", stages.empty() ? "none" : stages, "", "the response", "in this order");
    given("gain", format_number(r.gain), "ADU/photon", {{"gain"}}, its);
    for (std::size_t i = 0; i < r.adaptive.ranges.size(); ++i) {
      const GainRange& range = r.adaptive.ranges[i];
      given("gain range " + std::to_string(i + 1),
            format_number(range.gain) + " ADU/photon, pedestal " + format_number(range.pedestal) + ", noise " +
                format_number(range.noise) + ", up to " + format_number(range.most_photons),
            "photons", {{"gain_ranges"}}, its);
    }
    given("pedestal", format_number(r.offset), "ADU", {{"pedestal"}}, its);
    const double largest = largest_number(r);
    given("saturation", std::isfinite(largest) ? format_number(largest, 10) : "none",
          std::isfinite(largest) ? "ADU" : "", {{"saturation"}}, its);
    given("readout noise", format_number(r.readout_noise), "ADU", {{"readout_noise"}}, its);
  }

  std::string_view factor_flag() const {
    if (!options_.factors.model.empty()) return "model";
    return options_.factors.file.empty() ? "dump" : "hkl";
  }

  void factors() {
    const StructureFactors& amplitudes = *e_.structure_factors;
    given("structure factors", amplitudes.has_table() ? amplitudes.box.describe() : "none", "",
          amplitudes.has_table() ? Parts{{factor_flag()}} : Parts{});
    given("default amplitude", format_number(amplitudes.default_amplitude), "electrons", {{"default_F"}},
          amplitudes.default_amplitude != 0 ? "from the dump" : "default");
    given("F(0,0,0)", amplitudes.direct_beam ? "rendered" : "not rendered", "", {{"direct_beam"}});
    given("interpolation", e_.sampling.interpolate ? "tricubic" : "nearest", "", {{"interpolate", "nointerpolate"}},
          "from the cells");
  }

  void sampling() {
    if (!s_.no_crystal) factors();
    given("resolution limit", format_number(angstrom_from_metres(e_.sampling.d_min_m)), "A", {{"dmin"}});
    given("water", format_number(um_from_metres(e_.water_edge_m)), "um", {{"water"}});
    backgrounds();
    given("oversample", std::to_string(e_.sampling.oversample), "",
          options_.sampling.oversample > 0 ? Parts{{"oversample"}} : Parts{}, "as recommended");
    if (!s_.no_crystal)
      derived("recommended oversample", std::to_string(s_.recommended_oversample), "", "crystal size and pixel size",
              "ceil(3 x largest N a x pixel size / (wavelength x distance))");
    given("noise seed", std::to_string(-s_.noise_seed), "", {{"seed"}}, "from the clock");
    std::string on;
    for (const QuirkInfo& quirk : quirk_table())
      if (q_.on(quirk.quirk)) on += (on.empty() ? "" : ",") + std::string(quirk.id);
    given("quirks", q_ == QuirkSet::all() ? "all" : on.empty() ? "none" : on, "", {{"quirks"}});
  }

  void backgrounds() {
    for (std::size_t i = 0; i < e_.backgrounds.size(); ++i) {
      const Background& b = e_.backgrounds[i];
      const std::string name = "background " + std::to_string(i + 1), ends = vec_of_path(b);
      given(name, b.name, "", {{"background"}});
      derived(name + " molecules", format_number(b.molecules), "",
              s_.scene.backgrounds[i].molecules ? "the flag" : "thickness, beam size, density and molar mass",
              s_.scene.backgrounds[i].molecules ? "" : "thickness x beam area x density x N_A / molar mass");
      if (b.has_path()) derived(name + " path", ends, "mm", "the flag");
    }
  }

  static std::string vec_of_path(const Background& b) {
    return format_number(mm_from_metres(b.from_m)) + " to " + format_number(mm_from_metres(b.to_m));
  }

  inline static const Alternatives spectrum_flags = {"spectrum", "bandwidth", "pink", "two_colour", "sase"};
  inline static const Alternatives pix0_flags = {"pix0_vector", "pix0_vector_mm"};

  const Setup& s_;
  const QuirkSet& q_;
  const Options& options_ = s_.options;
  const Origins& o_ = s_.origins;
  const Experiment& e_ = s_.experiment;
  const DetectorGeometry& g_ = s_.geometry;
  const Panel& panel_ = e_.detector.panels.front();
  const AxisVectors vectors_ = vectors_in_force(options_.detector, q_);
  const bool by_pix0_ = placed_by_pix0(options_.detector, q_);
  static constexpr const char* first_panel = "First panel";
  std::string section_;
  std::vector<ConfigRow> rows_;
};

}  // namespace

std::vector<ConfigRow> config_rows(const Setup& setup, const QuirkSet& quirks) {
  return ConfigRows(setup, quirks).rows();
}

std::string config_report(const Setup& setup, const QuirkSet& quirks) {
  std::string text;
  for (const ConfigRow& row : config_rows(setup, quirks))
    text += padded(row.name, 27) + padded(row.value + (row.unit.empty() ? "" : " ") + row.unit, 45) + row.origin + "\n";
  return text;
}

}  // namespace femtobragg::nanobragg
