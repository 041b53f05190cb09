// Wavelengths and weights of an NXbeam.
#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/unit_names.h"
#include "femtobragg/formats/io/hdf5_file.h"
#include "femtobragg/formats/tables/spectrum_file.h"

namespace femtobragg::formats {
namespace {

using hdf5::Object;

[[noreturn]] void refuse_spectrum(const std::string& path, const std::string& value, const std::string& rule) {
  throw Error::runtime({.what = "cannot read a spectrum from " + in_quotes(path),
                        .value = value,
                        .rule = rule,
                        .remedy = "check the file, or give a table of two columns"});
}

struct StoredNumbers {
  std::vector<std::uint64_t> shape;  ///< empty: one number
  std::vector<double> values;
};

/// Refuses sizes that a spectrum cannot have before memory is asked for.
StoredNumbers numbers_of(const Object& dataset, const std::string& path) {
  constexpr std::size_t most_dimensions = 2;
  StoredNumbers numbers{dataset.shape(), {}};
  if (numbers.shape.size() > most_dimensions)
    refuse_spectrum(path, dataset.place(), "it must have at most two dimensions");
  std::optional<std::uint64_t> count = 1;
  for (const std::uint64_t n : numbers.shape) count = count ? checked_product({*count, n}) : count;
  require_memory(count ? checked_product({*count, sizeof(double)}) : std::nullopt,
                 dataset.place() + " of " + in_quotes(path), "its shape", "give a table of two columns");
  numbers.values = dataset.numbers(static_cast<std::size_t>(*count));
  return numbers;
}

/// Metres in the unit of an attribute; angstrom without one, as NXmx files mostly mean.
double unit_m(const Object& dataset, const std::string& path) {
  if (!dataset.has_attribute("units")) return 1e-10;
  const std::string text = dataset.attribute_text("units");
  if (const auto metres = metres_in(text)) return *metres;
  refuse_spectrum(path, "units " + in_quotes(text), "wavelengths must be in " + std::string(length_units));
}

/// One row of a table with a row for each shot, or all of what has none.
std::vector<double> row_of(const StoredNumbers& numbers, std::size_t shot, const std::string& path,
                           const std::string& name) {
  if (numbers.shape.size() < 2) return numbers.values;
  const std::size_t rows = numbers.shape[0], width = numbers.shape[1];
  if (shot >= rows)
    refuse_spectrum(path, name + " has " + std::to_string(rows) + " shots", "beam.shot must be below their number");
  const auto first = numbers.values.begin() + static_cast<std::ptrdiff_t>(shot * width);
  return {first, first + static_cast<std::ptrdiff_t>(width)};
}

/// Where the wavelengths stand: NXmx files may give one wavelength that names the spectrum as its `variant`.
std::string wavelengths_in(const Object& file, const std::string& path) {
  std::string name = file.find_below("incident_wavelength");
  if (name.empty())
    refuse_spectrum(path, "there is no incident_wavelength", "a NeXus file must have an NXbeam with its wavelengths");
  const std::string variant = file.open(name).attribute_text("variant");
  const std::string beside = name.substr(0, name.rfind('/') + 1) + variant;
  return !variant.empty() && file.find(beside) ? beside : name;
}

}  // namespace

SpectrumFile read_nexus_spectrum(const std::string& path, std::size_t shot) {
  const hdf5::Session session;
  const Object file = hdf5::open_file(path);
  const std::string name = wavelengths_in(file, path), weights_name = name + "_weights";
  const Object dataset = file.open(name);
  const double unit = unit_m(dataset, path);
  const StoredNumbers stored = numbers_of(dataset, path);
  std::vector<double> wavelengths = row_of(stored, shot, path, name), weights{1.0};
  if (const Object of_weights = file.find(weights_name)) {
    weights = row_of(numbers_of(of_weights, path), shot, path, weights_name);
  } else if (stored.shape.size() == 1 && stored.values.size() > 1) {
    // Without weights an array holds one wavelength for each shot.
    if (shot >= wavelengths.size())
      refuse_spectrum(path, name + " has " + std::to_string(wavelengths.size()) + " shots",
                      "beam.shot must be below their number");
    wavelengths = {wavelengths[shot]};
  }
  if (wavelengths.size() != weights.size() || wavelengths.empty())
    refuse_spectrum(path,
                    std::to_string(wavelengths.size()) + " wavelengths, " + std::to_string(weights.size()) + " weights",
                    "each wavelength must have a weight");
  SpectrumFile result;
  double total = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double wavelength = wavelengths[i] * unit, weight = std::max(0.0, weights[i]);
    if (!(wavelength > 0) || !std::isfinite(wavelength) || !std::isfinite(weights[i]))
      refuse_spectrum(path, "wavelength " + format_number(wavelengths[i]) + ", weight " + format_number(weights[i]),
                      "both must be finite, and wavelengths above zero");
    result.spectrum.push_back({wavelength, weight});
    total += weight;
  }
  constexpr double least_total = 1e-290;
  if (!(total >= least_total) || !std::isfinite(total))
    refuse_spectrum(path, "weights add up to " + format_number(total), "the sum must be finite and at least 1e-290");
  std::ranges::sort(result.spectrum, {}, &SpectrumLine::wavelength_m);
  return result;
}

}  // namespace femtobragg::formats
