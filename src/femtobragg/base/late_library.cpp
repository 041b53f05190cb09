// dlopen() and dlsym(), with our own errors.
#include "femtobragg/base/late_library.h"

#include <dlfcn.h>

#include <string>

#include "femtobragg/base/error.h"

namespace femtobragg {
namespace {

std::string last_complaint() {
  const char* const text = dlerror();
  return text ? text : "";
}

}  // namespace

void* LateLibrary::find(const char* symbol) const {
  // It stays loaded. The system counts how often it was opened and opens it once.
  void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  const std::string complaint = library ? "" : last_complaint();
  if (!library && *elsewhere) library = dlopen(elsewhere, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw Error::runtime({.what = "cannot load " + std::string(what),
                          .rule = complaint,
                          .remedy = "install the library again, or add its folder to LD_LIBRARY_PATH"});
  void* const address = dlsym(library, symbol);
  if (!address)
    throw Error::runtime({.what = std::string(what) + " has no " + symbol,
                          .where = file,
                          .rule = last_complaint(),
                          .remedy = "install the version that femtoBragg was built with"});
  return address;
}

}  // namespace femtobragg
