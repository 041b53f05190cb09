// Materials become coefficients.
#include "femtobragg/assemble/attenuation.h"

#include <algorithm>

#include "femtobragg/assemble/crystal_in_beam.h"
#include "femtobragg/base/text.h"
#include "femtobragg/simulate/matter.h"

namespace femtobragg::assemble {
namespace {

void settle(Matter& matter, double wavelength_m, const std::string& field) {
  if (matter.is_stated()) matter.attenuation_per_m = attenuation_of(matter, wavelength_m, field);
}

LitSample lit_by_beam(const Scene& scene) { return {std::max(0.0, scene.beam.size_m), scene.beam.profile}; }

LitSample lit_crystal(const Scene& scene, const LitSample& lit) {
  if (!has_many_blocks(scene.crystal)) return lit;
  const Vec3d& size = scene.crystal.whole_size_m;
  const double largest = std::max({size.x, size.y, size.z});
  return largest < lit.width_m ? LitSample{largest, BeamProfile::Flat} : lit;
}

/// A polygon that ends at its first corner is closed as it is.
void leave_out_closing_corner(std::vector<double>& corners) {
  const std::size_t n = corners.size();
  if (n > 6 && n % 2 == 0 && corners[n - 2] == corners[0] && corners[n - 1] == corners[1]) corners.resize(n - 2);
}

}  // namespace

bool depends_on_width(const Attenuation& attenuation) {
  return attenuation.sample.form == SampleForm::Cylinder ||
         std::ranges::any_of(attenuation.obstacles, [](const Obstacle& o) { return !o.is_on_panel(); });
}

void set_attenuation(Assembled& result) {
  Attenuation attenuation = result.scene.attenuation;
  const double wavelength_m = result.experiment.beam.wavelength_m;
  const auto item = [](const char* list, std::size_t i) { return std::string(list) + "[" + std::to_string(i) + "]"; };
  for (std::size_t i = 0; i < attenuation.obstacles.size(); ++i) {
    Obstacle& obstacle = attenuation.obstacles[i];
    settle(obstacle.matter, wavelength_m, item("attenuation.obstacle", i) + ".material");
    leave_out_closing_corner(obstacle.corners_m);
    leave_out_closing_corner(obstacle.corners_px);
  }
  for (std::size_t i = 0; i < attenuation.media.size(); ++i)
    settle(attenuation.media[i].matter, wavelength_m, item("attenuation.medium", i) + ".material");
  settle(attenuation.sample.matter, wavelength_m, "attenuation.sample_material");
  if (depends_on_width(attenuation)) {
    attenuation.lit_background = lit_by_beam(result.scene);
    attenuation.lit = lit_crystal(result.scene, attenuation.lit_background);
  }
  result.experiment.attenuation = std::move(attenuation);
}

std::vector<std::string> remarks_on_attenuation(const Experiment& experiment) {
  const Attenuation& a = experiment.attenuation;
  const bool has_matter = !a.media.empty() || a.sample.form != SampleForm::Thin ||
                          std::ranges::any_of(a.obstacles, [](const Obstacle& o) { return o.thickness_m > 0; });
  if (!has_matter) return {};
  const auto [shortest, longest] = std::ranges::minmax(experiment.beam.sources, {}, &Source::wavelength_m);
  constexpr double widest = 0.02;
  const double mean = experiment.beam.wavelength_m;
  if (longest.wavelength_m - shortest.wavelength_m <= widest * mean) return {};
  const auto text = [](double m) { return format_number(angstrom_from_metres(m), 4); };
  return {"attenuation is that of " + text(mean) + " A for all wavelengths, which are " + text(shortest.wavelength_m) +
          " to " + text(longest.wavelength_m) + " A: coefficients change with about the third power"};
}

}  // namespace femtobragg::assemble
