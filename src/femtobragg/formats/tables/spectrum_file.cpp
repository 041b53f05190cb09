// Tables of spectra, line by line.
#include "femtobragg/formats/tables/spectrum_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view spectrum_separators = " \t\r,;";
constexpr std::array<std::pair<SpectrumUnit, std::string_view>, 3> units = {
    {{SpectrumUnit::ElectronVolt, "eV"}, {SpectrumUnit::KiloElectronVolt, "keV"}, {SpectrumUnit::Angstrom, "A"}}};

struct Row {
  double position = 0, weight = 0;
  bool has_more = false;  ///< columns
};

[[noreturn]] void refuse_row(const std::string& name, std::size_t line, std::string_view value, const char* rule) {
  throw Error::runtime({.what = "not a row of a spectrum",
                        .where = in_quotes(name) + " line " + std::to_string(line),
                        .value = in_quotes(value.substr(0, 40)),
                        .rule = rule,
                        .remedy = "correct the line, or begin it with '#'"});
}

std::string_view next_field(std::string_view& line) {
  const auto begin = line.find_first_not_of(spectrum_separators);
  if (begin == std::string_view::npos) return {};
  line.remove_prefix(begin);
  const std::string_view field = line.substr(0, line.find_first_of(spectrum_separators));
  line.remove_prefix(field.size());
  return field;
}

/// Headings do not.
bool starts_with_number(std::string_view line) { return number_prefix(line).length != 0; }

std::vector<Row> rows_of(std::string_view text, const std::string& name) {
  std::vector<Row> rows;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view rest = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    rest = rest.substr(0, rest.find_first_of("#%"));
    const Commas commas = rows.empty() && !starts_with_number(rest) ? Commas::Separate : commas_in(rest);
    if (commas == Commas::Unclear)
      refuse_row(name, number, rest, "commas separate fields, or are decimal points if ';' separates fields");
    const std::string points = commas == Commas::Decimal ? with_points(rest) : std::string();
    if (commas == Commas::Decimal) rest = points;
    const std::string_view whole = rest, first = next_field(rest), second = next_field(rest);
    if (first.empty()) continue;
    const auto position = parse_number(first), weight = parse_number(second);
    if (!position && rows.empty()) continue;  // a heading
    if (!position || !weight)
      refuse_row(name, number, whole, "it must have two numbers: energy or wavelength, and weight");
    if (!(*position > 0) || !std::isfinite(*position))
      refuse_row(name, number, first, "the first column must have energies or wavelengths, finite and above zero");
    if (!std::isfinite(*weight)) refuse_row(name, number, second, "weights must be finite");
    rows.push_back({*position, *weight, !next_field(rest).empty()});
  }
  if (rows.empty())
    throw Error::runtime({.what = "no spectrum found",
                          .where = in_quotes(name),
                          .rule = "a row must have energy or wavelength, and weight",
                          .remedy = "check the file"});
  return rows;
}

/// What the numbers of a column look like.
struct Look {
  bool ordered = true;      ///< each larger than the one before, or each smaller
  bool narrow = true;       ///< as the energies of most spectra
  bool counts_rows = true;  ///< from 0 or 1
};

Look look_of(const std::vector<Row>& rows, double Row::*column) {
  Look look;
  bool rising = true, falling = true;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double value = rows[i].*column;
    look.counts_rows = look.counts_rows && value == rows[0].*column + static_cast<double>(i);
    rising = rising && (i == 0 || value > rows[i - 1].*column);
    falling = falling && (i == 0 || value < rows[i - 1].*column);
  }
  const auto [least, most] = std::ranges::minmax(rows, {}, column);
  look.ordered = rising || falling;
  look.narrow = least.*column > 0 && most.*column < 1.5 * (least.*column);
  look.counts_rows = look.counts_rows && (rows[0].*column == 0 || rows[0].*column == 1);
  return look;
}

/// Whether the second column is the first one in another unit.
bool hold_the_same(const std::vector<Row>& rows) {
  const auto all = [&](double expected, auto of) {
    return std::ranges::all_of(rows, [&](const Row& row) { return std::abs(of(row) / expected - 1) < 1e-3; });
  };
  // Equal weights beside energies near 12.398 keV are no wavelengths.
  const auto [least, most] = std::ranges::minmax(rows, {}, &Row::weight);
  if (!(most.weight > 1.002 * least.weight)) return false;
  const auto product = [](const Row& row) { return row.position * row.weight; };
  const auto ratio = [](const Row& row) { return row.weight / row.position; };
  return all(hc_eV_angstrom, product) || all(1e-3 * hc_eV_angstrom, product) || all(1e3, ratio) || all(1e-3, ratio);
}

/// Energies and wavelengths are in order and close to each other, weights hardly ever.
void check_columns(const std::vector<Row>& rows, const std::string& name, bool unit_is_stated,
                   std::vector<std::string>& notes) {
  const auto refuse = [&](const char* what, const char* why) {
    throw Error::runtime({.what = what,
                          .where = in_quotes(name),
                          .value = why,
                          .rule = "the first column must have energy or wavelength, the second the weight",
                          .remedy = "put the columns in that order; if they are, give beam.spectrum_unit"});
  };
  if (rows.size() >= 2 && hold_the_same(rows))
    refuse("the spectrum has no weights", "the second column repeats the first in another unit");
  const Look first = look_of(rows, &Row::position), second = look_of(rows, &Row::weight);
  const std::size_t enough = second.narrow ? 3 : 6;
  const bool second_fits = second.ordered && rows.size() >= enough && rows.front().weight > 0;
  if (second_fits && !unit_is_stated && !second.counts_rows && !first.narrow && (!first.ordered || first.counts_rows))
    refuse("the columns of the spectrum seem to be swapped",
           "the second column has numbers like energies or wavelengths");
  if (second_fits && second.narrow && first.narrow && first.ordered && rows.size() >= 5)
    notes.push_back("both columns of " + name +
                    " could be energies or wavelengths: the first is read as these, the second as weights");
  if (std::ranges::any_of(rows, &Row::has_more))
    notes.push_back("columns of " + name + " after the second are not used");
}

/// Photon energies in eV are hundreds and more; between keV and angstrom, diffraction is done on both sides of 4.5.
SpectrumUnit unit_of(const std::vector<Row>& rows, const std::string& name, std::string& note) {
  const auto [least, most] = std::ranges::minmax(rows, {}, &Row::position);
  const double low = least.position, high = most.position;
  const std::string range = format_number(low) + " to " + format_number(high);
  std::optional<SpectrumUnit> unit;
  if (low >= 250) unit = SpectrumUnit::ElectronVolt;
  if (low >= 4.5 && high < 250) unit = SpectrumUnit::KiloElectronVolt;
  if (high < 4.5) unit = SpectrumUnit::Angstrom;
  if (!unit)
    throw Error::runtime({.what = "the unit of a spectrum is not clear",
                          .where = in_quotes(name),
                          .value = "first column from " + range,
                          .rule = "it is read as eV from 250, as keV from 4.5 to 250, as A below 4.5",
                          .remedy = "set beam.spectrum_unit to eV, keV or A"});
  note = "the first column of " + name + ", " + range + ", is read as " + std::string(name_of(*unit)) +
         " (eV from 250, keV from 4.5, A below); set beam.spectrum_unit to change it";
  return *unit;
}

double wavelength_m(double position, SpectrumUnit unit) {
  switch (unit) {
    case SpectrumUnit::ElectronVolt: return metres_from_angstrom(angstrom_from_eV(position));
    case SpectrumUnit::KiloElectronVolt: return metres_from_angstrom(angstrom_from_eV(1000 * position));
    case SpectrumUnit::Angstrom: break;
  }
  return metres_from_angstrom(position);
}

}  // namespace

std::string_view name_of(SpectrumUnit unit) {
  return std::ranges::find(units, unit, &std::pair<SpectrumUnit, std::string_view>::first)->second;
}

std::optional<SpectrumUnit> spectrum_unit_named(std::string_view name) {
  const auto found = std::ranges::find(units, name, &std::pair<SpectrumUnit, std::string_view>::second);
  return found == units.end() ? std::nullopt : std::optional(found->first);
}

SpectrumFile parse_spectrum(std::string_view text, const std::string& name, std::optional<SpectrumUnit> unit) {
  const std::vector<Row> rows = rows_of(text, name);
  SpectrumFile file;
  check_columns(rows, name, unit.has_value(), file.notes);
  if (!unit) {
    std::string note;
    unit = unit_of(rows, name, note);
    file.notes.push_back(std::move(note));
  }
  // Far beyond all diffraction, and far from the ends of the range of doubles.
  constexpr double least_m = 1e-16, most_m = 1e-4;
  std::size_t negative = 0;
  double total = 0;
  for (const Row& row : rows) {
    negative += row.weight < 0;
    const double wavelength = wavelength_m(row.position, *unit);
    if (!(wavelength >= least_m && wavelength <= most_m))
      throw Error::runtime({.what = "impossible wavelength",
                            .where = in_quotes(name),
                            .value = format_number(row.position) + " " + std::string(name_of(*unit)),
                            .rule = "wavelengths must be from 1e-6 to 1e6 A",
                            .remedy = "check the unit"});
    file.spectrum.push_back({wavelength, std::max(0.0, row.weight)});
    total += std::max(0.0, row.weight);
  }
  if (negative > 0)
    file.notes.push_back(
        counted(negative, "weight of ", "weights of ") + name +
        (negative == 1 ? " is below zero and is treated as zero" : " are below zero and are treated as zero"));
  // Less leaves no digits for the shares.
  constexpr double least_total = 1e-290;
  if (!(total >= least_total) || !std::isfinite(total))
    throw Error::runtime(
        {.what = "the spectrum has no photons",
         .where = in_quotes(name),
         .value = "weights add up to " + format_number(total) +
                  (negative > 0 ? ", where " + std::to_string(negative) + " below zero are treated as zero" : ""),
         .rule = "the sum must be finite and at least 1e-290",
         .remedy = "check the second column"});
  std::ranges::sort(file.spectrum, {}, &SpectrumLine::wavelength_m);
  return file;
}

bool is_nexus_name(const std::string& path) {
  const std::string suffix = suffix_of(path);
  constexpr std::array<std::string_view, 5> known = {".h5", ".hdf5", ".nxs", ".nx5", ".cxi"};
  return std::ranges::find(known, suffix) != known.end();
}

}  // namespace femtobragg::formats
