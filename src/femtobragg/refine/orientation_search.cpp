// Peaks, pairs of peaks, and what images say of the orientations that explain them.
#include "femtobragg/refine/orientation_search.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/refine/normal_equations.h"
#include "femtobragg/refine/schedule.h"
#include "femtobragg/refine/smooth_background.h"
#include "femtobragg/simulate/compile_plan.h"

namespace femtobragg::refine {
namespace {

/// Real and reciprocal axes, angstrom.
struct Lattice {
  Vec3d a, b, c, a_star, b_star, c_star;

  explicit Lattice(const CrystalAxes& axes)
      : a(angstrom_from_metres(axes.a_m)),
        b(angstrom_from_metres(axes.b_m)),
        c(angstrom_from_metres(axes.c_m)),
        a_star(axes.a_star_A),
        b_star(axes.b_star_A),
        c_star(axes.c_star_A) {}

  Vec3d indices(const Vec3d& q) const { return {dot(a, q), dot(b, q), dot(c, q)}; }
  Vec3d point(const Vec3d& hkl) const { return a_star * hkl.x + b_star * hkl.y + c_star * hkl.z; }
};

Vec3d nearest(const Vec3d& hkl) { return {std::round(hkl.x), std::round(hkl.y), std::round(hkl.z)}; }

/// How well a rotation makes whole numbers of the first peaks' indices.
double score_of(const Lattice& lattice, const std::vector<Peak>& peaks, std::size_t count, const Mat3d& rotation,
                double width) {
  const Mat3d back = transpose(rotation);
  double score = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Vec3d hkl = lattice.indices(back * peaks[i].q_A), off = hkl - nearest(hkl);
    score += std::exp(-0.5 * dot(off, off) / (width * width));
  }
  return score / static_cast<double>(count);
}

/// The rotation that takes one pair of directions to another, exactly for their bisector and their plane.
Mat3d rotation_between(const Vec3d& from1, const Vec3d& from2, const Vec3d& to1, const Vec3d& to2) {
  const auto frame = [](const Vec3d& v, const Vec3d& w) {
    const Vec3d middle = unit(unit(v) + unit(w)), normal = unit(cross(v, w));
    return Mat3d{middle, normal, cross(middle, normal)};
  };
  return transpose(frame(to1, to2)) * frame(from1, from2);
}

/// Turns towards the lattice points nearest to the first peaks, each weighted by how near it is.
Mat3d improved(const Lattice& lattice, const std::vector<Peak>& peaks, std::size_t count, Mat3d rotation,
               double width) {
  constexpr int rounds = 4;
  for (int round = 0; round < rounds; ++round) {
    Eigen::Matrix3d matrix = Eigen::Matrix3d::Zero();
    Eigen::Vector3d right = Eigen::Vector3d::Zero();
    const Mat3d back = transpose(rotation);
    for (std::size_t i = 0; i < count; ++i) {
      const Vec3d hkl = lattice.indices(back * peaks[i].q_A), whole = nearest(hkl), off = hkl - whole;
      const double weight = std::exp(-0.5 * dot(off, off) / (width * width));
      const Vec3d point = rotation * lattice.point(whole), error = peaks[i].q_A - point;
      // A turn by w moves the point by w x point.
      const Vec3d moment = cross(point, error);
      const Eigen::Vector3d p(point.x, point.y, point.z);
      matrix += weight * (p.squaredNorm() * Eigen::Matrix3d::Identity() - p * p.transpose());
      right += weight * Eigen::Vector3d(moment.x, moment.y, moment.z);
    }
    const Eigen::Vector3d turn = matrix.ldlt().solve(right);
    const double angle = turn.norm();
    if (!(angle > 1e-7) || !std::isfinite(angle)) break;
    rotation = rotation_matrix(Vec3d{turn[0] / angle, turn[1] / angle, turn[2] / angle}, angle) * rotation;
  }
  return rotation;
}

/// Angle between two orientations.
double difference_rad(const Mat3d& a, const Mat3d& b) {
  const double trace = dot(a.row_x, b.row_x) + dot(a.row_y, b.row_y) + dot(a.row_z, b.row_z);
  return std::acos(std::clamp(0.5 * (trace - 1), -1.0, 1.0));
}

std::vector<Vec3d> points_up_to(const Lattice& lattice, double q_A) {
  std::vector<Vec3d> points;
  const auto most = [&](const Vec3d& axis) { return std::ceil(q_A * norm(axis)); };
  for (double h = -most(lattice.a); h <= most(lattice.a); ++h)
    for (double k = -most(lattice.b); k <= most(lattice.b); ++k)
      for (double l = -most(lattice.c); l <= most(lattice.c); ++l) {
        const Vec3d point = lattice.point({h, k, l});
        if (norm(point) <= q_A && (h != 0 || k != 0 || l != 0)) points.push_back(point);
      }
  std::ranges::sort(points, {}, [](const Vec3d& p) { return norm(p); });
  return points;
}

class Search {
 public:
  Search(const Experiment& experiment, std::vector<Peak> peaks, const OrientationSearchOptions& options)
      : lattice_(experiment.crystal.axes), options_(options), peaks_(std::move(peaks)) {
    std::ranges::sort(peaks_, {}, [](const Peak& p) { return norm(p.q_A); });
    pair_peaks_ = std::min(options.pair_peaks, peaks_.size());
    first_peaks_ = std::min<std::size_t>(std::max<std::size_t>(pair_peaks_, peaks_.size() / 3), peaks_.size());
    points_ = points_up_to(lattice_, norm(peaks_[pair_peaks_ - 1].q_A) * (1 + options.length_tolerance));
  }

  std::vector<OrientationCandidate> run() {
    for (std::size_t i = 0; i < pair_peaks_; ++i)
      for (std::size_t j = i + 1; j < pair_peaks_; ++j) try_pair(peaks_[i].q_A, peaks_[j].q_A);
    thin();
    // First the peaks at low angles, then all.
    for (OrientationCandidate& c : found_) {
      for (const std::size_t count : {first_peaks_, (first_peaks_ + peaks_.size()) / 2, peaks_.size()})
        c.rotation = improved(lattice_, peaks_, count, c.rotation, fine);
      c.score = score_of(lattice_, peaks_, peaks_.size(), c.rotation, fine);
    }
    thin();
    return std::move(found_);
  }

 private:
  /// Widths in Miller indices: before and after an orientation is improved.
  static constexpr double rough = 0.15, fine = 0.12;

  std::vector<Vec3d> of_length(double q_A) const {
    // Short ones are known less well: spots are as wide near the beam as far from it.
    const double tolerance = std::max(options_.length_tolerance * q_A, 0.1 * norm(points_.front()));
    std::vector<Vec3d> found;
    for (const Vec3d& p : points_)
      if (std::abs(norm(p) - q_A) < tolerance) found.push_back(p);
    return found;
  }

  void try_pair(const Vec3d& q1, const Vec3d& q2) {
    if (options_.stop.stop_requested()) throw backends::Stopped();
    const double angle = std::acos(std::clamp(dot(unit(q1), unit(q2)), -1.0, 1.0));
    constexpr double least_angle = 0.3;
    if (angle < least_angle || angle > pi - least_angle) return;
    const double shorter = std::min(norm(q1), norm(q2));
    const double tolerance = std::max(options_.angle_tolerance_rad, 0.1 * norm(points_.front()) / shorter);
    const std::vector<Vec3d> firsts = of_length(norm(q1)), seconds = of_length(norm(q2));
    for (const Vec3d& p1 : firsts)
      for (const Vec3d& p2 : seconds) {
        const double cosine_between = dot(p1, p2) / (norm(p1) * norm(p2));
        if (std::abs(std::acos(std::clamp(cosine_between, -1.0, 1.0)) - angle) > tolerance) continue;
        const Mat3d rotation = rotation_between(p1, p2, q1, q2);
        found_.push_back({rotation, score_of(lattice_, peaks_, first_peaks_, rotation, rough), 0});
      }
    if (found_.size() > 20000) thin();
  }

  /// The best, no two of them alike.
  void thin() {
    std::ranges::sort(found_, std::greater{}, &OrientationCandidate::score);
    std::vector<OrientationCandidate> kept;
    constexpr double alike_rad = 0.02;
    for (const OrientationCandidate& c : found_) {
      if (kept.size() >= options_.candidates) break;
      if (std::ranges::none_of(kept, [&](const auto& k) { return difference_rad(k.rotation, c.rotation) < alike_rad; }))
        kept.push_back(c);
    }
    found_ = std::move(kept);
  }

  Lattice lattice_;
  const OrientationSearchOptions& options_;
  std::vector<Peak> peaks_;
  std::size_t pair_peaks_ = 0, first_peaks_ = 0;
  std::vector<Vec3d> points_;
  std::vector<OrientationCandidate> found_;
};

double image_correlation(const Experiment& experiment, const Target& target, std::span<const std::uint8_t> pixels,
                         const OrientationSearchOptions& options) {
  FitSums fit;
  double model_total = 0, data_total = 0;
  const std::vector<float> model =
      render(compile_plan(experiment), experiment.detector, options.request, {.stop = options.stop}).image.pixels;
  for (std::size_t i = 0; i < model.size(); ++i)
    if (pixels[i])
      model_total += static_cast<double>(model[i]), data_total += target.photons[i] - target.background_at(i);
  const double scale = model_total > 0 ? std::max(data_total, 0.0) / model_total : 0;
  for (std::size_t i = 0; i < model.size(); ++i)
    if (pixels[i]) fit.add_pixel(scale * static_cast<double>(model[i]) + target.background_at(i), target.photons[i], 1);
  return fit.correlation();
}

Vec3d scattering_vector(const Experiment& experiment, const Panel& panel, double fast, double slow) {
  return (unit(panel.point_m(fast + 0.5, slow + 0.5)) - experiment.beam.direction) /
         angstrom_from_metres(experiment.beam.wavelength_m);
}

double net_photons(const Target& target, std::size_t pixel) {
  return std::max(target.photons[pixel] - target.background_at(pixel), 0.0);
}

}  // namespace

std::vector<Peak> find_peaks(const Target& target, const Experiment& experiment, std::size_t most) {
  constexpr double sigmas = 5;
  constexpr std::size_t reach = 2;
  const auto bright = without_direct_beam(experiment, bright_pixels(target, experiment, sigmas));
  std::vector<Peak> peaks;
  const std::size_t width = experiment.detector.image_shape().n_fast;
  for (const Panel& panel : experiment.detector.panels) {
    const std::size_t first = panel.data_slow * width + panel.data_fast;
    for (std::size_t slow = reach; slow + reach < panel.n_slow; ++slow)
      for (std::size_t fast = reach; fast + reach < panel.n_fast; ++fast) {
        const std::size_t at = first + slow * width + fast;
        if (!bright[at]) continue;
        const double here = net_photons(target, at);
        bool highest = true;
        double sum = 0, sum_fast = 0, sum_slow = 0;
        for (std::size_t s = slow - reach; s <= slow + reach; ++s)
          for (std::size_t f = fast - reach; f <= fast + reach; ++f) {
            const std::size_t other = first + s * width + f;
            const double photons = net_photons(target, other);
            highest = highest && (photons < here || (photons == here && other >= at));
            sum += photons, sum_fast += photons * static_cast<double>(f), sum_slow += photons * static_cast<double>(s);
          }
        if (highest) peaks.push_back({scattering_vector(experiment, panel, sum_fast / sum, sum_slow / sum), sum});
      }
  }
  std::ranges::sort(peaks, std::greater{}, &Peak::photons);
  if (peaks.size() > most) peaks.resize(most);
  return peaks;
}

Experiment turned(const Experiment& experiment, const Mat3d& rotation) {
  Experiment result = experiment;
  result.crystal.axes = experiment.crystal.axes.turned(rotation);
  return result;
}

std::vector<OrientationCandidate> search_orientation(const Experiment& experiment, const Target& target,
                                                     const OrientationSearchOptions& options) {
  constexpr std::size_t fewest_peaks = 6;
  const Target seen = with_smooth_background(target, experiment, options.request, options.stop);
  std::vector<Peak> peaks = find_peaks(seen, experiment, options.most_peaks);
  if (peaks.size() < fewest_peaks)
    throw Error::runtime({.what = "too few peaks to find an orientation",
                          .where = target.name,
                          .value = std::to_string(peaks.size()),
                          .rule = "it needs at least " + std::to_string(fewest_peaks),
                          .remedy = "give a brighter image, and check its offset"});
  std::vector<OrientationCandidate> found = Search(experiment, std::move(peaks), options).run();
  if (found.empty())
    throw Error::runtime({.what = "no orientation explains the peaks",
                          .where = target.name,
                          .remedy = "check the cell, the wavelength and the detector"});
  // The image decides among those whose lattices explain nearly as many peaks.
  constexpr double broadening = 2, nearly = 0.85;
  const double best = found.front().score;
  std::erase_if(found, [&](const OrientationCandidate& c) { return c.score < nearly * best; });
  const Target smooth = smoothed(seen, experiment.detector, added_width_pixels(experiment, broadening));
  const auto pixels = without_direct_beam(experiment, seen.usable);
  Experiment start = with_pixels(experiment, pixels);
  if (!seen.background.empty()) start.water_edge_m = 0, start.backgrounds.clear();
  for (OrientationCandidate& c : found)
    c.correlation = image_correlation(with_broad_spots(turned(start, c.rotation), broadening), smooth, pixels, options);
  std::ranges::sort(found, std::greater{}, &OrientationCandidate::correlation);
  return found;
}

}  // namespace femtobragg::refine
