// How finely a run samples what it sums over, and what that changes.
#pragma once

#include <string>

#include "femtobragg/assemble/assembly.h"

namespace femtobragg::nanobragg {

/// 0.0123 as "1.2 %"; less than a millionth as "below 0.0001 %".
std::string percent_words(double fraction);

/// "12 rotation steps, 96 mosaic domains: integrated intensities are right to about 0.8 %"; empty where nothing is
/// sampled.
std::string sampling_line(const assemble::SamplingReport& sampling);

/// Each count with the change of integrated intensities if it were doubled, then all together; a line each.
std::string sampling_page(const assemble::SamplingReport& sampling);

}  // namespace femtobragg::nanobragg
