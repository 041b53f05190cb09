// The instruction sets that are compiled in, and what their loops are called.
#include "femtobragg/backends/simd/instruction_set.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "femtobragg/backends/backend.h"

namespace femtobragg::backends::simd_backend {

#if defined(__x86_64__)
extern const InstructionSet avx512, avx2, baseline;
#elif defined(__aarch64__)
extern const InstructionSet neon;
#endif

namespace {

std::string name_of(LaneShape shape) {
  std::string_view name;
  for_each_lane_shape([&]<class Lanes>(LaneShape at, Lanes*, auto*) {
    if (at == shape) name = Lanes::name;
  });
  return std::string(name);
}

/// As disassemblers spell it.
std::string name_of(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                         &std::free);
  return name ? name.get() : type.name();
}

}  // namespace

std::vector<const InstructionSet*> compiled_instruction_sets() {
#if defined(__x86_64__)
  return {&avx512, &avx2, &baseline};
#elif defined(__aarch64__)
  return {&neon};
#else
  return {};
#endif
}

std::vector<const InstructionSet*> available_instruction_sets() {
  std::vector<const InstructionSet*> sets = compiled_instruction_sets();
  std::erase_if(sets, [](const InstructionSet* set) { return !set->runs_here(); });
  return sets;
}

HotLoop hot_loop_of(const InstructionSet& set, LaneShape shape, LaneKind kind) {
  const Strip& strip = strip_of(set, shape, kind);
  return {.instruction_set = set.name,
          .runs_here = set.runs_here(),
          .shape = name_of(shape),
          .tile = kind == LaneKind::WideDouble || kind == LaneKind::WideFloat ? "wide" : "narrow",
          .number_type = is_double(kind) ? NumberType::Float64 : NumberType::Float32,
          .lanes = strip.lanes,
          .tile_pixels = strip.tile_pixels,
          .symbols = {name_of(*strip.tile_kernel), name_of(*strip.strip_kernel)},
          .source = "src/femtobragg/backends/simd/kernels/tile.h"};
}

std::vector<HotLoop> hot_loops_of(const InstructionSet& set) {
  std::vector<HotLoop> loops;
  for (std::size_t shape = 0; shape < lane_shapes; ++shape)
    for (std::size_t kind = 0; kind < lane_kinds; ++kind)
      if (set.strips[shape][kind].render)
        loops.push_back(hot_loop_of(set, LaneShape{shape}, static_cast<LaneKind>(kind)));
  return loops;
}

}  // namespace femtobragg::backends::simd_backend
