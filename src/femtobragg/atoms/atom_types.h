// Chemical elements from type symbols and atom labels.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace femtobragg::atoms {

/// Atomic number of an element's symbol, ignoring case; D is hydrogen. 0: unknown.
int atomic_number_of(const std::string& symbol);

/// Number of atoms by atomic number.
using Formula = std::map<int, double>;
/// Reads a formula such as C6 H12 O6; empty if the text is not a formula.
Formula formula_of(const std::string& text);

/// An element and its charge, such as Fe3+, O2-, Na+1, Cl1-, D. For a group such as OH, the heavy atom.
struct AtomType {
  int atomic_number = 0;  ///< 0: unknown
  int charge = 0;
  std::string rest{};  ///< trailing text that is not understood
};
AtomType atom_type_of(const std::string& symbol);

/// The elements of one site, such as Fe0.5Ni0.5 or Fe/Ni, with their fractions; 0: not stated. Empty: a single element.
std::vector<std::pair<int, double>> elements_sharing(const std::string& type);

/// What can be derived from a label without a type.
struct LabelElement {
  int atomic_number = 0;   ///< 0: unknown
  bool hydrogens = false;  ///< the label means a group, such as Wat or OH
  bool doubtful = false;   ///< it may be another element
  bool several = false;    ///< it names more than one, such as FeNi1
};
/// The element that a label begins with: CaM2, FeM1 and SiT are Ca, Fe and Si. The formula decides whether CA1 is
/// calcium or carbon.
LabelElement element_of_label(const std::string& label, const Formula& formula);

}  // namespace femtobragg::atoms
