// An NXmx entry: its groups by class, its numbers with units, the chains of axes that its parts stand on.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"
#include "femtobragg/formats/hdf5_file.h"

namespace femtobragg::formats {

struct Unit {
  std::string_view name;
  double factor;
};
inline constexpr Unit lengths[] = {
    {"m", 1},         {"metre", 1}, {"meter", 1},        {"mm", 1e-3},        {"um", 1e-6},
    {"micron", 1e-6}, {"nm", 1e-9}, {"angstrom", 1e-10}, {"Angstrom", 1e-10}, {"A", 1e-10}};
inline constexpr Unit angles[] = {
    {"deg", pi / 180}, {"degree", pi / 180}, {"degrees", pi / 180}, {"rad", 1}, {"radian", 1}};

/// Values of a series at most, and axes of a chain.
inline constexpr std::size_t most_frames = 1 << 20, longest_chain = 64;

/// An axis of a chain: the point x goes to rotation x + shift.
struct Step {
  Mat3d rotation = Mat3d::identity();
  Vec3d shift;
};

/// All members throw Error(Runtime) that names the file and the place in it. Lengths are metres, angles radians,
/// vectors in NeXus' frame.
class NexusEntry {
 public:
  /// The first NXentry with the definition NXmx. `name` is what messages call the file.
  NexusEntry(const hdf5::Object& file, std::string name);

  [[noreturn]] void fail(const hdf5::Object& at, const std::string& rule) const;
  const hdf5::Object& group() const { return entry_; }
  const std::string& file_name() const { return name_; }

  /// The child of that class, the one of the usual name first; nothing: there is none.
  hdf5::Object find_child(const hdf5::Object& parent, const std::string& usual, const std::string& nx_class) const;
  hdf5::Object child(const hdf5::Object& parent, const std::string& usual, const std::string& nx_class) const;

  double factor_of(const std::string& unit, std::span<const Unit> known, const hdf5::Object& at) const;
  /// Not empty.
  std::vector<double> finite_numbers(const hdf5::Object& at, std::size_t most) const;
  /// The first number; nothing: there is none of that name.
  std::optional<double> quantity(const hdf5::Object& parent, const std::string& name,
                                 std::span<const Unit> known) const;

  /// Along an axis; not of unit length.
  Vec3d vector_of(const hdf5::Object& axis) const;
  /// The axis that an axis stands on; nothing: it stands on the ground. Relative names start where the axis is.
  hdf5::Object next_in_chain(const hdf5::Object& axis) const;
  /// All that an axis stands on, in one: of what depends on it.
  Step chain_of(const hdf5::Object& axis, const hdf5::Object& from) const;

 private:
  hdf5::Object find_entry(const hdf5::Object& file) const;
  Step step_of(const hdf5::Object& axis) const;

  std::string name_;
  hdf5::Object entry_;
};

}  // namespace femtobragg::formats
