// A simulation: an experiment that can be rendered many times and changed in between.
//
//   Simulation simulation(experiment);
//   Image image = simulation.render().image;
//   experiment.spindle.phi_start_rad += 0.01;
//   simulation.update(experiment);  // tables of structure factors stay
//   image = simulation.render({.progress = show, .stop = button.get_token()}).image;
//
// Derivatives of its image: gradients/gradient.h.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "femtobragg/model/experiment.h"
#include "femtobragg/simulate/render.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// Owns the experiment, the plan compiled from it, and what the backend has prepared. All panels share one image, in
/// which each has its own window (Panel::data_fast and data_slow). Images are the same as those of a fresh simulation,
/// bit for bit, whatever was rendered before.
///
/// It can be moved but not copied. One call at a time: two threads need two simulations, which may share structure
/// factors.
class Simulation {
 public:
  /// Throws Error(Usage) for experiments that validate() refuses (model/experiment.h) or whose panels overlap in the
  /// image, for unknown devices, and for number types that the device does not have.
  explicit Simulation(Experiment experiment, RenderRequest request = {});

  const Experiment& experiment() const { return experiment_; }
  /// Of one of the crystals in the beam (simulate/lattices.h). Only the first has the backgrounds.
  const kernel::Plan& plan(std::size_t lattice = 0) const { return prepared_[lattice]->plan(); }
  const RenderRequest& request() const { return request_; }
  ImageShape shape() const { return experiment_.detector.image_shape(); }

  /// Continues with another experiment. Tables made from structure factors are kept if those did not change: the same
  /// object, or equal numbers. Masks and transmissions too. Nobody may change the structure factors that an experiment
  /// points to. Throws like the constructor; the old experiment then stays in place.
  void update(Experiment experiment);

  /// The image, with the photons of each pixel: of all crystals. `watch` reports progress and can end it early:
  /// exceptions of its functions are passed on, and a request to stop throws backends::Stopped, so that half an image
  /// is never read as a whole one. The simulation can be used again after either. Throws Error(Runtime) for images
  /// beyond the memory.
  Rendering render(const backends::Watch& watch = {}) const;

  /// Everything that goes into a pixel of the image, recorded by the code that renders it. Empty if no panel covers the
  /// pixel, or if it is masked or outside the region of interest. Throws Error(Usage) if there are several crystals.
  std::optional<kernel::Recorder> trace(std::size_t fast, std::size_t slow) const;

  /// What rendering a panel would take, for each crystal.
  backends::Outlook outlook(std::size_t panel) const;

  /// For derivatives with respect to the plan's numbers, and to render single panels or into other windows.
  backends::Prepared& prepared(std::size_t lattice = 0) const { return *prepared_[lattice]; }

 private:
  Experiment experiment_;
  RenderRequest request_;
  std::vector<std::unique_ptr<backends::Prepared>> prepared_;  ///< for each crystal
};

}  // namespace femtobragg
#pragma GCC visibility pop
