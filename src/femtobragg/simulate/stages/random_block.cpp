// Loops over the pixels of a block that compilers turn into lanes.
#include "femtobragg/simulate/stages/random_block.h"

#include <cmath>
#include <cstdint>
#include <utility>

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

/// Numbers of pixels of one panel and frame. Their loops run over whole groups, which compilers unroll.
constexpr std::size_t pixels_of_group = 32;
struct Pixels {
  Words numbers{};
  std::size_t count = 0;

  std::size_t groups() const { return (count + pixels_of_group - 1) / pixels_of_group; }
};

Pixels neighbours(const physics::RandomPlace& first) {
  Pixels pixels{.numbers = {}, .count = pixels_of_block};
  for (std::size_t i = 0; i < pixels_of_block; ++i) pixels.numbers[i] = first.pixel + static_cast<std::uint32_t>(i);
  return pixels;
}

/// The two deviates of the streams' draw `turn`, counted from 0. Philox 4x32-10: see physics/random_stream.h.
FB_ALL_LANES void draw_pairs(const physics::RandomPlace& place, const Pixels& pixels, std::uint32_t turn, Block& one,
                             Block& two) {
  constexpr std::uint64_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
  constexpr std::uint32_t weyl_0 = 0x9E3779B9, weyl_1 = 0xBB67AE85;
  for (std::size_t group = 0; group < pixels.groups(); ++group) {
    const std::size_t begin = group * pixels_of_group;
    std::array<std::uint32_t, pixels_of_group> a, b, c, d;
    for (std::size_t i = 0; i < pixels_of_group; ++i) {
      a[i] = turn;
      b[i] = pixels.numbers[begin + i];
      c[i] = place.panel;
      d[i] = place.frame;
    }
    auto key_0 = static_cast<std::uint32_t>(place.seed);
    auto key_1 = static_cast<std::uint32_t>(place.seed >> 32) | static_cast<std::uint32_t>(place.use) << 16;
    for (int round = 0; round < 10; ++round, key_0 += weyl_0, key_1 += weyl_1)
      for (std::size_t i = 0; i < pixels_of_group; ++i) {
        const std::uint64_t product_0 = multiplier_0 * a[i], product_1 = multiplier_1 * c[i];
        a[i] = static_cast<std::uint32_t>(product_1 >> 32) ^ b[i] ^ key_0;
        b[i] = static_cast<std::uint32_t>(product_1);
        c[i] = static_cast<std::uint32_t>(product_0 >> 32) ^ d[i] ^ key_1;
        d[i] = static_cast<std::uint32_t>(product_0);
      }
    for (std::size_t i = 0; i < pixels_of_group; ++i) {
      one[begin + i] = uniform_of(d[i], c[i]);
      two[begin + i] = uniform_of(b[i], a[i]);
    }
  }
}

FB_ALL_LANES void take_middle(const Block& uniform, Block& deviates) {
  for (std::size_t i = 0; i < pixels_of_block; ++i) deviates[i] = physics::middle_normal_quantile(uniform[i]);
}

bool is_found_by_rejection(double mean) {
  return mean >= physics::least_mean_of_rejection && mean <= physics::most_mean_of_rejection;
}

/// Attempts of count_by_rejection() for whole groups: candidates and what becomes of them.
FB_ALL_LANES void attempt_counts(const Block& means, std::size_t groups, const Block& one, const Block& two,
                                 Block& counts, Block& verdicts) {
  for (std::size_t begin = 0; begin < groups * pixels_of_group; begin += pixels_of_group)
    for (std::size_t i = begin; i < begin + pixels_of_group; ++i) {
      const physics::RejectionSteps steps(means[i]);
      const double u = one[i] - 0.5, from_edge = 0.5 - std::abs(u);
      counts[i] = std::floor(steps.candidate(u, from_edge));
      verdicts[i] = steps.verdict(counts[i], from_edge, two[i]);
    }
}

/// Pixels of a block that still wait for their count.
struct Waiting {
  Pixels pixels;
  Block means{};
  std::array<std::uint8_t, pixels_of_block> place{};  ///< in the block

  void add(std::uint32_t number, double mean, std::size_t at) {
    pixels.numbers[pixels.count] = number;
    means[pixels.count] = mean;
    place[pixels.count++] = static_cast<std::uint8_t>(at);
  }
};

/// One attempt for each; those that fail go on waiting.
void attempt(Waiting& waiting, const Block& one, const Block& two, double* counts) {
  Block candidates, verdicts;
  attempt_counts(waiting.means, waiting.pixels.groups(), one, two, candidates, verdicts);
  const std::size_t count = std::exchange(waiting.pixels.count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    bool taken = verdicts[i] > 0;
    if (verdicts[i] == 0)
      taken = physics::RejectionSteps(waiting.means[i]).is_taken(candidates[i], 0.5 - std::abs(one[i] - 0.5), two[i]);
    if (taken)
      counts[waiting.place[i]] = candidates[i];
    else
      waiting.add(waiting.pixels.numbers[i], waiting.means[i], waiting.place[i]);
  }
}

}  // namespace

void draw_uniform(const physics::RandomPlace& first, std::size_t, Block& one, Block& two) {
  draw_pairs(first, neighbours(first), 0, one, two);
}

void draw_normal(const physics::RandomPlace& first, std::size_t count, Block& deviates) {
  Block uniform, unused;
  draw_pairs(first, neighbours(first), 0, uniform, unused);
  take_middle(uniform, deviates);
  for (std::size_t i = 0; i < count; ++i)
    if (!physics::in_normal_middle(uniform[i])) deviates[i] = physics::normal_quantile(uniform[i]);
}

void draw_counts(const physics::RandomPlace& first, std::size_t count, const double* means, double* counts) {
  Block one, two;
  const Pixels pixels = neighbours(first);
  draw_pairs(first, pixels, 0, one, two);
  Waiting waiting;
  for (std::size_t i = 0; i < count; ++i) {
    const double mean = means[i];
    if (is_found_by_rejection(mean)) {
      one[waiting.pixels.count] = one[i], two[waiting.pixels.count] = two[i];
      waiting.add(pixels.numbers[i], mean, i);
    } else {
      counts[i] =
          mean > 0 && mean < physics::least_mean_of_rejection ? physics::count_by_inversion(mean, one[i]) : mean;
    }
  }
  for (std::uint32_t turn = 1;; ++turn) {
    attempt(waiting, one, two, counts);
    if (waiting.pixels.count == 0) return;
    draw_pairs(first, waiting.pixels, turn, one, two);
  }
}

}  // namespace femtobragg::stages
