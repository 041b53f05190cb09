# Random model files in the dialects that their definitions allow, and the amplitudes that cctbx gives for their content.
# Use: random_models.py SEED COUNT FOLDER
# Writes FOLDER/n.cif or n.pdb, and n.hkl: lines of h k l |F|, of indices in P 1.
import random, sys, math, os
from cctbx import sgtbx, uctbx, crystal, xray, miller, adptbx
from cctbx.array_family import flex
from scitbx import matrix

ELEMENTS = ["C", "N", "O", "Na", "Mg", "Si", "S", "Cl", "Fe", "Cu", "Se", "I"]
SYMBOLS = list(sgtbx.space_group_symbol_iterator())


def setting(rng):
    """A space group in a setting of the tables, and its symbols."""
    s = rng.choice(SYMBOLS)
    return sgtbx.space_group(s), s


def cell_for(group, rng):
    any_cell = uctbx.unit_cell((rng.uniform(5, 9), rng.uniform(5, 9), rng.uniform(5, 9), rng.uniform(75, 105),
                                rng.uniform(75, 105), rng.uniform(75, 105)))
    cell = group.average_unit_cell(any_cell)
    # Files have a few digits.
    return uctbx.unit_cell([round(x, 4) for x in cell.parameters()])


class Site:
    pass


def sites_for(symmetry, rng, most):
    """Sites on general and special positions that are far from each other, with displacements that fit them."""
    result = []
    group, cell = symmetry.space_group(), symmetry.unit_cell()
    for n in range(rng.randint(1, most)):
        site = Site()
        site.label = rng.choice(ELEMENTS)
        site.element = site.label
        site.label += str(n + 1)
        x = [round(rng.choice([rng.random(), rng.random(), rng.randint(0, 23) / 24]), 5) for _ in range(3)]
        special = sgtbx.site_symmetry(cell, group, x, 0.9, True)
        site.x = special.exact_site()
        site.multiplicity = special.multiplicity()
        site.copies = group.order_z() // site.multiplicity
        site.occupancy = rng.choice([1, 1, round(rng.uniform(0.3, 1), 3)])
        site.u_iso = round(rng.uniform(0.005, 0.05), 4)
        site.u_star = None
        if rng.random() < 0.6:
            m = matrix.sqr([rng.gauss(0, 1) for _ in range(9)])
            u = m * m.transpose() * 0.004 + matrix.identity(3) * 0.01
            u_cart = (u[0], u[4], u[8], u[1], u[2], u[5])
            site.u_star = special.average_u_star(adptbx.u_cart_as_u_star(cell, u_cart))
        result.append(site)
    return result


def shares_a_place(symmetry, sites):
    """Sites closer to others than they should be: another crystal is drawn."""
    structure = structure_of(symmetry, sites)
    pairs = structure.pair_asu_table(distance_cutoff=0.7)
    return pairs.pair_counts().count(0) != len(sites)


def structure_of(symmetry, sites, shares=False):
    structure = xray.structure(crystal_symmetry=symmetry)
    for s in sites:
        occupancy = s.occupancy * (s.copies if shares else 1)
        structure.add_scatterer(xray.scatterer(label=s.label, site=s.x, scattering_type=s.element, occupancy=occupancy,
                                               **({"u": s.u_star} if s.u_star else {"u": s.u_iso})))
    return structure


def amplitudes(structure):
    structure.scattering_type_registry(table="it1992")
    in_p1 = structure.expand_to_p1(sites_mod_positive=True)
    in_p1.scattering_type_registry(table="it1992")
    d_min = 2.0
    indices = miller.build_set(in_p1.crystal_symmetry(), anomalous_flag=False, d_min=d_min)
    return indices.structure_factors_from_scatterers(xray_structure=in_p1, algorithm="direct").f_calc()


def operation_text(op, rng):
    style = rng.randint(0, 4)
    text = op.as_xyz()
    if style == 1:
        text = text.upper()
    if style == 2:
        text = op.as_xyz(decimal=True)
    if style == 3:
        text = ", ".join("+" + p if p[0] not in "+-" else p for p in text.split(","))
    if style == 4:
        # The translation first.
        parts = []
        for p in text.split(","):
            for t in ("+1/2", "+1/4", "+3/4", "+1/3", "+2/3", "+1/6", "+5/6"):
                if p.endswith(t):
                    p = t[1:] + (p[: -len(t)] if p[0] == "-" else "+" + p[: -len(t)])
                    break
            parts.append(p)
        text = ",".join(parts)
    return "'%s'" % text


def hm_text(s, rng):
    """The symbol as it may be written, and the code of the setting if that has to be given apart."""
    text, extension = s.hermann_mauguin(), s.extension()
    style = rng.randint(0, 4)
    if style == 1:
        text = text.replace(" ", "")
    if style == 2:
        # As SHELX writes screw axes.
        words = text.split()
        words[1:] = [w[0] + "(" + w[1] + ")" + w[2:] if len(w) > 1 and w[0] in "2346" and w[1] in "12345" and w[1] < w[0]
                     else w for w in words[1:]]
        text = "".join(words)
    if style == 3:
        text = text[0] + text[1:].upper()
    if style == 4:
        text = text.lower()
    code = ""
    if extension and extension != "\0":
        way = rng.randint(0, 2)
        if way == 0:
            text += rng.choice([":", " :"]) + extension
        elif way == 1 and style in (0, 1):
            letter = {"1": "S", "2": "Z", "H": "H", "R": "R"}[extension]
            text = s.hermann_mauguin() + " " + letter
        else:
            code = extension.lower()
    return text, code


def loop(tags, rows):
    return "loop_\n" + "".join(t + "\n" for t in tags) + "".join(" ".join(map(str, r)) + "\n" for r in rows)


def esd(value, digits, rng):
    text = "%.*f" % (digits, value)
    return text + rng.choice(["", "", "(%d)" % rng.randint(1, 9)])


def symmetry_text(group, symbols, moved, rng):
    dot = rng.random() < 0.15
    how = rng.choice(["ops", "ops", "hall", "hm"]) if not moved else rng.choice(["ops", "ops", "hall"])
    text = ""
    if how == "ops":
        tag = rng.choice(["_symmetry_equiv_pos_as_xyz", "_space_group_symop_operation_xyz",
                          "_space_group_symop.operation_xyz"])
        operations = list(group.all_ops(mod=1))
        first, rest = operations[0], operations[1:]
        if rng.random() < 0.3:
            rng.shuffle(operations)
        rows = [[operation_text(op, rng)] for op in operations]
        text += loop([tag], rows)
        if rng.random() < 0.5:
            text += "_symmetry_space_group_name_H-M '%s'\n" % symbols.hermann_mauguin()
    elif how == "hall":
        hall = group.type().hall_symbol() if moved else rng.choice([symbols.hall().strip(),
                                                                             group.type().hall_symbol()])
        text += rng.choice(["_symmetry_space_group_name_Hall", "_space_group_name_Hall", "_space_group.name_Hall"])
        text += ' "%s"\n' % hall if "'" in hall else " '%s'\n" % hall if '"' in hall else " '%s'\n" % hall
        if "'" in hall and '"' in hall:
            return None, how
    else:
        name, code = hm_text(symbols, rng)
        text += rng.choice(["_symmetry_space_group_name_H-M", "_space_group_name_H-M_alt", "_space_group.name_H-M_alt"])
        text += " '%s'\n" % name
        if code:
            text += "_space_group_IT_coordinate_system_code %s\n" % code
    if rng.random() < 0.4:
        text += rng.choice(["_symmetry_Int_Tables_number", "_space_group_IT_number"]) + " %d\n" % symbols.number()
    return text, how


def small_cif(rng):
    group, symbols = setting(rng)
    moved = rng.random() < 0.3
    if moved:
        shift = [rng.randint(0, 23) for _ in range(3)]
        op = sgtbx.change_of_basis_op(sgtbx.rt_mx(sgtbx.rot_mx(1), sgtbx.tr_vec(shift, 24)).new_denominators(12, 144))
        try:
            group = group.change_basis(op)
        except RuntimeError:
            return None
    cell = cell_for(group, rng)
    symmetry = crystal.symmetry(unit_cell=cell, space_group=group, assert_is_compatible_unit_cell=False)
    sites = sites_for(symmetry, rng, 3)
    if shares_a_place(symmetry, sites):
        return None
    text = "data_random\n"
    for name, value, digits in zip(["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"],
                                   cell.parameters(), [4] * 6):
        text += "_cell_%s %s\n" % (name, esd(value, digits, rng))
    stated, how = symmetry_text(group, symbols, moved, rng)
    if stated is None:
        return None
    text += stated
    isotropic = rng.choice(["U", "B"])
    tags = ["_atom_site_label", "_atom_site_type_symbol", "_atom_site_fract_x", "_atom_site_fract_y",
            "_atom_site_fract_z", "_atom_site_%s_iso_or_equiv" % isotropic, "_atom_site_occupancy"]
    if rng.random() < 0.3:
        tags = [t.replace("_site_", "_site.") for t in tags]
    rows = []
    for s in sites:
        u = adptbx.u_star_as_u_iso(cell, s.u_star) if s.u_star else s.u_iso
        rows.append([s.label, rng.choice([s.element, s.element.upper()])] + ["%.9f" % x for x in s.x] +
                    ["%.5f" % (u if isotropic == "U" else u * 8 * math.pi ** 2), esd(s.occupancy, 3, rng)])
        if s.u_star is None:
            s.u_iso = float(rows[-1][5]) / (1 if isotropic == "U" else 8 * math.pi ** 2)
    text += loop(tags, rows)
    tensor = rng.choice(["U", "B", "beta"])
    rows = []
    for s in sites:
        if s.u_star is None:
            continue
        if tensor == "beta":
            v = adptbx.u_star_as_beta(s.u_star)
        else:
            v = adptbx.u_star_as_u_cif(cell, s.u_star)
            if tensor == "B":
                v = [8 * math.pi ** 2 * x for x in v]
        rows.append([s.label] + ["%.9f" % x for x in v])
    if rows:
        rng.shuffle(rows)
        text += loop(["_atom_site_aniso_label"] + ["_atom_site_aniso_%s_%s" % (tensor, i)
                                                   for i in ("11", "22", "33", "12", "13", "23")], rows)
    if rng.random() < 0.2:
        text = text.replace("\n", "\r\n")
    return "cif", text, structure_of(symmetry, sites), how + (" moved" if moved else "") + " " + tensor


def pdb_symbol(s, rng):
    text, extension = s.hermann_mauguin(), s.extension()
    if extension == "H":
        return rng.choice(["H" + text[1:], text + " :H", text + ":H", text])
    if extension in "12R" and extension.strip("\0 "):
        return text + " :" + extension
    words = text.split()
    if 3 <= s.number() <= 15 and words[1] == "1" and words[-1] == "1" and s.number() < 6:
        return rng.choice([text, words[0] + " " + words[2]])
    return text


def orthogonal_atoms(rng):
    group, symbols = setting(rng)
    cell = uctbx.unit_cell([round(x, 2) for x in cell_for(group, rng).parameters()])
    symmetry = crystal.symmetry(unit_cell=cell, space_group=group, assert_is_compatible_unit_cell=False)
    sites = sites_for(symmetry, rng, 4)
    if shares_a_place(symmetry, sites):
        return None
    rotation = matrix.identity(3)
    if rng.random() < 0.3:
        rotation = matrix.sqr(matrix.col([rng.gauss(0, 1) for _ in range(3)]).normalize()
                              .axis_and_angle_as_r3_rotation_matrix(rng.uniform(10, 170), deg=True))
    to_cartesian = rotation * matrix.sqr(cell.orthogonalization_matrix())
    for s in sites:
        s.at = [round(x, 3) for x in to_cartesian * matrix.col(s.x)]
        s.x = tuple(to_cartesian.inverse() * matrix.col(s.at))
        s.share = round(s.occupancy / s.copies, 2)
        s.b = round(s.u_iso * 8 * math.pi ** 2, 2)
        s.u_iso = s.b / (8 * math.pi ** 2)
        if s.u_star:
            u = matrix.sym(sym_mat3=adptbx.u_star_as_u_cart(cell, s.u_star))
            u = rotation * u * rotation.transpose()
            s.u_listed = [int(round(1e4 * u[i])) for i in (0, 4, 8, 1, 2, 5)]
            s.b = round(8 * math.pi ** 2 * (u[0] + u[4] + u[8]) / 3, 2)
            back = rotation.transpose() * matrix.sym(sym_mat3=[1e-4 * x for x in s.u_listed]) * rotation
            s.u_star = adptbx.u_cart_as_u_star(cell, [back[i] for i in (0, 4, 8, 1, 2, 5)])
    # Summed over the cell, as shares: rounding moves atoms off their special positions.
    p1 = xray.structure(crystal_symmetry=crystal.symmetry(unit_cell=cell, space_group_symbol="P 1"))
    for s in sites:
        for op in group.all_ops():
            x = op * s.x
            u = {"u": s.u_iso}
            if s.u_star:
                r = matrix.sqr(op.r().as_double())
                u = {"u": (r * matrix.sym(sym_mat3=s.u_star) * r.transpose()).as_sym_mat3()}
            p1.add_scatterer(xray.scatterer(label=s.label, site=x, scattering_type=s.element, occupancy=s.share, **u))
    return symbols, cell, sites, to_cartesian, rotation, p1


def pdb_file(rng):
    drawn = orthogonal_atoms(rng)
    if not drawn:
        return None
    symbols, cell, sites, to_cartesian, rotation, p1 = drawn
    symbol = pdb_symbol(symbols, rng)
    if len(symbol) > 11 or not cell_has_decimals(cell, symbols):
        return None
    tail = rng.choice(["elements", "elements", "none", "old"])
    lines = ["REMARK   random", "CRYST1%9.3f%9.3f%9.3f%7.2f%7.2f%7.2f %-11s%4d" % (cell.parameters() + (symbol, 1))]
    if rotation != matrix.identity(3) or rng.random() < 0.3:
        f = to_cartesian.inverse()
        lines += ["SCALE%d    %10.6f%10.6f%10.6f     %10.5f" % (i + 1, *f[3 * i:3 * i + 3], 0) for i in range(3)]
    for n, s in enumerate(sites):
        serial = "%5d" % (n + 1) if rng.random() < 0.8 else "A%04d" % n
        name = (s.element if len(s.element) == 2 else " " + s.element).upper() + str(n + 1)
        head = "%s %-4s%s%-3s %s%4d " % (serial, name, " ", "LIG", "A", n + 1)
        atom = "HETATM" + head + "   %8.3f%8.3f%8.3f%6.2f%6.2f" % (*s.at, s.share, s.b)
        def ended(text):
            if tail == "elements":
                return "%-72s    %2s" % (text, s.element.upper())
            return "%-72s9XYZ%4d" % (text, len(lines) + 1) if tail == "old" else text
        lines.append(ended(atom))
        if s.u_star:
            lines.append(ended("ANISOU" + head + " " + "%7d" * 6 % tuple(s.u_listed)))
    lines.append("END")
    return "pdb", rng.choice(["\n", "\n", "\r\n"]).join(lines) + "\n", p1, "pdb " + tail


def cell_has_decimals(cell, symbols):
    """Two decimals keep the symmetry of the cell."""
    return sgtbx.space_group(symbols).is_compatible_unit_cell(cell, 0.001, 0.01)


def mmcif_file(rng):
    drawn = orthogonal_atoms(rng)
    if not drawn:
        return None
    symbols, cell, sites, to_cartesian, rotation, p1 = drawn
    text = "data_random\n"
    for name, value in zip(["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"],
                           cell.parameters()):
        text += "_cell.%s %.4f\n" % (name, value)
    text += "_symmetry.space_group_name_H-M '%s'\n" % pdb_symbol(symbols, rng)
    if rotation != matrix.identity(3):
        f = to_cartesian.inverse()
        for i in range(3):
            for j in range(3):
                text += "_atom_sites.fract_transf_matrix[%d][%d] %.9f\n" % (i + 1, j + 1, f[3 * i + j])
            text += "_atom_sites.fract_transf_vector[%d] 0\n" % (i + 1)
    tags = ["group_PDB", "id", "type_symbol", "label_atom_id", "label_alt_id", "label_comp_id", "label_asym_id",
            "label_seq_id", "Cartn_x", "Cartn_y", "Cartn_z", "occupancy", "B_iso_or_equiv", "auth_seq_id",
            "auth_asym_id", "pdbx_PDB_model_num"]
    order = list(range(len(tags)))
    rng.shuffle(order)
    rows = []
    for n, s in enumerate(sites):
        row = ["HETATM", n + 1, s.element, s.label, ".", "LIG", "A", ".", *s.at, "%.2f" % s.share, "%.2f" % s.b, n + 1,
               "A", 1]
        rows.append([row[i] for i in order])
    text += loop(["_atom_site." + tags[i] for i in order], rows)
    rows = [[n + 1] + ["%.4f" % (1e-4 * u) for u in s.u_listed] for n, s in enumerate(sites) if s.u_star]
    if rows:
        text += loop(["_atom_site_anisotrop.id"] + ["_atom_site_anisotrop.U[%s][%s]" % (i[0], i[1])
                                                    for i in ("11", "22", "33", "12", "13", "23")], rows)
    return "cif", text, p1, "mmcif"


def main(seed, count, folder):
    rng = random.Random(seed)
    done = 0
    while done < count:
        try:
            made = rng.choice([small_cif, small_cif, small_cif, pdb_file, mmcif_file])(rng)
        except RuntimeError:
            # Origins that cctbx has no numbers for.
            continue
        if not made:
            continue
        kind, text, structure, how = made
        path = os.path.join(folder, "%d.%s" % (done, kind))
        with open(path, "w", newline="") as out:
            out.write(text)
        f = amplitudes(structure)
        with open(os.path.join(folder, "%d.hkl" % done), "w") as out:
            out.write("# %s\n" % how)
            for hkl, value in zip(f.indices(), f.data()):
                out.write("%d %d %d %.6f\n" % (*hkl, abs(value)))
        done += 1


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
