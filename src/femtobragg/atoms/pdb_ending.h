// Checks whether a PDB file is complete.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

/// Looks at all lines. Most PDB files in use have no END, so the criteria are whether the last line is whole, and
/// whether there are as many atoms as other records state.
class PdbEnding {
 public:
  void take(std::string_view line);
  /// Warns if the file seems to be truncated.
  void warn(AtomicModel& model) const;

 private:
  void take_atom(std::string_view line);
  void take_promise(std::string_view record, std::string_view line);

  /// Lengths of lines of one kind: the last one, and the shortest of those before it.
  struct Lengths {
    std::size_t last = 0, shortest_before = SIZE_MAX, count = 0;
  };
  std::array<Lengths, 2> lengths_;    ///< for atoms and for their tensors
  const Lengths* at_end_ = nullptr;   ///< the kind of the last line
  bool ended_ = false, cut_ = false;  ///< ended by END or MASTER; cut inside the name of a record
  std::size_t atoms_ = 0, models_ = 0;
  std::set<std::string> residues_, chains_, waters_;
  std::set<std::string> promised_residues_, promised_chains_;
  std::optional<double> promised_atoms_, promised_waters_;
};

}  // namespace femtobragg::atoms
