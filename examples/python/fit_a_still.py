# %% [markdown]
# # The fit of a still
#
# A small crystal of a protein gives one still, with counting noise. From that image alone the fit finds the crystal's
# orientation, its cell and the number of photons, with standard errors.
#
# usage: fit_a_still.py [FOLDER]     writes fit_a_still.png there

# %%
from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import femtobragg

folder = Path(sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ".")
reflections = Path(globals().get("__file__", "examples/python/x")).resolve().parents[1] / "cro" / "cro_2.5A_P1.hkl"

# %% [markdown]
# ## The data
#
# The argument names carry their units. `detector_response` counts photons as a detector does.

# %%
truth = femtobragg.Experiment.from_files(
    hkl=reflections, cell=(34.77, 39.17, 48.31), misset_deg=(10, 20, 30), cells=20, shape="gaussian",
    mosaic_spread_deg=0.2, mosaic_domains=10, whole_size_um=20, beam_size_um=20, flux_per_s=2e11, exposure_s=0.1,
    wavelength_A=0.98, distance_mm=100, pixels=256, pixel_size_mm=0.2, water_um=30)
data = femtobragg.detector_response(femtobragg.render(truth), seed=1)
print(f"{data.sum()} photons, {data.max()} in the brightest pixel")

# %% [markdown]
# ## The start
#
# The cell that we start from is wrong by some tenths of a percent, and the orientation is unknown: `orient` finds it
# from the image and the cell. It lists four. This crystal looks the same after half a turn about each of its axes, so
# all of them are right; we go on with the one that can be compared with the truth, number by number.

# %%
known = truth.replace(cell=(34.85, 39.08, 48.40), misset_deg=(0, 0, 0), exposure_s=0.08)
candidates = femtobragg.orient(data, known)
for c in candidates:
    print("candidate, degrees:", np.round(c.misset_deg, 2), f"explains {c.score:.0%} of the peaks")

start = min((c.experiment for c in candidates), key=lambda e: float(np.abs(e.misset_deg - truth.misset_deg).max()))

# %% [markdown]
# ## The fit
#
# Names are those that `femtobragg.parameters(start)` lists; "misset" stands for three angles.

# %%
fit = femtobragg.refine(data, start, ["misset", "cell_a", "cell_b", "cell_c", "fluence"])
print(f"{len(fit.costs)} steps in {fit.seconds:.1f} s; reduced chi^2 {fit.reduced_chi_squared:.3f}")

# %% [markdown]
# The errors are those of counting, so most values should lie within two of them.

# %%
true = {name: p.value for name, p in femtobragg.parameters(truth).items()}
for p in fit.parameters:
    print(f"{p.name:9} {p.value:12.6g} ± {p.standard_error:8.2g} {p.unit:12} truth {true[p.name]:10.6g}: "
          f"{(p.value - true[p.name]) / p.standard_error:+.1f} errors off")

# %% [markdown]
# ## Data, model and what is left
#
# The residual is in standard deviations: noise without pattern where the model is right.

# %%
try:
    import matplotlib.pyplot as plt
    from matplotlib.colors import LogNorm
except ImportError:
    sys.exit("no picture: matplotlib is not installed")

model = np.asarray(femtobragg.render(fit.experiment))
residual = fit.residual()
figure, axes = plt.subplots(1, 3, figsize=(13, 4.3), sharex=True, sharey=True, constrained_layout=True)
photons = dict(norm=LogNorm(*np.percentile(data, (2, 99.8)), clip=True), cmap="gray_r")
sigmas = dict(vmin=-4, vmax=4, cmap="RdBu_r")
pictures = [("data", data, photons, "photons"), ("model", model, photons, "photons"),
            ("residual", residual, sigmas, "standard deviations")]
for ax, (title, image, look, unit) in zip(axes, pictures):
    drawn = ax.imshow(image, origin="upper", interpolation="nearest", aspect="equal", **look)
    ax.set(title=title, xlabel="fast (px)")
    figure.colorbar(drawn, ax=ax, label=unit, shrink=0.85)
axes[0].set_ylabel("slow (px)")
folder.mkdir(parents=True, exist_ok=True)
figure.savefig(folder / "fit_a_still.png", dpi=120)
print("wrote", folder / "fit_a_still.png")
