"""A wheel of the package installs into an environment of its own, and its type stubs hold."""
from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRST = ROOT / "examples" / "python" / "first_image.py"


def run(*command: object, **environment: str) -> str:
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run([str(c) for c in command], env={**clean, **environment}, capture_output=True, text=True,
                          timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pip", reason="pip makes the wheel")
    build = os.environ.get("FEMTOBRAGG_BUILD")
    if not build:
        pytest.skip("FEMTOBRAGG_BUILD names no build folder")
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index", "-q", "-w", folder, "--config-settings",
        f"build-folder={build}", ROOT)
    (found,) = folder.glob("femtobragg-*.whl")
    return found


def test_wheel_holds_package_library_and_record(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert "femtobragg/py.typed" in names and "femtobragg/_values.pyi" in names
    assert any(n.startswith("femtobragg/lib/libfemtobragg.so") for n in names)
    assert any(n.startswith("femtobragg/lib/femtobragg/femtobragg-optimiser") for n in names)
    assert not any("__pycache__" in n for n in names)


def test_wheel_runs_the_first_example_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    pytest.importorskip("ensurepip", reason="venv needs it")
    environment = tmp_path / "env"
    # NumPy is the machine's: there may be no network.
    run(sys.executable, "-m", "venv", "--system-site-packages", environment)
    python = environment / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--no-index", "--no-deps", wheel)
    where = run(python, "-c", "import femtobragg; print(femtobragg.__file__)")
    assert where.startswith(str(environment))
    run(python, FIRST, tmp_path, MPLBACKEND="Agg")


def test_examples_pass_mypy_strict(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy checks the stubs")
    package = os.environ.get("PYTHONPATH", "").split(os.pathsep)[0]
    # The types that PyTorch 1.13 states of its own functions are not complete.
    examples = [e for e in sorted((ROOT / "examples" / "python").glob("*.py")) if e.stem != "train_with_torch"]
    assert len(examples) > 4
    run(sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "--follow-imports=silent", "--cache-dir",
        tmp_path, *examples, MYPYPATH=package)
