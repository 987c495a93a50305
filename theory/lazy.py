"""Packages whose names are loaded when they are first used, so that importing the package costs nothing.

A package of this kind has one table, from its modules to the names that it takes from them::

    _HOMES = {".designs": ("Design",), ".simulation": ("Result", "simulate")}
    __all__ = sorted(name for names in _HOMES.values() for name in names)
    __getattr__, __dir__ = lazily(__name__, _HOMES)
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

__all__ = ["lazily"]


def lazily(package: str, homes: Mapping[str, Iterable[str]]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and ``__dir__`` of a package that loads names from their modules.

    Parameters
    ----------
    package
        The package's ``__name__``.
    homes
        Names by module; a module that begins with a dot is the package's own.

    Raises
    ------
    ValueError
        If a name is also that of a module of the package: once that is loaded, Python gives it for the name.

    Examples
    --------
    >>> load, names = lazily("theory.engine", {".evidence": ["Evidence"], "math": ["pi"]})
    >>> load("Evidence").__module__, load("pi")
    ('theory.engine.evidence', 3.141592653589793)
    >>> load("evidense")
    Traceback (most recent call last):
        ...
    AttributeError: module 'theory.engine' has no attribute 'evidense'
    """
    home = {name: module for module, names in homes.items() for name in names}
    clashes = sorted(name for name in home if f".{name}" in homes)
    if clashes:
        raise ValueError(f"{package}: {clashes} are names and modules at once")

    def load(name: str) -> Any:
        if name in home:
            return getattr(importlib.import_module(home[name], package), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *home})

    return load, names
