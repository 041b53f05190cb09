// What a device backend will call, for tools/device_compile: compiled for a device, never run.
#include "femtobragg/kernel/select.h"

namespace femtobragg {
namespace {

/// A pixel of the image, as any kernel on a device gets its plan: by value.
template <class Nest>
__global__ void render(kernel::PlanView plan, kernel::PanelView panel, float* image) {
  kernel::Carry carry{.interpolating = plan.interpolate};
  kernel::NoObserver observer;
  const std::size_t fast = blockIdx.x * blockDim.x + threadIdx.x, slow = blockIdx.y;
  if (!panel.skips(fast, slow))
    image[slow * panel.n_fast + fast] = static_cast<float>(Nest::run(plan, panel, fast, slow, carry, observer).photons);
}

template <class Nest>
__global__ void differentiate(kernel::PlanView plan, kernel::PanelView panel, kernel::MotionView motion,
                              kernel::GradientOfPixel* pixels, double* entries) {
  const std::size_t fast = blockIdx.x * blockDim.x + threadIdx.x, slow = blockIdx.y;
  pixels[slow * panel.n_fast + fast] = Nest::run(plan, panel, motion, fast, slow);
  Nest::run_amplitudes(plan, panel, fast, slow, 1.0, false, [&](std::size_t entry, double x) { entries[entry] += x; });
}

/// Lattice factors in floats with their slopes, as kernels that add in floats will ask for them.
template <class Lanes>
__global__ void evaluate(physics::Domain<double> domain, const Vec3<float>* distances, float* values,
                         physics::Slope<float>* slopes, Vec3<float>* by_cells) {
  const typename Lanes::template Relative<float> relative(domain);
  const Vec3<float> d = distances[threadIdx.x];
  values[threadIdx.x] = physics::relative_at(relative, d);
  slopes[threadIdx.x] = relative.template slope<true>(d);
  by_cells[threadIdx.x] = relative.by_log_cells(slopes[threadIdx.x], d);
}

/// The steps around the crystal's terms, in floats.
__global__ void look(kernel::PlanView plan, kernel::PanelView panel, float* results) {
  const auto& direction = plan.directions[0];
  const auto point = kernel::sensor_point(panel, 1e-3f * static_cast<float>(threadIdx.x), 2e-3f, 0.0);
  results[0] = kernel::solid_angle(panel, point, 0.0);
  results[1] = kernel::captured_fraction(panel, point, panel.layers[0]);
  results[2] = kernel::polarization(plan, direction, point.diffracted);
  results[3] = kernel::background_weight(plan, panel, plan.backgrounds[0], point, panel.layers[0]);
  kernel::TermSums<float> sums{};
  kernel::MotionView motion{};
  results[4] =
      kernel::add_background(plan, motion, plan.backgrounds[0], direction, point.diffracted, 1.0f, sums).by_scale;
}

template <class Shape, class Lookup, class Amplitude>
void instantiate_nests(float* image, kernel::GradientOfPixel* pixels, double* entries) {
  render<kernel::PixelNest<false, Shape, Lookup>><<<1, 1>>>({}, {}, image);
  render<kernel::PixelNest<true, Shape, Lookup>><<<1, 1>>>({}, {}, image);
  differentiate<kernel::GradientNest<Shape, Amplitude>><<<1, 1>>>({}, {}, {}, pixels, entries);
}

template <class Lanes>
void instantiate_evaluator() {
  evaluate<Lanes><<<1, 1>>>({}, nullptr, nullptr, nullptr, nullptr);
}
template <class... Lanes>
void instantiate_evaluators(TypeList<Lanes...>) {
  (instantiate_evaluator<Lanes>(), ...);
}

template <class Shape>
void instantiate_shape() {
  instantiate_nests<Shape, kernel::NearestLookup, kernel::NearestAmplitude>(nullptr, nullptr, nullptr);
  instantiate_nests<Shape, kernel::TricubicLookup, kernel::TricubicAmplitude>(nullptr, nullptr, nullptr);
  if constexpr (requires { typename Shape::Lanes; })
    instantiate_evaluators(typename Shape::Lanes{});
  else
    instantiate_evaluator<Shape>();
}

}  // namespace

void instantiate() {
  for_each_type(physics::Shapes{}, []<class Shape>(Shape*) { instantiate_shape<Shape>(); });
  look<<<1, 1>>>({}, {}, nullptr);
}

}  // namespace femtobragg
