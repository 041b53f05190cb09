"""The parts of an experiment: immutable values, whose names and checks are those of scene files."""
from __future__ import annotations

import inspect
import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np

from . import _checks, _core, _interop
from ._attachments import Attached, attach, content_of, is_attached
from ._checks import reworded, short, wrong
from ._errors import Error, nearest

_schema: dict[str, Any] = json.loads(_core.scene_schema())["properties"]

#: How JSON says that a number is infinite.
_INFINITY = "inf"

#: One number stands for all of them.
_SAME_FOR_ALL = ("cells", "size", "whole_size", "pixels")


@dataclass(frozen=True)
class Key:
    """A keyword argument: a quantity in one of its units."""

    name: str
    quantity: str
    unit: str
    default: str
    help: str
    is_path: bool
    base: float | None  # of the unit, in SI; None: not a factor
    shape: tuple[int, ...]
    kind: str
    choices: tuple[str, ...]
    is_list: bool
    may_be_infinite: bool

    @staticmethod
    def of(name: str, schema: Mapping[str, Any]) -> Key:
        size = schema.get("minItems")
        kind = schema.get("items", schema).get("type", "string")
        may_be_infinite = isinstance(kind, list)  # a number, or a word for infinity
        return Key(name, schema["x-quantity"], schema.get("x-unit", ""), schema["x-default"], schema["description"],
                   schema.get("format") == "path", schema.get("x-base"), (size,) if size else (),
                   kind[0] if may_be_infinite else kind, tuple(schema.get("enum", ())), "items" in schema,
                   may_be_infinite)


def unknown(name: str, known: Iterable[str], what: str) -> Error:
    names = list(known)
    near = nearest(name, names)
    return Error(what=f"{what} has no argument '{name}'",
                 rule=f"did you mean {near}?" if near else "it has " + ", ".join(sorted(names)))


def plain(value: Any, where: str, may_be_infinite: bool = False) -> Any:
    """A value as JSON has it; infinity as a number or as its word."""
    if may_be_infinite and (isinstance(value, str) and value == _INFINITY or
                            isinstance(value, (float, np.floating)) and value == math.inf):
        return math.inf
    if isinstance(value, range) or hasattr(value, "__array__") and not isinstance(value, np.generic):
        array = _checks.array_of(value, where, "biufUS")
        value = array.tolist()
    elif isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, os.PathLike):
        return _checks.path_of(value, where)
    if isinstance(value, float) and not math.isfinite(value):
        raise wrong(where, "finite", value)
    if isinstance(value, (list, tuple)):
        return [plain(x, where, may_be_infinite) for x in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise wrong(where, "a number, a string, a list or an array", value)


def _worded(value: Any) -> Any:
    """With the word that JSON has for infinity."""
    if isinstance(value, tuple):
        return [_worded(x) for x in value]
    return _INFINITY if isinstance(value, float) and value == math.inf else value


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


S = TypeVar("S", bound="Section")


class Section:
    """A part of an experiment. It cannot be changed; `replace` makes another."""

    _section: ClassVar[str]
    _keys: ClassVar[dict[str, Key]]
    _parts: ClassVar[dict[str, type[Section]]] = {}  # arguments that are other parts
    _lists: ClassVar[dict[str, type[Section]]] = {}  # or lists of them
    _more: ClassVar[dict[str, str]] = {}  # further arguments, and what they mean
    _stand_for: ClassVar[dict[str, tuple[str, ...]]] = {}  # the quantities that those become
    _exclude: ClassVar[tuple[frozenset[str], ...]] = ()  # quantities of which one takes the place of another
    _required: ClassVar[dict[str, Any]] | None = None  # of items of lists: what each must have, for checks
    __slots__ = ("_given",)

    def __init__(self, *args: Any, **given: Any) -> None:
        name = type(self).__name__
        if args:
            raise Error(what=f"{name} takes arguments by name", value=short(args[0]))
        for key, quantities in self._stand_for.items():
            both = [k for k in given if k in self._keys and k != key and self._keys[k].quantity in quantities
                    and given[k] is not None]
            if given.get(key) is not None and both:
                raise Error(what="two arguments contradict each other", where=f"{name}({key})",
                            rule=f"{both[0]} says the same", remedy="leave one of them out")
        values: dict[str, Any] = {}
        for key, value in self._translated(given).items():
            where = f"{name}({key})"
            if value is None:
                continue
            if key in self._parts:
                if not isinstance(value, self._parts[key]):
                    raise wrong(where, f"a {self._parts[key].__name__}", value)
                values[key] = value
            elif key in self._lists:
                kind = self._lists[key]
                items = tuple(value) if isinstance(value, (list, tuple)) else (value,)
                if not items or not all(isinstance(x, kind) for x in items):
                    raise wrong(where, f"a list of {kind.__name__}, at least one", value)
                values[key] = items
            elif key in self._keys:
                values[key] = _frozen(self._plain(self._keys[key], value, where))
            else:
                raise unknown(key, self._arguments(), name)
        object.__setattr__(self, "_given", values)
        # The library judges names that need or exclude each other, ranges, and types.
        try:
            self._scene()
        except Error as error:
            raise reworded(error, name if self._required is not None else "", given) from None

    def _scene(self) -> Any:
        """A scene with this part."""
        tree: Any = self._tree()
        if self._required is not None:
            # With what it must have besides; its owner sees to it that nothing is missing.
            quantities = self._quantities()
            tree = [{**{k: v for k, v in self._required.items() if self._keys[k].quantity not in quantities}, **tree}]
        return _core.Scene.parse(json.dumps(_nested(self._section, tree)), "", os.sep)

    def _quantities(self) -> list[str]:
        return sorted({self._keys[k].quantity for k in self._given if k in self._keys})

    def _text(self) -> str:
        """The part in one notation, whatever the units of its values."""
        return f"{self._scene().json(os.sep)} {self._quantities() if self._required is not None else ''}"

    @classmethod
    def _arguments(cls) -> list[str]:
        return [*cls._keys, *cls._parts, *cls._lists, *(name for name in cls._more if name not in cls._keys)]

    @classmethod
    def _translated(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Without the arguments of `_more`."""
        return given

    @staticmethod
    def _plain(key: Key, value: Any, where: str) -> Any:
        if key.is_path:
            return value if isinstance(value, Attached) else os.path.abspath(_checks.path_of(value, where))
        given, value = value, plain(value, where, key.may_be_infinite)
        if key.shape and key.quantity in _SAME_FOR_ALL and isinstance(value, (int, float)) and \
                not isinstance(value, bool):
            return [value] * key.shape[0]
        if key.quantity in ("axes", "masked") and isinstance(value, list) and all(isinstance(x, list) for x in value):
            value = [number for row in value for number in row]
        if key.shape and (not isinstance(value, list) or len(value) != key.shape[0] or
                          any(isinstance(x, list) for x in value)):
            raise wrong(where, f"a list of {key.shape[0]} numbers", given)
        return value

    def _tree(self) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for key, value in self._given.items():
            if key in self._parts:
                tree[key] = value._tree()
            elif key in self._lists:
                tree[self._lists[key]._section.rsplit(".", 1)[1]] = [x._tree() for x in value]
            else:
                tree[key] = _worded(value)
        return tree

    def replace(self: S, **changes: Any) -> S:
        """The same with other values. None: the default. A quantity in another unit, or an argument that excludes the
        old one, takes its place."""
        gone: set[str] = set()
        for key in changes:
            if key in self._stand_for:
                gone.update(self._stand_for[key])
            if key in self._keys:
                gone.add(self._keys[key].quantity)
        given = [key for key, value in changes.items() if value is not None]
        now = {q for key in given for q in self._stand_for.get(key, ())} | {
            self._keys[key].quantity for key in given if key in self._keys}
        for group in self._exclude:
            if group & now:
                gone |= group
        values = {key: value for key, value in self._given.items()
                  if key not in changes and (key not in self._keys or self._keys[key].quantity not in gone)}
        known = self._arguments()
        values.update({key: value for key, value in changes.items() if value is not None or key not in known})
        for key in values:
            if key not in known:
                raise unknown(key, known, type(self).__name__)
        return type(self)(**values)

    def to_dict(self) -> dict[str, Any]:
        """What was given, with the names and units of the arguments."""
        return dict(self._given)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._given:
            return self._given[name]
        if name in self._lists:
            return ()
        if name in self._parts:
            return self._parts[name]()
        if name in self._more and name not in self._keys:
            return None
        if name not in self._keys:
            near = nearest(name, self._arguments())
            raise AttributeError(f"{type(self).__name__} has no attribute '{name}'" +
                                 (f"; did you mean {near}?" if near else ""))
        wanted = self._keys[name]
        for key, value in self._given.items():
            other = self._keys.get(key)
            if other and other.quantity == wanted.quantity and other.base and wanted.base:
                factor = other.base / wanted.base
                return tuple(x * factor for x in value) if isinstance(value, tuple) else value * factor
        return None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a {type(self).__name__} cannot be changed: use .replace({name}=...)")

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._arguments()]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={_short(v)}' for k, v in self._given.items())})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._text() == other._text()  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._text()))

    def __copy__(self: S) -> S:
        return self

    def __deepcopy__(self: S, _: Any) -> S:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (type(self), _core.__version__, self._given, self._contents())

    def _contents(self) -> dict[str, bytes]:
        """Those of attached files, by path."""
        return {path: content_of(path) for path in self._own_paths() if is_attached(path)}

    def _own_paths(self) -> list[str]:
        return [v for k, v in self._given.items() if k in self._keys and self._keys[k].is_path]

    def _paths(self) -> list[str]:
        """Files of this part and of those in it."""
        inner = [x for v in self._given.values() for x in (v if isinstance(v, tuple) else (v,))]
        return self._own_paths() + [path for x in inner if isinstance(x, Section) for path in x._paths()]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 160 else text[:150] + "..."


def require_version(version: str, what: str) -> None:
    """Pickles are read by the minor version that wrote them: names may change between those."""
    if not isinstance(version, str) or version.split(".")[:2] != _core.__version__.split(".")[:2]:
        raise Error(what=f"this {what} was pickled by another version", value=str(version),
                    rule=f"this is femtobragg {_core.__version__}", remedy="pass experiments on as scenes: to_scene()")


def _unpickled(cls: type[Section], version: str, given: dict[str, Any], contents: dict[str, bytes]) -> Section:
    require_version(version, cls.__name__)
    moved = {path: attach(content, os.path.splitext(path)[1]) for path, content in contents.items()}
    return cls(**{k: moved.get(v, v) if isinstance(v, str) else v for k, v in given.items()})


def _nested(dotted: str, tree: Any) -> dict[str, Any]:
    for part in reversed(dotted.split(".")):
        tree = {part: tree}
    return tree  # type: ignore[no-any-return]


def _schema_of(dotted: str) -> dict[str, Any]:
    at: dict[str, Any] = {"properties": _schema}
    for part in dotted.split("."):
        at = at["properties"][part]
        at = at.get("items", at)
    return at


def _section(cls: type[S]) -> type[S]:
    """Fills in keys, signature and docstring from the library's table of fields."""
    schema = _schema_of(cls._section)
    cls._keys = {name: Key.of(name, s) for name, s in schema["properties"].items() if "x-quantity" in s}
    first: dict[str, Key] = {}
    for key in cls._keys.values():
        if key.name not in cls._more:
            first.setdefault(key.quantity, key)
    _checks.sections[cls._section] = cls.__name__, {
        **{k.quantity: k.name for k in first.values()}, **{k: k for k in cls._keys},
        **{kind._section.rsplit(".", 1)[1]: name for name, kind in cls._lists.items()}}
    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None)
                  for name in [k.name for k in first.values()] + [*cls._parts, *cls._lists, *cls._more]]
    cls.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    said, description = (cls.__doc__ or "").strip(), schema["description"]
    lines = [] if description.startswith(said.rstrip(".")) else [said, ""]
    lines += [description, "", "Parameters", "----------"]
    for key in first.values():
        names = [k.name for k in cls._keys.values() if k.quantity == key.quantity]
        kind = {"integer": "int", "number": "float", "boolean": "bool", "string": "str"}[key.kind]
        if key.choices:
            kind = "{" + ", ".join(f"'{c}'" for c in key.choices) + "}"
        if key.is_path:
            kind = "path"
        if key.is_list:
            kind = f"{kind}, shape {key.shape}" if key.shape else f"sequence of {kind}"
        lines += [f"{' or '.join(names)} : {kind}", f"    {key.help}. Default: {key.default}."]
    for name, part in cls._parts.items():
        lines += [f"{name} : {part.__name__}"]
    for name, part in cls._lists.items():
        lines += [f"{name} : list of {part.__name__}"]
    for name, text in cls._more.items():
        lines += [f"{name} :", f"    {text}"]
    cls.__doc__ = "\n".join(lines)
    return cls


@_section
class Sensor(Section):
    """The sensor of all panels of a detector."""

    _section = "detector.sensor"


@_section
class Panel(Section):
    """A flat or bent panel of pixels, as it stands in the lab frame: x along the beam, y up, z to the right."""

    _section = "detector.panel"
    _required = {"pixels": [1, 1], "origin_m": [1, 0, 0], "fast": [0, 0, 1], "slow": [0, -1, 0]}


@_section
class Detector(Section):
    """The detector: a known one by name, a geometry file, panels, or an upright one at a distance."""

    _section = "detector"
    _parts = {"sensor": Sensor}
    _lists = {"panels": Panel}
    _more = {"mask": "array, shape (slow, fast): pixels where it is zero or False are not rendered."}
    _stand_for = {"mask": ("mask_file",)}

    @property
    def mask(self) -> Any:
        """Of an array that was given: True where pixels are rendered."""
        file = self._given.get("mask_file")
        return np.load(file).astype(bool) if file and is_attached(file) else None

    @classmethod
    def _translated(cls, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("mask") is None:
            return {k: v for k, v in given.items() if k != "mask"}
        rest = {k: v for k, v in given.items() if k != "mask"}
        return {**rest, "mask_file": _interop.mask_file(given["mask"])}


@_section
class Source(Section):
    """One point of the beam's divergence and spectrum."""

    _section = "beam.source"
    _required = {"direction": [-1, 0, 0], "wavelength_A": 1}


@_section
class Beam(Section):
    """The X-ray beam."""

    _section = "beam"
    _lists = {"sources": Source}
    _more = {"spectrum": "array, shape (n, 2): photon energies in eV, and their weights."}
    _stand_for = {"spectrum": ("spectrum_file", "spectrum_unit")}
    _exclude = (frozenset({"wavelength", "energy"}),)

    @property
    def spectrum(self) -> Any:
        """Of an array that was given: energies in eV and weights."""
        file = self._given.get("spectrum_file")
        return np.loadtxt(file, ndmin=2) if file and is_attached(file) else None

    def replace(self, **changes: Any) -> Beam:
        if is_attached(self._given.get("spectrum_file", "")) and "spectrum_file" in changes:
            changes.setdefault("spectrum_unit", None)  # it was that of the array
        return super().replace(**changes)

    @classmethod
    def _translated(cls, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("spectrum") is None:
            return {k: v for k, v in given.items() if k != "spectrum"}
        rest = {k: v for k, v in given.items() if k != "spectrum"}
        return {**rest, "spectrum_file": _interop.spectrum_file(given["spectrum"]), "spectrum_unit": "eV"}


@_section
class Lattice(Section):
    """One of several crystals in the beam."""

    _section = "crystal.lattice"
    _required = {}


@_section
class Crystal(Section):
    """The crystal: cell, orientation, size, shape and mosaic domains."""

    _section = "crystal"
    _lists = {"lattices": Lattice}
    _more = {"cell": "three or six numbers: edges a, b, c in angstrom, and angles in degrees; a gemmi.UnitCell; or the "
                     "path of a CrystFEL cell file.",
             "orientation": "matrix, shape (3, 3), or scipy.spatial.transform.Rotation: turns the crystal from its "
                            "standard setting, instead of misset."}
    _stand_for = {"cell": ("cell_edges", "cell_angles"), "orientation": ("misset", "misset_random")}
    _exclude = (frozenset({"misset", "misset_random"}), frozenset({"cell", "cell_edges"}),
                frozenset({"cell", "cell_angles"}))

    @property
    def cell(self) -> Any:
        """Six numbers, or the path of a file."""
        edges, angles = self.cell_edges_A, self.cell_angles_deg
        return (*edges, *(angles or (90.0,) * 3)) if edges else self._given.get("cell")

    @property
    def orientation(self) -> Any:
        """Matrix, shape (3, 3), of the angles of misset."""
        return _interop.matrix_of_misset(self.misset_deg) if self.misset_deg is not None else None

    def replace(self, **changes: Any) -> Crystal:
        oriented = any(v is not None and (k == "orientation" or k.startswith("misset_") and self._keys[k].shape)
                       for k, v in changes.items() if k == "orientation" or k in self._keys)
        if oriented and not self.crystals and not changes.get("crystals"):
            changes.setdefault("misset_seed", None)
        return super().replace(**changes)

    @classmethod
    def _translated(cls, given: dict[str, Any]) -> dict[str, Any]:
        given = dict(given)
        cell = given.get("cell")
        if cell is not None and not isinstance(cell, (str, os.PathLike)):
            del given["cell"]
            given["cell_edges_A"], given["cell_angles_deg"] = _interop.edges_and_angles(cell)
        if given.get("orientation") is not None:
            given["misset_deg"] = _interop.misset_deg(given["orientation"])
        given.pop("orientation", None)
        return given


@_section
class StructureFactors(Section):
    """Amplitudes of reflections."""

    _section = "structure_factors"
    _more = {"hkl": "integers, shape (n, 3): Miller indices, without symmetry; or the path of a file, a gemmi.Mtz.",
             "amplitudes_e": "array, shape (n,): |F| of `hkl` in electrons."}
    _stand_for = {"hkl": ("file",), "amplitudes_e": ("file",)}

    @property
    def hkl(self) -> str | None:
        """The path of a file."""
        file = self._given.get("file")
        return None if file is None or is_attached(file) else str(file)

    @classmethod
    def _translated(cls, given: dict[str, Any]) -> dict[str, Any]:
        given = dict(given)
        hkl, amplitudes = given.pop("hkl", None), given.pop("amplitudes_e", None)
        if (hkl is not None and amplitudes is None and
                not isinstance(hkl, (str, os.PathLike)) and not _interop.is_gemmi(hkl)) or (
                    hkl is None and amplitudes is not None):
            raise Error(what="Miller indices and amplitudes belong together",
                        where="StructureFactors(hkl, amplitudes_e)")
        if hkl is not None:
            given["file"] = _interop.reflection_file(hkl, amplitudes)
        if given.get("model") is not None:
            given["model"] = _interop.model_file(given["model"])
        if _interop.is_gemmi(given.get("file")):
            given["file"] = _interop.reflection_file(given["file"], None)
        return given


@_section
class Goniometer(Section):
    """The spindle and its rotation during a frame."""

    _section = "rotation"


@_section
class Series(Section):
    """Several images of one crystal."""

    _section = "series"


@_section
class Sampling(Section):
    """How finely the experiment is sampled."""

    _section = "sampling"


@_section
class Material(Section):
    """Non-crystalline material in the beam."""

    _section = "background.material"
    _required = {}


@_section
class Background(Section):
    """What scatters besides the crystal."""

    _section = "background"
    _lists = {"materials": Material}


@_section
class Obstacle(Section):
    """A beam stop, a holder or another thing that casts a shadow."""

    _section = "attenuation.obstacle"
    _required = {}


@_section
class Medium(Section):
    """Gas or a window that light goes through."""

    _section = "attenuation.medium"
    _required = {}


@_section
class Attenuation(Section):
    """Obstacles and attenuation between the sample and the detector."""

    _section = "attenuation"
    _lists = {"obstacles": Obstacle, "media": Medium}


@_section
class Response(Section):
    """What the detector makes of photons, in the order in which it does it."""

    _section = "response"


@_section
class Compatibility(Section):
    """How nanoBragg computes where that is not correct; for comparisons."""

    _section = "compatibility"
