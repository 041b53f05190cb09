// Printout of a recorded pixel.
#include "femtobragg/nanobragg/report/pixel_text.h"

#include <cmath>
#include <ostream>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/nanobragg/report/report.h"
#include "femtobragg/physics/scattering_vector.h"

namespace femtobragg::nanobragg {
namespace {

std::string index_words(const Vec3d& hkl) {
  const auto word = [](double index) { return std::to_string(std::llround(index)); };
  return word(hkl.x) + " " + word(hkl.y) + " " + word(hkl.z);
}

}  // namespace

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

void print_pixel(const Setup& setup, const kernel::Plan& plan, std::size_t fast, std::size_t slow,
                 const kernel::Recorder& record, std::ostream& out) {
  const LastEvaluation last = last_evaluation(record);
  if (!last.ray) return;
  const double stol = physics::sin_theta_over_lambda(last.ray->q_per_m);
  // nanoBragg's second value: for the central wavelength, with the beam along lab x whatever the convention.
  const Vec3d& x = last.sample->position_m;
  const double stol_along_x =
      std::sin(0.5 * std::atan2(std::hypot(x.y, x.z), x.x)) / angstrom_from_metres(setup.experiment.beam.wavelength_m);
  const auto ten = [](double v) { return right_aligned(format_number(v, 10), 16); };
  out << right_aligned(std::to_string(fast), 4) << " " << right_aligned(std::to_string(slow), 4)
      << " : stol = " << format_number(stol) << " or " << format_number(stol_along_x) << "\n"
      << "at " << format_number(x.x) << " " << format_number(x.y) << " " << format_number(x.z) << "\n";
  const kernel::PixelRecord& pixel = record.pixel();
  if (last.term) {
    const kernel::TermRecord& term = *last.term;
    out << "hkl= " << format_fixed(term.hkl.x, 6) << " " << format_fixed(term.hkl.y, 6) << " "
        << format_fixed(term.hkl.z, 6) << "  hkl0= " << index_words(term.hkl0) << "\n"
        << " F_cell=" << format_number(term.structure_factor) << "  F_latt=" << format_number(term.lattice_factor)
        << "   I = " << format_number(pixel.sum) << "\n";
  }
  out << "I/steps" << ten(pixel.sum / plan.divisor()) << "\npolar  " << ten(pixel.polarization) << "\nomega  "
      << ten(pixel.solid_angle_sr) << "\ncapfrac" << ten(pixel.captured_fraction) << "\npixel  "
      << ten(static_cast<double>(static_cast<float>(pixel.photons))) << "\n";
  if (last.term)
    out << real_axes_text(angstrom_from_metres(last.term->a_m), angstrom_from_metres(last.term->b_m),
                          angstrom_from_metres(last.term->c_m));
}

}  // namespace femtobragg::nanobragg
