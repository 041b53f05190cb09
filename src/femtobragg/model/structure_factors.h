// Structure factor amplitudes on a box of Miller indices.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace femtobragg {

/// Inclusive ranges of Miller indices.
struct HklBox {
  std::array<std::int64_t, 3> min{0, 0, 0};
  std::array<std::int64_t, 3> max{-1, -1, -1};

  bool contains(std::int64_t h, std::int64_t k, std::int64_t l) const {
    return h >= min[0] && h <= max[0] && k >= min[1] && k <= max[1] && l >= min[2] && l <= max[2];
  }
  std::uint64_t extent(int axis) const {
    return static_cast<std::uint64_t>(max[static_cast<std::size_t>(axis)]) -
           static_cast<std::uint64_t>(min[static_cast<std::size_t>(axis)]) + 1;
  }
  std::string describe() const;
  /// f(h, k, l) in the order of tables: l innermost.
  template <class F>
  void for_each(F&& f) const {
    for (std::int64_t h = min[0]; h <= max[0]; ++h)
      for (std::int64_t k = min[1]; k <= max[1]; ++k)
        for (std::int64_t l = min[2]; l <= max[2]; ++l) f(h, k, l);
  }

  friend bool operator==(const HklBox&, const HklBox&) = default;
};

/// One line of a reflection list.
struct Reflection {
  std::int64_t h = 0, k = 0, l = 0;
  double amplitude = 0;  ///< |F|, electrons

  friend bool operator==(const Reflection&, const Reflection&) = default;
};

/// A table of amplitudes. Outside it, and if a list has no value, F is `default_amplitude`.
struct StructureFactors {
  HklBox box;                  ///< empty box: no table
  std::vector<double> values;  ///< one for each index of the box, in the order of HklBox::for_each
  double default_amplitude = 0;
  bool direct_beam = true;  ///< false: F(0,0,0) is excluded from images; if there is a table, its entry is zero

  bool has_table() const { return !values.empty(); }
  /// Whether there is no amplitude at all: nothing but backgrounds scatters.
  bool are_none() const { return !has_table() && default_amplitude == 0; }
  std::size_t index(std::int64_t h, std::int64_t k, std::int64_t l) const;

  /// A table filled with the default amplitude. Throws Error(Runtime) if the box cannot fit into memory.
  static StructureFactors table(const HklBox& box, double default_amplitude, const std::string& where);
  /// The smallest table that holds all reflections; later ones replace earlier ones. No symmetry is
  /// applied. Throws Error(Runtime) for an empty list.
  static StructureFactors from_reflections(const std::vector<Reflection>& reflections, double default_amplitude,
                                           const std::string& where);
  double of_direct_beam() const;
  /// The value of F(0,0,0) that images would have if `direct_beam` were ignored.
  double of_direct_beam_in_table() const;
  /// Excludes F(0,0,0), with a larger table if it is outside the table and not zero there.
  void leave_out_direct_beam();

  friend bool operator==(const StructureFactors&, const StructureFactors&) = default;
};

}  // namespace femtobragg
#pragma GCC visibility pop
