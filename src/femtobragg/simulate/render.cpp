// Choice of a backend and allocation of the image.
#include "femtobragg/simulate/render.h"

#include <algorithm>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg {

const backends::Backend& backend_for(const RenderRequest& request) {
  const backends::Backend& backend = backends::find_backend(request.device);
  const auto types = backend.number_types();
  if (std::ranges::find(types, request.number_type) != types.end()) return backend;
  std::string known;
  for (const std::string& type : types) known += (known.empty() ? "" : ", ") + type;
  throw Error::usage({.what = "number type not available",
                      .where = "device " + in_quotes(backend.name()),
                      .value = in_quotes(request.number_type),
                      .rule = "it computes in " + known,
                      .remedy = "choose one of these, or another device"});
}

Rendering render(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request) {
  const backends::Backend& backend = backend_for(request);
  const kernel::PanelPlan& target = plan.panels.at(panel);
  Rendering result{Image::zeros(target.n_fast, target.n_slow), {}};
  result.summary = backend.render(plan, panel, result.image.pixels, request.control);
  return result;
}

}  // namespace femtobragg
