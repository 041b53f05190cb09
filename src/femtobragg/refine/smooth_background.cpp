// Linear fits of smooth functions to the pixels between spots.
#include "femtobragg/refine/smooth_background.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <ranges>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/model/panel_windows.h"
#include "femtobragg/simulate/compile_plan.h"

namespace femtobragg::refine {
namespace {

using Numbers = std::vector<double>;
using Places = std::vector<std::size_t>;

struct KindInfo {
  BackgroundKind kind;
  std::string_view name;
  int usual, least, most;  ///< orders
};
constexpr KindInfo kinds[] = {{BackgroundKind::Radial, "radial", 200, 4, 400},
                              {BackgroundKind::Polynomial, "polynomial", 3, 0, 8}};

const KindInfo& info_of(BackgroundKind kind) { return *std::ranges::find(kinds, kind, &KindInfo::kind); }

void require_order(const BackgroundForm& form, std::string_view text) {
  const KindInfo& info = info_of(form.kind);
  if (form.order >= info.least && form.order <= info.most) return;
  throw Error::usage({.what = "the order of a background is out of range",
                      .value = in_quotes(text),
                      .rule = "that of a " + std::string(info.name) + " one must be from " +
                              std::to_string(info.least) + " to " + std::to_string(info.most)});
}

/// The functions that are not zero in a pixel: neighbours in the list of all functions.
struct Terms {
  std::size_t first = 0;
  Numbers values;
};

/// Pixels that share functions, and the functions.
class Surface {
 public:
  virtual ~Surface() = default;
  virtual std::size_t functions() const = 0;
  /// Where the pixel is, in pixels of the image.
  virtual void terms_at(std::size_t place, Terms& terms) const = 0;
  /// What is added to the matrix of a fit whose diagonal has this size, so that functions without pixels follow the
  /// others.
  virtual void stabilise(Eigen::MatrixXd& matrix, double size) const = 0;
  /// Pixels of much the same background, by a number below cells().
  virtual std::size_t cell_of(std::size_t place) const = 0;
  virtual std::size_t cells() const = 0;
  /// What all functions of the pixel are multiplied by.
  virtual double factor(std::size_t) const { return 1; }
};

class Radial : public Surface {
 public:
  /// The functions span the angles of the places; even: what an even scatterer gives each pixel.
  Radial(std::size_t intervals, const Numbers& stol, const Numbers& even, const Places& places)
      : intervals_(intervals), stol_(stol), even_(even) {
    const auto angle = [&](std::size_t i) { return stol[i]; };
    const auto [low, high] = std::ranges::minmax(places | std::views::transform(angle));
    low_ = low, width_ = std::max((high - low) / static_cast<double>(intervals), 1e-12);
  }

  std::size_t functions() const override { return intervals_ + 3; }
  std::size_t cells() const override { return intervals_ * cells_of_interval; }
  std::size_t cell_of(std::size_t place) const override {
    const double cell = (stol_[place] - low_) / width_ * static_cast<double>(cells_of_interval);
    return static_cast<std::size_t>(std::clamp(cell, 0.0, static_cast<double>(cells() - 1)));
  }
  double factor(std::size_t place) const override { return even_[place]; }

  void terms_at(std::size_t place, Terms& terms) const override {
    const std::array<double, 4> spline = spline_at(stol_[place]);
    terms.first = interval_of(stol_[place]);
    terms.values.assign(spline.begin(), spline.end());
    for (double& value : terms.values) value *= even_[place];
  }

  void stabilise(Eigen::MatrixXd& matrix, double size) const override {
    constexpr double weak = 1e-3;
    const std::array<double, 3> difference{1, -2, 1};
    for (Eigen::Index first = 0; first + 2 < matrix.rows(); ++first)
      for (Eigen::Index i = 0; i < 3; ++i)
        for (Eigen::Index k = 0; k < 3; ++k)
          matrix(first + i, first + k) +=
              weak * size * difference[static_cast<std::size_t>(i)] * difference[static_cast<std::size_t>(k)];
  }

  double intensity(double stol, const Eigen::VectorXd& amounts) const {
    const std::array<double, 4> spline = spline_at(stol);
    double sum = 0;
    for (std::size_t i = 0; i < spline.size(); ++i)
      sum += spline[i] * amounts[static_cast<Eigen::Index>(interval_of(stol) + i)];
    return std::max(sum, 0.0);
  }

  /// At points that are close enough for straight lines.
  Background scatterer(const Eigen::VectorXd& amounts) const {
    constexpr std::size_t points = 8;
    Background result{.name = "fitted"};
    for (std::size_t i = 0; i <= points * intervals_; ++i) {
      const double stol = low_ + width_ * static_cast<double>(i) / points;
      result.stol_per_m.push_back(stol / metres_from_angstrom(1));
      result.intensity_e2.push_back(intensity(stol, amounts));
    }
    return result;
  }

 private:
  std::size_t interval_of(double stol) const {
    const double interval = (stol - low_) / width_;
    return static_cast<std::size_t>(std::clamp(interval, 0.0, static_cast<double>(intervals_ - 1)));
  }

  /// The four cubic B-splines of an interval: C. de Boor, A Practical Guide to Splines (1978), for equal intervals.
  /// Beyond the ends the values of the ends hold.
  std::array<double, 4> spline_at(double stol) const {
    const double t = std::clamp((stol - low_) / width_ - static_cast<double>(interval_of(stol)), 0.0, 1.0), s = 1 - t;
    return {s * s * s / 6, (4 - 6 * t * t + 3 * t * t * t) / 6, (4 - 6 * s * s + 3 * s * s * s) / 6, t * t * t / 6};
  }

  static constexpr std::size_t cells_of_interval = 2;

  std::size_t intervals_;
  const Numbers &stol_, &even_;
  double low_ = 0, width_ = 1;
};

class Polynomial : public Surface {
 public:
  Polynomial(std::size_t degree, const Panel& panel, const ImageShape& shape)
      : degree_(degree), panel_(panel), width_(shape.n_fast) {}

  std::size_t functions() const override { return (degree_ + 1) * (degree_ + 2) / 2; }
  std::size_t cells() const override { return tiles * tiles; }
  std::size_t cell_of(std::size_t place) const override {
    const auto [fast, slow] = pixel_of(place);
    return fast * tiles / panel_.n_fast + tiles * (slow * tiles / panel_.n_slow);
  }

  void terms_at(std::size_t place, Terms& terms) const override {
    const auto [fast, slow] = pixel_of(place);
    const Numbers x = legendre(fast, panel_.n_fast), y = legendre(slow, panel_.n_slow);
    terms.first = 0;
    terms.values.clear();
    for (std::size_t total = 0; total <= degree_; ++total)
      for (std::size_t i = 0; i <= total; ++i) terms.values.push_back(x[total - i] * y[i]);
  }

  /// All but the constant may vanish.
  void stabilise(Eigen::MatrixXd& matrix, double size) const override {
    constexpr double weak = 1e-6;
    matrix.diagonal().tail(matrix.rows() - 1).array() += weak * size;
  }

 private:
  static constexpr std::size_t tiles = 8;

  std::pair<std::size_t, std::size_t> pixel_of(std::size_t place) const {
    return {place % width_ - panel_.data_fast, place / width_ - panel_.data_slow};
  }

  Numbers legendre(std::size_t pixel, std::size_t count) const {
    const double x = (2 * static_cast<double>(pixel) + 1) / static_cast<double>(count) - 1;
    Numbers values = {1, x};
    for (std::size_t n = 1; n < degree_; ++n) {
      const double k = static_cast<double>(n);
      values.push_back(((2 * k + 1) * x * values[n] - k * values[n - 1]) / (k + 1));
    }
    return values;
  }

  std::size_t degree_;
  const Panel& panel_;
  std::size_t width_;
};

/// The expected count of pixels most of which have no spot: the median; where it is zero, the share of zeros is
/// exp(-mean).
double robust_mean(Numbers counts) {
  const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
  std::ranges::nth_element(counts, middle);
  if (*middle > 0) return *middle;
  const auto zeros = std::ranges::count(counts, 0.0);
  return -std::log(static_cast<double>(zeros) / static_cast<double>(counts.size()));
}

/// Fits the functions of a surface to the pixels between the spots.
class Fit {
 public:
  Fit(const Surface& surface, const Target& target, const Detector& detector, std::span<const double> spots,
      const Places& places)
      : surface_(surface), target_(target), detector_(detector), spots_(spots), places_(places) {}

  /// Amounts of the functions.
  Eigen::VectorXd run() {
    begin();
    constexpr int most_rounds = 12;
    for (int round = 0; round < most_rounds; ++round) {
      const std::vector<std::uint8_t> before = std::move(left_out_);
      leave_out();
      if (round > 1 && left_out_ == before) break;
      solve();
    }
    return amounts_;
  }

  std::size_t left_out() const {
    return static_cast<std::size_t>(std::ranges::count_if(places_, [&](std::size_t i) { return left_out_[i] != 0; }));
  }

 private:
  double spot(std::size_t place) const { return spots_.empty() ? 0.0 : spots_[place]; }

  /// The background of each cell, without its spots.
  void begin() {
    std::vector<Numbers> counts(surface_.cells());
    Numbers factors(surface_.cells(), 0);
    for (const std::size_t i : places_) {
      counts[surface_.cell_of(i)].push_back(target_.photons[i]);
      factors[surface_.cell_of(i)] += surface_.factor(i);
    }
    Numbers levels(surface_.cells(), 0);
    for (std::size_t cell = 0; cell < levels.size(); ++cell) {
      const double pixels = static_cast<double>(counts[cell].size());
      if (pixels > 0) levels[cell] = robust_mean(std::move(counts[cell])) * pixels / factors[cell];
    }
    cell_level_ = std::move(levels);
    background_.assign(target_.photons.size(), 0);
    for (const std::size_t i : places_) background_[i] = level_at(i);
  }

  double level_at(std::size_t place) const { return cell_level_[surface_.cell_of(place)] * surface_.factor(place); }

  /// What counting does not explain, and what the model says is mostly spot. A tail of spots reaches beyond what
  /// stands out. What most pixels of a cell have is no spot, even if the functions cannot follow it.
  void leave_out() {
    constexpr double sigmas = 4, smallest_excess = 2, flat_field_error = 0.01;
    constexpr std::size_t reach = 2;
    std::vector<std::uint8_t> high(target_.photons.size(), 0);
    Places low;
    for (const std::size_t i : places_) {
      const auto limit_of = [&](double expected) {
        return sigmas * std::sqrt(expected + std::pow(flat_field_error * expected, 2)) + smallest_excess;
      };
      const double level = level_at(i), fitted = std::max(background_[i], 0.0);
      const double most = std::max(fitted, level) + spot(i), least = std::min(fitted, level) + spot(i);
      high[i] = target_.photons[i] - most > limit_of(most) || spot(i) > std::max(background_[i], smallest_excess);
      if (least - target_.photons[i] > limit_of(least)) low.push_back(i);
    }
    left_out_ = grown(high, detector_, reach);
    for (const std::size_t i : low) left_out_[i] = 1;
  }

  void solve() {
    const auto n = static_cast<Eigen::Index>(surface_.functions());
    const double least = least_variance();
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
    Eigen::VectorXd right = Eigen::VectorXd::Zero(n);
    Terms terms;
    std::size_t used = 0;
    for (const std::size_t i : places_) {
      if (left_out_[i]) continue;
      ++used;
      surface_.terms_at(i, terms);
      const double weight = 1 / std::max(background_[i] + spot(i), least), data = target_.photons[i] - spot(i);
      const auto first = static_cast<Eigen::Index>(terms.first), count = static_cast<Eigen::Index>(terms.values.size());
      const Eigen::Map<const Eigen::VectorXd> values(terms.values.data(), count);
      right.segment(first, count) += weight * data * values;
      matrix.block(first, first, count, count) += weight * values * values.transpose();
    }
    require_enough(used);
    surface_.stabilise(matrix, matrix.diagonal().maxCoeff());
    amounts_ = matrix.ldlt().solve(right);
    for (const std::size_t i : places_) {
      surface_.terms_at(i, terms);
      background_[i] = 0;
      for (std::size_t k = 0; k < terms.values.size(); ++k)
        background_[i] += terms.values[k] * amounts_[static_cast<Eigen::Index>(terms.first + k)];
    }
  }

  /// Where next to nothing is expected, weights would have no limit.
  double least_variance() const {
    constexpr double small = 0.01;
    double sum = 0;
    for (const std::size_t i : places_) sum += std::max(background_[i], 0.0);
    return std::max(small * sum / static_cast<double>(places_.size()), 1e-9);
  }

  void require_enough(std::size_t used) const {
    if (used >= surface_.functions()) return;
    throw Error::runtime({.what = "too few pixels between the spots for a fitted background",
                          .where = target_.name,
                          .value = std::to_string(used) + " pixels",
                          .rule = "it has " + std::to_string(surface_.functions()) + " unknowns",
                          .remedy = "give a lower order, or check the mask"});
  }

  const Surface& surface_;
  const Target& target_;
  const Detector& detector_;
  std::span<const double> spots_;
  const Places& places_;
  Numbers cell_level_;  ///< what most pixels of a cell have, over the factor
  Numbers background_;  ///< of each pixel
  std::vector<std::uint8_t> left_out_;
  Eigen::VectorXd amounts_;
};

/// sin(theta) / lambda of each pixel's middle, 1/angstrom.
Numbers stol_of_pixels(const Experiment& experiment) {
  const ImageShape shape = experiment.detector.image_shape();
  const double wavelength_A = angstrom_from_metres(experiment.beam.wavelength_m);
  Numbers stol(shape.n_fast * shape.n_slow, 0);
  for (const Panel& panel : experiment.detector.panels)
    for_each_place(panel, shape, [&](std::size_t fast, std::size_t slow, std::size_t i) {
      const Vec3d place = panel.point_m(static_cast<double>(fast) + 0.5, static_cast<double>(slow) + 0.5);
      stol[i] = norm(unit(place) - experiment.beam.direction) / (2 * wavelength_A);
    });
  return stol;
}

/// The experiment without its crystal, around which something scatters as much as one electron in all directions.
Experiment even_scatterer(Experiment e) {
  e.crystal.mosaic_rotations.clear();
  e.crystal.cells = {1, 1, 1};
  e.lattices.clear();
  e.structure_factors = std::make_shared<const StructureFactors>();
  e.beam.sources = {{.direction = -1.0 * e.beam.direction, .wavelength_m = e.beam.wavelength_m}};
  e.spindle.phi_steps = 1;
  e.sampling = {};
  e.water_edge_m = 0;
  constexpr double all = 1e12;  // 1/m: a hundred per angstrom
  e.backgrounds = {{.stol_per_m = {0, all}, .intensity_e2 = {1, 1}}};
  return e;
}

Numbers even_photons(const Experiment& experiment, const RenderRequest& request, const std::stop_token& stop) {
  const Experiment even = even_scatterer(experiment);
  const Image image = render(compile_plan(even), even.detector, request, {.stop = stop}).image;
  return {image.pixels.begin(), image.pixels.end()};
}

std::vector<BackgroundPoint> curve_of(const Numbers& photons, const Numbers& stol, const Places& places) {
  constexpr std::size_t rings = 60;
  double highest = 1e-12;
  for (const std::size_t i : places) highest = std::max(highest, stol[i]);
  std::vector<BackgroundPoint> sums(rings);
  std::vector<std::size_t> pixels(rings, 0);
  for (const std::size_t i : places) {
    const auto ring = std::min(rings - 1, static_cast<std::size_t>(stol[i] / highest * rings));
    sums[ring].stol_per_A += stol[i], sums[ring].photons += photons[i], ++pixels[ring];
  }
  std::vector<BackgroundPoint> curve;
  for (std::size_t ring = 0; ring < rings; ++ring) {
    if (pixels[ring] == 0) continue;
    const double count = static_cast<double>(pixels[ring]), mean_stol = sums[ring].stol_per_A / count;
    curve.push_back({mean_stol, 0.5 / mean_stol, sums[ring].photons / count});
  }
  return curve;
}

void require_size(std::size_t pixels, const Target& target, std::span<const double> spots) {
  if (target.photons.size() == pixels && (spots.empty() || spots.size() == pixels)) return;
  throw Error::usage({.what = "the image and the detector have different sizes",
                      .where = target.name,
                      .value = std::to_string(target.photons.size()) + " pixels" +
                               (spots.empty() ? "" : ", and " + std::to_string(spots.size()) + " of the model"),
                      .rule = "the experiment has " + std::to_string(pixels)});
}

/// Finds the amounts of a surface's functions, and adds its photons to all pixels in `everywhere`.
Eigen::VectorXd add_fitted(const Surface& surface, const Places& everywhere, const Target& target,
                           const Detector& detector, std::span<const double> spots, SmoothBackground& result) {
  Places places;
  for (const std::size_t i : everywhere)
    if (target.usable[i] && surface.factor(i) > 0) places.push_back(i);
  if (places.empty()) return {};
  Fit fit(surface, target, detector, spots, places);
  Eigen::VectorXd amounts = fit.run();
  result.spots += fit.left_out(), result.used += places.size() - fit.left_out();
  Terms terms;
  for (const std::size_t i : everywhere) {
    surface.terms_at(i, terms);
    double photons = 0;
    for (std::size_t k = 0; k < terms.values.size(); ++k)
      photons += terms.values[k] * amounts[static_cast<Eigen::Index>(terms.first + k)];
    result.photons[i] = std::max(photons, 0.0);
  }
  return amounts;
}

Places places_of(const Panel& panel, const ImageShape& shape) {
  Places places;
  for_each_place(panel, shape, [&](std::size_t, std::size_t, std::size_t i) { places.push_back(i); });
  return places;
}

}  // namespace

BackgroundForm parse_background_form(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto* info = std::ranges::find(kinds, text.substr(0, colon), &KindInfo::name);
  const auto order = info == std::end(kinds) ? std::nullopt
                     : colon == text.npos    ? std::optional<std::int64_t>(info->usual)
                                             : parse_integer(text.substr(colon + 1));
  if (!order)
    throw Error::usage({.what = "unknown form of a background",
                        .value = in_quotes(text),
                        .rule = "it must be radial, radial:INTERVALS, polynomial or polynomial:DEGREE",
                        .remedy = "choose one of these"});
  const BackgroundForm form{info->kind, static_cast<int>(std::clamp<std::int64_t>(*order, -1, 1'000'000))};
  require_order(form, text);
  return form;
}

std::string name_of(const BackgroundForm& form) {
  return std::string(info_of(form.kind).name) + ":" + std::to_string(form.order);
}

SmoothBackground smooth_background(const Target& target, const Experiment& experiment, const BackgroundForm& form,
                                   std::span<const double> spots, const RenderRequest& request,
                                   const std::stop_token& stop) {
  require_order(form, name_of(form));
  const ImageShape shape = experiment.detector.image_shape();
  const std::size_t pixels = shape.n_fast * shape.n_slow;
  require_size(pixels, target, spots);
  SmoothBackground result{.form = form, .photons = Numbers(pixels, 0), .curve = {}};
  const Numbers stol = stol_of_pixels(experiment);
  const auto order = static_cast<std::size_t>(form.order);
  Places all, usable;
  for (const Panel& panel : experiment.detector.panels) {
    const Places places = places_of(panel, shape);
    all.insert(all.end(), places.begin(), places.end());
    if (form.kind != BackgroundKind::Polynomial) continue;
    add_fitted(Polynomial(order, panel, shape), places, target, experiment.detector, spots, result);
  }
  std::ranges::copy_if(all, std::back_inserter(usable), [&](std::size_t i) { return target.usable[i] != 0; });
  if (usable.empty()) throw Error::runtime({.what = "no pixel of the image is usable", .where = target.name});
  if (form.kind == BackgroundKind::Radial) {
    const Numbers even = even_photons(experiment, request, stop);
    const Radial surface(order, stol, even, usable);
    const Eigen::VectorXd amounts = add_fitted(surface, all, target, experiment.detector, spots, result);
    if (amounts.size() > 0) result.scatterer = surface.scatterer(amounts);
  }
  result.curve = curve_of(result.photons, stol, usable);
  return result;
}

void require_no_background(const Experiment& experiment, const std::string& image) {
  const auto scatters = [](const Background& background) { return background.scale > 0; };
  const bool has_pedestal = experiment.recording.pedestal != 0;
  if (!(experiment.water_edge_m > 0) && std::ranges::none_of(experiment.backgrounds, scatters) && !has_pedestal) return;
  throw Error::usage(
      {.what = "a fitted background besides one of the experiment",
       .where = image,
       .rule = "the fitted one has all photons that are not spots",
       .remedy = "leave one of them out: --background, or the water, backgrounds and pedestal of the experiment"});
}

Target with_smooth_background(Target target, const Experiment& experiment, const RenderRequest& request,
                              const std::stop_token& stop) {
  constexpr std::size_t fewest_pixels = 5000;
  if (!target.background.empty() || target.usable_pixels() < fewest_pixels) return target;
  try {
    target.background = smooth_background(target, experiment, {}, {}, request, stop).photons;
  } catch (const Error& error) {
    // Nobody asked for it: where spots leave too few pixels, peaks stand out by themselves.
    if (error.kind() != Error::Kind::Runtime) throw;
  }
  return target;
}

}  // namespace femtobragg::refine
