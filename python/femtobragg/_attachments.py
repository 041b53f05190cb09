"""In-memory objects as temporary files for the library: named by their content, deleted when nothing refers to them."""
from __future__ import annotations

import hashlib
import multiprocessing.util
import os
import shutil
import tempfile
import threading
import weakref
from pathlib import Path

_folder: tempfile.TemporaryDirectory[str] | None = None
_process = 0
_lock = threading.RLock()  # files may go whenever memory is tidied up, also while this thread holds it
#: Folders of this process, and of those that it was forked from.
_known: set[str] = set()


def _here() -> Path:
    """The folder of this process. A child that was forked writes into its own, and leaves its parent's alone."""
    global _folder, _process
    if _folder is None or _process != os.getpid():
        _folder = tempfile.TemporaryDirectory(prefix="femtobragg-")
        _process = os.getpid()
        _known.add(_folder.name)
        # Workers of multiprocessing end without the functions of atexit.
        multiprocessing.util.Finalize(None, shutil.rmtree, (_folder.name, True), exitpriority=0)
    return Path(_folder.name)


def _begin_child() -> None:
    """The folder stays the parent's: a child leaves it alone when it ends."""
    global _lock
    _lock = threading.RLock()
    if _folder is not None:
        _folder._finalizer.detach()  # type: ignore[attr-defined]


os.register_at_fork(after_in_child=_begin_child)


class Attached(str):
    """Path of a file that exists as long as this object."""


_alive: weakref.WeakValueDictionary[str, Attached] = weakref.WeakValueDictionary()


def attach(content: bytes, suffix: str) -> Attached:
    """Path of a file with this content."""
    with _lock:
        path = _here() / (hashlib.sha256(content).hexdigest()[:32] + suffix)
        kept = _alive.get(str(path))
        if kept is None:
            part = path.with_suffix(".part")
            part.write_bytes(content)
            part.replace(path)
            kept = _alive[str(path)] = Attached(path)
            weakref.finalize(kept, _remove, str(path), os.getpid()).atexit = False
    return kept


def _remove(path: str, process: int) -> None:
    with _lock:
        if process == os.getpid() and _alive.get(path) is None:
            Path(path).unlink(missing_ok=True)


def is_attached(path: str) -> bool:
    return os.path.dirname(path) in _known


def content_of(path: str) -> bytes:
    return Path(path).read_bytes()


__all__ = ["Attached", "attach", "content_of", "is_attached"]
