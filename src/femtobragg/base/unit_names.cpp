// Symbols, and words with their plurals.
#include "femtobragg/base/unit_names.h"

#include <algorithm>
#include <cctype>
#include <span>

#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg {
namespace {

struct Unit {
  double factor;
  std::span<const std::string_view> symbols;  ///< exactly so
  std::span<const std::string_view> words;    ///< in lower case and singular
};

using Name = std::string_view;
// Both code points of mu and of the angstrom, the letter A with a ring above, and Latin-1.
constexpr Name m[] = {"m"}, cm[] = {"cm"}, mm[] = {"mm"}, nm[] = {"nm"}, pm[] = {"pm"};
constexpr Name um[] = {"um", "\xc2\xb5m", "\xce\xbcm", "\xb5m"};
constexpr Name angstrom[] = {"A", "\xc3\x85", "\xe2\x84\xab", "A\xcc\x8a", "\xc5", "Ang", "ang"};
constexpr Name metre_words[] = {"metre", "meter"}, centimetre_words[] = {"centimetre", "centimeter"},
               millimetre_words[] = {"millimetre", "millimeter"},
               micrometre_words[] = {"micrometre", "micrometer", "micron"},
               nanometre_words[] = {"nanometre", "nanometer"}, picometre_words[] = {"picometre", "picometer"},
               angstrom_words[] = {"angstrom", "\xc3\xa5ngstr\xc3\xb6m", "\xc3\x85ngstr\xc3\xb6m"};
constexpr Unit lengths[] = {{1, m, metre_words},
                            {1e-2, cm, centimetre_words},
                            {1e-3, mm, millimetre_words},
                            {1e-6, um, micrometre_words},
                            {1e-9, nm, nanometre_words},
                            {1e-12, pm, picometre_words},
                            {1e-10, angstrom, angstrom_words}};

constexpr Name eV[] = {"eV", "ev", "EV"}, keV[] = {"keV", "kev", "KeV", "KEV"}, MeV[] = {"MeV"}, J[] = {"J"};
constexpr Name eV_words[] = {"electronvolt"}, keV_words[] = {"kiloelectronvolt"}, joule_words[] = {"joule"};
constexpr Unit energies[] = {
    {1, eV, eV_words}, {1e3, keV, keV_words}, {1e6, MeV, {}}, {1 / 1.602176634e-19, J, joule_words}};

constexpr Name deg[] = {"deg", "deg.", "\xc2\xb0", "\xb0"}, rad[] = {"rad"}, mrad[] = {"mrad"};
constexpr Name degree_words[] = {"degree"}, radian_words[] = {"radian"}, milliradian_words[] = {"milliradian"};
constexpr Unit angles[] = {{pi / 180, deg, degree_words}, {1, rad, radian_words}, {1e-3, mrad, milliradian_words}};

std::optional<double> factor_in(std::span<const Unit> units, std::string_view name) {
  name = trimmed(name);
  std::string word(name);
  std::ranges::transform(word, word.begin(), [](unsigned char c) {
    return c < 0x80 ? static_cast<char>(std::tolower(c)) : static_cast<char>(c);
  });
  if (word.size() > 3 && word.ends_with('s')) word.pop_back();
  for (const Unit& unit : units)
    if (std::ranges::find(unit.symbols, name) != unit.symbols.end() ||
        std::ranges::find(unit.words, word) != unit.words.end())
      return unit.factor;
  return {};
}

}  // namespace

std::optional<double> metres_in(std::string_view unit) { return factor_in(lengths, unit); }
std::optional<double> electronvolts_in(std::string_view unit) { return factor_in(energies, unit); }
std::optional<double> radians_in(std::string_view unit) { return factor_in(angles, unit); }
bool is_pixels(std::string_view unit) { return unit == "pixels" || unit == "pixel" || unit == "px"; }

}  // namespace femtobragg
