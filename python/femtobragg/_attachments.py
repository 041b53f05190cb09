"""Objects that live in memory, as the files that the library reads: named by their content, kept until Python ends."""
from __future__ import annotations

import hashlib
import multiprocessing.util
import os
import shutil
import tempfile
import threading
from pathlib import Path

_folder: tempfile.TemporaryDirectory[str] | None = None
_process = 0
_lock = threading.Lock()
#: Folders of this process, and of those that it was forked from.
_known: set[str] = set()


def _here() -> Path:
    """The folder of this process. A child that was forked writes into its own, and leaves its parent's alone."""
    global _folder, _process
    if _folder is None or _process != os.getpid():
        if _folder is not None:
            _folder._finalizer.detach()  # type: ignore[attr-defined]
        _folder = tempfile.TemporaryDirectory(prefix="femtobragg-")
        _process = os.getpid()
        _known.add(_folder.name)
        # Workers of multiprocessing end without the functions of atexit.
        multiprocessing.util.Finalize(None, shutil.rmtree, (_folder.name, True), exitpriority=0)
    return Path(_folder.name)


def _begin_child() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_begin_child)


def attach(content: bytes, suffix: str) -> str:
    """Path of a file with this content."""
    with _lock:
        path = _here() / (hashlib.sha256(content).hexdigest()[:32] + suffix)
        if not path.exists():
            part = path.with_suffix(".part")
            part.write_bytes(content)
            part.replace(path)
    return str(path)


def is_attached(path: str) -> bool:
    return os.path.dirname(path) in _known


def content_of(path: str) -> bytes:
    return Path(path).read_bytes()


__all__ = ["attach", "content_of", "is_attached"]
