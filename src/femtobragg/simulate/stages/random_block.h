// Random numbers of neighbouring pixels, many at a time: those of their streams, bit for bit.
#pragma once

#include <array>
#include <cstddef>

#include "femtobragg/simulate/stages/places.h"

namespace femtobragg::stages {

inline constexpr std::size_t pixels_of_block = 64;
using Block = std::array<double, pixels_of_block>;

/// The first two uniform deviates of `count` pixels from `first` on.
void draw_uniform(const physics::RandomPlace& first, std::size_t count, Block& one, Block& two);
/// The first normal deviates.
void draw_normal(const physics::RandomPlace& first, std::size_t count, Block& deviates);
/// physics::poisson_count() of each mean. What is not a number, or negative, stays so.
void draw_counts(const physics::RandomPlace& first, std::size_t count, const double* means, double* counts);

/// f(place of the first pixel, column, count) for blocks of the pixels of a row.
template <class F>
void for_each_block(const ValueRow& row, const NoiseKey& key, physics::RandomUse use, F&& f) {
  row.runs.for_each(row.slow, [&](const PixelRun& run) {
    for (std::size_t column = run.begin; column < run.end; column += pixels_of_block)
      f(place_of(key, use, run, column), column, std::min(pixels_of_block, run.end - column));
  });
}

/// value = f(value, normal deviate) for each pixel of a row.
template <class F>
void change_by_normals(ValueRow& row, const NoiseKey& key, physics::RandomUse use, F&& f) {
  Block normals;
  for_each_block(row, key, use, [&](const physics::RandomPlace& place, std::size_t column, std::size_t count) {
    draw_normal(place, count, normals);
    for (std::size_t i = 0; i < count; ++i) row.values[column + i] = f(row.values[column + i], normals[i]);
  });
}

}  // namespace femtobragg::stages
