"""Images as a layer of PyTorch: losses of photons have derivatives with respect to parameters of the experiment.

>>> import femtobragg.torch
>>> renderer = femtobragg.torch.Render(experiment, ["misset", "cell_a"])
>>> loss = ((renderer() - data) ** 2).sum()
>>> loss.backward()
>>> renderer.values.grad  # per degree, per angstrom
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ._derivatives import Gradient
from ._errors import Error
from ._experiment import Experiment

__all__ = ["Render", "render"]

_NUMBER_TYPES = {torch.float64: "float64", torch.float32: "float32"}
#: Amplitudes of single reflections: each costs two images in a Jacobian, all of them together one in an adjoint.
_AMPLITUDE = re.compile(r"F(_-?\d+){3}")


class Render(torch.nn.Module):
    """An experiment as a module: from values of its parameters to the photons of its image.

    An image for which derivatives are needed comes with its Jacobian, from which `backward` gets them at nearly no
    cost. Where the Jacobian would take more memory than `max_bytes_kept`, only the image is computed, and `backward`
    computes the derivatives. Either way they are those of where the image was made, whatever has changed since.

    Parameters
    ----------
    experiment : Experiment
    names : list of str
        Parameters, or families by a common stem: "cell", "misset"; "all". `femtobragg.parameters` lists them.
    dtype : torch.float64 or torch.float32
        Of `values`; float32 takes half the time. None: float64.
    device : str
        What renders: see `femtobragg.devices`. Values and image may be on any device of PyTorch.
    tolerance, threads
        See `femtobragg.Simulation`.

    Attributes
    ----------
    values : torch.nn.Parameter, shape (n,)
        Each in its unit. They begin where the experiment has them.
    names, units : tuple of str
    start, scales : Tensor, shape (n,)
        The experiment's values, and changes that an image shows. Optimisers work best when variables have
        similar magnitudes: ``renderer(renderer.start + renderer.scales * x)``.
    bounds : Tensor, shape (n, 2)
    max_bytes_kept : int
        The largest Jacobian that an image keeps for `backward`.
    """

    values: torch.nn.Parameter
    start: torch.Tensor
    scales: torch.Tensor
    bounds: torch.Tensor
    max_bytes_kept: int = 2**28

    def __init__(self, experiment: Experiment, names: str | Sequence[str], *, dtype: torch.dtype | None = None,
                 device: str = "auto", tolerance: float = 0, threads: int = 0) -> None:
        super().__init__()
        dtype = torch.float64 if dtype is None else dtype
        self._request: dict[str, Any] = dict(device=device, tolerance=tolerance, threads=threads)
        gradient = Gradient(experiment, names, number_type=_number_type(dtype, "Render(dtype)"), **self._request)
        self._gradients = {dtype: gradient}
        self.names, self.units = gradient.names, gradient.units
        self.values = torch.nn.Parameter(torch.tensor(gradient.start, dtype=dtype))
        for name, numbers in (("start", gradient.start), ("scales", gradient.scales), ("bounds", gradient.bounds)):
            self.register_buffer(name, torch.tensor(numbers, dtype=dtype), persistent=False)

    def forward(self, values: torch.Tensor | None = None) -> torch.Tensor:
        """Photons, shape (slow, fast), of the dtype and on the device of the values.

        Parameters
        ----------
        values : Tensor of float64 or float32, shape (n,)
            Each in its unit. None: `self.values`.
        """
        at = self.values if values is None else values
        if not isinstance(at, torch.Tensor):
            raise Error(what="not a tensor", where="Render(values)", value=type(at).__name__)
        number_type = _number_type(at.dtype, "Render(values)")
        if at.shape != (len(self.names),):
            raise Error(what="the number of values differs from the number of parameters", where="Render(values)",
                        value=f"shape {tuple(at.shape)}", rule=f"({len(self.names)},): {', '.join(self.names)}",
                        remedy="for several images: torch.stack([renderer(v) for v in values])" if at.ndim > 1 else "")
        if at.dtype not in self._gradients:
            self._gradients[at.dtype] = Gradient(self.experiment, self.names, number_type=number_type, **self._request)
        if torch.is_grad_enabled() and at.requires_grad:
            return _Photons.apply(at, self)  # type: ignore[no-any-return]
        return _tensor(self._gradients[at.dtype]._image(_array(at)), at)

    @property
    def experiment(self) -> Experiment:
        """What was given. `at` has the values of now."""
        return next(iter(self._gradients.values())).experiment

    def at(self, values: torch.Tensor | None = None) -> Experiment:
        """The experiment with these values of its parameters; None: with `self.values`."""
        return self.experiment.with_parameters(dict(zip(self.names, _array(self.values if values is None else values)
                                                        .tolist())))

    def extra_repr(self) -> str:
        return ", ".join(f"{n}={v:.8g}{' '[:len(u)]}{u}"
                         for n, v, u in zip(self.names, self.values.tolist(), self.units))

    def _keeps_jacobian(self) -> bool:
        slow, fast = self.experiment.shape
        return (8 * len(self.names) * slow * fast <= self.max_bytes_kept
                and not any(map(_AMPLITUDE.fullmatch, self.names)))


def render(experiment: Experiment, names: str | Sequence[str], values: torch.Tensor, *, device: str = "auto",
           tolerance: float = 0, threads: int = 0) -> torch.Tensor:
    """The photons of an experiment at other values of parameters, as a function of these values.

    Parameters
    ----------
    experiment, names, device, tolerance, threads
        See `Render`, which saves time when the same experiment is rendered again and again.
    values : Tensor of float64 or float32, shape (n,)
        Each in its unit.

    Returns
    -------
    Tensor, shape (slow, fast)
        Of the dtype and on the device of the values.
    """
    dtype = values.dtype if isinstance(values, torch.Tensor) else None
    module = Render(experiment, names, dtype=dtype, device=device, tolerance=tolerance, threads=threads)
    return module(values)  # type: ignore[no-any-return]


class _Photons(torch.autograd.Function):
    """Photons as a function of values."""

    @staticmethod
    def forward(ctx: Any, values: torch.Tensor, module: Render) -> torch.Tensor:  # type: ignore[override]
        ctx.values, ctx.gradient, ctx.point = values, module._gradients[values.dtype], _array(values).copy()
        if not module._keeps_jacobian():
            ctx.save_for_backward(None)
            return _tensor(ctx.gradient._image(ctx.point), values)
        jacobian = ctx.gradient.jacobian(ctx.point)
        ctx.save_for_backward(torch.from_numpy(jacobian.derivatives))
        return _tensor(jacobian.image, values)

    @staticmethod
    def backward(ctx: Any, weights: torch.Tensor) -> Any:  # type: ignore[override]
        return _Sums.apply(weights, ctx.values, ctx.gradient, ctx.point, *ctx.saved_tensors), None


class _Sums(torch.autograd.Function):
    """Sums over pixels of weight x derivative. They depend on weights and values, but that is as far as it goes."""

    @staticmethod
    def forward(ctx: Any, weights: torch.Tensor, values: torch.Tensor,  # type: ignore[override]
                gradient: Gradient, point: Any, derivatives: torch.Tensor | None) -> torch.Tensor:
        pixels = _array(weights).astype(float)
        # Weights that are no numbers may be those of masked pixels: the library knows.
        if derivatives is None or not np.isfinite(pixels).all():
            return _tensor(gradient.vjp(pixels, point), values)
        return _tensor(np.einsum("psf,sf->p", derivatives.numpy(), pixels), values)

    @staticmethod
    def backward(ctx: Any, _: torch.Tensor) -> Any:  # type: ignore[override]
        raise Error(what="second derivatives of an image", where="femtobragg.torch",
                    rule="only first derivatives are known",
                    remedy="leave out create_graph=True, or detach() the first")


def _number_type(dtype: torch.dtype, where: str) -> str:
    if dtype not in _NUMBER_TYPES:
        raise Error(what="unsupported dtype", where=where, value=str(dtype),
                    rule="it must be torch.float64 or torch.float32")
    return _NUMBER_TYPES[dtype]


def _array(tensor: torch.Tensor) -> np.ndarray[Any, np.dtype[Any]]:
    return tensor.detach().cpu().numpy()  # type: ignore[no-any-return]


def _tensor(array: Any, like: torch.Tensor) -> torch.Tensor:
    """Of the dtype and on the device of another."""
    return torch.from_numpy(np.asarray(array)).to(dtype=like.dtype, device=like.device)
