// Photons, pixels and angstrom.
#include "femtobragg/nanobragg/report/image_summary.h"

#include <cmath>

#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/model/coverage.h"
#include "femtobragg/nanobragg/flags/series_names.h"

namespace femtobragg::nanobragg {
namespace {

/// d = lambda / (2 sin theta) = lambda / |s - s0| at the middle of a pixel. Zero: the direct beam, or a panel that is
/// not flat.
double resolution_A(const Experiment& experiment, const PanelPixel& at) {
  const Panel& panel = experiment.detector.panels[at.panel];
  if (panel.curvature != Curvature::Flat) return 0;
  const Vec3d to = panel.point_m(static_cast<double>(at.fast) + 0.5, static_cast<double>(at.slow) + 0.5);
  const double change = norm(to / norm(to) - experiment.beam.direction);
  return change > 1e-9 ? angstrom_from_metres(experiment.beam.wavelength_m / change) : 0;
}

std::string brightest(const Setup& setup, const ImageStatistics& statistics) {
  const std::string photons = "brightest pixel: " + format_number(statistics.max) + " photons";
  if (!statistics.has_max) return photons;
  std::string text =
      photons + " at fast " + std::to_string(statistics.max_fast) + ", slow " + std::to_string(statistics.max_slow);
  const Experiment& e = setup.experiment;
  const auto at = panel_pixel_at(e.detector, statistics.max_fast, statistics.max_slow);
  const double d_A = at ? resolution_A(e, *at) : 0;
  return d_A > 0 ? text + " (" + format_number(d_A, 3) + " A)" : text;
}

}  // namespace

std::string image_summary(const Setup& setup, const ImageStatistics& statistics, double solid_angle_sr) {
  constexpr double sphere = 4 * pi;
  return "solid angle of the detector: " + format_number(solid_angle_sr) + " sr (" +
         format_number(100.0 * solid_angle_sr / sphere, 3) + " % of the sphere)\n" + brightest(setup, statistics) +
         "\nphotons per pixel: mean " + format_number(statistics.mean) + ", rms " + format_number(statistics.rms) +
         ", rms about the mean " + format_number(statistics.rmsd) + "\n";
}

std::string frame_summary(const Setup& setup, const ImageStatistics& statistics, std::size_t frames) {
  std::string text = "frame " + std::to_string(setup.frame + 1) + " of " + std::to_string(frames) + ": " +
                     brightest(setup, statistics) + "; mean " + format_number(statistics.mean, 3);
  const OutputOptions& o = setup.options.output;
  for (std::size_t i = 0; i < o.extra.size(); ++i)
    if (!holds_all_frames(setup.asked_outputs[i])) text += "; " + o.extra[i];
  for (const std::string& path : o.truth) text += "; " + path;
  if (!o.truth_hkl_map.empty()) text += "; " + o.truth_hkl_map;
  return text + "\n";
}

}  // namespace femtobragg::nanobragg
