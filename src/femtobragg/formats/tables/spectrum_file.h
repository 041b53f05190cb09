// Spectra from files: tables of two columns, and the beams of NeXus files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/spectrum.h"

namespace femtobragg::formats {

/// What the first column of a table holds.
enum class SpectrumUnit { ElectronVolt, KiloElectronVolt, Angstrom };

std::string_view name_of(SpectrumUnit unit);  ///< "eV", "keV", "A"
/// Nothing for other names.
std::optional<SpectrumUnit> spectrum_unit_named(std::string_view name);

struct SpectrumFile {
  Spectrum spectrum;               ///< each row a line
  std::vector<std::string> notes;  ///< what was decided or changed, one sentence each
};

/// From the text of a table: energy or wavelength and weight, separated by blanks, tabs, ',' or ';'. More columns are
/// ignored. '#' and '%' begin comments; what stands before the first row of numbers is a heading. Weights below zero,
/// as measured spectra have them, count as zero. Without a unit the numbers decide. Throws Error(Runtime) that names
/// the line.
SpectrumFile parse_spectrum(std::string_view text, const std::string& name, std::optional<SpectrumUnit> unit);

/// From the NXbeam of a NeXus file (NXmx: incident_wavelength and incident_wavelength_weights). Of a file that holds
/// one spectrum or wavelength for each shot, that of `shot`, from 0. Throws Error(Runtime).
SpectrumFile read_nexus_spectrum(const std::string& path, std::size_t shot);

/// Whether the name ends as those of NeXus files do: .h5, .hdf5, .nxs, .nx5, .cxi.
bool is_nexus_name(const std::string& path);

}  // namespace femtobragg::formats
