// Wavelengths and weights of an NXbeam.
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/hdf5_handle.h"
#include "femtobragg/formats/spectrum_file.h"

namespace femtobragg::formats {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& value, const std::string& rule) {
  throw Error::runtime({.what = "cannot read a spectrum from " + in_quotes(path),
                        .value = value,
                        .rule = rule,
                        .remedy = "check the file, or give a table of two columns"});
}

struct Numbers {
  std::vector<hsize_t> shape;  ///< empty: one number
  std::vector<double> values;
};

/// Refuses sizes that a spectrum cannot have before memory is asked for.
Numbers numbers_of(hid_t dataset, const std::string& path, const std::string& name) {
  constexpr int most_dimensions = 2;
  const Hdf5Handle<H5Sclose> space(H5Dget_space(dataset));
  const int dimensions = space ? H5Sget_simple_extent_ndims(space.id()) : -1;
  if (dimensions < 0 || dimensions > most_dimensions) fail(path, name, "it has at most two dimensions");
  Numbers numbers;
  numbers.shape.resize(static_cast<std::size_t>(dimensions));
  if (dimensions > 0) H5Sget_simple_extent_dims(space.id(), numbers.shape.data(), nullptr);
  std::optional<std::uint64_t> count = 1;
  for (const hsize_t n : numbers.shape) count = count ? checked_product({*count, std::uint64_t{n}}) : count;
  require_memory(count ? checked_product({*count, sizeof(double)}) : std::nullopt, name + " of " + in_quotes(path),
                 "its shape", "give a table of two columns");
  const Hdf5Handle<H5Tclose> type(H5Dget_type(dataset));
  const H5T_class_t kind = type ? H5Tget_class(type.id()) : H5T_NO_CLASS;
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) fail(path, name, "it holds numbers");
  numbers.values.resize(static_cast<std::size_t>(*count));
  if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.values.data()) < 0)
    fail(path, name, "it can be read whole");
  return numbers;
}

/// Metres in the unit of an attribute; angstrom without one, as NXmx files mostly mean.
double unit_m(hid_t dataset, const std::string& path) {
  if (H5Aexists(dataset, "units") <= 0) return 1e-10;
  const Hdf5Handle<H5Aclose> attribute(H5Aopen(dataset, "units", H5P_DEFAULT));
  const Hdf5Handle<H5Tclose> type(H5Aget_type(attribute.id()));
  std::string text;
  if (H5Tget_class(type.id()) == H5T_STRING && H5Tis_variable_str(type.id()) > 0) {
    char* words = nullptr;
    const Hdf5Handle<H5Tclose> memory(H5Tcopy(type.id()));
    const Hdf5Handle<H5Sclose> space(H5Aget_space(attribute.id()));
    if (H5Sget_simple_extent_npoints(space.id()) == 1 && H5Aread(attribute.id(), memory.id(), &words) >= 0 && words)
      text = words;
    if (words) H5free_memory(words);
  } else if (H5Tget_class(type.id()) == H5T_STRING && H5Aget_storage_size(attribute.id()) < 64) {
    std::array<char, 64> buffer{};
    if (H5Aread(attribute.id(), type.id(), buffer.data()) >= 0) text = buffer.data();
  }
  using Named = std::pair<std::string_view, double>;
  for (const auto& [name, metres] :
       {Named{"angstrom", 1e-10}, Named{"Angstrom", 1e-10}, Named{"angstroms", 1e-10}, Named{"A", 1e-10},
        Named{"\xc3\x85", 1e-10}, Named{"nm", 1e-9}, Named{"m", 1.0}, Named{"pm", 1e-12}})
    if (text == name) return metres;
  fail(path, "units " + in_quotes(text), "wavelengths are in angstrom, nm, pm or m");
}

/// The first group of the file that holds an incident wavelength: its path, empty if there is none.
std::string beam_of(hid_t file) {
  std::string found;
  const auto visit = [](hid_t, const char* name, const H5O_info_t*, void* data) -> herr_t {
    const std::string_view path = name;
    constexpr std::string_view wanted = "incident_wavelength";
    if (path != wanted && !path.ends_with("/" + std::string(wanted))) return 0;
    *static_cast<std::string*>(data) = "/" + std::string(path.substr(0, path.size() - wanted.size()));
    return 1;
  };
  H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, visit, &found, H5O_INFO_BASIC);
  return found;
}

/// One row of a table with a row for each shot, or all of what has none.
std::vector<double> row_of(const Numbers& numbers, std::size_t shot, const std::string& path, const std::string& name) {
  if (numbers.shape.size() < 2) return numbers.values;
  const std::size_t rows = numbers.shape[0], width = numbers.shape[1];
  if (shot >= rows) fail(path, name + " has " + std::to_string(rows) + " shots", "-shot is below their number");
  const auto first = numbers.values.begin() + static_cast<std::ptrdiff_t>(shot * width);
  return {first, first + static_cast<std::ptrdiff_t>(width)};
}

}  // namespace

SpectrumFile read_nexus_spectrum(const std::string& path, std::size_t shot) {
  const Hdf5Silence silence;
  const Hdf5Handle<H5Fclose> file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!file) fail(path, "no HDF5 file", "it exists, may be read, and is an HDF5 file");
  const std::string beam = beam_of(file.id());
  if (beam.empty()) fail(path, "no incident_wavelength", "a NeXus file has an NXbeam with its wavelengths");
  const std::string name = beam + "incident_wavelength", weights_name = name + "_weights";
  const Hdf5Handle<H5Dclose> dataset(H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT));
  if (!dataset) fail(path, name, "it can be opened");
  const double unit = unit_m(dataset.id(), path);
  const Numbers stored = numbers_of(dataset.id(), path, name);
  std::vector<double> wavelengths = row_of(stored, shot, path, name), weights{1.0};
  if (H5Lexists(file.id(), weights_name.c_str(), H5P_DEFAULT) > 0) {
    const Hdf5Handle<H5Dclose> of_weights(H5Dopen2(file.id(), weights_name.c_str(), H5P_DEFAULT));
    if (!of_weights) fail(path, weights_name, "it can be opened");
    weights = row_of(numbers_of(of_weights.id(), path, weights_name), shot, path, weights_name);
  } else if (stored.shape.size() == 1 && stored.values.size() > 1) {
    // Without weights an array holds one wavelength for each shot.
    if (shot >= wavelengths.size())
      fail(path, name + " has " + std::to_string(wavelengths.size()) + " shots", "-shot is below their number");
    wavelengths = {wavelengths[shot]};
  }
  if (wavelengths.size() != weights.size() || wavelengths.empty())
    fail(path, std::to_string(wavelengths.size()) + " wavelengths, " + std::to_string(weights.size()) + " weights",
         "each wavelength has a weight");
  SpectrumFile result;
  double total = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double wavelength = wavelengths[i] * unit, weight = std::max(0.0, weights[i]);
    if (!(wavelength > 0) || !std::isfinite(wavelength) || !std::isfinite(weights[i]))
      fail(path, "wavelength " + format_number(wavelengths[i]) + ", weight " + format_number(weights[i]),
           "both are finite, and wavelengths above zero");
    result.spectrum.push_back({wavelength, weight});
    total += weight;
  }
  if (!(total > 0) || !std::isfinite(total))
    fail(path, "weights add up to " + format_number(total), "some are above zero");
  std::ranges::sort(result.spectrum, {}, &SpectrumLine::wavelength_m);
  return result;
}

}  // namespace femtobragg::formats
