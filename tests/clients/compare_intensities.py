"""Merged intensities of an .mtz file against the squared amplitudes of a list of all reflections, without symmetry.

usage: compare_intensities.py LIST MTZ CELL(3, A)
Prints a table of shells on the standard error and JSON on the standard output. The resolution is that of the last
shell before the mean I / sigma falls below 2. To it: correlation of I with F^2, the correlation that the standard
deviations in the file let expect, and R = sum |I - k F^2| / sum k F^2 with the least-squares factor k.
Exit 77 where a package is missing."""
import json, sys

try:
    import numpy as np
    from iotbx import mtz
except ImportError as missing:
    print(missing)
    sys.exit(77)

SHELLS = 16
LEAST = 2.0

squares = {tuple(int(word) for word in words[:3]): float(words[3])**2 for words in map(str.split, open(sys.argv[1]))}
merged = next(array for array in mtz.object(sys.argv[2]).as_miller_arrays()
              if array.is_xray_intensity_array() and not array.anomalous_flag())
edges = np.array([float(word) for word in sys.argv[3:6]])

rows = [(np.linalg.norm(np.array(hkl) / edges), squares[hkl], i, sigma)
        for hkl, i, sigma in zip(merged.indices(), merged.data(), merged.sigmas()) if hkl in squares]
rows = np.array(sorted(rows))


def figures(part):
    _, truth, measured, sigma = part.T
    k = (measured @ truth) / (truth @ truth)
    signal = np.var(k * truth)
    return {'reflections': len(part), 'i_over_sigma': float(np.mean(measured / sigma)),
            'correlation': float(np.corrcoef(measured, truth)[0, 1]),
            'counting': float(np.sqrt(signal / (signal + np.mean(sigma**2)))),
            'r': float(np.sum(np.abs(measured - k * truth)) / np.sum(k * truth))}


kept = 0
strong = True
for shell in np.array_split(rows, SHELLS):
    found = figures(shell)
    print('%6.2f %6.2f A ' % (1 / shell[0, 0], 1 / shell[-1, 0]),
          ' '.join('%s %.4g' % item for item in found.items()), file=sys.stderr)
    strong = strong and found['i_over_sigma'] >= LEAST
    if strong: kept += len(shell)
if not kept: sys.exit('no shell has a mean I / sigma of %g' % LEAST)
print(json.dumps({'resolution': float(1 / rows[kept - 1, 0]), **figures(rows[:kept])}))
