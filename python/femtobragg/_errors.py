"""What the package raises and warns of."""
from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class Error(Exception):
    """What a caller can do wrong, and what files and the machine refuse.

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


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; empty: none is near."""
    names = list(known)
    same = [n for n in names if n.lower() == name.lower() or n.rsplit("_", 1)[0] == name]
    return (same or difflib.get_close_matches(name, names, 1, 0.6) or [""])[0]


def _error_of(message: str, parts: dict[str, str]) -> Error:
    return Error(message, **parts)
