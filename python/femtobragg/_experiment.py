"""Experiments: everything that a simulation needs to know."""
from __future__ import annotations

import json
import os
import tempfile
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core, _interop
from ._arguments import PARTS, described_by, joined, quantities_of
from ._attachments import content_of, is_attached
from ._checks import number as number_of, path_of, reworded, short, whole, wrong
from ._errors import Error, FemtobraggWarning, nearest
from ._values import (Attenuation, Background, Beam, Compatibility, Crystal, Detector, Goniometer, Response, Sampling, Section,
                      Series, StructureFactors, require_version)


class Experiment:
    """Beam, crystal, detector and the rest: what is rendered. It cannot be changed; `replace` makes another.

    Files are read when an experiment is made, and what is left open is filled in as `femtobragg simulate` does: same
    words, same image.

    Parameters
    ----------
    detector : Detector
    beam : Beam
    crystal : Crystal
    structure_factors : StructureFactors
    goniometer : Goniometer
    series : Series
    sampling : Sampling
    background : Background
    attenuation : Attenuation
    response : Response
    compatibility : Compatibility

    Raises
    ------
    femtobragg.Error
        For what no experiment can have, and files that cannot be read.

    See Also
    --------
    Experiment.from_files : the same in one call, with the names of all parts.
    """

    __slots__ = ("_parts", "_steps", "_frame", "_model")

    def __init__(self, *, detector: Detector | None = None, beam: Beam | None = None, crystal: Crystal | None = None,
                 structure_factors: StructureFactors | None = None, goniometer: Goniometer | None = None,
                 series: Series | None = None, sampling: Sampling | None = None, background: Background | None = None,
                 attenuation: Attenuation | None = None, response: Response | None = None,
                 compatibility: Compatibility | None = None) -> None:
        given = dict(detector=detector, beam=beam, crystal=crystal, structure_factors=structure_factors,
                     goniometer=goniometer, series=series, sampling=sampling, background=background,
                     attenuation=attenuation, response=response, compatibility=compatibility)
        self._set({name: part for name, part in given.items() if part is not None})

    def _set(self, parts: Mapping[str, Section], like: Experiment | None = None, quietly: bool = False) -> None:
        for name, part in parts.items():
            if not isinstance(part, PARTS[name]):
                raise wrong(f"Experiment({name})", f"a {PARTS[name].__name__}", part)
        kept = {name: parts[name] for name in PARTS if name in parts and parts[name]._given}
        model = _model_of(kept, like)
        crystal = kept.get("crystal")
        if like is None and not quietly and not model.no_crystal and not (crystal and {"cells", "size", "whole_size", "crystals_file"} & {
                k.quantity for k in map(Crystal._keys.get, crystal._given) if k}):
            warnings.warn("the crystal is a single unit cell, which gives no spots: give cells, or its size",
                          FemtobraggWarning, stacklevel=3)
        old = like._model.warnings if like is not None else []
        for text in () if quietly else model.warnings:
            if text not in old:
                warnings.warn(text, FemtobraggWarning, stacklevel=3)
        self._keep(kept, (), 0, model)

    def _keep(self, parts: Mapping[str, Section], steps: Iterable[Mapping[str, float]], frame: int, model: Any) -> None:
        # Steps: values given to parameters, one set after the other, since some are changes from where they begin.
        for name, value in (("_parts", dict(parts)), ("_steps", tuple(dict(step) for step in steps)), ("_frame", frame),
                            ("_model", model)):
            object.__setattr__(self, name, value)

    @classmethod
    def from_files(cls, **arguments: Any) -> Experiment:
        """An experiment from one list of arguments.

        Parameters
        ----------
        **arguments
            Every argument of the parts, such as ``wavelength_A``, ``distance_mm``, ``cells``, ``misset_deg``; where two
            parts have it, with the name of the part in front: ``crystal_size_mm``, ``beam_size_mm``. And whole parts:
            ``crystal=Crystal(...)``. Short names: ``detector`` (a known one), ``geometry`` (its file), ``model`` and
            ``hkl`` (paths, or objects of gemmi), ``default_F``, ``osc_deg``, ``phi_deg``, ``flux``, ``exposure``.

        Examples
        --------
        >>> femtobragg.Experiment.from_files(model="1abc.pdb", d_min_A=2.5, detector="pilatus-100k", distance_mm=70,
        ...                                  wavelength_A=1.1, cells=12, shape="gaussian", misset_deg=(5, 6, 7))
        """
        self = cls.__new__(cls)
        self._set(joined({}, arguments, "from_files"))
        return self

    @classmethod
    def from_scene(cls, path: str | os.PathLike[str]) -> Experiment:
        """What a scene says: a .toml or .json file, or an NXmx image or experiment list (.expt) that carries one."""
        name = os.path.abspath(path_of(path, "from_scene(path)"))
        folder = os.path.dirname(name)
        tree = json.loads(_core.Scene.read(name).json(folder))
        seed = tree.pop("noise", {}).get("seed")
        self = cls.__new__(cls)
        self._set(_sections_of(tree, folder))
        if seed is not None:
            warnings.warn(f"{name}: noise.seed is not part of an experiment: give it to detector_response",
                          FemtobraggWarning, stacklevel=2)
        return self

    @classmethod
    def from_dxtbx(cls, experiments: Any, index: int = 0, **arguments: Any) -> Experiment:
        """Detector, beam, goniometer and crystal of a dxtbx Experiment or ExperimentList; more as in `from_files`."""
        return cls.from_files(geometry=_interop.expt_file(experiments),
                              experiment=whole(index, "from_dxtbx(index)"), **arguments)

    def to_dxtbx(self) -> Any:
        """A dxtbx ExperimentList with this beam, detector, goniometer, scan and crystal."""
        try:
            from dxtbx.model.experiment_list import ExperimentListFactory
        except ImportError:
            raise Error(what="dxtbx is not installed", where="to_dxtbx", kind="runtime",
                        remedy="write('x.expt', experiment) does not need it") from None
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.expt")
            for text in _core.write_geometry(path, self._model):
                warnings.warn(text, FemtobraggWarning, stacklevel=2)
            return ExperimentListFactory.from_json_file(path, check_format=False)

    def replace(self, **changes: Any) -> Experiment:
        """Another experiment that differs in these arguments, which are those of `from_files`. None: the default.

        Reflections and models are not read again unless their part changes. Values of `with_parameters` and of fits
        stay, except those of what the arguments describe: ``fit.experiment.replace(distance_mm=100)`` has that distance
        and keeps the fitted cell.
        """
        other = type(self).__new__(type(self))
        other._set(joined(self._parts, changes, "replace"), like=self)
        if self._frame:
            other = other.frame(self._frame)
        if self._steps:
            described = _model_of(self._parts, self)
            if self._frame:
                described = described.frame(self._frame)
            before, after, named = _numbers_of(described), _numbers_of(other._model), quantities_of(changes)
            for step in self._steps:
                other = other.with_parameters({name: value for name, value in step.items()
                                               if before.get(name) == after.get(name)
                                               and not named & described_by(name)})
        return other

    def with_parameters(self, values: Mapping[str, float] | None = None, **more: float) -> Experiment:
        """The same with other values of parameters (`femtobragg.parameters`), such as ``misset_x=0.1``, each in its
        unit. Those whose value is a change, such as ``panel0_shift_fast``, start from where the experiment is. Numbers
        of rotation steps, sources and domains stay as they are."""
        if values is not None and not isinstance(values, Mapping):
            raise wrong("with_parameters(values)", "a mapping from names to numbers", values)
        given = {**(values or {}), **more}
        if not given:
            return self
        known = _numbers_of(self._model)
        for name, value in given.items():
            if not isinstance(name, str):
                raise wrong("with_parameters(values)", "a mapping from names to numbers", name)
            given[name] = number_of(value, f"with_parameters({name})")
            family = [p for p in known if p.startswith(f"{name}_")]
            if family and name not in known:
                raise Error(what=f"'{name}' stands for several parameters", where="with_parameters",
                            rule=" or ".join(family))
        try:
            return self._stepped(given, self._model.at(list(given), list(given.values())))
        except Error as error:
            raise reworded(error) from None

    def _stepped(self, step: Mapping[str, float], model: Any) -> Experiment:
        other = type(self).__new__(type(self))
        other._keep(self._parts, (*self._steps, step), self._frame, model)
        return other

    def frame(self, number: int) -> Experiment:
        """Frame `number` of the series, counted from 0: rotated further, or lit by the next pulse."""
        number = whole(number, "frame(number)")
        count = self.series.frames or 1
        if number >= count:
            raise Error(what=f"the series has {count} frame{'s'[:count != 1]}", where="frame(number)",
                        value=str(number),
                        rule="they are counted from 0", remedy="make it longer: replace(frames=...)")
        if number == self._frame:
            return self
        if self._steps:
            raise Error(what="frame() cannot follow with_parameters()", where="frame",
                        remedy="call frame() first, then with_parameters()")
        other = type(self).__new__(type(self))
        first = _model_of(self._parts, self) if self._frame else self._model
        other._keep(self._parts, (), number, first.frame(number) if number else first)
        return other

    def to_scene(self, path: str | os.PathLike[str] | None = None) -> str:
        """The experiment as a scene: TOML text with absolute paths. With a path it is written to that file (.toml or
        .json), and files that hold objects of this session are copied beside it."""
        if self._steps or self._frame:
            raise Error(what="a scene cannot describe this experiment", where="to_scene",
                        rule="its parameters or its frame differ from the description: "
                             + (", ".join(dict.fromkeys(n for s in self._steps for n in s)) or
                                f"frame {self._frame}"),
                        remedy="pickle it, or describe it with replace()")
        tree = {part._section: part._tree() for part in self._parts.values()}
        if path is None:
            if any(is_attached(p) for part in self._parts.values() for p in part._paths()):
                warnings.warn("this text names temporary files, which are deleted with the experiment; to_scene(path) "
                              "copies them", FemtobraggWarning, stacklevel=2)
            return str(_core.Scene.parse(json.dumps(tree), "", os.getcwd()).toml(os.sep))
        target = Path(path_of(path, "to_scene(path)"))
        if target.suffix not in (".toml", ".json"):
            raise wrong("to_scene(path)", "a path that ends in .toml or .json", str(target))
        if not target.absolute().parent.is_dir():
            raise Error(what="there is no such folder", where="to_scene(path)", value=short(str(target.parent)),
                        kind="runtime")
        for part in tree.values():
            for key, value in part.items():
                if isinstance(value, str) and os.path.isabs(value) and is_attached(value):
                    copy = target.with_name(f"{target.stem}_{key}{Path(value).suffix}").absolute()
                    copy.write_bytes(content_of(value))
                    part[key] = str(copy)
        scene = _core.Scene.parse(json.dumps(tree), "", os.getcwd())
        folder = str(target.absolute().parent)
        text = str(scene.toml(folder) if target.suffix == ".toml" else scene.json(folder))
        try:
            target.write_text(text)
        except OSError as error:
            raise Error(what=f"cannot write '{target}'", rule=error.strerror or "", kind="runtime") from error
        return text

    # What has come of it.

    @property
    def shape(self) -> tuple[int, int]:
        """(slow, fast): pixels of the image that all panels share."""
        return tuple(self._model.shape)  # type: ignore[return-value]

    def frames(self) -> list[Experiment]:
        """All frames of the series, in order: ``render_many(experiment.frames())``."""
        return [self.frame(i) for i in range(self.series.frames or 1)]

    @property
    def panels(self) -> list[dict[str, Any]]:
        """What each panel is: origin_m, fast_axis, slow_axis, pixel_size_m (fast, slow), shape (slow, fast), saturation
        and sensor; and `slices`, its place in the image: ``image[panel["slices"]]``. Vectors are in the lab frame."""
        return list(self._model.panels)

    @property
    def beam_centre_px(self) -> tuple[float, float] | None:
        """Where the beam meets the detector: (fast, slow) pixels of the image, from the outer corner of the first one,
        whose centre is (0.5, 0.5). It may lie beyond the edges of a single panel. None: no panel is in its way."""
        return self._model.beam_centre_px  # type: ignore[no-any-return]

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Shape (slow, fast): True where a pixel is rendered."""
        return self._model.mask  # type: ignore[no-any-return]

    @property
    def resolution_A(self) -> NDArray[np.float32]:
        """Shape (slow, fast): d of each pixel's centre; NaN between panels."""
        return self._model.resolution_A  # type: ignore[no-any-return]

    @property
    def cell(self) -> tuple[float, float, float, float, float, float]:
        """Edges a, b, c in angstrom, and angles in degrees."""
        return tuple(self._model.cell)  # type: ignore[return-value]

    @property
    def axes_A(self) -> NDArray[np.float64]:
        """Shape (3, 3): rows a, b, c in the lab frame, with the spindle at zero."""
        return self._model.axes_A  # type: ignore[no-any-return]

    @property
    def ub_per_A(self) -> NDArray[np.float64]:
        """Shape (3, 3): columns a*, b*, c* in 1/angstrom, lab frame, with the spindle at zero."""
        return self._model.ub_per_A  # type: ignore[no-any-return]

    @property
    def space_group(self) -> str:
        """Hermann-Mauguin symbol; empty: unknown."""
        return str(self._model.space_group)

    @property
    def wavelength_A(self) -> float:
        """The central one."""
        return float(self._model.wavelength_A)

    @property
    def spectrum_A(self) -> NDArray[np.float64]:
        """Shape (n, 2): wavelengths in angstrom that are rendered, and their weights; empty for one wavelength."""
        return self._model.spectrum  # type: ignore[no-any-return]

    @property
    def fluence_per_m2(self) -> float:
        """Photons on the sample."""
        return float(self._model.fluence_per_m2)

    @property
    def misset_deg(self) -> NDArray[np.float64]:
        """Angles about lab x, then y, then z, shape (3,): those described or drawn; after a fit, those fitted."""
        if any(name.startswith(("misset_", "rotation_")) for step in self._steps for name in step):
            now = _numbers_of(self._model)
            return np.array([now[f"misset_{axis}"] for axis in "xyz"])
        return self._model.misset_deg  # type: ignore[no-any-return]

    @property
    def structure_factor_table(self) -> tuple[NDArray[np.float64], tuple[int, int, int]] | None:
        """|F| in electrons on a box of h, k, l, and the indices of its first entry; None: one amplitude for all."""
        return self._model.structure_factors  # type: ignore[no-any-return]

    @property
    def sampling_counts(self) -> dict[str, int]:
        """Numbers of rotation steps, sources, mosaic domains and sub-pixels (along an edge), given or chosen."""
        m = self._model
        return {"rotation_steps": m.phi_steps, "sources": m.sources, "mosaic_domains": m.mosaic_domains,
                "oversample": m.oversample}

    @property
    def sampling_report(self) -> dict[str, Any]:
        """The error of integrated intensities that the numbers of steps, sources and domains leave, and each one's
        share, as `femtobragg explain --sampling` shows it."""
        return dict(self._model.sampling)

    @property
    def finest_resolution_A(self) -> float:
        """Of the pixels that are rendered."""
        return float(self._model.finest_resolution_A)

    @property
    def notes(self) -> list[str]:
        """What was read from where."""
        return list(self._model.notes)

    @property
    def warnings(self) -> list[str]:
        """What may not be as it was meant."""
        return list(self._model.warnings)

    def __getattr__(self, name: str) -> Any:
        if name in PARTS:
            return self._parts.get(name) or PARTS[name]()
        near = "" if name.startswith("_") else nearest(name, dir(self))
        raise AttributeError(f"an Experiment has no attribute '{name}'" + (f"; did you mean {near}?" if near else ""))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"an Experiment cannot be changed: use .replace({name}=...)")

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def __copy__(self) -> Experiment:
        return self

    def __deepcopy__(self, _: Any) -> Experiment:
        return self

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *PARTS]

    def __repr__(self) -> str:
        lines = [f"{name}={part!r}" for name, part in self._parts.items()]
        text = "Experiment(" + ",\n           ".join(lines) + ")" + (f".frame({self._frame})" if self._frame else "")
        return text + "".join(f".with_parameters({', '.join(f'{k}={v!r}' for k, v in step.items())})"
                              for step in self._steps)

    def _repr_html_(self) -> str:
        slow, fast = self.shape
        cell = ", ".join(f"{x:.6g}" for x in self.cell)
        rows = [("detector", f"{fast} × {slow} pixels, {len(self.panels)} panel{'s'[:len(self.panels) != 1]}, to "
                             f"{self.finest_resolution_A:.3g} Å"),
                ("beam", f"{self.wavelength_A:.6g} Å, {self.fluence_per_m2:.4g} photons/m²"),
                ("crystal", "none" if self._model.no_crystal else f"{cell}; {self.space_group or 'space group unknown'}"),
                ("samples", ", ".join(f"{n} {k.replace('_', ' ')}" for k, n in self.sampling_counts.items()))]
        return "<table>" + "".join(f"<tr><th>{k}</th><td>{v}</td></tr>" for k, v in rows) + "</table>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and bool(self._model == other._model) and \
            self._model.frames == other._model.frames

    def __hash__(self) -> int:
        # Of numbers that equal experiments share, however they were described.
        return hash((self.shape, tuple(self.axes_A.ravel().tolist()), self.wavelength_A, self.fluence_per_m2,
                     tuple(self.sampling_counts.values())))

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (_core.__version__, self._parts, self._steps, self._frame)


def require_other_file(path: str, experiment: Experiment, where: str) -> None:
    """Refuses to replace a file that the experiment is made of."""
    for part in experiment._parts.values():
        for source in part._paths():
            if os.path.exists(path) and os.path.exists(source) and os.path.samefile(path, source):
                raise Error(what=f"{source} is read by the experiment", where=where, remedy="write another file")


def _unpickled(version: str, parts: dict[str, Section], steps: Iterable[dict[str, float]], frame: int) -> Experiment:
    require_version(version, "Experiment")
    experiment = Experiment.__new__(Experiment)
    experiment._set(parts, quietly=True)
    if frame:
        experiment = experiment.frame(frame)
    for step in steps:
        experiment = experiment.with_parameters(step)
    return experiment


def _model_of(parts: Mapping[str, Section], like: Experiment | None = None) -> Any:
    tree = {part._section: part._tree() for part in parts.values()}
    try:
        scene = _core.Scene.parse(json.dumps(tree), "", os.getcwd())
        return _core.Model(scene, like._model if like is not None else None)
    except Error as error:
        raise reworded(error) from None


def _numbers_of(model: Any) -> dict[str, float]:
    """Values of the parameters."""
    return {p["name"]: p["value"] for p in _core.parameters(model) if p["value"] == p["value"]}


def _sections_of(tree: dict[str, Any], folder: str) -> dict[str, Section]:
    """The parts that a scene's tree describes."""
    parts: dict[str, Section] = {}
    for name, cls in PARTS.items():
        if cls._section in tree:
            parts[name] = _section_of(cls, tree[cls._section], folder)
    return parts


def _section_of(cls: type[Section], tree: dict[str, Any], folder: str) -> Section:
    lists = {kind._section.rsplit(".", 1)[1]: (name, kind) for name, kind in cls._lists.items()}
    given: dict[str, Any] = {}
    for key, value in tree.items():
        if key in lists:
            name, kind = lists[key]
            given[name] = [_section_of(kind, x, folder) for x in value]
        elif key in cls._parts:
            given[key] = _section_of(cls._parts[key], value, folder)
        elif key in cls._keys and cls._keys[key].is_path:
            given[key] = os.path.normpath(os.path.join(folder, value))
        else:
            given[key] = value
    return cls(**given)
