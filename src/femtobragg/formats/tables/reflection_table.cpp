// Reader of DIALS's reflection tables: ["dials::af::reflection_table", 1, {identifiers, nrows, data}], each column of
// the data a type name, a length and the bytes of its values (dials/array_family,
// reflection_table_msgpack_adapter.h). The identifiers are a map from numbers, which no JSON library takes.
#include "femtobragg/formats/tables/reflection_table.h"

#include <array>
#include <cmath>
#include <cstring>
#include <map>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view table_name = "dials::af::reflection_table";

[[noreturn]] void refuse_table(const std::string& name, const std::string& what, const std::string& rule) {
  throw Error::runtime(
      {.what = what, .where = in_quotes(name), .rule = rule, .remedy = "give a .refl file as DIALS writes it"});
}

/// MessagePack, one value after the other (https://github.com/msgpack/msgpack/blob/master/spec.md).
class PackedValues {
 public:
  enum class Kind { Array, Map, Text, Bytes, Whole, Other };
  struct Value {
    Kind kind = Kind::Other;
    std::uint64_t number = 0;  ///< a whole number, or how many values follow
    std::string_view bytes{};
  };

  PackedValues(std::string_view bytes, const std::string& name) : left_(bytes), name_(name) {}

  bool at_end() const { return left_.empty(); }

  Value next() {
    const auto first = static_cast<std::uint8_t>(take(1).front());
    if (first < 0x80) return {Kind::Whole, first};
    if (first < 0x90) return {Kind::Map, first & 0x0fu};
    if (first < 0xa0) return {Kind::Array, first & 0x0fu};
    if (first < 0xc0) return {Kind::Text, 0, take(first & 0x1fu)};
    if (first >= 0xe0) return {};
    return long_form(first);
  }

  Value next(Kind kind) {
    const Value value = next();
    if (value.kind != kind)
      refuse_table(name_, "not a reflection table, or a damaged one", "a value is of another kind");
    return value;
  }

  /// A value with all that is in it.
  void skip() {
    for (std::uint64_t pending = 1; pending > 0; --pending) {
      const Value value = next();
      if (value.kind == Kind::Array) pending += value.number;
      if (value.kind == Kind::Map) pending += 2 * value.number;
    }
  }

 private:
  Value long_form(std::uint8_t first) {
    switch (first) {
      case 0xc4:
      case 0xc5:
      case 0xc6: return {Kind::Bytes, 0, take(number(1u << (first - 0xc4)))};
      case 0xc7:
      case 0xc8:
      case 0xc9: return take(number(1u << (first - 0xc7))), take(1), Value{};
      case 0xca: return take(4), Value{};
      case 0xcb: return take(8), Value{};
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf: return {Kind::Whole, number(1u << (first - 0xcc))};
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3: return take(1u << (first - 0xd0)), Value{};
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8: return take((1u << (first - 0xd4)) + 1), Value{};
      case 0xd9:
      case 0xda:
      case 0xdb: return {Kind::Text, 0, take(number(1u << (first - 0xd9)))};
      case 0xdc:
      case 0xdd: return {Kind::Array, number(2u << (first - 0xdc))};
      case 0xde:
      case 0xdf: return {Kind::Map, number(2u << (first - 0xde))};
      default: return {};
    }
  }

  std::string_view take(std::uint64_t count) {
    if (count > left_.size()) refuse_table(name_, "not a reflection table, or a damaged one", "it ends too early");
    const std::string_view taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }

  /// The first byte is the highest.
  std::uint64_t number(std::uint64_t bytes) {
    std::uint64_t value = 0;
    for (const char c : take(bytes)) value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
  }

  std::string_view left_;
  const std::string& name_;
};

class TableReader {
 public:
  TableReader(std::string_view bytes, const std::string& name) : name_(name) {
    using Kind = PackedValues::Kind;
    PackedValues values(bytes, name);
    if (values.next(Kind::Array).number != 3 || values.next(Kind::Text).bytes != table_name)
      refuse_table(name, "not a reflection table", "it must begin with " + std::string(table_name));
    if (values.next(Kind::Whole).number != 1)
      refuse_table(name, "another version of reflection tables", "version 1 is known");
    for (std::uint64_t keys = values.next(Kind::Map).number; keys > 0; --keys) {
      const std::string_view key = values.next(Kind::Text).bytes;
      if (key == "nrows")
        rows_ = values.next(Kind::Whole).number;
      else if (key == "data")
        read_columns(values);
      else
        values.skip();
    }
    if (!rows_ || columns_.empty())
      refuse_table(name, "the reflection table is damaged", "it must have nrows and data");
    if (!values.at_end()) refuse_table(name, "the reflection table is damaged", "more follows after its end");
  }

  TableContents contents() const {
    TableContents contents{*rows_, {}, {}};
    for (const auto& [key, column] : columns_) contents.columns.emplace_back(key);
    for (const std::string_view key : {panel_key, first_of(imageset_keys), box_key, first_of(place_keys)})
      if (columns_.contains(key)) contents.used.emplace_back(key);
    return contents;
  }

  std::vector<FoundSpot> read() const {
    const auto panel = column<std::uint64_t, 1>(panel_key, "std::size_t");
    const auto imageset = column<std::int32_t, 1>(first_of(imageset_keys), "int");
    const auto box = column<std::int32_t, 6>(box_key, "int6");
    const auto place = column<double, 3>(first_of(place_keys), "vec3<double>");
    if (!box && !place)
      refuse_table(name_, "the table does not say where its spots are", "it needs a column bbox or xyzobs.px.value");
    std::vector<FoundSpot> spots(box ? box->size() : place->size());
    for (std::size_t i = 0; i < spots.size(); ++i) {
      FoundSpot& spot = spots[i];
      if (panel) spot.panel = (*panel)[i][0];
      if (imageset) spot.imageset = (*imageset)[i][0];
      if (box) spot.box = (*box)[i];
      if (!place) continue;
      spot.place_px = {(*place)[i][0], (*place)[i][1], (*place)[i][2]};
      if (!std::isfinite(norm(spot.place_px)))
        refuse_table(name_, "a spot's place is not finite", "row " + std::to_string(i));
    }
    return spots;
  }

 private:
  static constexpr std::string_view panel_key = "panel", box_key = "bbox";
  /// The first that exists is used.
  static constexpr std::array<std::string_view, 2> imageset_keys = {"imageset_id", "id"},
                                                   place_keys = {"xyzobs.px.value", "xyzcal.px"};

  std::string_view first_of(const std::array<std::string_view, 2>& keys) const {
    return columns_.contains(keys[0]) ? keys[0] : keys[1];
  }

  struct Column {
    std::string_view type, bytes;
    std::uint64_t rows = 0;
  };

  void read_columns(PackedValues& values) {
    using Kind = PackedValues::Kind;
    for (std::uint64_t keys = values.next(Kind::Map).number; keys > 0; --keys) {
      Column& column = columns_[values.next(Kind::Text).bytes];
      if (values.next(Kind::Array).number != 2) damaged_column();
      column.type = values.next(Kind::Text).bytes;
      if (values.next(Kind::Array).number != 2) damaged_column();
      column.rows = values.next(Kind::Whole).number;
      // Those of texts have no bytes of their own, and those of shoeboxes have a form of their own.
      const PackedValues::Value content = values.next();
      column.bytes = content.bytes;
      if (content.kind == Kind::Array || content.kind == Kind::Map)
        for (std::uint64_t n = content.number * (content.kind == Kind::Map ? 2 : 1); n > 0; --n) values.skip();
    }
  }

  [[noreturn]] void damaged_column() const {
    refuse_table(name_, "the reflection table is damaged", "a column must have a type, a length and its values");
  }

  /// Rows of `width` numbers; nothing where there is no such column.
  template <class T, std::size_t width>
  std::optional<std::vector<std::array<T, width>>> column(std::string_view key, std::string_view type) const {
    const auto found = columns_.find(key);
    if (found == columns_.end()) return {};
    const auto& [own_type, bytes, rows] = found->second;
    constexpr std::size_t row_bytes = width * sizeof(T);
    if (own_type != type || rows != *rows_ || bytes.size() % row_bytes != 0 || bytes.size() / row_bytes != rows)
      refuse_table(name_, "the column " + in_quotes(key) + " is damaged",
                   "it must be " + std::to_string(*rows_) + " " + std::string(type));
    std::vector<std::array<T, width>> result(rows);
    if (rows > 0) std::memcpy(result.data(), bytes.data(), bytes.size());
    return result;
  }

  const std::string& name_;
  std::optional<std::uint64_t> rows_;
  std::map<std::string_view, Column> columns_;
};

}  // namespace

bool looks_like_reflection_table(std::string_view bytes) {
  // An array of three, and a text with its length.
  return bytes.starts_with('\x93') && bytes.substr(0, 64).find(table_name) != bytes.npos;
}

TableContents contents_of_reflection_table(std::string_view bytes, const std::string& name) {
  return TableReader(bytes, name).contents();
}

std::vector<FoundSpot> parse_reflection_table(std::string_view bytes, const std::string& name) {
  return TableReader(bytes, name).read();
}

}  // namespace femtobragg::formats
