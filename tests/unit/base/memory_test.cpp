// Refusal of requests that no memory can hold.
#include "femtobragg/base/memory.h"

#include <gtest/gtest.h>

#include "femtobragg/base/error.h"
#include "femtobragg/model/image.h"

namespace femtobragg {
namespace {

TEST(CheckedProduct, WithinAndBeyond64Bits) {
  EXPECT_EQ(checked_product({}), 1u);
  EXPECT_EQ(checked_product({3, 4, 5}), 60u);
  EXPECT_EQ(checked_product({UINT64_MAX, 1}), UINT64_MAX);
  EXPECT_EQ(checked_product({UINT64_MAX, 2}), std::nullopt);
  EXPECT_EQ(checked_product({std::uint64_t{1} << 32, std::uint64_t{1} << 32}), std::nullopt);
}

TEST(RequireMemory, SaysWhatDoesNotFit) {
  EXPECT_NO_THROW(require_memory(1024, "the image", "1 x 1 pixels", "use fewer"));
  for (const std::optional<std::uint64_t> bytes : {std::optional(UINT64_MAX), std::optional<std::uint64_t>()}) try {
      require_memory(bytes, "the image", "huge", "use fewer pixels");
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::Runtime);
      EXPECT_EQ(error.parts().what, "the image does not fit into memory");
      EXPECT_EQ(error.parts().remedy, "use fewer pixels");
      EXPECT_NE(error.parts().rule.find("GiB"), std::string::npos);
    }
}

TEST(RequireMemory, Images) {
  EXPECT_THROW(Image::zeros(std::size_t{1} << 40, std::size_t{1} << 40), Error);
  EXPECT_THROW(Image::zeros(1000000, 1000000000), Error);
}

TEST(RequireMemory, ASmallerLimitCanBeSet) {
  const std::uint64_t before = memory_limit_bytes();
  set_memory_limit_bytes(1000);
  EXPECT_THROW(Image::zeros(16, 16), Error);
  EXPECT_NO_THROW(Image::zeros(15, 16));
  set_memory_limit_bytes(before);
  EXPECT_NO_THROW(Image::zeros(16, 16));
}

}  // namespace
}  // namespace femtobragg
