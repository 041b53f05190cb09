# Writes valid reflection files at random, and beside each what cctbx reads in it, expanded to P1.
# usage: random_reflection_files.py COUNT SEED; a line of stdout for each file: name, and its columns for -labels
import io, math, random, struct, sys
from cctbx import crystal, miller, sgtbx, uctbx
from cctbx.array_family import flex
import iotbx.cif, iotbx.mtz, iotbx.scalepack.merge, iotbx.shelx.hklf, iotbx.xds.read_ascii

count, seed = int(sys.argv[1]), int(sys.argv[2])
R = random.Random(seed)

GROUPS = ["P 1", "P 1 2 1", "P 1 21 1", "C 1 2 1", "P 2 2 2", "P 21 21 2", "P 21 21 21", "C 2 2 21", "C 2 2 2", "F 2 2 2",
          "I 2 2 2", "I 21 21 21", "P 4", "P 41", "P 43 21 2", "I 41 2 2", "P 3", "P 31 2 1", "P 3 1 2", "R 3 :H",
          "R 3 2 :H", "R 3 :R", "P 6", "P 61 2 2", "P 2 3", "F 2 3", "I 2 3", "P 43 3 2", "F 4 3 2", "I 41 3 2"]
SMALL_GROUPS = GROUPS + ["P -1", "P 1 21/c 1", "P 1 21/n 1", "C 1 2/c 1", "P n m a", "P b c a", "P 4/m m m", "R -3 c :H",
                         "F m -3 m", "F d -3 m :2", "P 1 1 21/b", "I 1 2/a 1", "P m n b", "C m c a"]


class Crystal:
    def __init__(self, groups, anomalous_allowed=True):
        self.info = sgtbx.space_group_info(R.choice(groups))
        self.group = self.info.group()
        volume = R.uniform(200, 700) * self.group.order_z() ** 0.7
        cell = self.info.any_compatible_unit_cell(volume=volume)
        self.cell = uctbx.unit_cell([round(x, 3) for x in cell.parameters()])
        self.symmetry = crystal.symmetry(unit_cell=self.cell, space_group_info=self.info, assert_is_compatible_unit_cell=False)
        self.centric = self.group.is_centric()
        self.d_min = (self.cell.volume() / self.group.order_z()) ** (1 / 3) * R.uniform(0.35, 0.5)
        unique = miller.build_set(self.symmetry, anomalous_flag=False, d_min=self.d_min)
        self.indices = [h for h in unique.indices()]
        R.shuffle(self.indices)
        self.indices = self.indices[:R.randint(3, 150)]
        if not self.indices:
            self.indices = [(0, 0, 2 * 3 * 4)]
        self.ops = list(self.group)

    def elsewhere(self, hkl, mates):
        """An equivalent index, or the Friedel mate's where they are equal."""
        op = R.choice(self.ops)
        m = op.r().num()
        turned = [sum(hkl[i] * m[3 * i + j] for i in range(3)) for j in range(3)]
        if mates and R.random() < 0.5:
            turned = [-x for x in turned]
        return tuple(turned)

    def triplets(self):
        return [op.as_xyz() for op in self.ops]


def expected(symmetry, indices, values, squared, anomalous):
    """Rows of index and value (not squared: amplitudes) to amplitudes over P1; means where rows are equivalent."""
    good = [i for i, v in enumerate(values) if v is not None]
    array = miller.array(miller.set(symmetry, flex.miller_index([tuple(indices[i]) for i in good]), anomalous_flag=anomalous),
                         data=flex.double([values[i] if squared else values[i] ** 2 for i in good]))
    array = array.map_to_asu().merge_equivalents(algorithm="gaussian").array()
    array = array.select(~array.sys_absent_flags().data()) if array.size() else array
    p1 = array.expand_to_p1()
    if not anomalous:
        p1 = p1.generate_bijvoet_mates()
    table = {h: math.sqrt(max(0.0, v)) for h, v in zip(p1.indices(), p1.data())}
    if anomalous:  # a mate that is not listed is equal
        for h in list(table):
            table.setdefault(tuple(-x for x in h), table[h])
    return table


def write(name, table, labels="", cell=None):
    with open(name + ".theirs", "w") as f:
        if cell:
            f.write("cell " + " ".join("%.6f" % x for x in cell.parameters()) + "\n")
        for h, v in sorted(table.items()):
            f.write("%d %d %d %.9g\n" % (h + (v,)))
    print(name + "\t" + labels)


def some_value():
    return R.choice([R.uniform(0.1, 10), R.uniform(10, 1000), R.uniform(1000, 50000)])


# --- MTZ: types of columns, places, order of bytes, missing numbers, datasets ---
def mtz_file(i):
    c = Crystal(GROUPS)
    name = "r%d.mtz" % i
    kind = R.choice("F J FP G K Fq two".split())
    mnf = R.choice([float("nan"), float("nan"), -999.0, -1e10])
    label = {"F": "FP", "J": "IMEAN", "FP": R.choice(["FMODEL", "FC", "F-model", "FCALC"]), "G": "F(+)", "K": "I(+)",
             "Fq": R.choice(["FWT_OBS", "F_WT", "FDELTA", "FOMF", "FC1"]), "two": "F_A"}[kind]
    own = R.choice([0, 1])  # of the dataset
    main = {"F": [("FP", "F"), ("SIGFP", "Q")], "J": [("IMEAN", "J"), ("SIGIMEAN", "Q")], "FP": [(label, "F"), ("PHI" + label, "P")],
            "G": [("F(+)", "G"), ("SIGF(+)", "L"), ("F(-)", "G"), ("SIGF(-)", "L")],
            "K": [("I(+)", "K"), ("SIGI(+)", "M"), ("I(-)", "K"), ("SIGI(-)", "M")],
            "Fq": [(label, "F"), ("SIG" + label, "Q")], "two": [("F_A", "F"), ("SIGF_A", "Q"), ("F_B", "F"), ("SIGF_B", "Q")]}[kind]
    extra = R.sample([[("FreeR_flag", "I")], [("FOM", "W")], [("FWT", "F"), ("PHWT", "P")], [("DELFWT", "F"), ("PHDELWT", "P")],
                      [("HLA", "A"), ("HLB", "A"), ("HLC", "A"), ("HLD", "A")], [("DANO", "D"), ("SIGDANO", "Q")],
                      [("E", "E")], [("X", "R")], [("PHIB", "P")]], R.randint(0, 4))
    hkl = [("H", "H"), ("K", "H"), ("L", "H")]
    if R.random() < 0.3:
        R.shuffle(hkl)
    blocks = [[x] for x in hkl] + [main] + extra if R.random() < 0.4 else [hkl, main] + extra
    if R.random() < 0.5:
        R.shuffle(blocks)
    columns = [x for b in blocks for x in b]
    mates = kind not in "GK"
    rows, used = [], []
    for h in c.indices:
        h = c.elsewhere(h, mates)
        row = {"H": h[0], "K": h[1], "L": h[2]}
        for l, t in columns:
            if t == "H":
                continue
            v = some_value() if t in "FGJKE" else R.uniform(0.1, 5)
            if t in "JK" and R.random() < 0.1:
                v = -v / 100
            row[l] = mnf if R.random() < 0.05 else v
        rows.append([row[l] for l, _ in columns])
    end = R.choice("<<<>")
    body = b"".join(struct.pack(end + "%df" % len(columns), *r) for r in rows)
    other = uctbx.unit_cell([x * (1.1 if k < 3 and own else 1) for k, x in enumerate(c.cell.parameters())])
    cells = [c.cell.parameters(), other.parameters()]
    text = lambda p: " ".join("%9.4f" % x for x in p)
    head = ["VERS MTZ:V1.1", "TITLE random", "NCOL %8d %12d %8d" % (len(columns), len(rows), 0), "CELL  " + text(cells[0]), "SORT    0   0   0   0   0",
            "SYMINF %3d %2d %s %5d '%s' PG%s" % (len(c.ops), len(c.ops) // c.group.n_ltr(), "P",
                                                 c.info.type().number(), c.info.type().lookup_symbol().replace(" :H", "").replace(" :R", ""), c.group.point_group_type())]
    if ":H" in c.info.type().lookup_symbol():
        head[-1] = head[-1].replace("'R ", "'H ")
    head += ["SYMM " + t.upper() for t in c.triplets()]
    head += ["RESO 0.0 0.0", "VALM %s" % ("NAN" if mnf != mnf else "%g" % mnf)]
    for l, t in columns:
        head.append("COLUMN %-30s %s %17.4f %17.4f %4d" % (l, t, 0, 1, 1 if t == "H" or not own else 2))
    head += ["NDIF        2"]
    for k in (0, 1):
        head += ["PROJECT %7d p" % (k + 1), "CRYSTAL %7d x%d" % (k + 1, k), "DATASET %7d d%d" % (k + 1, k), "DCELL %9d %s" % (k + 1, text(cells[k])), "DWAVEL %8d 0.98" % (k + 1)]
    head += ["END", "MTZENDOFHEADERS"]
    stamp = b"\x44\x41\0\0" if end == "<" else b"\x11\x11\0\0"
    first = struct.pack(end + "i", 21 + len(body) // 4)
    open(name, "wb").write((b"MTZ " + first + stamp).ljust(80, b"\0") + body + b"".join(l.encode().ljust(80) for l in head))
    m = iotbx.mtz.object(name)
    cell = [x.unit_cell() for x in m.crystals() if x.name() == "x%d" % own][0]
    symmetry = crystal.symmetry(unit_cell=cell, space_group=m.space_group(), assert_is_compatible_unit_cell=False)
    def column(l):
        col = m.get_column(l)
        # cctbx knows missing numbers that are NaN only.
        return [v if ok and v != struct.unpack("f", struct.pack("f", mnf))[0] else None
                for v, ok in zip(col.extract_values(), col.selection_valid())]
    indices = list(zip(*[[int(x) for x in m.get_column(l).extract_values()] for l in "HKL"]))
    values = column(label)
    if kind in "GK":
        indices += [tuple(-x for x in h) for h in indices]
        values += column(label.replace("+", "-"))
    at = columns.index((label, dict(columns)[label]))
    apart = [t for _, t in columns[at:at + 3]] == ["F", "Q", "D"]
    if apart:
        # F is the mean of mates, DANO their difference, unless it exceeds both: then it is noise, and named.
        both = [(f, None) if f is None or d is None else (f, f) if abs(d) > 2 * f else (f + d / 2, f - d / 2)
                for f, d in zip(values, column("DANO"))]
        indices += [tuple(-x for x in h) for h in indices]
        values = [f for f, _ in both] + [f for _, f in both]
    write(name, expected(symmetry, indices, values, kind in "JK", kind in "GK" or apart), "", symmetry.unit_cell())


# --- CIF: SF-mmCIF and the lists of small-molecule programs ---
def quoted(text):
    return R.choice(["'%s'", '"%s"'] if "'" not in text else ['"%s"']) % text


def cif_file(i, small):
    c = Crystal(SMALL_GROUPS if small else GROUPS)
    name = "r%d.%s" % (i, R.choice(["fcf", "cif", "hkl"]) if small else R.choice(["cif", "ent"]))
    dot = "_" if small else "."
    if small:
        tags, label, squared = R.choice([
            ("F_squared_calc F_squared_meas F_squared_sigma observed_status", "F_squared_meas", True),
            ("F_meas F_sigma A_calc B_calc", "F_meas", False),
            ("F_squared_meas F_squared_sigma F_calc phase_calc", "F_squared_meas", True),
            ("F_squared_meas F_squared_sigma F_calc phase_calc d_spacing", "F_squared_meas", True),
            ("F_squared_calc F_squared_meas F_squared_sigma include_status", "F_squared_meas", True),
            ("F_calc phase_calc", "F_calc", False), ("intensity_calc intensity_meas intensity_sigma", "intensity_meas", True)])
    else:
        tags, label, squared = R.choice([
            ("F_meas_au F_meas_sigma_au status", "F_meas_au", False), ("status F_meas F_meas_sigma F_calc phase_calc", "F_meas", False),
            ("intensity_meas intensity_sigma pdbx_r_free_flag", "intensity_meas", True), ("F_calc_au phase_calc", "F_calc_au", False),
            ("pdbx_F_plus pdbx_F_plus_sigma pdbx_F_minus pdbx_F_minus_sigma", "pdbx_F_plus", False),
            ("pdbx_I_plus pdbx_I_plus_sigma pdbx_I_minus pdbx_I_minus_sigma status", "pdbx_I_plus", True),
            ("F_squared_calc F_squared_meas F_squared_sigma", "F_squared_meas", True), ("pdbx_FWT pdbx_PHWT F_meas_au F_meas_sigma_au", "F_meas_au", False)])
    tags = ["index_h", "index_k", "index_l"] + tags.split()
    if R.random() < 0.3:
        R.shuffle(tags)
    pair = "plus" in label
    rows = []
    for h in c.indices:
        h = c.elsewhere(h, not pair)
        row = []
        for t in tags:
            if t.startswith("index"):
                row.append(str(h["hkl".index(t[-1])]))
            elif "status" in t:
                row.append(R.choice("oooof<" if dot == "." else "ooo<"))
            elif t == "pdbx_r_free_flag":
                row.append(R.choice("0123"))
            else:
                v = some_value()
                if (t in ("F_squared_meas", "intensity_meas") or "pdbx_I" in t) and R.random() < 0.1:
                    v = -v / 50
                text = R.choice(["%.2f", "%.4f", "%g", "%.5e"]) % v
                if small and "." in text and "e" not in text and R.random() < 0.05:
                    text += "(%d)" % R.randint(1, 99)
                row.append(R.choice("?.") if R.random() < 0.04 else text)
        rows.append(row)
    out = []
    if R.random() < 0.5:
        out += ["# random", "#"]
    out.append("data_" + R.choice(["x", "r1abcsf", "I"]))
    spread = R.choice(["%s %s", "%s      %s"])
    t = lambda tag: "_" + (tag.replace(".", dot).upper() if R.random() < 0.05 else tag.replace(".", dot))
    p = c.cell.parameters()
    entries = [[spread % (t("cell." + n), ("%.4f" % v) + ("(5)" if small and R.random() < 0.2 else ""))] for n, v in
               zip(["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"], p)]
    symbol = c.info.type().lookup_symbol()
    by_ops = small or R.random() < 0.4
    plain = " :" not in symbol
    if plain and (not by_ops or R.random() < 0.6):
        entries.append([spread % (t(R.choice(["symmetry.space_group_name_H-M", "space_group.name_H-M_alt"])), quoted(symbol))])
    if by_ops or not plain:
        tag = t(R.choice(["symmetry_equiv.pos_as_xyz", "space_group_symop.operation_xyz"]))
        entries.append(["loop_"] + [tag] +
                       [quoted(x if R.random() < 0.5 else x.replace(",", ", ")) for x in c.triplets()])
    entries.append(["loop_"] + ["_refln" + dot + x for x in tags] + [" ".join(r) if R.random() < 0.95 else "\n".join(r) for r in rows])
    if R.random() < 0.3:
        R.shuffle(entries)
    for e in entries:
        out += e
    text = "\n".join(out) + "\n"
    open(name, "w").write(text)
    # Read again by cctbx's parser of CIF.
    block = list(iotbx.cif.reader(input_string=text).model().values())[0]
    symmetry = iotbx.cif.builders.crystal_symmetry_builder(block).crystal_symmetry
    loop = {k.lower(): v for k, v in block.items()}
    def column(tag):
        values = loop["_refln" + dot + tag.lower()]
        return [None if v in "?." else float(v.split("(")[0]) for v in values]
    indices = list(zip(*[[int(x) for x in column("index_" + x)] for x in "hkl"]))
    values = column(label)
    if pair:
        indices += [tuple(-x for x in h) for h in indices]
        values += column(label.replace("plus", "minus"))
    symmetry = crystal.symmetry(unit_cell=symmetry.unit_cell(), space_group=symmetry.space_group(), assert_is_compatible_unit_cell=False)
    write(name, expected(symmetry, indices, values, squared, True), "", symmetry.unit_cell())


# --- SHELX HKLF 4: columns of fixed width, an end line, what follows ---
def hklf_file(i):
    c = Crystal(SMALL_GROUPS)
    name = "r%d.hkl" % i
    big = R.random() < 0.3
    lines = []
    for h in c.indices:
        for _ in range(R.choice([1, 1, 2, 3])):
            turned = c.elsewhere(h, True)
            if big:
                turned = tuple(x * R.choice([1, 30, -40]) % 200 - 100 for x in turned)
            if turned == (0, 0, 0):
                continue
            v = some_value() * R.choice([1, 1, 1, -0.05])
            form = R.choice(["%8.2f", "%8.2f", "%8.1f", "%8d"])
            s = "%4d%4d%4d" % turned
            s += (form % (round(v) if form == "%8d" else v))[:8] + "%8.2f" % R.uniform(0.1, 99)
            if len(s) == 28:
                lines.append(s + R.choice(["", "   1", "   2"]))
    if not lines:
        lines = ["   1   0   0   10.00    1.00"]
    end = R.choice(["   0   0   0    0.00    0.00", "   0   0   0    0.00    0.00   0", "   0   0   0       0       0"])
    after = R.choice([[], [], ["TITL x", "CELL 0.71 1 2 3 90 90 90", "   7   7   7  999.00    1.00"]])
    text = R.choice(["\n", "\r\n"]).join(lines + [end] + after + [""])
    open(name, "w", newline="").write(text)
    # Fortran's F8.2 takes the last two digits for decimals where there is no point; cctbx does not.
    pointed = [l if "." in l[12:20] else l[:12] + "%8.2f" % (int(l[12:20]) / 100) + l[20:] for l in lines]
    r = iotbx.shelx.hklf.reader(file_object=io.StringIO("\n".join(pointed + [end, ""])))
    table = {}
    for h, v in zip(r.indices(), r.data()):
        table.setdefault(h, []).append(v)
    write(name, {h: math.sqrt(max(0, sum(v) / len(v))) for h, v in table.items()})


# --- XDS: items in any place, merged or not, Friedel's law ---
def xds_file(i):
    c = Crystal([g for g in GROUPS if "R" not in g])
    number = c.info.type().number()
    name = "r%d.HKL" % i
    law = R.choice(["TRUE", "FALSE"])
    merge = R.choice(["TRUE", "FALSE"])
    items = ["H", "K", "L", "IOBS", "SIGMA(IOBS)"] + R.choice([[], ["XD", "YD", "ZD", "RLP", "PEAK", "CORR", "PSI"]])
    if R.random() < 0.3:
        R.shuffle(items)
    lines, out = [], []
    for h in c.indices:
        for _ in range(1 if merge == "TRUE" else R.choice([1, 1, 2, 4])):
            t = c.elsewhere(h, law == "TRUE" or merge == "FALSE")
            row = {"H": t[0], "K": t[1], "L": t[2], "IOBS": "%.3E" % (some_value() * R.choice([1, 1, 1, -0.1])),
                   "SIGMA(IOBS)": "%.3E" % (R.uniform(1, 5) * (-1 if R.random() < 0.05 else 1))}
            lines.append(" ".join("%6s" % row.get(x, "%.1f" % R.uniform(0, 100)) for x in items))
    head = ["!FORMAT=XDS_ASCII    MERGE=%s    FRIEDEL'S_LAW=%s" % (merge, law), "!OUTPUT_FILE=XDS_ASCII.HKL        DATE= 2-Jan-2020",
            "!Generated by CORRECT   (VERSION Jan 31, 2020)", "!SPACE_GROUP_NUMBER=%5d" % number,
            "!UNIT_CELL_CONSTANTS=" + " ".join("%9.3f" % x for x in c.cell.parameters()), "!X-RAY_WAVELENGTH=  0.97",
            "!NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD=%d" % len(items)]
    head += ["!ITEM_%s=%d" % (x, k + 1) for k, x in enumerate(items)] + ["!END_OF_HEADER"]
    text = "\n".join(head + lines + ["!END_OF_DATA"]) + "\n"
    open(name, "w").write(text)
    r = iotbx.xds.read_ascii.reader(io.StringIO(text))
    symmetry = r.crystal_symmetry()
    values = [v if s >= 0 else None for v, s in zip(r.iobs, r.sigma_iobs)]
    if all(v is None for v in values):
        return xds_file(i)
    write(name, expected(symmetry, list(r.miller_indices), values, True, law == "FALSE"), "", symmetry.unit_cell())


# --- SCALEPACK, merged ---
def scalepack_file(i):
    c = Crystal([g for g in GROUPS if ":" not in g])
    name = "r%d.sca" % i
    pairs = R.random() < 0.5
    lines = ["    1", " -987", "".join("%10.3f" % x for x in c.cell.parameters()) + " " + c.info.type().lookup_symbol().replace(" ", "").lower()]
    symbol = {"p121": "p2", "p1211": "p21", "c121": "c2"}.get(lines[2][61:])
    if symbol:
        lines[2] = lines[2][:61] + symbol
    for h in c.indices:
        s = "%4d%4d%4d%8.1f%8.1f" % (c.elsewhere(h, not pairs) + (some_value() * R.choice([1, 1, 1, -0.1]), R.uniform(0.1, 99)))
        if pairs and R.random() < 0.8:
            s += "%8.1f%8.1f" % (some_value(), R.uniform(0.1, 99))
        lines.append(s)
    text = "\n".join(lines) + "\n"
    open(name, "w").write(text)
    r = iotbx.scalepack.merge.reader(io.StringIO(text))
    symmetry = crystal.symmetry(unit_cell=r.unit_cell, space_group_info=r.space_group_info)
    write(name, expected(symmetry, list(r.miller_indices), list(r.i_obs), True, r.anomalous), "", symmetry.unit_cell())


makers = [mtz_file, mtz_file, mtz_file, lambda i: cif_file(i, False), lambda i: cif_file(i, False), lambda i: cif_file(i, True),
          lambda i: cif_file(i, True), hklf_file, hklf_file, xds_file, scalepack_file]
for i in range(count):
    makers[i % len(makers)](i)
