// NXmx files of any content: geometries that are accepted are finite, frames have as many pixels as their shape says;
// and the unpacking of bitshuffle-LZ4 for itself.
//
// The files themselves are whole, since Debian's HDF5 has errors of its own with broken ones, which nothing here can
// mend: the fuzzer changes what stands in a good file.
#include <hdf5.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/io/bitshuffle_lz4.h"
#include "femtobragg/formats/io/input_file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/formats/stated_geometry.h"

using namespace femtobragg;

namespace {

constexpr std::array places = {
    "/entry/data/data",
    "/entry/definition",
    "/entry/instrument/beam/incident_wavelength",
    "/entry/instrument/beam/incident_polarization_stokes",
    "/entry/instrument/detector/pixel_mask",
    "/entry/instrument/detector/saturation_value",
    "/entry/instrument/detector/sensor_material",
    "/entry/instrument/detector/sensor_thickness",
    "/entry/instrument/detector/transformations/distance",
    "/entry/instrument/detector/module_0/data_origin",
    "/entry/instrument/detector/module_0/data_size",
    "/entry/instrument/detector/module_0/fast_pixel_direction",
    "/entry/instrument/detector/module_1/slow_pixel_direction",
    "/entry/instrument/detector/module_1/module_offset",
    "/entry/instrument/detector/module_1/data_size",
    "/entry/sample/depends_on",
    "/entry/sample/transformations/omega",
    "/entry/sample/transformations/omega_end",
    "/entry/sample/ub_matrix",
};
constexpr std::array attributes = {"vector", "offset", "units", "offset_units", "depends_on", "transformation_type"};

const std::string& path() {
  static const std::string name =
      (std::filesystem::temp_directory_path() / ("femtobragg_fuzz_" + std::to_string(getpid()) + ".nxs")).string();
  return name;
}

std::string good_file() {
  formats::NxmxContents contents;
  contents.geometry = tests::stated_geometry(2);
  const ImageShape shape = contents.geometry.detector.image_shape();
  const std::vector<std::int32_t> pixels(shape.n_fast * shape.n_slow, 3);
  formats::write_nxmx(
      path(), contents, 2, [&](std::size_t) -> formats::PixelData { return std::span<const std::int32_t>(pixels); },
      formats::Compression::None);
  return formats::read_file(path(), "the file");
}

/// Takes what it needs from the front of the input.
struct Input {
  std::string_view rest;
  std::uint8_t byte() {
    if (rest.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest.front());
    rest.remove_prefix(1);
    return value;
  }
  double number() {
    constexpr double common[] = {0, -1, 1, 2, 1e300, 1e18, 0.5, -1e9};
    const std::uint8_t kind = byte();
    if (kind < 128 || rest.size() < sizeof(double)) return common[kind % 8];
    double value = 0;
    std::memcpy(&value, rest.data(), sizeof value);
    rest.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    const std::string_view taken = rest.substr(0, byte() % 60);
    rest.remove_prefix(std::min(rest.size(), taken.size()));
    return std::string(taken);
  }
};

/// A list of numbers or a text, under a name that is free.
template <class Make>
void put(Input& input, Make&& make) {
  if (input.byte() % 2 == 0) {
    const std::string text = input.text();
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, text.size() + 1);
    make(type, space, static_cast<const void*>(text.c_str()));
    H5Tclose(type);
    H5Sclose(space);
    return;
  }
  std::vector<double> values(input.byte() % 12);
  for (double& value : values) value = input.number();
  const hsize_t length = values.size();
  const hid_t space = H5Screate_simple(1, &length, nullptr);
  make(H5T_NATIVE_DOUBLE, space, static_cast<const void*>(values.data()));
  H5Sclose(space);
}

void change(hid_t file, Input& input) {
  const char* const place = places[input.byte() % places.size()];
  const std::uint8_t action = input.byte() % 3;
  if (action < 2) {
    const char* const name = attributes[input.byte() % attributes.size()];
    const hid_t object = H5Oopen(file, place, H5P_DEFAULT);
    if (object < 0) return;
    H5Adelete(object, name);
    put(input, [&](hid_t type, hid_t space, const void* values) {
      const hid_t made = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
      H5Awrite(made, type, values);
      H5Aclose(made);
    });
    H5Oclose(object);
    return;
  }
  H5Ldelete(file, place, H5P_DEFAULT);
  put(input, [&](hid_t type, hid_t space, const void* values) {
    const hid_t made = H5Dcreate2(file, place, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(made);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  for (const std::size_t element : {1u, 4u})
    fuzz::allow_refusal(
        [&] { fuzz::require(formats::decompress_bitshuffle_lz4(bytes, element, 4000, "fuzz").size() == 4000); });
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  static const std::string good = good_file();
  std::ofstream(path(), std::ios::binary) << good;
  Input input{bytes};
  const hid_t file = H5Fopen(path().c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  while (!input.rest.empty()) change(file, input);
  H5Fclose(file);
  fuzz::allow_refusal([&] {
    const Geometry geometry = formats::read_nxmx_geometry(path());
    for (const Panel& panel : geometry.detector.panels) {
      fuzz::require(panel.n_fast > 0 && panel.n_slow > 0 && panel.pixel_size_m > 0);
      fuzz::require(panel.mask.empty() || panel.mask.size() == panel.n_fast * panel.n_slow);
    }
  });
  fuzz::allow_refusal([&] {
    const formats::StoredFrame frame = formats::read_nxmx_frame(path(), 0);
    const ImageShape& shape = frame.pixels.shape;
    std::visit([&](const auto& values) { fuzz::require(values.size() == shape.n_fast * shape.n_slow); },
               frame.pixels.values);
  });
  std::filesystem::remove(path());
  return 0;
}
