// Goniometers and crystals of NXmx files.
#include "femtobragg/formats/image/nxmx_sample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "femtobragg/base/rotation_check.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/unit_names.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/eiger_master.h"
#include "femtobragg/formats/image/nxmx_frame.h"
#include "femtobragg/model/unit_cell.h"

namespace femtobragg::formats {
namespace {

using hdf5::Object;
using NexusCell = std::array<double, 6>;  ///< angstrom and degrees

bool moves(const std::vector<double>& values) {
  return !std::ranges::all_of(values, [&](double v) { return v == values.front(); });
}

bool same_cell(const NexusCell& one, const NexusCell& other) {
  constexpr double most = 2e-3;
  return std::ranges::equal(one, other, [](double a, double b) { return std::abs(a - b) <= most * std::abs(b); });
}

/// Columns a*, b*, c* (1/angstrom), in the frame of which an orientation matrix turns.
Mat3d busing_levy(const Mat3d& reciprocal) { return transpose(orientation_of(reciprocal)) * reciprocal; }

class SampleReader {
 public:
  SampleReader(const NexusEntry& entry, const Object& sample, Geometry& g) : entry_(entry), sample_(sample), g_(g) {}

  void read() {
    const Object depends_on = sample_.find("depends_on");
    const std::string first = depends_on ? depends_on.text() : ".";
    if (!first.empty() && first != ".")
      read_goniometer(first);
    else if (entry_.is_eiger_master())
      read_eiger_goniometer();
    read_crystal();
  }

 private:
  Object optional(const char* name) const { return find_or_note(sample_, name, g_.notes); }

  void read_eiger_goniometer() {
    constexpr const char* omega = "transformations/omega";
    const bool has_axis = sample_.has("transformations") && sample_.has(omega) && sample_.open(omega).is_dataset() &&
                          sample_.open(omega).has_attribute("vector");
    if (has_axis)
      read_goniometer(omega);
    else
      read_eiger_turn(entry_, sample_, g_);
  }

  /// The spindle is the axis that turns during the series, or the one next to the sample. Those between the sample and
  /// it, and those that it stands on, turn the crystal.
  void read_goniometer(const std::string& first) {
    Object spindle;
    Mat3d inner = Mat3d::identity(), all = Mat3d::identity();
    bool shifted = false;
    const auto is_not_zero = [](double v) { return v != 0; };
    std::size_t length = 0, turning = 0;
    for (Object at = sample_.open(first); at; at = entry_.next_in_chain(at)) {
      if (++length > longest_chain) entry_.fail(sample_, "its chain of axes has no end");
      const std::vector<double> values = entry_.finite_numbers(at, most_frames);
      shifted = shifted || std::ranges::any_of(at.attribute_numbers("offset"), is_not_zero);
      if (!entry_.is_rotation(at)) {
        shifted = shifted || std::ranges::any_of(values, is_not_zero);
        continue;
      }
      turning += moves(values);
      if (!spindle || moves(values)) {
        spindle = entry_.group().open(at.place());
        inner = all;
      }
      all = entry_.step_of(at).rotation * all;
    }
    if (shifted) g_.notes.push_back("Shifts of the sample on its goniometer are not used.");
    if (!spindle) return;
    if (turning > 1)
      g_.notes.push_back("Several axes of the goniometer rotate during the series: here only " + spindle.place() +
                         " does, and the others stay at their first position.");
    const Mat3d outer = entry_.chain_of(spindle, sample_).rotation;
    g_.spindle_axis = from_nexus(outer * unit(entry_.vector_of(spindle)));
    set_ = outer * inner;
    read_turn(spindle);
  }

  void read_turn(const Object& spindle) {
    const double factor = entry_.factor_of(spindle.attribute_text("units"), Measure::Angle, spindle);
    const std::vector<double> begin = entry_.finite_numbers(spindle, most_frames);
    Oscillation turn{begin.front() * factor, 0, begin.size()};
    const std::size_t slash = spindle.place().rfind('/');
    const Object group = entry_.group().open(spindle.place().substr(0, slash));
    const std::string name = spindle.place().substr(slash + 1);
    const auto first_of = [&](const char* suffix) -> std::optional<double> {
      const Object at = group.find(name + suffix);
      if (!at) return std::nullopt;
      const std::string units = at.attribute_text("units");
      return entry_.finite_numbers(at, most_frames).front() *
             (units.empty() ? factor : entry_.factor_of(units, Measure::Angle, at));
    };
    const auto end = first_of("_end"), increment = first_of("_increment_set");
    if (end)
      turn.width_rad = *end - turn.start_rad;
    else if (begin.size() > 1)
      turn.width_rad = (begin[1] - begin[0]) * factor;
    else if (increment)
      turn.width_rad = *increment;
    if (increment && std::abs(*increment - turn.width_rad) > 0.01 * std::abs(turn.width_rad))
      g_.notes.push_back(name + "_increment_set is " + format_number(degrees_from_radians(*increment)) +
                         " deg, but frames rotate by " + format_number(degrees_from_radians(turn.width_rad)) +
                         " deg, which is used.");
    note_uneven_turn(begin, g_.notes);
    g_.oscillation = turn;
  }

  /// The first of one or several; row by row.
  Mat3d matrix_of(const Object& at, double factor = 1) const {
    std::vector<double> m = entry_.finite_numbers(at, 9 * most_frames);
    if (m.size() < 9) entry_.fail(at, "it must have nine numbers");
    if (m.size() > 9) g_.notes.push_back("The crystal has several matrices; the first is used.");
    for (double& element : m) element *= factor;
    return {{m[0], m[1], m[2]}, {m[3], m[4], m[5]}, {m[6], m[7], m[8]}};
  }

  /// Each way in which it is stated, and the field's name.
  std::vector<std::pair<std::string, NexusCell>> stated_cells() const {
    std::vector<std::pair<std::string, NexusCell>> cells;
    const auto take = [&](const char* name, const std::vector<double>& six) {
      if (six.size() < 6 || !std::ranges::all_of(six, [](double v) { return v > 0; })) return;
      NexusCell cell{};
      std::copy_n(six.begin(), 6, cell.begin());
      cells.emplace_back(name, cell);
    };
    if (const Object cell = optional("unit_cell")) take("unit_cell", entry_.finite_numbers(cell, 6 * most_frames));
    const Object abc = optional("unit_cell_abc"), angles = optional("unit_cell_alphabetagamma");
    if (!abc || !angles) return cells;
    std::vector<double> six = entry_.finite_numbers(abc, most_frames);
    for (double& edge : six)
      if (const std::string units = abc.attribute_text("units"); !units.empty())
        edge *= angstrom_from_metres(entry_.factor_of(units, Measure::Length, abc));
    if (six.size() != 3) return cells;  // of several components
    for (const double angle : entry_.finite_numbers(angles, most_frames)) {
      const std::string units = angles.attribute_text("units");
      six.push_back(units.empty() ? angle
                                  : degrees_from_radians(angle * entry_.factor_of(units, Measure::Angle, angles)));
    }
    take("unit_cell_abc", six);
    return cells;
  }

  void read_crystal() {
    const Object ub = sample_.find("ub_matrix"), turn = optional("orientation_matrix");
    const auto cells = stated_cells();
    if (!ub && (!turn || cells.empty())) {
      if (turn || !cells.empty())
        g_.notes.push_back(std::string("The sample's ") + (turn ? "orientation_matrix" : cells.front().first) +
                           " is not used: a crystal needs ub_matrix, or orientation_matrix and a unit cell.");
      return;
    }
    const Mat3d reciprocal =
        ub ? matrix_of(ub, metres_from_angstrom(entry_.per_metre(ub).value_or(1 / metres_from_angstrom(1))))
           : turned_cell(turn, cells);
    StatedCrystal crystal;
    crystal.axes = axes_of(reciprocal, ub ? ub : turn);
    for (const auto& [name, cell] : cells)
      if (!same_cell(numbers_of(cell_of(crystal.axes)), cell))
        g_.notes.push_back(name + " is not the cell of ub_matrix, which is used.");
    if (ub && turn) check_orientation(reciprocal, turn);
    if (const Object group = optional("space_group")) crystal.space_group = group.text();
    g_.crystal = std::move(crystal);
  }

  Mat3d turned_cell(const Object& turn, const std::vector<std::pair<std::string, NexusCell>>& cells) const {
    const NexusCell& cell = cells.front().second;
    if (!same_cell(cell, cells.back().second))
      entry_.fail(sample_, "unit_cell and unit_cell_abc must be the same, or ub_matrix must say which is used");
    const Mat3d u = matrix_of(turn);
    if (constexpr double most = 1e-3; !is_rotation(u, most))
      entry_.fail(turn, "it must be a rotation; a matrix with the lengths of a cell is ub_matrix");
    g_.notes.push_back("The crystal is that of orientation_matrix and " + cells.front().first +
                       ", by the convention of Busing and Levy: a* along x, b* in the plane of x and y.");
    const Mat3d real = transpose(femtobragg::axes_of(cell_of_numbers(cell)));
    const CrystalAxes axes = axes_of_real(metres_from_angstrom(real.row_x), metres_from_angstrom(real.row_y),
                                          metres_from_angstrom(real.row_z), place_of(sample_));
    return u * busing_levy(transpose(Mat3d{axes.a_star_A, axes.b_star_A, axes.c_star_A}));
  }

  void check_orientation(const Mat3d& reciprocal, const Object& turn) const {
    const Mat3d stated = transpose(matrix_of(turn) * busing_levy(reciprocal)), taken = transpose(reciprocal);
    constexpr double most = 5e-3;
    for (const auto& [one, other] :
         {std::pair(stated.row_x, taken.row_x), {stated.row_y, taken.row_y}, {stated.row_z, taken.row_z}})
      if (norm(one - other) > most * norm(other)) {
        g_.notes.push_back("orientation_matrix is not the orientation of ub_matrix, which is used.");
        return;
      }
  }

  /// Columns are reciprocal axes with all axes of the goniometer at zero.
  CrystalAxes axes_of(const Mat3d& reciprocal, const Object& at) const {
    const Mat3d rows = transpose(set_ * reciprocal);
    const Vec3d a = from_nexus(rows.row_x), b = from_nexus(rows.row_y), c = from_nexus(rows.row_z);
    const double metres = metres_from_angstrom(1) / triple_product(a, b, c);
    CrystalAxes axes = axes_of_real(metres * cross(b, c), metres * cross(c, a), metres * cross(a, b), place_of(at));
    // As they stand in the file: two inversions round.
    axes.a_star_A = a;
    axes.b_star_A = b;
    axes.c_star_A = c;
    return axes;
  }

  std::string place_of(const Object& object) const { return in_quotes(entry_.file_name()) + " " + object.place(); }

  const NexusEntry& entry_;
  const Object& sample_;
  Geometry& g_;
  Mat3d set_ = Mat3d::identity();  ///< what the axes beside the spindle do to the crystal
};

}  // namespace

void read_nxmx_sample(const NexusEntry& entry, const Object& sample, Geometry& geometry) {
  SampleReader(entry, sample, geometry).read();
}

}  // namespace femtobragg::formats
