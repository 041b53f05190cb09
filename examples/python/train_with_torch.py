# %% [markdown]
# # Training through the renderer
#
# With `femtobragg.torch` an image is a layer of PyTorch: whatever is done with its photons has derivatives with respect
# to the crystal, the beam and the detector.
#
# usage: train_with_torch.py [FOLDER]     writes train_with_torch.png there

# %%
from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

import femtobragg
import femtobragg.torch

folder = Path(sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ".")
torch.manual_seed(1)

truth = femtobragg.Experiment.from_files(
    default_F=100, cell=(70, 80, 90), cells=5, shape="gaussian", misset_deg=(10, 20, 30), wavelength_A=1,
    distance_mm=100, pixels=64, pixel_size_mm=0.5, oversample=1, fluence_per_m2=2e28)

# %% [markdown]
# ## Orientation and cell, by two optimisers
#
# Optimisers like numbers of one size, so we optimise x in `start + scales * x`. The loss is that of counting photons.

# %%
renderer = femtobragg.torch.Render(truth, ["misset", "cell_a", "cell_b", "cell_c"])
data = torch.from_numpy(femtobragg.detector_response(femtobragg.render(truth), seed=1).astype(float))
x_start = torch.tensor([2.0, -2, 1.5, 1, -1, 1], dtype=torch.float64)


def values_of(x: torch.Tensor) -> torch.Tensor:
    return renderer.start + renderer.scales * x


def course(optimiser: torch.optim.Optimizer, x: torch.Tensor, steps: int) -> list[float]:
    losses: list[float] = []

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        photons = renderer(values_of(x)) + 0.01
        loss = (photons - data * photons.log()).mean()
        loss.backward()
        losses.append(loss.item())
        return loss

    for _ in range(steps):
        optimiser.step(closure)
    return losses


x_adam, x_lbfgs = x_start.clone().requires_grad_(), x_start.clone().requires_grad_()
courses = {"Adam": course(torch.optim.Adam([x_adam], lr=0.1), x_adam, 150),
           "L-BFGS": course(torch.optim.LBFGS([x_lbfgs], max_iter=40, line_search_fn="strong_wolfe"), x_lbfgs, 1)}
with torch.no_grad():
    columns = [values_of(x).tolist() for x in (x_start, x_adam, x_lbfgs, torch.zeros_like(x_start))]
print("            start      Adam    L-BFGS     truth")
for name, unit, *row in zip(renderer.names, renderer.units, *columns):
    print(f"{name:9}" + "".join(f"{value:10.4f}" for value in row), unit)
print({name: f"{len(losses)} images" for name, losses in courses.items()})

# %% [markdown]
# ## A network that sees how a crystal is turned
#
# The network gets an image and says how far the crystal is turned from a known orientation, up to a quarter of a
# degree. Nobody tells it the answer: its angles are rendered, and the loss compares that image with the one it was
# given. Images this small are rendered faster by one thread than by many.

# %%
small = femtobragg.torch.Render(truth.replace(pixels=32, pixel_size_mm=1), "misset", dtype=torch.float32, threads=1)


def stills(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Turns in degrees, shape (count, 3), and images."""
    turns = 0.5 * torch.rand(count, 3) - 0.25
    with torch.no_grad():
        return turns, torch.stack([small(small.start + t) for t in turns])


turns, images = stills(256)
test_turns, test_images = stills(64)
brightness = images.mean()


def seen(images: torch.Tensor) -> torch.Tensor:
    return torch.log1p(images / brightness).flatten(1)


network = torch.nn.Sequential(torch.nn.Linear(32 * 32, 64), torch.nn.Tanh(), torch.nn.Linear(64, 3))
optimiser = torch.optim.Adam(network.parameters(), lr=2e-3)
errors = []
for epoch in range(25):
    for batch in torch.randperm(len(images)).split(16):
        angles = 0.25 * torch.tanh(network(seen(images[batch])))
        rendered = torch.stack([small(small.start + a) for a in angles])
        loss = ((seen(rendered) - seen(images[batch])) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        found = 0.25 * torch.tanh(network(seen(test_images)))
    errors.append((found - test_turns).pow(2).mean().sqrt().item())
print(f"turns of new images, degrees: {test_turns.pow(2).mean().sqrt():.3f} at random, "
      f"{errors[0]:.3f} off after one epoch, {errors[-1]:.3f} after {len(errors)}")

# %% [markdown]
# ## Pictures

# %%
try:
    import matplotlib.pyplot as plt
    from matplotlib.colors import LogNorm
except ImportError:
    sys.exit("no picture: matplotlib is not installed")

figure, axes = plt.subplots(1, 3, figsize=(13, 4), constrained_layout=True)
drawn = axes[0].imshow(data, norm=LogNorm(1, np.percentile(data, 99.5), clip=True), cmap="gray_r", aspect="equal")
axes[0].set(title="data", xlabel="fast (px)", ylabel="slow (px)")
figure.colorbar(drawn, ax=axes[0], label="photons", shrink=0.85)
least = min(map(min, courses.values()))
for name, losses in courses.items():
    axes[1].semilogy(np.array(losses) - least + 1e-4, label=name)
axes[1].set(title="orientation and cell", xlabel="images rendered", ylabel="loss above the lowest, + 0.0001")
axes[2].plot(range(1, len(errors) + 1), errors, label="network")
axes[2].axhline(test_turns.pow(2).mean().sqrt(), color="grey", linestyle=":", label="without looking")
axes[2].set(title="turns of new images", xlabel="epoch", ylabel="error (deg)", ylim=(0, None))
for ax in axes[1:]:
    ax.legend()
folder.mkdir(parents=True, exist_ok=True)
figure.savefig(folder / "train_with_torch.png", dpi=120)
print("wrote", folder / "train_with_torch.png")
