// Small stills of a small protein, made here and counted with noise.
#pragma once

#include <random>

#include "femtobragg/nanobragg/setup/command_line.h"
#include "femtobragg/refine/refinement.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/render.h"
#include "test_paths.h"

namespace femtobragg::tests {

using Words = std::vector<std::string>;

/// What changes from still to still.
struct Still {
  Vec3d misset_deg{10, 20, 30};
  double cell_A[3] = {34.77, 39.17, 48.31};
  double beam_mm[2] = {25.6, 25.6};
};

inline Experiment experiment_of(const Still& s) {
  Words words = {"-hkl",
                 std::string(FEMTOBRAGG_SOURCE) + "/examples/cro/cro_2.5A_P1.hkl",
                 "-lambda",
                 "0.98",
                 "-distance",
                 "100",
                 "-detpixels",
                 "256",
                 "-pixel",
                 "0.2",
                 "-N",
                 "20",
                 "-mosaic",
                 "0.2",
                 "-mosaic_domains",
                 "10",
                 "-oversample",
                 "1",
                 "-fluence",
                 "1e26"};
  const auto add = [&](const char* flag, std::initializer_list<double> values) {
    words.push_back(flag);
    for (const double v : values) words.push_back(std::to_string(v));
  };
  add("-cell", {s.cell_A[0], s.cell_A[1], s.cell_A[2], 90, 90, 90});
  add("-misset", {s.misset_deg.x, s.misset_deg.y, s.misset_deg.z});
  add("-Xbeam", {s.beam_mm[0]});
  add("-Ybeam", {s.beam_mm[1]});
  nanobragg::CommandLine line =
      nanobragg::read_command_line(nanobragg::Program::Simulate, words, [](const std::string&) {});
  line.options.files.dump = "/nonexistent/Fdump.bin";
  return nanobragg::set_up(line, false, false).experiment;
}

/// With counting noise; without a seed the photons themselves.
inline std::vector<float> photons_of(const Experiment& experiment, std::optional<std::uint64_t> seed) {
  const kernel::Plan plan = compile_plan(experiment);
  std::vector<float> pixels = render(plan, 0, {}).image.pixels;
  if (!seed) return pixels;
  std::mt19937_64 random(*seed);
  for (float& photons : pixels)
    if (photons > 0)
      photons = static_cast<float>(std::poisson_distribution<long>(static_cast<double>(photons))(random));
  return pixels;
}

inline refine::Target target_of(const Still& still, std::optional<std::uint64_t> seed) {
  const Experiment experiment = experiment_of(still);
  return refine::make_target("a still", photons_of(experiment, seed), experiment);
}

inline const Words geometry = {"misset",           "cell_a", "cell_b", "cell_c", "fluence", "panel0_shift_fast",
                               "panel0_shift_slow"};

inline const refine::RefinedParameter& found(const refine::RefinementResult& result, const std::string& name,
                                             std::optional<std::size_t> image = {}) {
  for (const refine::RefinedParameter& p : result.parameters)
    if (p.name == name && p.image == image) return p;
  throw std::out_of_range(name);
}

}  // namespace femtobragg::tests
