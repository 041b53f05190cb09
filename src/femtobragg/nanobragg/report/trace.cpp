// The vocabulary, in the order in which one quantity follows from another.
#include "femtobragg/nanobragg/report/trace.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <ostream>

#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/nanobragg/report/pixel_text.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::nanobragg {
namespace {

class Entries {
 public:
  /// Quantities that follow belong to this group.
  void group(Tap tap) { tap_ = tap; }

  void text(const char* name, std::string_view value) { list_.push_back({tap_, name, {}, {}, std::string(value)}); }
  void value(const char* name, double v) { numbers(name, {v}); }
  void vector(const char* name, const Vec3d& v) { numbers(name, {v.x, v.y, v.z}); }
  void rotation(const char* name, const Mat3d& m) {
    numbers(name, {m.row_x.x, m.row_x.y, m.row_x.z, m.row_y.x, m.row_y.y, m.row_y.z, m.row_z.x, m.row_z.y, m.row_z.z});
  }
  void numbers(const char* name, std::vector<double> values, std::vector<std::string_view> labels = {}) {
    list_.push_back({tap_, name, std::move(values), std::move(labels), {}});
  }

  std::vector<TraceEntry> take() { return std::move(list_); }

 private:
  Tap tap_ = Tap::Geometry;
  std::vector<TraceEntry> list_;
};

Mat3d lab_rotation(const Vec3d& angles) {
  const auto column = [&](Vec3d v) { return physics::rotate_about_lab_axes(v, angles); };
  return transpose(Mat3d{column({1, 0, 0}), column({0, 1, 0}), column({0, 0, 1})});
}

/// How (X, Y) of the convention becomes the beam's place on the detector.
std::string mapping_text(const DetectorGeometry& g) {
  const auto number = [](double v) { return format_number(v, 15); };
  return std::string(convention_row(g.convention).beam_mapping) + ",beam_vec=[" + number(g.beam.x) + " " +
         number(g.beam.y) + " " + number(g.beam.z) + "]";
}

void sample_pivot(const DetectorGeometry& g, Entries& t) {
  t.value("Fclose_m", g.set_up_near_point.fast);
  t.value("Sclose_m", g.set_up_near_point.slow);
  t.value("close_distance_m", g.set_up_close_distance_m);
  t.value("ratio", g.ratio);
  t.value("distance_m", g.set_up_distance_m);
  t.vector("term_fast_before_rot", g.terms.fast_term);
  t.vector("term_slow_before_rot", g.terms.slow_term);
  t.vector("term_close_before_rot", g.terms.distance_term);
  t.vector("pix0_before_rotation", g.terms.before_rotation);
  t.vector("pix0_after_rotz", g.terms.after_rotations);
  t.vector("pix0_after_twotheta", g.origin_m);
}

void beam_pivot(const DetectorGeometry& g, Entries& t) {
  t.text("convention_mapping", mapping_text(g));
  t.value("Fbeam_m", g.set_up_beam_point.fast);
  t.value("Sbeam_m", g.set_up_beam_point.slow);
  t.value("distance_m", g.set_up_distance_m);
  t.vector("term_fast", g.terms.fast_term);
  t.vector("term_slow", g.terms.slow_term);
  t.vector("term_beam", g.terms.distance_term);
}

void panel_of(const Detector& detector, const PanelPixel& at, Entries& t) {
  if (detector.panels.size() < 2) return;
  t.text("panel", panel_words(detector, at.panel));
  t.numbers("panel_pixel", {static_cast<double>(at.slow), static_cast<double>(at.fast)}, {"slow", "fast"});
}

void set_up(const DetectorGeometry& g, Entries& t) {
  t.text("detector_convention", convention_row(g.convention).name);
  t.numbers("angles_rad", {g.rotation_rad.x, g.rotation_rad.y, g.rotation_rad.z, g.twotheta_rad});
  t.numbers("beam_center_m", {g.xy_beam.fast, g.xy_beam.slow});
  t.value("pixel_mm", mm_from_metres(g.pixel_m));
  t.vector("initial_fdet", g.initial_fast);
  t.vector("initial_sdet", g.initial_slow);
  t.vector("initial_odet", g.initial_normal);
  t.rotation("Rx", lab_rotation({g.rotation_rad.x, 0, 0}));
  t.rotation("Ry", lab_rotation({0, g.rotation_rad.y, 0}));
  t.rotation("Rz", lab_rotation({0, 0, g.rotation_rad.z}));
  t.rotation("R_total", lab_rotation(g.rotation_rad));
  if (g.pivot == PivotPoint::Sample) sample_pivot(g, t);
  t.vector("fdet_after_rotz", g.rotated_fast);
  t.vector("sdet_after_rotz", g.rotated_slow);
  t.vector("odet_after_rotz", g.rotated_normal);
  t.vector("twotheta_axis", g.twotheta_axis);
  t.vector("fdet_after_twotheta", g.fast);
  t.vector("sdet_after_twotheta", g.slow);
  t.vector("odet_after_twotheta", g.normal);
  if (g.pivot == PivotPoint::Beam) beam_pivot(g, t);
  t.vector("pix0_vector", g.origin_m);
}

/// Samples of a pixel, in the words of the trace.
class PixelTrace {
 public:
  PixelTrace(const Setup& setup, const kernel::Plan& plan, std::size_t panel, const kernel::Recorder& record,
             Entries& entries)
      : s_(setup), plan_(plan), panel_(plan.panels.at(panel)), record_(record), t_(entries) {}

  void samples(TracedSamples which) {
    for (const auto& sample : record_.samples()) {
      if (which == TracedSamples::First && &sample != &record_.samples().front()) break;
      one_sample(sample);
    }
  }

  void result() {
    const kernel::PixelRecord& pixel = record_.pixel();
    t_.group(Tap::Intensity);
    t_.value("I_before_scaling", pixel.sum);
    t_.value("r_e_meters", r_e_m);
    t_.value("r_e_sqr", r_e_squared_m2);
    t_.value("fluence_photons_per_m2", plan_.fluence_per_m2);
    t_.value("steps", plan_.steps);
    if (plan_.blocks != 1) t_.value("blocks", plan_.blocks);
    t_.value("oversample_thick", s_.options.oversample.thick);
    t_.value("oversample_polar", s_.options.oversample.polar);
    t_.value("oversample_omega", s_.options.oversample.omega);
    if (!plan_.ordered_sums) factors_of_samples();
    t_.value("capture_fraction", pixel.captured_fraction);
    const LastEvaluation last = last_evaluation(record_);
    if (last.ray || plan_.ordered_sums) t_.value("polar", pixel.polarization);
    t_.group(Tap::SolidAngle);
    if (last.sample || plan_.ordered_sums) t_.value("omega_pixel_sr", pixel.solid_angle_sr);
    t_.group(Tap::Intensity);
    if (last.ray) t_.value("cos_2theta_last", dot(last.ray->incident, last.sample->diffracted));
    if (panel_.transmission) t_.value("transmission", pixel.transmission);
    t_.value("I_pixel_final", pixel.photons);
    t_.value("floatimage_accumulated", static_cast<double>(static_cast<float>(pixel.photons)));
  }

 private:
  void one_sample(const kernel::Recorder::Sample& sample) {
    const bool of_lanes = record_.of_lanes();
    t_.group(Tap::Geometry);
    t_.vector("pix0_vector_meters", panel_.origin_m);
    t_.vector("fdet_vec", panel_.fast_axis);
    t_.vector("sdet_vec", panel_.slow_axis);
    if (!of_lanes) t_.vector("pixel_pos_meters", sample.position_m);
    if (!of_lanes) t_.value("R_distance_meters", sample.distance_m);
    t_.group(Tap::SolidAngle);
    t_.value("omega_pixel_sr", sample.solid_angle_sr);
    t_.group(Tap::Geometry);
    t_.value("close_distance_meters", panel_.plane_distance_m);
    if (!of_lanes) t_.value("obliquity_factor", panel_.plane_distance_m / sample.distance_m);
    if (sample.rays.empty()) return;
    const kernel::Recorder::Ray& ray = sample.rays.front();
    t_.vector("diffracted_vec", sample.diffracted);
    t_.vector("incident_vec", ray.incident);
    t_.group(Tap::Hkl);
    t_.value("lambda_meters", ray.wavelength_m);
    t_.value("lambda_angstroms", angstrom_from_metres(ray.wavelength_m));
    if (!of_lanes) t_.vector("scattering_vec_m_inv", ray.q_per_m);
    if (ray.terms.empty()) return;
    term(ray.terms.front());
    phi_lines(ray);
    t_.group(Tap::StructureFactor);
    t_.value("F_cell", ray.terms.front().structure_factor);
  }

  void term(const kernel::TermRecord& term) {
    const CrystalAxes& axes = s_.experiment.crystal.axes;
    t_.vector("rot_a_angstroms", angstrom_from_metres(term.a_m));
    t_.vector("rot_b_angstroms", angstrom_from_metres(term.b_m));
    t_.vector("rot_c_angstroms", angstrom_from_metres(term.c_m));
    t_.vector("ref_a_star_A_inv", axes.a_star_A);
    t_.vector("ref_b_star_A_inv", axes.b_star_A);
    t_.vector("ref_c_star_A_inv", axes.c_star_A);
    t_.vector("hkl_frac", term.hkl);
    // No negative zeros.
    t_.vector("hkl_rounded", term.hkl0 + Vec3d{0, 0, 0});
    if (physics::shape_info(plan_.shape).by_axes && !record_.of_lanes()) {
      t_.value("F_latt_a", term.axis_factors.x);
      t_.value("F_latt_b", term.axis_factors.y);
      t_.value("F_latt_c", term.axis_factors.z);
    }
    t_.value("F_latt", term.lattice_factor);
  }

  void phi_lines(const kernel::Recorder::Ray& ray) {
    if (plan_.phi_rad.size() < 2 || record_.of_lanes()) return;
    for (std::size_t i = 0; i < plan_.phi_rad.size(); ++i) {
      const std::size_t orientation = i * plan_.mosaic_domains;
      const auto found = std::ranges::find(ray.terms, orientation, &kernel::TermRecord::orientation);
      if (found == ray.terms.end()) continue;
      const kernel::TermRecord& term = *found;
      t_.numbers("phi",
                 {static_cast<double>(i), degrees_from_radians(plan_.phi_rad[i]), term.hkl.y, term.axis_factors.y,
                  term.lattice_factor},
                 {"phi_tic", "phi_deg", "k_frac", "F_latt_b", "F_latt"});
    }
  }

  void factors_of_samples() {
    for (const auto& sample : record_.samples()) {
      t_.value("sample_capture_fraction", sample.captured_fraction);
      t_.group(Tap::SolidAngle);
      t_.value("sample_omega_pixel_sr", sample.solid_angle_sr);
      t_.group(Tap::Intensity);
      for (const auto& ray : sample.rays) t_.value("sample_polar", ray.polarization);
    }
  }

  const Setup& s_;
  const kernel::Plan& plan_;
  const kernel::PanelPlan& panel_;
  const kernel::Recorder& record_;
  Entries& t_;
};

/// First, last, mean and ends of some values.
class Range {
 public:
  void add(double value) {
    if (count_ == 0) first_ = value;
    last_ = value;
    sum_ += value;
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
    ++count_;
  }
  std::size_t count() const { return count_; }
  std::vector<double> first_last_mean() const { return {first_, last_, mean()}; }
  std::vector<double> least_most_mean() const { return {least_, most_, mean()}; }

 private:
  double mean() const { return sum_ / static_cast<double>(count_); }

  std::size_t count_ = 0;
  double first_ = 0, last_ = 0, sum_ = 0;
  double least_ = std::numeric_limits<double>::infinity(), most_ = -least_;
};

struct Aggregates {
  std::size_t rays = 0, cut_rays = 0, terms = 0, outside = 0;
  Range amplitude, omega, polar, h, k, l;
};

Aggregates aggregates_of(const kernel::Plan& plan, const kernel::Recorder& record) {
  Aggregates a;
  for (const auto& sample : record.samples()) {
    a.omega.add(sample.solid_angle_sr);
    for (const auto& ray : sample.rays) {
      ++a.rays;
      if (ray.beyond_resolution) ++a.cut_rays;
      a.polar.add(ray.polarization);
      a.terms += ray.terms.size();
      for (const kernel::TermRecord& term : ray.terms) {
        a.amplitude.add(term.structure_factor);
        a.h.add(term.hkl0.x);
        a.k.add(term.hkl0.y);
        a.l.add(term.hkl0.z);
        if (plan.structure_factors.values && !plan.structure_factors.contains(term.hkl0)) ++a.outside;
      }
    }
  }
  return a;
}

}  // namespace

std::span<const Tap> all_taps() {
  static constexpr Tap taps[] = {Tap::Geometry, Tap::Hkl, Tap::StructureFactor, Tap::SolidAngle, Tap::Intensity};
  return taps;
}

std::string_view name_of(Tap tap) {
  switch (tap) {
    case Tap::Geometry: return "geometry";
    case Tap::Hkl: return "hkl";
    case Tap::StructureFactor: return "f_cell";
    case Tap::SolidAngle: return "omega";
    case Tap::Intensity: break;
  }
  return "intensity";
}

std::vector<TraceEntry> trace_entries(const Setup& setup, const kernel::Plan& plan, const PanelPixel& at,
                                      const kernel::Recorder& record, TracedSamples samples) {
  Entries t;
  const Detector& detector = setup.experiment.detector;
  panel_of(detector, at, t);
  set_up(at.panel == 0 ? setup.geometry : geometry_of_panel(setup.options.detector, detector.panels[at.panel]), t);
  // Lanes may have met no term, and the pixel counts nevertheless: water.
  if (!record.samples().empty() || record.of_lanes()) {
    PixelTrace pixel(setup, plan, at.panel, record, t);
    pixel.samples(samples);
    pixel.result();
  }
  return t.take();
}

std::vector<TraceEntry> trace_aggregates(const kernel::Plan& plan, const kernel::Recorder& record) {
  const Aggregates a = aggregates_of(plan, record);
  Entries t;
  const auto count = [&](const char* name, std::size_t n) { t.value(name, static_cast<double>(n)); };
  t.group(Tap::Intensity);
  count("samples", record.samples().size());
  count("rays", a.rays);
  count("rays_beyond_resolution", a.cut_rays);
  count("phi_steps", plan.phi_rad.size());
  count("mosaic_domains", plan.mosaic_domains);
  count("terms", a.terms);
  if (a.polar.count() > 0) t.numbers("polar_range", a.polar.first_last_mean(), {"first", "last", "mean"});
  t.group(Tap::SolidAngle);
  if (a.omega.count() > 0) t.numbers("omega_range_sr", a.omega.first_last_mean(), {"first", "last", "mean"});
  if (a.terms == 0) return t.take();
  t.group(Tap::StructureFactor);
  t.numbers("F_cell_range", a.amplitude.least_most_mean(), {"least", "most", "mean"});
  count("F_cell_outside_table", a.outside);
  t.group(Tap::Hkl);
  const auto end = [&](const char* name, std::size_t i) {
    const Vec3d hkl{a.h.least_most_mean()[i], a.k.least_most_mean()[i], a.l.least_most_mean()[i]};
    t.vector(name, hkl + Vec3d{0, 0, 0});
  };
  end("hkl_least", 0);
  end("hkl_most", 1);
  return t.take();
}

std::string trace_values(const TraceEntry& entry, int significant_digits) {
  std::string text = entry.text;
  for (std::size_t i = 0; i < entry.numbers.size(); ++i) {
    if (i > 0) text += " ";
    if (i < entry.labels.size()) (text += entry.labels[i]) += "=";
    text += format_number(entry.numbers[i], significant_digits);
  }
  return text;
}

void print_trace(const Setup& setup, const kernel::Plan& plan, const PanelPixel& at, const kernel::Recorder& record,
                 std::ostream& out) {
  for (const TraceEntry& entry : trace_entries(setup, plan, at, record, TracedSamples::All))
    out << "TRACE " << entry.name << " " << trace_values(entry, 15) << "\n";
}

std::string panel_words(const Detector& detector, std::size_t panel) {
  const std::string& name = detector.panels.at(panel).name;
  return name.empty() ? std::to_string(panel) : name;
}

std::string why_no_pixel(const Detector& detector, std::int64_t fast, std::int64_t slow) {
  const ImageShape shape = detector.image_shape();
  const auto inside = [](std::int64_t x, std::size_t n) { return x >= 0 && static_cast<std::size_t>(x) < n; };
  if (!inside(fast, shape.n_fast) || !inside(slow, shape.n_slow))
    return "slow must be below " + std::to_string(shape.n_slow) + ", fast below " + std::to_string(shape.n_fast);
  return "it is between the panels";
}

}  // namespace femtobragg::nanobragg
