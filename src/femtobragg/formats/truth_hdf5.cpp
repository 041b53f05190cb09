// Truth in HDF5: a dataset for each quantity of the reflections, units as attributes, the run's record as JSON. Built
// in memory, so that the file appears when it is complete.
#include <hdf5.h>

#include <array>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/hdf5_handle.h"
#include "femtobragg/formats/truth_file.h"

namespace femtobragg::formats {
namespace {

class Writer {
 public:
  Writer(const std::string& path, const TruthRecord& record)
      : path_(path),
        rows_(record.truth.reflections),
        access_(H5Pcreate(H5P_FILE_ACCESS)),
        file_(open_in_memory(access_.id())) {
    require(file_.id());
  }

  void group(const char* name) { const Hdf5Handle<H5Gclose> made(require(create_group(name))); }

  /// One value of `width` numbers for each reflection.
  template <class T, class Values>
  void column(const std::string& name, const char* unit, hsize_t width, Values&& values) {
    std::vector<T> flat;
    for (const TruthReflection& r : rows_)
      for (const T x : values(r)) flat.push_back(x);
    const std::array<hsize_t, 2> shape = {rows_.size(), width};
    const Hdf5Handle<H5Sclose> space(require(H5Screate_simple(width > 1 ? 2 : 1, shape.data(), nullptr)));
    const hid_t type = type_of(T{});
    const Hdf5Handle<H5Dclose> data(
        require(H5Dcreate2(file_.id(), name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
    if (!flat.empty()) require(H5Dwrite(data.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, flat.data()));
    if (*unit) attribute(data.id(), "units", unit);
  }

  void text(const char* name, const std::string& words) {
    const Hdf5Handle<H5Tclose> type(text_type(words.size()));
    const Hdf5Handle<H5Sclose> space(require(H5Screate(H5S_SCALAR)));
    const Hdf5Handle<H5Dclose> data(
        require(H5Dcreate2(file_.id(), name, type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
    require(H5Dwrite(data.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, words.c_str()));
  }

  void number(const char* name, double value) {
    const Hdf5Handle<H5Sclose> space(require(H5Screate(H5S_SCALAR)));
    const Hdf5Handle<H5Dclose> data(
        require(H5Dcreate2(file_.id(), name, H5T_IEEE_F64LE, space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
    require(H5Dwrite(data.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value));
  }

  std::string bytes() {
    require(H5Fflush(file_.id(), H5F_SCOPE_GLOBAL));
    const ssize_t size = H5Fget_file_image(file_.id(), nullptr, 0);
    require(size);
    std::string image(static_cast<std::size_t>(size), '\0');
    require(H5Fget_file_image(file_.id(), image.data(), image.size()));
    return image;
  }

 private:
  static hid_t open_in_memory(hid_t access) {
    constexpr std::size_t growth = 1 << 20;
    H5Pset_fapl_core(access, growth, false);
    return H5Fcreate("in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  }
  hid_t create_group(const char* name) { return H5Gcreate2(file_.id(), name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT); }
  static hid_t type_of(double) { return H5T_NATIVE_DOUBLE; }
  static hid_t type_of(std::int32_t) { return H5T_NATIVE_INT32; }
  static hid_t text_type(std::size_t length) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, length + 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
  }
  void attribute(hid_t object, const char* name, const std::string& words) {
    const Hdf5Handle<H5Tclose> type(text_type(words.size()));
    const Hdf5Handle<H5Sclose> space(require(H5Screate(H5S_SCALAR)));
    const Hdf5Handle<H5Aclose> made(require(H5Acreate2(object, name, type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT)));
    require(H5Awrite(made.id(), type.id(), words.c_str()));
  }
  template <class Id>
  Id require(Id id) const {
    if (id >= 0) return id;
    throw Error::runtime(
        {.what = "cannot write " + in_quotes(path_), .where = "the HDF5 library", .remedy = "write another format"});
  }

  const std::string& path_;
  const std::vector<TruthReflection>& rows_;
  Hdf5Handle<H5Pclose> access_;
  Hdf5Handle<H5Fclose> file_;
};

}  // namespace

std::string truth_hdf5(const TruthRecord& record, const std::string& path) {
  using R = const TruthReflection&;
  const Hdf5Silence silence;
  Writer w(path, record);
  w.group("reflections");
  const auto one = [](double x) { return std::array{x}; };
  w.column<std::int32_t>("reflections/miller_index", "", 3, [](R r) {
    const auto index = [&](std::size_t i) { return static_cast<std::int32_t>(r.hkl[i]); };
    return std::array{index(0), index(1), index(2)};
  });
  w.column<std::int32_t>("reflections/panel", "", 1,
                         [](R r) { return std::array{static_cast<std::int32_t>(r.panel)}; });
  w.column<double>("reflections/fast", "pixel", 1, [&](R r) { return one(r.fast_px); });
  w.column<double>("reflections/slow", "pixel", 1, [&](R r) { return one(r.slow_px); });
  w.column<double>("reflections/wavelength", "angstrom", 1,
                   [&](R r) { return one(angstrom_from_metres(r.wavelength_m)); });
  w.column<double>("reflections/phi", "deg", 1, [&](R r) { return one(degrees_from_radians(r.phi_rad)); });
  w.column<double>("reflections/excitation_error", "1/angstrom", 1, [&](R r) { return one(r.excitation_per_A); });
  w.column<double>("reflections/amplitude", "electron", 1, [&](R r) { return one(r.amplitude); });
  w.column<double>("reflections/photons", "photon", 1, [&](R r) { return one(r.photons); });
  w.column<double>("reflections/direction", "", 3, [&](R r) {
    const Vec3d d = record.standard_frame * r.diffracted;
    return std::array{d.x, d.y, d.z};
  });
  w.number("photons_in_image", record.image_photons);
  w.number("photons_in_reflections", record.truth.photons);
  w.text("record", record_json(record));
  return w.bytes();
}

}  // namespace femtobragg::formats
