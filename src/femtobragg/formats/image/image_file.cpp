// Readers of what other files of this folder write, and of the same formats from other programs.
#include "femtobragg/formats/image/image_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/png_mask.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/input_file.h"

namespace femtobragg::formats {
namespace {

/// How files begin that are known by name only.
struct Foreign {
  std::size_t at;
  std::string_view magic, name;
};
constexpr std::array<Foreign, 19> foreign_formats = {{
    {0, "MTZ ", "an MTZ file of reflections"},
    {0, "\x89PNG", "a PNG preview, which does not contain photons"},
    {0, "\xff\xd8\xff", "a JPEG picture, which does not contain photons"},
    {0, "GIF8", "a GIF picture, which does not contain photons"},
    {0, "P2\n", "a PGM picture in plain text"},
    {0, "P6\n", "a PPM picture in colour"},
    {0, "FORMAT :", "a Bruker image"},
    {0, "OD SAPPHIRE", "an image of Oxford Diffraction (Rigaku OD)"},
    {0, std::string_view("\xd2\x04\0\0", 4), "a mar345 image"},
    {0, std::string_view("\0\0\x04\xd2", 4), "a mar345 image"},
    {0, "mar research", "a mar image"},
    {128, "mar research", "a mar345 image"},
    {0, "R-AXIS", "an R-AXIS image"},
    {0, "RAXIS", "an R-AXIS image"},
    {0, "SIMPLE  =", "a FITS image"},
    {0, "PK\x03\x04", "a ZIP archive, as NumPy's .npz"},
    {0, "\x80\x04\x95", "a Python pickle"},
    {0, "MATLAB 5.0", "a MATLAB file"},
    {0, "\x0e\x03\x13\x01", "an HDF4 file"},
}};

/// Floating point numbers are no text.
bool is_text(std::string_view bytes) {
  constexpr std::size_t least = 16, looked_at = 4096;
  // Numbers that are all the same may be.
  const bool varies = bytes.find_first_not_of(bytes.substr(0, 1)) != bytes.npos;
  return bytes.size() >= least && varies && std::ranges::all_of(bytes.substr(0, looked_at), [](unsigned char c) {
           return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r';
         });
}

/// "SMV, CBF and TIFF": those for which it holds.
template <class Holds>
std::string names_of(Holds&& holds) {
  std::vector<std::string> names;
  for (const ImageFormatInfo& format : image_formats())
    if (holds(format)) names.emplace_back(format.name);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 < names.size() ? ", " : " and ") + names[i];
  return text;
}

void refuse_foreign(std::string_view bytes, const std::string& name) {
  const auto refuse = [&](std::string_view format) {
    throw Error::runtime({.what = "this image format cannot be read",
                          .where = in_quotes(name),
                          .value = std::string(format),
                          .rule = names_of([](const auto& known) { return known.parse != nullptr; }) + " are",
                          .remedy = "convert it to one of these, as fabio-convert does"});
  };
  for (const Foreign& foreign : foreign_formats)
    if (bytes.size() > foreign.at && bytes.substr(foreign.at).starts_with(foreign.magic)) refuse(foreign.name);
  // ESRF's data format: "{ Key = value ; ... }" as SMV has it, with keys of its own.
  constexpr std::size_t longest_header = 1 << 14;
  if (bytes.starts_with('{') && bytes.substr(0, longest_header).find("Dim_1") != bytes.npos) refuse("an EDF image");
  if (is_text(bytes)) refuse("a text file");
}

Frame parse_raw(std::string_view bytes, const std::string& name) {
  refuse_foreign(bytes, name);
  if (bytes.empty() || bytes.size() % sizeof(float) != 0)
    throw Error::runtime(
        {.what = "not an image",
         .where = in_quotes(name),
         .rule = "a file without a known header is read as float32 pixels, so its length must be a multiple of 4"});
  std::vector<float> pixels(bytes.size() / sizeof(float));
  std::memcpy(pixels.data(), bytes.data(), bytes.size());
  return frame_of(std::move(pixels));
}

/// The format of a file that need not be read as a whole; null: there is none.
const ImageFormatInfo* series_format_of(const std::string& path) {
  std::array<char, 16> begin{};
  std::error_code failed;
  // Pipes give their bytes once.
  if (!std::filesystem::is_regular_file(path, failed)) return nullptr;
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  const std::string_view bytes(begin.data(), begin.size());
  for (const ImageFormatInfo& format : image_formats())
    if (format.read && format.recognise(bytes)) return &format;
  return nullptr;
}

Frame frame_of_file(StoredFrame found, const ImageFormatInfo& format, std::optional<std::size_t> asked) {
  if (!asked && found.frames > 1)
    found.pixels.rules.notes.push_back("it has " + std::to_string(found.frames) +
                                       " frames; the first is used, and femtobragg convert --frame selects another");
  return frame_of(std::move(found.pixels), &format);
}

void require_first(std::optional<std::size_t> frame, const std::string& name) {
  if (frame.value_or(0) == 0) return;
  throw Error::usage({.what = "there is no such frame",
                      .where = in_quotes(name),
                      .value = std::to_string(*frame),
                      .rule = "only " + names_of([](const auto& format) { return format.holds_series(); }) +
                              " files can contain series"});
}

}  // namespace

Frame parse_pixels(std::string_view given, const std::string& name, std::optional<std::size_t> frame) {
  const std::string uncompressed = is_compressed(given) ? inflated(std::string(given), name, most_image_bytes) : "";
  const std::string_view bytes = is_compressed(given) ? std::string_view(uncompressed) : given;
  for (const ImageFormatInfo& format : image_formats()) {
    if (!format.parse || !format.recognise(bytes)) continue;
    if (!format.holds_series()) require_first(frame, name);
    return frame_of_file(format.parse(bytes, name, frame.value_or(0)), format, frame);
  }
  require_first(frame, name);
  return parse_raw(bytes, name);
}

Frame read_pixels(const std::string& path, std::optional<std::size_t> frame) {
  if (const ImageFormatInfo* const format = series_format_of(path))
    return frame_of_file(format->read(path, frame.value_or(0)), *format, frame);
  return parse_pixels(read_file(path, "the image", InputKind::Image), path, frame);
}

Frame parse_mask(std::string_view bytes, const std::string& name) {
  return is_png(bytes) ? frame_of(parse_grey_png(bytes, name), nullptr) : parse_pixels(bytes, name);
}

Frame read_mask(const std::string& path) {
  if (series_format_of(path)) return read_pixels(path);
  return parse_mask(read_file(path, "the mask", InputKind::Image), path);
}

}  // namespace femtobragg::formats
