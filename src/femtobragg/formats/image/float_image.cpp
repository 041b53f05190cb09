// Writers of float images.
#include "femtobragg/formats/image/float_image.h"

#include <bit>
#include <type_traits>

#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::formats {

namespace {

template <class T>
void write_array(const std::string& path, const ImageShape& shape, std::span<const T> values,
                 const std::string& inner = "") {
  const std::string order = std::endian::native == std::endian::little ? "<" : ">";
  std::string header = "{'descr': '" + order + (std::is_integral_v<T> ? "i" : "f") + std::to_string(sizeof(T)) +
                       "', 'fortran_order': False, 'shape': (" + std::to_string(shape.n_slow) + ", " +
                       std::to_string(shape.n_fast) + inner + "), }";
  // Magic, version and length take ten bytes; the data must begin at a multiple of 64.
  constexpr std::size_t preamble = 10, alignment = 64;
  while ((preamble + header.size() + 1) % alignment != 0) header += ' ';
  header += '\n';
  OutputFile file(path);
  file.write(std::string_view("\x93NUMPY\x01\x00", 8));
  const char length[] = {static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  file.write({length, 2});
  file.write(header);
  file.write_values(values);
  file.commit();
}

}  // namespace

void write_raw_float(const std::string& path, const Image& image) {
  OutputFile file(path);
  file.write_values(std::span<const float>(image.pixels));
  file.commit();
}

void write_npy(const std::string& path, const Image& image) { write_array<float>(path, image.shape(), image.pixels); }

void write_npy(const std::string& path, const ImageShape& shape, std::span<const double> values) {
  write_array(path, shape, values);
}

void write_npy_matrices(const std::string& path, std::span<const double> values) {
  write_array(path, {3, values.size() / 9}, values, ", 3");
}

void write_npy(const std::string& path, const ImageShape& shape, std::span<const std::int16_t> triples) {
  write_array(path, shape, triples, ", 3");
}

ImageFormatInfo raw_float_format() {
  return {.name = "raw",
          .suffixes = {".bin", ".raw", ".f32"},
          .description = "photons as float32 in raster order, no header",
          .in_words = ", no header",
          .write = [](const std::string& path, const ImageContents& c) { write_raw_float(path, photons_of(c, path)); },
          .bytes = [](const ImageContents& c) -> std::uint64_t {
            return 4 * std::uint64_t{c.shape.n_fast} * c.shape.n_slow;
          },
          .exact_bytes = true};
}

}  // namespace femtobragg::formats
