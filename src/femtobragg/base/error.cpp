// Joins the parts of an error into one line.
#include "femtobragg/base/error.h"

#include <initializer_list>
#include <utility>

namespace femtobragg {
namespace {

std::string join(const ErrorText& parts) {
  std::string line = parts.what;
  const std::initializer_list<std::pair<const char*, const std::string*>> rest = {
      {"", &parts.where}, {"got ", &parts.value}, {"", &parts.rule}, {"", &parts.remedy}};
  for (const auto& [prefix, text] : rest)
    if (!text->empty()) line += (line.empty() ? "" : "; ") + (prefix + *text);
  return line;
}

}  // namespace

Error::Error(Kind kind, ErrorText parts) : std::runtime_error(join(parts)), kind_(kind), parts_(std::move(parts)) {}

}  // namespace femtobragg
