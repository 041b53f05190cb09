// Backgrounds of a refinement's images, found from them.
#include <Eigen/Dense>
#include <algorithm>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/refine/refinement.h"

namespace femtobragg::refine {
namespace {

std::string told(const Target& target, const SmoothBackground& background) {
  const auto [low, high] = std::ranges::minmax(background.curve, {}, &BackgroundPoint::photons);
  const auto at = [](const BackgroundPoint& point) {
    return format_number(point.photons, 3) + " photons at " + format_number(point.resolution_A, 3) + " A";
  };
  return target.name + ": fitted background (" + name_of(background.form) + ") from " +
         counted(background.used, "pixel") + ", " + std::to_string(background.spots) + " left out as spots: from " +
         at(low) + " to " + at(high);
}

/// The amounts, none below zero, that minimise x A x / 2 - b x: one after another, as the others are (Gauss and
/// Seidel).
Eigen::VectorXd amounts_above_zero(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& right) {
  constexpr int rounds = 1000;
  Eigen::VectorXd amounts = Eigen::VectorXd::Zero(right.size());
  for (int round = 0; round < rounds; ++round)
    for (Eigen::Index i = 0; i < right.size(); ++i)
      if (matrix(i, i) > 0)
        amounts[i] = std::max(0.0, amounts[i] + (right[i] - matrix.row(i).dot(amounts)) / matrix(i, i));
  return amounts;
}

}  // namespace

bool is_background_level(const std::string& parameter) {
  return parameter == "background" || parameter == "pedestal" ||
         (parameter.starts_with("background") && parameter.ends_with("_scale"));
}

bool Refinement::refines_backgrounds() const {
  return std::ranges::any_of(variables_, is_background_level, &RefinedParameter::name);
}

Target Refinement::ImageInput::above_smooth() const {
  Target seen = in_photons(target, experiment.recording);
  if (seen.background.empty()) seen.background = smooth;
  return seen;
}

/// So that rings of a background are no peaks, and peaks on it are.
void Refinement::look_below_peaks() {
  for (ImageInput& image : images_)
    image.smooth = with_smooth_background(in_photons(image.target, image.experiment.recording), image.experiment,
                                          options_.request, abandon_)
                       .background;
}

/// From the pixels without spots; what no level changes stays as it is.
void Refinement::scale_backgrounds() {
  constexpr double sigmas = 4;
  constexpr std::size_t reach = 2;
  const auto n = static_cast<Eigen::Index>(variables_.size());
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(n);
  for (std::size_t i = 0; i < images_.size(); ++i) {
    const ImageInput& image = images_[i];
    const Target seen = image.above_smooth();
    std::vector<std::uint8_t> pixels =
        grown(bright_pixels(seen, image.experiment, sigmas), image.experiment.detector, reach);
    for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] = !pixels[k] && image.target.usable[k];
    std::vector<std::string> names;
    std::vector<Eigen::Index> places;
    for (std::size_t p = 0; p < image.space->size(); ++p)
      if (is_background_level(image.space->infos()[p].name)) {
        names.push_back(image.space->infos()[p].name);
        places.push_back(static_cast<Eigen::Index>(image.variables[p]));
      }
    const gradients::ParameterSpace space(with_light_of(with_values(i, values_), pixels), names);
    const gradients::Jacobian at =
        gradients::Gradient(space, space.start(), options_.request).jacobian({.stop = abandon_});
    for (std::size_t k = 0; k < pixels.size(); ++k) {
      if (!pixels[k]) continue;
      double data = image.target.photons[k] - at.photons[k];
      for (std::size_t p = 0; p < names.size(); ++p) data += space.start()[p] * at.derivatives[p][k];
      const double weight = 1 / std::max(seen.background_at(k), 1.0);
      for (std::size_t p = 0; p < names.size(); ++p) {
        right[places[p]] += weight * data * at.derivatives[p][k];
        for (std::size_t q = 0; q < names.size(); ++q)
          matrix(places[p], places[q]) += weight * at.derivatives[p][k] * at.derivatives[q][k];
      }
    }
  }
  const Eigen::VectorXd amounts = amounts_above_zero(matrix, right);
  for (std::size_t v = 0; v < variables_.size(); ++v)
    if (const auto at = static_cast<Eigen::Index>(v); matrix(at, at) > 0)
      values_[v] = std::clamp(amounts[at], infos_[v].lowest, infos_[v].highest);
}

/// Both would explain the same photons.
void Refinement::require_no_other_background() const {
  for (const ImageInput& image : images_) {
    const std::vector<std::string> names = image.space->names();
    const auto level = std::ranges::find_if(names, is_background_level);
    if (level != names.end())
      throw Error::usage({.what = *level == "pedestal" ? "a refined pedestal besides a fitted background"
                                                       : "the level of a background besides a fitted background",
                          .where = *level,
                          .rule = "the fitted one has all photons that are not spots",
                          .remedy = "leave one of them out"});
    require_no_background(image.experiment, image.target.name);
  }
}

void Refinement::fit_backgrounds(bool with_spots, RefinementResult& result) {
  result.backgrounds.resize(images_.size());
  for (std::size_t i = 0; i < images_.size(); ++i) {
    ImageInput& image = images_[i];
    Experiment experiment = with_light_of(with_values(i, values_), image.target.usable);
    const double gain = experiment.recording.gain;
    const Target photons = in_photons(image.target, experiment.recording);
    experiment.recording.gain = 1;
    std::vector<double> spots;
    if (with_spots) {
      const std::vector<float> pixels = expected_image(experiment, options_.request, abandon_).pixels;
      spots.assign(pixels.begin(), pixels.end());
    }
    result.backgrounds[i] =
        smooth_background(photons, experiment, *options_.background, spots, options_.request, abandon_);
    image.target.background = result.backgrounds[i].photons;
    for (double& number : image.target.background) number *= gain;
  }
}

void Refinement::tell_backgrounds(RefinementResult& result, const RefinementWatch& watch) const {
  for (std::size_t i = 0; i < result.backgrounds.size(); ++i) {
    result.notes.push_back(told(images_[i].target, result.backgrounds[i]));
    if (watch.note) watch.note(result.notes.back());
  }
}

}  // namespace femtobragg::refine
