// Expectation maximisation over the entries of a table.
#include "femtobragg/refine/amplitudes.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <optional>

#include "femtobragg/base/error.h"

namespace femtobragg::refine {
namespace {

using Clock = std::chrono::steady_clock;
using Numbers = std::vector<double>;

double seconds_since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

/// Entries that are found as one: a reflection and its mate, or one alone.
class Groups {
 public:
  Groups(const StructureFactors& table, bool tie_mates) : of_entry_(table.values.size()) {
    table.box.for_each([&](std::int64_t h, std::int64_t k, std::int64_t l) {
      const std::size_t entry = table.index(h, k, l);
      const bool has_mate = tie_mates && table.box.contains(-h, -k, -l);
      const std::size_t mate = has_mate ? table.index(-h, -k, -l) : entry;
      // A mate of which the list said nothing is none.
      const bool tied = has_mate && table.values[mate] != 0 && table.values[entry] != 0;
      of_entry_[entry] = tied && mate < entry ? of_entry_[mate] : count_++;
    });
  }

  std::size_t count() const { return count_; }
  std::size_t of(std::size_t entry) const { return of_entry_[entry]; }

  Numbers sums(std::span<const double> of_entries) const {
    Numbers result(count_, 0);
    for (std::size_t entry = 0; entry < of_entries.size(); ++entry) result[of_entry_[entry]] += of_entries[entry];
    return result;
  }

 private:
  std::vector<std::size_t> of_entry_;
  std::size_t count_ = 0;
};

/// Plus or minus one, by the number of a draw and of a pixel: splitmix64 (Steele, Lea and Flood 2014).
double sign_of(std::uint64_t draw, std::uint64_t pixel) {
  std::uint64_t z = (draw << 40) + pixel + 1;
  z *= 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return ((z ^ (z >> 31)) & 1) ? 1.0 : -1.0;
}

/// Half the deviance of a count.
double cost_of(double model, double data) { return data > 0 ? model - data + data * std::log(data / model) : model; }

[[noreturn]] void not_finite(const std::string& what, const Target& target) {
  throw Error::runtime({.what = what, .where = target.name, .remedy = "check the experiment and the image"});
}

void require_images(const std::vector<AmplitudeImage>& images) {
  if (images.empty())
    throw Error::usage({.what = "structure factors need images", .remedy = "give an image and its experiment"});
  const StructureFactors* first = images.front().experiment.structure_factors.get();
  if (!first || !first->has_table())
    throw Error::usage({.what = "there is no initial table of structure factors",
                        .rule = "it determines which reflections exist",
                        .remedy = "give reflections (structure_factors.file); F may be the same for all"});
  for (const AmplitudeImage& image : images) {
    const StructureFactors* table = image.experiment.structure_factors.get();
    if (table != first && !(table && *table == *first))
      throw Error::usage({.what = "images have different structure factors",
                          .where = image.target->name,
                          .remedy = "give the same list for all images"});
    const ImageShape shape = image.experiment.detector.image_shape();
    const std::size_t pixels = shape.n_fast * shape.n_slow;
    if (image.target->photons.size() != pixels || image.target->usable.size() != pixels)
      throw Error::usage({.what = "the image and the detector have different sizes", .where = image.target->name});
    double photons = 0;
    for (std::size_t i = 0; i < pixels; ++i)
      if (image.target->usable[i]) photons += image.target->photons[i];
    if (!std::isfinite(photons)) not_finite("pixels of the image are not numbers", *image.target);
    if (!(photons > 0))
      throw Error::runtime({.what = "the image contains no signal in its usable pixels",
                            .where = image.target->name,
                            .remedy = "check its mask and the offset of its pixels"});
  }
}

class Solver {
 public:
  Solver(std::vector<AmplitudeImage> images, const AmplitudeOptions& options)
      : options_(options),
        images_(std::move(images)),
        start_(*images_.front().experiment.structure_factors),
        groups_(start_, options.tie_friedel_mates) {
    // Photons are what has the noise of counts.
    for (AmplitudeImage& image : images_) {
      Recording& recording = image.experiment.recording;
      if (recording.gain != 1 || recording.pedestal != 0)
        image.target = &targets_.emplace_back(in_photons(*image.target, recording));
      recording.gain = 1, recording.pedestal = 0;
      image.experiment = with_light_of(image.experiment, image.target->usable);
    }
  }

  AmplitudeResult run(const std::function<void(const AmplitudeIteration&)>& progress) {
    const auto began = Clock::now();
    set_up();
    AmplitudeResult result;
    iterate(result, progress);
    finish(result);
    result.seconds = seconds_since(began);
    return result;
  }

 private:
  /// What the model says of all images for one x.
  struct Look {
    Numbers numerator;  ///< K^T (d / m)
    double cost = 0;
    std::vector<FitSums> fits;
  };

  /// x of the start, expected photons, and which groups are to be found.
  void set_up() {
    Numbers entries(groups_.count(), 0);
    x_.assign(groups_.count(), 0);
    for (std::size_t entry = 0; entry < start_.values.size(); ++entry) {
      x_[groups_.of(entry)] += start_.values[entry] * start_.values[entry];
      entries[groups_.of(entry)] += 1;
    }
    for (std::size_t g = 0; g < x_.size(); ++g) x_[g] /= entries[g];
    sensitivity_.assign(groups_.count(), 0);
    for (const AmplitudeImage& image : images_) {
      const gradients::ParameterSpace space(image.experiment, {});
      const gradients::Gradient gradient(space, {}, options_.request);
      if (gradient.plan().interpolate)
        throw Error::usage({.what = "structure factors cannot be fitted with interpolation",
                            .where = image.target->name,
                            .rule = "photons are linear in |F|^2 only without interpolation",
                            .remedy = "give sampling.interpolate = false"});
      add(back(image, gradient, Numbers(image.target->usable.size(), 1)), sensitivity_);
    }
    for (const double s : sensitivity_)
      if (!std::isfinite(s)) not_finite("the model is not finite", *images_.front().target);
    free_.resize(groups_.count());
    for (std::size_t g = 0; g < x_.size(); ++g)
      free_[g] = x_[g] > 0 && x_[g] * sensitivity_[g] >= options_.least_photons;
    if (std::ranges::none_of(free_, [](bool f) { return f; }))
      throw Error::runtime({.what = "no reflection of the table has photons in the usable pixels",
                            .where = images_.front().target->name,
                            .rule = "structure factors are only found from spots",
                            .remedy = "check the list, the fluence, the geometry and the mask"});
  }

  std::shared_ptr<const StructureFactors> table_of(const Numbers& x) const {
    auto table = std::make_shared<StructureFactors>(start_);
    for (std::size_t entry = 0; entry < table->values.size(); ++entry) {
      const std::size_t g = groups_.of(entry);
      if (free_[g]) table->values[entry] = std::sqrt(x[g]);
    }
    return table;
  }

  /// Expected photons of the image, with its background.
  Numbers forward(const AmplitudeImage& image, const gradients::Gradient& gradient) const {
    Numbers photons(image.target->usable.size(), 0);
    gradient.visit([&](const gradients::JacobianTile& tile) {
      std::copy_n(tile.photons, tile.count, &photons[tile.slow * gradient.shape().n_fast + tile.fast]);
    });
    for (std::size_t i = 0; i < photons.size(); ++i) photons[i] += image.target->background_at(i);
    return photons;
  }

  /// K^T weights, for groups. Excluded pixels count nothing.
  Numbers back(const AmplitudeImage& image, const gradients::Gradient& gradient, Numbers weights) const {
    for (std::size_t i = 0; i < weights.size(); ++i)
      if (!image.target->usable[i]) weights[i] = 0;
    return groups_.sums(gradient.amplitude_adjoint(weights, backends::AmplitudeVariable::Squared));
  }

  static void add(const Numbers& terms, Numbers& sums) {
    for (std::size_t i = 0; i < terms.size(); ++i) sums[i] += terms[i];
  }

  Look look(const Numbers& x) const {
    Look result{Numbers(groups_.count(), 0), 0, {}};
    const auto table = table_of(x);
    for (const AmplitudeImage& image : images_) {
      Experiment experiment = image.experiment;
      experiment.structure_factors = table;
      const gradients::ParameterSpace space(std::move(experiment), {});
      const gradients::Gradient gradient(space, {}, options_.request);
      Numbers weights = forward(image, gradient);
      FitSums fit;
      for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!image.target->usable[i]) continue;
        const double model = weights[i], data = image.target->photons[i];
        if (!std::isfinite(model)) not_finite("the model is not finite", *image.target);
        fit.add_pixel(model, data, std::max(model, 1.0));
        weights[i] = model > 0 ? data / model : 0;
        if (model > 0) result.cost += cost_of(model, data);
      }
      result.fits.push_back(fit);
      add(back(image, gradient, std::move(weights)), result.numerator);
    }
    return result;
  }

  Numbers stepped(const Numbers& x, const Look& at) const {
    Numbers next = x;
    for (std::size_t g = 0; g < x.size(); ++g)
      if (free_[g]) next[g] = x[g] * at.numerator[g] / sensitivity_[g];
    return next;
  }

  double change_between(const Numbers& before, const Numbers& after) const {
    double sum = 0, count = 0;
    for (std::size_t g = 0; g < before.size(); ++g) {
      if (!free_[g]) continue;
      const double change = after[g] - before[g];
      // Less than one photon is no information to speak of.
      sum += change * change * sensitivity_[g] / std::max(after[g], 1 / sensitivity_[g]);
      count += 1;
    }
    return std::sqrt(sum / count);
  }

  /// On along the curve of two steps, in logarithms; what vanishes follows the steps.
  Numbers further(const Numbers& x0, const Numbers& x1, const Numbers& x2) const {
    const auto photons = [&](std::size_t g) { return x2[g] * sensitivity_[g]; };
    const auto usable = [&](std::size_t g) { return free_[g] && x0[g] > 0 && x1[g] > 0 && photons(g) > 1e-3; };
    double step = 0, bend = 0;
    for (std::size_t g = 0; g < x0.size(); ++g) {
      if (!usable(g)) continue;
      const double one = std::log(x1[g] / x0[g]), two = std::log(x2[g] / x1[g]);
      step += photons(g) * one * one, bend += photons(g) * (two - one) * (two - one);
    }
    if (!(bend > 0)) return x2;
    const double length = std::sqrt(step / bend);
    Numbers next = x2;
    if (length <= 1) return next;
    constexpr double most = 3;
    for (std::size_t g = 0; g < x0.size(); ++g) {
      if (!usable(g)) continue;
      const double one = std::log(x1[g] / x0[g]), two = std::log(x2[g] / x1[g]);
      const double by = 2 * length * one + length * length * (two - one);
      next[g] = x0[g] * std::exp(std::clamp(by, -most, most));
    }
    return next;
  }

  void iterate(AmplitudeResult& result, const std::function<void(const AmplitudeIteration&)>& progress) {
    std::vector<Numbers> trail = {x_};  ///< since the last long step
    std::optional<Numbers> safe;        ///< where a long step left from
    double safe_cost = 0;
    for (int number = 0; number < options_.most_iterations; ++number) {
      const auto began = Clock::now();
      const Look at = look(trail.back());
      if (number == 0) result.before = at.fits, result.cost_before = at.cost;
      AmplitudeIteration iteration{number, at.cost, 0, 0, true};
      if (safe && !(at.cost <= safe_cost)) {
        iteration.accepted = false;
        trail = {*safe};
      } else {
        trail.push_back(stepped(trail.back(), at));
        iteration.change = change_between(trail[trail.size() - 2], trail.back());
        result.converged = iteration.change < options_.tolerance;
        // Steps from far off tell nothing of the curve.
        if (iteration.change > 1) trail = {trail.back()};
      }
      safe.reset();
      if (trail.size() == 3 && !result.converged) {
        safe = trail.back(), safe_cost = at.cost;
        trail = {further(trail[0], trail[1], trail[2])};
      }
      iteration.seconds = seconds_since(began);
      result.iterations.push_back(iteration);
      if (progress) progress(iteration);
      if (result.converged) break;
    }
    x_ = safe ? *safe : trail.back();
  }

  /// sum over pixels of K^2 / m. Most pixels of a still expect next to nothing and add as much; all of them would take
  /// several times as long.
  Numbers information(const AmplitudeImage& image, const gradients::Gradient& gradient, const Numbers& photons) const {
    constexpr double least = 0.01;
    Numbers result(groups_.count(), 0);
    for (int draw = 0; draw < options_.draws; ++draw) {
      Numbers weights(photons.size(), 0);
      for (std::size_t i = 0; i < photons.size(); ++i)
        if (photons[i] > least) weights[i] = sign_of(static_cast<std::uint64_t>(draw), i) / std::sqrt(photons[i]);
      const Numbers sums = back(image, gradient, std::move(weights));
      for (std::size_t g = 0; g < sums.size(); ++g) result[g] += sums[g] * sums[g] / options_.draws;
    }
    return result;
  }

  void finish(AmplitudeResult& result) const {
    result.table = table_of(x_);
    Numbers total(groups_.count(), 0);
    std::vector<std::size_t> observations(groups_.count(), 0);
    for (const AmplitudeImage& image : images_) {
      Experiment experiment = image.experiment;
      experiment.structure_factors = result.table;
      const gradients::ParameterSpace space(std::move(experiment), {});
      const gradients::Gradient gradient(space, {}, options_.request);
      const Numbers photons = forward(image, gradient);
      FitSums fit;
      for (std::size_t i = 0; i < photons.size(); ++i) {
        if (!image.target->usable[i]) continue;
        fit.add_pixel(photons[i], image.target->photons[i], std::max(photons[i], 1.0));
        if (photons[i] > 0) result.cost += cost_of(photons[i], image.target->photons[i]);
      }
      result.after.push_back(fit);
      const Numbers own = information(image, gradient, photons);
      const Numbers seen = back(image, gradient, Numbers(photons.size(), 1));
      constexpr double sigmas = 3;
      for (std::size_t g = 0; g < x_.size(); ++g) {
        const double photons_squared = x_[g] * std::min(x_[g] * own[g], seen[g]);
        if (photons_squared > sigmas * sigmas) ++observations[g];
      }
      add(own, total);
    }
    report(result, total, observations);
  }

  void report(AmplitudeResult& result, const Numbers& information, const std::vector<std::size_t>& observations) const {
    const StructureFactors& table = *result.table;
    result.independent = static_cast<std::size_t>(std::ranges::count(free_, true));
    table.box.for_each([&](std::int64_t h, std::int64_t k, std::int64_t l) {
      const std::size_t g = groups_.of(table.index(h, k, l));
      if (!free_[g]) {
        ++result.kept;
        return;
      }
      const double x = x_[g], most = x > 0 ? sensitivity_[g] / x : information[g];
      const double sigma = 1 / std::sqrt(std::min(information[g] > 0 ? information[g] : most, most));
      result.reflections.push_back(
          {h, k, l, std::sqrt(x), std::sqrt(x + sigma) - std::sqrt(x), x * sensitivity_[g], observations[g]});
    });
  }

  const AmplitudeOptions& options_;
  std::vector<AmplitudeImage> images_;
  std::deque<Target> targets_;  ///< in photons, of images in other numbers
  StructureFactors start_;
  Groups groups_;
  Numbers x_, sensitivity_;  ///< |F|^2 and K^T 1 of groups
  std::vector<bool> free_;
};

}  // namespace

AmplitudeResult solve_amplitudes(std::vector<AmplitudeImage> images, const AmplitudeOptions& options,
                                 const std::function<void(const AmplitudeIteration&)>& progress) {
  require_images(images);
  return Solver(std::move(images), options).run(progress);
}

}  // namespace femtobragg::refine
