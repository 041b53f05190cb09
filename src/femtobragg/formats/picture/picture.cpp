// From the image to the canvas to the file.
#include "femtobragg/formats/picture/picture.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/picture/annotations.h"
#include "femtobragg/formats/picture/canvas.h"
#include "femtobragg/formats/picture/colour_map.h"
#include "femtobragg/formats/picture/layout.h"
#include "femtobragg/formats/picture/png_file.h"

namespace femtobragg::formats {
namespace {

/// One pixel of the font is so small a part of the picture.
int pen_of(const Layout& layout) {
  constexpr std::size_t pixels_per_pen = 900;
  return static_cast<int>(1 + std::max(layout.width(), layout.height()) / pixels_per_pen);
}

/// What each pixel of the picture shows: the brightest pixel of the image in it. NaN: none.
Image laid_out(const Image& image, const Layout& layout) {
  Image laid = Image::zeros(layout.width(), layout.height());
  std::ranges::fill(laid.pixels, std::numeric_limits<float>::quiet_NaN());
  layout.for_each_sample(
      layout.samples(), [&](std::size_t x, std::size_t y, std::size_t number, double fast_px, double slow_px) {
        const PanelPlace& p = layout.panels()[number];
        const auto fast = static_cast<std::size_t>(fast_px), slow = static_cast<std::size_t>(slow_px);
        if (p.panel && (p.panel->masked(fast, slow) || !p.panel->rendered_region().contains(fast, slow))) return;
        const float value = image.pixels[(p.data_slow + slow) * image.n_fast + p.data_fast + fast];
        float& shown = laid.pixels[y * layout.width() + x];
        if (std::isnan(shown) || value > shown) shown = value;
      });
  return laid;
}

void paint(Canvas& canvas, const Image& image, const auto& tone) {
  for (std::size_t y = 0; y < canvas.height(); ++y)
    for (std::size_t x = 0; x < canvas.width(); ++x)
      if (const float value = image.row(y)[x]; !std::isnan(value))
        canvas.at(x, y) = level_of(tone(static_cast<double>(value)));
}

void write_canvas(const std::string& path, const Canvas& canvas, const ColourMap& colours) {
  write_palette_png(
      path, canvas.width(), canvas.height(), palette_of(colours),
      [&](std::size_t slow, std::span<std::uint8_t> row) { std::ranges::copy(canvas.row(slow), row.begin()); });
}

Canvas canvas_of(const std::string& path, std::size_t width, std::size_t height, int pen) {
  require_png_size(path, width, height);
  return {width, height, pen};
}

/// Perceived lightness.
double lightness_of(const Colour& c) { return 0.30 * c.red + 0.59 * c.green + 0.11 * c.blue; }

void require_spots_on_panels(const Detector& detector, const std::vector<PictureSpot>& spots) {
  for (const PictureSpot& spot : spots) {
    if (spot.panel >= detector.panels.size())
      throw Error::usage({.what = "a predicted spot is on a panel that the detector does not have",
                          .value = std::to_string(spot.panel),
                          .rule = "panels are counted from 0, and there are " + std::to_string(detector.panels.size()),
                          .remedy = "give the list of this image"});
    const Panel& p = detector.panels[spot.panel];
    const bool inside = spot.fast_px >= 0 && spot.slow_px >= 0 && spot.fast_px <= static_cast<double>(p.n_fast) &&
                        spot.slow_px <= static_cast<double>(p.n_slow);
    if (!inside)
      throw Error::usage({.what = "a predicted spot is outside its panel",
                          .value = "fast " + format_number(spot.fast_px) + ", slow " + format_number(spot.slow_px),
                          .rule = "panel " + std::to_string(spot.panel) + " has " + std::to_string(p.n_fast) + " x " +
                                  std::to_string(p.n_slow) + " pixels",
                          .remedy = "give the list of this image"});
  }
}

void require_geometry(const Geometry* geometry, const char* what) {
  if (geometry) return;
  throw Error::usage({.what = std::string(what) + " need the geometry of the detector",
                      .rule = "the image does not state it",
                      .remedy = "draw the picture without them"});
}

/// What the ends and the middle of the colours stand for.
std::vector<std::pair<double, std::string>> numbers_of(const Tones& tones) {
  std::vector<std::pair<double, std::string>> numbers;
  for (const double tone : {0.0, 0.5, 1.0}) numbers.emplace_back(tone, format_number(tones.value_at(tone), 2));
  return numbers;
}

}  // namespace

std::string in_words(const PictureReport& r) {
  const char* const least = r.light_ground ? "lightest" : "darkest";
  const char* const most = r.light_ground ? "darkest" : "lightest";
  return std::to_string(r.width) + " x " + std::to_string(r.height) + " pixels, " + least + " = " +
         format_number(r.least, 3) + ", " + most + " = " + format_number(r.most, 3) + " photons";
}

std::vector<std::string> missing_in(const PictureReport& report) {
  std::vector<std::string> sentences;
  for (const double d : report.rings_outside)
    sentences.push_back("the ring at " + format_number(d) + " A is off the detector");
  if (report.no_room_for_bar) sentences.push_back("the bar of the colours has no room");
  return sentences;
}

PictureReport write_picture(const std::string& path, const Image& image, const Geometry* geometry,
                            const PreviewOptions& options) {
  const ColourMap& colours = colour_map_named(options.colours);
  if (options.rings) require_geometry(geometry, "rings of resolution");
  if (!options.spots.empty()) {
    require_geometry(geometry, "predicted spots");
    require_spots_on_panels(geometry->detector, options.spots);
  }
  const Layout layout(image.shape(), geometry, options.layout, options.longest_edge);
  Canvas canvas = canvas_of(path, layout.width(), layout.height(), pen_of(layout));
  const Image laid = laid_out(image, layout);
  const Tones tones = tones_of(laid, options);
  paint(canvas, laid, [&](double value) { return tones.of(value); });
  Labels labels(canvas);
  std::vector<RingLine> rings;
  if (options.rings) {
    rings = draw_rings(canvas, layout, *geometry, options.rings_A);
    draw_beam(labels, layout, geometry->beam_direction);
  }
  const std::vector<PictureSpot> circled = draw_circles(labels, layout, options.spots);
  if (options.rings) draw_scale_bar(labels, layout);
  const bool has_bar = options.bar && draw_colour_bar(labels, numbers_of(tones), "photons");
  if (options.rings) label_rings(labels, layout, *geometry, rings);
  label_circles(labels, layout, circled);
  write_canvas(path, canvas, colours);
  PictureReport report{layout.width(), layout.height(), tones.least, tones.most,
                       lightness_of(colours.stops.front()) > lightness_of(colours.stops.back())};
  report.no_room_for_bar = options.bar && !has_bar;
  for (const RingLine& ring : rings)
    if (ring.pixels.empty()) report.rings_outside.push_back(ring.resolution_A);
  return report;
}

void write_picture(const std::string& path, const Image& image, const Tones& tones, const PreviewOptions& options) {
  Canvas canvas = canvas_of(path, image.n_fast, image.n_slow, 1);
  paint(canvas, image, [&](double value) { return tones.of(value); });
  write_canvas(path, canvas, colour_map_named(options.colours));
}

void write_difference_picture(const std::string& path, const Image& difference, double most, GreyScale scale) {
  constexpr double linear_share = 0.01;
  Canvas canvas = canvas_of(path, difference.n_fast, difference.n_slow, 1);
  const double top = std::asinh(1 / linear_share);
  paint(canvas, difference, [&](double value) {
    const double share = most > 0 ? value / most : 0;
    return 0.5 + 0.5 * (scale == GreyScale::Log ? std::asinh(share / linear_share) / top : share);
  });
  if (most > 0) {
    Labels labels(canvas);
    draw_colour_bar(labels, {{0, "-" + format_number(most)}, {0.5, "0"}, {1, format_number(most)}}, "σ");
  }
  write_canvas(path, canvas, difference_colours());
}

ImageFormatInfo png_format() {
  return {.name = "PNG",
          .suffixes = {".png"},
          .description = "picture for looking at, in grey or colour",
          .in_words = "8-bit preview, compressed",
          .numbers = Numbers::Preview,
          .write =
              [](const std::string& path, const ImageContents& c) {
                const Geometry* const geometry = c.geometry ? &*c.geometry : nullptr;
                const PictureReport report = write_picture(path, photons_of(c, path), geometry, c.preview);
                if (c.tell_picture) c.tell_picture(report);
              },
          .bytes = [](const ImageContents& c) { return std::uint64_t{c.shape.n_fast} * c.shape.n_slow; }};
}

}  // namespace femtobragg::formats
