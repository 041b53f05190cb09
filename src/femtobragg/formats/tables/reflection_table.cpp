// Reader of DIALS's reflection tables: ["dials::af::reflection_table", 1, {identifiers, nrows, data}], each column of
// the data a type name, a length and the bytes of its values (dials/array_family,
// reflection_table_msgpack_adapter.h).
#include "femtobragg/formats/tables/reflection_table.h"

#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

using nlohmann::json;

/// Stops where values are nested deeper than in any table: the parser calls itself for each.
class DepthGuard : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t&) override { return true; }
  bool start_object(std::size_t) override { return ++depth_ <= most_; }
  bool start_array(std::size_t) override { return ++depth_ <= most_; }
  bool end_object() override { return --depth_, true; }
  bool end_array() override { return --depth_, true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  static constexpr int most_ = 10;
  int depth_ = 0;
};

class TableReader {
 public:
  TableReader(std::string_view bytes, const std::string& name) : name_(name) {
    DepthGuard guard;
    if (!json::sax_parse(bytes.begin(), bytes.end(), &guard, json::input_format_t::msgpack))
      refuse("not a reflection table", "it must be in MessagePack form, and complete");
    try {
      root_ = json::from_msgpack(bytes.begin(), bytes.end());
    } catch (const json::exception& error) {
      refuse("not a reflection table", "it must be in MessagePack form: " + std::string(error.what()));
    }
    if (!root_.is_array() || root_.size() != 3 || root_[0] != "dials::af::reflection_table" || !root_[2].is_object())
      refuse("not a reflection table", "it must begin with dials::af::reflection_table");
    if (root_[1] != 1) refuse("another version of reflection tables: " + root_[1].dump(), "version 1 is known");
    const json& table = root_[2];
    if (!table.contains("nrows") || !table["nrows"].is_number_unsigned() || !table.contains("data") ||
        !table["data"].is_object())
      refuse("the reflection table is damaged", "it must have nrows and data");
    rows_ = table["nrows"].get<std::size_t>();
  }

  std::vector<FoundSpot> read() {
    const auto panel = column<std::uint64_t, 1>("panel", "std::size_t");
    auto imageset = column<std::int32_t, 1>("imageset_id", "int");
    if (!imageset) imageset = column<std::int32_t, 1>("id", "int");
    const auto box = column<std::int32_t, 6>("bbox", "int6");
    auto place = column<double, 3>("xyzobs.px.value", "vec3<double>");
    if (!place) place = column<double, 3>("xyzcal.px", "vec3<double>");
    if (!box && !place)
      refuse("the table does not say where its spots are", "it needs a column bbox or xyzobs.px.value");
    std::vector<FoundSpot> spots(box ? box->size() : place->size());
    for (std::size_t i = 0; i < spots.size(); ++i) {
      FoundSpot& spot = spots[i];
      if (panel) spot.panel = (*panel)[i][0];
      if (imageset) spot.imageset = (*imageset)[i][0];
      if (box) spot.box = (*box)[i];
      if (!place) continue;
      spot.place_px = {(*place)[i][0], (*place)[i][1], (*place)[i][2]};
      if (!std::isfinite(norm(spot.place_px))) refuse("a spot's place is not finite", "row " + std::to_string(i));
    }
    return spots;
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& rule) const {
    throw Error::runtime(
        {.what = what, .where = in_quotes(name_), .rule = rule, .remedy = "give a .refl file as DIALS writes it"});
  }

  /// Rows of `width` numbers; nothing where there is no such column.
  template <class T, std::size_t width>
  std::optional<std::vector<std::array<T, width>>> column(const char* key, const char* type) const {
    const json& data = root_[2]["data"];
    if (!data.contains(key)) return {};
    const json& found = data[key];
    const auto fits = [&] {
      return found.is_array() && found.size() == 2 && found[0] == type && found[1].is_array() && found[1].size() == 2 &&
             found[1][0] == rows_ && found[1][1].is_binary() &&
             found[1][1].get_binary().size() / sizeof(T) / width == rows_ &&
             found[1][1].get_binary().size() % (sizeof(T) * width) == 0;
    };
    if (!fits())
      refuse("the column " + in_quotes(key) + " is damaged", "it must be " + std::to_string(rows_) + " " + type);
    std::vector<std::array<T, width>> rows(rows_);
    if (rows_ > 0) std::memcpy(rows.data(), found[1][1].get_binary().data(), rows_ * width * sizeof(T));
    return rows;
  }

  const std::string& name_;
  json root_;
  std::size_t rows_ = 0;
};

}  // namespace

std::vector<FoundSpot> parse_reflection_table(std::string_view bytes, const std::string& name) {
  return TableReader(bytes, name).read();
}

}  // namespace femtobragg::formats
