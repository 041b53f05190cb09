"""Truth about images, as files."""
from __future__ import annotations

import os
from typing import Any

from numpy.typing import NDArray

from . import _core
from ._experiment import Experiment
from ._rendering import Image, _needed, _photons, _require, request_of


def write_truth(path: str | os.PathLike[str], experiment: Experiment | Image, image: NDArray[Any] | None = None, *,
                fraction: float = 1e-6, tolerance: float = 0, threads: int = 0) -> int:
    """Writes what each reflection brings to the image: .h5, .csv, .refl (DIALS) or .stream (CrystFEL).

    Parameters
    ----------
    path : path
    experiment : Experiment
        Or an image of `render`, which saves rendering it again.
    image : array, shape (slow, fast)
        The rendered image, if there is one.
    fraction : float
        Reflections with fewer photons than this fraction of the brightest are excluded.

    Returns
    -------
    int
        Reflections written.
    """
    if isinstance(experiment, Image):
        image, experiment = experiment, _needed(experiment.experiment, "write_truth")
    e = _require(experiment, "write_truth(experiment)")
    given = None if image is None else _photons(image, "write_truth(image)")
    columns = _core.truth(e._model, given, float(fraction), request_of("auto", None, tolerance, threads), None,
                          os.fspath(path))
    return len(columns["h"])
