// What a pixel shows, for those who train on images.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "femtobragg/model/pixel_mask.h"

namespace femtobragg::dataset {

/// Of several that hold, the last counts.
enum class PixelClass : std::uint8_t { Background, Ice, Bragg, Saturated, Shadow, Bad, Gap };

struct PixelClassInfo {
  PixelClass value;
  std::string_view name, meaning;
};
inline constexpr std::array<PixelClassInfo, 7> pixel_classes = {{
    {PixelClass::Background, "background", "none of the others"},
    {PixelClass::Ice, "ice", "ice brings at least half of the photons of all backgrounds"},
    {PixelClass::Bragg, "bragg", "S >= sqrt(S + B) and S > 0, of the expected photons S of spots and B of backgrounds"},
    {PixelClass::Saturated, "saturated", "above the largest valid number"},
    {PixelClass::Shadow, "shadow", "behind a beam stop or another obstacle"},
    {PixelClass::Bad, "bad", "dead or hot"},
    {PixelClass::Gap, "gap", "no pixel, masked, or not rendered"},
}};

/// An image, pixel by pixel; all lists have its size.
struct ClassedImage {
  std::span<const float> spots;          ///< expected photons
  std::span<const float> backgrounds;    ///< the same; empty: there are none
  std::span<const float> ice;            ///< their part of ice; empty: there is none
  std::span<const std::int32_t> counts;  ///< as the detector gives them
  const PixelMask& mask;
  double saturation;  ///< the largest valid number
};
std::vector<std::uint8_t> classes_of(const ClassedImage& image);

}  // namespace femtobragg::dataset
