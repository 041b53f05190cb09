// Panels as windows of an image.
#include "femtobragg/model/coverage.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace femtobragg {
namespace {

void open_window(const Panel& panel, Coverage& coverage) {
  const RegionOfInterest region = panel.rendered_region();
  for (std::size_t slow = region.slow_begin; slow < region.slow_end; ++slow)
    for (std::size_t fast = region.fast_begin; fast < region.fast_end; ++fast)
      if (!panel.masked(fast, slow))
        coverage.mask[(panel.data_slow + slow) * coverage.shape.n_fast + panel.data_fast + fast] = 1;
}

}  // namespace

std::optional<PanelPixel> panel_pixel_at(const Detector& detector, std::size_t fast, std::size_t slow) {
  for (std::size_t i = 0; i < detector.panels.size(); ++i) {
    const Panel& panel = detector.panels[i];
    if (fast < panel.data_fast || slow < panel.data_slow) continue;
    const PanelPixel at{i, fast - panel.data_fast, slow - panel.data_slow};
    if (at.fast < panel.n_fast && at.slow < panel.n_slow) return at;
  }
  return std::nullopt;
}

Coverage coverage_of(const Detector& detector) {
  const ImageShape shape = detector.image_shape();
  const Panel& first = detector.panels.front();
  const bool fills_image = detector.panels.size() == 1 && shape == ImageShape{first.n_fast, first.n_slow};
  if (fills_image) return {shape, first.rendered_region(), first.mask};
  Coverage coverage{shape, {0, shape.n_fast, 0, shape.n_slow}, std::vector<std::uint8_t>(shape.n_fast * shape.n_slow)};
  for (const Panel& panel : detector.panels) open_window(panel, coverage);
  return coverage;
}

std::optional<std::pair<std::size_t, std::size_t>> overlapping_panels(const Detector& detector) {
  // A sweep along slow: windows that are open at a row, sorted along fast, overlap only with neighbours.
  struct Edge {
    std::size_t slow;
    bool opens;
    std::size_t panel;
  };
  const auto& panels = detector.panels;
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    edges.push_back({panels[i].data_slow, true, i});
    edges.push_back({panels[i].data_slow + panels[i].n_slow, false, i});
  }
  std::ranges::sort(edges, {}, [](const Edge& e) { return std::tuple(e.slow, e.opens, e.panel); });
  std::map<std::size_t, std::size_t> open;  // by first fast pixel
  for (const Edge& edge : edges) {
    const Panel& panel = panels[edge.panel];
    if (!edge.opens) {
      open.erase(panel.data_fast);
      continue;
    }
    const auto next = open.lower_bound(panel.data_fast);
    if (next != open.end() && next->first < panel.data_fast + panel.n_fast) return std::pair(next->second, edge.panel);
    if (next != open.begin() && std::prev(next)->first + panels[std::prev(next)->second].n_fast > panel.data_fast)
      return std::pair(std::prev(next)->second, edge.panel);
    open.emplace(panel.data_fast, edge.panel);
  }
  return {};
}

}  // namespace femtobragg
