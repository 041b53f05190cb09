# %% [markdown]
# # A first image
#
# A crystal with the cell of lysozyme on a PILATUS 100K: the photons that are expected, the counts of a detector, a
# table of what each reflection brings, and files that other programs read.

# %%
import sys
from pathlib import Path

import numpy as np

import femtobragg
from femtobragg import plot

out = Path(sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ".")

# %% [markdown]
# An experiment says all that the image depends on. This one has a cell, and one amplitude for every reflection;
# `model="protein.pdb"` or `hkl="protein.mtz"` gives real ones. What is not said has a default:
# `help(femtobragg.Crystal)` and the like list them.

# %%
experiment = femtobragg.Experiment.from_files(
    cell=(79.1, 79.1, 38.4), misset_deg=(10, 20, 30), cells=(20, 20, 40), shape="gaussian", default_F=300,
    wavelength_A=1.0, flux=1e12, exposure=0.1, beam_size_um=20, whole_size_um=10,
    detector="pilatus-100k", distance_mm=90, osc_deg=0.1, water_um=20)
print(experiment)
slow, fast = experiment.shape
print(f"{fast} x {slow} pixels, to {experiment.finest_resolution_A:.2f} A; {experiment.sampling_counts}")

# %% [markdown]
# `render` computes the expected photons of each pixel. `tolerance` lets it skip what changes no pixel by more than this
# fraction of the brightest.

# %%
image = femtobragg.render(experiment, tolerance=1e-5)
print(f"{image.sum():.0f} photons, {image.max():.0f} in the brightest pixel; computed by {image.summary['ran_on']}")

# %% [markdown]
# A detector counts photons. The seed makes the noise repeatable; pixels that do not exist are -1.

# %%
counts = femtobragg.detector_response(image, seed=1)
print(f"{counts[counts >= 0].sum()} counts")

# %% [markdown]
# The truth: where each reflection falls, and how many photons it has.

# %%
table = femtobragg.truth(image)
print(f"{len(table)} reflections; the brightest:\n  h   k   l    fast    slow     d (A)  photons")
for row in table[np.argsort(-table["photons"])][:8]:
    print("{h:3d} {k:3d} {l:3d} {fast_px:7.1f} {slow_px:7.1f} {d_A:9.3f} {photons:8.0f}".format(
        **{name: row[name] for name in row.dtype.names}))

# %% [markdown]
# CBF holds the counts and the geometry, and DIALS, XDS and others read it; NumPy holds the photons.

# %%
femtobragg.write(out / "first_image.cbf", counts, experiment)
femtobragg.write(out / "first_image.npy", image)
back = femtobragg.read(out / "first_image.cbf")
print(f"read back: {back.format}, {(back.valid & (back == counts)).mean():.0%} of the pixels are the same counts")

# %%
axes = plot.show(counts, experiment, spots=table, title="a first image")
axes.figure.savefig(out / "first_image.png", dpi=150)
