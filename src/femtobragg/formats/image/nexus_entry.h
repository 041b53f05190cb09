// An NXmx entry: its groups by class, its numbers with units, the chains of axes that its parts stand on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/base/vec3.h"
#include "femtobragg/formats/io/hdf5_file.h"

namespace femtobragg::formats {

enum class Measure { Length, Angle, Energy };

/// Values of a series at most, and axes of a chain.
inline constexpr std::size_t most_frames = 1 << 20, longest_chain = 64;

/// "pixel_mask", or that with a number: "pixel_mask_2".
bool is_pixel_mask(std::string_view name);

/// Something that a geometry can do without: nothing, and a note, where it cannot be read. What is in one group and
/// cannot be read for one reason is one note.
hdf5::Object find_or_note(const hdf5::Object& parent, const std::string& name, std::vector<std::string>& notes);

/// An axis of a chain: the point x goes to rotation x + shift.
struct Step {
  Mat3d rotation = Mat3d::identity();
  Vec3d shift;
};

/// All members throw Error(Runtime) that names the file and the place in it. Lengths are metres, angles radians,
/// vectors in NeXus' frame.
class NexusEntry {
 public:
  /// The first NXentry with the definition NXmx, else one that a detector's master has in its place. `name` is what
  /// messages call the file.
  NexusEntry(const hdf5::Object& file, std::string name);

  [[noreturn]] void fail(const hdf5::Object& at, const std::string& rule) const;
  const hdf5::Object& group() const { return entry_; }
  const std::string& file_name() const { return name_; }
  /// Whether it is of a master that does not call itself NXmx: formats/image/eiger_master.h.
  bool is_eiger_master() const { return eiger_master_; }

  /// The child of that class, the one of the usual name first; nothing: there is none.
  hdf5::Object find_child(const hdf5::Object& parent, const std::string& usual, const std::string& nx_class) const;
  hdf5::Object child(const hdf5::Object& parent, const std::string& usual, const std::string& nx_class) const;

  /// What one of the unit is in metres, radians or eV.
  double factor_of(const std::string& unit, Measure measure, const hdf5::Object& at) const;
  /// What one of the reciprocal unit ("1/angstrom", "cm-1") is in 1/m; nothing: it has none.
  std::optional<double> per_metre(const hdf5::Object& at) const;
  /// Not empty.
  std::vector<double> finite_numbers(const hdf5::Object& at, std::size_t most) const;
  /// The first number; nothing: there is none with that name.
  std::optional<double> quantity(const hdf5::Object& parent, const std::string& name, Measure measure) const;

  /// Along an axis; not of unit length.
  Vec3d vector_of(const hdf5::Object& axis) const;
  /// The axis that an axis depends on; nothing: it is the last. Relative names start where the axis is.
  hdf5::Object next_in_chain(const hdf5::Object& axis) const;
  bool is_rotation(const hdf5::Object& axis) const;
  /// The transformation of the axis itself, at its first position.
  Step step_of(const hdf5::Object& axis) const;
  /// All that an axis depends on, combined, for what depends on it. Moving axes have their first position.
  Step chain_of(const hdf5::Object& axis, const hdf5::Object& from) const;

 private:
  hdf5::Object find_entry(const hdf5::Object& file);

  std::string name_;
  bool eiger_master_ = false;
  hdf5::Object entry_;
};

}  // namespace femtobragg::formats
