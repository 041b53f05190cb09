#!/usr/bin/python3
# Structure factor amplitudes of a model, expanded to P1 with Friedel mates and F000: h k l F on each line.
# Needs python3-gemmi.   usage: make_hkl.py 1orc.pdb 2.5 > cro_2.5A_P1.hkl
import itertools
import math
import sys

import gemmi

model_file, d_min = sys.argv[1], float(sys.argv[2])
structure = gemmi.read_structure(model_file)
cell = structure.cell
calculator = gemmi.StructureFactorCalculatorX(cell)

limits = [int(length / d_min) for length in (cell.a, cell.b, cell.c)]
group = gemmi.find_spacegroup_by_name(structure.spacegroup_hm)
operations = group.operations()
asu = gemmi.ReciprocalAsu(group)
amplitudes = {}
for hkl in itertools.product(*(range(-n, n + 1) for n in limits)):
    if hkl != (0, 0, 0) and cell.calculate_d(hkl) < d_min:
        continue
    # Equivalent reflections have the same amplitude: compute it once.
    unique, _ = asu.to_asu(hkl, operations)
    unique = tuple(unique)
    if unique not in amplitudes:
        amplitudes[unique] = abs(calculator.calculate_sf_from_model(structure[0], unique))
    print(*hkl, f"{amplitudes[unique]:.2f}")
