// Allocation of images, with a clear refusal of impossible sizes.
#include "femtobragg/model/image.h"

#include <new>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"

namespace femtobragg {

Image Image::zeros(std::size_t n_fast, std::size_t n_slow) {
  const std::string size = std::to_string(n_fast) + " x " + std::to_string(n_slow) + " pixels";
  const std::string remedy = "use fewer pixels";
  require_memory(checked_product({n_fast, n_slow, sizeof(float)}), "the image", size, remedy);
  try {
    Image image{n_fast, n_slow, {}};
    image.pixels.reserve(n_fast * n_slow);
    prefer_large_pages(image.pixels.data(), image.pixels.capacity() * sizeof(float));
    image.pixels.resize(n_fast * n_slow);
    return image;
  } catch (const std::bad_alloc&) {
    throw Error::runtime({.what = "the image does not fit into memory", .value = size, .remedy = remedy});
  }
}

}  // namespace femtobragg
