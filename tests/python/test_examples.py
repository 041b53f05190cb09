"""The examples run, and make the pictures that they promise."""
from __future__ import annotations

import importlib.util
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, environment

EXAMPLES = sorted((ROOT / "examples" / "python").glob("*.py"))


@pytest.mark.parametrize("script", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_example_runs_and_draws(script: Path, tmp_path: Path) -> None:
    text = script.read_text()
    packages = set(re.findall(r"^(?:import|from) (\w+)", text, re.M)) | {"matplotlib"}
    if re.search(r"femtobragg\.torch|from femtobragg import .*\btorch\b", text):
        packages.add("torch")
    absent = sorted(name for name in packages if importlib.util.find_spec(name) is None)
    if absent:
        pytest.skip(f"{script.name} needs {', '.join(absent)}")
    done = subprocess.run([sys.executable, str(script), str(tmp_path)], cwd=tmp_path, text=True, capture_output=True,
                          env={**environment(), "MPLBACKEND": "Agg", "MPLCONFIGDIR": str(tmp_path / "matplotlib")},
                          timeout=240)
    if done.returncode == 77:
        pytest.skip(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip(), "it prints nothing"
    pictures = sorted(tmp_path.glob("*.png"))
    assert pictures, "it draws nothing"
    for picture in pictures:
        head = picture.read_bytes()[:24]
        assert head.startswith(b"\x89PNG"), f"{picture.name} is no PNG"
        size = struct.unpack(">II", head[16:24])
        assert min(size) > 100 and picture.stat().st_size > 5000, f"{picture.name} is empty"


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4
