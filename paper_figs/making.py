"""Make a figure: fill its store, compute its data, draw it, and write files that say what they were made from.

Of each figure there are NAME.pdf, NAME.png and NAME.csv, the data. ``manifest.json`` has for each the hash of its
specification (simulator, size, cells, and the source of every module that it depends on), of its data and of its
files, the seeds, and the versions of what drew it. Nothing in it depends on when or in which folder it was made:
figures that are made again, by the same versions, are the same files.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.canonical import encode
from experiments.code_version import code_version
from experiments.simulator import Simulator
from experiments.store import Store
from experiments.sweep import Progress, run_sweep
from paper_figs.catalogue import Drawing
from paper_figs.tables import long_table
from theory.engine.errors import BadInput
from theory.engine.files import replace_file, why_not_writable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["MANIFEST", "SCHEMA", "make", "opened", "read_manifest", "specification"]

MANIFEST, SCHEMA = "manifest.json", "lossproof.figures/1"
_QUIET: dict[str, dict[str, Any]] = {  # what files say of themselves, without the time
    "pdf": {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": "lossproof"},
    "png": {"Software": None},
}


def _size_of(simulator: Simulator, sizes: str) -> str:
    """Return the size of the grid: the one asked for, or the largest that the simulator has."""
    return sizes if sizes in simulator.sizes else simulator.sizes[-1]


def specification(drawing: Drawing, sizes: str) -> dict[str, Any]:
    """Return what a figure is made from.

    Parameters
    ----------
    drawing : Drawing
    sizes : str
        Of its simulator's grid.

    Returns
    -------
    dict
        ``module``, ``code`` (a hash of sources), and, where it has one, ``simulator``, ``sizes``, ``cells`` (their
        number), ``grid`` (a hash of them) and ``seeds``.
    """
    module, simulator = drawing.module.__name__, drawing.simulator
    if simulator is None:
        return {"module": module, "code": code_version([module])}
    size, digest, seeds, count = _size_of(simulator, sizes), hashlib.sha256(), set(), 0
    for cell in simulator.grid(size):
        digest.update(encode(cell).encode() + b"\n")
        count += 1
        if "seed" in cell:
            seeds.add(cell["seed"])
    return {
        "module": module,
        "code": code_version([module, *simulator.sources]),
        "simulator": simulator.name,
        "sizes": size,
        "cells": count,
        "grid": digest.hexdigest(),
        "seeds": sorted(seeds),
    }


def make(
    drawing: Drawing,
    out: str | Path,
    *,
    sizes: str = "quick",
    executor: str = "processes",
    progress: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """Make one figure and enter it into the folder's manifest.

    A store that was filled before, by the same code, is used, and one that was interrupted goes on.

    Parameters
    ----------
    drawing : Drawing
    out : path
        A folder, made if there is none; stores are in its folder ``stores``.
    sizes, executor, progress
        Of the sweep, see `experiments.sweep.run_sweep`.

    Returns
    -------
    dict
        What the manifest says of it.

    Raises
    ------
    BadInput
        If the folder cannot be used, or a cell of the simulator fails.
    """
    folder = opened(out)
    made_from = specification(drawing, sizes)
    simulator = drawing.simulator
    if simulator is None:
        found = drawing.data()
    else:
        with Store(_filled(simulator, folder, sizes, executor, progress)) as store:
            found = drawing.data(store)
    table, figure = long_table(found), drawing.draw(found)
    contents = {f"{drawing.name}.csv": table.encode()}
    contents |= {f"{drawing.name}.{suffix}": _image(figure, suffix) for suffix in _QUIET}
    for name, content in contents.items():
        replace_file(folder / name, content)
    entry: dict[str, Any] = {"says": drawing.says, "papers": list(drawing.papers)}
    entry |= {"specification": made_from | {"hash": _hash(encode(made_from).encode())}}
    entry |= {"files": {name: _hash(content) for name, content in sorted(contents.items())}, "software": _software()}
    manifest = read_manifest(folder)  # now, since another command may have entered its own figures meanwhile
    manifest["figures"] |= {drawing.name: entry}
    replace_file(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return entry


def opened(out: str | Path) -> Path:
    """Return the folder of figures, made if there is none.

    Raises
    ------
    BadInput
        If it cannot be used, or has a manifest of something else.
    """
    folder = _made(Path(out))
    if reason := why_not_writable(folder / MANIFEST):
        raise BadInput(f"figures cannot be written: {reason}")
    read_manifest(folder)
    return folder


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"the folder {folder} cannot be made: {error.strerror or error}") from error
    return folder


def _filled(
    simulator: Simulator, folder: Path, sizes: str, executor: str, progress: Callable[[Progress], None] | None
) -> Path:
    """Return a store that has every cell: of the same code, so that what an older version left is not taken for it."""
    size = _size_of(simulator, sizes)
    path = _made(folder / "stores") / f"{simulator.name}-{size}-{simulator.code_version()[:12]}.sqlite"
    sweep = run_sweep(simulator, size, path, executor=executor, resume=True, progress=progress)
    if sweep.failed:
        first = sweep.failures[0]
        count = f"{sweep.failed} cell{'s' if sweep.failed > 1 else ''}"
        raise BadInput(f"{count} of the simulator {simulator.name} failed; the first: {first.error}")
    return path


def _image(figure: Figure, suffix: str) -> bytes:
    from paper_figs.style import style

    file = io.BytesIO()
    with style():
        figure.savefig(file, format=suffix, metadata=_QUIET[suffix])
    return file.getvalue()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _software() -> dict[str, str]:
    import platform
    from importlib import metadata

    known = {name: metadata.version(name) for name in ("lossproof", "matplotlib", "numpy", "scipy")}
    return {"python": platform.python_version(), **known}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder, or an empty one.

    Raises
    ------
    BadInput
        If there is a file of this name that is something else: it is not overwritten.
    """
    path = folder / MANIFEST
    if not path.exists():
        return {"schema": SCHEMA, "figures": {}}
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["schema"] == SCHEMA and isinstance(found["figures"], dict):
            return dict(found)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise BadInput(f"{path} is not a manifest of figures; choose another folder")
