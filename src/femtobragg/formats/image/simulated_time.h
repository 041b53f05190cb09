// When simulated images were taken: counted from 1970, so that files do not differ by when they were made.
#pragma once

#include <string>

namespace femtobragg::formats {

/// "1970-01-01T00:00:00.500": UTC, without a zone. Truncated to the requested decimals.
std::string simulated_time(double seconds, int decimals = 0);

}  // namespace femtobragg::formats
