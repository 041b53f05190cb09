// Renders the panels of a plan.
#pragma once

#include <functional>
#include <string>

#include "femtobragg/backends/backend.h"
#include "femtobragg/model/detector.h"
#include "femtobragg/model/image.h"

namespace femtobragg {

struct RenderRequest {
  std::string device = "auto";  ///< name of a backend
  backends::RunControl control;
};

struct Rendering {
  Image image;
  backends::RunSummary summary;
};

/// The backend for a request. Throws Error(Usage) if it does not exist or cannot compute in that number type.
const backends::Backend& backend_for(const RenderRequest& request);

/// What render() would do.
backends::Outlook outlook(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request);

/// Crystal terms in a panel: rendered pixels x samples x rays x orientations.
double evaluations(const kernel::Plan& plan, std::size_t panel);

/// Renders a single panel. Throws Error for unknown devices and images beyond the memory.
Rendering render(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request);

/// Renders all panels into the image that they share, and returns the summary of all of them.
Rendering render(const kernel::Plan& plan, const Detector& detector, const RenderRequest& request);

/// Everything that goes into one pixel; empty if the pixel is not rendered.
kernel::Recorder record_pixel(const kernel::Plan& plan, std::size_t panel, std::size_t fast, std::size_t slow,
                              const RenderRequest& request);

/// Calls visit with the record of each rendered pixel in raster order.
void record_pixels(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request,
                   const std::function<void(std::size_t fast, std::size_t slow, const kernel::Recorder&)>& visit);

}  // namespace femtobragg
