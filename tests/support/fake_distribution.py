"""Pretend that a distribution with entry points is installed: modules and metadata on the path."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest


def install(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    modules: Mapping[str, str],
    entries: Mapping[str, str] | None = None,
    group: str = "lossproof.claims",
    text: str | None = None,
) -> None:
    """Write modules and an ``entry_points.txt`` (or ``text`` in its place); put the folder on the path."""
    for name, source in modules.items():
        path = folder.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
    lines = [f"[{group}]", *(f"{name} = {value}" for name, value in (entries or {}).items())]
    info = folder / f"{folder.name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {folder.name}\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n" if text is None else text, "utf-8")
    monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
