// What readers and writers of HDF5 files share, without the library's header.
#pragma once

#include <cstdint>

namespace femtobragg::formats {

/// Closes what a call of the library opened: Hdf5Handle<H5Fclose> file(H5Fopen(...)). Ids below zero are errors.
template <auto close>
class Hdf5Handle {
 public:
  explicit Hdf5Handle(std::int64_t id) : id_(id) {}
  ~Hdf5Handle() {
    if (id_ >= 0) close(id_);
  }
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;

  std::int64_t id() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  std::int64_t id_;
};

/// While it lives, the library does not print its own account of errors that are reported anyway.
class Hdf5Silence {
 public:
  Hdf5Silence();
  ~Hdf5Silence();
  Hdf5Silence(const Hdf5Silence&) = delete;
  Hdf5Silence& operator=(const Hdf5Silence&) = delete;

 private:
  int (*function_)(std::int64_t, void*) = nullptr;
  void* data_ = nullptr;
};

}  // namespace femtobragg::formats
