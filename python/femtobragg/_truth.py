"""What each reflection contributes to an image: as a table, and as files."""
from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._checks import number, one_of, path_of, wrong
from ._errors import Error
from ._experiment import Experiment, require_other_file
from ._progress import Following, Progress
from ._rendering import Image, _needed, _photons, request_of


def truth(experiment: Experiment | Image, image: NDArray[Any] | None = None, *, fraction: float = 1e-6,
          kind: Literal["array", "pandas"] = "array", device: str = "auto", tolerance: float | None = None,
          threads: int = 0, progress: Progress = False) -> Any:
    """What each reflection contributes to the image.

    Parameters
    ----------
    experiment : Experiment
        Or an image of `render`, which saves rendering it again.
    image : array, shape (slow, fast)
        The rendered image, if there is one; it gives the background under each spot.
    fraction : float
        Reflections with fewer photons than this fraction of the brightest are excluded.
    kind : {"array", "pandas"}
        A structured array, or a pandas.DataFrame.
    tolerance : float
        See `Simulation`. None: that of the image of `render`, otherwise 0.

    Returns
    -------
    structured array, one row for each reflection on a panel
        h, k, l
        panel, lattice : which panel, and which of several crystals
        fast_px, slow_px : centroid on the panel; the centre of its first pixel is (0.5, 0.5)
        d_A, wavelength_A, phi_deg : means, weighted by photons
        excitation_per_A : excitation error, positive outside the Ewald sphere
        amplitude_e : |F|
        photons : expected photons
        sigma : smallest standard deviation of an unbiased estimate of the photons, if they are counted
        pixels : effective number of pixels, (sum p)^2 / sum p^2
        background : expected background photons on those pixels
        diffracted_x, diffracted_y, diffracted_z : unit vector from the sample, lab frame
    """
    one_of(kind, "truth(kind)", ("array", "pandas"))
    columns = _truth("truth", experiment, image, fraction, progress, device=device, tolerance=tolerance,
                     threads=threads)
    if kind == "pandas":
        try:
            import pandas
        except ImportError:
            raise Error(what="pandas is not installed", where="truth(kind)", kind="runtime") from None
        return pandas.DataFrame(columns)
    table = np.empty(len(columns["h"]), dtype=[(name, column.dtype) for name, column in columns.items()])
    for name, column in columns.items():
        table[name] = column
    return table


def write_truth(path: str | os.PathLike[str], experiment: Experiment | Image, image: NDArray[Any] | None = None, *,
                fraction: float = 1e-6, device: str = "auto", tolerance: float | None = None, threads: int = 0,
                progress: Progress = False) -> int:
    """Writes what each reflection contributes to the image: .h5, .csv, .refl (DIALS) or .stream (CrystFEL).

    Parameters
    ----------
    path : path
    experiment, image, fraction
        See `truth`.

    Returns
    -------
    int
        Reflections written.
    """
    name = path_of(path, "write_truth(path)")
    described = experiment.experiment if isinstance(experiment, Image) else experiment
    if isinstance(described, Experiment):
        require_other_file(name, described, "write_truth(path)")
    return len(_truth("write_truth", experiment, image, fraction, progress, name, device=device, tolerance=tolerance,
                      threads=threads)["h"])


def _truth(function: str, experiment: Any, image: Any, fraction: float, progress: Progress, path: str = "", *,
           device: str, tolerance: float | None, threads: int) -> dict[str, NDArray[Any]]:
    """Columns of a table, which is written too if there is a path."""
    of_image = getattr(experiment if image is None else image, "summary", None) or {}
    request = request_of(device, None, of_image.get("tolerance", 0) if tolerance is None else tolerance, threads)
    if isinstance(experiment, Image):
        if image is not None:
            raise Error(what="two images", where=f"{function}(image)",
                        remedy="give one, or an experiment and its image")
        image, experiment = experiment, _needed(experiment.experiment, function)
    if not isinstance(experiment, Experiment):
        raise wrong(f"{function}(experiment)", "a femtobragg.Experiment, or an image of render", experiment)
    least = number(fraction, f"{function}(fraction)", rule := "a number from 0 to 1")
    if not 0 <= least <= 1:
        raise wrong(f"{function}(fraction)", rule, fraction)
    given = None if image is None else _photons(image, f"{function}(image)")
    pixels, passes = int(experiment.mask.sum()), 1 if given is not None else 2
    with Following(progress, passes * pixels, "truth") as follow:
        return _core.truth(experiment._model, given, least, request,  # type: ignore[no-any-return]
                           follow and _of_passes(follow, pixels), path)


def _of_passes(follow: Callable[[int], object], pixels: int) -> Callable[[int], object]:
    """Goes on counting where a second pass over the pixels begins."""
    last, before = 0, 0

    def told(done: int) -> object:
        nonlocal last, before
        if done < last:
            before += pixels
        last = done
        return follow(before + done)

    return told
