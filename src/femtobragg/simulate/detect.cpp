// Strips of rows through the stages, then whole numbers.
#include "femtobragg/simulate/detect.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "femtobragg/backends/work_items.h"
#include "femtobragg/base/error.h"

namespace femtobragg {
namespace {

void require_each_pixel_once(const std::vector<StagePointer>& stages) {
  bool in_order = false;
  for (const StagePointer& stage : stages) {
    if (in_order && stage->halo() > 0)
      throw Error::usage({.what = "a stage that reads neighbours after one that draws random numbers in raster order",
                          .where = "the response of the detector",
                          .rule = "neighbours of strips are computed again, and must come out the same"});
    in_order = in_order || stage->in_order();
  }
}

/// Rows [begin, end) and some around them, as far as the image reaches.
void set_rows(Strip& strip, std::size_t begin, std::size_t end, std::size_t around, const Image& image) {
  strip.n_fast = image.n_fast;
  strip.own_begin = begin, strip.own_end = end;
  strip.begin = begin - std::min(begin, around);
  strip.end = std::min(end + around, image.n_slow);
  strip.values.resize((strip.end - strip.begin) * image.n_fast);
}

/// A value from 0 up as a whole number. By way of int, which compilers can convert many at a time.
template <class T, Rounding rounding>
T whole(double value) {
  if constexpr (rounding == Rounding::CutOff) return static_cast<T>(static_cast<std::int32_t>(value));
  if constexpr (rounding == Rounding::Nearest) return static_cast<T>(static_cast<std::int32_t>(value + 0.5));
  return static_cast<T>(static_cast<std::int32_t>(static_cast<float>(value + 0.5)));
}

/// Values of a run as numbers. Without branches and calls, so that compilers can vectorise it.
template <class T, Rounding rounding>
void clip(std::span<const double> values, std::span<T> numbers, ResponseCounts& counts) {
  constexpr double largest = std::numeric_limits<T>::max();
  // Older programs store what is negative as zero in images that they round this way, and expect that.
  constexpr bool zero_is_fine = rounding == Rounding::NearestInFloat;
  std::uint32_t unusable = 0, overloads = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double value = values[i];
    unusable += zero_is_fine ? std::isnan(value) : !(value >= 0);
    overloads += value > largest;
    numbers[i] = whole<T, rounding>(value >= 0 ? std::min(value, largest) : 0.0);
  }
  counts.unusable += unusable;
  counts.overloads += overloads;
}

template <class T>
void clip(Rounding rounding, std::span<const double> values, std::span<T> numbers, ResponseCounts& counts) {
  switch (rounding) {
    case Rounding::Nearest: return clip<T, Rounding::Nearest>(values, numbers, counts);
    case Rounding::NearestInFloat: return clip<T, Rounding::NearestInFloat>(values, numbers, counts);
    case Rounding::CutOff: return clip<T, Rounding::CutOff>(values, numbers, counts);
  }
}

}  // namespace

namespace {

std::vector<StagePointer> stages_after(StagePointer counting, const Response& response) {
  std::vector<StagePointer> stages;
  if (response.counting_noise) stages.push_back(std::move(counting));
  if (response.gain != 1) stages.push_back(std::make_unique<GainStage>(response.gain));
  if (response.offset != 0) stages.push_back(std::make_unique<OffsetStage>(response.offset));
  return stages;
}

}  // namespace

std::vector<StagePointer> stages_of(const Response& response, const NoiseKey& key) {
  return stages_after(std::make_unique<CountingStage>(key), response);
}

std::vector<StagePointer> serial_stages_of(const Response& response, PoissonDeviate poisson) {
  if (response.counting_noise && !poisson)
    throw Error::usage({.what = "counting noise needs random numbers", .remedy = "give `poisson` too"});
  return stages_after(std::make_unique<SerialCountingStage>(std::move(poisson)), response);
}

Detection::Detection(const Image& image, const Detector& detector, std::vector<StagePointer> stages, Rounding rounding,
                     int threads)
    : image_(image),
      runs_(detector),
      stages_(std::move(stages)),
      rounding_(rounding),
      threads_(threads > 0 ? threads : omp_get_max_threads()),
      in_order_(std::ranges::any_of(stages_, [](const StagePointer& stage) { return stage->in_order(); })) {
  require_each_pixel_once(stages_);
}

Detection::Detection(const Image& image, const Detector& detector, const Response& response, const NoiseKey& key,
                     int threads)
    : Detection(image, detector, stages_of(response, key), response.rounding, threads) {}

const Strip& Detection::values(std::size_t begin, std::size_t end) {
  const Strip& strip = values(begin, end, rows_);
  counts_.add(std::exchange(rows_.counts, {}));
  return strip;
}

const Strip& Detection::values(std::size_t begin, std::size_t end, Rows& rows) const {
  std::size_t around = 0;
  for (const StagePointer& stage : stages_) around += stage->halo();
  set_rows(rows.strip, begin, end, around, image_);
  for (std::size_t slow = rows.strip.begin; slow < rows.strip.end; ++slow)
    std::ranges::copy(image_.row(slow), rows.strip.row(slow).begin());
  for (const StagePointer& stage : stages_) {
    if (stage->halo() == 0) {
      stage->apply(rows.strip, rows.strip, runs_, rows.counts);
      continue;
    }
    around -= stage->halo();
    set_rows(rows.next, begin, end, around, image_);
    stage->apply(rows.strip, rows.next, runs_, rows.counts);
    std::swap(rows.strip, rows.next);
  }
  return rows.strip;
}

template <class T>
void Detection::convert(std::size_t slow, std::span<T> numbers, Rows& rows) const {
  const std::span<const double> values = this->values(slow, slow + 1, rows).row(slow);
  std::ranges::fill(numbers, T{0});
  runs_.for_each(slow, [&](const PixelRun& run) {
    const std::size_t count = run.end - run.begin;
    clip(rounding_, values.subspan(run.begin, count), numbers.subspan(run.begin, count), rows.counts);
  });
}

void Detection::mark(std::size_t slow, std::span<std::int32_t> numbers, Rows& rows) const {
  constexpr double largest = std::numeric_limits<std::int32_t>::max();
  const std::span<const double> values = this->values(slow, slow + 1, rows).row(slow);
  std::ranges::fill(numbers, -1);
  runs_.for_each(slow, [&](const PixelRun& run) {
    const double saturation = std::floor(run.panel->saturation), most = std::min(saturation + 1, largest);
    for (std::size_t at = run.begin; at < run.end; ++at) {
      const double number = std::floor(rounding_ == Rounding::CutOff ? values[at] : values[at] + 0.5);
      rows.counts.unusable += std::isnan(number) || number < 0;
      if (std::isnan(number) || run.masked(at)) continue;
      rows.counts.overloads += number > saturation || number > largest;
      numbers[at] = static_cast<std::int32_t>(std::clamp(number, 0.0, most));
    }
  });
}

template <class T, class Make>
void Detection::take(std::size_t slow, std::span<T> numbers, const Make& make) {
  if (in_order_ || threads_ == 1) {
    make(slow, numbers, rows_);
    counts_.add(std::exchange(rows_.counts, {}));
    return;
  }
  if (!std::holds_alternative<std::vector<T>>(block_)) block_ = std::vector<T>();
  std::vector<T>& block = std::get<std::vector<T>>(block_);
  if (slow < block_begin_ || slow >= block_end_ || block.empty()) {
    constexpr std::size_t rows_of_a_block = 256;
    block_begin_ = slow;
    block_end_ = std::min(slow + rows_of_a_block, image_.n_slow);
    block.resize((block_end_ - block_begin_) * image_.n_fast);
    backends::WorkItems items{std::stop_token()};
#pragma omp parallel num_threads(threads_)
    {
      Rows rows;
#pragma omp for schedule(dynamic, 4)
      for (std::size_t row = block_begin_; row < block_end_; ++row)
        items.run(
            [&] { make(row, std::span(block).subspan((row - block_begin_) * image_.n_fast, image_.n_fast), rows); });
#pragma omp critical(femtobragg_detection)
      counts_.add(rows.counts);
    }
    items.finish();
  }
  std::ranges::copy(std::span(block).subspan((slow - block_begin_) * image_.n_fast, image_.n_fast), numbers.begin());
}

void Detection::row(std::size_t slow, std::span<std::uint8_t> numbers) {
  take(slow, numbers, [this](std::size_t row, std::span<std::uint8_t> n, Rows& rows) { convert(row, n, rows); });
}

void Detection::row(std::size_t slow, std::span<std::uint16_t> numbers) {
  take(slow, numbers, [this](std::size_t row, std::span<std::uint16_t> n, Rows& rows) { convert(row, n, rows); });
}

void Detection::row(std::size_t slow, std::span<std::int32_t> numbers) {
  take(slow, numbers, [this](std::size_t row, std::span<std::int32_t> n, Rows& rows) { mark(row, n, rows); });
}

Counts detect(const Image& image, const Detector& detector, const Response& response, const NoiseKey& key,
              int threads) {
  return detect(Detection(image, detector, response, key, threads), image.shape());
}

Counts detect(Detection detection, const ImageShape& shape) {
  Counts all{std::vector<std::int32_t>(shape.n_fast * shape.n_slow), {}};
  for (std::size_t slow = 0; slow < shape.n_slow; ++slow)
    detection.row(slow, std::span(all.pixels).subspan(slow * shape.n_fast, shape.n_fast));
  all.counts = detection.counts();
  return all;
}

}  // namespace femtobragg
