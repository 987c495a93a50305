"""The code version of a simulator: one hash of the source of every module that its results depend on.

Modules are followed through their import statements, wherever in the source they stand, as far as they lead to modules
of the same top-level packages or of this project: a hand-written list would forget some and name others in vain. NumPy
and other libraries are not part of it; nor is what is imported by a computed name, which a simulator must name itself.
"""

from __future__ import annotations

import ast
import hashlib
import threading
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, resolve_name
from pathlib import Path

__all__ = ["code_version", "sources"]

OWN = ("experiments", "theory")
_ONE_AT_A_TIME = threading.Lock()  # CPython 3.11 fails now and then where several threads parse at once
MACHINERY = ("experiments.simulator", "theory.engine.errors")  # imported by simulators; no number depends on them


def code_version(modules: Iterable[str]) -> str:
    """Return the SHA-256, in hexadecimal digits, of the source of some modules and of all that they import.

    Parameters
    ----------
    modules
        Names of modules, or of packages with all that is in them.

    Raises
    ------
    ValueError
        If a module is not found, has no source, or cannot be parsed.

    Examples
    --------
    >>> len(code_version(["experiments.canonical"]))
    64
    """
    digest = hashlib.sha256()
    for name, path in sorted(sources(modules).items()):
        source = path.read_bytes()
        digest.update(f"{name} {len(source)}\n".encode() + source)
    return digest.hexdigest()


def sources(modules: Iterable[str]) -> dict[str, Path]:
    """Return name -> file of the modules that :func:`code_version` reads."""
    named = sorted(set(modules))
    tops = {name.partition(".")[0] for name in (*OWN, *named)}
    found: dict[str, Path] = {}
    todo = [item for name in named for item in _named(name)]
    while todo:
        name, path, package = todo.pop()
        if name in found:
            continue
        found[name] = path
        for wanted in _imports(path, package):
            if wanted.partition(".")[0] in tops and wanted not in found and wanted not in MACHINERY:
                todo.extend(_imported(wanted))
    return found


def _named(name: str) -> list[tuple[str, Path, str]]:
    """Return (name, file, package) of a module that must be there, or of all modules of a package."""
    spec = None if name == "__main__" else _spec(name)  # a script has another name in every other process
    if spec is None:
        raise ValueError(
            f"module {name} is not found: its source is part of the code version of a simulator, so that simulators"
            " must be defined in a module that can be imported by its name"
        )
    if spec.submodule_search_locations:
        roots = [Path(place) for place in spec.submodule_search_locations]
        files = sorted((path.relative_to(root), path) for root in roots for path in root.rglob("*.py"))
        return [(_dotted(name, part.with_suffix("")), path, _dotted(name, part.parent)) for part, path in files]
    if not spec.origin or not spec.origin.endswith(".py"):
        raise ValueError(f"module {name} has no Python source, which is part of the code version of a simulator")
    return [(name, Path(spec.origin), name.rpartition(".")[0])]


def _dotted(package: str, part: Path) -> str:
    return ".".join((package, *(name for name in part.parts if name != "__init__")))


def _imported(name: str) -> list[tuple[str, Path, str]]:
    """Return (name, file, package) of what an import statement names, nothing if that is no module with a source."""
    spec = _spec(name)
    if spec is None or not spec.has_location or not spec.origin or not spec.origin.endswith(".py"):
        return []
    return [(name, Path(spec.origin), name if spec.submodule_search_locations else name.rpartition(".")[0])]


def _spec(name: str) -> ModuleSpec | None:
    try:
        return find_spec(name)
    except (ImportError, ValueError):  # a parent package that is not there; __main__
        return None


def _imports(path: Path, package: str) -> Iterator[str]:
    """Yield the names that the import statements of a file may mean, but for those that only type checkers see."""
    try:
        with _ONE_AT_A_TIME:
            todo: list[ast.AST] = [ast.parse(path.read_bytes())]
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"{path} cannot be parsed, but is part of the code version: {error}") from None
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)  # a submodule, if there is one
        elif isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            todo.extend(node.orelse)
        elif not isinstance(node, ast.expr):
            todo.extend(ast.iter_child_nodes(node))
