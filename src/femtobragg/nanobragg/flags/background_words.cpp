// One row for each key.
#include "femtobragg/nanobragg/flags/background_words.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "femtobragg/assemble/materials.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg::nanobragg {
namespace {

using B = BackgroundScene;

/// What a number may be.
enum class Least { Any, Zero, AboveZero };

struct Key {
  std::string_view name, unit;
  Least least;
  void (*set)(B& background, double value);
  bool whole = false;  ///< whether it must be a whole number
};

const Key number_keys[] = {
    {"thick", "mm", Least::Zero, [](B& b, double mm) { b.thickness_m = metres_from_mm(mm); }},
    {"density", "g/cm^3", Least::AboveZero, [](B& b, double x) { b.density_g_per_cm3 = x; }},
    {"mw", "g/mol", Least::AboveZero, [](B& b, double x) { b.molar_mass_g_per_mol = x; }},
    {"molecules", "number", Least::Zero, [](B& b, double x) { b.molecules = x; }},
    {"from", "mm", Least::Any, [](B& b, double mm) { b.from_m = metres_from_mm(mm); }},
    {"to", "mm", Least::Any, [](B& b, double mm) { b.to_m = metres_from_mm(mm); }},
    {"scale", "factor", Least::Zero, [](B& b, double x) { b.scale = x; }},
    {"size", "nm", Least::AboveZero, [](B& b, double nm) { b.crystallite_m = nm / 1e9; }},
    {"crystallites", "number", Least::Zero, [](B& b, double x) { b.crystallites = static_cast<std::int64_t>(x); },
     true},
    {"seed", "number", Least::Zero, [](B& b, double x) { b.crystallite_seed = static_cast<std::int64_t>(x); }, true},
};

struct WordKey {
  std::string_view name, words[2];
  void (*set)(B& background, bool second);
};

const WordKey word_keys[] = {
    {"column",
     {"amplitude", "intensity"},
     [](B& b, bool second) { b.column = second ? TableColumn::Intensity : TableColumn::Amplitude; }},
    {"curve", {"lines", "cubic"}, [](B& b, bool second) { b.curve = second ? TableCurve::Cubic : TableCurve::Lines; }},
};

void set_key(const FlagValues& v, const std::string& pair, std::set<std::string>& seen, B& background) {
  const std::size_t equals = pair.find('=');
  // Obstacles and scenes call it so.
  const std::string name = pair.substr(0, equals) == "thickness" ? "thick" : pair.substr(0, equals),
                    value = equals == pair.npos ? "" : pair.substr(equals + 1);
  if (equals == pair.npos) v.refuse(0, in_quotes(pair) + " is not KEY=VALUE; keys are " + background_keys());
  if (!seen.insert(name).second) v.refuse(0, name + " is given twice");
  for (const WordKey& key : word_keys) {
    if (key.name != name) continue;
    if (value != key.words[0] && value != key.words[1])
      v.refuse(0, name + " must be " + std::string(key.words[0]) + " or " + std::string(key.words[1]));
    return key.set(background, value == key.words[1]);
  }
  const auto key = std::ranges::find(number_keys, name, &Key::name);
  if (key == std::end(number_keys))
    v.refuse(0, "there is no key " + in_quotes(name) + "; keys are " + background_keys());
  const std::optional<double> number = parse_number(value);
  if (!number || !std::isfinite(*number))
    v.refuse(0, name + " must be a finite number in " + std::string(key->unit) + ", without a unit");
  if (key->least == Least::Zero && *number < 0) v.refuse(0, name + " must not be negative");
  if (key->least == Least::AboveZero && !(*number > 0)) v.refuse(0, name + " must be above zero");
  constexpr double most_exact = 9007199254740992;  // 2^53
  if (key->whole && (*number != std::floor(*number) || *number > most_exact))
    v.refuse(0, name + " must be a whole number");
  key->set(background, *number);
}

}  // namespace

std::string background_keys() {
  std::string text;
  for (const Key& key : number_keys)
    text += (text.empty() ? "" : ", ") + std::string(key.name) + " (" + std::string(key.unit) + ")";
  for (const WordKey& key : word_keys)
    text += ", " + std::string(key.name) + " (" + std::string(key.words[0]) + " or " + std::string(key.words[1]) + ")";
  return text;
}

BackgroundScene background_of_words(const FlagValues& v) {
  const std::string& word = v.word(0);
  // Names of files may have colons: keys begin after the last one that an equals sign follows.
  std::size_t colon = word.find('=');
  if (colon != word.npos) colon = word.rfind(':', colon);
  const std::string name = word.substr(0, colon);
  if (name.empty()) v.refuse(0, "it needs the name of a material or of a file");
  B background;
  (assemble::find_material(name) ? background.material : background.file) = name;
  std::set<std::string> seen;
  for (std::size_t begin = colon; begin != word.npos;) {
    const std::size_t end = word.find(',', begin + 1);
    set_key(v, word.substr(begin + 1, end == word.npos ? end : end - begin - 1), seen, background);
    begin = end;
  }
  return background;
}

}  // namespace femtobragg::nanobragg
