// TOML by toml++, JSON by nlohmann.
#include "femtobragg/scene/document.h"

#include <toml++/toml.h>

#include <algorithm>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/json_values.h"

namespace femtobragg::scene {
namespace {

using nlohmann::ordered_json;

class Conversion {
 public:
  explicit Conversion(Document& document) : document_(document) {}

  ordered_json converted(const toml::node& node, const std::string& path) {
    if (!path.empty()) document_.lines[path] = node.source().begin.line;
    if (const toml::table* table = node.as_table()) return converted_table(*table, path);
    if (const toml::array* list = node.as_array()) return converted_list(*list, path);
    if (const auto* x = node.as_boolean()) return x->get();
    if (const auto* x = node.as_integer()) return x->get();
    if (const auto* x = node.as_floating_point()) return x->get();
    if (const auto* x = node.as_string()) return x->get();
    throw Error::usage({.what = "a date or time is not a value",
                        .where = document_.place(path),
                        .rule = "a scene has numbers, strings, true and false",
                        .remedy = "put it in quotes, or remove it"});
  }

 private:
  /// In the order of the file.
  ordered_json converted_table(const toml::table& table, const std::string& path) {
    ordered_json result = ordered_json::object();
    std::vector<std::pair<toml::source_position, std::string>> order;
    for (const auto& [key, node] : table) order.emplace_back(key.source().begin, std::string(key.str()));
    std::ranges::sort(order, [](const auto& a, const auto& b) {
      return std::pair(a.first.line, a.first.column) < std::pair(b.first.line, b.first.column);
    });
    for (const auto& [place, key] : order)
      result[key] = converted(*table.get(key), path.empty() ? key : path + "." + key);
    return result;
  }

  ordered_json converted_list(const toml::array& list, const std::string& path) {
    ordered_json result = ordered_json::array();
    for (std::size_t i = 0; i < list.size(); ++i)
      result.push_back(converted(*list.get(i), path + "[" + std::to_string(i) + "]"));
    return result;
  }

  Document& document_;
};

std::string quoted(const std::string& text) { return ordered_json(text).dump(); }

std::string value_text(const ordered_json& value) {
  if (value.is_number_float()) {
    const double x = value.get<double>();
    std::string text = format_number(x, 17);
    for (int digits = 1; digits < 17; ++digits)
      if (const std::string other = format_number(x, digits); parse_number(other) == x && other.size() < text.size())
        text = other;
    return text;
  }
  if (value.is_string()) return quoted(value.get<std::string>());
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const ordered_json& item : value) text += (text.empty() ? "" : ", ") + value_text(item);
  return "[" + text + "]";
}

bool is_list_of_tables(const ordered_json& value) {
  return value.is_array() && !value.empty() && value.front().is_object();
}

bool has_values(const ordered_json& table) {
  return std::ranges::any_of(table,
                             [](const ordered_json& value) { return !value.is_object() && !is_list_of_tables(value); });
}

void write_table(const ordered_json& table, const std::string& path, std::string& text) {
  for (const auto& [key, value] : table.items())
    if (!value.is_object() && !is_list_of_tables(value)) text += key + " = " + value_text(value) + "\n";
  for (const auto& [key, value] : table.items()) {
    const std::string inner = path.empty() ? key : path + "." + key;
    if (value.is_object()) {
      if (has_values(value)) text += (text.empty() ? "[" : "\n[") + inner + "]\n";
      write_table(value, inner, text);
    } else if (is_list_of_tables(value)) {
      for (const ordered_json& item : value) {
        text += "\n[[" + inner + "]]\n";
        write_table(item, inner, text);
      }
    }
  }
}

}  // namespace

std::string Document::place(const std::string& path) const {
  const auto line = lines.find(path);
  return path + (line == lines.end() ? "" : " in line " + std::to_string(line->second)) +
         (name.empty() ? "" : " of " + name);
}

namespace {

[[noreturn]] void refuse_character(const std::string& name, std::string_view before, const char* rule,
                                   const char* remedy) {
  const auto line = 1 + std::ranges::count(before, '\n');
  throw Error::runtime(
      {.what = "not TOML", .where = name + ", line " + std::to_string(line), .rule = rule, .remedy = remedy});
}

/// Where a string that begins there ends: after its closing quotes, or with the line or the text.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string three(3, quote);
  const bool lines = text.substr(at).starts_with(three);
  for (std::size_t i = at + (lines ? 3 : 1); i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\')
      ++i;
    else if (lines ? text.substr(i).starts_with(three) : text[i] == quote || text[i] == '\n')
      return i + (lines ? 3 : 1);
  }
  return text.size();
}

/// toml++ calls itself for each part of a key, until the stack ends. A scene has three at most.
class KeyParts {
 public:
  /// Whether there are too many.
  bool add(char c) {
    if (c == '.')
      ++dots_;
    else if (std::string_view("=,[]{}\n").find(c) != std::string_view::npos)
      dots_ = 0;
    return dots_ > 8;
  }

 private:
  std::size_t dots_ = 0;
};

/// TOML has no control characters, and outside strings and comments only ASCII. toml++ trusts that some others are not
/// there.
void require_toml_characters(std::string_view text, const std::string& name) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
      refuse_character(name, text.substr(0, i), "control characters are not allowed",
                       "remove it, or write its number after \\u");
  }
  KeyParts parts;
  for (std::size_t i = 0; i < text.size();) {
    if (parts.add(text[i]))
      refuse_character(name, text.substr(0, i), "a key has too many parts", "scenes have at most three, as in a.b.c");
    if (text[i] == '#')
      i = std::min(text.find('\n', i), text.size());
    else if (text[i] == '"' || text[i] == '\'')
      i = end_of_string(text, i);
    else if (static_cast<unsigned char>(text[i]) < 0x80)
      ++i;
    else
      refuse_character(name, text.substr(0, i), "outside quotes only ASCII characters are allowed",
                       "put it into quotes, or remove it");
  }
}

}  // namespace

Document parse_toml(std::string_view text, const std::string& name) try {
  require_toml_characters(text, name);
  Document document{name, {}, {}};
  const toml::table table = toml::parse(text, name);
  document.tree = Conversion(document).converted(table, "");
  return document;
} catch (const toml::parse_error& error) {
  throw Error::runtime({.what = "not TOML",
                        .where = name + ", line " + std::to_string(error.source().begin.line),
                        .rule = std::string(error.description()),
                        .remedy = "correct the file; `femtobragg scene new` writes one to start from"});
}

Document parse_json_document(std::string_view text, const std::string& name) {
  formats::parse_json(text, name);  // says where it is no JSON
  return {name, ordered_json::parse(text), {}};
}

std::string toml_text(const ordered_json& tree) {
  std::string text;
  write_table(tree, "", text);
  return text;
}

}  // namespace femtobragg::scene
