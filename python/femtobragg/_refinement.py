"""Fits of experiments to measured images."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core, _interop
from ._checks import array_of, flag, number, short, whole, wrong
from ._derivatives import _names_of
from ._errors import Error
from ._experiment import Experiment
from ._rendering import _photons, _require, render, request_of


@dataclass(frozen=True)
class RefinedParameter:
    """A parameter of a fit.

    `image` is None for one that all images share; `standard_error` is that of counting; `at_bound`: the fit would take
    it further.
    """

    name: str
    unit: str
    image: int | None
    start: float
    value: float
    standard_error: float
    at_bound: bool
    tied: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"[{self.image}]" if self.image is not None else ""
        text = f"{self.name}{where} {self.value:.8g} ± {self.standard_error:.2g} {self.unit}".rstrip()
        return text + (", at its bound" if self.at_bound else "")


@dataclass(frozen=True, eq=False)
class SmoothBackground:
    """The smooth background of a measured image.

    Attributes
    ----------
    form : str
        As "radial:200" or "polynomial:3".
    photons : array, shape (slow, fast)
    curve : array, shape (n, 3)
        sin(theta) / lambda in 1/A, resolution in A, and photons: means over rings.
    scatterer : array, shape (n, 2), or None
        Of a radial one, what scatters like this in the experiment: sin(theta) / lambda in 1/A, and intensities in
        electrons^2.
    """

    form: str
    photons: NDArray[np.float64]
    curve: NDArray[np.float64]
    scatterer: NDArray[np.float64] | None


@dataclass(frozen=True, eq=False)
class Refinement:
    """What a fit has found.

    Attributes
    ----------
    parameters : list of RefinedParameter
    correlation : array, shape (n, n)
        Between the parameters.
    experiments : list of Experiment
        As refined, one for each image.
    image_correlation : list of float
        Of model and data.
    costs : list of float
        At each step.
    reduced_chi_squared, cost_before, cost, seconds : float
    converged, stopped : bool
    termination : str
    notes : list of str
        Automatic choices and the reasons.
    backgrounds : list of SmoothBackground
        One for each image, if they were fitted.
    """

    parameters: list[RefinedParameter]
    correlation: NDArray[np.float64]
    experiments: list[Experiment]
    image_correlation: list[float]
    costs: list[float]
    reduced_chi_squared: float
    cost_before: float
    cost: float
    seconds: float
    converged: bool
    stopped: bool
    termination: str
    notes: list[str]
    targets: list[NDArray[np.float32]] = field(repr=False)
    backgrounds: list[SmoothBackground] = field(default_factory=list, repr=False)

    @property
    def experiment(self) -> Experiment:
        """The first one."""
        return self.experiments[0]

    @property
    def values(self) -> dict[str, float]:
        """By name; those of single images as "misset_x[2]"."""
        return {p.name + (f"[{p.image}]" if p.image is not None and len(self.experiments) > 1 else ""): p.value
                for p in self.parameters}

    def residual(self, image: int = 0) -> NDArray[np.float64]:
        """(data - model) / sqrt(model + 1) of an image in photons, shape (slow, fast); NaN where nothing is rendered or
        a mask excludes the pixel. The model includes a fitted background."""
        experiment = self.experiments[image]
        with_pedestal = any(p.name == "pedestal" for p in self.parameters)
        numbers, gain, pedestal = _core.recorded(experiment._model, render(experiment), with_pedestal)
        model = (numbers - pedestal) / gain
        if self.backgrounds:
            model = model + self.backgrounds[image].photons
        sigmas = ((self.targets[image] - pedestal) / gain - model) / np.sqrt(np.maximum(model, 0) + 1)
        return np.where(self.experiments[image].mask, sigmas, np.nan)

    def __str__(self) -> str:
        end = "converged" if self.converged else f"not converged: {self.termination}"
        return "\n".join([*map(str, self.parameters), f"reduced chi^2 {self.reduced_chi_squared:.5g}; {end}"])


def refine(targets: Any, experiment: Experiment | Sequence[Experiment], names: str | Sequence[str], *,
           restraints: Mapping[str, tuple[float, float]] | None = None,
           bounds: Mapping[str, tuple[float, float]] | None = None, ties: Sequence[Sequence[str]] = (),
           start: Mapping[str, float] | None = None, masks: Any = None, offset: float | None = None,
           background: str | None = None, per_image: Sequence[str] = (), shared: Sequence[str] = (),
           loss: str = "poisson", pixels: Any = None,
           levels: int | None = None, default_restraints: bool = True, max_iterations: int = 100,
           min_correlation: float = 0.2, seed: int = 1, device: str = "auto", tolerance: float = 0, threads: int = 0,
           progress: bool | Callable[[int, int, float, float], object] = False) -> Refinement:
    """Fits parameters of an experiment to one or several measured images.

    Parameters
    ----------
    targets : array, shape (slow, fast); or several: a list, or shape (images, slow, fast)
        Photons. Pixels that are NaN are excluded; of images of `read`, also those that are not valid.
    experiment : Experiment, or a list with one for each target
        Where the fit starts.
    names : list of str
        Parameters, or families: "misset", "cell"; `femtobragg.parameters` lists them.
    restraints : {name: (value, sigma)}
        Pulls a parameter towards a value.
    bounds : {name: (lowest, highest)}
    ties : list of lists of names
        Parameters that have one value: [["cells_a", "cells_b"]].
    start : {name: value}
        Starting values, instead of the experiment's.
    masks : array, shape (slow, fast); or one for each target
        Pixels where they are zero or False are excluded.
    offset : float
        Value of a pixel without photons. None: what an image of `read` states, otherwise the pedestal of the
        experiment's response, or 0. It is subtracted; but if "pedestal" is a parameter, this is where it starts.
    background : {"radial", "polynomial"}
        Fits a smooth background to the pixels between the spots, see `smooth_background`; the experiment then has
        none of its own. None: the model explains all photons.
    per_image, shared : lists of names
        By default each image has its own orientation and fluence.
    loss : {"poisson", "gaussian", "huber"}
    pixels : {"all", "peaks"} or int
        Which pixels are used, or how many at random. None: chosen from how far the start is from the data.
    levels : int
        Coarse levels before the true model. None: chosen from how far the start is from the data.
    default_restraints : bool
        Weakly restrains correlated parameters to their starting values.
    max_iterations : int
        Of each level.
    min_correlation : float
        Of model and data; a fit that ends below it is an error.
    seed : int
        Of the random choice of pixels.
    device, tolerance, threads
        See `femtobragg.Simulation`.
    progress : bool or callable
        True: a line for each step. A function is called with level, iteration, cost and seconds left.

    Raises
    ------
    femtobragg.Error
        For unknown parameters, images without signal, parameters that the images do not determine, and fits that
        explain nothing.

    Examples
    --------
    >>> fit = femtobragg.refine(target, start, ["misset", "cell_a", "fluence"])
    >>> print(fit)
    >>> femtobragg.render(fit.experiment)
    """
    images = _several(targets)
    starts = list(experiment) if isinstance(experiment, (list, tuple)) else [experiment] * len(images)
    if not images:
        raise Error(what="no image to fit", where="refine(targets)")
    if len(starts) != len(images):
        raise Error(what="the number of experiments differs from the number of targets", where="refine(experiment)",
                    value=str(len(starts)), rule=f"there are {len(images)} targets")
    for one in starts:
        _require(one, "refine(experiment)")
    arrays = [_photons(t, "refine(targets)") for t in images]
    given = _several(masks) if isinstance(masks, (list, tuple)) or np.ndim(masks) == 3 else [masks] * len(images)
    if len(given) != len(images):
        raise Error(what="the number of masks differs from the number of targets", where="refine(masks)",
                    value=str(len(given)), rule=f"there are {len(images)} targets")
    usable = [_usable(m, t, "refine(masks)") for m, t in zip(given, images)]
    stated = _stated_offset(offset, images, "refine(offset)")
    if progress is not True and progress is not False and not callable(progress):
        raise wrong("refine(progress)", "True, False, or a function", progress)
    options = {
        "background": None if background is None else _form(background, "refine(background)"),
        "parameters": _names_of(names), "per_image": _names_of(per_image), "shared": _names_of(shared), "loss": loss,
        "pixels": pixels if pixels is None or isinstance(pixels, str) else str(whole(pixels, "refine(pixels)", 1)),
        "restraints": [(n, *_pair(v, f"restraints['{n}']")) for n, v in _items(restraints, "restraints")],
        "bounds": [(n, *_pair(v, f"bounds['{n}']", finite=False)) for n, v in _items(bounds, "bounds")],
        "ties": [_names_of(t) for t in ties],
        "default_restraints": flag(default_restraints, "refine(default_restraints)"),
        "start": [(n, number(v, f"refine(start['{n}'])")) for n, v in _items(start, "start")],
        "levels": None if levels is None else whole(levels, "refine(levels)", 0, 20),
        "most_iterations": whole(max_iterations, "refine(max_iterations)"),
        "least_correlation": number(min_correlation, "refine(min_correlation)"),
        "seed": whole(seed, "refine(seed)"), "request": request_of(device, None, tolerance, threads)}
    tell = _tell if progress is True else progress or None
    with _in_python():
        result, refined, backgrounds, subtracted = _core.refine([e._model for e in starts], arrays, usable, stated,
                                                                options, tell)
    experiments = []
    for before, (model, values) in zip(starts, refined):
        experiments.append(before._stepped(dict(values), model))
    found = [RefinedParameter(p["name"], p["unit"], p["image"], p["start"], p["value"], p["standard_error"],
                              p["at_bound"], tuple(p["tied"])) for p in result["parameters"]]
    same = ("correlation", "image_correlation", "costs", "reduced_chi_squared", "cost_before", "cost", "seconds",
            "converged", "stopped", "termination", "notes")
    return Refinement(parameters=found, experiments=experiments, **{n: result[n] for n in same}, targets=[
        np.where(True if m is None else m != 0, a - np.float32(s), np.float32(np.nan))
        for a, m, s in zip(arrays, usable, subtracted)], backgrounds=[_background_of(b) for b in backgrounds])


def smooth_background(target: Any, experiment: Experiment, form: str = "radial", *, mask: Any = None,
                      offset: float | None = None, spots: Any = None) -> SmoothBackground:
    """The smooth background of a measured image, from the pixels between its spots.

    Parameters
    ----------
    target : array, shape (slow, fast)
        Photons. Pixels that are NaN are excluded; of images of `read`, also those that are not valid.
    experiment : Experiment
        Its detector and beam count, its crystal does not.
    form : str
        "radial": the same at all places of one scattering angle, apart from solid angle, polarization and sensor;
        "radial:40" with 40 intervals of the angle (4 to 400) in place of 200. "polynomial": one of the place on each
        panel, of degree 3; "polynomial:2" of degree 2 (0 to 8).
    mask : array, shape (slow, fast)
        Pixels where it is zero or False are excluded.
    offset : float
        Value of a pixel without photons. None: what an image of `read` states, otherwise 0.
    spots : array, shape (slow, fast)
        Photons of a model's spots, such as `render` makes of it. None: spots are what stands out.

    Examples
    --------
    >>> net = data - femtobragg.smooth_background(data, experiment).photons
    """
    e = _require(experiment, "smooth_background(experiment)")
    with _in_python():
        found = _core.smooth_background(
            e._model, _photons(target, "smooth_background(target)"),
            _usable(mask, target, "smooth_background(mask)"), _offset(offset, [target], "smooth_background(offset)"),
            _form(form, "smooth_background(form)"),
            None if spots is None else np.asarray(_photons(spots, "smooth_background(spots)"), dtype=float))
    return _background_of(found)


def _form(given: Any, where: str) -> str:
    if not isinstance(given, str):
        raise wrong(where, "a form such as 'radial' or 'polynomial:2'", given)
    return given


def _background_of(found: tuple[Any, ...]) -> SmoothBackground:
    return SmoothBackground(*found)


def _several(arrays: Any) -> list[Any]:
    several = isinstance(arrays, (list, tuple)) or getattr(arrays, "ndim", 2) == 3
    return list(arrays) if several else [arrays]


def _usable(mask: Any, target: Any, where: str) -> NDArray[np.uint8] | None:
    """Not zero where a pixel of the target is fitted; None: everywhere."""
    valid = getattr(target, "valid", None)
    if mask is None and valid is None:
        return None
    used = np.asarray(True) if mask is None else array_of(mask, where) != 0
    if valid is not None and (mask is None or used.shape == valid.shape):  # the library refuses others
        used = used & valid
    return np.ascontiguousarray(used, dtype=np.uint8)


def _offset(given: float | None, targets: Sequence[Any], where: str) -> float:
    """Value of a pixel without photons, the same for all."""
    return _stated_offset(given, targets, where) or 0.0


def _stated_offset(given: float | None, targets: Sequence[Any], where: str) -> float | None:
    """None: nobody says."""
    if given is not None:
        return number(given, where)
    known = [getattr(t, "pedestal", None) for t in targets]
    if all(pedestal is None for pedestal in known):
        return None
    stated = {pedestal or 0.0 for pedestal in known}
    if len(stated) > 1:
        raise Error(what="the images state different pedestals", where=where, value=", ".join(map(str, sorted(stated))),
                    remedy="subtract them and give offset=0")
    return float(stated.pop())


def _items(given: Any, where: str) -> Iterable[tuple[str, Any]]:
    if given is not None and not isinstance(given, Mapping):
        raise wrong(f"refine({where})", "a mapping from names", given)
    return (given or {}).items()


@contextmanager
def _in_python() -> Iterator[None]:
    """Arguments instead of the flags that messages of the library speak of."""
    try:
        yield
    except Error as error:
        def argument(match: re.Match[str]) -> str:
            return match[1].replace("-", "_") + "=..."

        parts = {name: re.sub(r"--(\w[\w-]*)", argument, str(getattr(error, name)))
                 for name in ("what", "where", "value", "rule", "remedy")}
        raise Error(kind=error.kind, **parts) from None


def _pair(value: Any, where: str, finite: bool = True) -> tuple[float, float]:
    try:
        first, second = (float(v) for v in value)
    except (TypeError, ValueError) as error:
        raise Error(what="not a pair of numbers", where=f"refine({where})", value=short(value)) from error
    if finite and not (np.isfinite(first) and np.isfinite(second)):
        raise Error(what="a number that is not finite", where=f"refine({where})", value=short(value))
    return first, second


def _tell(level: int, iteration: int, cost: float, seconds_left: float) -> None:
    print(f"level {level} iteration {iteration}: cost {cost:.8g}; about {seconds_left:.2g} s left", flush=True)


@dataclass(frozen=True, eq=False)
class Orientation:
    """An orientation that explains an image.

    Attributes
    ----------
    experiment : Experiment
        With its crystal turned.
    misset_deg : array, shape (3,)
        Rotations about lab x, y, z, in this order.
    rotation : array, shape (3, 3)
        Turns the crystal of the experiment that was given.
    score : float
        Share of the peaks that the lattice explains.
    correlation : float
        Of image and model, with broad spots, in logarithms.
    """

    experiment: Experiment
    misset_deg: NDArray[np.float64]
    rotation: NDArray[np.float64]
    score: float
    correlation: float


def orient(target: Any, experiment: Experiment, *, mask: Any = None, offset: float = 0, device: str = "auto",
           threads: int = 0) -> list[Orientation]:
    """Finds the orientation of a crystal of known cell from one image, from any start.

    Parameters
    ----------
    target : array, shape (slow, fast)
        Photons.
    experiment : Experiment
        With the cell; its orientation does not matter.
    mask : array, shape (slow, fast)
        Pixels where it is zero or False are excluded.
    offset : float
        Value of a pixel without photons.
    device, threads
        See `femtobragg.Simulation`.

    Returns
    -------
    list of Orientation
        The best first. `refine` takes it from there.
    """
    e = _require(experiment, "orient(experiment)")
    with _in_python():
        found = _core.orient(e._model, _photons(target, "orient(target)"), _usable(mask, target, "orient(mask)"),
                             _offset(offset, [target], "orient(offset)"), request_of(device, None, 0, threads))
    before = _interop.matrix_of_misset(e.misset_deg)
    orientations = []
    for rotation, score, correlation in found:
        angles = _interop.misset_deg(rotation @ before)
        turned = e.replace(misset_deg=angles, misset_random=None, misset_seed=None, crystals=None)
        orientations.append(Orientation(turned, np.array(angles), rotation, score, correlation))
    return orientations
