// Shared libraries that are loaded when the first of their functions is called, not when the program starts: it would
// wait for all that they need in turn, and most runs use none of them.
//
//   inline constexpr LateLibrary hdf5{"HDF5", FEMTOBRAGG_HDF5};  // its file, from late_files.h, which CMake makes
//   FEMTOBRAGG_LATE(hdf5, H5Fclose)
//
// In the namespace of these lines, H5Fclose(file) is then called as usual. A function that has no such line does not
// link.
#pragma once

#include <atomic>
#include <type_traits>

namespace femtobragg {

struct LateLibrary {
  const char* what;       ///< in messages
  const char* file;       ///< as the system finds it: by its name, or next to this library (RUNPATH)
  const char* elsewhere;  ///< the path that it had in the build, tried last; empty: there is none

  /// The address of a symbol. Throws Error(Runtime) if there is no such library, or if it has no such symbol.
  void* find(const char* symbol) const;
};

/// Stands for a function or a variable of such a library.
template <class T>
class LateSymbol {
 public:
  constexpr LateSymbol(const LateLibrary& library, const char* name) : library_(library), name_(name) {}

  /// A function's address, by which it can be called and passed on, or a variable's value.
  operator std::conditional_t<std::is_function_v<T>, T*, T>() const {
    if constexpr (std::is_function_v<T>)
      return address();
    else
      return *address();
  }

 private:
  T* address() const {
    T* known = address_.load(std::memory_order_acquire);
    if (!known) {
      known = reinterpret_cast<T*>(library_.find(name_));
      address_.store(known, std::memory_order_release);
    }
    return known;
  }

  const LateLibrary& library_;
  const char* name_;
  mutable std::atomic<T*> address_{nullptr};
};

}  // namespace femtobragg

/// Declares a symbol. Its name may be a macro for the version of a function, so it is expanded first.
#define FEMTOBRAGG_LATE(library, name) FEMTOBRAGG_LATE_SYMBOL(library, name)
#define FEMTOBRAGG_LATE_SYMBOL(library, name) \
  inline constinit const ::femtobragg::LateSymbol<decltype(::name)> name{library, #name};
