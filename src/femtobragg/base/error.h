// The one exception type of the library: what went wrong, where, with which value, and what to do.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#pragma GCC visibility push(default)
namespace femtobragg {

/// The parts of an error message. Empty parts are omitted from the text.
struct ErrorText {
  std::string what{};    ///< what failed, in a few words
  std::string where{};   ///< flag, file and line, or model field
  std::string value{};   ///< the value seen
  std::string rule{};    ///< the rule it breaks
  std::string remedy{};  ///< what the user can do about it
};

class Error : public std::runtime_error {
 public:
  /// Usage: the command line or the described experiment is at fault. Runtime: files, memory, machine.
  enum class Kind { Usage, Runtime };

  Error(Kind kind, ErrorText parts);

  static Error usage(ErrorText parts) { return {Kind::Usage, std::move(parts)}; }
  static Error runtime(ErrorText parts) { return {Kind::Runtime, std::move(parts)}; }

  Kind kind() const { return kind_; }
  const ErrorText& parts() const { return parts_; }

 private:
  Kind kind_;
  ErrorText parts_;
};

}  // namespace femtobragg
#pragma GCC visibility pop
