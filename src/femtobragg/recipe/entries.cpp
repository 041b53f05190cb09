// From the tables of a document to entries: one function for each distribution.
#include "femtobragg/recipe/entries.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>

#include "femtobragg/base/error.h"
#include "femtobragg/base/near_words.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/recipe/table.h"

namespace femtobragg::recipe {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string shown(const Json& json) {
  const std::string text = json.dump();
  constexpr std::size_t most = 60;
  return text.size() > most ? text.substr(0, most) + "..." : text;
}

/// A table of the document, whose keys are asked for one by one.
class Keys {
 public:
  /// `about`: what its messages name besides the place.
  Keys(const scene::Document& document, const Json& table, std::string place, std::string about = {})
      : document_(document), table_(table), place_(std::move(place)), about_(std::move(about)) {
    if (!table_.is_object()) refuse("", "not a table", "it must have keys", "write [" + place_ + "]");
  }

  void set_about(std::string about) { about_ = std::move(about); }

  [[noreturn]] void refuse(const std::string& key, const std::string& what, const std::string& rule,
                           const std::string& remedy = "correct it", const std::string& value = {}) const {
    std::string where = document_.place(key.empty() ? place_ : place_ + "." + key);
    if (!about_.empty()) where += " (" + about_ + ")";
    throw Error::usage({.what = what, .where = where, .value = value, .rule = rule, .remedy = remedy});
  }

  bool has(const std::string& key) const { return table_.contains(key); }

  /// Null: there is none.
  const Json* find(const std::string& key) {
    asked_.push_back(key);
    return has(key) ? &table_.at(key) : nullptr;
  }
  const Json& need(const std::string& key, const std::string& rule) {
    const Json* found = find(key);
    if (!found) refuse("", "a key is missing", "it must have " + key + ": " + rule, "add it");
    return *found;
  }

  double number(const Json& json, const std::string& key) const {
    if (!json.is_number() || !std::isfinite(json.get<double>()))
      refuse(key, "wrong value", "it must be a finite number", "correct it", shown(json));
    return json.get<double>();
  }
  std::string text(const Json& json, const std::string& key) const {
    if (!json.is_string() || json.get<std::string>().empty())
      refuse(key, "wrong value", "it must be a string in quotes", "correct it", shown(json));
    return json.get<std::string>();
  }
  bool flag(const std::string& key) {
    const Json* json = find(key);
    if (json && !json->is_boolean()) refuse(key, "wrong value", "it must be true or false", "correct it", shown(*json));
    return json && json->get<bool>();
  }
  double whole(const Json& json, const std::string& key, double least, double most) const {
    const double x = number(json, key);
    if (x != std::floor(x) || x < least || x > most)
      refuse(key, "wrong value",
             "it must be a whole number from " + format_number(least, 16) + " to " + format_number(most, 16),
             "correct it", shown(json));
    return x;
  }

  /// One number for all of a list, or a number for each.
  std::vector<double> spread(const Json& json, const std::string& key, std::size_t count) const {
    if (!json.is_array()) return std::vector<double>(count, number(json, key));
    if (json.size() != count)
      refuse(key, "wrong value",
             count == 1 ? "it must be a number" : "it must be a number, or a list of " + std::to_string(count),
             "correct it", shown(json));
    std::vector<double> numbers;
    for (const Json& item : json) numbers.push_back(number(item, key));
    return numbers;
  }
  std::vector<double> spread(const std::string& key, std::size_t count, double otherwise) {
    const Json* json = find(key);
    return json ? spread(*json, key, count) : std::vector<double>(count, otherwise);
  }
  std::vector<double> need_spread(const std::string& key, std::size_t count, const std::string& rule) {
    return spread(need(key, rule), key, count);
  }
  std::vector<double> not_negative(const std::string& key, std::size_t count, const std::string& rule) {
    std::vector<double> numbers = need_spread(key, count, rule);
    for (const double x : numbers)
      if (x < 0) refuse(key, "wrong value", "it must not be negative", "correct it", format_number(x));
    return numbers;
  }

  /// Every key must have been asked for.
  void require_known() const {
    for (const auto& [key, value] : table_.items()) {
      if (std::ranges::find(asked_, key) != asked_.end()) continue;
      const std::string near = nearest_word(key, asked_);
      refuse(key, "unknown key", near.empty() ? "it may have " + joined(asked_) : "did you mean " + near + "?",
             "correct or remove it");
    }
  }

 private:
  const scene::Document& document_;
  const Json& table_;
  std::string place_, about_;
  std::vector<std::string> asked_;
};

/// "background.material[0].scale" as a pointer; nothing: not such a path.
std::optional<Json::json_pointer> pointer_of(const std::string& path) {
  Json::json_pointer pointer;
  for (const std::string& part : split(path, '.')) {
    const std::size_t bracket = part.find('[');
    const std::string key = part.substr(0, bracket);
    if (key.empty()) return {};
    pointer /= key;
    if (bracket == part.npos) continue;
    if (part.back() != ']') return {};
    const std::string inside = part.substr(bracket + 1, part.size() - bracket - 2);
    const auto index = parse_integer(inside);
    if (!index || *index < 0 || inside != std::to_string(*index)) return {};
    pointer /= static_cast<std::size_t>(*index);
  }
  return pointer;
}

/// Whether one path is the other, or a part of it.
bool overlap(const std::string& a, const std::string& b) {
  const auto begins = [](const std::string& whole, const std::string& part) {
    return whole.starts_with(part) && (whole.size() == part.size() || whole[part.size()] == '[');
  };
  return begins(a, b) || begins(b, a);
}

class EntryReader {
 public:
  EntryReader(const scene::Document& document, const RecipeSettings& settings, const std::filesystem::path& folder)
      : document_(document), settings_(settings), folder_(folder) {}

  ReadEntries read() {
    each("draw", [&](Keys& keys, const std::string& place) { result_.draws.push_back(draw(keys, place)); });
    each("vary", [&](Keys& keys, const std::string& place) { result_.varied.push_back(varied(keys, place)); });
    return std::move(result_);
  }

 private:
  template <class Take>
  void each(const std::string& list, Take&& take) {
    if (!document_.tree.contains(list)) return;
    const Json& tables = document_.tree.at(list);
    if (!tables.is_array())
      throw Error::usage({.what = "not a list",
                          .where = document_.place(list),
                          .rule = "it must be a list of tables",
                          .remedy = "write [[" + list + "]]"});
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const std::string place = list + "[" + std::to_string(i) + "]";
      Keys keys(document_, tables[i], place);
      take(keys, place);
      keys.require_known();
    }
  }

  ReadEntry draw(Keys& keys, const std::string& place) {
    ReadEntry entry{.place = place, .name = {}, .distribution = {}, .targets = {}, .source = {}};
    const std::string name = keys.text(keys.need("name", "what [[vary]] calls it"), "name");
    keys.set_about(name);
    entry.name = "draw." + name;
    for (const ReadEntry& other : result_.draws)
      if (other.name == entry.name) keys.refuse("name", "two draws have one name", other.place + " has it too");
    read_source(keys, entry);
    return entry;
  }

  ReadEntry varied(Keys& keys, const std::string& place) {
    ReadEntry entry{.place = place, .name = {}, .distribution = {}, .targets = {}, .source = {}};
    const Json& path = keys.need("path", "what varies, such as \"beam.flux_per_s\"");
    const std::vector<Json> paths = path.is_array() ? std::vector<Json>(path.begin(), path.end()) : std::vector{path};
    if (paths.empty()) keys.refuse("path", "an empty list", "it must name a key of the scene");
    for (const Json& one : paths) {
      const std::string text = keys.text(one, "path");
      keys.set_about(text);
      entry.targets.push_back(target(keys, text));
      entry.name += (entry.name.empty() ? "" : ",") + text;
    }
    require_alike(keys, entry);
    entry.factor = keys.flag("factor");
    if (entry.factor) require_numbers_said(keys, entry);
    read_source(keys, entry);
    return entry;
  }

  Target target(const Keys& keys, const std::string& path) {
    const std::optional<Json::json_pointer> pointer = pointer_of(path);
    Target target{path, pointer.value_or(Json::json_pointer{}), {}};
    std::optional<scene::Key> key = pointer ? scene::find_key(path) : std::nullopt;
    if (!key && pointer && path.ends_with(']')) {
      // One number of a list.
      key = scene::find_key(path.substr(0, path.rfind('[')));
      if (key && (!key->is_list() || !said(*pointer)))
        keys.refuse("path", "no such number", "the scene must say the list that it is a number of",
                    "add it to the scene", in_quotes(path));
      target.is_list = false;
    } else if (key) {
      target.is_list = key->is_list();
    }
    if (!key)
      keys.refuse("path", "scenes have no such key", pointer ? scene::meant_key(path) : "it must be as in a.b[0].c",
                  "correct it", in_quotes(path));
    target.key = *key;
    require_item(keys, target);
    require_tables(keys, target);
    for (const std::string& other : taken_)
      if (overlap(path, other)) keys.refuse("path", "a key is varied twice", in_quotes(other) + " sets it too");
    taken_.push_back(path);
    target.numbers = target.is_list ? numbers_of(keys, target) : 1;
    return target;
  }

  /// Items of lists must be in the scene.
  void require_item(const Keys& keys, const Target& target) const {
    const std::size_t bracket = target.path.find("].");
    if (bracket == std::string::npos) return;
    const std::string item = target.path.substr(0, bracket + 1);
    if (!document_.tree.contains(*pointer_of(item)))
      keys.refuse("path", "no such item", "the scene has no [[" + item.substr(0, item.find('[')) + "]] of that number",
                  "items count from 0", in_quotes(item));
  }

  /// What the path goes through must be tables.
  void require_tables(const Keys& keys, const Target& target) const {
    const bool is_number = target.path.ends_with(']');
    for (Json::json_pointer at = target.pointer.parent_pointer(); !at.empty(); at = at.parent_pointer()) {
      const Json* table = said(at);
      if (!table || table->is_object() || table->is_array()) continue;
      keys.refuse("path", "not a table", "the scene must have a section there", "correct the scene",
                  in_quotes(target.path));
    }
    const Json* owner = said(target.pointer.parent_pointer());
    if (owner && owner->is_object() == is_number)
      keys.refuse("path", "not a table", "the scene must have a section there", "correct the scene",
                  in_quotes(target.path));
  }

  std::size_t numbers_of(const Keys& keys, const Target& target) const {
    if (target.key.size > 0) return target.key.size;
    if (const Json* list = said(target.pointer); list && list->is_array() && !list->empty()) return list->size();
    keys.refuse("path", "a list of unknown length", "the scene must say it", "add it to the scene",
                in_quotes(target.path));
  }

  const Json* said(const Json::json_pointer& pointer) const {
    return document_.tree.contains(pointer) ? &document_.tree.at(pointer) : nullptr;
  }

  void require_alike(const Keys& keys, const ReadEntry& entry) const {
    const Target& first = entry.targets.front();
    for (const Target& other : entry.targets)
      if (other.is_list != first.is_list || other.numbers != first.numbers ||
          other.key.is_number() != first.key.is_number())
        keys.refuse("path", "one draw for keys of different kinds", "all must take as many numbers",
                    "write an entry for each", in_quotes(other.path));
  }

  void require_numbers_said(const Keys& keys, const ReadEntry& entry) const {
    for (const Target& target : entry.targets) {
      const Json* json = said(target.pointer);
      if (!target.key.is_number() || !json || json->is_array() != target.is_list)
        keys.refuse("factor", "nothing to multiply", "the scene must say " + in_quotes(target.path) + " as numbers",
                    "add it to the scene");
      keys.spread(*json, "factor", target.numbers);
    }
  }

  void read_source(Keys& keys, ReadEntry& entry) {
    static const std::map<std::string, SourcePointer (EntryReader::*)(Keys&, const ReadEntry&)> kinds = {
        {"uniform", &EntryReader::uniform},
        {"normal", &EntryReader::normal},
        {"log-normal", &EntryReader::log_normal},
        {"beta", &EntryReader::beta},
        {"poisson", &EntryReader::poisson},
        {"whole", &EntryReader::whole},
        {"choice", &EntryReader::choices},
        {"rotation", &EntryReader::rotation},
        {"grid", &EntryReader::values_in_turn},
        {"table", &EntryReader::table},
        {"walk", &EntryReader::walks},
        {"line", &EntryReader::steps}};
    if (!entry.targets.empty() && keys.has("of")) {
      if (keys.has("distribution"))
        keys.refuse("of", "two sources", "an entry has a distribution or follows a draw", "remove one of them");
      entry.source = follow(keys, entry);
      return;
    }
    const std::string name =
        keys.text(keys.need("distribution", entry.targets.empty() ? "uniform, normal ..." : "or follow a draw by of"),
                  "distribution");
    entry.distribution = name;
    const auto found = kinds.find(name);
    if (found == kinds.end()) {
      std::vector<std::string> names;
      for (const auto& [known, read] : kinds) names.push_back(known);
      const std::string near = nearest_word(name, names);
      keys.refuse("distribution", "unknown distribution",
                  near.empty() ? "it must be one of " + joined(names) : "did you mean " + near + "?", "correct it",
                  in_quotes(name));
    }
    static const std::set<std::string> of_anything = {"choice", "grid", "table"};
    if (!of_anything.contains(name))
      for (const Target& target : entry.targets)
        if (!target.key.is_number())
          keys.refuse("distribution", "numbers for a key that is none",
                      in_quotes(target.path) + " takes choice, grid or table", "correct it", in_quotes(name));
    entry.source = (this->*found->second)(keys, entry);
  }

  static std::size_t count(const ReadEntry& entry) { return entry.targets.empty() ? 1 : entry.targets[0].numbers; }
  static bool is_list(const ReadEntry& entry) { return !entry.targets.empty() && entry.targets[0].is_list; }
  static std::uint32_t number(const ReadEntry& entry) { return entry_number(entry.name); }

  /// What the scene says of the entry's only key, if numbers.
  std::optional<Json> scene_says(const ReadEntry& entry) const {
    if (entry.factor) return Json(1.0);
    if (entry.targets.size() != 1) return {};
    const Json* json = said(entry.targets[0].pointer);
    return json ? std::optional(*json) : std::nullopt;
  }
  std::vector<double> given_or_said(Keys& keys, const ReadEntry& entry, const std::string& key) {
    if (const Json* json = keys.find(key)) return keys.spread(*json, key, count(entry));
    const std::optional<Json> said = scene_says(entry);
    if (!said)
      keys.refuse("", "a key is missing", "without " + key + " the scene must say " + in_quotes(entry.name),
                  "add " + key);
    return keys.spread(*said, key, count(entry));
  }

  Bounds bounds(const Keys& keys, const std::vector<double>& least, const std::vector<double>& most,
                std::size_t i) const {
    if (least[i] > most[i])
      keys.refuse("least", "least is above most", "it must be at most " + format_number(most[i]), "correct one of them",
                  format_number(least[i]));
    return {least[i], most[i]};
  }

  template <class Make>
  SourcePointer laws(const Keys& keys, const ReadEntry& entry, Make&& make) const {
    std::vector<Law> laws;
    for (std::size_t i = 0; i < count(entry); ++i) try {
        laws.push_back(make(i));
      } catch (const std::domain_error& error) {
        keys.refuse("", "nothing to draw", error.what(), "widen least or most");
      }
    return drawn(std::move(laws), is_list(entry), number(entry));
  }

  SourcePointer uniform(Keys& keys, const ReadEntry& entry) {
    const auto least = keys.need_spread("least", count(entry), "the lower end"),
               most = keys.need_spread("most", count(entry), "the upper end");
    return laws(keys, entry, [&](std::size_t i) {
      const Bounds b = bounds(keys, least, most, i);
      return uniform_law(b.least, b.most);
    });
  }

  SourcePointer normal(Keys& keys, const ReadEntry& entry) {
    const std::size_t n = count(entry);
    const auto mean = given_or_said(keys, entry, "mean");
    const bool relative = keys.has("sigma_relative");
    if (relative && keys.has("sigma"))
      keys.refuse("sigma_relative", "a width is given twice", "sigma gives it too", "remove one of them");
    auto sigma = relative ? keys.not_negative("sigma_relative", n, "the standard deviation over the mean")
                          : keys.not_negative("sigma", n, "the standard deviation; or sigma_relative");
    keys.find(relative ? "sigma" : "sigma_relative");
    if (relative)
      for (std::size_t i = 0; i < n; ++i) sigma[i] *= std::abs(mean[i]);
    const auto least = keys.spread("least", n, -infinity), most = keys.spread("most", n, infinity);
    return laws(keys, entry,
                [&](std::size_t i) { return normal_law(mean[i], sigma[i], bounds(keys, least, most, i)); });
  }

  SourcePointer log_normal(Keys& keys, const ReadEntry& entry) {
    const std::size_t n = count(entry);
    const auto median = given_or_said(keys, entry, "median");
    for (const double x : median)
      if (!(x > 0)) keys.refuse("median", "wrong value", "it must be above zero", "correct it", format_number(x));
    const auto sigma = keys.not_negative("sigma", n, "the standard deviation of the natural logarithm");
    const auto least = keys.spread("least", n, 0), most = keys.spread("most", n, infinity);
    return laws(keys, entry,
                [&](std::size_t i) { return log_normal_law(median[i], sigma[i], bounds(keys, least, most, i)); });
  }

  SourcePointer beta(Keys& keys, const ReadEntry& entry) {
    const std::size_t n = count(entry);
    const auto alpha = keys.need_spread("alpha", n, "the first exponent"),
               beta = keys.need_spread("beta", n, "the second exponent");
    for (const auto& [key, numbers] : {std::pair("alpha", &alpha), std::pair("beta", &beta)})
      for (const double x : *numbers)
        if (x < 1e-3 || x > 1e6)
          keys.refuse(key, "wrong value", "it must be from 0.001 to 1e6", "correct it", format_number(x));
    const auto least = keys.spread("least", n, 0), most = keys.spread("most", n, 1);
    return laws(keys, entry, [&](std::size_t i) {
      const Bounds b = bounds(keys, least, most, i);
      return beta_law(alpha[i], beta[i], b.least, b.most);
    });
  }

  SourcePointer poisson(Keys& keys, const ReadEntry& entry) {
    const std::size_t n = count(entry);
    const auto mean = keys.not_negative("mean", n, "the mean number");
    for (const double x : mean)
      if (x > most_poisson_mean)
        keys.refuse("mean", "wrong value", "it must be at most " + format_number(most_poisson_mean),
                    "use normal, which such counts follow", format_number(x));
    const auto least = keys.spread("least", n, 0), most = keys.spread("most", n, infinity);
    return laws(keys, entry, [&](std::size_t i) { return poisson_law(mean[i], bounds(keys, least, most, i)); });
  }

  SourcePointer whole(Keys& keys, const ReadEntry& entry) {
    const std::size_t n = count(entry);
    const auto least = keys.need_spread("least", n, "the lower end"),
               most = keys.need_spread("most", n, "the upper end");
    for (const auto& [key, numbers] : {std::pair("least", &least), std::pair("most", &most)})
      for (const double x : *numbers) keys.whole(Json(x), key, -0x1p50, 0x1p50);
    return laws(keys, entry, [&](std::size_t i) {
      const Bounds b = bounds(keys, least, most, i);
      return whole_law(b.least, b.most);
    });
  }

  SourcePointer rotation(Keys& keys, const ReadEntry& entry) {
    const bool turns = !entry.targets.empty() && std::ranges::all_of(entry.targets, [](const Target& target) {
      return target.is_list && target.numbers == 3 && target.key.unit &&
             target.key.units.data() == scene::angles.data();
    });
    if (!turns || entry.factor)
      keys.refuse("distribution", "not a rotation", "it must be for three angles such as crystal.misset_deg");
    for (const Target& target : entry.targets)
      if (target.key.unit->suffix != entry.targets[0].key.unit->suffix)
        keys.refuse("path", "one rotation in two units", "all angles must be in the same");
    return random_rotation(*entry.targets[0].key.unit, number(entry));
  }

  std::vector<Json> listed_values(Keys& keys, const ReadEntry& entry) {
    const Json& values = keys.need("values", "a list");
    if (!values.is_array() || values.empty())
      keys.refuse("values", "wrong value", "it must be a list of one value at least", "correct it", shown(values));
    const bool lists = values.front().is_array();
    for (const Json& value : values) {
      if (value.is_array() != lists || (lists && (!is_list(entry) || value.size() != count(entry))))
        keys.refuse("values", "wrong value",
                    is_list(entry) ? "all must be numbers, or all lists of " + std::to_string(count(entry))
                                   : "it must be a list of single values",
                    "correct it", shown(value));
      require_number(keys, entry, value);
    }
    return {values.begin(), values.end()};
  }
  /// What keys of numbers take; the scene refuses the rest.
  void require_number(const Keys& keys, const ReadEntry& entry, const Json& value) const {
    if (!entry.targets.empty() && !entry.targets[0].key.is_number()) return;
    if (value.is_array())
      for (const Json& item : value) keys.number(item, "values");
    else
      keys.number(value, "values");
  }

  SourcePointer choices(Keys& keys, const ReadEntry& entry) {
    const std::vector<Json> values = listed_values(keys, entry);
    const auto weights = keys.spread("weights", values.size(), 1);
    double sum = 0;
    for (const double weight : weights) {
      if (weight < 0)
        keys.refuse("weights", "wrong value", "none may be negative", "correct it", format_number(weight));
      sum += weight;
    }
    if (!(sum > 0) || !std::isfinite(sum)) keys.refuse("weights", "wrong value", "one at least must be above zero");
    const bool each = is_list(entry) && !values.front().is_array();
    return choice(values, weights, each ? count(entry) : 0, number(entry));
  }

  SourcePointer values_in_turn(Keys& keys, const ReadEntry& entry) {
    std::vector<Json> values = listed_values(keys, entry);
    if (is_list(entry) && !values.front().is_array())
      for (Json& value : values) value = Json(std::vector<double>(count(entry), value.get<double>()));
    const std::uint64_t stride = stride_;
    if (stride_ * values.size() > static_cast<std::uint64_t>(most_images))
      keys.refuse("values", "the grids have too many points", "all together may have 2^32", "shorten one of them");
    stride_ *= values.size();
    return grid(std::move(values), stride);
  }

  SourcePointer table(Keys& keys, const ReadEntry& entry) {
    const std::string named = keys.text(keys.need("file", "a .csv or .h5 file"), "file");
    const std::filesystem::path path(named);
    const std::string file =
        folder_.empty() || path.is_absolute() ? named : (folder_ / path).lexically_normal().string();
    const Json& column = keys.need("column", "the name of a column, or the path of a data set");
    const Json* order = keys.find("order");
    const std::string word = order ? keys.text(*order, "order") : "rows";
    if (word != "rows" && word != "random")
      keys.refuse("order", "wrong value", "it must be rows or random", "correct it", in_quotes(word));
    std::vector<Json> values;
    try {
      values = table_values(keys, entry, file, column);
    } catch (const Error& error) {
      if (error.kind() != Error::Kind::Runtime) throw;
      keys.refuse(error.parts().what.empty() ? "file" : "column", "a table cannot be used", error.what(),
                  "correct the table, or its name here");
    }
    if (std::ranges::find(result_.tables, file) == result_.tables.end()) result_.tables.push_back(file);
    // All that a file says at random comes from one row.
    if (word == "random") return rows(std::move(values), entry_number("table:" + named));
    if (static_cast<std::uint64_t>(settings_.images) > values.size())
      keys.refuse("file", "a table has fewer rows than the recipe has images",
                  "each image takes a row, and there are " + std::to_string(settings_.images) + " images",
                  "ask for fewer images, or for order = \"random\"", std::to_string(values.size()) + " rows");
    return rows(std::move(values), std::nullopt);
  }
  std::vector<Json> table_values(const Keys& keys, const ReadEntry& entry, const std::string& file,
                                 const Json& column) const {
    if (!entry.targets.empty() && !entry.targets[0].key.is_number()) {
      std::vector<Json> words = column_of(file, keys.text(column, "column"));
      for (Json& word : words)
        if (entry.targets[0].key.kind == scene::Kind::Flag && (word == "true" || word == "false"))
          word = word == "true";
      return words;
    }
    if (column.is_array()) return table_lists(keys, entry, file, column);
    std::vector<Json> values = numbers_of_column(file, keys.text(column, "column"));
    const std::size_t width = values.front().is_array() ? values.front().size() : 0;
    if (width != (is_list(entry) ? count(entry) : 0))
      keys.refuse("column", "wrong width",
                  is_list(entry) ? "it must be a list of " + std::to_string(count(entry)) + " columns"
                                 : "it must have one number for each row",
                  "correct it", shown(column));
    return values;
  }
  std::vector<Json> table_lists(const Keys& keys, const ReadEntry& entry, const std::string& file,
                                const Json& columns) const {
    if (!is_list(entry) || columns.size() != count(entry))
      keys.refuse("column", "wrong value", "it must be a column for each number", "correct it", shown(columns));
    std::vector<Json> lists;
    for (const Json& column : columns) {
      const std::vector<Json> numbers = numbers_of_column(file, keys.text(column, "column"));
      lists.resize(lists.empty() ? numbers.size() : std::min(lists.size(), numbers.size()), Json::array());
      for (std::size_t i = 0; i < lists.size(); ++i) lists[i].push_back(numbers[i]);
    }
    return lists;
  }

  SourcePointer walks(Keys& keys, const ReadEntry& entry) {
    const auto start = given_or_said(keys, entry, "start");
    const auto sigma = keys.not_negative("sigma", count(entry), "the standard deviation of a step");
    return walk(start, sigma, is_list(entry), number(entry));
  }
  SourcePointer steps(Keys& keys, const ReadEntry& entry) {
    const auto start = given_or_said(keys, entry, "start");
    const auto step = keys.need_spread("step", count(entry), "what each image adds");
    return line(start, step, is_list(entry));
  }

  SourcePointer follow(Keys& keys, ReadEntry& entry) {
    const std::string name = keys.text(*keys.find("of"), "of");
    entry.distribution = "of " + name;
    std::vector<std::string> names;
    SourcePointer followed;
    for (const ReadEntry& draw : result_.draws) {
      names.push_back(draw.name.substr(draw.name.find('.') + 1));
      if (names.back() == name) followed = draw.source;
    }
    if (!followed) {
      const std::string near = nearest_word(name, names);
      keys.refuse("of", "no such draw", near.empty() ? "a [[draw]] must have that name" : "did you mean " + near + "?",
                  "add it, or correct the name", in_quotes(name));
    }
    for (const Target& target : entry.targets)
      if (!target.key.is_number())
        keys.refuse("of", "numbers for a key that is none", in_quotes(target.path) + " takes words");
    const std::size_t n = count(entry);
    const auto offset = keys.spread("offset", n, 0), scale = keys.spread("scale", n, 1),
               power = keys.spread("power", n, 1);
    const auto sigma =
        keys.has("sigma") ? keys.not_negative("sigma", n, "relative scatter") : keys.spread("sigma", n, 0);
    std::vector<Following> numbers;
    for (std::size_t i = 0; i < n; ++i) numbers.push_back({offset[i], scale[i], power[i], sigma[i]});
    return following(followed, std::move(numbers), is_list(entry), number(entry));
  }

  const scene::Document& document_;
  const RecipeSettings& settings_;
  const std::filesystem::path& folder_;
  ReadEntries result_;
  std::vector<std::string> taken_;  ///< paths
  std::uint64_t stride_ = 1;        ///< of the next grid
};

}  // namespace

RecipeSettings read_settings(const scene::Document& document) {
  RecipeSettings settings;
  if (!document.tree.contains("recipe")) return settings;
  Keys keys(document, document.tree.at("recipe"), "recipe");
  if (const Json* seed = keys.find("seed"))
    settings.seed = static_cast<std::uint64_t>(keys.whole(*seed, "seed", 0, static_cast<double>(first_wrong_seed - 1)));
  if (const Json* images = keys.find("images"))
    settings.images = static_cast<std::int64_t>(keys.whole(*images, "images", 1, static_cast<double>(most_images)));
  if (const Json* rate = keys.find("hit_rate")) {
    settings.hit_rate = keys.number(*rate, "hit_rate");
    if (settings.hit_rate < 0 || settings.hit_rate > 1)
      keys.refuse("hit_rate", "wrong value", "it must be from 0 to 1", "correct it", shown(*rate));
  }
  keys.require_known();
  return settings;
}

ReadEntries read_entries(const scene::Document& document, const RecipeSettings& settings,
                         const std::filesystem::path& folder) {
  return EntryReader(document, settings, folder).read();
}

std::uint32_t entry_number(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

}  // namespace femtobragg::recipe
