"""Images, counts and truth of experiments."""
from __future__ import annotations

import os
import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from threading import Lock, get_ident
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._checks import array_of, flag, number, one_of, whole, wrong
from ._errors import Error, FemtobraggWarning, nearest
from ._experiment import Experiment
from ._progress import Following, Progress

_COLOURS = ("grey", "ink", "inverse", "sea", "heat")


class Described(np.ndarray):  # type: ignore[type-arg]
    """An array that carries what is known about it. Copies and pickles keep that; what NumPy makes of it does not."""

    _about: tuple[str, ...] = ()

    def __array_finalize__(self, other: Any) -> None:
        for name in self._about:
            setattr(self, name, None)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        if array is self:  # image += 1
            return self
        return np.asarray(array)[()] if np.ndim(array) == 0 else np.asarray(array)

    def copy(self, order: Any = "C") -> Any:
        return _described(type(self), np.array(self, order=order), {n: getattr(self, n) for n in self._about})

    def __copy__(self) -> Any:
        return self.copy("K")

    def __deepcopy__(self, _: Any) -> Any:
        return self.copy("K")

    def __reduce__(self) -> Any:
        return _described, (type(self), np.asarray(self), {n: getattr(self, n) for n in self._about})


def _described(cls: type[Any], array: NDArray[Any], about: dict[str, Any]) -> Any:
    described = array.view(cls)
    for name, value in about.items():
        setattr(described, name, value)
    return described


class Image(Described):
    """Photons of each pixel: an array of shape (slow, fast), float32 or float64.

    Attributes
    ----------
    experiment : Experiment or None
        The experiment rendered; None for arrays that NumPy derives from an image.
    summary : dict
        ``ran_on`` (what computed, and in which number type), ``tolerance``, ``bound_photons`` (upper bound on the
        photons missing from any pixel; 0 without a tolerance), and of float32 ``solid_angle_sr``.
    """

    _about = ("experiment", "summary")
    experiment: Experiment | None
    summary: dict[str, Any]

    def __array_finalize__(self, other: Any) -> None:
        self.experiment, self.summary = None, {}

    @property
    def panels(self) -> list[NDArray[Any]]:
        """The part of each panel, as views."""
        e = _needed(self.experiment, "panels")
        return [np.asarray(self)[p["slices"]] for p in e.panels]

    def _repr_png_(self) -> bytes | None:
        if self.experiment is None or self.ndim != 2:
            return None
        return picture(self, longest_edge=800)


def _image_of(array: NDArray[Any], experiment: Experiment | None, summary: dict[str, Any]) -> Image:
    return _described(Image, array, {"experiment": experiment, "summary": summary})  # type: ignore[no-any-return]


def experiment_of(image: Any, experiment: Experiment | None) -> Experiment | None:
    """The one that was given, or that of the image."""
    return experiment if experiment is not None else getattr(image, "experiment", None)


def _needed(experiment: Any, where: str) -> Experiment:
    if experiment is None:
        raise Error(what="this array has no experiment", where=where, remedy="pass experiment=...")
    return _require(experiment, f"{where}(experiment)")


def _require(experiment: Any, where: str) -> Experiment:
    if not isinstance(experiment, Experiment):
        raise wrong(where, "a femtobragg.Experiment", experiment)
    return experiment


def request_of(device: str = "auto", number_type: str | None = None, tolerance: float = 0, threads: int = 0) -> Any:
    """A request for the library. Throws for names and values that it does not know."""
    if not isinstance(device, str):
        raise wrong("device", "one of auto, cpu, " + ", ".join(name for name, _ in devices()), device)
    if number_type is not None:
        one_of(number_type, "number_type", ("float64", "float32"))
    rule = "a number from 0 (exact) to below 1: a fraction of the brightest pixel"
    skipped = number(tolerance, "tolerance", rule)
    if not 0 <= skipped < 1:
        raise wrong("tolerance", rule, tolerance)
    return _core.RenderRequest(device, number_type or "", skipped, 0 if threads is None else whole(threads, "threads"))


def devices() -> list[tuple[str, str]]:
    """Name and description of all that can compute here; "auto" is the first."""
    return list(_core.devices())


def detectors() -> list[str]:
    """Names of detectors that ``Detector(name=...)`` and ``from_files(detector=...)`` know."""
    return list(_core.detectors())


class Simulation:
    """Renders an experiment repeatedly, and keeps the tables of structure factors between changes.

    Parameters
    ----------
    experiment : Experiment
    device : str
        As in `devices`; "auto", "cpu".
    number_type : {"float64", "float32"} or None
        In which the photons are computed. None: the device's choice. Where floats are too coarse, as for pixels far
        from any spot, doubles are used in either case; `summary["ran_on"]` says which.
    tolerance : float
        Error that may be made by skipping work, as a fraction of the brightest pixel. 0: nothing is skipped.
    threads : int
        0: all cores. The image does not depend on it.
    """

    def __init__(self, experiment: Experiment, *, device: str = "auto", number_type: str | None = None,
                 tolerance: float = 0, threads: int = 0) -> None:
        self._experiment = _require(experiment, "Simulation(experiment)")
        self._simulation = _core.Simulation(experiment._model, request_of(device, number_type, tolerance, threads))
        self._tolerance = float(tolerance)
        self._turn = OneAtATime("Simulation")

    @property
    def experiment(self) -> Experiment:
        """What is rendered next."""
        return self._experiment

    def update(self, experiment: Experiment) -> None:
        """Continues with another experiment. If it is refused, the old one stays."""
        model = _require(experiment, "Simulation.update(experiment)")._model
        with self._turn():
            self._simulation.update(model)
            self._experiment = experiment

    def render(self, *, dtype: Any = np.float32, progress: Progress = False) -> Image:
        """The photons of each pixel, shape (slow, fast); see `femtobragg.render`."""
        wanted = _dtype(dtype)
        with Following(progress, self._simulation.pixels, "rendering") as follow:
            return self._render(wanted, follow)

    def _render(self, wanted: np.dtype[Any], follow: Callable[[int], object] | None) -> Image:
        with self._turn():
            experiment = self._experiment
            draw = self._simulation.render_float64 if wanted == np.float64 else self._simulation.render
            array, summary = draw(follow)
        return _image_of(array, experiment, {**summary, "tolerance": self._tolerance})


class OneAtATime:
    """Threads that use one object wait for each other."""

    def __init__(self, what: str) -> None:
        self._what, self._lock, self._owner, self._process = what, Lock(), 0, os.getpid()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        if self._process != os.getpid():  # a thread that had its turn when the process forked is not here
            self._lock, self._owner, self._process = Lock(), 0, os.getpid()
        if self._owner == get_ident():
            raise Error(what=f"this {self._what} is busy", rule="its own progress function cannot use it",
                        remedy="make another one")
        with self._lock:
            self._owner = get_ident()
            try:
                yield
            finally:
                self._owner = 0


def _dtype(dtype: Any) -> np.dtype[Any]:
    rule = "float32 or float64 (detector_response() makes whole numbers)"
    try:
        wanted = np.dtype(np.float32 if dtype is None else dtype)
    except TypeError:
        raise wrong("dtype", rule, dtype) from None
    if wanted not in (np.float32, np.float64):
        raise wrong("dtype", rule, dtype)
    return wanted


def render(experiment: Experiment, *, dtype: Any = np.float32, device: str = "auto", number_type: str | None = None,
           tolerance: float = 0, threads: int = 0, progress: Progress = False) -> Image:
    """Renders the image of an experiment.

    Parameters
    ----------
    experiment : Experiment
    dtype : {float32, float64}
        Of the array. float32 is what image files hold; float64 is not rounded, and takes about as long as a
        derivative.
    device, number_type, tolerance, threads
        See `Simulation`.
    progress : bool or callable
        True: shows a bar (tqdm) or a line. A function is called with the pixels done and the pixels in all.

    Returns
    -------
    Image
        Photons, shape (slow, fast): all panels in their places in one array; zero where nothing is rendered.

    Raises
    ------
    femtobragg.Error
    KeyboardInterrupt
        At Ctrl-C, within fractions of a second.

    Examples
    --------
    >>> image = femtobragg.render(experiment, tolerance=1e-4, progress=True)
    """
    simulation = Simulation(experiment, device=device, number_type=number_type, tolerance=tolerance, threads=threads)
    return simulation.render(dtype=dtype, progress=progress)


def render_many(experiments: Iterable[Experiment], *, dtype: Any = np.float32, device: str = "auto",
                number_type: str | None = None, tolerance: float = 0, threads: int = 0,
                progress: Progress = False) -> Iterator[Image]:
    """Renders experiments on all cores, each image on one of them, and yields the images in order.

    The iterable may make experiments as they are needed: a few are taken ahead, so that a million need no more memory
    than a few. Images are those of `render`, bit for bit.

    Parameters
    ----------
    experiments : iterable of Experiment
    threads : int
        Number of images rendered at once; 0: one per core.
    dtype, device, number_type, tolerance
        See `render`.
    progress : bool or callable
        True: shows a bar (tqdm) or a line. A function is called with the images done and the total, or 0 if unknown.
    """
    count = (0 if threads is None else whole(threads, "threads")) or len(os.sched_getaffinity(0))
    request = request_of(device, number_type, tolerance)
    wanted = _dtype(dtype)
    if not isinstance(experiments, Iterable):
        raise wrong("render_many(experiments)", "an iterable of experiments", experiments)
    in_all = len(experiments) if isinstance(experiments, Sized) else 0
    following = Following(progress, in_all, unit="images")

    def images() -> Iterator[Image]:
        batch, ahead, done = _core.Batch(request, wanted == np.float64, count), deque[Experiment](), 0

        def following_image() -> Image:
            nonlocal done
            experiment = ahead.popleft()
            array, summary = batch.take()
            done += 1
            if follow is not None:
                follow(done)
            return _image_of(array, experiment, {**summary, "tolerance": float(tolerance)})

        with following as follow:
            try:
                source, failure = iter(experiments), None
                while True:
                    try:
                        experiment = _require(next(source), "render_many(experiments)")
                    except StopIteration:
                        break
                    except Exception as error:  # the images before it come first
                        failure = error
                        break
                    batch.put(experiment._model)
                    ahead.append(experiment)
                    if len(ahead) > 2 * count:
                        yield following_image()
                while ahead:
                    yield following_image()
                if failure is not None:
                    raise failure
            finally:
                batch.close()

    return images()


def detector_response(image: NDArray[Any], experiment: Experiment | None = None, *, seed: int | None = None,
                      frame: int | None = None, noise: bool | None = None, gain: float | None = None,
                      pedestal: float | None = None, offset: float | None = None) -> NDArray[np.int32]:
    """What a detector records of an image of photons: the experiment's ``response``, or photons that are counted.

    Parameters
    ----------
    image : array, shape (slow, fast)
        Photons.
    experiment : Experiment
        Not needed for images of `render`.
    seed : int
        Of all that is drawn at random, at least 1: the same numbers as by the command line's ``-seed``. None: from the
        system.
    frame : int
        Each frame of a series has noise of its own. None: that of the experiment.
    noise : bool
        Photons are counted. False: their expected number is taken. None: as the experiment's response says, or True.
    gain, pedestal : float
        ADU per photon, and pedestal in ADU, instead of those of the response.
    offset : float
        Another name of `pedestal`.

    Returns
    -------
    array of int32, shape (slow, fast)
        -1 where there is no pixel, or none that counts; one above the saturation where it is overloaded.

    Warns
    -----
    FemtobraggWarning
        Of pixels that are overloaded, and of those below zero, which become 0.
    """
    e = _needed(experiment_of(image, experiment), "detector_response")
    if seed is None:
        seed = int.from_bytes(os.urandom(3), "little") + 1
    seed = whole(seed, "detector_response(seed)", 1, 2**31 - 2)
    if gain is not None and (gain := number(gain, "detector_response(gain)", rule := "a number above zero")) <= 0:
        raise wrong("detector_response(gain)", rule, gain)
    photons = _photons(image, "detector_response(image)")
    lost = np.count_nonzero(~(photons[e.mask] >= 0)) if photons.shape == e.shape else 0
    if lost:
        warnings.warn(f"{_pixels_are(lost)} negative or not a number; no photons are counted there",
                      FemtobraggWarning, stacklevel=2)
    counts, changed = _core.counts(e._model, photons,
                                   noise=None if noise is None else flag(noise, "detector_response(noise)"), gain=gain,
                                   pedestal=_pedestal(pedestal, offset), seed=seed,
                                   frame=e._frame if frame is None else whole(frame, "detector_response(frame)"))
    if changed["overloaded"]:
        warnings.warn(f"{_pixels_are(changed['overloaded'])} overloaded", FemtobraggWarning, stacklevel=2)
    if changed["below_zero"] and not lost:
        warnings.warn(f"{_pixels_are(changed['below_zero'])} below zero, stored as 0", FemtobraggWarning, stacklevel=2)
    return counts  # type: ignore[no-any-return]


def _pixels_are(count: int) -> str:
    return "1 pixel is" if count == 1 else f"{count} pixels are"


def _pedestal(pedestal: Any, offset: Any) -> float | None:
    if pedestal is not None and offset is not None:
        raise Error(what="two arguments say the same", where="detector_response(pedestal, offset)",
                    remedy="leave one of them out")
    name, value = ("pedestal", pedestal) if offset is None else ("offset", offset)
    return None if value is None else number(value, f"detector_response({name})")


def _photons(image: Any, where: str) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(array_of(image, where), dtype=np.float32)


def picture(image: NDArray[Any], experiment: Experiment | None = None, *, rings: bool = False, colours: str = "grey",
            longest_edge: int = 0, bar: bool = False) -> bytes:
    """A PNG picture, as the command line's ``-png`` draws it."""
    e = _needed(experiment_of(image, experiment), "picture")
    options = picture_options("picture", rings=rings, colours=colours, longest_edge=longest_edge, bar=bar)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.png")
        _core.write_image(path, _photons(image, "picture(image)"), e._model, options)
        with open(path, "rb") as file:
            return file.read()


def picture_options(where: str, **options: Any) -> dict[str, Any]:
    kinds: dict[str, Callable[[Any, str], Any]] = {"rings": flag, "bar": flag, "longest_edge": whole,
                                                   "colours": lambda x, w: one_of(x, w, _COLOURS)}
    for name in options:
        if name not in kinds:
            near = nearest(name, kinds)
            raise Error(what=f"{where} has no argument '{name}'",
                        rule=f"did you mean {near}?" if near else "it has " + ", ".join(kinds))
    return {name: kinds[name](value, f"{where}({name})") for name, value in options.items()}
