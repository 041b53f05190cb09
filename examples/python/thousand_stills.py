# %% [markdown]
# # A thousand stills
#
# Training data for a network: random orientations of one crystal, each with its image and its labels, in one array.

# %%
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

import femtobragg
from femtobragg import plot

out = Path(sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ".")
count = 1000

# %% [markdown]
# Gaussian spots have no fringes between them, so `tolerance` skips nearly all of the image. With the default, an exact
# image, the same takes many times longer.

# %%
one = femtobragg.Experiment.from_files(
    cell=(79.1, 79.1, 38.4), cells=(6, 6, 12), shape="gaussian", default_F=100, wavelength_A=1.5, fluence_per_m2=3e20,
    whole_size_um=5, pixels=256, pixel_size_mm=0.4, distance_mm=200, oversample=2)

# %% [markdown]
# Orientations are uniform over all rotations: by SciPy, or from normal numbers by QR without it.


# %%
def random_rotations(number: int, seed: int) -> Any:
    """Shape (number, 3, 3)."""
    try:
        from scipy.spatial.transform import Rotation
        return Rotation.random(number, random_state=seed).as_matrix()
    except ImportError:
        q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(number, 3, 3)))
        q *= np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None, :]
        return q * np.sign(np.linalg.det(q))[:, None, None]


rotations = random_rotations(count, seed=1)

# %% [markdown]
# `render_many` renders on all cores and yields images in order. The generator makes experiments as they are needed.

# %%
images = np.empty((count, *one.shape), dtype=np.float32)
start = time.perf_counter()
stills = (one.replace(orientation=rotation) for rotation in rotations)
for i, image in enumerate(femtobragg.render_many(stills, tolerance=1e-3)):
    images[i] = image
print(f"{count} images of {one.shape} pixels: {count / (time.perf_counter() - start):.0f} images per second")

# %% [markdown]
# Labels: for each still all reflections with more than a photon. Stills are small, so each gets one thread, and several
# are labelled at a time.

# %%
def label(rotation: Any, image: Any) -> Any:
    table = femtobragg.truth(one.replace(orientation=rotation), image, threads=1)
    return table[table["photons"] > 1]


start = time.perf_counter()
with ThreadPoolExecutor() as pool:
    labels = list(pool.map(label, rotations, images))
spots = np.array([len(table) for table in labels])
print(f"labels: {count / (time.perf_counter() - start):.0f} stills per second")
print(f"{spots.min()} to {spots.max()} spots of more than a photon in a still, {spots.mean():.0f} on average")
brightest = labels[0][np.argmax(labels[0]["photons"])]
print("brightest of the first: " + "{h} {k} {l} with {photons:.0f} photons".format(
    **{name: brightest[name] for name in ("h", "k", "l", "photons")}))

# %% [markdown]
# All in one file, ready for a data loader; the labels are one table with the number of the still.

# %%
np.savez(out / "stills.npz", images=images[:16], rotations=rotations[:16], still=np.repeat(np.arange(16), spots[:16]),
         labels=np.concatenate(labels[:16]))  # 16 of them; all need 260 MB

# %%
figure, axes = plt.subplots(4, 4, figsize=(9, 9), layout="constrained")
for ax, image, n in zip(axes.ravel(), images, spots):
    plot.show(image, rings=False, colorbar=False, title=f"{n} spots", ax=ax)
    ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
figure.savefig(out / "thousand_stills.png", dpi=120)
