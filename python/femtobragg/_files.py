"""Image files of every format that the library knows."""
from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._checks import array_of, path_of, whole, wrong
from ._errors import Error, FemtobraggWarning
from ._experiment import Experiment, require_other_file
from ._rendering import Described, _described, _needed, _photons, experiment_of, picture_options


class ReadImage(Described):
    """Pixels as a file has them, shape (slow, fast): int64 for counts, float32 for photons.

    Attributes
    ----------
    valid : array of bool, shape (slow, fast)
        False in gaps, where the file or its detector marks a pixel, and for overloads.
    overloaded : array of bool, shape (slow, fast)
        True where a pixel has received more than it can distinguish: its value is a lower bound.
    format : str
    saturation : float
        Largest value that a pixel can distinguish; infinite: not stated.
    pedestal : float or None
        Value of a pixel without photons, if the file states it.
    notes : list of str
        What the file says about its pixels that is not used.
    """

    valid: NDArray[np.bool_]
    overloaded: NDArray[np.bool_]
    format: str
    saturation: float
    pedestal: float | None
    notes: list[str]
    _about = ("valid", "overloaded", "format", "saturation", "pedestal", "notes")


def read(path: str | os.PathLike[str], frame: int | None = None) -> ReadImage:
    """Reads an image: SMV, CBF, NXmx, TIFF, NumPy, PGM by their content; compressed by gzip or bzip2 too.

    Parameters
    ----------
    path : path
    frame : int
        Of a file that holds several, counted from 0. None: the first.

    Returns
    -------
    ReadImage
        Files of bare numbers (.bin) do not say their shape: shape (pixels,).
    """
    wanted = None if frame is None else whole(frame, "read(frame)")
    d = _core.read_image(path_of(path, "read(path)"), wanted)
    return _described(ReadImage, d["pixels"], {  # type: ignore[no-any-return]
        "valid": d["valid"], "overloaded": d["overloaded"], "format": d["format"], "saturation": d["most"],
        "pedestal": d["pedestal"], "notes": d["notes"]})


def write(path: str | os.PathLike[str], image: NDArray[Any] | Experiment, experiment: Experiment | None = None,
          *, compression: str | None = None, **picture: Any) -> None:
    """Writes an image, or a geometry, in the format of the path's suffix.

    Parameters
    ----------
    path : path
        .npy, .bin, .cbf, .img, .nxs, .h5, .tif, .png and others. For an experiment alone .expt, .geom, .nxs.
    image : array, shape (slow, fast); or Experiment
        Photons (float), or counts (integer) as of `detector_response`: formats of counts store them as they are.
    experiment : Experiment
        Not needed for images of `render`.
    compression : "gzip", "bslz4" or "none"
        Of images as .nxs; default: gzip. bslz4 is bitshuffle-LZ4, faster, for readers that have its plugin (hdf5plugin).
    **picture
        Of .png: rings, colours, longest_edge, bar.

    Warns
    -----
    femtobragg.FemtobraggWarning
        For each thing that the file cannot hold.
    """
    name = path_of(path, "write(path)")
    options = picture_options("write", **picture)
    suffix = os.path.splitext(name)[1].lower()
    if options and suffix != ".png":
        raise Error(what="only pictures (.png) have this", where=f"write({next(iter(options))})")
    if compression is not None and (not isinstance(compression, str) or not compression):
        raise wrong("write(compression)", "gzip, bslz4 or none", compression)
    if isinstance(image, Experiment):
        if compression is not None:
            raise Error(what="a geometry has no frames to compress", where="write(compression)", value=compression)
        require_other_file(name, image, "write(path)")
        losses = _core.write_geometry(name, image._model)
    else:
        e = _needed(experiment_of(image, experiment), "write")
        require_other_file(name, e, "write(path)")
        array = array_of(image, "write(image)")
        if array.shape != e.shape:
            raise wrong("write(image)", f"of shape (slow, fast) {e.shape}", array)
        if array.dtype.kind in "iu" and suffix in _core.count_suffixes():
            if array.max() > np.iinfo(np.int32).max or array.min() < np.iinfo(np.int32).min:
                raise Error(what="counts that need more than 32 bits", where="write(image)", value=str(array.max()))
            losses = _core.write_counts(name, np.ascontiguousarray(array, dtype=np.int32), e._model, compression or "")
        elif suffix == ".npy" and compression is None:
            try:
                with open(name, "wb") as file:
                    np.save(file, np.ascontiguousarray(array))
            except OSError as error:
                raise Error(what=f"cannot write '{name}'", rule=error.strerror or "", kind="runtime") from error
            losses = []
        else:
            losses = _core.write_image(name, _photons(array, "write(image)"), e._model, options, compression or "")
    for text in losses:
        warnings.warn(text, FemtobraggWarning, stacklevel=2)
