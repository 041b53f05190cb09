// Elements by the symbols of types and by the labels of atoms.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace femtobragg::atoms {

/// An element of the tables by its symbol, whatever its capitals; D is hydrogen. 0: unknown.
int atomic_number_of(const std::string& symbol);

/// Counts of elements by their numbers.
using Formula = std::map<int, double>;
/// As C6 H12 O6; empty where it is no formula.
Formula formula_of(const std::string& text);

/// An element and its charge, as Fe3+, O2-, Na+1, Cl1-, D. Of a group, as OH, it is the heavy atom's.
struct AtomType {
  int atomic_number = 0;  ///< 0: unknown
  int charge = 0;
  std::string rest{};  ///< behind it that is not understood
};
AtomType atom_type_of(const std::string& symbol);

/// Elements of one site, as Fe0.5Ni0.5 or Fe/Ni, and their shares; 0: not stated. Empty: the type is of one element.
std::vector<std::pair<int, double>> elements_sharing(const std::string& type);

/// What a label without a type says.
struct LabelElement {
  int atomic_number = 0;   ///< 0: unknown
  bool hydrogens = false;  ///< it stands for a group, as Wat or OH
  bool doubtful = false;   ///< it may be of another element
  bool several = false;    ///< it names more than one, as FeNi1
};
/// The element that a label begins with: CaM2, FeM1 and SiT are of Ca, Fe and Si. The formula says whether CA1 is
/// calcium or carbon.
LabelElement element_of_label(const std::string& label, const Formula& formula);

}  // namespace femtobragg::atoms
