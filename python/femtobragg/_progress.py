"""How far a computation is: shown, or told to a function of the caller."""
from __future__ import annotations

import sys
import time
from collections.abc import Callable

from ._checks import wrong

Progress = bool | Callable[[int, int], object]


class _Follower:
    """Shows how far a computation is: by tqdm where it is installed, else by a line of its own."""

    def __init__(self, total: int, what: str, unit: str) -> None:
        self._total, self._start, self._shown, self._bar = total, time.monotonic(), 0.0, None
        self._what, self._unit = what, unit
        try:
            from tqdm.auto import tqdm
            self._bar = tqdm(total=total or None, desc=what, unit=unit, unit_scale=unit == "px", leave=False)
        except ImportError:
            pass

    def __call__(self, done: int, _: int) -> None:
        if self._bar is not None:
            self._bar.update(done - self._bar.n)
        elif time.monotonic() - self._shown > 0.5:
            self._shown = time.monotonic()
            part = f"{100 * done / self._total:.0f} %" if self._total else f"{done} {self._unit}"
            sys.stderr.write(f"\r{self._what}: {part}, {self._shown - self._start:.0f} s")
            sys.stderr.flush()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        elif self._shown:
            sys.stderr.write("\r\033[K")


class Following:
    """What the library is to call, from what the caller asked for. `total`: 0 if it is not known."""

    def __init__(self, progress: Progress, total: int, what: str = "rendering", unit: str = "px") -> None:
        if not (progress is None or isinstance(progress, bool) or callable(progress)):
            raise wrong("progress", "True, False, or a function of what is done and of all", progress)
        self._progress, self._total, self._what, self._unit = progress, total, what, unit

    def __enter__(self) -> Callable[[int], object] | None:
        self._follower = _Follower(self._total, self._what, self._unit) if self._progress is True else None
        told = self._follower or self._progress
        self._told = told if callable(told) else None
        self._last = -1
        return self._tell if self._told else None

    def _tell(self, done: int) -> None:
        self._last = min(done, self._total or done)
        if self._told:
            self._told(self._last, self._total)

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None and self._last < self._total:
                self._tell(self._total)
        finally:
            if self._follower is not None:
                self._follower.close()
