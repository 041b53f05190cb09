"""What arguments must be, before they reach the library."""
from __future__ import annotations

import operator
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._attachments import is_attached
from ._errors import Error, nearest


def short(value: Any) -> str:
    """A value as messages show it."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of {value.dtype}, shape {value.shape}"
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def wrong(where: str, rule: str, value: Any, **more: str) -> Error:
    """`where` must be `rule`."""
    shown = short(value)
    return Error(f"{where} must be {rule}; got {shown}" + "".join(f"; {text}" for text in more.values()),
                 what="wrong value", where=where, value=shown, rule=f"it must be {rule}", **more)


def path_of(value: Any, where: str) -> str:
    if not isinstance(value, (str, os.PathLike)) or not isinstance(name := os.fspath(value), str) or not name:
        raise wrong(where, "a path", value)
    if "\0" in name:
        raise wrong(where, "a path without zero bytes", value)
    return os.path.expanduser(name)


def whole(value: Any, where: str, least: int = 0, most: int = 2**31 - 1) -> int:
    rule = f"a whole number from {least} to {most}"
    if isinstance(value, (bool, np.bool_)):
        raise wrong(where, rule, value)
    try:
        number = operator.index(value)
    except TypeError:
        raise wrong(where, rule, value) from None
    if not least <= number <= most:
        raise wrong(where, rule, value)
    return number


def number(value: Any, where: str, rule: str = "a finite number") -> float:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise wrong(where, rule, value)
    try:
        result = float(value)
    except OverflowError:
        raise wrong(where, rule, value) from None
    if not np.isfinite(result):
        raise wrong(where, rule, value)
    return result


def flag(value: Any, where: str) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise wrong(where, "True or False", value)
    return bool(value)


def one_of(value: Any, where: str, choices: Iterable[str]) -> str:
    known = list(choices)
    if not isinstance(value, str) or value not in known:
        near = nearest(value, known) if isinstance(value, str) else ""
        raise wrong(where, "one of " + ", ".join(known), value, **({"remedy": f"did you mean {near}?"} if near else {}))
    return value


def array_of(value: Any, where: str, kinds: str = "biuf") -> NDArray[Any]:
    """Numbers in an array of any shape."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise wrong(where, "an array of numbers", value) from error
    if array.dtype.kind not in kinds:
        raise wrong(where, "an array of numbers" if "f" in kinds else "an array of whole numbers",
                    array if array.ndim and isinstance(value, np.ndarray) else value)
    return array


def numbers_of(value: Any, where: str) -> NDArray[np.float64]:
    """Finite numbers in an array of any shape."""
    numbers = array_of(value, where, "iuf").astype(float)
    if not np.isfinite(numbers).all():
        raise Error(what="a number is not finite", where=where, value=short(value))
    return numbers


# Errors about scenes, in the words of Python.

#: Of each section of scenes: the class, and its arguments by name and by quantity.
sections: dict[str, tuple[str, dict[str, str]]] = {}
#: Of lists of parts.
_LISTS = {"detector.panel": "Detector(panels[{}]{})", "beam.source": "Beam(sources[{}]{})",
          "crystal.lattice": "Crystal(lattices[{}]{})", "background.material": "Background(materials[{}]{})",
          "attenuation.obstacle": "Attenuation(obstacles[{}]{})", "attenuation.medium": "Attenuation(media[{}]{})"}
_FIELD = re.compile(r"(?<![\w/'.-])(detector\.sensor|detector\.panel|beam\.source|crystal\.lattice|background\.material|"
                    r"attenuation\.obstacle|attenuation\.medium|[a-z_]+)"
                    r"(?:\[(\d+)\])?(?:\.(\w+)(\[\d+\])?)?(?![\w/'.-]*/)")


def _argument(match: re.Match[str]) -> str:
    section, index, key, at = match.groups()
    if section not in sections:
        return match[0]
    name, keys = sections[section]
    if index is not None and section in _LISTS and (key is None or key in keys):
        return _LISTS[section].format(index, f".{keys[key]}" if key else "")
    return f"{name}({keys[key]}{at or ''})" if key in keys else match[0]


def _in_python(text: str) -> str:
    text = re.sub(r" of $", "", text)
    # Arrays reach the library as files.
    text = re.sub(r"'(/[^']*)'", lambda file: "an array of yours" if is_attached(file[1]) else file[0], text)
    return _FIELD.sub(_argument, text).replace("a string in quotes", "a string").replace("true or false",
                                                                                         "True or False")


def reworded(error: Error, within: str = "", given: Mapping[str, Any] | None = None) -> Error:
    """An error of the library about a scene, with arguments for fields. `within`: a class whose values were `given`."""
    where, rule, remedy = (_in_python(text) for text in (error.where, error.rule, error.remedy))
    if within and (item := re.fullmatch(r"\w+\(\w+\[0\]\.?(\w*)\)", where)):
        where = f"{within}({item[1]})" if item[1] else within
    value = error.value
    if error.what == "wrong value":
        key, _, at = where[where.find("(") + 1:-1].partition("[")
        shown = {"true": "True", "false": "False"}.get(value, value)
        if given and key in given:
            if at and np.ndim(given[key]) == 1:
                shown = short(given[key][int(at[:-1])])
            else:
                where, shown = where.replace(f"[{at}" if at else "\0", ""), short(given[key])
        rule = rule.removeprefix("it must be ")
        near = nearest(value.strip('"'), rule.removeprefix("one of ").split(", ")) if rule.startswith("one of ") else ""
        return Error(f"{where} must be {rule}; got {shown}" + (f"; did you mean '{near}'?" if near else ""),
                     kind=error.kind, what=error.what, where=where, value=shown, rule=f"it must be {rule}",
                     remedy=f"did you mean '{near}'?" if near else "")
    if "list_detectors" in remedy:
        remedy = "femtobragg.detectors() lists them"
    remedy = remedy.replace("`femtobragg parameters` lists the parameters",
                            "femtobragg.parameters(experiment) lists them")
    if "`femtobragg " in remedy:
        remedy = ""
    what = {"a key is missing": "an argument is missing", "two keys contradict each other": "two arguments contradict "
            "each other"}.get(error.what, _in_python(error.what))
    message = "" if re.match(r"\w+\(", where) else "; ".join(
        part for part in (what, where, value and f"got {value}", rule, remedy) if part)
    return Error(message, kind=error.kind, what=what, where=where, value=value, rule=rule, remedy=remedy)
