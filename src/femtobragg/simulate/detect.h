// From the photons of an image to the numbers of a detector, between rendering and writing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "femtobragg/model/image.h"
#include "femtobragg/model/response.h"
#include "femtobragg/simulate/response_stage.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// The stages of a response, in the order in which photons meet them. `poisson`: for counting noise.
std::vector<StagePointer> stages_of(const Response& response, PoissonDeviate poisson);

/// Works on one strip of rows at a time, so that no second image is kept. Photons in pixels that no panel renders do
/// not count.
class Detection {
 public:
  /// Image and detector must outlive it. Throws Error(Usage) where a stage in raster order comes before one that reads
  /// neighbours: in strips its pixels would be computed more than once.
  Detection(const Image& image, const Detector& detector, std::vector<StagePointer> stages,
            Rounding rounding = Rounding::Nearest);
  Detection(const Image& image, const Detector& detector, const Response& response, PoissonDeviate poisson = {});

  /// Values of rows [begin, end) after all stages. With stages in raster order each row once, in order.
  const Strip& values(std::size_t begin, std::size_t end);

  /// One row of whole numbers, clipped to the largest; zero where no panel renders a pixel.
  void row(std::size_t slow, std::span<std::uint8_t> numbers);
  void row(std::size_t slow, std::span<std::uint16_t> numbers);
  /// The same with marks: -1 where no panel renders a pixel, or it is masked or not a number. A saturated pixel gets
  /// the saturation of its panel plus one, which readers interpret as overloaded.
  void row(std::size_t slow, std::span<std::int32_t> numbers);

  /// Of all rows so far.
  const ResponseCounts& counts() const { return counts_; }

 private:
  template <class T>
  void store_clipped(std::size_t slow, std::span<T> numbers);

  const Image& image_;
  PixelRuns runs_;
  std::vector<StagePointer> stages_;
  Rounding rounding_;
  Strip strip_, next_;
  ResponseCounts counts_;
};

/// The numbers of a whole image.
struct Counts {
  std::vector<std::int32_t> pixels;
  ResponseCounts counts;
};
Counts detect(const Image& image, const Detector& detector, const Response& response, PoissonDeviate poisson = {});

}  // namespace femtobragg
#pragma GCC visibility pop
