// Orthogonal polynomials by Stieltjes's recurrence (W. Gautschi, Orthogonal Polynomials, 2004, 2.2.3); their roots
// lie between those of the one before.
#include "femtobragg/simulate/gauss_depths.h"

#include <algorithm>
#include <cmath>

namespace femtobragg {
namespace {

/// p_k+1(u) sqrt(b_k+1) = (u - a_k) p_k(u) - sqrt(b_k) p_k-1(u), of length one in the measure.
struct Recurrence {
  std::vector<double> a, root_b;

  /// p_count(u) but for a factor, and the sum of the squares of those before.
  std::pair<double, double> at(double u, std::size_t count) const {
    double before = 0, now = 1, squares = 0;
    for (std::size_t k = 0; k < count; ++k) {
      squares += now * now;
      const double next = ((u - a[k]) * now - (k > 0 ? root_b[k - 1] : 0) * before) / root_b[k];
      before = now;
      now = next;
    }
    return {now, squares};
  }
};

/// Over what matters of the profile, by Simpson's rule.
Recurrence recurrence_of(double lengths, double end, std::size_t count) {
  constexpr std::size_t steps = 2000;
  std::vector<double> u(steps + 1), weight(steps + 1), before(steps + 1, 0.0), now(steps + 1, 1.0);
  double total = 0;
  for (std::size_t i = 0; i <= steps; ++i) {
    u[i] = end * static_cast<double>(i) / steps;
    weight[i] = (i == 0 || i == steps ? 1 : i % 2 ? 4 : 2) * std::exp(-lengths * u[i]);
    total += weight[i];
  }
  Recurrence r;
  for (std::size_t k = 0; k < count; ++k) {
    double a = 0, squares = 0;
    for (std::size_t i = 0; i <= steps; ++i) a += weight[i] / total * u[i] * now[i] * now[i];
    for (std::size_t i = 0; i <= steps; ++i) {
      before[i] = (u[i] - a) * now[i] - (k > 0 ? r.root_b[k - 1] : 0) * before[i];
      squares += weight[i] / total * before[i] * before[i];
    }
    std::swap(before, now);
    r.a.push_back(a);
    r.root_b.push_back(std::sqrt(squares));
    for (double& x : now) x /= r.root_b.back();
  }
  return r;
}

double root_between(const Recurrence& r, std::size_t count, double low, double high) {
  const bool rises = r.at(high, count).first > 0;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = 0.5 * (low + high);
    ((r.at(middle, count).first > 0) == rises ? high : low) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

std::vector<GaussDepth> gauss_depths(double lengths, std::size_t count) {
  // exp(-40) of the light gets further.
  const double end = std::min(1.0, 40 / lengths), absorbed = -std::expm1(-lengths);
  const Recurrence r = recurrence_of(lengths, end, count);
  std::vector<double> roots;
  for (std::size_t k = 1; k <= count; ++k) {
    std::vector<double> bounds = {0};
    bounds.insert(bounds.end(), roots.begin(), roots.end());
    bounds.push_back(end);
    roots.clear();
    for (std::size_t i = 0; i < k; ++i) roots.push_back(root_between(r, k, bounds[i], bounds[i + 1]));
  }
  std::vector<GaussDepth> depths;
  double share = 0;
  for (const double root : roots) {
    share += 1 / r.at(root, count).second;
    depths.push_back({root, std::min(end, -std::log1p(-std::min(share, 1.0) * absorbed) / lengths)});
  }
  depths.back().back = 1;
  return depths;
}

}  // namespace femtobragg
