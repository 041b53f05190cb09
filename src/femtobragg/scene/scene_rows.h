// What the files of the table of fields share, and the sections that each of them has.
#pragma once

#include "femtobragg/scene/field_access.h"

namespace femtobragg::scene {

using S = Scene;
using Row = Field<Scene>;

template <auto... path>
Row row(Kind kind, const Words& words, Units units = no_unit, std::size_t size = 0) {
  return plain<Scene, path...>(kind, words, units, size);
}

inline double number_of(const Value& v) { return std::get<NumberList>(v).at(0); }

Section<Scene> beam_section();
Section<Scene> crystal_section();
Section<Scene> factor_section();
Section<Scene> response_section();

}  // namespace femtobragg::scene
