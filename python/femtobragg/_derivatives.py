"""Derivatives of images with respect to parameters of the experiment."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._checks import array_of, reworded, short, wrong
from ._errors import Error, nearest
from ._experiment import Experiment
from ._progress import Following, Progress
from ._rendering import OneAtATime, _require, render, request_of


@dataclass(frozen=True)
class Parameter:
    """A number of an experiment that can be differentiated and refined.

    Attributes
    ----------
    name, unit, help : str
        The unit is that of values; derivatives are in photons per unit.
    value : float
        NaN for a pattern of names, such as those of single reflections.
    scale : float
        A change that an image shows.
    bounds : (float, float)
    why_not : str or None
        Why the image has no derivative here.
    """

    name: str
    unit: str
    help: str
    value: float
    scale: float
    bounds: tuple[float, float]
    why_not: str | None


def parameters(experiment: Experiment) -> dict[str, Parameter]:
    """All parameters of an experiment, by name."""
    return {p["name"]: Parameter(p["name"], p["unit"], p["help"], p["value"], p["scale"], (p["lowest"], p["highest"]),
                                 p["why_not"]) for p in _core.parameters(_require(experiment, "parameters")._model)}


@dataclass(frozen=True, eq=False)
class Jacobian:
    """An image and its derivatives.

    Attributes
    ----------
    image : array of float64, shape (slow, fast)
        Photons.
    derivatives : array of float64, shape (parameters, slow, fast)
        Photons per unit of each parameter.
    names, units : tuple of str
    values : array, shape (parameters,)
    """

    image: NDArray[np.float64]
    derivatives: NDArray[np.float64]
    names: tuple[str, ...]
    units: tuple[str, ...]
    values: NDArray[np.float64]

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """The derivative with respect to one parameter, shape (slow, fast)."""
        if name not in self.names:
            raise KeyError(f"{name}: the parameters are {', '.join(self.names)}")
        return self.derivatives[self.names.index(name)]  # type: ignore[no-any-return]


class Gradient:
    """Derivatives at many points: tables and plans are kept from one to the next.

    Threads that use one of them wait for each other. It can be pickled and copied. Of an experiment with a response,
    the detector's expected numbers take the place of photons: gain x (photons, spread) + pedestal.

    Parameters
    ----------
    experiment : Experiment
    names : list of str
        Parameters, or families by a common stem: "cell", "misset"; "all".
    device, number_type, tolerance, threads
        See `femtobragg.Simulation`.
    """

    def __init__(self, experiment: Experiment, names: str | Sequence[str], *, device: str = "auto",
                 number_type: str | None = "float64", tolerance: float = 0, threads: int = 0) -> None:
        self._experiment = _require(experiment, "Gradient(experiment)")
        self._request: dict[str, Any] = dict(device=device, number_type=number_type, tolerance=tolerance,
                                             threads=threads)
        try:
            self._core = _core.Derivatives(experiment._model, _names_of(names), request_of(**self._request))
        except Error as error:
            raise reworded(error) from None
        self.names: tuple[str, ...] = tuple(self._core.names)
        self.start: NDArray[np.float64] = np.array(self._core.start)
        infos = self._core.infos
        self.units: tuple[str, ...] = tuple(i["unit"] for i in infos)
        self.scales: NDArray[np.float64] = np.array([i["scale"] for i in infos])
        self.bounds: NDArray[np.float64] = np.array([[i["lowest"], i["highest"]] for i in infos]).reshape(-1, 2)
        for array in (self.start, self.scales, self.bounds):
            array.setflags(write=False)
        self._turn = OneAtATime("Gradient")

    @property
    def experiment(self) -> Experiment:
        return self._experiment

    @property
    def shape(self) -> tuple[int, int]:
        return tuple(self._core.shape)  # type: ignore[return-value]

    def __reduce__(self) -> tuple[Any, ...]:
        return _gradient, (self._experiment, self.names, self._request)

    def _named(self, given: Mapping[Any, Any], others: Any, where: str) -> list[Any]:
        """One number for each parameter."""
        for name in given:
            if name not in self.names:
                near = nearest(name, self.names) if isinstance(name, str) else ""
                raise Error(what="an unknown parameter", where=where, value=short(name),
                            rule=f"did you mean {near}?" if near else "they are " + ", ".join(self.names))
        return [given.get(n, other) for n, other in zip(self.names, others)]

    def _numbers(self, given: Any, others: Any, where: str) -> NDArray[np.float64]:
        numbers = array_of(self._named(given, others, where) if isinstance(given, Mapping) else given, where, "iuf")
        if numbers.shape != self.start.shape:
            raise Error(what="the number of values differs from the number of parameters", where=where,
                        value=f"shape {numbers.shape}", rule=f"({len(self.names)},): {', '.join(self.names)}")
        for name, number in zip(self.names, numbers):
            if not np.isfinite(number):
                raise Error(what=f"{name} is not finite", where=where, value=str(number))
        return numbers.astype(float)

    def _point(self, values: Any, where: str) -> NDArray[np.float64]:
        return self._numbers({} if values is None else values, self.start, where)

    def _image(self, values: Any) -> Any:
        """Without derivatives, in the number type of these."""
        at = self._point(values, "values")
        experiment = self._experiment.with_parameters(dict(zip(self.names, at.tolist())))
        photons = np.asarray(render(experiment, dtype=self._request["number_type"] or "float64", **self._request))
        return _core.recorded(experiment._model, photons, True)[0].astype(photons.dtype)

    def jacobian(self, values: Any = None, *, progress: Progress = False) -> Jacobian:
        """Image and derivatives at these values; a mapping gives some of them. The others are the experiment's own."""
        at = self._point(values, "jacobian(values)")
        with self._turn(), Following(progress, int(np.prod(self.shape)), "derivatives") as follow:
            self._core.move_to(at.tolist())
            image, derivatives = self._core.jacobian(follow)
        return Jacobian(image, derivatives, self.names, self.units, at)

    def vjp(self, weights: Any, values: Any = None) -> NDArray[np.float64]:
        """Shape (parameters,): sums over pixels of weight x derivative. With weights dL/d(photons), shape (slow, fast),
        the derivatives of a loss L."""
        pixels = array_of(weights, "vjp(weights)").astype(float, order="C")
        if pixels.shape != self.shape:
            raise Error(what="the weights do not have the shape of the image", where="vjp(weights)",
                        value=str(pixels.shape), rule=f"its shape (slow, fast) is {self.shape}")
        at = self._point(values, "vjp(values)")
        with self._turn():
            self._core.move_to(at.tolist())
            return self._core.vjp(pixels)  # type: ignore[no-any-return]

    def jvp(self, direction: Any, values: Any = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The image, and its derivative along a direction of the parameters: shape (parameters,), or a mapping."""
        along = self._numbers(direction, np.zeros(len(self.names)), "jvp(direction)")
        at = self._point(values, "jvp(values)")
        with self._turn():
            self._core.move_to(at.tolist())
            image, derivative = self._core.jvp(along.tolist())
        return image, derivative


def _names_of(names: Any) -> list[str]:
    listed = [names] if isinstance(names, str) else list(names) if isinstance(names, Iterable) else [names]
    if not all(isinstance(n, str) for n in listed):
        raise wrong("names", "the names of parameters", names)
    return listed


def _gradient(experiment: Experiment, names: Sequence[str], request: dict[str, Any]) -> Gradient:
    return Gradient(experiment, names, **request)


def jacobian(experiment: Experiment, names: str | Sequence[str], values: Any = None, *, progress: Progress = False,
             **request: Any) -> Jacobian:
    """The image of an experiment, and its derivatives with respect to parameters.

    Parameters
    ----------
    experiment : Experiment
    names : list of str
        Parameters, or families by a common stem: "cell", "misset"; "all". `parameters` lists them.
    values : array or mapping
        Where derivatives are taken. None: at the experiment's own values.
    **request
        device, number_type, tolerance, threads: see `Simulation`.

    Examples
    --------
    >>> j = femtobragg.jacobian(experiment, ["misset", "cell_a"])
    >>> j["cell_a"].shape == experiment.shape
    True
    """
    return Gradient(experiment, names, **request).jacobian(values, progress=progress)


def vjp(experiment: Experiment, names: str | Sequence[str], weights: Any, values: Any = None,
        **request: Any) -> NDArray[np.float64]:
    """Shape (parameters,): sums over pixels of weight x d(photons)/d(parameter). See `Gradient.vjp`."""
    return Gradient(experiment, names, **request).vjp(weights, values)


def jvp(experiment: Experiment, names: str | Sequence[str], direction: Any, values: Any = None,
        **request: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The image, and its derivative along a direction of the parameters. See `Gradient.jvp`."""
    return Gradient(experiment, names, **request).jvp(direction, values)


@dataclass(frozen=True, eq=False)
class LeastSquaresProblem:
    """Residuals of a fit, and their Jacobian, for `scipy.optimize.least_squares`.

    Variables are in units of each parameter's scale, from the start: ``x = (value - start) / scale``.

    Attributes
    ----------
    fun, jac : callable
        Of x: (model - target) / sigma of all pixels used, shape (n,), and the derivatives, shape (n, parameters).
    x0 : array
        Zeros.
    bounds : (array, array)
    names : tuple of str
    """

    fun: Callable[[Any], NDArray[np.float64]]
    jac: Callable[[Any], NDArray[np.float64]]
    x0: NDArray[np.float64]
    bounds: tuple[NDArray[np.float64], NDArray[np.float64]]
    names: tuple[str, ...]
    start: NDArray[np.float64]
    scales: NDArray[np.float64]

    def values(self, x: Any) -> dict[str, float]:
        """Of the parameters, by name, each in its unit."""
        return dict(zip(self.names, (self.start + self.scales * np.asarray(x)).tolist()))


def least_squares_problem(experiment: Experiment, names: str | Sequence[str], target: Any, *, sigma: Any = None,
                          mask: Any = None, **request: Any) -> LeastSquaresProblem:
    """What `scipy.optimize.least_squares` needs to fit an experiment to an image.

    Parameters
    ----------
    target : array, shape (slow, fast)
        Photons. Of an image of `read`, pixels that are not valid are excluded, and its pedestal is subtracted.
    sigma : array or float
        Standard deviations; None: of counting, sqrt(target + 1).
    mask : array, shape (slow, fast)
        Pixels where it is zero or False are excluded, as are those that the experiment does not render.

    Examples
    --------
    >>> r = femtobragg.least_squares_problem(start, ["misset", "fluence"], target)
    >>> fit = scipy.optimize.least_squares(r.fun, r.x0, r.jac, bounds=r.bounds)
    >>> r.values(fit.x)
    """
    gradient = Gradient(experiment, names, **request)
    wanted = _of_image(target, experiment, "least_squares_problem(target)").astype(float)
    wanted -= getattr(target, "pedestal", None) or 0
    use = experiment.mask & np.isfinite(wanted)
    if getattr(target, "valid", None) is not None:
        use &= target.valid
    if mask is not None:
        use &= _of_image(mask, experiment, "least_squares_problem(mask)").astype(bool)
    if not use.any():
        raise Error(what="no pixel is left", where="least_squares_problem(mask)")
    if sigma is None:
        spread = np.sqrt(np.maximum(wanted[use], 0) + 1)
    elif np.ndim(sigma) == 0:
        spread = array_of(sigma, "least_squares_problem(sigma)").astype(float)
    else:
        spread = _of_image(sigma, experiment, "least_squares_problem(sigma)").astype(float)[use]
    if not (np.isfinite(spread).all() and (spread > 0).all()):
        raise Error(what="standard deviations must be finite and above zero", where="least_squares_problem(sigma)")
    last: tuple[bytes, Jacobian] | None = None

    def at(x: Any) -> Jacobian:
        nonlocal last
        moved = np.asarray(x, dtype=float)
        here = last
        if here is None or here[0] != moved.tobytes():
            last = here = moved.tobytes(), gradient.jacobian(gradient.start + gradient.scales * moved)
        return here[1]

    def fun(x: Any) -> NDArray[np.float64]:
        return (at(x).image[use] - wanted[use]) / spread  # type: ignore[no-any-return]

    def jac(x: Any) -> NDArray[np.float64]:
        j = at(x)
        return np.stack([d[use] * s / spread for d, s in zip(j.derivatives, gradient.scales)], axis=1)

    low, high = (gradient.bounds - gradient.start[:, None]).T / gradient.scales
    return LeastSquaresProblem(fun, jac, np.zeros(len(gradient.names)), (low, high), gradient.names, gradient.start,
                    gradient.scales)


def _of_image(values: Any, experiment: Experiment, where: str) -> NDArray[Any]:
    array = array_of(values, where)
    if array.shape != experiment.shape:
        raise Error(what="an array does not have the shape of the image", where=where, value=str(array.shape),
                    rule=f"its shape (slow, fast) must be {experiment.shape}")
    return array
