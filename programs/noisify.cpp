// `noisify` and `float_add`: the numbers of a detector, and sums of images, by these programs' own command lines.
#include "femtobragg/noisify/noisify.h"

#include <iostream>

#include "femtobragg/noisify/float_add.h"
#include "programs/drop_ins.h"

namespace femtobragg::programs {

int noisify(const std::vector<std::string>& words) { return femtobragg::noisify::run(words, std::cout, std::cerr); }

int float_add(const std::vector<std::string>& words) {
  return femtobragg::noisify::float_add(words, std::cout, std::cerr);
}

}  // namespace femtobragg::programs
