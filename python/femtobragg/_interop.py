"""From the objects of other packages to what sections hold. None of those packages is needed to import this one."""
from __future__ import annotations

import io
import os
from typing import Any

import numpy as np

from . import _core
from ._attachments import attach
from ._checks import array_of, numbers_of, wrong
from ._errors import Error


def is_gemmi(value: Any) -> bool:
    return type(value).__module__.split(".")[0] == "gemmi"


def edges_and_angles(cell: Any) -> tuple[list[float], list[float] | None]:
    """Of three or six numbers, or of a gemmi.UnitCell."""
    if is_gemmi(cell):
        cell = cell.parameters
    numbers = numbers_of(cell, "Crystal(cell)")
    if numbers.shape not in ((3,), (6,)):
        raise wrong("Crystal(cell)", "three edges in angstrom, or these and three angles in degrees", cell)
    return numbers[:3].tolist(), numbers[3:].tolist() or None


def misset_deg(orientation: Any) -> list[float]:
    """Angles about lab x, y and z, in this order, of a proper rotation."""
    if hasattr(orientation, "as_matrix"):
        orientation = orientation.as_matrix()
    u = numbers_of(orientation, "Crystal(orientation)")
    if u.shape != (3, 3) or abs(u @ u.T - np.eye(3)).max() > 1e-6 or np.linalg.det(u) < 0:
        raise wrong("Crystal(orientation)", "one rotation: a matrix of shape (3, 3) whose rows are unit vectors at "
                    "right angles, of determinant 1", orientation)
    return np.degrees(_core.lab_axis_angles(u)).tolist()  # type: ignore[no-any-return]


def matrix_of_misset(angles_deg: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The rotation about lab x, then y, then z."""
    radians = np.radians(numbers_of(angles_deg, "misset_deg"))
    return _core.rotation_about_lab_axes(*radians)  # type: ignore[no-any-return]


def reflection_file(hkl: Any, amplitudes_e: Any) -> Any:
    """A path as it is; a gemmi.Mtz, or indices and amplitudes, as a file."""
    if isinstance(hkl, (str, os.PathLike)) or is_gemmi(hkl):
        if amplitudes_e is not None:
            raise Error(what="the file already contains amplitudes", where="StructureFactors(amplitudes_e)")
        if not is_gemmi(hkl):
            return hkl
        if not hasattr(hkl, "write_to_bytes") and not hasattr(hkl, "write_to_file"):
            raise wrong("StructureFactors(hkl)", "a path, Miller indices or a gemmi.Mtz", hkl)
        return attach(_bytes_of_mtz(hkl), ".mtz")
    indices = array_of(hkl, "StructureFactors(hkl)", "iu")
    values = numbers_of(amplitudes_e, "StructureFactors(amplitudes_e)")
    if indices.ndim != 2 or indices.shape[1] != 3 or not len(indices):
        raise wrong("StructureFactors(hkl)", "of shape (n, 3)", indices)
    if values.shape != (len(indices),):
        raise wrong("StructureFactors(amplitudes_e)", f"of shape ({len(indices)},), one for each of hkl", values)
    if values.min() < 0:
        raise wrong("StructureFactors(amplitudes_e)", "zero or above", values.min())
    lines = [f"{h} {k} {l} {f!r}\n" for (h, k, l), f in zip(indices.tolist(), values.tolist())]
    return attach("".join(lines).encode(), ".hkl")


def _bytes_of_mtz(mtz: Any) -> bytes:
    if hasattr(mtz, "write_to_bytes"):
        return bytes(mtz.write_to_bytes())
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.mtz")
        mtz.write_to_file(path)
        with open(path, "rb") as file:
            return file.read()


def model_file(model: Any) -> Any:
    """A path as it is; a gemmi.Structure or a gemmi.SmallStructure's document as a file."""
    if not is_gemmi(model):
        return model
    if hasattr(model, "make_mmcif_document"):
        return attach(model.make_mmcif_document().as_string().encode(), ".cif")
    if hasattr(model, "as_string"):
        return attach(model.as_string().encode(), ".cif")
    raise wrong("StructureFactors(model)", "a path, a gemmi.Structure or a gemmi.cif.Document", model)


def mask_file(mask: Any) -> str:
    if isinstance(mask, (str, os.PathLike)):
        raise wrong("Detector(mask)", "an array; mask_file takes a path", mask)
    pixels = array_of(mask, "Detector(mask)")
    if pixels.ndim != 2:
        raise wrong("Detector(mask)", "of shape (slow, fast), zero where pixels are not rendered", pixels)
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(pixels != 0, dtype=np.uint8))
    return attach(file.getvalue(), ".npy")


def spectrum_file(spectrum: Any) -> str:
    if isinstance(spectrum, (str, os.PathLike)):
        raise wrong("Beam(spectrum)", "an array; spectrum_file takes a path", spectrum)
    rows = numbers_of(spectrum, "Beam(spectrum)")
    if rows.ndim != 2 or rows.shape[1] != 2 or not len(rows):
        raise wrong("Beam(spectrum)", "of shape (n, 2): photon energies in eV and weights", rows)
    if rows[:, 0].min() <= 0 or rows[:, 1].min() < 0 or rows[:, 1].max() <= 0:
        raise Error(what="energies must be positive, weights non-negative, and at least one weight positive",
                    where="Beam(spectrum)")
    return attach("".join(f"{energy!r} {weight!r}\n" for energy, weight in rows.tolist()).encode(), ".txt")


def expt_file(experiments: Any) -> str:
    """A dxtbx Experiment or ExperimentList as a file."""
    try:
        from dxtbx.model.experiment_list import Experiment, ExperimentList
    except ImportError:
        raise Error(what="dxtbx is not installed", where="from_dxtbx", remedy="geometry=... reads .expt files without "
                    "it", kind="runtime") from None
    if isinstance(experiments, Experiment):
        experiments = ExperimentList([experiments])
    if not isinstance(experiments, ExperimentList):
        raise wrong("from_dxtbx(experiments)", "a dxtbx Experiment or ExperimentList", experiments)
    return attach(experiments.as_json().encode(), ".expt")
