// Pixel by pixel in double precision, so that counts stay exact.
#include "femtobragg/formats/image/frame_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg::formats {
namespace {

std::string shape_in_words(const ImageShape& shape) {
  return std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels";
}

/// "wavelength: 1 and 1.1 A".
std::string two_values(const std::string& what, double a, double b, const std::string& unit) {
  return what + ": " + format_number(a, 9) + " and " + format_number(b, 9) + " " + unit;
}

std::optional<std::string> difference_of_panels(const Panel& a, const Panel& b, const std::string& name) {
  if (a.n_fast != b.n_fast || a.n_slow != b.n_slow)
    return name + ": " + shape_in_words({a.n_fast, a.n_slow}) + " and " + shape_in_words({b.n_fast, b.n_slow});
  if (a.data_fast != b.data_fast || a.data_slow != b.data_slow)
    return name + ": at " + std::to_string(a.data_fast) + ", " + std::to_string(a.data_slow) + " and " +
           std::to_string(b.data_fast) + ", " + std::to_string(b.data_slow) + " of the image";
  if (std::abs(a.pixel_size_m - b.pixel_size_m) > 1e-5 * a.pixel_size_m)
    return two_values(name + ": pixel size", mm_from_metres(a.pixel_size_m), mm_from_metres(b.pixel_size_m), "mm");
  const auto corners = a.corners_m(), others = b.corners_m();
  double farthest_m = 0;
  for (std::size_t i = 0; i < corners.size(); ++i) farthest_m = std::max(farthest_m, norm(corners[i] - others[i]));
  constexpr double part_of_pixel = 0.1;
  if (farthest_m <= part_of_pixel * a.pixel_size_m) return std::nullopt;
  return name + ": a corner is " + format_number(mm_from_metres(farthest_m), 4) +
         " mm away from its place in the other";
}

}  // namespace

std::optional<std::string> difference_between(const Geometry& a, const Geometry& b) {
  constexpr double relative = 1e-5;
  if (a.wavelength_m && b.wavelength_m && std::abs(*a.wavelength_m - *b.wavelength_m) > relative * *a.wavelength_m)
    return two_values("wavelength", angstrom_from_metres(*a.wavelength_m), angstrom_from_metres(*b.wavelength_m), "A");
  const double angle_deg = degrees_from_radians(norm(unit(a.beam_direction) - unit(b.beam_direction)));
  constexpr double most_deg = 0.001;
  if (angle_deg > most_deg) return "the beams are " + format_number(angle_deg, 4) + " deg apart";
  const std::vector<Panel>&panels = a.detector.panels, &others = b.detector.panels;
  if (panels.size() != others.size())
    return "panels: " + std::to_string(panels.size()) + " and " + std::to_string(others.size());
  for (std::size_t i = 0; i < panels.size(); ++i)
    if (auto difference = difference_of_panels(panels[i], others[i], "panel " + std::to_string(i))) return difference;
  return std::nullopt;
}

void FrameSum::refuse_large(std::size_t i, const std::string& name) const {
  throw Error::usage({.what = "a sum is too large",
                      .where = in_quotes(name),
                      .value = format_number(sum_[i]) + " at pixel " + std::to_string(i),
                      .rule = "photons must be numbers up to 3.4e38",
                      .remedy = "give it a smaller weight"});
}

void FrameSum::add(const Frame& frame, double weight, const std::string& name) {
  if (sum_.empty()) {
    shape_ = frame.shape;
    first_name_ = name;
    sum_.assign(frame.pixels.size(), 0);
    states_ = frame.states;
  }
  const bool same = shape_ && frame.shape ? *shape_ == *frame.shape : sum_.size() == frame.pixels.size();
  if (!same)
    throw Error::usage(
        {.what = "the images have different shapes",
         .where = in_quotes(first_name_) + " and " + in_quotes(name),
         .value = shape_ && frame.shape
                      ? shape_in_words(*shape_) + " and " + shape_in_words(*frame.shape)
                      : std::to_string(sum_.size()) + " and " + std::to_string(frame.pixels.size()) + " pixels",
         .rule = "only images of one detector can be added"});
  if (!shape_) shape_ = frame.shape;
  const double pedestal = frame.pedestal.value_or(0);
  constexpr double largest = std::numeric_limits<float>::max();
  if (weight > 0) most_ += weight * (frame.most - pedestal);
  whole_ = whole_ && !frame.counts.empty() && std::floor(weight) == weight && std::floor(pedestal) == pedestal;
  for (std::size_t i = 0; i < sum_.size(); ++i) {
    const double value =
        frame.counts.empty() ? static_cast<double>(frame.pixels[i]) : static_cast<double>(frame.counts[i]);
    const bool finite = std::isfinite(value) && std::isfinite(sum_[i]);
    sum_[i] += weight * (value - pedestal);
    if (finite && !(std::abs(sum_[i]) <= largest)) refuse_large(i, name);
    if (states_[i] == PixelState::Counts) states_[i] = frame.states[i];
  }
}

Frame FrameSum::take() && {
  constexpr double exact = 9007199254740992.0;  // 2^53
  Frame frame;
  frame.shape = shape_;
  frame.states = std::move(states_);
  frame.pixels.reserve(sum_.size());
  for (const double value : sum_) {
    if (whole_ && std::abs(value) > exact)
      throw Error::runtime(
          {.what = "a sum of counts is too large", .value = format_number(value), .rule = "at most 2^53"});
    frame.pixels.push_back(static_cast<float>(value));
    if (whole_) frame.counts.push_back(static_cast<std::int64_t>(value));
  }
  frame.most = most_;
  if (std::isinf(most_) && std::ranges::find(frame.states, PixelState::Overloaded) != frame.states.end()) {
    frame.most = 0;
    for (std::size_t i = 0; i < sum_.size(); ++i)
      if (frame.states[i] == PixelState::Counts) frame.most = std::max(frame.most, std::ceil(sum_[i]));
  }
  return frame;
}

}  // namespace femtobragg::formats
