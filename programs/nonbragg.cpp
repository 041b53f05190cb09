// `nonBragg`: the scattering of amorphous materials, by nonBragg's own command line.
#include "femtobragg/nonbragg/run.h"

#include <iostream>

#include "programs/drop_ins.h"

namespace femtobragg::programs {

int nonbragg(const std::vector<std::string>& words) { return femtobragg::nonbragg::run(words, std::cout, std::cerr); }

}  // namespace femtobragg::programs
