// Models of a few atoms, as text, and as atoms.
#pragma once

#include <string>

namespace femtobragg::tests {

/// Three atoms in P 21, one with an anisotropic displacement.
inline const std::string small_pdb =
    "REMARK   a line that nobody needs\n"
    "CRYST1    9.643    9.609   19.029  90.00 101.22  90.00 P 1 21 1      2          \n"
    "ATOM      1  N   GLY A   1       1.500   2.250   3.750  1.00 12.00           N  \n"
    "ATOM      2  CA  GLY A   1       2.100   3.500   4.100  0.75  9.50           C  \n"
    "ANISOU    2  CA  GLY A   1     1200   1500   1100    100    -50     30       C  \n"
    "HETATM    3 SE   MSE A   2       5.100   1.500   9.100  1.00 15.50          SE  \n"
    "END\n";

/// Magnesium iodide, with both kinds of special positions, in the symmetry of P -3 m 1.
inline const std::string small_cif =
    "data_MgI2\n"
    "_cell_length_a 4.1537(7)\n_cell_length_b 4.1537(7)\n_cell_length_c 6.862(2)\n"
    "_cell_angle_alpha 90.00\n_cell_angle_beta 90.00\n_cell_angle_gamma 120.00\n"
    "_symmetry_space_group_name_H-M 'P -3 m 1'\n"
    "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
    "_atom_site_U_iso_or_equiv\n_atom_site_occupancy\n_atom_site_type_symbol\n"
    "Mg1 0 0 0 0.0142(9) 1 Mg\n"
    "I1 0.33333333333 0.66666666667 0.75763(6) 0.0120(3) 1 I\n"
    "loop_\n_atom_site_aniso_label\n_atom_site_aniso_U_11\n_atom_site_aniso_U_22\n_atom_site_aniso_U_33\n"
    "_atom_site_aniso_U_12\n_atom_site_aniso_U_13\n_atom_site_aniso_U_23\n"
    "I1 0.0105(4) 0.0105(4) 0.0150(5) 0.00525(18) 0.000 0.000\n";

}  // namespace femtobragg::tests
