"""What a simulator is: a lazily declared grid of cells, and a pure function that computes one cell.

A distribution offers simulators by entry points of the group ``lossproof.simulators``, whose value
``module:OBJECT`` names a :class:`Simulator`; ``lossproof simulate NAME`` runs it. A simulator of one's own needs no
entry point: ``lossproof simulate my.module:OBJECT``. Only names are resolved; text is never evaluated.

A simulator of one's own, in a file ``coins.py``::

    from experiments.simulator import Simulator
    from experiments.streams import Stream

    def cells(sizes):
        for tosses in (10, 100, 1000) if sizes == "quick" else range(10, 10_000, 10):
            yield {"tosses": tosses, "replicates": 400, "seed": 1}

    def run(cell):
        stream = Stream.named(cell["seed"], "coins", cell["tosses"])
        heads = stream.uniform(cell["replicates"], cell["tosses"]) < 0.5
        return {"spread": heads.mean(axis=1).std()}

    SIMULATOR = Simulator("coins", "spread of the share of heads", (), cells, run, ("coins",), ("quick", "paper"))

In its folder, ``lossproof simulate coins:SIMULATOR --csv coins.csv`` computes the table, and ``--sizes paper --resume``
goes on with the large one after whatever stopped it. `experiments.sweep.run_sweep` and `experiments.store.Store` do the
same from Python.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from experiments.code_version import code_version
from theory.engine.errors import BadInput

__all__ = ["GROUP", "Findings", "Simulator", "find", "installed"]

GROUP = "lossproof.simulators"
COMMON = ("experiments.arrays", "experiments.philox", "experiments.streams", "theory.arrays")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_REFERENCE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")

Cell = dict[str, Any]


@dataclass(frozen=True)
class Findings:
    """What was found on a table of the user's own: text, a table of results, text.

    Attributes
    ----------
    head, notes : tuple of str
        Lines before and after the table.
    columns : tuple of str
    rows : tuple of tuples
        Of str, int, float and None, one a column.
    """

    head: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        from theory.engine.shown import table

        return table(self.rows, caption=" ".join(self.head), head=self.columns)


@dataclass(frozen=True)
class Simulator:
    """A grid of cells and the function that computes one.

    Parameters
    ----------
    name
        Letters, digits and ``_ . -``; names the default file of the store.
    says
        One line: what is simulated.
    papers
        Keys of the papers that it belongs to; none for one's own.
    cells
        Size -> the cells of that size: dictionaries of plain data (None, bool, int, float, str, lists and dictionaries
        of them), the same in the same order at every call. A generator is best: a grid need not fit in memory.
    run
        Cell -> results: a dictionary of None, bool, int, float, str and NumPy arrays. A pure function at the top of
        its module, so that other processes find it, whose results depend on the cell alone. If it has a parameter
        ``backend``, it is given an `experiments.arrays.Backend`.
    modules
        Names of modules, or packages with all that is in them, that the results depend on. Their source text, and that
        of the modules of ``cells`` and ``run``, of arrays and streams, and of all that these import from the same
        top-level packages, is the code version: results of other code are never mixed with new ones. So the simulator's
        own module is enough, unless it loads modules by computed names or from other distributions. The text is read
        from the files: in a session that goes on after a file was edited, reload its module first.
    sizes
        The sizes that ``cells`` knows.
    figure
        Name of a module with ``data(store)`` and ``draw(data)``, which returns a Matplotlib figure; "" for none.
    table
        Name of a module that studies a table of the user's own, ``simulate NAME --data FILE ...``; "" for none. Its
        ``add_options(parser)`` adds its options to an argparse parser, and ``study(file, options)`` returns
        `Findings`, or raises `theory.engine.errors.BadInput` with what was given and what is allowed.
    """

    name: str
    says: str
    papers: tuple[str, ...]
    cells: Callable[[str], Iterable[Cell]]
    run: Callable[..., Mapping[str, Any]]
    modules: tuple[str, ...]
    sizes: tuple[str, ...] = ("quick", "paper", "gpu")
    figure: str = ""
    table: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ValueError(f"the name of a simulator is {self.name!r:.80}; allowed: letters, digits and _ . -")
        if not callable(self.cells) or not callable(self.run):
            raise ValueError(f"simulator {self.name}: cells and run must be functions")
        if not self.modules or not isinstance(self.modules, tuple):
            raise ValueError(f"simulator {self.name}: modules must be a tuple of at least one name of a module")

    @property
    def takes_backend(self) -> bool:
        """Whether ``run`` can be told where to compute."""
        return "backend" in inspect.signature(self.run).parameters

    def grid(self, sizes: str) -> Iterator[Cell]:
        """Return the cells of a size, lazily.

        Raises
        ------
        BadInput
            If the size is unknown, or ``cells`` gives nothing that can be iterated over.
        """
        if sizes not in self.sizes:
            raise BadInput(f"simulator {self.name} has no size {sizes!r:.80}; allowed: {', '.join(self.sizes)}")
        try:
            return iter(self.cells(sizes))
        except Exception as error:
            raise BadInput(f"simulator {self.name}, size {sizes}: {type(error).__name__}: {error}") from error

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the modules where the code version begins: those that are named, and those of its functions."""
        functions = {function.__module__ for function in (self.cells, self.run)}
        return tuple(sorted({*COMMON, *self.modules, *functions}))

    def code_version(self) -> str:
        """Return the SHA-256 of the source of all modules that the results depend on.

        Raises
        ------
        ValueError
            If a module is not found, or has no source.
        """
        return code_version(self.sources)


def installed() -> dict[str, str]:
    """Return name -> ``module:OBJECT`` of the installed simulators, sorted, without importing them."""
    return dict(sorted((point.name, point.value) for point in metadata.entry_points(group=GROUP)))


def clash(group: str, name: str) -> str:
    """Return what is wrong where two distributions bring entry points of one name; "" where it is one's alone."""
    from theory.engine.discovery import entry_points

    return "; ".join(item.reason for item in entry_points(group)[1] if item.entry == name)


def find(name: str) -> Simulator:
    """Return the simulator of an installed name, or of a reference ``module:OBJECT``.

    Raises
    ------
    BadInput
        If there is none, or its module cannot be imported.

    Examples
    --------
    >>> find("no.such.module:SIMULATOR")
    Traceback (most recent call last):
        ...
    theory.engine.errors.BadInput: cannot import no.such.module: ModuleNotFoundError: No module named 'no'
    """
    known = installed()
    if several := clash(GROUP, name):
        raise BadInput(f"{several}; name the one that you mean, as module:OBJECT, or uninstall one")
    reference = known.get(name, name)
    if not _REFERENCE.fullmatch(reference):
        there = ", ".join(known) or "none is installed"
        raise BadInput(f"no simulator is called {name!r:.80}; allowed: {there}; or your own, as my.module:OBJECT")
    module, _, attribute = reference.partition(":")
    try:
        imported = importlib.import_module(module)
    except Exception as error:  # a user's module may raise anything
        raise BadInput(f"cannot import {module}: {type(error).__name__}: {error}") from error
    found = getattr(imported, attribute, None)
    if found is None:
        raise BadInput(f"{module} has no {attribute}")
    if not isinstance(found, Simulator):
        raise BadInput(f"{reference} is {found!r:.80}, not a Simulator")
    return found
