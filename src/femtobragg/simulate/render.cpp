// Choice of a backend and allocation of the image.
#include "femtobragg/simulate/render.h"

#include <algorithm>

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

double evaluations(const kernel::Plan& plan, std::size_t panel) {
  const kernel::PanelPlan& target = plan.panels.at(panel);
  const std::size_t samples = plan.oversample * plan.oversample * target.layers.size();
  return static_cast<double>(backends::rendered_pixels(target)) * static_cast<double>(samples) *
         static_cast<double>(plan.rays.size()) * static_cast<double>(plan.orientations.size());
}

backends::Outlook outlook(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request) {
  return backend_for(request).outlook(plan, panel, request.control);
}

Rendering render(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request) {
  const backends::Backend& backend = backend_for(request);
  const kernel::PanelPlan& target = plan.panels.at(panel);
  Rendering result{Image::zeros(target.n_fast, target.n_slow), {}};
  result.summary = backend.render(plan, panel, {result.image.pixels.data(), target.n_fast}, request.control);
  return result;
}

/// Two threads would write the same pixels.
void require_separate_windows(const Detector& detector) {
  if (const auto clash = overlapping_panels(detector))
    throw Error::usage({.what = "panels that share pixels of the image",
                        .value = std::to_string(clash->first) + " and " + std::to_string(clash->second),
                        .rule = "each panel has a window of its own",
                        .remedy = "check data_fast and data_slow of the panels"});
}

Rendering render(const kernel::Plan& plan, const Detector& detector, const RenderRequest& request) {
  require_separate_windows(detector);
  const backends::Backend& backend = backend_for(request);
  const ImageShape shape = detector.image_shape();
  Rendering all{Image::zeros(shape.n_fast, shape.n_slow), {}};
  std::vector<kernel::PixelWindow> windows;
  for (const Panel& panel : detector.panels)
    windows.push_back({all.image.row(panel.data_slow).data() + panel.data_fast, shape.n_fast});
  all.summary = backend.render_all(plan, windows, request.control);
  return all;
}

kernel::Recorder record_pixel(const kernel::Plan& plan, std::size_t panel, std::size_t fast, std::size_t slow,
                              const RenderRequest& request) {
  kernel::Recorder result;
  backend_for(request).record(
      plan, panel, [&](std::size_t f, std::size_t s) { return f == fast && s == slow; },
      [&](std::size_t, std::size_t, const kernel::Recorder& record) {
        result = record;
        return false;
      },
      request.control);
  return result;
}

void record_pixels(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request,
                   const std::function<void(std::size_t, std::size_t, const kernel::Recorder&)>& visit) {
  backend_for(request).record(
      plan, panel, [](std::size_t, std::size_t) { return true; },
      [&](std::size_t f, std::size_t s, const kernel::Recorder& record) {
        visit(f, s, record);
        return true;
      },
      request.control);
}

}  // namespace femtobragg
