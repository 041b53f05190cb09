// How a picture of an image is to be drawn.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace femtobragg::formats {

enum class GreyScale { Log, Linear };

enum class PictureLayout {
  ByPanels,  ///< several panels as they stand, one as its pixels lie in the image
  Data,      ///< as pixels lie in the image
  Lab,       ///< as the panels stand, looking along the beam, y up
};

/// A predicted reflection.
struct PictureSpot {
  std::array<std::int64_t, 3> hkl{};
  std::size_t panel = 0;
  double fast_px = 0, slow_px = 0;  ///< the centre of the panel's first pixel is 0.5, 0.5
  double photons = 0;

  friend bool operator==(const PictureSpot&, const PictureSpot&) = default;
};

struct PreviewOptions {
  GreyScale scale = GreyScale::Log;
  /// Of the pixels: this value and all above are drawn in the strongest colour; 0 to 100. Nothing: the brightest spots.
  std::optional<double> percentile{};
  std::string colours = "grey";  ///< of the list in formats/picture/colour_map.h
  PictureLayout layout = PictureLayout::ByPanels;
  std::size_t longest_edge = 0;      ///< of the picture, in pixels; 0: one for each pixel of the image
  bool bar = false;                  ///< of the colours, with their photons
  bool rings = false;                ///< of resolution, with the beam centre and a scale bar
  std::vector<double> rings_A{};     ///< resolutions; empty: chosen to fit
  std::vector<PictureSpot> spots{};  ///< circled, the brightest labelled

  friend bool operator==(const PreviewOptions&, const PreviewOptions&) = default;
};

/// The longest edge that can be asked for.
inline constexpr std::size_t least_picture_edge = 16, most_picture_edge = 16384;

/// What a picture has become.
struct PictureReport {
  std::size_t width = 0, height = 0;
  double least = 0, most = 0;           ///< photons from which on, and up to which, colours change
  bool light_ground = true;             ///< the fewest photons have the lightest colour
  std::vector<double> rings_outside{};  ///< resolutions of rings that are not on the detector, in angstrom
  bool no_room_for_bar = false;
};
/// "60 x 60 pixels, lightest = 0.02, darkest = 35 photons".
std::string in_words(const PictureReport& report);
/// A sentence for each ring and bar that was asked for and is not in the picture.
std::vector<std::string> missing_in(const PictureReport& report);

/// Of words like "3,2,1.5", in angstrom; nothing: they are not all above zero.
std::optional<std::vector<double>> resolutions_of(std::string_view words);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
