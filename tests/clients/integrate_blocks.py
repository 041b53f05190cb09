"""A rotation series of a crystal of 50 um, made of blocks of 0.3 um, through DIALS: import, find, index, refine,
integrate. Its summed intensities, in photons, are compared with kinematic theory, which is computed here.

usage: integrate_blocks.py FEMTOBRAGG FOLDER        prints its figures; exit 1 where a limit is passed
Exit 77 where DIALS or a package is missing."""
import json, os, subprocess, sys

try:
    import numpy as np
    from dials.array_family import flex
    from dxtbx.model.experiment_list import ExperimentListFactory
except ImportError as missing:
    print(missing)
    sys.exit(77)
if not os.access('/usr/bin/dials.integrate', os.X_OK):
    print('no DIALS commands')
    sys.exit(77)

PROGRAM, FOLDER = sys.argv[1], sys.argv[2]
CELL, LAMBDA, WIDTH, FRAMES = (40.0, 45.0, 50.0), 1.0, 0.4, 25
DIAMETER, FWHM, FLUX, EXPOSURE = 50e-6, 40e-6, 2e12, 0.1
R_E = 2.8179403262e-15


def run(*words):
    done = subprocess.run([str(w) for w in words], cwd=FOLDER, capture_output=True, text=True)
    if done.returncode: sys.exit('%s\n%s%s' % (' '.join(map(str, words)), done.stdout[-2000:], done.stderr[-2000:]))
    return done.stdout + done.stderr


def amplitudes():
    """All to 2 A, Friedel mates alike; squares spread like those of acentric reflections."""
    most = [int(edge / 2) + 1 for edge in CELL]
    h = np.stack(np.meshgrid(*[np.arange(-m, m + 1) for m in most], indexing='ij'), -1).reshape(-1, 3)
    half = h[(h[:, 0] > 0) | ((h[:, 0] == 0) & ((h[:, 1] > 0) | ((h[:, 1] == 0) & (h[:, 2] > 0))))]
    f = np.round(100 * np.sqrt(0.05 + np.random.default_rng(7).exponential(1, len(half))), 3)
    return {tuple(sign * v): x for sign in (1, -1) for v, x in zip(half, f)}


def lit_volume():
    """Of a sphere in the middle of a Gaussian beam: rings times chords, m^3."""
    r = (np.arange(200000) + 0.5) / 200000 * DIAMETER / 2
    sigma = FWHM / np.sqrt(8 * np.log(2))
    return np.sum(2 * np.pi * r * 2 * np.sqrt(DIAMETER**2 / 4 - r**2) * np.exp(-r**2 / (2 * sigma**2))) * DIAMETER / 2 / 200000


table = amplitudes()
with open(os.path.join(FOLDER, 'p1.hkl'), 'w') as file:
    for (h, k, l), f in table.items(): file.write('%d %d %d %.3f\n' % (h, k, l, f))
run(PROGRAM, 'simulate', '-hkl', 'p1.hkl', '-cell', *CELL, 90, 90, 90, '-lambda', LAMBDA, '-misset', 15, 25, 35,
    '-xtalsize', 0.0003, '-gauss_xtal', '-crystal_size', DIAMETER * 1e3, '-crystal_form', 'sphere',
    '-beam_profile', 'gaussian', '-beamsize', FWHM * 1e3, '-flux', FLUX, '-exposure', EXPOSURE, '-water', 40,
    '-distance', 80, '-detpixels', 512, '-pixel', 0.1, '-osc', WIDTH, '-phisteps', 10, '-frames', FRAMES,
    '-oversample', 7, '-polar', 0.9, '-tolerance', 1e-7, '-seed', 1, '-o', 's.nxs', '-expt', 'truth.expt', '-quiet')
run('/usr/bin/dials.import', 's.nxs')
run('/usr/bin/dials.find_spots', 'imported.expt', 'nproc=1', 'min_spot_size=2')
run('/usr/bin/dials.index', 'imported.expt', 'strong.refl', 'nproc=1', 'space_group=P1',
    'unit_cell=%g,%g,%g,90,90,90' % CELL, 'detector.fix=all')
run('/usr/bin/dials.refine', 'indexed.expt', 'indexed.refl', 'nproc=1', 'scan_varying=False', 'detector.fix=all')
run('/usr/bin/dials.integrate', 'refined.expt', 'refined.refl', 'nproc=1', 'profile.fitting=False',
    'profile.gaussian_rs.parameters.n_sigma=5')

path = lambda name: os.path.join(FOLDER, name)
truth = ExperimentListFactory.from_json_file(path('truth.expt'), check_format=False)[0]
found = ExperimentListFactory.from_json_file(path('refined.expt'), check_format=False)[0]
matrix = lambda e: np.array(e.crystal.get_A()).reshape(3, 3)
to_truth = np.rint(np.linalg.inv(matrix(truth)) @ matrix(found))
refl = flex.reflection_table.from_file(path('integrated.refl'))
refl = refl.select(refl.get_flags(refl.flags.integrated_sum))
refl = refl.select(refl['partiality'] > 0.999)
h = np.rint(np.array(refl['miller_index']) @ to_truth.T).astype(int)
f = np.array([table.get(tuple(v), np.nan) for v in h])

s0, axis = np.array(truth.beam.get_s0()), np.array(truth.goniometer.get_rotation_axis())
s1 = np.array(refl['s1'].as_double()).reshape(-1, 3)
d, q = s1 / np.linalg.norm(s1, axis=1)[:, None], s1 - s0
lorentz = np.abs(np.cross(d, q) @ axis) * LAMBDA
normal = np.array(truth.beam.get_polarization_normal())
electric = np.cross(normal, s0 / np.linalg.norm(s0))
share = (1 + 0.9) / 2
polarization = share * (1 - (d @ electric)**2) + (1 - share) * (1 - (d @ normal)**2)
centre = FLUX * EXPOSURE * 4 * np.log(2) / (np.pi * FWHM**2)
volume = np.prod(CELL) * 1e-30
gaussian = (0.63 * np.pi / 2)**1.5
theory = (centre * R_E**2 * (LAMBDA * 1e-10)**3 * lit_volume() / volume**2 * gaussian * polarization
          / lorentz / np.radians(WIDTH))
measured, variance = np.array(refl['intensity.sum.value']), np.array(refl['intensity.sum.variance'])
keep = np.isfinite(f) & (lorentz > 0.1) & (measured > 20 * np.sqrt(np.maximum(variance, 1)))
ratio = (measured / (theory * f**2))[keep]
spread = 1.4826 * np.median(np.abs(ratio / np.median(ratio) - 1))
expected = np.median((np.sqrt(variance) / measured)[keep])
figures = {'reflections': int(keep.sum()), 'correlation': float(np.corrcoef((measured / theory)[keep], f[keep]**2)[0, 1]),
           'median_ratio': float(np.median(ratio)), 'spread': float(spread), 'counting': float(expected)}
print(json.dumps(figures))
fine = (figures['reflections'] > 200 and figures['correlation'] > 0.9995 and abs(figures['median_ratio'] - 1) < 0.003
        and spread < 0.012)
sys.exit(not fine)
