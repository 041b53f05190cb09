// Words of a CIF text, and which items they belong to.
#include "femtobragg/formats/io/cif_items.h"
#include "femtobragg/base/words.h"

#include <algorithm>
#include <cctype>

namespace femtobragg::formats {
namespace {

constexpr std::string_view cif_blanks = " \t\r\n";

struct Word {
  std::string_view text;
  bool quoted = false;
};

class Words {
 public:
  explicit Words(std::string_view text) : all_(text) {}

  /// Nothing more: false.
  bool next(Word& word) {
    skip();
    if (at_ >= all_.size()) return false;
    if (all_[at_] == ';' && (at_ == 0 || all_[at_ - 1] == '\n' || all_[at_ - 1] == '\r')) {
      word = {text_field(), true};
      return true;
    }
    if (all_[at_] == '\'' || all_[at_] == '"') {
      word = {quoted(), true};
      return true;
    }
    const std::size_t end = std::min(all_.find_first_of(cif_blanks, at_), all_.size());
    word = {all_.substr(at_, end - at_), false};
    at_ = end;
    return true;
  }

 private:
  void skip() {
    for (;;) {
      at_ = std::min(all_.find_first_not_of(cif_blanks, at_), all_.size());
      if (at_ == all_.size() || all_[at_] != '#') return;
      at_ = std::min(all_.find_first_of("\r\n", at_), all_.size());
    }
  }
  std::string_view text_field() {
    const std::size_t begin = at_ + 1;
    std::size_t end = begin;
    do {
      end = std::min(all_.find(';', end + 1), all_.size());
    } while (end < all_.size() && all_[end - 1] != '\n' && all_[end - 1] != '\r');
    at_ = std::min(end + 1, all_.size());
    return all_.substr(begin, end - begin);
  }
  /// A quote ends where a blank follows it.
  std::string_view quoted() {
    const char quote = all_[at_];
    const std::size_t begin = at_ + 1;
    std::size_t end = begin;
    while (end < all_.size() && all_[end] != '\n' &&
           !(all_[end] == quote && (end + 1 == all_.size() || cif_blanks.find(all_[end + 1]) != cif_blanks.npos)))
      ++end;
    at_ = std::min(end + 1, all_.size());
    return all_.substr(begin, end - begin);
  }

  std::string_view all_;
  std::size_t at_ = 0;
};

}  // namespace

CifItems parse_cif_items(std::string_view text) {
  CifItems items;
  std::vector<std::vector<std::string>*> columns;  // of the loop, or the one item
  std::vector<std::string> ignored;
  bool in_loop = false, in_heading = false;
  std::size_t column = 0;
  Words words(text);
  for (Word word; words.next(word);) {
    const std::string name = word.quoted ? std::string() : in_lower_case(word.text.substr(0, 100));
    if (name == "loop_") {
      columns.clear();
      in_loop = in_heading = true;
    } else if (name.starts_with('_')) {
      if (!in_heading) {
        columns.clear();
        in_loop = false;
      }
      const auto [place, is_new] = items.try_emplace(name);
      columns.push_back(is_new ? &place->second : &ignored);
      column = 0;
    } else if (name.starts_with("data_") || name.starts_with("save_")) {
      columns.clear();
      in_loop = in_heading = false;
    } else if (!columns.empty()) {
      in_heading = false;
      columns[column]->emplace_back(word.text);
      column = (column + 1) % columns.size();
      if (!in_loop) columns.clear();
    }
  }
  return items;
}

}  // namespace femtobragg::formats
