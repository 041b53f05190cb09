// Parts of the image that XDS.INP excludes, as pixels of panels.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "femtobragg/model/detector.h"

namespace femtobragg::formats {

/// In XDS's pixel numbers, which are whole in the middle of a pixel, the first of which is 1. What lies within is
/// excluded; what lies on the edge is not.
struct UntrustedArea {
  enum class Form { Rectangle, Ellipse, Quadrilateral } form = Form::Rectangle;
  /// X1 X2 Y1 Y2 of the rectangle, or of the one around the ellipse; or four corners, each X Y, in order around it.
  std::array<double, 8> numbers{};
};

/// Throws Error(Runtime) for more areas and pixels than a mask can have.
void mask_untrusted(std::vector<Panel>& panels, const std::vector<UntrustedArea>& areas, const std::string& where);

}  // namespace femtobragg::formats
