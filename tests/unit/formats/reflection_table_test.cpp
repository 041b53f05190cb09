// Reflection tables of DIALS.
#include "femtobragg/formats/tables/reflection_table.h"

#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"

namespace femtobragg::tests {
namespace {

using nlohmann::json;

template <class T>
json column(const char* type, std::size_t rows, const std::vector<T>& values) {
  std::vector<std::uint8_t> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return json::array({type, json::array({rows, json::binary(bytes)})});
}

json table() {
  return json::array({"dials::af::reflection_table",
                      1,
                      {{"identifiers", json::object()},
                       {"nrows", 2},
                       {"data",
                        {{"panel", column<std::uint64_t>("std::size_t", 2, {0, 3})},
                         {"id", column<std::int32_t>("int", 2, {-1, 1})},
                         {"bbox", column<std::int32_t>("int6", 2, {1, 2, 3, 4, 0, 1, 5, 9, 6, 8, 0, 1})},
                         {"xyzobs.px.value", column<double>("vec3<double>", 2, {1.5, 3.5, 0.5, 7, 7, 0.5})}}}}});
}

std::vector<formats::FoundSpot> parsed(const json& of) {
  const std::vector<std::uint8_t> bytes = json::to_msgpack(of);
  return formats::parse_reflection_table({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "a.refl");
}

TEST(ReflectionTable, SaysWhereSpotsAre) {
  const auto spots = parsed(table());
  ASSERT_EQ(spots.size(), 2u);
  EXPECT_EQ(spots[1].panel, 3u);
  EXPECT_EQ(spots[0].imageset, -1);
  EXPECT_EQ(spots[1].box, (std::array<int, 6>{5, 9, 6, 8, 0, 1}));
  EXPECT_EQ(spots[0].place_px.y, 3.5);
  json bare = table();
  bare[2]["data"].erase("bbox");
  bare[2]["data"]["imageset_id"] = column<std::int32_t>("int", 2, {0, 4});
  EXPECT_FALSE(parsed(bare)[0].box);
  EXPECT_EQ(parsed(bare)[1].imageset, 4) << "before id";
}

TEST(ReflectionTable, RefusesWhatIsNone) {
  const auto refused = [](auto&& change) {
    json damaged = table();
    change(damaged);
    EXPECT_THROW(parsed(damaged), Error) << damaged.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  refused([](json& t) { t[0] = "a table"; });
  refused([](json& t) { t[1] = 2; });
  refused([](json& t) { t.push_back(1); });
  refused([](json& t) { t[2].erase("nrows"); });
  refused([](json& t) { t[2]["nrows"] = 3; });
  refused([](json& t) { t[2]["nrows"] = -1; });
  refused([](json& t) { t[2]["nrows"] = 1ull << 60; });
  refused([](json& t) { t[2]["data"] = 1; });
  refused([](json& t) { t[2]["data"].erase("bbox"), t[2]["data"].erase("xyzobs.px.value"); });
  refused([](json& t) { t[2]["data"]["bbox"] = "box"; });
  refused([](json& t) { t[2]["data"]["bbox"][0] = "vec3<double>"; });
  refused([](json& t) { t[2]["data"]["panel"] = column<std::uint64_t>("std::size_t", 2, {0}); });
  refused([](json& t) {
    t[2]["data"]["xyzobs.px.value"] = column<double>("vec3<double>", 2, {1, std::nan(""), 0, 1, 1, 0});
  });
  const std::vector<std::uint8_t> bytes = json::to_msgpack(table());
  const std::string_view whole(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_THROW(formats::parse_reflection_table(whole.substr(0, length), "a.refl"), Error) << length;
  // Lists in lists, as deep as a parser that calls itself would fall.
  EXPECT_THROW(formats::parse_reflection_table(std::string(10'000'000, '\x91'), "a.refl"), Error);
}

}  // namespace
}  // namespace femtobragg::tests
