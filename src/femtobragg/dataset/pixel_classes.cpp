// Pixel by pixel.
#include "femtobragg/dataset/pixel_classes.h"

namespace femtobragg::dataset {
namespace {

/// What light makes of a pixel.
PixelClass lit_class(float spots, float backgrounds, float ice) {
  if (spots > 0 && spots * spots >= spots + backgrounds) return PixelClass::Bragg;
  return ice > 0 && 2 * ice >= backgrounds ? PixelClass::Ice : PixelClass::Background;
}

/// What the mask says; background: nothing.
PixelClass masked_class(std::uint32_t bits) {
  if (bits & pixel_bits::gap) return PixelClass::Gap;
  if (bits & (pixel_bits::dead | pixel_bits::over_responding)) return PixelClass::Bad;
  return bits & pixel_bits::user ? PixelClass::Shadow : PixelClass::Background;
}

}  // namespace

std::vector<std::uint8_t> classes_of(const ClassedImage& image) {
  const auto at = [](std::span<const float> photons, std::size_t i) { return photons.empty() ? 0.0F : photons[i]; };
  std::vector<std::uint8_t> classes(image.counts.size());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    PixelClass value = masked_class(image.mask[i]);
    if (value == PixelClass::Background && static_cast<double>(image.counts[i]) > image.saturation)
      value = PixelClass::Saturated;
    if (value == PixelClass::Background) value = lit_class(image.spots[i], at(image.backgrounds, i), at(image.ice, i));
    classes[i] = static_cast<std::uint8_t>(value);
  }
  return classes;
}

}  // namespace femtobragg::dataset
