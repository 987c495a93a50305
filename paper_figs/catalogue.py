"""The figures that are installed: entry points of the group ``lossproof.figures``, whose value is a module's name.

A module of a figure says in the first line of its docstring what is shown, computes in ``data`` and draws in ``draw``.
If ``data`` takes a store, the module's ``SIMULATOR`` names the simulator that fills it, whose papers are the figure's;
a module may name the keys of its papers itself, in ``PAPERS``::

    \"\"\"Spread of the share of heads.\"\"\"

    SIMULATOR = "coins"

    def data(store):
        return {"tosses": [cell["tosses"] for cell, _ in store.rows()], ...}

    def draw(found):
        figure = Figure()
        ...
        return figure
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import metadata
from types import ModuleType
from typing import TYPE_CHECKING, Any

from theory.engine.errors import BadInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.simulator import Simulator
    from experiments.store import Store

__all__ = ["GROUP", "Drawing", "find", "installed", "select"]

GROUP = "lossproof.figures"


@dataclass(frozen=True)
class Drawing:
    """A figure: its data and how they are drawn.

    Attributes
    ----------
    name : str
        As installed.
    module : module
    simulator : Simulator or None
        What fills the store that its data are read from; None if they are computed at once.
    """

    name: str
    module: ModuleType
    simulator: Simulator | None

    @property
    def says(self) -> str:
        """Return what is shown, in one line."""
        return (inspect.getdoc(self.module) or "").partition("\n")[0]

    @property
    def papers(self) -> tuple[str, ...]:
        """Return the keys of its papers: those that the module names in ``PAPERS``, or else its simulator's."""
        own: tuple[str, ...] = getattr(self.module, "PAPERS", self.simulator.papers if self.simulator else ())
        return own

    def data(self, store: Store | None = None) -> Any:
        """Return the data, read from a store if the figure has a simulator."""
        return self.module.data() if self.simulator is None else self.module.data(store)

    def draw(self, found: Any) -> Figure:
        """Draw what `data` returned."""
        figure: Figure = self.module.draw(found)
        return figure


def installed() -> dict[str, str]:
    """Return name -> module of the figures, sorted, without importing them."""
    return dict(sorted((point.name, point.value) for point in metadata.entry_points(group=GROUP)))


def find(name: str) -> Drawing:
    """Return a figure by the name that it is installed under.

    Raises
    ------
    BadInput
        If there is none, its module cannot be imported or lacks something, or its simulator cannot be found.

    Examples
    --------
    >>> find("regret_exp3").simulator.name
    'exp3'
    """
    from experiments.simulator import clash
    from experiments.simulator import find as find_simulator

    known = installed()
    if several := clash(GROUP, name):
        raise BadInput(f"{several}; uninstall one of the two")
    if name not in known:
        raise BadInput(f"no figure is called {name!r:.80}; installed: {', '.join(known) or 'none'}")
    try:
        module = importlib.import_module(known[name])
    except Exception as error:  # a module of another distribution may raise anything
        raise BadInput(f"figure {name}: cannot import {known[name]}: {type(error).__name__}: {error}") from error
    for function in ("data", "draw"):
        if not callable(getattr(module, function, None)):
            raise BadInput(f"figure {name}: {known[name]} has no function {function}")
    if "store" not in inspect.signature(module.data).parameters:
        return Drawing(name, module, None)
    simulator = getattr(module, "SIMULATOR", None)
    if not isinstance(simulator, str):
        raise BadInput(f"figure {name}: data takes a store, so {known[name]} must say SIMULATOR, the simulator's name")
    return Drawing(name, module, find_simulator(simulator))


def select(patterns: Iterable[str]) -> list[str]:
    """Return the names that patterns choose: a name, a part of it between underscores, or with ``*`` and ``?``.

    Raises
    ------
    BadInput
        If a pattern chooses nothing.

    Examples
    --------
    >>> select(["exp3"])
    ['regret_exp3']
    """
    names, wanted = list(installed()), list(patterns)
    chosen: set[str] = set()
    for pattern in wanted:
        hits = {name for name in names if fnmatchcase(name, pattern) or f"_{pattern}_" in f"_{name}_"}
        if not hits:
            raise BadInput(f"no figure is chosen by {pattern!r:.80}; installed: {', '.join(names) or 'none'}")
        chosen |= hits
    return sorted(chosen) if wanted else names
