// Rows through the stages, then whole numbers.
#include "femtobragg/simulate/detect.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "femtobragg/backends/work_items.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/zeros.h"

namespace femtobragg {
namespace {

/// Neighbouring pixels of a panel.
struct RunOfValues {
  std::span<const double> values;
  const std::uint8_t* mask = nullptr;  ///< 0: masked; null: none is
  double saturation = 0;
};

/// The value before its fraction is dropped.
template <Rounding rounding>
double raised(double value) {
  if constexpr (rounding == Rounding::CutOff) return value;
  if constexpr (rounding == Rounding::Nearest) return value + 0.5;
  return static_cast<double>(static_cast<float>(value + 0.5));
}

/// A value from 0 up as a whole number. By way of int, which compilers can convert many at a time.
template <class T, Rounding rounding>
T whole(double value) {
  return static_cast<T>(static_cast<std::int32_t>(raised<rounding>(value)));
}

/// Values of a run as numbers. Without branches and calls, so that compilers can vectorise it.
template <class T, Rounding rounding, bool has_mask>
void clip(const RunOfValues& run, std::span<T> numbers, ResponseCounts& counts) {
  constexpr double most = std::numeric_limits<T>::max();
  const double largest = std::min(std::floor(run.saturation), most);
  // Older programs store what is negative as zero in images that they round this way, and expect that.
  constexpr bool zero_is_fine = rounding == Rounding::NearestInFloat;
  std::uint32_t below_zero = 0, not_numbers = 0, overloads = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double value = run.values[i], sum = raised<rounding>(value);
    bool live = true;
    if constexpr (has_mask) live = run.mask[i] != 0;
    not_numbers += live & (value != value);
    if constexpr (!zero_is_fine) below_zero += live & (rounding == Rounding::CutOff ? value <= -1 : sum < 0);
    overloads += live & (sum >= largest + 1);
    numbers[i] = whole<T, rounding>(value >= 0 ? std::min(value, most) : 0.0);
  }
  counts.below_zero += below_zero;
  counts.not_numbers += not_numbers;
  counts.overloads += overloads;
}

/// The same with marks.
template <Rounding rounding, bool has_mask>
void mark_run(const RunOfValues& run, std::span<std::int32_t> numbers, ResponseCounts& counts) {
  const double saturation = std::floor(run.saturation);
  const double largest = std::numeric_limits<std::int32_t>::max(), most = std::min(saturation + 1, largest);
  std::uint32_t below_zero = 0, not_numbers = 0, overloads = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double value = run.values[i], sum = value + (rounding == Rounding::CutOff ? 0 : 0.5);
    const bool is_number = value == value;
    bool live = true;
    if constexpr (has_mask) live = run.mask[i] != 0;
    not_numbers += live & !is_number;
    below_zero += live & (rounding == Rounding::CutOff ? value <= -1 : sum < 0);
    overloads += live & ((sum >= saturation + 1) | (sum >= largest + 1));
    const double clamped = sum >= 0 ? std::min(sum, most) : 0.0;
    numbers[i] = live & is_number ? static_cast<std::int32_t>(clamped) : -1;
  }
  counts.below_zero += below_zero;
  counts.not_numbers += not_numbers;
  counts.overloads += overloads;
}

/// f<rounding, has_mask>() of a run.
template <class F>
void with_kind(Rounding rounding, const RunOfValues& run, F&& f) {
  const auto with_mask = [&]<Rounding r>() {
    run.mask ? f.template operator()<r, true>() : f.template operator()<r, false>();
  };
  switch (rounding) {
    case Rounding::Nearest: return with_mask.template operator()<Rounding::Nearest>();
    case Rounding::NearestInFloat: return with_mask.template operator()<Rounding::NearestInFloat>();
    case Rounding::CutOff: return with_mask.template operator()<Rounding::CutOff>();
  }
}

const std::uint8_t* mask_of(const PixelRun& run) {
  return run.panel->mask.empty() ? nullptr : run.panel->mask.data() + run.pixel(run.begin);
}

}  // namespace

namespace {

bool mixes_pixels(const Stage& stage) { return std::holds_alternative<std::unique_ptr<ImageStage>>(stage); }

bool goes_in_order(const Stage& stage) {
  const auto* one = std::get_if<std::unique_ptr<PixelStage>>(&stage);
  return one && (*one)->in_order();
}

std::size_t stages_to_mix(const std::vector<Stage>& stages) {
  const auto last = std::find_if(stages.rbegin(), stages.rend(), mixes_pixels);
  return static_cast<std::size_t>(stages.rend() - last);
}

}  // namespace

Detection::Detection(const Image& image, std::shared_ptr<const Detector> detector, std::vector<Stage> stages,
                     Rounding rounding, double largest, int threads)
    : image_(image),
      detector_(std::move(detector)),
      runs_(*detector_),
      stages_(std::move(stages)),
      rounding_(rounding),
      largest_(largest),
      threads_(threads > 0 ? threads : omp_get_max_threads()),
      in_order_(std::ranges::any_of(stages_, goes_in_order)),
      mixing_(stages_to_mix(stages_)) {}

Detection::Detection(const Image& image, const Detector& detector, std::vector<Stage> stages, Rounding rounding,
                     int threads)
    : Detection(image, std::shared_ptr<const Detector>(std::shared_ptr<void>(), &detector), std::move(stages), rounding,
                std::numeric_limits<double>::infinity(), threads) {}

Detection::Detection(const Image& image, const Detector& detector, const Response& response, const NoiseKey& key,
                     int threads)
    : Detection(image, std::make_shared<const Detector>(as_read_out(detector, response)), stages_of(response, key),
                response.rounding, largest_number(response), threads) {}

void Detection::apply_to_all(PixelStage& stage) {
  backends::WorkItems items{std::stop_token()};
#pragma omp parallel num_threads(stage.in_order() ? 1 : threads_)
  {
    ResponseCounts counts;
#pragma omp for schedule(static)
    for (std::size_t slow = 0; slow < image_.n_slow; ++slow)
      items.run([&] {
        ValueRow row{slow, mixed_row(slow), runs_, counts};
        stage.apply(row);
      });
#pragma omp critical(femtobragg_detection)
    counts_.add(counts);
  }
  items.finish();
}

void Detection::mix() {
  if (mixing_ == 0) return;
  mixed_ = zeros<double>(image_.pixels.size());
#pragma omp parallel for schedule(static) num_threads(threads_)
  for (std::size_t i = 0; i < mixed_.size(); ++i) mixed_[i] = image_.pixels[i];
  for (std::size_t i = 0; i < mixing_; ++i) {
    if (auto* const stage = std::get_if<std::unique_ptr<PixelStage>>(&stages_[i]))
      apply_to_all(**stage);
    else
      std::get<std::unique_ptr<ImageStage>>(stages_[i])->apply(mixed_, *detector_, threads_);
  }
  stages_.erase(stages_.begin(), stages_.begin() + static_cast<std::ptrdiff_t>(std::exchange(mixing_, 0)));
  in_order_ = std::ranges::any_of(stages_, goes_in_order);
}

std::span<double> Detection::mixed_row(std::size_t slow) {
  return std::span(mixed_).subspan(slow * image_.n_fast, image_.n_fast);
}

std::span<const double> Detection::values(std::size_t slow, Rows& rows) {
  std::span<double> values;
  if (mixed_.empty()) {
    rows.values.assign(image_.row(slow).begin(), image_.row(slow).end());
    values = rows.values;
  } else {
    values = mixed_row(slow);
  }
  ValueRow row{slow, values, runs_, rows.counts};
  for (const Stage& stage : stages_) std::get<std::unique_ptr<PixelStage>>(stage)->apply(row);
  return values;
}

template <class T>
void Detection::convert(std::size_t slow, std::span<T> numbers, Rows& rows) {
  const std::span<const double> values = this->values(slow, rows);
  std::ranges::fill(numbers, T{0});
  runs_.for_each(slow, [&](const PixelRun& run) {
    const std::size_t count = run.end - run.begin;
    const RunOfValues one{values.subspan(run.begin, count), mask_of(run), largest_};
    with_kind(rounding_, one, [&]<Rounding rounding, bool has_mask>() {
      clip<T, rounding, has_mask>(one, numbers.subspan(run.begin, count), rows.counts);
    });
  });
}

void Detection::mark(std::size_t slow, std::span<std::int32_t> numbers, Rows& rows) {
  const std::span<const double> values = this->values(slow, rows);
  std::ranges::fill(numbers, -1);
  runs_.for_each(slow, [&](const PixelRun& run) {
    const std::size_t count = run.end - run.begin;
    const RunOfValues one{values.subspan(run.begin, count), mask_of(run), run.panel->saturation};
    with_kind(rounding_, one, [&]<Rounding rounding, bool has_mask>() {
      mark_run<rounding, has_mask>(one, numbers.subspan(run.begin, count), rows.counts);
    });
  });
}

template <class T, class Make>
void Detection::take(std::size_t slow, std::span<T> numbers, const Make& make) {
  mix();
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

void Detection::values(std::size_t slow, std::span<double> values) {
  take(slow, values, [this](std::size_t row, std::span<double> out, Rows& rows) {
    const std::span<const double> all = this->values(row, rows);
    std::ranges::fill(out, 0.0);
    runs_.for_each(row, [&](const PixelRun& run) {
      const std::size_t count = run.end - run.begin;
      std::ranges::copy(all.subspan(run.begin, count), out.begin() + static_cast<std::ptrdiff_t>(run.begin));
    });
  });
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

Image values_after(Detection detection, const ImageShape& shape) {
  Image image = Image::zeros(shape.n_fast, shape.n_slow);
  std::vector<double> row(shape.n_fast);
  for (std::size_t slow = 0; slow < shape.n_slow; ++slow) {
    detection.values(slow, row);
    std::ranges::transform(row, image.pixels.begin() + static_cast<std::ptrdiff_t>(slow * shape.n_fast),
                           [](double value) { return static_cast<float>(value); });
  }
  return image;
}

}  // namespace femtobragg
