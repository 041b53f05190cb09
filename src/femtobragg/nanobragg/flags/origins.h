// Where values came from: the words that gave them, in the order in which they were read.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace femtobragg::nanobragg {

struct Origin {
  std::string flag;   ///< canonical name, without dash
  std::string words;  ///< "-distance 100", "DISTANCE in the header of x.img"
  bool header = false;
};

/// Flags that set one value, each instead of the others.
using Alternatives = std::vector<std::string_view>;

class Origins {
 public:
  void by_flag(std::string_view flag, std::string words) { set({std::string(flag), std::move(words), false}); }
  /// A header key that acts as that flag would.
  void by_header(std::string_view flag, std::string words) { set({std::string(flag), std::move(words), true}); }

  bool given(std::string_view flag) const { return last({flag}) != nullptr; }
  /// The one that was read last, or null.
  const Origin* last(const Alternatives& flags) const;
  /// The same, headers aside.
  const Origin* last_flag(const Alternatives& flags) const;

 private:
  void set(Origin origin);

  std::vector<Origin> entries_;
};

}  // namespace femtobragg::nanobragg
