// The record of a pixel is of the code that renders: its photons are the image's, bit for bit, by every backend and in
// every number type; and what lanes tell on the way is what the reference backend tells, but for rounding.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "femtobragg/backends/simd/lane_choice.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/render.h"
#include "tests/agreement/random_experiments.h"

namespace femtobragg::tests {
namespace {

using backends::NumberType;
using kernel::Recorder;

struct Pixel {
  std::size_t fast, slow;
};

/// The brightest rendered pixel and two others.
std::vector<Pixel> some_pixels(const kernel::PanelPlan& panel, const Image& image) {
  std::vector<Pixel> rendered;
  for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; ++slow)
    for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast)
      if (!panel.skips(fast, slow)) rendered.push_back({fast, slow});
  if (rendered.empty()) return {};
  const auto photons = [&](const Pixel& p) { return image.row(p.slow)[p.fast]; };
  return {*std::ranges::max_element(rendered, {}, photons), rendered.front(), rendered[rendered.size() / 3]};
}

/// Sample, ray and orientation of a term.
using TermKey = std::array<std::size_t, 5>;

std::map<TermKey, kernel::TermRecord> terms_of(const Recorder& record) {
  std::map<TermKey, kernel::TermRecord> terms;
  for (const auto& sample : record.samples())
    for (const auto& ray : sample.rays)
      for (const auto& term : ray.terms)
        terms[{sample.layer, sample.sub_slow, sample.sub_fast, ray.ray, term.orientation}] = term;
  return terms;
}

/// Terms of the lanes against those of the reference backend. Terms next to a rounding of h may go to either side.
void compare_terms(const kernel::Plan& plan, const Recorder& lanes, const Recorder& right, std::size_t& compared) {
  const auto expected = terms_of(right);
  for (const auto& [key, term] : terms_of(lanes)) {
    const auto found = expected.find(key);
    ASSERT_NE(found, expected.end());
    const kernel::TermRecord& wanted = found->second;
    const auto close = [](double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b)); };
    EXPECT_TRUE(close(term.hkl.x, wanted.hkl.x) && close(term.hkl.y, wanted.hkl.y) && close(term.hkl.z, wanted.hkl.z))
        << term.hkl.x << " " << wanted.hkl.x;
    if (norm(term.hkl0 - wanted.hkl0) > 0) continue;
    const double cells = plan.domain.total_cells;
    EXPECT_NEAR(std::abs(term.lattice_factor), std::abs(wanted.lattice_factor), 1e-5 * cells);
    // The reference looks amplitudes up only where they count.
    if (!plan.interpolate && wanted.lattice_factor != 0) {
      EXPECT_NEAR(std::abs(term.structure_factor), std::abs(wanted.structure_factor),
                  1e-12 * std::abs(wanted.structure_factor));
    }
    ++compared;
  }
}

/// The factors in force at each sample: those of its own, or those of the pixel's first one. Captured fractions of
/// older programs change from layer to layer, while lanes know the one that counts in the end.
void compare_factors(const kernel::Plan& plan, const Recorder& lanes, const Recorder& right) {
  ASSERT_LE(lanes.samples().size(), right.samples().size());
  for (const auto& sample : lanes.samples()) {
    const auto same = [&](const auto& s) {
      return s.layer == sample.layer && s.sub_fast == sample.sub_fast && s.sub_slow == sample.sub_slow;
    };
    const auto wanted = std::ranges::find_if(right.samples(), same);
    ASSERT_NE(wanted, right.samples().end());
    EXPECT_NEAR(sample.solid_angle_sr, wanted->solid_angle_sr, 1e-9 * wanted->solid_angle_sr);
    if (!plan.ordered_sums) {
      EXPECT_NEAR(sample.captured_fraction, wanted->captured_fraction, 1e-9 * wanted->captured_fraction);
    }
    for (const auto& ray : sample.rays) {
      const auto ray_wanted = std::ranges::find(wanted->rays, ray.ray, &Recorder::Ray::ray);
      ASSERT_NE(ray_wanted, wanted->rays.end());
      EXPECT_EQ(ray.beyond_resolution, ray_wanted->beyond_resolution);
      // The first ray may be cut: then the reference does not know the polarization yet.
      if (!ray.terms.empty() && plan.d_min_m == 0) {
        EXPECT_NEAR(ray.polarization, ray_wanted->polarization, 1e-9);
      }
    }
  }
}

TEST(RecordOfAPixel, HasThePhotonsOfTheImage) {
  std::size_t in_lanes = 0, in_floats = 0, bright = 0, terms_compared = 0;
  for (std::uint64_t seed = 5001; seed < 5101; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Experiment experiment = random_experiment(seed);
    const kernel::Plan plan = compile_plan(experiment);
    for (const auto& backend : backends::registered_backends())
      for (const NumberType type : backend->number_types()) {
        RenderRequest request{.device = backend->name()};
        request.control.number_type = type;
        const Rendering rendering = render(plan, 0, request);
        for (const Pixel& pixel : some_pixels(plan.panels[0], rendering.image)) {
          const Recorder record = record_pixel(plan, 0, pixel.fast, pixel.slow, request);
          const float photons = rendering.image.row(pixel.slow)[pixel.fast];
          if (std::isnan(photons)) continue;
          EXPECT_EQ(static_cast<float>(record.pixel().photons), photons) << rendering.summary.ran_on;
          if (photons > 0) ++bright;
          if (!record.of_lanes()) continue;
          ++in_lanes;
          if (rendering.summary.ran_on.ends_with("float32")) {
            ++in_floats;
            continue;
          }
          const Recorder right = record_pixel(plan, 0, pixel.fast, pixel.slow, {.device = "reference"});
          compare_terms(plan, record, right, terms_compared);
          compare_factors(plan, record, right);
        }
      }
  }
  EXPECT_GT(bright, 500u);
  EXPECT_GT(in_lanes, 500u);
  EXPECT_GT(in_floats, 100u);
  EXPECT_GT(terms_compared, 5000u);
}

/// The factors of a pixel and the sum of its terms come to its photons, where they are not weighted one by one.
TEST(RecordOfAPixel, FactorsComeToThePhotons) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 5001; seed < 5041; ++seed) {
    Experiment experiment = random_experiment(seed);
    experiment.sampling.oversample = 2;
    experiment.sampling.compatibility = {.capture = FactorRule::FirstSample,
                                         .polarization = FactorRule::FirstSample,
                                         .solid_angle = FactorRule::FirstSample,
                                         .odd = experiment.sampling.compatibility.odd};
    experiment.water_edge_m = 0;
    experiment.backgrounds.clear();
    const kernel::Plan plan = compile_plan(experiment);
    ASSERT_TRUE(plan.ordered_sums);
    const RenderRequest request{.device = "simd"};
    for (const Pixel& pixel : some_pixels(plan.panels[0], render(plan, 0, request).image)) {
      const Recorder record = record_pixel(plan, 0, pixel.fast, pixel.slow, request);
      if (!record.of_lanes() || !(record.pixel().photons > 0)) continue;
      const kernel::PixelRecord& p = record.pixel();
      const double product = plan.intensity_scale / plan.steps * p.sum * p.captured_fraction * p.polarization *
                             p.solid_angle_sr * p.transmission;
      EXPECT_NEAR(p.photons, product, 1e-12 * product) << "seed " << seed;
      ++compared;
    }
  }
  EXPECT_GT(compared, 10u);
}

}  // namespace
}  // namespace femtobragg::tests
