// By the tag of the commit, which each build looks up.
#include "femtobragg/base/version.h"

#include "described_version.h"

namespace femtobragg {

const char* const version = FEMTOBRAGG_VERSION;

}  // namespace femtobragg
