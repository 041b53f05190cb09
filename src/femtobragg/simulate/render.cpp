// Choice of a backend and allocation of the image.
#include "femtobragg/simulate/render.h"

#include <algorithm>
#include <numeric>

#include "femtobragg/backends/fallback.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/model/coverage.h"

namespace femtobragg {

const backends::Backend& backend_for(const RenderRequest& request) {
  const backends::Backend& backend = backends::find_backend(request.device);
  const auto types = backend.number_types();
  if (std::ranges::find(types, request.control.number_type) != types.end()) return backend;
  std::string known;
  for (const backends::NumberType type : types) known += (known.empty() ? "" : ", ") + name_of(type);
  throw Error::usage({.what = "number type not available",
                      .where = "device " + in_quotes(backend.name()),
                      .value = in_quotes(name_of(request.control.number_type)),
                      .rule = "it computes in " + known,
                      .remedy = "choose one of these, or another device"});
}

std::uint64_t pixels_of_all(const kernel::Plan& plan) {
  std::uint64_t pixels = 0;
  for (const kernel::PanelPlan& panel : plan.panels) pixels += backends::rendered_pixels(panel);
  return pixels;
}

double evaluations(const kernel::Plan& plan, std::size_t panel) {
  const kernel::PanelPlan& target = plan.panels.at(panel);
  const std::size_t samples = plan.oversample * plan.oversample * target.layers.size();
  return static_cast<double>(backends::rendered_pixels(target)) * static_cast<double>(samples) *
         static_cast<double>(plan.rays.size()) * static_cast<double>(plan.orientations.size());
}

std::unique_ptr<backends::Prepared> prepare(std::shared_ptr<const kernel::Plan> plan, const RenderRequest& request,
                                            const backends::Prepared* like) {
  return backends::prepare(backend_for(request), std::move(plan), request.control, like);
}

void require_separate_windows(const Detector& detector) {
  if (const auto clash = overlapping_panels(detector))
    throw Error::usage({.what = "panels share pixels of the image",
                        .value = std::to_string(clash->first) + " and " + std::to_string(clash->second),
                        .rule = "each panel must have its own window",
                        .remedy = "check the windows (data_fast and data_slow) of the panels"});
}

std::vector<backends::PanelPixels> windows_of(const Detector& detector, Image& image) {
  std::vector<backends::PanelPixels> windows;
  for (const Panel& panel : detector.panels)
    windows.push_back({windows.size(), {image.row(panel.data_slow).data() + panel.data_fast, image.n_fast}});
  return windows;
}

backends::Outlook outlook(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request) {
  return backends::outlook(backend_for(request), plan, panel, request.control);
}

namespace {

/// A caller's plan, which outlives what is made of it.
std::shared_ptr<const kernel::Plan> borrowed(const kernel::Plan& plan) { return {std::shared_ptr<void>(), &plan}; }

void record(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request,
            const backends::PixelChoice& chosen, const backends::PixelVisit& visit) {
  std::vector<std::size_t> all(plan.panels.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  prepare(borrowed(plan), request)->record(all, panel, chosen, visit, {});
}

}  // namespace

Rendering render(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request,
                 const backends::Watch& watch) {
  const auto prepared = prepare(borrowed(plan), request);
  const kernel::PanelPlan& target = plan.panels.at(panel);
  Rendering result{Image::zeros(target.n_fast, target.n_slow), {}};
  const backends::PanelPixels window{panel, {result.image.pixels.data(), target.n_fast}};
  result.summary = prepared->render({&window, 1}, watch);
  return result;
}

Rendering render(const kernel::Plan& plan, const Detector& detector, const RenderRequest& request,
                 const backends::Watch& watch) {
  require_separate_windows(detector);
  const auto prepared = prepare(borrowed(plan), request);
  const ImageShape shape = detector.image_shape();
  Rendering all{Image::zeros(shape.n_fast, shape.n_slow), {}};
  all.summary = prepared->render(windows_of(detector, all.image), watch);
  return all;
}

kernel::Recorder record_pixel(const kernel::Plan& plan, std::size_t panel, std::size_t fast, std::size_t slow,
                              const RenderRequest& request) {
  kernel::Recorder result;
  record(
      plan, panel, request, [&](std::size_t f, std::size_t s) { return f == fast && s == slow; },
      [&](std::size_t, std::size_t, const kernel::Recorder& one) {
        result = one;
        return false;
      });
  return result;
}

void record_pixels(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request,
                   const std::function<void(std::size_t, std::size_t, const kernel::Recorder&)>& visit) {
  record(
      plan, panel, request, [](std::size_t, std::size_t) { return true; },
      [&](std::size_t f, std::size_t s, const kernel::Recorder& one) {
        visit(f, s, one);
        return true;
      });
}

}  // namespace femtobragg
