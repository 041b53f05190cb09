"""What the package raises and warns of."""
from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class Error(Exception):
    """Raised for invalid calls and experiments, and for errors of files and the machine.

    Attributes
    ----------
    what : str
        What failed, in a few words.
    where : str
        The argument, the file and line, or the field of the model. May be empty, like those that follow.
    value : str
        The value seen.
    rule : str
        The rule that it breaks.
    remedy : str
        What can be done about it.
    kind : str
        "usage": the call or the experiment is at fault; "runtime": files, memory, the machine.
    """

    def __init__(self, message: str = "", *, kind: str = "usage", what: str = "", where: str = "", value: str = "",
                 rule: str = "", remedy: str = "") -> None:
        self.what, self.where, self.value, self.rule, self.remedy, self.kind = what, where, value, rule, remedy, kind
        super().__init__(message or _text(what, where, value, rule, remedy))

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {name: getattr(self, name) for name in ("kind", "what", "where", "value", "rule", "remedy")}
        return _error_of, (str(self), parts)


class FemtobraggWarning(UserWarning):
    """An experiment that can be rendered, but may not be what was meant."""


def _text(what: str, where: str, value: str, rule: str, remedy: str) -> str:
    return "; ".join(part for part in ((f"{where}: " if where else "") + what, value and f"got {value}", rule, remedy)
                     if part)


#: Words for what has another name here.
_SYNONYMS = {"mosaicity": "mosaic_spread_deg", "mosaic": "mosaic_spread_deg", "oscillation": "range_deg",
             "oscillation_range": "range_deg", "pdb": "model", "mtz": "hkl", "resolution": "d_min_A", "dmin": "d_min_A",
             "d_min": "d_min_A", "energy": "energy_eV", "lambda": "wavelength_A", "wavelength": "wavelength_A",
             "distance": "distance_mm", "misset": "misset_deg", "seed": "misset_seed", "f": "default_F_e",
             "beam_center": "beam_centre_px", "orgx": "beam_centre_px"}
_UNITS = ("_deg", "_mm", "_cm", "_m", "_um", "_A", "_px", "_eV", "_keV", "_percent")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; empty: none is near."""
    names = list(known)
    stem = next((name.removesuffix(unit) for unit in _UNITS if name.endswith(unit)), name)
    meant = _SYNONYMS.get(stem.lower())
    same = [n for n in names if n.lower() == name.lower() or n.rsplit("_", 1)[0] == name or n == meant]
    return (same or difflib.get_close_matches(name, names, 1, 0.7) or [""])[0]


def _error_of(message: str, parts: dict[str, str]) -> Error:
    return Error(message, **parts)
