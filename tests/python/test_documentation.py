"""Every block of Python on the documentation's page, in order, in one session."""
from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def blocks(page: Path) -> list[tuple[int, str, str]]:
    """Line, package that the block needs, and code."""
    text = page.read_text()
    found = []
    for match in re.finditer(r"^```python(?: requires-(\w+))?\n(.*?)^```", text, re.M | re.S):
        found.append((text[:match.start()].count("\n") + 2, match[1] or "", match[2]))
    return found


def test_page_has_blocks() -> None:
    assert len(blocks(ROOT / "docs" / "python.md")) > 8


def test_blocks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    skipped = []
    for line, package, code in blocks(ROOT / "docs" / "python.md"):
        if package:
            try:
                importlib.import_module(package)
            except ImportError:
                skipped.append(package)
                continue
        exec(compile("\n" * (line - 1) + code, "docs/python.md", "exec"), names)  # noqa: S102
    assert (tmp_path / "still.cbf").stat().st_size > 0
    if skipped:
        pytest.skip(f"not installed: {', '.join(skipped)}; the other blocks ran")
