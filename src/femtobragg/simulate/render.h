// Renders the panels of a plan.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "femtobragg/backends/backend.h"
#include "femtobragg/model/detector.h"
#include "femtobragg/model/image.h"

#pragma GCC visibility push(default)
namespace femtobragg {

struct RenderRequest {
  std::string device = "auto";  ///< name of a backend
  backends::RunControl control{};
};

struct Rendering {
  Image image;
  backends::RunSummary summary;
};

/// The backend for a request. Throws Error(Usage) if it does not exist or cannot compute in that number type.
const backends::Backend& backend_for(const RenderRequest& request);

/// Makes a plan ready with that backend, see backends/fallback.h. `like`: what was prepared before, or null.
std::unique_ptr<backends::Prepared> prepare(std::shared_ptr<const kernel::Plan> plan, const RenderRequest& request,
                                            const backends::Prepared* like = nullptr);

/// Throws Error(Usage) if panels share pixels of the image: two threads would write them.
void require_separate_windows(const Detector& detector);

/// The windows of all panels in an image of the detector's shape.
std::vector<backends::PanelPixels> windows_of(const Detector& detector, Image& image);

/// What render() would do.
backends::Outlook outlook(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request);

/// Pixels of all panels that are rendered: those of regions of interest, masked ones included.
std::uint64_t pixels_of_all(const kernel::Plan& plan);

/// Crystal terms in a panel: rendered pixels x samples x rays x orientations.
double evaluations(const kernel::Plan& plan, std::size_t panel);

// For one image: everything is prepared again. For more of them, or to follow the pixels of the image, use a Simulation
// (simulate/simulation.h).

/// Renders a single panel. Throws Error for unknown devices and images beyond the memory.
Rendering render(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request,
                 const backends::Watch& watch = {});

/// Renders all panels into the image that they share, and returns the summary of all of them.
Rendering render(const kernel::Plan& plan, const Detector& detector, const RenderRequest& request,
                 const backends::Watch& watch = {});

/// Everything that goes into one pixel; empty if the pixel is not rendered.
kernel::Recorder record_pixel(const kernel::Plan& plan, std::size_t panel, std::size_t fast, std::size_t slow,
                              const RenderRequest& request);

/// Calls visit with the record of each rendered pixel in raster order.
void record_pixels(const kernel::Plan& plan, std::size_t panel, const RenderRequest& request,
                   const std::function<void(std::size_t fast, std::size_t slow, const kernel::Recorder&)>& visit);

}  // namespace femtobragg
#pragma GCC visibility pop
