// What the parts of validate() share.
#pragma once

#include <cmath>
#include <string>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/model/experiment.h"

namespace femtobragg::validation {

/// What numbers that follow from each other may differ by.
inline constexpr double rounding = 1e-6;

/// Why a field is refused: what it is, the rule that it breaks, and what to do.
struct Reason {
  const char *what, *rule, *remedy;
};

[[noreturn]] inline void refuse(const std::string& field, const std::string& value, const Reason& reason) {
  throw Error::usage(
      {.what = reason.what, .where = field, .value = value, .rule = reason.rule, .remedy = reason.remedy});
}

inline std::string item(const char* list, std::size_t i) { return std::string(list) + "[" + std::to_string(i) + "]"; }
inline std::string text_of(const Vec3d& v) {
  return format_number(v.x) + " " + format_number(v.y) + " " + format_number(v.z);
}

inline bool is_direction(const Vec3d& v) { return is_finite(v) && norm(v) > 0; }
inline bool is_unit(const Vec3d& v) { return std::abs(norm(v) - 1) <= rounding; }
inline bool nearly(double value, double wanted) { return std::abs(value - wanted) <= rounding * std::abs(wanted); }

/// Panels, their sensors, and their windows in the image.
void validate_detector(const Detector& detector, const Vec3d& beam, const OddValues& odd);

void validate_background(const Background& background, const std::string& field);
/// The path of a background ends before the beam meets a panel's plane.
void validate_path(const Background& background, const std::string& field, const Experiment& experiment);

/// After beam, detector and spindle.
void validate_attenuation(const Experiment& experiment);

}  // namespace femtobragg::validation
