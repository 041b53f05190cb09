// Which reader knows the bytes, by what they begin with.
#include "femtobragg/atoms/reflection_file.h"

#include <algorithm>
#include <cmath>
#include <new>

#include "femtobragg/atoms/model_checks.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/atoms/reflection_expansion.h"
#include "femtobragg/atoms/reflection_readers.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

struct Format {
  bool (*known)(std::string_view bytes);
  ReflectionTable (*read)(std::string_view bytes, const std::string& name);
};

constexpr Format formats[] = {
    {looks_like_mtz, read_mtz},   {looks_like_cif, read_reflection_cif},  {looks_like_xds, read_xds},
    {looks_like_hklf, read_hklf}, {looks_like_scalepack, read_scalepack},
};

const Format* format_of(std::string_view bytes) {
  const auto found = std::ranges::find_if(formats, [&](const Format& format) { return format.known(bytes); });
  return found == std::end(formats) ? nullptr : found;
}

}  // namespace

void refuse_reflections(const std::string& what, const std::string& where, const std::string& value,
                        const std::string& rule, const std::string& remedy) {
  throw Error::runtime({.what = what, .where = where, .value = value, .rule = rule, .remedy = remedy});
}

int checked_index(std::optional<double> value, const std::string& text, const std::string& where,
                  const std::string& row) {
  if (value && std::abs(*value) <= double(largest_hkl) && *value == std::round(*value)) return static_cast<int>(*value);
  refuse_reflections("a Miller index is impossible", where + " " + row, in_quotes(text),
                     "indices must be whole numbers up to " + std::to_string(largest_hkl));
}

void take_symmetry(StatedSymmetry stated, const UnitCell& cell, ReflectionTable& table) {
  stated.origin_matters = false;
  table.space_group = symmetry_of(stated, cell, table.where, table.notes, table.warnings);
}

bool looks_like_reflection_file(std::string_view bytes) { return format_of(bytes) != nullptr; }

ReflectionFile parse_reflection_file(std::string_view bytes, const std::string& name,
                                     const std::vector<std::string>& labels, double default_amplitude) try {
  const Format* format = format_of(bytes);
  if (!format)
    refuse_reflections("there are no reflections", in_quotes(name), "",
                       "this is not an MTZ, CIF, XDS, SHELX or SCALEPACK file");
  const ReflectionTable table = format->read(bytes, name);
  return expanded(table, choose_columns(table, labels), default_amplitude);
} catch (const Error&) {
  throw;
} catch (const std::bad_alloc&) {
  throw;
} catch (const std::exception& error) {
  refuse_reflections("cannot read the reflections", in_quotes(name), "", reason_of(error, name));
}

}  // namespace femtobragg::atoms
