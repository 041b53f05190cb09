# %% [markdown]
# # Your detector and crystal
#
# Atoms of a model, two tilted panels described by vectors, a geometry file, a mask and a spectrum from arrays, and a
# rotation.

# %%
import sys
from pathlib import Path

import numpy as np

import femtobragg
from femtobragg import Beam, Crystal, Detector, Experiment, Goniometer, Panel, StructureFactors, plot

out = Path(sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ".")
here = globals().get("__file__", "examples/python/x")  # notebooks run in the clone
models = Path(here).resolve().parents[1] / "models"

# %% [markdown]
# A panel stands where its vectors say: `origin_mm` is the corner of its first pixel, `fast` and `slow` are unit
# vectors. In the lab x runs along the beam, y up, z to the right, looking along the beam. These two meet at the beam
# like the pages of an open book, each turned by 20 degrees about the vertical. `window` says where a panel begins in
# the image: (fast, slow).

# %%
rows, columns, pixel_mm, distance_mm = 240, 200, 0.3, 60.0
tilt = np.radians(20)


def panel(side: int) -> Panel:
    """The right one (side 1) or the left one (side -1)."""
    fast = np.array([-side * np.sin(tilt), 0, np.cos(tilt)])
    edge = np.array([distance_mm, rows * pixel_mm / 2, 2.0 * side])  # next to the gap in the middle
    return Panel(name="right" if side > 0 else "left", pixels=(columns, rows), pixel_size_mm=pixel_mm,
                 origin_mm=edge if side > 0 else edge - columns * pixel_mm * fast, fast=fast, slow=(0, -1, 0),
                 window=(0 if side < 0 else columns + 12, 0))


# %% [markdown]
# Halite, its structure factors computed from the atoms. A spectrum is an array of photon energies and weights.
# Mosaicity and a rotation make rocking curves.

# %%
energies_eV = np.linspace(11900, 12100, 21)
spectrum = np.c_[energies_eV, np.exp(-0.5 * ((energies_eV - 12000) / 40) ** 2)]
book = Experiment(
    crystal=Crystal(misset_deg=(12, 25, 40), cells=60, shape="gaussian", mosaic_spread_deg=0.5, mosaic_domains=20),
    structure_factors=StructureFactors(model=models / "halite.cif"),
    beam=Beam(spectrum=spectrum), goniometer=Goniometer(axis=(0, 1, 0), range_deg=30, steps=150),
    detector=Detector(panels=[panel(-1), panel(1)]))
print(f"cell {book.cell[0]:.4f} A, {book.space_group}; {book.sampling_counts}")
image = femtobragg.render(book, tolerance=1e-4)
for description, pixels in zip(book.panels, image.panels):
    print(f"panel {description['name']}: {pixels.sum():.3g} photons in {pixels.shape} pixels")

# %% [markdown]
# A mask has the shape of the image; pixels where it is False are not rendered. This one is the shadow of a beam stop.

# %%
masked = book.replace(mask=book.resolution_A < 8)
image = femtobragg.render(masked, tolerance=1e-4)
axes = plot.show(image, title="halite over 30 degrees, on two tilted panels")
axes.figure.savefig(out / "two_panels.png", dpi=150)
plot.spectrum(masked).figure.savefig(out / "spectrum.png", dpi=150)

# %% [markdown]
# Geometry files carry a detector to other programs and back: .geom (CrystFEL), .expt (DIALS), .poni (pyFAI) and more.
# They hold no crystal structure, so the experiment that reads one adds it. What a format cannot hold is a warning.

# %%
for name in ("two_panels.expt", "two_panels.geom"):
    femtobragg.write(out / name, book)
    back = Experiment.from_files(geometry=out / name, model=models / "halite.cif", cells=60, spectrum=spectrum)
    moved = max(np.abs(a["origin_m"] - b["origin_m"]).max() for a, b in zip(book.panels, back.panels))
    print(f"{name}: {len(back.panels)} panels, moved by {1e9 * moved:.2g} nm; "
          f"resolutions differ by {np.nanmax(np.abs(back.resolution_A / book.resolution_A - 1)):.2g}")

# %% [markdown]
# A rotation series: frames of one degree each.

# %%
series = book.replace(range_deg=1, steps=10, frames=3)
for frame in range(3):
    print(f"frame {frame}: {femtobragg.render(series.frame(frame), tolerance=1e-4).sum():.3g} photons")
