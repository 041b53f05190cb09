// A response as far as one of its stages: what files with the values after that stage state of their numbers.
#pragma once

#include <string_view>

#include "femtobragg/model/response.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// Without gain, offset, saturation and bad pixels where only later stages bring them. `stage`: a name that
/// stages_until() takes (simulate/detect.h).
Response response_until(Response response, std::string_view stage);

}  // namespace femtobragg
#pragma GCC visibility pop
