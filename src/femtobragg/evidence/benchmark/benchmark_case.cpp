// JSON to cases, key by key.
#include "femtobragg/evidence/benchmark/benchmark_case.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::evidence {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class CaseReader {
 public:
  CaseReader(const json& object, const std::string& file) : object_(object), file_(file) {
    if (!object.is_object()) throw wrong("", "a case must be an object");
  }

  BenchmarkCase read() {
    BenchmarkCase c;
    take("name", c.name, true);
    take("question", c.question, true);
    take("arguments", c.arguments, true);
    take("tolerance", c.tolerances, false);
    std::vector<std::string> types = {name_of(backends::NumberType::Float64)};
    take("dtype", types, false);
    c.number_types.clear();
    for (const std::string& type : types) c.number_types.push_back(backends::number_type_named(type));
    take("verify_pixels", c.verify_pixels, false);
    take("peer_rows", c.peer_rows, false);
    take("whole_process", c.whole_process, false);
    for (const auto& [key, value] : object_.items())
      if (!known_.contains(key)) throw wrong(key, "unknown key");
    check(c);
    return c;
  }

 private:
  template <class T>
  void take(const char* key, T& value, bool needed) {
    known_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) {
      if (needed) throw wrong(key, "it is missing");
      return;
    }
    if constexpr (std::is_unsigned_v<T> && !std::is_same_v<T, bool>)
      if (!found->is_number_unsigned()) throw wrong(key, "it must be a whole number, and not negative");
    try {
      found->get_to(value);
    } catch (const json::exception&) {
      throw wrong(key, "its value has the wrong type");
    }
  }

  void check(const BenchmarkCase& c) const {
    if (c.name.empty() || c.name.find(',') != std::string::npos || c.name == "all")
      throw wrong("name", "it must not be empty, 'all', or have a comma");
    if (c.arguments.empty()) throw wrong("arguments", "it must have at least one word");
    if (c.number_types.empty()) throw wrong("dtype", "it must have at least one");
    const auto is_tolerance = [](double t) { return t >= 0 && t < 1; };
    if (c.tolerances.empty() || !std::ranges::all_of(c.tolerances, is_tolerance))
      throw wrong("tolerance", "there must be at least one, each at least 0 and below 1");
    if (c.peer_rows == 1) throw wrong("peer_rows", "a single row is not enough: use 0 or at least 2");
    for (const char* flag : {"-roi", "-mask"})
      if (c.peer_rows > 0 && std::ranges::find(c.arguments, flag) != c.arguments.end())
        throw wrong("peer_rows", std::string("rows are selected by -mask, and the arguments have ") + flag);
  }

  Error wrong(const std::string& key, const std::string& rule) const {
    return Error::usage({.what = "wrong benchmark case", .where = file_, .value = key, .rule = rule});
  }

  const json& object_;
  const std::string& file_;
  std::set<std::string> known_;
};

void make_paths_absolute(std::vector<std::string>& words, const fs::path& root) {
  for (std::string& word : words)
    if (word.find('/') != std::string::npos && fs::is_regular_file(root / word)) word = (root / word).string();
}

}  // namespace

BenchmarkCase parse_case(std::string_view text, const std::string& file) {
  json object;
  try {
    object = json::parse(text);
  } catch (const json::exception& error) {
    throw Error::usage({.what = "not JSON", .where = file, .rule = error.what()});
  }
  return CaseReader(object, file).read();
}

std::vector<BenchmarkCase> load_cases(const fs::path& folder) {
  std::error_code failed;
  const fs::path absolute = fs::canonical(folder, failed);
  if (failed || !fs::is_directory(absolute))
    throw Error::usage({.what = "there is no folder of benchmark cases",
                        .value = in_quotes(folder.string()),
                        .rule = "it must have a .json file for each case",
                        .remedy = "name it with --case-folder"});
  std::vector<BenchmarkCase> cases;
  for (const auto& entry : fs::directory_iterator(absolute)) {
    if (entry.path().extension() != ".json") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    cases.push_back(parse_case(text.str(), entry.path().string()));
    make_paths_absolute(cases.back().arguments, absolute.parent_path().parent_path());
  }
  if (cases.empty())
    throw Error::usage(
        {.what = "there is no benchmark case", .where = folder.string(), .rule = "the folder has no .json file"});
  std::ranges::sort(cases, {}, &BenchmarkCase::name);
  const auto twice = std::ranges::adjacent_find(cases, {}, &BenchmarkCase::name);
  if (twice != cases.end())
    throw Error::usage(
        {.what = "two benchmark cases have the same name", .where = folder.string(), .value = twice->name});
  return cases;
}

}  // namespace femtobragg::evidence
