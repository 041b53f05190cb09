"""Builds the wheel of pyproject.toml (PEP 517): CMake makes the package, this packs it.

It needs nothing but Python's own library and the Debian packages of scripts/build.txt and scripts/python.txt, so that
it works without a network, in pip's isolated environment too.
"""
import base64
import csv
import hashlib
import io
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "wheel"


def _version() -> str:
    return re.search(r"project\(femtobragg VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]


def _metadata() -> str:
    lines = ["Metadata-Version: 2.1", "Name: femtobragg", f"Version: {_version()}",
             "Summary: X-ray diffraction images of crystals, and their derivatives", "License-File: LICENSE",
             "Requires-Python: >=3.10", "Requires-Dist: numpy", "Description-Content-Type: text/markdown", "",
             (ROOT / "docs" / "python.md").read_text()]
    return "\n".join(lines)


def _package(settings: dict | None) -> Path:
    """Builds the package for the Python that runs this, and returns its folder.

    The setting "build-folder" names one that CMake has configured for this Python, such as build/release.
    """
    def run(*command: str) -> None:
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
    if settings and "build-folder" in settings:
        folder = ROOT / settings["build-folder"]
        run("cmake", "--build", str(folder), "--target", "femtobragg_python")
        return folder / "python" / "femtobragg"
    run("cmake", "-S", str(ROOT), "-B", str(BUILD), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
        "-DCMAKE_UNITY_BUILD=ON", "-DFEMTOBRAGG_TESTS=OFF", "-DFEMTOBRAGG_BENCH=OFF", "-DFEMTOBRAGG_PYTHON=ON",
        f"-DPython_EXECUTABLE={sys.executable}")
    if not (BUILD / "python").is_dir():
        sys.exit("error: pybind11 or the headers of this Python are missing; scripts/install-dependencies python.txt "
                 "installs them on Debian")
    run("cmake", "--build", str(BUILD), "--target", "femtobragg_python")
    return BUILD / "python" / "femtobragg"


def _tag() -> str:
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    platform = re.sub("[^a-z0-9_]", "_", sysconfig.get_platform())
    return f"{python}-{python}-{platform}"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    package, tag, info = _package(config_settings), _tag(), f"femtobragg-{_version()}.dist-info"
    name = f"femtobragg-{_version()}-{tag}.whl"
    records = []
    with zipfile.ZipFile(Path(wheel_directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        def add(path: str, content: bytes, mode: int = 0o644) -> None:
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, (0o100000 | mode) << 16
            wheel.writestr(entry, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            records.append((path, f"sha256={digest}", len(content)))
        for file in sorted(package.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                add(f"femtobragg/{file.relative_to(package)}", file.read_bytes(),
                    0o755 if ".so" in file.name else 0o644)
        add(f"{info}/METADATA", _metadata().encode())
        add(f"{info}/WHEEL",
            f"Wheel-Version: 1.0\nGenerator: femtobragg\nRoot-Is-Purelib: false\nTag: {tag}\n".encode())
        if (ROOT / "LICENSE").exists():
            add(f"{info}/LICENSE", (ROOT / "LICENSE").read_bytes())
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([*records, (f"{info}/RECORD", "", "")])
        wheel.writestr(f"{info}/RECORD", text.getvalue())
    return name


def build_sdist(sdist_directory, config_settings=None):
    """The files that git tracks."""
    stem = f"femtobragg-{_version()}"
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    with tarfile.open(Path(sdist_directory) / f"{stem}.tar.gz", "w:gz") as archive:
        for file in filter(None, files.split("\0")):
            archive.add(ROOT / file, f"{stem}/{file}", recursive=False)
        info = tarfile.TarInfo(f"{stem}/PKG-INFO")
        content = _metadata().encode()
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return f"{stem}.tar.gz"


def get_requires_for_build_wheel(config_settings=None):
    return []


get_requires_for_build_sdist = get_requires_for_build_wheel
