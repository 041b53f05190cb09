// The text lines by which makers of detectors describe a frame, in CBF files and in comments of TIFF files.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "femtobragg/formats/image/pixel_data.h"

namespace femtobragg::formats {

/// Lines of "# Word value unit". Of lines that repeat a word the last counts, as in DIALS. Views are into the text.
/// All that read values throw Error(Runtime), with the line's number, for what is not a number or has an unknown unit.
class MiniHeader {
 public:
  MiniHeader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  /// What stands behind a word at the beginning of a line, to the line's end.
  std::optional<std::string_view> find(std::string_view word) const;
  /// The same; nothing where the line has no digit, such as "not set".
  std::optional<std::string_view> find_number(std::string_view word) const;
  /// "Silicon sensor, thickness 0.00032 m": the words before "sensor", and those behind.
  std::optional<std::pair<std::string_view, std::string_view>> sensor() const;

  /// The i-th number of a line, whatever its unit.
  double number(const std::string& word, std::string_view line, std::size_t i = 0) const;
  /// The i-th number with the unit behind it; without one in unit_m.
  double length_m(const std::string& word, std::string_view line, std::size_t i = 0, double unit_m = 1) const;
  double angle_rad(const std::string& word, std::string_view line) const;
  double energy_eV(const std::string& word, std::string_view line) const;
  /// Two numbers between commas, in pixels or else in lengths, of which each is divided by the pixel's edge.
  std::pair<double, double> place_px(const std::string& word, std::string_view line, double fast_m,
                                     double slow_m) const;

  /// A sentence for each of the words whose lines differ.
  std::vector<std::string> repeated(std::initializer_list<std::string_view> words) const;

  [[noreturn]] void refuse(const std::string& what, std::string_view at, const std::string& rule) const;

 private:
  struct Quantity {
    double value = 0;
    std::string_view unit;  ///< empty: none
  };
  using UnitFactor = std::function<std::optional<double>(std::string_view)>;

  std::vector<Quantity> quantities(std::string_view line, bool commas_separate) const;
  Quantity quantity(const std::string& word, std::string_view line, std::size_t i, bool commas_separate) const;
  double in_units(const std::string& word, std::string_view line, std::size_t i, double otherwise,
                  const UnitFactor& factor, std::string_view known) const;

  std::string_view text_;
  const std::string& name_;
};

/// What such a header says of the frame's pixels. Throws Error(Runtime) where a value is not a number; `name` is the
/// file's.
PixelRules rules_of_mini_header(std::string_view text, const std::string& name);

}  // namespace femtobragg::formats
