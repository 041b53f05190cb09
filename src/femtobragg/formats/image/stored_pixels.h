// What readers of image files refuse in the same words.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/model/image.h"

namespace femtobragg::formats {

[[noreturn]] inline void refuse_image(const std::string& name, const std::string& what, const std::string& rule) {
  throw Error::runtime({.what = what, .where = in_quotes(name), .rule = rule});
}

/// The bytes of so many pixels, which must be there.
inline std::string_view pixel_bytes(std::string_view bytes, const ImageShape& shape, std::size_t each,
                                    const std::string& name) {
  const auto needed = checked_product({shape.n_fast, shape.n_slow, each});
  if (!needed || *needed > bytes.size() || *needed == 0)
    refuse_image(name, "the image has no pixels or ends early",
                 std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels of " +
                     std::to_string(each) + " bytes, but " + std::to_string(bytes.size()) + " bytes follow the header");
  return bytes.substr(0, static_cast<std::size_t>(*needed));
}

}  // namespace femtobragg::formats
