// From the photons of an image to the numbers of a detector, between rendering and writing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "femtobragg/model/image.h"
#include "femtobragg/model/response.h"
#include "femtobragg/simulate/response_stage.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// The stages of a response, in the order in which photons meet them.
std::vector<StagePointer> stages_of(const Response& response, const NoiseKey& key);
/// As older programs do it: `poisson` draws pixel after pixel.
std::vector<StagePointer> serial_stages_of(const Response& response, PoissonDeviate poisson);

/// Works on blocks of rows, each row on one of several threads, so that no second image is kept. Photons in pixels that
/// no panel renders do not count.
class Detection {
 public:
  /// Image and detector must outlive it. `threads`: 0 for all cores; numbers do not depend on them. Throws Error(Usage)
  /// where a stage in raster order comes before one that reads neighbours: in strips its pixels would be computed more
  /// than once.
  Detection(const Image& image, const Detector& detector, std::vector<StagePointer> stages,
            Rounding rounding = Rounding::Nearest, int threads = 0);
  Detection(const Image& image, const Detector& detector, const Response& response, const NoiseKey& key = {},
            int threads = 0);

  /// Values of rows [begin, end) after all stages. With stages in raster order each row once, in order.
  const Strip& values(std::size_t begin, std::size_t end);

  /// One row of whole numbers, clipped to the largest; zero where no panel renders a pixel. Rows are asked for once
  /// each, from the first to the last.
  void row(std::size_t slow, std::span<std::uint8_t> numbers);
  void row(std::size_t slow, std::span<std::uint16_t> numbers);
  /// The same with marks: -1 where no panel renders a pixel, or it is masked or not a number. A saturated pixel gets
  /// the saturation of its panel plus one, which readers interpret as overloaded.
  void row(std::size_t slow, std::span<std::int32_t> numbers);

  /// Of all rows so far.
  const ResponseCounts& counts() const { return counts_; }

 private:
  /// What a thread works with.
  struct Rows {
    Strip strip, next;
    ResponseCounts counts;
  };
  const Strip& values(std::size_t begin, std::size_t end, Rows& rows) const;
  template <class T>
  void convert(std::size_t slow, std::span<T> numbers, Rows& rows) const;
  void mark(std::size_t slow, std::span<std::int32_t> numbers, Rows& rows) const;
  /// The row, out of a block that is made when its first row is asked for.
  template <class T, class Make>
  void take(std::size_t slow, std::span<T> numbers, const Make& make);

  const Image& image_;
  PixelRuns runs_;
  std::vector<StagePointer> stages_;
  Rounding rounding_;
  int threads_;
  bool in_order_;
  Rows rows_;
  std::size_t block_begin_ = 0, block_end_ = 0;  ///< rows of the block
  std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>, std::vector<std::int32_t>> block_;
  ResponseCounts counts_;
};

/// The numbers of a whole image.
struct Counts {
  std::vector<std::int32_t> pixels;
  ResponseCounts counts;
};
Counts detect(const Image& image, const Detector& detector, const Response& response, const NoiseKey& key = {},
              int threads = 0);
Counts detect(Detection detection, const ImageShape& shape);

}  // namespace femtobragg
#pragma GCC visibility pop
