// The library's own messages, off and on.
#include "femtobragg/formats/hdf5_handle.h"

#include <hdf5.h>

namespace femtobragg::formats {

Hdf5Silence::Hdf5Silence() {
  H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Hdf5Silence::~Hdf5Silence() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

}  // namespace femtobragg::formats
