"""Small experiments, the command line program, and Python in processes of their own."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import femtobragg
from femtobragg import Experiment

ROOT = Path(__file__).resolve().parents[2]
BENZENE = ROOT / "examples" / "models" / "benzene.pdb"
#: 32 x 32 pixels with some spots, on the program's beam centre.
STILL: dict[str, Any] = dict(default_F=100, cell=(70, 80, 90), cells=5, misset_deg=(10, 20, 30), pixels=32,
                             pixel_size_mm=1, distance_mm=100, wavelength_A=1)


@pytest.fixture
def still() -> Experiment:
    return Experiment.from_files(**STILL)


@pytest.fixture
def make() -> Callable[..., Experiment]:
    """Experiments that differ from `still` in some arguments."""
    return lambda **changes: Experiment.from_files(**{**STILL, **changes})


@pytest.fixture
def long_one() -> Experiment:
    """Takes minutes to render."""
    return Experiment.from_files(**{**STILL, "pixels": 2000, "pixel_size_mm": 0.1, "mosaic_spread_deg": 0.5,
                                    "mosaic_domains": 5000, "oversample": 4})


@pytest.fixture
def two_panels() -> Experiment:
    """Side by side, with a gap of four pixels."""
    panels = [femtobragg.Panel(pixels=(20, 24), pixel_size_mm=1, origin_mm=(100, 12, side), fast=(0, 0, 1),
                               slow=(0, -1, 0), window=(window, 0)) for side, window in ((-22, 0), (2, 24))]
    few = {k: v for k, v in STILL.items() if k not in ("pixels", "pixel_size_mm", "distance_mm")}
    return Experiment.from_files(**few, panels=panels)


def environment() -> dict[str, str]:
    """Of processes that import the package."""
    package = str(Path(femtobragg.__file__).resolve().parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([package, str(Path(__file__).parent)]),
            "PYTHONDONTWRITEBYTECODE": "1"}


def python(code: str, *arguments: object, timeout: float = 60, check: bool = True) -> str:
    """Standard output of a new interpreter."""
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], env=environment(), text=True,
                          capture_output=True, timeout=timeout)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """Runs the command line program of the same library; returns what it prints."""
    path = os.environ.get("FEMTOBRAGG_PROGRAM") or shutil.which("femtobragg")
    if not path:
        pytest.skip("FEMTOBRAGG_PROGRAM does not name the program")

    def run(*arguments: object, cwd: Path) -> str:
        done = subprocess.run([path, *map(str, arguments)], cwd=cwd, text=True, capture_output=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def same_bytes(a: Any, b: Any) -> bool:
    first, second = np.asarray(a), np.asarray(b)
    return first.dtype == second.dtype and first.shape == second.shape and first.tobytes() == second.tobytes()
