// The list of backends. A new backend is a folder and one line here.
#include <algorithm>

#include "femtobragg/backends/backend.h"
#include "femtobragg/backends/reference/reference.h"
#include "femtobragg/backends/simd/simd.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::backends {

void RunSummary::add(const RunSummary& panel) {
  solid_angle_sr += panel.solid_angle_sr;
  bound_photons = std::max(bound_photons, panel.bound_photons);
  interpolation_stopped |= panel.interpolation_stopped;
  if (ran_on.find(panel.ran_on) == std::string::npos) ran_on += (ran_on.empty() ? "" : "; ") + panel.ran_on;
}

namespace {

constexpr std::string_view lanes_prefix = "simd-";

bool works_in_lanes(const std::unique_ptr<Backend>& backend) { return backend->name().starts_with(lanes_prefix); }

std::vector<std::unique_ptr<Backend>>& backend_list() {
  static std::vector<std::unique_ptr<Backend>> backends = [] {
    std::vector<std::unique_ptr<Backend>> list = make_simd_backends();
    list.push_back(make_reference_backend());
    return list;
  }();
  return backends;
}

}  // namespace

const std::vector<std::unique_ptr<Backend>>& registered_backends() { return backend_list(); }

std::vector<std::string> instruction_sets_here() {
  std::vector<std::string> names;
  for (const auto& backend : backend_list())
    if (works_in_lanes(backend)) names.push_back(backend->name().substr(lanes_prefix.size()));
  return names;
}

void prefer_instruction_set(const std::string& name) {
  auto& backends = backend_list();
  const auto found = std::ranges::find(backends, std::string(lanes_prefix) + name, &Backend::name);
  if (found != backends.end()) {
    std::rotate(std::ranges::find_if(backends, works_in_lanes), found, found + 1);
    return;
  }
  std::string known;
  for (const std::string& set : instruction_sets_here()) known += (known.empty() ? "" : ", ") + set;
  throw Error::usage({.what = "there is no such instruction set",
                      .value = in_quotes(name),
                      .rule = "this machine has: " + (known.empty() ? "none" : known)});
}

const Backend& find_backend(const std::string& name) { return find_backend(name, registered_backends()); }

const Backend& find_backend(const std::string& name, std::span<const std::unique_ptr<Backend>> backends) {
  if (name == "auto") return *backends.front();
  const auto found = std::ranges::find_if(backends, [&](const std::unique_ptr<Backend>& backend) {
    if (name == "cpu") return backend->kind() == DeviceKind::Cpu;
    return backend->name() == name || (name == "simd" && works_in_lanes(backend));
  });
  if (found != backends.end()) return **found;
  std::string known = "auto, cpu, simd";
  for (const auto& backend : backends) known += ", " + backend->name();
  throw Error::usage({.what = "unknown device", .value = in_quotes(name), .rule = "it must be one of " + known});
}

std::vector<HotLoop> hot_loops() {
  std::vector<HotLoop> loops = simd_hot_loops();
  loops.push_back(reference_hot_loop());
  return loops;
}

std::string name_of(NumberType type) { return type == NumberType::Float32 ? "float32" : "float64"; }

NumberType number_type_named(const std::string& name) {
  for (const NumberType type : {NumberType::Float64, NumberType::Float32})
    if (name == name_of(type)) return type;
  throw Error::usage(
      {.what = "unknown number type", .value = in_quotes(name), .rule = "it must be float64 or float32"});
}

std::uint64_t rendered_pixels(const kernel::PanelNumbers& panel) {
  if (panel.fast_end <= panel.fast_begin || panel.slow_end <= panel.slow_begin) return 0;
  std::uint64_t count = 0;
  if (!panel.mask) return std::uint64_t{panel.fast_end - panel.fast_begin} * (panel.slow_end - panel.slow_begin);
  for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; ++slow)
    for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast) count += panel.skips(fast, slow) ? 0 : 1;
  return count;
}

}  // namespace femtobragg::backends
