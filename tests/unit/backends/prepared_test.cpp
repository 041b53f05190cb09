// What is kept from image to image, and who computes what.
#include <gtest/gtest.h>

#include <ctime>

#include "femtobragg/base/error.h"
#include "femtobragg/simulate/simulation.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

/// Seconds of processor time, which other programs do not lengthen.
template <class Work>
double cpu_seconds(Work&& work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

/// Tables of 3.9 million amplitudes take 20 times as long as a small image, and hundreds of times as long as one that
/// needs no new ones: one third leaves room for a busy machine.
TEST(PreparedLanes, MakeNoTableTwice) {
  HklBox box;
  box.min = {-78, -78, -78}, box.max = {78, 78, 78};
  StructureFactors table = StructureFactors::table(box, 0, "test");
  for (std::size_t i = 0; i < table.values.size(); ++i) table.values[i] = 100 + static_cast<double>(i % 7);
  Experiment e = simple_experiment();
  e.detector.panels = {facing_panel(0.1, 0.1e-3, 64)};
  e.structure_factors = std::make_shared<const StructureFactors>(std::move(table));
  for (const backends::NumberType type : {backends::NumberType::Float32, backends::NumberType::Float64}) {
    Simulation simulation(e, {.device = "simd", .control = {.number_type = type, .threads = 1}});
    Image image;
    const double first = cpu_seconds([&] { image = simulation.render().image; });
    EXPECT_LT(cpu_seconds([&] { EXPECT_EQ(simulation.render().image.pixels, image.pixels); }), first / 3);
    Experiment turned = e;
    turned.spindle.phi_start_rad = 0.01;
    EXPECT_LT(cpu_seconds([&] {
                simulation.update(turned);
                simulation.render();
              }),
              first / 3);
  }
}

TEST(PreparedPlans, ShareMasksThatDidNotChange) {
  Experiment e = simple_experiment();
  Panel& panel = e.detector.panels[0];
  panel.mask.assign(panel.n_fast * panel.n_slow, 1);
  const kernel::Plan first = compile_plan(e), same = compile_plan(e, &first);
  EXPECT_EQ(same.panels[0].mask, first.panels[0].mask);
  EXPECT_NE(compile_plan(e).panels[0].mask, first.panels[0].mask);
  panel.mask[3] = 0;
  const kernel::Plan other = compile_plan(e, &first);
  EXPECT_TRUE(other.panels[0].skips(3, 0));
  EXPECT_FALSE(first.panels[0].skips(3, 0));
}

/// A device that computes nothing.
class Idle : public backends::Backend {
 public:
  Idle(std::string name, backends::DeviceKind kind) : name_(std::move(name)), kind_(kind) {}
  std::string name() const override { return name_; }
  std::string description() const override { return {}; }
  backends::DeviceKind kind() const override { return kind_; }
  std::vector<backends::NumberType> number_types() const override { return {}; }
  backends::Outlook outlook(const kernel::Plan&, std::size_t, const backends::RunControl&) const override {
    return {.ran_on = name_, .memory = {}};
  }
  std::unique_ptr<backends::Prepared> prepare(std::shared_ptr<const kernel::Plan>, const backends::RunControl&,
                                              const backends::Prepared*) const override {
    return nullptr;
  }

 private:
  std::string name_;
  backends::DeviceKind kind_;
};

/// "cpu" is not whatever comes first.
TEST(FindBackend, KnowsProcessorsFromOtherDevices) {
  using backends::DeviceKind;
  std::vector<std::unique_ptr<backends::Backend>> list;
  list.push_back(std::make_unique<Idle>("cuda-0", DeviceKind::Gpu));
  list.push_back(std::make_unique<Idle>("simd-fast", DeviceKind::Cpu));
  list.push_back(std::make_unique<Idle>("simd-slow", DeviceKind::Cpu));
  list.push_back(std::make_unique<Idle>("reference", DeviceKind::Cpu));
  const auto found = [&](const std::string& name) { return backends::find_backend(name, list).name(); };
  EXPECT_EQ(found("auto"), "cuda-0");
  EXPECT_EQ(found("cpu"), "simd-fast");
  EXPECT_EQ(found("simd"), "simd-fast");
  EXPECT_EQ(found("simd-slow"), "simd-slow");
  EXPECT_EQ(found("cuda-0"), "cuda-0");
  EXPECT_THROW(found("gpu"), Error);
}

}  // namespace
}  // namespace femtobragg::tests
