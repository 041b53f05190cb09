// From the photons of an image to the numbers of a detector, between rendering and writing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "femtobragg/model/image.h"
#include "femtobragg/model/response.h"
#include "femtobragg/simulate/response_stage.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// The stages of a response, in the order in which photons meet them; only those that do something. Throws Error(Usage)
/// for responses that validate() refuses (model/response.h).
std::vector<Stage> stages_of(const Response& response, const NoiseKey& key);
/// Counting, gain and offset as older programs do it: `poisson` draws pixel after pixel.
std::vector<Stage> serial_stages_of(const Response& response, PoissonDeviate poisson);

/// The largest valid number of a response, as files of signed 32 bits can state it: they need one more for overloads.
double stated_saturation(const Response& response);
/// The detector as its files describe it: with the saturation of the response, and without the bad pixels that it
/// masks.
Detector as_read_out(const Detector& detector, const Response& response);

/// The names of all stages that a response may have, in their order.
std::span<const std::string_view> stage_names();
/// Those up to the one of that name; "photons": none. Throws Error(Usage) that lists the names that there are.
std::vector<Stage> stages_until(std::vector<Stage> stages, std::string_view name);

/// Works on blocks of rows, each row on one of several threads. A second image is kept only where a stage mixes pixels.
/// Photons in pixels that no panel renders do not count.
class Detection {
 public:
  /// Image and detector must outlive it. `threads`: 0 for all cores; numbers do not depend on them.
  Detection(const Image& image, const Detector& detector, std::vector<Stage> stages,
            Rounding rounding = Rounding::Nearest, int threads = 0);
  /// Of the detector as_read_out().
  Detection(const Image& image, const Detector& detector, const Response& response, const NoiseKey& key = {},
            int threads = 0);

  /// One row after all stages. Rows are asked for once each, from the first to the last, here and below.
  void values(std::size_t slow, std::span<double> values);

  /// One row of whole numbers, clipped to the largest; zero where no panel renders a pixel.
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
    std::vector<double> values;
    ResponseCounts counts;
  };
  Detection(const Image& image, std::shared_ptr<const Detector> detector, std::vector<Stage> stages, Rounding rounding,
            double largest, int threads);
  /// Runs all stages up to the last that mixes pixels.
  void mix();
  void apply_to_all(PixelStage& stage);
  std::span<double> mixed_row(std::size_t slow);
  /// After the stages that are left; in place where there is a second image.
  std::span<const double> values(std::size_t slow, Rows& rows);
  template <class T>
  void convert(std::size_t slow, std::span<T> numbers, Rows& rows);
  void mark(std::size_t slow, std::span<std::int32_t> numbers, Rows& rows);
  /// The row, out of a block that is made when its first row is asked for.
  template <class T, class Make>
  void take(std::size_t slow, std::span<T> numbers, const Make& make);

  const Image& image_;
  std::shared_ptr<const Detector> detector_;
  PixelRuns runs_;
  std::vector<Stage> stages_;
  Rounding rounding_;
  double largest_;  ///< valid number of the response
  int threads_;
  bool in_order_;
  std::size_t mixing_ = 0;     ///< stages up to the last that mixes pixels, until they have run
  std::vector<double> mixed_;  ///< the image after them
  Rows rows_;
  std::size_t block_begin_ = 0, block_end_ = 0;  ///< rows of the block
  std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>, std::vector<std::int32_t>, std::vector<double>>
      block_;
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
/// What becomes of the values of a whole image, zero where no panel renders a pixel.
Image values_after(Detection detection, const ImageShape& shape);

}  // namespace femtobragg
#pragma GCC visibility pop
