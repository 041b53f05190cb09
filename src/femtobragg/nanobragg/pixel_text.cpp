// Printout and trace of a recorded pixel.
#include "femtobragg/nanobragg/pixel_text.h"

#include <cmath>
#include <ostream>

#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/report.h"
#include "femtobragg/physics/scattering_vector.h"

namespace femtobragg::nanobragg {
namespace {

std::string num(double v) { return format_number(v); }

std::string padded(std::string text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

std::string index_words(const Vec3d& hkl) {
  const auto word = [](double index) { return std::to_string(std::llround(index)); };
  return word(hkl.x) + " " + word(hkl.y) + " " + word(hkl.z);
}

/// The last sample, ray and term of a pixel; null where there is none.
struct LastEvaluation {
  const kernel::Recorder::Sample* sample = nullptr;
  const kernel::Recorder::Ray* ray = nullptr;
  const kernel::TermRecord* term = nullptr;
};

LastEvaluation last_evaluation(const kernel::Recorder& record) {
  LastEvaluation last;
  for (const auto& sample : record.samples()) {
    last.sample = &sample;
    for (const auto& ray : sample.rays) {
      last.ray = &ray;
      if (!ray.terms.empty()) last.term = &ray.terms.back();
    }
  }
  return last;
}

class Trace {
 public:
  explicit Trace(std::ostream& out) : out_(out) {}

  void text(const char* name, std::string_view value) { out_ << "TRACE " << name << " " << value << "\n"; }
  void value(const char* name, double v) { text(name, format_number(v, 15)); }
  void integer(const char* name, std::int64_t v) { text(name, std::to_string(v)); }
  void vector(const char* name, const Vec3d& v) { text(name, words(v)); }
  void rotation(const char* name, const Mat3d& m) {
    text(name, words(m.row_x) + " " + words(m.row_y) + " " + words(m.row_z));
  }

 private:
  static std::string words(const Vec3d& v) {
    return format_number(v.x, 15) + " " + format_number(v.y, 15) + " " + format_number(v.z, 15);
  }
  std::ostream& out_;
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

void trace_set_up(const DetectorGeometry& g, Trace& t) {
  t.text("detector_convention", convention_row(g.convention).name);
  t.text("angles_rad", format_number(g.rotation_rad.x, 15) + " " + format_number(g.rotation_rad.y, 15) + " " +
                           format_number(g.rotation_rad.z, 15) + " " + format_number(g.twotheta_rad, 15));
  t.text("beam_center_m", format_number(g.xy_beam.fast, 15) + " " + format_number(g.xy_beam.slow, 15));
  t.value("pixel_mm", mm_from_metres(g.pixel_m));
  t.vector("initial_fdet", g.initial_fast);
  t.vector("initial_sdet", g.initial_slow);
  t.vector("initial_odet", g.initial_normal);
  t.rotation("Rx", lab_rotation({g.rotation_rad.x, 0, 0}));
  t.rotation("Ry", lab_rotation({0, g.rotation_rad.y, 0}));
  t.rotation("Rz", lab_rotation({0, 0, g.rotation_rad.z}));
  t.rotation("R_total", lab_rotation(g.rotation_rad));
  const bool sample = g.pivot == PivotPoint::Sample;
  if (sample) {
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
  t.vector("fdet_after_rotz", g.rotated_fast);
  t.vector("sdet_after_rotz", g.rotated_slow);
  t.vector("odet_after_rotz", g.rotated_normal);
  t.vector("twotheta_axis", g.twotheta_axis);
  t.vector("fdet_after_twotheta", g.fast);
  t.vector("sdet_after_twotheta", g.slow);
  t.vector("odet_after_twotheta", g.normal);
  if (!sample) {
    t.text("convention_mapping", mapping_text(g));
    t.value("Fbeam_m", g.set_up_beam_point.fast);
    t.value("Sbeam_m", g.set_up_beam_point.slow);
    t.value("distance_m", g.set_up_distance_m);
    t.vector("term_fast", g.terms.fast_term);
    t.vector("term_slow", g.terms.slow_term);
    t.vector("term_beam", g.terms.distance_term);
  }
  t.vector("pix0_vector", g.origin_m);
}

void trace_term(const CrystalAxes& axes, bool parallelepiped, const kernel::TermRecord& term, Trace& t) {
  t.vector("rot_a_angstroms", 1e10 * term.a_m);
  t.vector("rot_b_angstroms", 1e10 * term.b_m);
  t.vector("rot_c_angstroms", 1e10 * term.c_m);
  t.vector("ref_a_star_A_inv", axes.a_star_A);
  t.vector("ref_b_star_A_inv", axes.b_star_A);
  t.vector("ref_c_star_A_inv", axes.c_star_A);
  t.vector("hkl_frac", term.hkl);
  t.text("hkl_rounded", index_words(term.hkl0));
  if (parallelepiped) {
    t.value("F_latt_a", term.axis_factors.x);
    t.value("F_latt_b", term.axis_factors.y);
    t.value("F_latt_c", term.axis_factors.z);
  }
  t.value("F_latt", term.lattice_factor);
}

void trace_phi_lines(const kernel::Plan& plan, const kernel::Recorder::Ray& ray, Trace& t) {
  if (plan.phi_rad.size() < 2) return;
  for (std::size_t i = 0; i < plan.phi_rad.size(); ++i) {
    const std::size_t o = i * plan.mosaic_domains;
    if (o >= ray.terms.size()) return;
    const kernel::TermRecord& term = ray.terms[o];
    t.text("phi",
           "phi_tic=" + std::to_string(i) + " phi_deg=" + format_number(degrees_from_radians(plan.phi_rad[i]), 15) +
               " k_frac=" + format_number(term.hkl.y, 15) + " F_latt_b=" + format_number(term.axis_factors.y, 15) +
               " F_latt=" + format_number(term.lattice_factor, 15));
  }
}

void trace_sample(const Scene& s, const kernel::Plan& plan, const kernel::Recorder::Sample& sample, Trace& t) {
  const kernel::PanelPlan& panel = plan.panels.front();
  t.vector("pix0_vector_meters", panel.origin_m);
  t.vector("fdet_vec", panel.fast_axis);
  t.vector("sdet_vec", panel.slow_axis);
  t.vector("pixel_pos_meters", sample.position_m);
  t.value("R_distance_meters", sample.distance_m);
  t.value("omega_pixel_sr", sample.solid_angle_sr);
  t.value("close_distance_meters", panel.plane_distance_m);
  t.value("obliquity_factor", panel.plane_distance_m / sample.distance_m);
  if (sample.rays.empty()) return;
  const kernel::Recorder::Ray& ray = sample.rays.front();
  t.vector("diffracted_vec", sample.diffracted);
  t.vector("incident_vec", ray.incident);
  t.value("lambda_meters", ray.wavelength_m);
  t.value("lambda_angstroms", angstrom_from_metres(ray.wavelength_m));
  t.vector("scattering_vec_m_inv", ray.q_per_m);
  if (ray.terms.empty()) return;
  trace_term(s.experiment.crystal.axes, plan.shape == physics::Shape::Parallelepiped, ray.terms.front(), t);
  trace_phi_lines(plan, ray, t);
  t.value("F_cell", ray.terms.front().structure_factor);
}

}  // namespace

void print_pixel(const Scene& scene, const kernel::Plan& plan, std::size_t fast, std::size_t slow,
                 const kernel::Recorder& record, std::ostream& out) {
  const LastEvaluation last = last_evaluation(record);
  if (!last.ray) return;
  const double stol = physics::sin_theta_over_lambda(last.ray->q_per_m);
  // nanoBragg's second value: for the central wavelength, with the beam along lab x whatever the convention.
  const Vec3d& x = last.sample->position_m;
  const double stol_along_x =
      std::sin(0.5 * std::atan2(std::hypot(x.y, x.z), x.x)) / angstrom_from_metres(scene.experiment.beam.wavelength_m);
  const auto ten = [](double v) { return padded(format_number(v, 10), 16); };
  out << padded(std::to_string(fast), 4) << " " << padded(std::to_string(slow), 4) << " : stol = " << num(stol)
      << " or " << num(stol_along_x) << "\n"
      << "at " << num(x.x) << " " << num(x.y) << " " << num(x.z) << "\n";
  const kernel::PixelRecord& pixel = record.pixel();
  if (last.term) {
    const kernel::TermRecord& term = *last.term;
    out << "hkl= " << format_fixed(term.hkl.x, 6) << " " << format_fixed(term.hkl.y, 6) << " "
        << format_fixed(term.hkl.z, 6) << "  hkl0= " << index_words(term.hkl0) << "\n"
        << " F_cell=" << num(term.structure_factor) << "  F_latt=" << num(term.lattice_factor)
        << "   I = " << num(pixel.sum) << "\n";
  }
  out << "I/steps" << ten(pixel.sum / plan.steps) << "\npolar  " << ten(pixel.polarization) << "\nomega  "
      << ten(pixel.solid_angle_sr) << "\ncapfrac" << ten(pixel.captured_fraction) << "\npixel  "
      << ten(static_cast<double>(static_cast<float>(pixel.photons))) << "\n";
  if (last.term) out << real_axes_text(1e10 * last.term->a_m, 1e10 * last.term->b_m, 1e10 * last.term->c_m);
}

void print_trace(const Scene& scene, const kernel::Plan& plan, const kernel::Recorder& record, std::ostream& out) {
  Trace t(out);
  trace_set_up(scene.geometry, t);
  if (record.samples().empty()) return;
  for (const auto& sample : record.samples()) trace_sample(scene, plan, sample, t);
  const kernel::PixelRecord& pixel = record.pixel();
  t.value("I_before_scaling", pixel.sum);
  t.value("r_e_meters", r_e_m);
  t.value("r_e_sqr", r_e_squared_m2);
  t.value("fluence_photons_per_m2", plan.fluence_per_m2);
  t.value("steps", plan.steps);
  t.integer("oversample_thick", scene.options.sampling.oversample_thick);
  t.integer("oversample_polar", scene.options.sampling.oversample_polar);
  t.integer("oversample_omega", scene.options.sampling.oversample_omega);
  if (!plan.ordered_sums)
    for (const auto& sample : record.samples()) {
      t.value("sample_capture_fraction", sample.captured_fraction);
      t.value("sample_omega_pixel_sr", sample.solid_angle_sr);
      for (const auto& ray : sample.rays) t.value("sample_polar", ray.polarization);
    }
  t.value("capture_fraction", pixel.captured_fraction);
  t.value("polar", pixel.polarization);
  t.value("omega_pixel_sr", pixel.solid_angle_sr);
  if (const LastEvaluation last = last_evaluation(record); last.ray)
    t.value("cos_2theta_last", dot(last.ray->incident, last.sample->diffracted));
  t.value("I_pixel_final", pixel.photons);
  t.value("floatimage_accumulated", static_cast<double>(static_cast<float>(pixel.photons)));
}

}  // namespace femtobragg::nanobragg
