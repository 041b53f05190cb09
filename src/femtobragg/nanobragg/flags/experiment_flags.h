// From fields of an experiment to the flags that set them.
#pragma once

#include "femtobragg/base/error.h"

namespace femtobragg::nanobragg {

/// The error of a refused scene or experiment, for somebody who typed flags: fields that one flag sets become that
/// flag, others are followed by the flags that they come from.
Error with_flags(const Error& error);

}  // namespace femtobragg::nanobragg
