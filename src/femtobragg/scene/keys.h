// Keys of scenes by their path in a document: what may stand there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/scene/fields.h"

namespace femtobragg::scene {

struct Key {
  Kind kind;
  Units units;
  const Unit* unit;  ///< null: a bare number, or no number
  std::size_t size;  ///< of lists; 0: any

  bool is_list() const { return kind == Kind::Counts || kind == Kind::Numbers; }
  bool is_whole() const { return kind == Kind::Count || kind == Kind::Counts; }
  bool is_number() const { return is_list() || kind == Kind::Count || kind == Kind::Number; }
};

/// What "beam.flux_per_s" or "background.material[0].thickness_mm" is; nothing: scenes have no such key.
std::optional<Key> find_key(std::string_view path);

/// What may have been meant by a path that is none; a sentence.
std::string meant_key(std::string_view path);

}  // namespace femtobragg::scene
