// Refinement of an experiment against measured images: the interface for programs and other callers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "femtobragg/refine/approach.h"
#include "femtobragg/refine/constraints.h"
#include "femtobragg/refine/least_squares.h"
#include "femtobragg/refine/schedule.h"
#include "femtobragg/refine/smooth_background.h"

#pragma GCC visibility push(default)
namespace femtobragg::refine {

/// A starting value, instead of the experiment's. No image: for all of them.
struct StartValue {
  std::string parameter;
  std::optional<std::size_t> image;
  double value = 0;
};

struct RefinementOptions {
  std::vector<std::string> parameters{};  ///< names or prefixes, as in gradients::ParameterSpace
  /// Names or prefixes. By default each of several images has its own orientation and fluence.
  std::vector<std::string> per_image{}, shared{};
  Loss loss{};
  PixelSelection pixels{.set = PixelSet::Suited};
  /// Fits a smooth background to each image before the first level and, with the model's spots known, before the levels
  /// of the true model, of which there is then one more. Nothing: the model explains all photons.
  std::optional<BackgroundForm> background{};
  std::vector<Restraint> restraints{};
  std::vector<Bounds> bounds{};
  std::vector<Tie> ties{};
  /// Parameters that do each other's work (`alike` of gradients::ParameterInfo) are weakly restrained to where the
  /// experiment has them.
  bool default_restraints = true;
  std::vector<StartValue> start{};
  std::optional<int> levels{};  ///< coarse levels before the true model; nothing: as suits the distance of the start
  int most_iterations = 100;    ///< for each level
  /// Least correlation of model and image at the end. Below it the model explains nothing.
  double least_correlation = 0.2;
  RenderRequest request{};
};

struct RefinedParameter {
  std::string name, unit;
  std::optional<std::size_t> image;  ///< nothing: shared
  double start = 0, value = 0;
  double standard_error = 0;  ///< of counting; not a number after a run that was stopped before it could be computed
  std::vector<std::string> tied{};  ///< those that have the same value
  bool at_bound = false;            ///< the fit would take it further
  std::optional<Restraint> weak{};  ///< the prior that it has by default
};

struct RefinementResult {
  std::vector<RefinedParameter> parameters;
  std::vector<double> correlation;  ///< between parameters, n x n
  std::vector<Iteration> iterations;
  std::vector<Level> levels;
  PixelSet pixels = PixelSet::All;
  std::vector<SmoothBackground> backgrounds{};  ///< one for each image, if they are fitted
  std::vector<std::string> notes;               ///< what was chosen by itself, and why
  FitSums before, after;                        ///< over the chosen pixels
  /// With restraints. Not a number where a run was stopped before it was known.
  double cost_before = 0, cost = 0;
  std::vector<double> image_correlation;  ///< correlation of model and data for each image at the end
  bool converged = false, stopped = false;
  std::string termination;
  double seconds = 0;

  double degrees_of_freedom() const;
  double reduced_chi_squared() const;
};

/// The image that the experiment's detector is expected to record.
Image expected_image(const Experiment& experiment, const RenderRequest& request, const std::stop_token& abandon = {});

/// Whether a parameter is a factor of a background, or the pedestal, in which photons are linear.
bool is_background_level(const std::string& parameter);

/// How a caller follows a refinement, and ends it early.
struct RefinementWatch {
  std::function<void(const Iteration&)> iteration{};
  std::function<void(const std::string&)> note{};  ///< called with each of the result's notes
  std::stop_token stop{};                          ///< ends it with what it has found, after the time that a step takes
  std::stop_token abandon{};                       ///< ends it at once: run() throws backends::Stopped
};

class Refinement {
 public:
  explicit Refinement(RefinementOptions options) : options_(std::move(options)) {}

  /// All images must have the same parameters. From then on the experiment's masks are those of the target.
  void add(Experiment experiment, Target target);

  /// Throws Error: unknown parameters, images or models without signal, parameters that the images do not determine,
  /// and fits that explain nothing.
  RefinementResult run(const RefinementWatch& watch = {});

  std::size_t images() const { return images_.size(); }
  /// With its fitted background, after a run.
  const Target& target(std::size_t image) const { return images_[image].target; }

  /// An image's experiment with all its pixels and the values of a run.
  Experiment start(std::size_t image, const RefinementResult& result) const;
  Experiment refined(std::size_t image, const RefinementResult& result) const;

 private:
  struct ImageInput {
    Experiment experiment;
    Target target;
    std::vector<std::uint8_t> pixels{};  ///< chosen
    std::vector<double> smooth{};        ///< the image's smooth background, above which peaks are found; empty: unknown
    std::unique_ptr<gradients::ParameterSpace> space{};
    std::vector<std::size_t> variables{};

    /// The target as peaks see it.
    Target above_smooth() const;
  };
  bool is_shared(const gradients::ParameterInfo& parameter) const;
  void set_up();
  std::size_t variable_of(const ImageInput& image, std::size_t number, std::size_t parameter);
  void constrain(RefinementResult& result);
  void require_refined_names() const;
  void tie(RefinementResult& result);
  void apply_start_values();
  void choose_approach(RefinementResult& result);
  LeastSquares problem_of(const Level& level, std::vector<gradients::ParameterSpace>& spaces,
                          std::vector<Target>& targets) const;
  ImageTerm coarse_term(const ImageInput& image, double broadening, std::vector<gradients::ParameterSpace>& spaces,
                        std::vector<Target>& targets) const;
  std::vector<RestraintTerm> restraint_terms() const;
  double cost_and_fit(FitSums& fit) const;
  void require_no_other_background() const;
  void look_below_peaks();
  void fit_backgrounds(bool with_spots, RefinementResult& result);
  void tell_backgrounds(RefinementResult& result, const RefinementWatch& watch) const;
  bool refines_backgrounds() const;
  bool refines_noise() const;
  void scale_brightness();
  void scale_backgrounds();
  void scale_fluence();
  void run_level(int number, RefinementResult& result, const RefinementWatch& watch);
  void finish(RefinementResult& result) const;
  void add_errors(const LeastSquares& problem, RefinementResult& result) const;
  std::vector<std::string> variable_names() const;
  Experiment with_values(std::size_t image, std::span<const double> values) const;

  RefinementOptions options_;
  std::vector<ImageInput> images_;
  std::vector<RefinedParameter> variables_;
  std::vector<gradients::ParameterInfo> infos_;  ///< one for each variable
  std::vector<double> values_;
  PixelSelection selection_{};
  std::stop_token abandon_{};  ///< of the run
};

}  // namespace femtobragg::refine
#pragma GCC visibility pop
