# %% [markdown]
# # A comparison with nanoBragg
#
# The environment variable NB_C_BIN may name a program nanoBragg, which then renders the scene. Without it the image
# comes from the golden data of this repository, which the public program computed.

# %%
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import femtobragg
from femtobragg import plot

out = Path(sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ".")
golden = Path(globals().get("__file__", "examples/python/x")).resolve().parents[2] / "tests" / "golden" / "exact"
case = next(c for c in json.loads((golden / "cases.json").read_text()) if c["name"] == "04_mono_cell")
print("nanoBragg " + " ".join(case["args"]))

# %%
program = os.environ.get("NB_C_BIN")
if program:
    with tempfile.TemporaryDirectory() as folder:  # it reads stray files of the folder that it runs in
        arguments = [str(golden / "inputs" / a) if a.endswith(".hkl") else a for a in case["args"]]
        subprocess.run([program, *arguments, "-floatfile", "image.bin"], cwd=folder, check=True, capture_output=True)
        reference = np.fromfile(Path(folder) / "image.bin", "<f4")
else:
    reference = np.fromfile(golden / "expected" / "04_mono_cell.f32", "<f4")
reference = reference.reshape(case["slow"], case["fast"])

# %% [markdown]
# The same scene in this package's words. Three things differ in how it is said:
#
# - nanoBragg's default convention, MOSFLM, puts the beam half a pixel beyond the middle of its pixel: the beam is at
#   33, 33, measured in pixels from the image's corner, not at 32, 32.
# - it renders the direct beam, which this package leaves out unless `direct_beam` is True.
# - it takes one point in each pixel here (`-oversample 1`).

# %%
experiment = femtobragg.Experiment.from_files(
    hkl=golden / "inputs" / "p1.hkl", cell=(30, 40, 50, 90, 95, 90), misset_deg=(-20, 35, 110), cells=6,
    energy_eV=11000, pixels=64, pixel_size_mm=0.5, distance_mm=90, beam_centre_px=(33, 33), direct_beam=True,
    oversample=1)


def difference(image: Any, expected: Any) -> str:
    """Of the brightest pixel, and of the whole image."""
    change = np.asarray(image, dtype=float) - expected
    return (f"at most {abs(change).max() / expected.max():.1e} of the brightest pixel, "
            f"rms {np.sqrt((change**2).mean() / (expected.astype(float)**2).mean()):.1e} of the image's")


image = femtobragg.render(experiment, number_type="float64")
print("the same scene: " + difference(image, reference))
assert np.allclose(image, reference, rtol=1e-5, atol=1e-6 * reference.max())

# %% [markdown]
# Where nanoBragg is not correct, this package is, by default. With several points in a pixel, nanoBragg takes the
# polarization and the solid angle of the first for all. It also gets the cells of most triclinic crystals slightly
# wrong, and weights steps of rotation, divergence and dispersion differently; `femtobragg quirks` lists everything.
# Quirks that concern rendering can be switched on. A close detector with large pixels shows these two best.

# %%
close = experiment.replace(distance_mm=20, oversample=4)
correct = femtobragg.render(close, number_type="float64")
quirks = femtobragg.Compatibility(polarization="first-sample", solid_angle="first-sample")
quirky = femtobragg.render(close.replace(compatibility=quirks), number_type="float64")
print("two quirks, close detector: " + difference(quirky, np.asarray(correct)))

# %% [markdown]
# What matters more is sampling: one point in each pixel misses what falls between points.

# %%
enough = experiment.replace(oversample=None)
fine = femtobragg.render(enough, number_type="float64")
print(f"one point, of {enough.sampling_counts['oversample']}^2: " + difference(image, np.asarray(fine)))

# %%
axes = plot.compare(reference, image, experiment, names=("nanoBragg", "femtoBragg"), difference="log")
axes[0].figure.savefig(out / "compare_with_nanobragg.png", dpi=150)
axes = plot.compare(correct, quirky, names=("correct", "with quirks"))
axes[0].figure.savefig(out / "quirks.png", dpi=150)
