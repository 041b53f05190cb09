// Loops over the pixels of a block that compilers turn into lanes.
#include "femtobragg/simulate/stages/random_block.h"

#include <cmath>
#include <cstdint>

#include "femtobragg/base/all_lanes.h"
#include "femtobragg/physics/counting.h"

namespace femtobragg::stages {
namespace {

using Words = std::array<std::uint32_t, pixels_of_block>;

/// What a stream returns next: its words, the most significant first, as a number in (0, 1).
[[gnu::always_inline]] inline double uniform_of(std::uint32_t high, std::uint32_t low) {
  // Conversions of signed numbers of 32 bits are what all lanes have.
  const double upper = static_cast<double>(static_cast<std::int32_t>(high ^ 0x80000000u)) + 2147483648.0;
  const double lower = static_cast<double>(static_cast<std::int32_t>(low >> 12));
  return (upper * 1048576.0 + lower + 0.5) * 0x1p-52;
}

/// Philox 4x32-10: see physics/random_stream.h.
FB_ALL_LANES void draw_pairs(const physics::RandomPlace& first, Block& one, Block& two) {
  constexpr std::uint64_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
  constexpr std::uint32_t weyl_0 = 0x9E3779B9, weyl_1 = 0xBB67AE85;
  Words a, b, c, d;
  for (std::size_t i = 0; i < pixels_of_block; ++i) {
    a[i] = 0;
    b[i] = first.pixel + static_cast<std::uint32_t>(i);
    c[i] = first.panel;
    d[i] = first.frame;
  }
  auto key_0 = static_cast<std::uint32_t>(first.seed);
  auto key_1 = static_cast<std::uint32_t>(first.seed >> 32) | static_cast<std::uint32_t>(first.use) << 16;
  for (int round = 0; round < 10; ++round, key_0 += weyl_0, key_1 += weyl_1)
    for (std::size_t i = 0; i < pixels_of_block; ++i) {
      const std::uint64_t product_0 = multiplier_0 * a[i], product_1 = multiplier_1 * c[i];
      a[i] = static_cast<std::uint32_t>(product_1 >> 32) ^ b[i] ^ key_0;
      b[i] = static_cast<std::uint32_t>(product_1);
      c[i] = static_cast<std::uint32_t>(product_0 >> 32) ^ d[i] ^ key_1;
      d[i] = static_cast<std::uint32_t>(product_0);
    }
  for (std::size_t i = 0; i < pixels_of_block; ++i) {
    one[i] = uniform_of(d[i], c[i]);
    two[i] = uniform_of(b[i], a[i]);
  }
}

FB_ALL_LANES void take_middle(const Block& uniform, Block& deviates) {
  for (std::size_t i = 0; i < pixels_of_block; ++i) deviates[i] = physics::middle_normal_quantile(uniform[i]);
}

constexpr double most_usual_mean = 1e300;

/// Whether the first attempt of count_by_rejection() is taken without a further look, and what it gives.
FB_ALL_LANES void attempt_counts(const Block& means, const Block& one, const Block& two, Block& counts, Block& taken) {
  for (std::size_t i = 0; i < pixels_of_block; ++i) {
    const physics::RejectionSteps steps(means[i]);
    const double u = one[i] - 0.5, from_edge = 0.5 - std::abs(u);
    counts[i] = std::floor(steps.candidate(u, from_edge));
    const bool usual = (means[i] >= physics::least_mean_of_rejection) & (means[i] < most_usual_mean);
    taken[i] = (usual & steps.is_inside(from_edge, two[i])) ? 1 : 0;
  }
}

}  // namespace

void draw_uniform(const physics::RandomPlace& first, std::size_t, Block& one, Block& two) {
  draw_pairs(first, one, two);
}

void draw_normal(const physics::RandomPlace& first, std::size_t count, Block& deviates) {
  Block uniform, unused;
  draw_pairs(first, uniform, unused);
  take_middle(uniform, deviates);
  for (std::size_t i = 0; i < count; ++i)
    if (!physics::in_normal_middle(uniform[i])) deviates[i] = physics::normal_quantile(uniform[i]);
}

void draw_counts(const physics::RandomPlace& first, std::size_t count, const double* means, double* counts) {
  Block one, two, mean{}, attempt, taken;
  std::copy_n(means, count, mean.begin());
  draw_pairs(first, one, two);
  attempt_counts(mean, one, two, attempt, taken);
  for (std::size_t i = 0; i < count; ++i) {
    if (taken[i] != 0) {
      counts[i] = attempt[i];
    } else if (mean[i] > 0 && mean[i] < physics::least_mean_of_rejection) {
      counts[i] = physics::count_by_inversion(mean[i], one[i]);
    } else if (mean[i] > 0) {
      physics::RandomPlace place = first;
      place.pixel += static_cast<std::uint32_t>(i);
      physics::RandomStream stream(place);
      counts[i] = physics::poisson_count(mean[i], stream);
    } else {
      counts[i] = mean[i];
    }
  }
}

}  // namespace femtobragg::stages
