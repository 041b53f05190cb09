// Spectra from files: two-column tables, and the beams of NeXus files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/spectrum.h"

#pragma GCC visibility push(default)
namespace femtobragg::formats {

/// The quantity in the first column of a table.
enum class SpectrumUnit { ElectronVolt, KiloElectronVolt, Angstrom };

std::string_view name_of(SpectrumUnit unit);  ///< "eV", "keV", "A"
/// Nothing for other names.
std::optional<SpectrumUnit> spectrum_unit_named(std::string_view name);

struct SpectrumFile {
  Spectrum spectrum;               ///< one line for each row
  std::vector<std::string> notes;  ///< what was decided or changed, one sentence each
};

/// Reads the text of a table: energy or wavelength and weight, separated by blanks, tabs, ',' or ';'. Additional
/// columns are ignored. '#' and '%' begin comments; anything before the first row of numbers is a heading. Negative
/// weights, which measured spectra have, count as zero. Without a unit the size of the numbers decides. Throws
/// Error(Runtime) that names the line.
SpectrumFile parse_spectrum(std::string_view text, const std::string& name, std::optional<SpectrumUnit> unit);

/// Reads the NXbeam of a NeXus file (NXmx: incident_wavelength and incident_wavelength_weights). If the file has one
/// spectrum or wavelength for each shot, reads that of `shot`, from 0. Throws Error(Runtime).
SpectrumFile read_nexus_spectrum(const std::string& path, std::size_t shot);

/// Whether the name has the suffix of a NeXus file: .h5, .hdf5, .nxs, .nx5, .cxi.
bool is_nexus_name(const std::string& path);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
