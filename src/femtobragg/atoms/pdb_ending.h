// Whether a PDB file is there to its end.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

/// Looks at all lines: most files that people use have no END, so what counts is whether the last line is whole, and
/// whether there are as many atoms as other records say.
class PdbEnding {
 public:
  void take(std::string_view line);
  /// Warns of a file that seems to be cut off.
  void warn(AtomicModel& model) const;

 private:
  void take_atom(std::string_view line);
  void take_promise(std::string_view record, std::string_view line);

  /// Of lines of one kind: the last one, and the shortest of those before it.
  struct Lengths {
    std::size_t last = 0, shortest_before = SIZE_MAX, count = 0;
  };
  std::array<Lengths, 2> lengths_;    ///< of atoms and of their tensors
  const Lengths* at_end_ = nullptr;   ///< of the kind that the last line is of
  bool ended_ = false, cut_ = false;  ///< by END or MASTER; in the name of a record
  std::size_t atoms_ = 0, models_ = 0;
  std::set<std::string> residues_, chains_, waters_;
  std::set<std::string> promised_residues_, promised_chains_;
  std::optional<double> promised_atoms_, promised_waters_;
};

}  // namespace femtobragg::atoms
