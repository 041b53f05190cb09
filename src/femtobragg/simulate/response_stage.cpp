// Which pixels stages see.
#include "femtobragg/simulate/response_stage.h"

#include <algorithm>
#include <numeric>

namespace femtobragg {

PixelRuns::PixelRuns(const Detector& detector) : detector_(detector), from_left_(detector.panels.size()) {
  std::iota(from_left_.begin(), from_left_.end(), std::size_t{0});
  std::ranges::sort(from_left_, {}, [&](std::size_t i) { return detector.panels[i].data_fast; });
}

std::string_view name_of(const Stage& stage) {
  return std::visit([](const auto& one) { return one->name(); }, stage);
}

}  // namespace femtobragg
