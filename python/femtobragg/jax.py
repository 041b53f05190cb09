"""Images as functions of JAX: losses of photons have derivatives with respect to parameters of the experiment.

>>> import femtobragg.jax
>>> renderer = femtobragg.jax.render(experiment, ["misset", "cell_a"])
>>> jax.grad(lambda values: ((renderer(values) - data) ** 2).sum())(renderer.start)
"""
from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

try:
    import jax
    import jax.numpy as jnp
except ImportError as error:
    raise ImportError("femtobragg.jax needs JAX, which is not installed: pip install jax") from error

from ._derivatives import Gradient
from ._errors import Error
from ._experiment import Experiment

__all__ = ["Renderer", "render"]

#: Newer versions want to know what `jax.vmap` makes of a call of the host: one image after the other.
_ONE_BY_ONE: dict[str, Any] = ({"vmap_method": "sequential"}
                               if "vmap_method" in inspect.signature(jax.pure_callback).parameters else {})


class Renderer:
    """Photons of an image, shape (slow, fast), as a function of values, shape (n,), each in its unit.

    It may be part of what `jax.jit`, `jax.grad` and `jax.vmap` transform. There are first derivatives only, and in
    reverse. The image has the dtype of the values: float32, or float64 where ``jax_enable_x64`` is set.

    Attributes
    ----------
    names, units : list of str
    start, scales : array, shape (n,)
        The experiment's values, and changes that an image shows.
    bounds : array, shape (n, 2)
    """

    def __init__(self, gradients: dict[Any, Gradient], photons: Callable[[Any], Any]) -> None:
        first = next(iter(gradients.values()))
        self.names, self.units = first.names, first.units
        self.start, self.scales, self.bounds = first.start, first.scales, first.bounds
        self._photons = photons

    def __call__(self, values: Any) -> Any:
        at = jnp.asarray(values)
        if at.dtype not in (jnp.float32, jnp.float64):
            raise Error(what="unsupported dtype", where="render(values)", value=str(at.dtype),
                        rule="it must be float32 or float64")
        if at.shape != (len(self.names),):
            raise Error(what="the number of values differs from the number of parameters", where="render(values)",
                        value=f"shape {at.shape}", rule=f"({len(self.names)},): {', '.join(self.names)}")
        return self._photons(at)


def render(experiment: Experiment, names: str | Sequence[str], *, device: str = "auto", tolerance: float = 0,
           threads: int = 0) -> Renderer:
    """The photons of an experiment as a function of values of its parameters.

    Parameters
    ----------
    experiment : Experiment
    names : list of str
        Parameters, or families by a common stem: "cell", "misset"; "all". `femtobragg.parameters` lists them.
    device : str
        What renders: see `femtobragg.devices`. JAX may run on any device of its own.
    tolerance, threads
        See `femtobragg.Simulation`.
    """
    gradients = {np.dtype(t): Gradient(experiment, names, number_type=t, device=device, tolerance=tolerance,
                                       threads=threads) for t in ("float64", "float32")}

    def on_host(values: Any) -> tuple[Any, Any]:
        at = np.asarray(values)
        jacobian = gradients[at.dtype].jacobian(at)
        return jacobian.image.astype(at.dtype), jacobian.derivatives.astype(at.dtype)

    def image_on_host(values: Any) -> Any:
        at = np.asarray(values)
        return gradients[at.dtype]._image(at)

    def image_of(values: Any) -> Any:
        image = jax.ShapeDtypeStruct(experiment.shape, values.dtype)
        return jax.pure_callback(image_on_host, image, values, **_ONE_BY_ONE)

    def forward(values: Any) -> tuple[Any, Any]:
        image = jax.ShapeDtypeStruct(experiment.shape, values.dtype)
        derivatives = jax.ShapeDtypeStruct((*values.shape, *experiment.shape), values.dtype)
        return jax.pure_callback(on_host, (image, derivatives), values, **_ONE_BY_ONE)  # type: ignore[no-any-return]

    def backward(derivatives: Any, weights: Any) -> tuple[Any]:
        return (jnp.tensordot(derivatives, weights, 2),)

    photons = jax.custom_vjp(image_of)
    photons.defvjp(forward, backward)
    return Renderer(gradients, photons)
